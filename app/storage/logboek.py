"""The rows of the logboek: added with what they are about, and read back in order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from app.domain.logboek import COLUMNS, LogRecord
from app.storage.bericht_tables import BerichtClientRow
from app.storage.bulk import insert_many
from app.storage.columns import one_of
from app.storage.inserts import insert_rows
from app.storage.logboek_tables import LogboekClientRow, LogboekRow
from app.storage.prepared import Prepared

__all__ = ["COLUMNS", "LogRecord"]

AT_ONCE: Final = 1000
_COLUMNS: Final = [getattr(LogboekRow, name) for name in COLUMNS]


def add_logboek(session: Session, *, records: Sequence[LogRecord], clients: Sequence[Sequence[str]]) -> None:
    """Keep rows, each with its clients: one statement for the rows, and one when they have clients."""
    insert_rows(session, LogboekRow, [{name: getattr(one, name) for name in COLUMNS} for one in records])
    rows = [
        {"logboek_id": record.id, "client": client}
        for record, own in zip(records, clients, strict=True)
        for client in own
    ]
    insert_many(session, LogboekClientRow, rows)


def bsns_of_berichten(session: Session, *, ids: Collection[str], limit: int | None = None) -> frozenset[str]:
    """Whom the berichten are about; at most `limit` of them."""
    query = select(BerichtClientRow.bsn).where(one_of(session, BerichtClientRow.bericht_id, ids)).distinct()
    return frozenset(session.scalars(query.limit(limit)))


def bsns_of_each(session: Session, *, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Whom each of a few berichten is about."""
    rows = _BSNS.each(session, [{"bericht": id} for id in ids])
    return {id: frozenset(row.bsn for row in rows if row.bericht_id == id) for id in ids}


_BSNS: Final = Prepared(
    lambda _dialect: select(BerichtClientRow.bericht_id, BerichtClientRow.bsn).where(
        BerichtClientRow.bericht_id == bindparam("bericht")
    )
)


def clients_of(session: Session, *, ids: Collection[str]) -> Iterator[tuple[str, str]]:
    """(row, client) of the rows, in order of both, however many there are."""
    query = select(LogboekClientRow.logboek_id, LogboekClientRow.client)
    query = query.where(one_of(session, LogboekClientRow.logboek_id, ids))
    ordered = query.order_by(LogboekClientRow.logboek_id, LogboekClientRow.client)
    for row in session.execute(ordered.execution_options(yield_per=AT_ONCE)):
        yield row.logboek_id, row.client


def logboek_after(
    session: Session,
    *,
    after: str,
    limit: int,
    van: str | None = None,
    tot: str | None = None,
    clients: Collection[str] | None = None,
) -> list[LogRecord]:
    """At most `limit` rows after an id, oldest first: from `van` until before `tot`, about one of the clients."""
    conditions: list[ColumnElement[bool]] = [LogboekRow.id > after]
    if van is not None:
        conditions.append(LogboekRow.moment >= van)
    if tot is not None:
        conditions.append(LogboekRow.moment < tot)
    if clients is not None:
        conditions.append(LogboekRow.id.in_(_about(clients)))
    return _records(session, select(*_COLUMNS).where(*conditions).order_by(LogboekRow.id).limit(limit))


def logboek_before(
    session: Session, *, before: str | None, limit: int, clients: Collection[str], object_ids: Collection[str]
) -> list[LogRecord]:
    """At most `limit` rows before an id, newest first, about one of the clients or done to one of the objects."""
    about = or_(LogboekRow.id.in_(_about(clients)), one_of(session, LogboekRow.object_id, object_ids))
    query = select(*_COLUMNS).where(about)
    if before is not None:
        query = query.where(LogboekRow.id < before)
    return _records(session, query.order_by(LogboekRow.id.desc()).limit(limit))


def rows_of(session: Session, *, ids: Collection[str]) -> list[LogRecord]:
    """The rows with these ids, in order of id."""
    return _records(session, select(*_COLUMNS).where(one_of(session, LogboekRow.id, ids)).order_by(LogboekRow.id))


def delete_logboek(session: Session, *, ids: Collection[str]) -> None:
    """Remove rows with their clients; the database itself refuses those that must be kept."""
    session.execute(delete(LogboekClientRow).where(one_of(session, LogboekClientRow.logboek_id, ids)))
    session.execute(delete(LogboekRow).where(one_of(session, LogboekRow.id, ids)))


def record_of(values: Sequence[Any]) -> LogRecord:
    """The row from its columns, in order."""
    return LogRecord(**dict(zip(COLUMNS, values, strict=True)))


def _about(clients: Collection[str]) -> Any:  # noqa: ANN401  (a select of one column)
    return select(LogboekClientRow.logboek_id).where(LogboekClientRow.client.in_(sorted(clients)))


def _records(session: Session, query: Any) -> list[LogRecord]:  # noqa: ANN401  (a select of all columns)
    return [record_of(row) for row in session.execute(query)]
