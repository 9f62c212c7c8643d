"""Toewijzingen as a party looks at them: with every version and the 301 that gave it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.onderaannemer import Onderaannemers
from app.domain.versies import Toewijzing, ToewijzingVersie
from app.storage.columns import is_postgresql, one_of
from app.storage.onderaannemers import onderaannemers_by_id
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow
from app.storage.toewijzing_versies import versie_of
from app.storage.zicht import Zicht

MAX_DIGITS = 18  # of a number that fits in a BIGINT
SPAN: Final = 5_000
MOST_SPANS: Final = 4
"""So many toewijzingen of everybody are looked through for one page, in some 40 ms."""

LAST_ID: Final = 2**63 - 1
MOST_IDS: Final = 80_000
"""So many ids are looked through for one page; a filter that few of them pass says where to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersieRecord:
    """A version, the id of the 301 that gave it, and whether it was refused by a 302 (`vervallen`)."""

    versie: ToewijzingVersie = field(repr=False)
    bericht_id: str
    vervallen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingRecord:
    """A toewijzing with all its versions, newest first; `id` is its place in lists.

    `onderaannemers` are for the gemeente only: to others there are none.
    """

    id: int
    gemeente: str
    sleutel: str
    nummer: int | None
    aanbieder: str
    onderaannemers: Onderaannemers
    versies: tuple[VersieRecord, ...]

    @property
    def actueel(self) -> VersieRecord:
        """The newest version that counts; when none does, the newest."""
        return next((record for record in self.versies if not record.vervallen), self.versies[0])

    @property
    def toewijzing(self) -> Toewijzing | None:
        """The toewijzing as rules see it: with the versions that count, None when there are none."""
        counting = tuple(record.versie for record in self.versies if not record.vervallen)
        if not counting:
            return None
        return Toewijzing(
            sleutel=self.sleutel,
            gemeente=self.gemeente,
            nummer=self.nummer,
            aanbieder=self.aanbieder,
            versies=counting,
        )


def find_toewijzing_record(
    session: Session, *, zicht: Zicht, gemeente: str, nummer_or_sleutel: str | int
) -> ToewijzingRecord | None:
    """The toewijzing with this ToewijzingNummer, else with this sleutel; None when there is none to see."""
    name = str(nummer_or_sleutel)
    named = [ToewijzingRow.sleutel == name]
    if name.isascii() and name.isdigit() and len(name) <= MAX_DIGITS:
        named.insert(0, ToewijzingRow.nummer == int(name))
    rows: Sequence[ToewijzingRow] = ()
    while named and not rows:  # one after the other: each has an index, both together have none
        query = select(ToewijzingRow).where(_visible(zicht), ToewijzingRow.gemeente == gemeente, named.pop(0))
        rows = session.scalars(query.order_by(ToewijzingRow.id).limit(1)).all()
    records = _records_of(session, rows, zicht)
    return records[0] if records else None


def toewijzing_records(
    session: Session, *, zicht: Zicht, gemeente: str, sleutels: Collection[str]
) -> list[ToewijzingRecord]:
    """The toewijzingen with these sleutels, as far as they may be seen, in order of id."""
    query = select(ToewijzingRow).where(
        _visible(zicht), ToewijzingRow.gemeente == gemeente, one_of(session, ToewijzingRow.sleutel, sleutels)
    )
    return _records_of(session, session.scalars(query.order_by(ToewijzingRow.id)).all(), zicht)


class Found(NamedTuple):
    """Toewijzingen, and the id from which to go on looking, None when there are no more."""

    records: list[ToewijzingRecord]
    cursor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingFilters:
    """What a list is narrowed to, as in `list_toewijzingen`; `before` is where it goes on."""

    aanbieder: str | None = None
    nummer: int | None = None
    product: str | None = None
    actief_op: date | None = None
    before: int | None = None


def newest_toewijzingen(session: Session, *, zicht: Zicht, filters: ToewijzingFilters, limit: int) -> Found:
    """At most `limit` toewijzingen, the newest first."""
    product, day, before = filters.product, filters.actief_op, filters.before
    query = select(ToewijzingRow).where(*_scope(session, zicht, filters)).order_by(ToewijzingRow.id.desc())
    if product is None and day is None:
        page = query if before is None else query.where(ToewijzingRow.id < before)
        rows = session.scalars(page.limit(limit + 1)).all()
        return Found(_records_of(session, rows[:limit], zicht), rows[limit - 1].id if len(rows) > limit else None)
    if before is None:
        before = (session.scalar(select(func.max(ToewijzingRow.id))) or 0) + 1
    found: list[ToewijzingRecord] = []
    for _ in range(MOST_SPANS):
        span, before = (before - SPAN, before), before - SPAN
        page = query.where(ToewijzingRow.id.in_(_fitting(span, product, day)), *_within(ToewijzingRow.id, span))
        while len(found) <= limit and (rows := session.scalars(page.limit(limit + 1)).all()):
            found += [record for record in _records_of(session, rows, zicht) if _matches(record, product, day)]
            page = page.where(ToewijzingRow.id < rows[-1].id)
        if len(found) > limit:
            return Found(found[:limit], found[limit - 1].id)
        if before <= 1:
            return Found(found, None)
    return Found(found, before)


def _within(column: InstrumentedAttribute[int], span: tuple[int, int]) -> tuple[ColumnElement[bool], ...]:
    """From the first id up to the second, that not included."""
    return column >= span[0], column < span[1]


