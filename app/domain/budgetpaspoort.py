"""How a budget was divided over time, and how each period came to what is left of it (domain.md §5-§6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from app.domain.budget_rows import BudgetRow
from app.domain.versies import Segment, Toewijzing


class Deel(NamedTuple):
    """What one toewijzing has of a budget, per period of its Omvang."""

    sleutel: str
    nummer: int | None
    aanbieder: str
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdeling:
    """Days on which a budget is divided in one way; without `einddatum` for as long as it runs."""

    begindatum: date
    einddatum: date | None
    delen: tuple[Deel, ...]

    @property
    def volume(self) -> int:
        """All parts together."""
        return sum(deel.volume for deel in self.delen)


def verdelingen(toewijzingen: Sequence[Toewijzing]) -> tuple[Verdeling, ...]:
    """How the parts of a budget follow on each other, in order of days; days without any part are left out."""
    parts = [(t, segment) for t in toewijzingen for segment in t.segments() if _counts(segment)]
    borders = {segment.begindatum for _, segment in parts}
    borders |= {s.einddatum + timedelta(days=1) for _, s in parts if s.einddatum is not None and s.einddatum < date.max}
    days = sorted(borders)
    found: list[Verdeling] = []
    for place, begin in enumerate(days):
        delen = tuple(_deel(t, s) for t, s in parts if s.begindatum <= begin <= (s.einddatum or date.max))
        if not delen:
            continue
        last = days[place + 1] - timedelta(days=1) if place + 1 < len(days) else None
        if found and found[-1].delen == delen:
            delen_since = found.pop().begindatum
            found.append(Verdeling(begindatum=delen_since, einddatum=last, delen=delen))
        else:
            found.append(Verdeling(begindatum=begin, einddatum=last, delen=delen))
    return tuple(found)


def _counts(segment: Segment) -> bool:
    return segment.versie.omvang is not None and not segment.versie.is_void


def _deel(toewijzing: Toewijzing, segment: Segment) -> Deel:
    omvang = segment.versie.omvang
    return Deel(toewijzing.sleutel, toewijzing.nummer, toewijzing.aanbieder, omvang.volume if omvang else 0)


class Geboekt(Protocol):
    """A booking as far as it decides what is left."""

    @property
    def begin(self) -> date:
        """The first day of the period on which it was booked."""
        ...

    @property
    def volume(self) -> int:
        """In ledger units; a credit is negative."""
        ...


GeboektT = TypeVar("GeboektT", bound=Geboekt)


@dataclass(frozen=True, slots=True)
class PeriodeSpoor(Generic[GeboektT]):
    """A period with the bookings that made of what was assigned what is left."""

    row: BudgetRow
    boekingen: tuple[GeboektT, ...]


def sporen(rows: Iterable[BudgetRow], boekingen: Sequence[GeboektT]) -> tuple[PeriodeSpoor[GeboektT], ...]:
    """Each period with its bookings; those of a total have no day of their own."""
    return tuple(PeriodeSpoor(row, tuple(one for one in boekingen if _is_in(row, one.begin))) for row in rows)


def _is_in(row: BudgetRow, day: date) -> bool:
    return row.jaar is None or row.begindatum <= day <= (row.einddatum or date.max)
