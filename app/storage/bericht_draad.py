"""Everything that was sent about one toewijzing, whatever its release: the messages with their answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.bericht import Berichtsoort
from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.berichten import BerichtRecord, berichten_by_id, body_of
from app.storage.columns import one_of
from app.storage.declaratie_tables import DeclaratieRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from app.storage.zicht import Zicht

HEEN: Final = (Berichtsoort.WMO305, Berichtsoort.WMO307, Berichtsoort.WMO315)
MOST_READ: Final = 20
"""Messages of which the text is searched for the number of a toewijzing."""

LARGEST_READ: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingRef:
    """A toewijzing as a thread needs it; `bsns` are those that its versions named."""

    id: int
    gemeente: str
    sleutel: str
    nummer: int | None
    aanbieder: str
    bsns: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeenEnRetour:
    """A message and its answer."""

    heen: BerichtRecord
    retour: BerichtRecord | None


def find_toewijzing_ref(session: Session, *, gemeente: str, sleutel: str, zicht: Zicht) -> ToewijzingRef | None:
    """The toewijzing by its name; None when there is none, or it may not be seen."""
    query = select(ToewijzingRow).where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
    row = session.scalars(query).one_or_none()
    if row is None or not zicht.shows(row.gemeente, (row.aanbieder,)):
        return None
    bsns = session.scalars(
        select(ToewijzingVersieRow.bsn).where(ToewijzingVersieRow.toewijzing_id == row.id).distinct()
    )
    return ToewijzingRef(
        id=row.id,
        gemeente=row.gemeente,
        sleutel=row.sleutel,
        nummer=row.nummer,
        aanbieder=row.aanbieder,
        bsns=frozenset(bsns),
    )


def known_sleutels(session: Session, *, gemeente: str, nummers: Collection[int]) -> dict[int, str]:
    """Those of the numbers that are of a toewijzing, with what names it."""
    query = select(ToewijzingRow.nummer, ToewijzingRow.sleutel).where(
        ToewijzingRow.gemeente == gemeente, one_of(session, ToewijzingRow.nummer, nummers)
    )
    return {nummer: sleutel for nummer, sleutel in session.execute(query) if nummer is not None}


def thread_of_toewijzing(
    session: Session, *, toewijzing: ToewijzingRef, zicht: Zicht, limit: int, before: str | None = None
) -> list[HeenEnRetour]:
    """At most `limit` messages about a toewijzing with their answers, newest first; the next are `before` the last."""
    sources = (
        _newest(_toegewezen(toewijzing), VersieBerichtRow.bericht_id, before, limit),
        _newest(_gedeclareerd(toewijzing), DeclaratieRow.bericht_id, before, limit),
    )
    ids = {id for source in sources for id in session.scalars(source)}
    ids |= set(_naming(session, toewijzing, before, limit))
    newest = sorted(ids, reverse=True)[:limit]
    heen = berichten_by_id(session, ids=newest, zicht=zicht)
    answers = berichten_by_id(session, ids=[one.antwoord_id for one in heen if one.antwoord_id], zicht=zicht)
    by_id = {one.id: one for one in answers}
    return [HeenEnRetour(heen=one, retour=by_id.get(one.antwoord_id or "")) for one in heen]


def _toegewezen(toewijzing: ToewijzingRef) -> Select[str]:
    return (
        select(VersieBerichtRow.bericht_id)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id)
        .where(ToewijzingVersieRow.toewijzing_id == toewijzing.id)
    )


def _gedeclareerd(toewijzing: ToewijzingRef) -> Select[str]:
    return (
        select(DeclaratieRow.bericht_id)
        .join(PrestatieRow, PrestatieRow.declaratie_id == DeclaratieRow.id)
        .where(PrestatieRow.toewijzing_id == toewijzing.id, DeclaratieRow.aanbieder == toewijzing.aanbieder)
    )


def _newest(query: Select[str], id: InstrumentedAttribute[str], before: str | None, limit: int) -> Select[str]:
    earlier: tuple[ColumnElement[bool], ...] = () if before is None else (id < before,)
    return query.where(*earlier).distinct().order_by(id.desc()).limit(limit)


def _naming(session: Session, toewijzing: ToewijzingRef, before: str | None, limit: int) -> Sequence[str]:
    """The starts, stops and requests about the client that name the number; nothing but their text says it."""
    if toewijzing.nummer is None:
        return []
    query = (
        select(BerichtRow.id)
        .join(BerichtClientRow, BerichtClientRow.bericht_id == BerichtRow.id)
        .where(
            one_of(session, BerichtClientRow.bsn, toewijzing.bsns),
            BerichtRow.soort.in_(HEEN),
            BerichtRow.gemeente == toewijzing.gemeente,
            BerichtRow.aanbieder == toewijzing.aanbieder,
            BerichtRow.omvang_bytes <= LARGEST_READ,
        )
    )
    wanted = re.compile(rb"ToewijzingNummer>\s*%d\s*<" % toewijzing.nummer)
    found = session.scalars(_newest(query, BerichtRow.id, before, min(limit, MOST_READ)))
    return [id for id in found if wanted.search(body_of(session, id=id))]
