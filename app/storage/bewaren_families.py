"""Berichten that belong together and go together: one, what answers it, and what was made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.domain.bericht import BerichtStatus
from app.domain.bewaren import Bewaarsoort
from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.bewaren_feiten import Dossier, dutch_day
from app.storage.columns import one_of

Family = frozenset[str]


class _Links(NamedTuple):
    id: str
    antwoord_op_id: str | None
    herkomst_id: str | None


@dataclass(frozen=True, slots=True)
class LosBericht:
    """A bericht of no dossier: the day it came, and what kind of thing it is."""

    id: str
    ontvangen: date
    soort: Bewaarsoort


def families_of(session: Session, *, ids: Collection[str]) -> list[Family]:
    """The whole family of each of the berichten, each family once, by ids."""
    links: dict[str, _Links] = {}
    asked, asking = set[str](), set(ids)
    while asking:
        found = {row.id: row for row in _around(session, asking)}
        links |= found
        asked |= asking
        asking = {id for row in found.values() for id in row if id is not None} - asked
    return _grouped(links.values())


def _around(session: Session, ids: Collection[str]) -> Iterable[_Links]:
    columns = (BerichtRow.id, BerichtRow.antwoord_op_id, BerichtRow.herkomst_id)
    for column in columns:
        for row in session.execute(select(*columns).where(one_of(session, column, ids))):
            yield _Links(*row)


def _grouped(links: Iterable[_Links]) -> list[Family]:
    family: dict[str, set[str]] = {}
    for one in links:
        together = {id for id in one if id is not None}
        for id in tuple(together):
            together |= family.get(id, set())
        family |= dict.fromkeys(together, together)
    return sorted({frozenset(together) for together in family.values()}, key=min)


def berichten_to_decide(session: Session, *, dossiers: Collection[Dossier], last_bsn: str) -> list[str]:
    """The berichten of the dossiers that name nobody after `last_bsn`; others are decided at their last client."""
    later = aliased(BerichtClientRow)
    rows = session.execute(
        select(BerichtClientRow.bericht_id, BerichtRow.gemeente, BerichtClientRow.bsn)
        .join(BerichtRow, BerichtRow.id == BerichtClientRow.bericht_id)
        .where(
            one_of(session, BerichtClientRow.bsn, {dossier.bsn for dossier in dossiers}),
            ~exists().where(later.bericht_id == BerichtClientRow.bericht_id, later.bsn > last_bsn),
        )
    )
    return sorted({id for id, gemeente, bsn in rows if Dossier(gemeente or "", bsn) in dossiers})


def losse_berichten(session: Session, *, after: str, received_before: datetime, limit: int) -> list[LosBericht]:
    """The next berichten, in order of id, that name no client and answer nothing."""
    rows = session.execute(
        select(BerichtRow.id, BerichtRow.ontvangen_op, BerichtRow.uniek, BerichtRow.status)
        .where(
            BerichtRow.id > after,
            BerichtRow.ontvangen_op < received_before,
            BerichtRow.antwoord_op_id.is_(None),
            BerichtRow.herkomst_id.is_(None),
            ~exists().where(BerichtClientRow.bericht_id == BerichtRow.id),
        )
        .order_by(BerichtRow.id)
        .limit(limit)
    )
    return [LosBericht(id, dutch_day(ontvangen), los_soort(uniek, status)) for id, ontvangen, uniek, status in rows]


def as_los(session: Session, *, ids: Collection[str]) -> list[LosBericht]:
    """The berichten as things that stand on their own."""
    columns = (BerichtRow.id, BerichtRow.ontvangen_op, BerichtRow.uniek, BerichtRow.status)
    rows = session.execute(select(*columns).where(one_of(session, BerichtRow.id, ids)))
    return [LosBericht(id, dutch_day(ontvangen), los_soort(uniek, status)) for id, ontvangen, uniek, status in rows]


def los_soort(uniek: str | None, status: str) -> Bewaarsoort:
    """What a bericht that names no client is: refused, or accepted all the same."""
    refused = uniek is None and status == BerichtStatus.AFGEKEURD
    return Bewaarsoort.GEWEIGERD if refused else Bewaarsoort.ZONDER_CLIENT
