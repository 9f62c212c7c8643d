"""The declaraties that a party may see, a page at a time, narrowed as asked; and the 303s that are still waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.logboek import Handeling
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal
from app.domain.refusals import InvalidInput
from app.processing.inrichtingen import find_inrichting, namen_of
from app.processing.logboek import viewing
from app.processing.periods import declared_span
from app.processing.runtime import Runtime
from app.storage.berichten_lijst import BerichtRegel, LogFilters, read_log, regels_of
from app.storage.declaratie_lines import with_lines_granted
from app.storage.declaratie_zoeken import Zoekvraag, search_declaraties
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus, list_declaraties
from app.storage.zicht import Zicht

MOST_WAITING: Final = 20


class Status(StrEnum):
    """Whether a declaratie was judged line by line, or refused as a whole."""

    VERWERKT = "verwerkt"
    AFGEKEURD = "afgekeurd"


STATUSES: Final[Mapping[Status, tuple[DeclaratieStatus, ...]]] = {
    Status.VERWERKT: (DeclaratieStatus.BEOORDEELD,),
    Status.AFGEKEURD: (DeclaratieStatus.TECHNISCH_AFGEKEURD, DeclaratieStatus.HEADER_AFGEKEURD),
}


def status_of(record: DeclaratieRecord) -> Status:
    """The status as a reader has it."""
    return next(status for status, kinds in STATUSES.items() if record.status in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vraag:
    """What a list may be narrowed to; `periode` is a CAK period of `jaar`. `before`: the last id of the page before."""

    aanbieder: str | None = None
    jaar: int | None = None
    periode: int | None = None
    status: Status | None = None
    factuurnummer: str | None = None
    limit: int = 100
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lijst:
    """Declaraties, newest first; the next page is what comes before the `cursor` (None: there is none).

    - `gestopt`: the page is not full, for reading stopped at the cursor.
    - `deels`: those with a line that was granted, while all together come to nothing.
    - `wachtend`: 303s without a declaratie yet, or whose processing failed.
    - `namen`: of the parties that have one, by their code; `aanbieders`: those that the gemeenten in sight know.
    """

    declaraties: tuple[DeclaratieRecord, ...]
    cursor: str | None
    gestopt: bool = False
    deels: frozenset[str] = frozenset()
    wachtend: tuple[BerichtRegel, ...] = ()
    namen: Mapping[str, str] = field(default_factory=dict[str, str])
    aanbieders: tuple[str, ...] = ()


def declaraties_of(runtime: Runtime, principal: Principal, zicht: Zicht, vraag: Vraag) -> Lijst:
    """A full page of declaraties, for software; raises InvalidInput for a period without its year."""
    span = _span(runtime, zicht.gemeenten, vraag.jaar, vraag.periode)
    with viewing(runtime, principal, Handeling.DECLARATIES_BEKEKEN) as view:
        records = list_declaraties(
            view.session,
            zicht=zicht,
            aanbieder=vraag.aanbieder,
            periode=span,
            statuses=STATUSES[vraag.status] if vraag.status else None,
            limit=vraag.limit + 1,
            before=vraag.before,
        )
        shown = tuple(records[: vraag.limit])
        view.about(aantal=len(shown))
    return Lijst(declaraties=shown, cursor=shown[-1].id if len(records) > vraag.limit else None)


def bladzijde_of(runtime: Runtime, principal: Principal, zicht: Zicht, vraag: Vraag) -> Lijst:
    """A page of declaraties, for people, in a bounded time; raises InvalidInput for a period without its year."""
    zoekvraag = Zoekvraag(
        aanbieder=vraag.aanbieder,
        periode=_span(runtime, zicht.gemeenten, vraag.jaar, vraag.periode),
        statuses=STATUSES[vraag.status] if vraag.status else None,
        factuurnummer=vraag.factuurnummer,
    )
    with viewing(runtime, principal, Handeling.DECLARATIES_BEKEKEN) as view:
        session = view.session
        found = search_declaraties(session, zicht=zicht, vraag=zoekvraag, limit=vraag.limit, before=vraag.before)
        wachtend = _wachtend(session, zicht)
        lijst = Lijst(
            declaraties=found.declaraties,
            cursor=found.verder,
            gestopt=found.gestopt,
            deels=with_lines_granted(
                session, declaratie_ids=[one.id for one in found.declaraties if not one.toegekend.cents]
            ),
            wachtend=wachtend,
            namen=namen_of(session, runtime, {one.gemeente for one in found.declaraties} | zicht.gemeenten),
            aanbieders=_aanbieders(session, runtime, zicht),
        )
        view.about(aantal=len(found.declaraties) + len(wachtend))
    return lijst


def _aanbieders(session: Session, runtime: Runtime, zicht: Zicht) -> tuple[str, ...]:
    known = set(zicht.aanbieders)
    for gemeente in zicht.gemeenten:
        if inrichting := find_inrichting(session, runtime, gemeente):
            known |= {one.agb for one in inrichting.aanbieders} | {one.aanbieder for one in inrichting.contracten}
    return tuple(sorted(known))


def _wachtend(session: Session, zicht: Zicht) -> tuple[BerichtRegel, ...]:
    """303s under way, and those that did not succeed; the newest of each."""
    found = [
        id
        for status in (BerichtStatus.IN_VERWERKING, BerichtStatus.MISLUKT)
        for id in read_log(
            session,
            zicht=zicht,
            filters=LogFilters(soort=Berichtsoort.WMO303, status=status),
            limit=MOST_WAITING,
            start=None,
        ).ids
    ]
    return tuple(regels_of(session, ids=found))


def _span(runtime: Runtime, gemeenten: frozenset[str], jaar: int | None, periode: int | None) -> GeslotenPeriode | None:
    if jaar is None:
        if periode is not None:
            raise InvalidInput("Noem bij een periode ook het jaar.")
        return None
    return declared_span(runtime, gemeenten, jaar, periode)
