"""Everything that was sent about one toewijzing, whatever its release: the messages with their answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

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

MOST_FOUND: Final = 5_000
"""Messages about one toewijzing or client that are looked through."""

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
    found = {*_toegewezen(session, toewijzing), *_gedeclareerd(session, toewijzing)}
    found.update(_naming(session, toewijzing, before))
    ids = {id for id in found if before is None or id < before}
    newest = sorted(ids, reverse=True)[:limit]
    heen = berichten_by_id(session, ids=newest, zicht=zicht)
    answers = berichten_by_id(session, ids=[one.antwoord_id for one in heen if one.antwoord_id], zicht=zicht)
    by_id = {one.id: one for one in answers}
    return [HeenEnRetour(heen=one, retour=by_id.get(one.antwoord_id or "")) for one in heen]


# Sight and order are asked in Python: as conditions they tempt SQLite to read the whole log of a party.


def _toegewezen(session: Session, toewijzing: ToewijzingRef) -> Iterable[str]:
    query = select(VersieBerichtRow.bericht_id).join(
        ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id
    )
    return session.scalars(query.where(ToewijzingVersieRow.toewijzing_id == toewijzing.id).limit(MOST_FOUND))


def _gedeclareerd(session: Session, toewijzing: ToewijzingRef) -> Iterable[str]:
    lines = (
        select(PrestatieRow.declaratie_id)
        .where(PrestatieRow.toewijzing_id == toewijzing.id, PrestatieRow.aanbieder == toewijzing.aanbieder)
        .distinct()
        .limit(MOST_FOUND)
    )
    ids = session.scalars(lines).all()
    return session.scalars(select(DeclaratieRow.bericht_id).where(one_of(session, DeclaratieRow.id, ids)))


def _naming(session: Session, toewijzing: ToewijzingRef, before: str | None) -> Iterator[str]:
    """The starts, stops and requests about the client that name the number; nothing but their text says it."""
    if toewijzing.nummer is None:
        return
    of_client = select(BerichtClientRow.bericht_id).where(one_of(session, BerichtClientRow.bsn, toewijzing.bsns))
    ids = session.scalars(of_client.limit(MOST_FOUND)).all()
    facts = select(
        BerichtRow.id, BerichtRow.soort, BerichtRow.gemeente, BerichtRow.aanbieder, BerichtRow.omvang_bytes
    ).where(one_of(session, BerichtRow.id, ids))
    candidates = [
        row.id
        for row in session.execute(facts)
        if row.soort in HEEN
        and (row.gemeente, row.aanbieder) == (toewijzing.gemeente, toewijzing.aanbieder)
        and row.omvang_bytes <= LARGEST_READ
        and (before is None or row.id < before)
    ]
    wanted = re.compile(rb"ToewijzingNummer>\s*%d\s*<" % toewijzing.nummer)
    for id in sorted(candidates, reverse=True)[:MOST_READ]:
        if wanted.search(body_of(session, id=id)):
            yield id
