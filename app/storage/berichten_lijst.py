"""The message log as people page through it: by any filter, both ways, in a bounded time however long it is.

A filter that has an index opens a way through the log: rows that lie together, in the order of the list. Of the ways
that the filters open the one with the fewest rows is taken; the other filters are asked of each row on it. What would
read too many rows stops halfway and says how far it came, so that a reader can go on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from app.storage.bericht_records import PARTY_COLUMNS, BerichtRecord, visible_bericht
from app.storage.bericht_tables import BerichtRow
from app.storage.berichten import BerichtFilters, berichten_by_id, list_berichten, start_of_day
from app.storage.columns import one_of
from app.storage.findings import BevindingRow
from app.storage.measures import moment_in
from app.storage.zicht import Zicht

Condition: TypeAlias = ColumnElement[bool]

STEPS: Final = (200, 1_000, 4_000)
"""So many rows of a way are read, one step after the other, until a page is full: at most in some 50 ms."""
FEW: Final = 5_000
"""A way with fewer rows is read to its end."""
COUNTED: Final = 10_000
"""No more berichten of a status are counted: to count a million of them takes longer than all of the page."""
ONE_BY_ONE: Final = 50
"""Up to so many parties each have their own way through an index; what more of them see is read together."""
PARTY_INDEXES: Final = (BerichtRow.aanbieder, BerichtRow.servicebureau)
EQUAL: Final = ("soort", "richting", "status", "afzender", "ontvanger")
OF_PAGE: Final = (*EQUAL, "van", "tot")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilters:
    """What the list is narrowed to; None does not filter.

    `partij`: afzender or ontvanger, or the gemeente, aanbieder or servicebureau that a bericht concerns. `van` and
    `tot`: days of receipt in the Netherlands, both included. `ids`: those that a search found.
    """

    soort: str | None = None
    richting: str | None = None
    status: str | None = None
    afzender: str | None = None
    ontvanger: str | None = None
    partij: str | None = None
    van: date | None = None
    tot: date | None = None
    retourcode: str | None = None
    ids: tuple[str, ...] | None = None


class Plek(NamedTuple):
    """A place in the list: the moment counts where that is its order."""

    id: str
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BerichtRegel:
    """A row of the list; `retourcode` is the first one found on the bericht."""

    id: str
    soort: str | None
    release: str | None
    richting: str
    afzender: str | None
    ontvanger: str | None
    gemeente: str | None
    identificatie: str | None
    ontvangen_op: datetime
    status: str
    bevindingen: int
    retourcode: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gelezen:
    """What was read in one direction: the ids found, nearest first, and whether there may be more.

    `gestopt`: the place where reading stopped before a page was full; after it there may be more.
    """

    ids: tuple[str, ...]
    meer: bool
    gestopt: Plek | None = None


class Bladzijde(NamedTuple):
    """Berichten, newest first; more may come after `verder`, also when there are fewer than asked for."""

    berichten: tuple[BerichtRecord, ...]
    verder: str | None


class _Stream(NamedTuple):
    """Rows that lie together in one index, in the order of the list unless they are to be `sorted` first."""

    id: Any
    conditions: tuple[Condition, ...]
    moment: Any = None
    sorted: bool = False


_Way: TypeAlias = Sequence[_Stream]


def read_log(
    session: Session, *, zicht: Zicht, filters: LogFilters, limit: int, start: Plek | None, upward: bool = False
) -> Gelezen:
    """At most `limit` berichten from a place on, to older ones, or `upward` to newer ones."""
    if not _parties(zicht):
        return Gelezen(ids=(), meer=False)
    way = _way(session, zicht, filters)
    by_code = way[0].id is not BerichtRow.id
    asked = _asked(zicht, replace(filters, retourcode=None) if by_code else filters)
    found: dict[str, None] = {}
    for step in STEPS:
        rows = session.execute(_next(way, asked, start, upward=upward, limit=step)).all()
        found.update((row.id, None) for row in rows if row.past)
        if len(found) > limit:
            return Gelezen(ids=tuple(found)[:limit], meer=True)
        if len(rows) < step:
            return Gelezen(ids=tuple(found), meer=False)
        start = Plek(rows[-1].id, rows[-1].moment)
    assert start is not None  # noqa: S101  (a step that was full has a last row)
    return Gelezen(ids=tuple(found), meer=True, gestopt=_with_moment(session, start))


def page_of_log(
    session: Session, *, zicht: Zicht, filters: BerichtFilters, limit: int, before: str | None
) -> Bladzijde:
    """At most `limit` berichten that come `before` an id. What is seldom is looked for in a part of the log at a time.

    Newest first: by id, within a period by moment of receipt.
    """
    if filters.bsn is not None or filters.identificatie is not None:  # an index leads to the few that there are
        records = list_berichten(session, zicht=zicht, filters=filters, limit=limit + 1, before=before)
        return Bladzijde(tuple(records[:limit]), records[limit - 1].id if len(records) > limit else None)
    asked = LogFilters(**{name: getattr(filters, name) for name in OF_PAGE})
    start = plek_in(session, id=before, zicht=zicht) if before is not None else None
    found = read_log(session, zicht=zicht, filters=asked, limit=limit, start=start)
    last = found.ids[-1] if found.meer and found.ids else None
    onward = found.gestopt.id if found.gestopt is not None else last
    return Bladzijde(tuple(berichten_by_id(session, ids=found.ids, zicht=zicht)), onward)


def find_plek(session: Session, *, id: str) -> Plek | None:
    """The place of a bericht in the list, None when it is not there (any more)."""
    row = session.execute(select(BerichtRow.id, BerichtRow.ontvangen_op).where(BerichtRow.id == id)).one_or_none()
    return Plek(*row) if row else None


def plek_in(session: Session, *, id: str, zicht: Zicht) -> Plek:
    """The place of a bericht; for one that is gone or may not be seen, and so for any id, the place the id tells."""
    seen = (BerichtRow.id == id, visible_bericht(zicht))
    row = session.execute(select(BerichtRow.id, BerichtRow.ontvangen_op).where(*seen)).one_or_none()
    return Plek(*row) if row else Plek(id, moment_in(id))


def regels_of(session: Session, *, ids: Sequence[str]) -> list[BerichtRegel]:
    """The rows of the list for these ids, in that order; that they may be seen was asked before."""
    of_bericht = BevindingRow.bericht_id == BerichtRow.id
    # By the last number, for they are numbered from 0: to count them reads every one.
    last = select(func.max(BevindingRow.volgorde)).where(of_bericht).scalar_subquery()
    code = select(BevindingRow.retourcode).where(of_bericht, BevindingRow.retourcode.is_not(None))
    first = code.order_by(BevindingRow.volgorde).limit(1).scalar_subquery()
    names = tuple(BerichtRegel.__dataclass_fields__)[:10]
    columns = [getattr(BerichtRow, name) for name in names]
    rows = session.execute(select(*columns, last, first).where(one_of(session, BerichtRow.id, ids)))
    by_id = {row[0]: _regel(dict(zip(names, row, strict=False)), row[-2], row[-1]) for row in rows}
    return [by_id[id] for id in ids if id in by_id]


def count_by_status(session: Session, *, zicht: Zicht, statussen: Sequence[str]) -> dict[str, int]:
    """How many berichten have each status; COUNTED + 1 stands for more than COUNTED."""
    if not _parties(zicht):
        return dict.fromkeys(statussen, 0)
    counts = [_count(_by_status(zicht, status), COUNTED) for status in statussen]
    row = session.execute(select(*counts)).one()  # on an index alone
    return {status: min(count, COUNTED + 1) for status, count in zip(statussen, row, strict=True)}


def _regel(values: dict[str, Any], last: int | None, code: str | None) -> BerichtRegel:
    return BerichtRegel(**values, bevindingen=0 if last is None else last + 1, retourcode=code)


def _with_moment(session: Session, plek: Plek) -> Plek:
    return find_plek(session, id=plek.id) or plek


def _next(way: _Way, asked: Condition, start: Plek | None, *, upward: bool, limit: int) -> Select[Any]:
    ends = [_end(stream, asked, start, upward=upward, limit=limit) for stream in way]
    found = union_all(*(select(end) for end in ends)).subquery()
    moment = None if way[0].moment is None else found.c.moment
    return select(found).order_by(*_ordered(moment, found.c.id, upward=upward)).limit(limit)


def _end(stream: _Stream, asked: Condition, start: Plek | None, *, upward: bool, limit: int) -> Subquery:
    """The rows of a stream from a place on, each with whether it passes what is asked.

    Whether it passes is a column, not a condition: so no more than `limit` rows are read, along the index meant.
    """
    moment = null() if stream.moment is None else stream.moment
    query = select(stream.id.label("id"), moment.label("moment"), asked.label("past"))
    if stream.id is not BerichtRow.id:
        query = query.join(BerichtRow, BerichtRow.id == stream.id)
    query = query.where(*stream.conditions)
    if stream.sorted:
        rows = query.offset(0).subquery().c  # an offset keeps the order outside from choosing the index inside
        stream, query = _Stream(rows.id, (), rows.moment), select(rows.id, rows.moment, rows.past)
    beyond = [] if start is None else [_beyond(stream, start, upward=upward)]
    order = _ordered(stream.moment, stream.id, upward=upward)
    return query.where(*beyond).order_by(*order).limit(limit).subquery()


def _ordered(
    moment: ColumnElement[Any] | None, id: ColumnElement[Any], *, upward: bool
) -> Iterator[ColumnElement[Any]]:
    for column in (moment, id):
        if column is not None:
            yield column.asc() if upward else column.desc()


def _beyond(stream: _Stream, start: Plek, *, upward: bool) -> Condition:
    by_id = stream.id > start.id if upward else stream.id < start.id
    if stream.moment is None:
        return by_id
    later = stream.moment > start.moment if upward else stream.moment < start.moment
    # The first part is what an index can seek to.
    near = stream.moment >= start.moment if upward else stream.moment <= start.moment
    return and_(near, or_(later, by_id))


def _asked(zicht: Zicht, filters: LogFilters) -> Condition:
    """All that a row must be, whatever way leads to it."""
    wanted = {name: getattr(filters, name) for name in EQUAL}
    conditions = [getattr(BerichtRow, name) == value for name, value in wanted.items() if value is not None]
    conditions += [visible_bericht(zicht), *_period(filters)]
    if filters.partij is not None:
        named = (BerichtRow.afzender, BerichtRow.ontvanger, BerichtRow.gemeente, *PARTY_INDEXES)
        conditions.append(or_(*(column == filters.partij for column in named)))
    if filters.retourcode is not None:
        found = aliased(BevindingRow)  # another one than where a way begins
        has_code = (found.bericht_id == BerichtRow.id, found.retourcode == filters.retourcode)
        conditions.append(select(found.bericht_id).where(*has_code).correlate(BerichtRow).exists())
    return and_(*conditions)


def _period(filters: LogFilters) -> list[Condition]:
    conditions: list[Condition] = []
    if filters.van is not None:
        conditions.append(BerichtRow.ontvangen_op >= start_of_day(filters.van))
    if filters.tot is not None and filters.tot < date.max:
        conditions.append(BerichtRow.ontvangen_op < start_of_day(filters.tot + timedelta(days=1)))
    return conditions


def _way(session: Session, zicht: Zicht, filters: LogFilters) -> _Way:
    """The way with the fewest rows; where all have many, the first in the order of `_ways`.

    The order depends on the filters and not on the way, which the next page may choose otherwise: within a period it is
    that of receipt. Only that period has it from an index; rows of another way, which are few then, are sorted.
    """
    if filters.ids is not None:
        return [_Stream(BerichtRow.id, (one_of(session, BerichtRow.id, filters.ids),))]
    ways = _ways(zicht, filters)
    if len(ways) == 1:
        return ways[0]
    counts = session.execute(select(*(_count(way, FEW) for way in ways))).one()
    best = min(range(len(ways)), key=lambda at: min(counts[at], FEW))
    if best > 0 and ways[0][0].moment is not None:
        return [stream._replace(moment=BerichtRow.ontvangen_op, sorted=True) for stream in ways[best]]
    return ways[best]


def _ways(zicht: Zicht, filters: LogFilters) -> list[_Way]:
    """The ways that the filters open, the best guess first; when they open none, that of the whole log."""
    parties, ways = _parties(zicht), list[_Way]()
    if within := _period(filters):
        ways.append([_Stream(BerichtRow.id, (party, *within), BerichtRow.ontvangen_op) for party in parties])
    if filters.retourcode is not None:
        ways.append([_Stream(BevindingRow.bericht_id, (BevindingRow.retourcode == filters.retourcode,))])
    if not zicht.aanbieders and len(zicht.gemeenten) <= ONE_BY_ONE:  # the log of an aanbieder is not as long
        ways += _of_gemeenten(sorted(zicht.gemeenten), filters)
    if filters.status is not None:
        ways.append(_by_status(zicht, filters.status))
    return ways or [[_Stream(BerichtRow.id, (party,)) for party in parties]]


def _of_gemeenten(gemeenten: Sequence[str], filters: LogFilters) -> list[_Way]:
    """Those that have an index for a gemeente alone."""
    ways: list[_Way] = []
    if filters.partij is not None:
        ways.append(list(_of_partij(filters.partij, gemeenten)))
    if filters.soort is not None:
        kind = BerichtRow.soort == filters.soort
        ways.append([_Stream(BerichtRow.id, (BerichtRow.gemeente == code, kind)) for code in gemeenten])
    return ways


def _of_partij(partij: str, gemeenten: Sequence[str]) -> Iterator[_Stream]:
    for column in PARTY_INDEXES:
        yield _Stream(BerichtRow.id, (column == partij,))
    named = or_(BerichtRow.afzender == partij, BerichtRow.ontvanger == partij)
    for code in gemeenten:
        whole = code == partij
        # A bericht that was refused, or one for several aanbieders, has none of its own.
        without = () if whole else (BerichtRow.aanbieder.is_(None), named)
        yield _Stream(BerichtRow.id, (BerichtRow.gemeente == code, *without))


def _by_status(zicht: Zicht, status: str) -> _Way:
    return [_Stream(BerichtRow.id, (party, BerichtRow.status == status)) for party in _parties(zicht)]


def _parties(zicht: Zicht) -> list[Condition]:
    """What one may see, each on one column and of one code: only then an index has the rows in the order of id."""
    if len(zicht.gemeenten) + len(zicht.aanbieders) > ONE_BY_ONE:
        return zicht.parties(*PARTY_COLUMNS)
    codes = [(BerichtRow.gemeente, code) for code in sorted(zicht.gemeenten)]
    codes += [(column, code) for column in PARTY_INDEXES for code in sorted(zicht.aanbieders)]
    return [column == code for column, code in codes]


def _count(way: _Way, most: int) -> ColumnElement[int]:
    """The number of rows of a way, of each stream no more than one above `most`."""
    total: ColumnElement[int] = literal(0)
    for stream in way:
        some = select(stream.id).where(*stream.conditions).limit(most + 1).subquery()
        total += select(func.count()).select_from(some).scalar_subquery()
    return total