def _fitting(span: tuple[int, int], product: str | None, day: date | None) -> Select[int]:
    """Those of which some version fits; whether that is the one that decides is the domain's to say (_matches)."""
    query = select(ToewijzingVersieRow.toewijzing_id).where(
        *_within(ToewijzingVersieRow.toewijzing_id, span), ToewijzingVersieRow.vervallen == false()
    )
    if product is not None:
        query = query.where(ToewijzingVersieRow.code == product)
    if day is not None:
        open_or_later = or_(ToewijzingVersieRow.einddatum.is_(None), ToewijzingVersieRow.einddatum >= day)
        query = query.where(ToewijzingVersieRow.ingangsdatum <= day, open_or_later)
    return query


def _scope(session: Session, zicht: Zicht, filters: ToewijzingFilters) -> list[ColumnElement[bool]]:
    conditions = [_visible(zicht)]
    if filters.nummer is not None:
        conditions.append(ToewijzingRow.nummer == filters.nummer)
    elif not is_postgresql(session):
        # SQLite would look up the gemeente by an index, and sort all that it has; in order of id it may stop.
        own = func.coalesce(ToewijzingRow.gemeente, "").in_(sorted(zicht.gemeenten))
        conditions = [or_(own, _visible(Zicht(aanbieders=zicht.aanbieders)))]
    if filters.aanbieder is not None:
        conditions.append(ToewijzingRow.aanbieder == filters.aanbieder)
    return conditions


def bsns_of_toewijzingen(session: Session, *, gemeente: str, sleutels: Collection[str]) -> frozenset[str]:
    """Whom toewijzingen of a gemeente are or were about; that they may be seen was asked before."""
    query = (
        select(ToewijzingVersieRow.bsn)
        .join(ToewijzingRow, ToewijzingRow.id == ToewijzingVersieRow.toewijzing_id)
        .where(ToewijzingRow.gemeente == gemeente, one_of(session, ToewijzingRow.sleutel, sleutels))
    )
    return frozenset(session.scalars(query.distinct()))


def list_toewijzingen(
    session: Session,
    *,
    zicht: Zicht,
    aanbieder: str | None = None,
    product: str | None = None,
    actief_op: date | None = None,
    limit: int,
    after: int | None = None,
) -> Found:
    """At most `limit` toewijzingen in order of id that come `after` one; the next page comes after the cursor.

    `product` is the code in the newest version that counts; `actief_op` a day on which support may be delivered. What
    is seldom is looked for in a part of the history at a time: a page may be short, or empty, and have a next one.
    """
    of_aanbieder = [] if aanbieder is None else [ToewijzingRow.aanbieder == aanbieder]
    query = select(ToewijzingRow).where(_visible(zicht), *_may_match(product, actief_op), *of_aanbieder)
    last, end = after or 0, None
    if product is not None or actief_op is not None:
        end = min(last + MOST_IDS, LAST_ID)
        query = query.where(ToewijzingRow.id <= end)
    found, more = list[ToewijzingRecord](), True
    while more and len(found) <= limit:
        rows = session.scalars(query.where(ToewijzingRow.id > last).order_by(ToewijzingRow.id).limit(limit + 1)).all()
        found += [record for record in _records_of(session, rows, zicht) if _matches(record, product, actief_op)]
        last, more = (rows[-1].id if rows else last), len(rows) > limit
    if len(found) > limit:
        return Found(found[:limit], found[limit - 1].id)
    is_last = end is None or end >= (session.scalar(select(func.max(ToewijzingRow.id))) or 0)
    return Found(found, None if is_last else end)


def _visible(zicht: Zicht) -> ColumnElement[bool]:
    return zicht.of(ToewijzingRow.gemeente, [ToewijzingRow.aanbieder])


def _may_match(product: str | None, actief_op: date | None) -> list[ColumnElement[bool]]:
    # Some version fits; whether that is the one that decides is the domain's to say (_matches).
    of_toewijzing = (ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id, ToewijzingVersieRow.vervallen == false())
    conditions: list[ColumnElement[bool]] = []
    if product is not None:
        conditions.append(exists().where(*of_toewijzing, ToewijzingVersieRow.code == product))
    if actief_op is not None:
        open_or_later = or_(ToewijzingVersieRow.einddatum.is_(None), ToewijzingVersieRow.einddatum >= actief_op)
        conditions.append(exists().where(*of_toewijzing, ToewijzingVersieRow.ingangsdatum <= actief_op, open_or_later))
    return conditions


def _matches(record: ToewijzingRecord, product: str | None, actief_op: date | None) -> bool:
    toewijzing = record.toewijzing
    if toewijzing is None:
        return product is None and actief_op is None
    has_product = product is None or toewijzing.actueel.product.code == product
    return has_product and (actief_op is None or toewijzing.versie_on(actief_op) is not None)


def _records_of(session: Session, rows: Sequence[ToewijzingRow], zicht: Zicht) -> list[ToewijzingRecord]:
    versies: defaultdict[int, list[VersieRecord]] = defaultdict(list)
    query = (
        select(ToewijzingVersieRow)
        .where(one_of(session, ToewijzingVersieRow.toewijzing_id, [row.id for row in rows]))
        .order_by(
            ToewijzingVersieRow.toewijzingsdatum.desc(),
            ToewijzingVersieRow.toewijzingstijd.desc(),
            ToewijzingVersieRow.id.desc(),
        )
    )
    for row in session.scalars(query):
        record = VersieRecord(versie=versie_of(row), bericht_id=row.bericht_id, vervallen=row.vervallen)
        versies[row.toewijzing_id].append(record)
    own = [row.id for row in rows if row.gemeente in zicht.gemeenten]
    onderaannemers = onderaannemers_by_id(session, ids=own) if own else {}
    return [
        ToewijzingRecord(
            id=row.id,
            gemeente=row.gemeente,
            sleutel=row.sleutel,
            nummer=row.nummer,
            aanbieder=row.aanbieder,
            onderaannemers=onderaannemers.get(row.id, ()),
            versies=tuple(versies[row.id]),
        )
        for row in rows
    ]
