"""The declaraties of a party narrowed to what is seldom: in a bounded time, however many there are.

What finds little in a long history stops after so many declaraties and says how far it came.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.periode import GeslotenPeriode
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import one_of
from app.storage.declaratie_records import DeclaratieRecord, DeclaratieStatus, declaratie_of
from app.storage.declaratie_tables import DeclaratieRow
from app.storage.zicht import Zicht, newest_ids

READ_AT_MOST: Final = 10_000
ONE_BY_ONE: Final = 10
"""Up to so many parties each have their own way through an index."""

PARTY_COLUMNS = (DeclaratieRow.gemeente, (DeclaratieRow.aanbieder, DeclaratieRow.servicebureau))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoekvraag:
    """What to keep; None keeps all. `periode` keeps those whose DeclaratiePeriode lies within it."""

    aanbieder: str | None = None
    periode: GeslotenPeriode | None = None
    statuses: Collection[DeclaratieStatus] | None = None
    factuurnummer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gevonden:
    """Declaraties, newest first; more may come before `verder`, None when there are no more.

    `gestopt`: reading stopped before the page was full.
    """

    declaraties: tuple[DeclaratieRecord, ...]
    verder: str | None
    gestopt: bool = False


def search_declaraties(session: Session, *, zicht: Zicht, vraag: Zoekvraag, limit: int, before: str | None) -> Gevonden:
    """At most `limit` declaraties that are asked for, older than `before`."""
    if vraag.factuurnummer is not None:
        return _with_nummer(session, zicht, vraag, vraag.factuurnummer, limit, before)
    conditions = _conditions(vraag)
    older = [DeclaratieRow.id < before] if before is not None else []
    parties = _parties(zicht)
    edges = [_edge(session, [party, *older]) for party in parties] if conditions else []
    edge = max((one for one in edges if one is not None), default=None)
    bounded = [*conditions, *older, *([DeclaratieRow.id >= edge] if edge is not None else [])]
    ids = newest_ids(session, DeclaratieRow.id, parties, bounded, limit=limit + 1)
    if len(ids) > limit:
        return Gevonden(declaraties=_by_id(session, ids[:limit]), verder=ids[limit - 1])
    return Gevonden(declaraties=_by_id(session, ids), verder=edge, gestopt=edge is not None)


def _conditions(vraag: Zoekvraag) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if vraag.aanbieder is not None:
        conditions.append(DeclaratieRow.aanbieder == vraag.aanbieder)
    if vraag.periode is not None:
        begin, eind = vraag.periode.begindatum, vraag.periode.einddatum
        conditions += [DeclaratieRow.begindatum >= begin, DeclaratieRow.einddatum <= eind]
    if vraag.statuses is not None:
        conditions.append(DeclaratieRow.status.in_([status.value for status in vraag.statuses]))
    return conditions


def _with_nummer(
    session: Session, zicht: Zicht, vraag: Zoekvraag, nummer: str, limit: int, before: str | None
) -> Gevonden:
    """By the berichten with this number: those have an index on it, and a 303 has its DeclarantFactuurNummer there."""
    berichten = list(session.scalars(select(BerichtRow.id).where(BerichtRow.identificatie == nummer)))
    rows = session.scalars(
        select(DeclaratieRow).where(one_of(session, DeclaratieRow.bericht_id, berichten), *_conditions(vraag))
    )
    # Sight and order are asked in Python: as conditions they tempt SQLite to read all declaraties of a party.
    seen = [row for row in rows if zicht.shows(row.gemeente, (row.aanbieder, row.servicebureau))]
    older = sorted((row for row in seen if before is None or row.id < before), key=lambda row: row.id, reverse=True)
    shown = tuple(declaratie_of(row) for row in older[:limit])
    return Gevonden(declaraties=shown, verder=shown[-1].id if len(older) > limit else None)


def _parties(zicht: Zicht) -> list[ColumnElement[bool]]:
    """One condition for each party, so that each is read from the end of its own index."""
    if len(zicht.gemeenten) + len(zicht.aanbieders) > ONE_BY_ONE:
        return zicht.parties(*PARTY_COLUMNS)
    gemeente, own = PARTY_COLUMNS
    by_gemeente = [gemeente == code for code in sorted(zicht.gemeenten)]
    return by_gemeente + [column == code for column in own for code in sorted(zicht.aanbieders)]


def _edge(session: Session, conditions: Sequence[ColumnElement[bool]]) -> str | None:
    """The oldest id that is still read, None when a party has no more than that."""
    query = select(DeclaratieRow.id).where(*conditions).order_by(DeclaratieRow.id.desc())
    return session.scalars(query.offset(READ_AT_MOST).limit(1)).one_or_none()


def _by_id(session: Session, ids: Sequence[str]) -> tuple[DeclaratieRecord, ...]:
    rows = session.scalars(select(DeclaratieRow).where(one_of(session, DeclaratieRow.id, ids)))
    return tuple(declaratie_of(row) for row in sorted(rows, key=lambda row: row.id, reverse=True))
