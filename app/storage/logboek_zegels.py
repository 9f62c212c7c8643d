"""The chain of the logboek: which rows wait for a place in it, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, true
from sqlalchemy.orm import Session

from app.domain.logboek import COLUMNS, LogRecord
from app.storage.columns import is_postgresql, one_of
from app.storage.inserts import insert_rows
from app.storage.logboek import delete_logboek, record_of
from app.storage.logboek_tables import LogboekAnkerRow, LogboekRow, LogboekWachtrijRow, LogboekZegelRow

SEALING_LOCK: Final = 1708_0302  # any number, the same on every node
GENESIS: Final = "0" * 64


class Schakel(NamedTuple):
    """A place in the chain, with the row that stands there; None when it is gone."""

    volgnummer: int
    logboek_id: str
    keten: str
    record: LogRecord | None = None


class Waiting(NamedTuple):
    """What waits for a place in the chain; it `is_due` unless there is no such row, or it has a place already."""

    logboek_id: str
    is_due: bool


class Anker(NamedTuple):
    """The last place that was removed."""

    volgnummer: int
    keten: str
    moment: str
    mac: str


def anything_waits(session: Session) -> bool:
    """Whether a row waits for a place; a cheap question that locks nothing."""
    return session.execute(select(LogboekWachtrijRow.logboek_id).where(_is_text(session)).limit(1)).first() is not None


def lock_chain(session: Session) -> None:
    """Let nobody else change the chain until the end of the transaction; SQLite has one writer already."""
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(SEALING_LOCK)))


def waiting_rows(session: Session, *, limit: int) -> list[Waiting]:
    """At most `limit` that wait; until the end of the transaction nobody else gives them a place."""
    lock_chain(session)
    sealed = exists().where(LogboekZegelRow.logboek_id == LogboekWachtrijRow.logboek_id)
    query = (
        select(LogboekWachtrijRow.logboek_id, LogboekRow.id.is_not(None))
        .outerjoin(LogboekRow, (LogboekRow.id == LogboekWachtrijRow.logboek_id) & ~sealed)
        .where(_is_text(session))
        .order_by(LogboekWachtrijRow.logboek_id)
        .limit(limit)
    )
    return [Waiting(*row) for row in session.execute(query)]


def last_term(session: Session) -> str | None:
    """Until and including when the row of the newest place is to be kept; None when there is none."""
    newest = select(LogboekRow.bewaren_tot).join(LogboekZegelRow, LogboekZegelRow.logboek_id == LogboekRow.id)
    return session.scalars(newest.order_by(LogboekZegelRow.volgnummer.desc()).limit(1)).one_or_none()


def last_place(session: Session) -> tuple[int, str]:
    """The number and `keten` of the newest place, to which the next one is joined."""
    newest = select(LogboekZegelRow.volgnummer, LogboekZegelRow.keten).order_by(LogboekZegelRow.volgnummer.desc())
    found = session.execute(newest.limit(1)).one_or_none()
    if found is not None:
        return found.volgnummer, found.keten
    anker = newest_anker(session)
    return (anker.volgnummer, anker.keten) if anker else (0, GENESIS)


def add_places(session: Session, *, places: Sequence[Schakel], done: Sequence[str]) -> None:
    """Keep new places; what is `done` waits no more."""
    rows = [{"volgnummer": p.volgnummer, "logboek_id": p.logboek_id, "keten": p.keten} for p in places]
    insert_rows(session, LogboekZegelRow, rows)
    session.execute(delete(LogboekWachtrijRow).where(one_of(session, LogboekWachtrijRow.logboek_id, done)))


def places_after(session: Session, *, volgnummer: int, limit: int) -> list[Schakel]:
    """At most `limit` places after a number, in order, each with its row."""
    places = (
        select(LogboekZegelRow.volgnummer, LogboekZegelRow.logboek_id, LogboekZegelRow.keten)
        .where(LogboekZegelRow.volgnummer > volgnummer)
        .order_by(LogboekZegelRow.volgnummer)
        .limit(limit)
        .subquery()
    )
    columns = [getattr(LogboekRow, name) for name in COLUMNS]
    query = select(places.c.volgnummer, places.c.logboek_id, places.c.keten, *columns)
    found = session.execute(query.outerjoin(LogboekRow, LogboekRow.id == places.c.logboek_id).order_by("volgnummer"))
    return [Schakel(row[0], row[1], row[2], record_of(row[3:]) if row[3] is not None else None) for row in found.all()]


def place_at(session: Session, *, volgnummer: int) -> str | None:
    """The `keten` at a number; None when there is none."""
    query = select(LogboekZegelRow.keten).where(LogboekZegelRow.volgnummer == volgnummer)
    return session.scalars(query).one_or_none()


def next_number(session: Session, *, volgnummer: int) -> int | None:
    """The first number after a number; None when there is none."""
    query = select(func.min(LogboekZegelRow.volgnummer)).where(LogboekZegelRow.volgnummer > volgnummer)
    return session.scalars(query).one()


def without_place(session: Session, *, begin: int, around: tuple[str, str]) -> tuple[str | None, int]:
    """The first row not between two moments that has no place after number `begin`, and how many there are."""
    placed = exists().where(LogboekZegelRow.logboek_id == LogboekRow.id, LogboekZegelRow.volgnummer > begin)
    query = select(func.min(LogboekRow.id), func.count()).where(~LogboekRow.moment.between(*around), ~placed)
    first, count = session.execute(query).one()
    return first, count


def newest_anker(session: Session) -> Anker | None:
    """Where the chain begins; None when nothing was ever removed."""
    columns = (LogboekAnkerRow.volgnummer, LogboekAnkerRow.keten, LogboekAnkerRow.moment, LogboekAnkerRow.mac)
    found = session.execute(select(*columns).order_by(LogboekAnkerRow.volgnummer.desc()).limit(1)).one_or_none()
    return Anker(*found) if found else None


def first_places_to_go(session: Session, *, before: str, limit: int) -> list[Schakel]:
    """At most `limit` places from the begin of the chain on, as long as the day of each lies before a day."""
    places = places_after(session, volgnummer=0, limit=limit)
    kept = (n for n, one in enumerate(places) if one.record is None or one.record.bewaren_tot >= before)
    return places[: next(kept, len(places))]


def remove_places(session: Session, *, places: Sequence[Schakel], anker: Anker) -> None:
    """Remove the first places of the chain with their rows, and keep where it begins now."""
    session.execute(insert(LogboekAnkerRow).values(**anker._asdict()))
    session.execute(delete(LogboekAnkerRow).where(LogboekAnkerRow.volgnummer < anker.volgnummer))
    session.execute(delete(LogboekZegelRow).where(LogboekZegelRow.volgnummer <= anker.volgnummer))
    delete_logboek(session, ids=[one.logboek_id for one in places])


def _is_text(session: Session) -> ColumnElement[bool]:
    """Whether what waits can be the id of a row: SQLite takes any value in any column."""
    column = LogboekWachtrijRow.logboek_id
    if is_postgresql(session):
        return true()
    return (func.typeof(column) == "text") & ~column.op("GLOB", is_comparison=True)("*[^0-9A-Za-z-]*")
