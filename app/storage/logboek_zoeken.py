"""Looking in the logboek: about whom or what, by whom, when; and of which gemeente what was found is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.logboek import COLUMNS, Handeling, LogRecord, Uitkomst
from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.columns import one_of
from app.storage.declaratie_tables import DeclaratieRow
from app.storage.keys import ApiKeyRow
from app.storage.logboek import record_of
from app.storage.logboek_tables import LogboekClientRow, LogboekRow
from app.storage.personen import PersoonRow
from app.storage.toekenning_tables import ToekenningRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow

WINDOW: Final = 25_000
"""So many rows are gone through at a time for what no index leads to."""

SLACK: Final = timedelta(days=1)
"""An id says when it was made by the clock of the machine; the moment of its row may be of another."""

PERSOON: Final = "persoon:"
_COLUMNS: Final = [getattr(LogboekRow, name) for name in COLUMNS]
_WITH_GEMEENTE: Final = {"bericht": BerichtRow, "declaratie": DeclaratieRow, "toekenning": ToekenningRow}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilters:
    """What rows are narrowed to: by any of whom, what was done, how it ended, from a moment until before another."""

    wie: frozenset[str] | None = None
    handeling: Handeling | None = None
    uitkomst: Uitkomst | None = None
    van: datetime | None = None
    tot: datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions on a row."""
        found: list[ColumnElement[bool]] = []
        if self.wie is not None:
            found.append(LogboekRow.wie.in_(sorted(self.wie)))
        if self.handeling is not None:
            found.append(LogboekRow.gebeurtenis == self.handeling.value)
        if self.uitkomst is not None:
            found.append(LogboekRow.uitkomst == self.uitkomst.value)
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, newest first, and where to go on looking: before that id (None: there is nothing more)."""

    records: list[LogRecord]
    onward: str | None


def rows_before(
    session: Session, filters: LogFilters, *, texts: tuple[str | None, str | None], before: str | None, limit: int
) -> Found:
    """Rows before an id, newest first; `texts` are the ends of the period as the logboek writes moments.

    What no index leads to is looked for in as many rows as fit a page of time.
    """
    here = [*_ids_within(filters), *_moments(texts)]
    if before is not None:
        here.append(LogboekRow.id < before)
    wanted, last = filters.conditions, None
    if wanted:
        last = session.scalar(select(LogboekRow.id).where(*here).order_by(LogboekRow.id.desc()).offset(WINDOW).limit(1))
    if last is not None:
        wanted.append(LogboekRow.id >= last)
    records = _records(session, select(*_COLUMNS).where(*here, *wanted).order_by(LogboekRow.id.desc()).limit(limit))
    return Found(records, records[-1].id if len(records) == limit else last)


def rows_about(
    session: Session,
    filters: LogFilters,
    *,
    texts: tuple[str | None, str | None],
    clients: Collection[str],
    object_ids: Collection[str],
    before: str | None,
    limit: int,
) -> Found:
    """Rows about one of the clients or done to one of the objects; the filters may take out some of the `limit`."""
    ids = _ids_about(session, filters, clients=clients, object_ids=object_ids, before=before, limit=limit)
    here = [one_of(session, LogboekRow.id, ids), *_moments(texts), *filters.conditions]
    records = _records(session, select(*_COLUMNS).where(*here).order_by(LogboekRow.id.desc()))
    return Found(records, ids[-1] if len(ids) == limit else None)


def is_client_of(session: Session, *, bsn: str, gemeenten: Collection[str]) -> bool:
    """Whether one of the gemeenten has a toewijzing, toekenning or bericht about the client."""
    queries = (
        select(ToewijzingRow.id)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingVersieRow.bsn == bsn, ToewijzingRow.gemeente.in_(gemeenten)),
        select(ToekenningRow.id).where(ToekenningRow.bsn == bsn, ToekenningRow.gemeente.in_(gemeenten)),
        select(BerichtRow.id)
        .join(BerichtClientRow, BerichtClientRow.bericht_id == BerichtRow.id)
        .where(BerichtClientRow.bsn == bsn, BerichtRow.gemeente.in_(gemeenten)),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in queries)


def berichten_about(session: Session, *, bsn: str, gemeenten: Collection[str] | None, limit: int) -> list[str]:
    """The newest berichten that are about a client, of these gemeenten alone when they are given."""
    query = select(BerichtClientRow.bericht_id).where(BerichtClientRow.bsn == bsn)
    if gemeenten is not None:
        query = query.join(BerichtRow, BerichtRow.id == BerichtClientRow.bericht_id)
        query = query.where(BerichtRow.gemeente.in_(gemeenten))
    return list(session.scalars(query.order_by(BerichtClientRow.bericht_id.desc()).limit(limit)))


def gemeenten_of_objects(session: Session, objects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Of which gemeente each (soort, id) is; what has none, or is gone, is left out."""
    wanted = set(objects)
    found = {(soort, id): id.partition("/")[0] for soort, id in wanted if soort in {"toewijzing", "gemeente"}}
    for soort, row in _WITH_GEMEENTE.items():
        ids = {id for kind, id in wanted if kind == soort}
        if not ids:
            continue
        rows = session.execute(select(row.id, row.gemeente).where(one_of(session, row.id, ids)))
        found |= {(soort, id): gemeente for id, gemeente in rows if gemeente is not None}
    return found


