"""Who may see what: the one place where rows are kept from those they do not concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, desc, false, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

PartyColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zicht:
    """The parties whose data may be seen: CBS codes of gemeenten and AGB codes of aanbieders and servicebureaus."""

    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()

    def of(self, gemeente: PartyColumn, aanbieders: Sequence[PartyColumn]) -> ColumnElement[bool]:
        """Whether a row with these columns may be seen; nobody sees a row without parties."""
        return or_(false(), *self.parties(gemeente, aanbieders))

    def parties(self, gemeente: PartyColumn, aanbieders: Sequence[PartyColumn]) -> list[ColumnElement[bool]]:
        """The conditions of which one is enough to see a row, each on one column."""
        wanted = [(gemeente, self.gemeenten), *((column, self.aanbieders) for column in aanbieders)]
        return [_among(column, codes) for column, codes in wanted if codes]

    def shows(self, gemeente: str | None, aanbieders: Collection[str | None]) -> bool:
        """The same question as `of`, about values."""
        return gemeente in self.gemeenten or not self.aanbieders.isdisjoint(aanbieders)


def newest_ids(
    session: Session,
    id: InstrumentedAttribute[str],
    parties: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
) -> list[str]:
    """The greatest `limit` ids of the rows that meet all conditions and concern one of the parties, in that order.

    For each party they are read from the end of its own index on (code, id): the same time for any history.
    """
    if not parties:
        return []
    ends = [select(id).where(party, *conditions).order_by(id.desc()).limit(limit).subquery() for party in parties]
    found = union_all(*(select(end.c.id) for end in ends)).subquery()
    return list(session.scalars(select(found.c.id).distinct().order_by(desc(found.c.id)).limit(limit)))


def _among(column: PartyColumn, codes: frozenset[str]) -> ColumnElement[bool]:
    # A single code as `=`: only then does the index give the rows in the order of id.
    return column.in_(sorted(codes)) if len(codes) > 1 else column == next(iter(codes))
