"""A toewijzing as the gemeente looks at it: its budget, versions, parts, messages, claimed lines, and who looked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.budget_rows import BudgetRow
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling, LogRecord
from app.domain.principal import Principal, Recht
from app.domain.refusals import NotFound
from app.domain.stand import Ruimte, Stand, Verschil, ruimte_on, stand_of, verschillen
from app.processing.budgets import budget_in
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import Inzage, viewing
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtRecord, berichten_by_id
from app.storage.declaraties import geboekt
from app.storage.logboek_object import logboek_of_object
from app.storage.logboek_zoeken import names_of_keys
from app.storage.toewijzing_records import (
    ToewijzingFilters,
    ToewijzingRecord,
    VersieRecord,
    find_toewijzing_record,
    newest_toewijzingen,
    toewijzing_records,
)
from app.storage.toewijzing_sporen import Regel, RegelNaam, bericht_ids_of, regels_of
from app.storage.voortzettingen import verwante_sleutels
from app.storage.zicht import Zicht

GEMEENTE: Final = re.compile(r"[0-9]{4}")
NUMMER_OR_SLEUTEL: Final = re.compile(r"0|[1-9][0-9]*|[a-z][a-z0-9-]*")
ON_A_PAGE: Final = 20
MOST_PARTS: Final = 50
SHOWN_VIEWS: Final = 50


def find_toewijzing(view: Inzage, zicht: Zicht, gemeente: str, nummer: str) -> ToewijzingRecord:
    """The toewijzing with this nummer or sleutel, said to the view; NotFound when there is none to see."""
    found = None
    if GEMEENTE.fullmatch(gemeente) and NUMMER_OR_SLEUTEL.fullmatch(nummer):
        found = find_toewijzing_record(view.session, zicht=zicht, gemeente=gemeente, nummer_or_sleutel=nummer)
    if found is None:
        raise NotFound("Er is geen toewijzing met dit nummer.")
    view.about(bsns=(found.actueel.versie.bsn,), object_id=f"{found.gemeente}/{found.sleutel}")
    return found


class Lijstregel(NamedTuple):
    """A toewijzing in a list; `nu` is what is left today, None when nothing may be delivered today."""

    record: ToewijzingRecord
    inrichting: Inrichting
    stand: Stand
    nu: Ruimte | None


class Lijst(NamedTuple):
    """A page of toewijzingen, newest first, and where the next one begins (None: there is none)."""

    regels: list[Lijstregel]
    cursor: int | None


def list_of(runtime: Runtime, principal: Principal, zicht: Zicht, filters: ToewijzingFilters, *, limit: int) -> Lijst:
    """The newest toewijzingen that may be seen."""
    with viewing(runtime, principal, Handeling.TOEWIJZINGEN_BEKEKEN) as view:
        found = newest_toewijzingen(view.session, zicht=zicht, filters=filters, limit=limit)
        view.about(bsns=(record.actueel.versie.bsn for record in found.records), aantal=len(found.records))
        regels = _regels(view.session, runtime, found.records)
    return Lijst(regels, found.cursor)


def inrichting_of(session: Session, runtime: Runtime, gemeente: str) -> Inrichting:
    """What the gemeente decided, an empty one when nothing was loaded."""
    return find_inrichting(session, runtime, gemeente) or Inrichting(gemeente=gemeente)


def _regels(session: Session, runtime: Runtime, records: Sequence[ToewijzingRecord]) -> list[Lijstregel]:
    gemeenten = {record.gemeente for record in records}
    inrichtingen = {gemeente: inrichting_of(session, runtime, gemeente) for gemeente in gemeenten}
    booked: dict[tuple[str, str], dict[date, int]] = {}
    for gemeente in gemeenten:
        sleutels = [record.sleutel for record in records if record.gemeente == gemeente]
        for (sleutel, day), volume in geboekt(session, gemeente=gemeente, sleutels=sleutels).items():
            booked.setdefault((gemeente, sleutel), {})[day] = volume
    today = runtime.today()

    def regel(record: ToewijzingRecord) -> Lijstregel:
        inrichting, toewijzing = inrichtingen[record.gemeente], record.toewijzing
        own = booked.get((record.gemeente, record.sleutel), {})
        nu = ruimte_on(toewijzing, inrichting, own, today) if toewijzing else None
        return Lijstregel(record, inrichting, stand_of(toewijzing, today), nu)

    return [regel(record) for record in records]


class Versie(NamedTuple):
    """A version and in what it differs from the one that counted before it (None: it was the first)."""

    record: VersieRecord
    verschillen: tuple[Verschil, ...] | None


class Paar(NamedTuple):
    """A message and its answer."""

    bericht: BerichtRecord
    antwoord: BerichtRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A toewijzing with what belongs to it; `verwant` are the other parts of the same budget.

    A cursor is where the next page of `berichten` or `regels` begins, None when there is none. `sleutelnamen`: what
    the keys of who looked (`gezien`) are called.
    """

    record: ToewijzingRecord
    inrichting: Inrichting
    stand: Stand
    rows: tuple[BudgetRow, ...]
    versies: tuple[Versie, ...]
    verwant: tuple[ToewijzingRecord, ...]
    berichten: tuple[Paar, ...]
    berichten_cursor: str | None
    regels: tuple[Regel, ...]
    regels_cursor: RegelNaam | None
    gezien: tuple[LogRecord, ...] | None
    sleutelnamen: Mapping[str, str]