def has_toewijzing(session: Session, *, gemeente: str, sleutel: str) -> bool:
    """Whether the gemeente has this toewijzing."""
    query = select(ToewijzingRow.id).where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
    return session.execute(query).first() is not None


def gemeenten_of_actors(session: Session, actors: Collection[str]) -> dict[str, frozenset[str]]:
    """For which gemeenten each person or credential acts now."""
    personen = {wie.removeprefix(PERSOON) for wie in actors if wie.startswith(PERSOON)}
    people = session.execute(
        select(PersoonRow.naam, PersoonRow.gemeenten).where(one_of(session, PersoonRow.naam, personen))
    )
    found = {f"{PERSOON}{naam}": frozenset(gemeenten) for naam, gemeenten in people}
    keys = session.execute(
        select(ApiKeyRow.keyid, ApiKeyRow.gemeenten).where(one_of(session, ApiKeyRow.keyid, set(actors)))
    )
    return found | {keyid: frozenset(gemeenten) for keyid, gemeenten in keys}


def moments_of(session: Session, *, object_id: str, handeling: Handeling) -> list[tuple[datetime, str]]:
    """When something was done to an object, and by whom."""
    query = select(LogboekRow.moment, LogboekRow.wie)
    rows = session.execute(query.where(LogboekRow.object_id == object_id, LogboekRow.gebeurtenis == handeling.value))
    return [(datetime.fromisoformat(moment), wie) for moment, wie in rows]


def names_of_keys(session: Session, keyids: Collection[str]) -> dict[str, str]:
    """What each credential is called."""
    query = select(ApiKeyRow.keyid, ApiKeyRow.naam).where(one_of(session, ApiKeyRow.keyid, keyids))
    return {keyid: naam for keyid, naam in session.execute(query)}


def keys_named(session: Session, naam: str) -> list[str]:
    """The credentials that are called so."""
    return list(session.scalars(select(ApiKeyRow.keyid).where(ApiKeyRow.naam == naam)))


def soorten_of_berichten(session: Session, ids: Collection[str]) -> dict[str, str | None]:
    """Of which soort each bericht is."""
    rows = session.execute(select(BerichtRow.id, BerichtRow.soort).where(one_of(session, BerichtRow.id, ids)))
    return {id: soort for id, soort in rows}


def _ids_about(
    session: Session,
    filters: LogFilters,
    *,
    clients: Collection[str],
    object_ids: Collection[str],
    before: str | None,
    limit: int,
) -> list[str]:
    """The newest ids; each client reads from the end of its own index."""
    bounds = _bounds(filters)
    if before is not None:
        bounds.append(("<", before))
    ends: list[Sequence[str]] = []
    for client in clients:
        here = [LogboekClientRow.client == client, *_compared(LogboekClientRow.logboek_id, bounds)]
        query = select(LogboekClientRow.logboek_id).where(*here)
        ends.append(session.scalars(query.order_by(LogboekClientRow.logboek_id.desc()).limit(limit)).all())
    if object_ids:
        here = [one_of(session, LogboekRow.object_id, object_ids), *_compared(LogboekRow.id, bounds)]
        ends.append(
            session.scalars(select(LogboekRow.id).where(*here).order_by(LogboekRow.id.desc()).limit(limit)).all()
        )
    return nlargest(limit, set[str]().union(*ends))


def _ids_within(filters: LogFilters) -> list[ColumnElement[bool]]:
    return _compared(LogboekRow.id, _bounds(filters))


def _bounds(filters: LogFilters) -> list[tuple[str, str]]:
    bounds: list[tuple[str, str]] = []
    if filters.van is not None:
        bounds.append((">=", _first_id(filters.van - SLACK)))
    if filters.tot is not None:
        bounds.append(("<", _first_id(filters.tot + SLACK)))
    return bounds


def _compared(column: InstrumentedAttribute[str], bounds: Iterable[tuple[str, str]]) -> list[ColumnElement[bool]]:
    return [column < value if how == "<" else column >= value for how, value in bounds]


def _moments(texts: tuple[str | None, str | None]) -> list[ColumnElement[bool]]:
    van, tot = texts
    found: list[ColumnElement[bool]] = [LogboekRow.moment >= van] if van is not None else []
    return found + ([LogboekRow.moment < tot] if tot is not None else [])


def _first_id(moment: datetime) -> str:
    """What no id (UUID version 7) of that moment comes before."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _records(session: Session, query: Any) -> list[LogRecord]:  # noqa: ANN401  (a select of all columns)
    return [record_of(row) for row in session.execute(query)]
