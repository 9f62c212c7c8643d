"""Who may see what: the one place where rows are kept from those they do not concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Zicht:
    """The parties whose data may be seen: CBS codes of gemeenten and AGB codes of aanbieders and servicebureaus."""

    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()

    def of(
        self,
        gemeente: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
        aanbieders: Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[str | None]],
    ) -> ColumnElement[bool]:
        """Whether a row with these columns may be seen; nobody sees a row without parties."""
        return or_(
            gemeente.in_(sorted(self.gemeenten)),
            *(column.in_(sorted(self.aanbieders)) for column in aanbieders),
        )