def dossier_of(
    runtime: Runtime,
    principal: Principal,
    zicht: Zicht,
    gemeente: str,
    nummer: str,
    *,
    berichten_before: str | None = None,
    regels_before: RegelNaam | None = None,
) -> Dossier:
    """The toewijzing and a page of its messages and lines; NotFound when there is none to see."""
    with viewing(runtime, principal, Handeling.TOEWIJZING_BEKEKEN) as view:
        session, record = view.session, find_toewijzing(view, zicht, gemeente, nummer)
        paren, berichten_cursor = _berichten(session, record, zicht, berichten_before)
        regels, regels_cursor = _lines(session, record, zicht, regels_before)
        gezien, namen = _gezien(session, principal, view.regel.object_id or "")
        return Dossier(
            record=record,
            inrichting=inrichting_of(session, runtime, record.gemeente),
            stand=stand_of(record.toewijzing, runtime.today()),
            rows=budget_in(session, runtime, record),
            versies=_versies(record),
            verwant=tuple(one for one in parts_of(session, record, zicht) if one.sleutel != record.sleutel),
            berichten=paren,
            berichten_cursor=berichten_cursor,
            regels=regels,
            regels_cursor=regels_cursor,
            gezien=gezien,
            sleutelnamen=namen,
        )


def _lines(
    session: Session, record: ToewijzingRecord, zicht: Zicht, before: RegelNaam | None
) -> tuple[tuple[Regel, ...], RegelNaam | None]:
    """A page of claimed lines, and where the next one begins."""
    found = regels_of(session, toewijzing_id=record.id, zicht=zicht, limit=ON_A_PAGE + 1, before=before)
    shown = tuple(found[:ON_A_PAGE])
    return shown, shown[-1].naam if len(found) > ON_A_PAGE else None


def _gezien(
    session: Session, principal: Principal, object_id: str
) -> tuple[tuple[LogRecord, ...] | None, Mapping[str, str]]:
    """Who looked and what their keys are called, for who may know that: people of the gemeente, and no aanbieder."""
    if not principal.may(Recht.INZAGE_LEZEN):
        return None, {}
    found = tuple(logboek_of_object(session, object_id=object_id, limit=SHOWN_VIEWS))
    return found, names_of_keys(session, {one.wie for one in found})


def open_of(
    runtime: Runtime, principal: Principal, zicht: Zicht, gemeente: str, nummer: str
) -> tuple[ToewijzingRecord, Inrichting]:
    """The toewijzing alone, to do something with; NotFound when there is none to see."""
    with viewing(runtime, principal, Handeling.TOEWIJZING_BEKEKEN) as view:
        record = find_toewijzing(view, zicht, gemeente, nummer)
        inrichting = inrichting_of(view.session, runtime, record.gemeente)
    return record, inrichting


def inrichtingen_of(runtime: Runtime, zicht: Zicht) -> list[Inrichting]:
    """What the gemeenten of a visitor decided, in order of code."""
    with runtime.storage.reading() as session:
        return [inrichting_of(session, runtime, gemeente) for gemeente in sorted(zicht.gemeenten)]


def parts_of(session: Session, record: ToewijzingRecord, zicht: Zicht) -> list[ToewijzingRecord]:
    """The toewijzingen that share a budget with this one, itself included; of very many the oldest."""
    sleutels = verwante_sleutels(session, gemeente=record.gemeente, sleutel=record.sleutel) | {record.sleutel}
    found = toewijzing_records(session, zicht=zicht, gemeente=record.gemeente, sleutels=sleutels)
    return [one for place, one in enumerate(found) if place < MOST_PARTS or one.sleutel == record.sleutel]


def _berichten(
    session: Session, record: ToewijzingRecord, zicht: Zicht, before: str | None
) -> tuple[tuple[Paar, ...], str | None]:
    ids = bericht_ids_of(session, toewijzing_id=record.id, limit=ON_A_PAGE + 1, before=before)
    berichten = berichten_by_id(session, ids=ids[:ON_A_PAGE], zicht=zicht)
    answers = [bericht.antwoord_id for bericht in berichten if bericht.antwoord_id is not None]
    by_id = {answer.id: answer for answer in berichten_by_id(session, ids=answers, zicht=zicht)}
    paren = tuple(Paar(bericht, by_id.get(bericht.antwoord_id or "")) for bericht in berichten)
    return paren, ids[ON_A_PAGE - 1] if len(ids) > ON_A_PAGE else None


def _versies(record: ToewijzingRecord) -> tuple[Versie, ...]:
    """What was refused never held, so that a next version is not compared with it."""
    found: list[Versie] = []
    for place, one in enumerate(record.versies):
        older = next((other for other in record.versies[place + 1 :] if not other.vervallen), None)
        found.append(Versie(one, verschillen(older.versie, one.versie) if older is not None else None))
    return tuple(found)
