"""The budget of a toewijzing as a table: per period what was assigned, granted and is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.bedrag import Bedrag
from app.domain.budget import WHOLE_VALIDITY, RoomPeriod, ledger_units, room, room_periods
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.versies import Toewijzing

MAX_YEARS_AHEAD = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """One period; volumes in the unit of the Omvang (hours that were declared in minutes count as begun hours).

    `gedeclareerd` is the net granted volume; `resterend` is below zero when the room was cut after that.
    """

    jaar: int | None
    periode: int | None
    begindatum: date
    einddatum: date | None
    toegewezen: int
    gedeclareerd: int
    toegekend: Bedrag

    @property
    def resterend(self) -> int:
        """What is left."""
        return self.toegewezen - self.gedeclareerd


def budget_rows(
    toewijzing: Toewijzing, inrichting: Inrichting, toegekend: Mapping[date, tuple[int, int]], *, today: date
) -> tuple[BudgetRow, ...]:
    """A row for every period of the validity, in order; none without Omvang.

    `toegekend` is (volume in ledger units, cents) by first day of the booked period. An endless toewijzing, or one
    that ends later than the year after this one, is shown up to the end of that year.
    """
    omvang = toewijzing.actueel.omvang
    if omvang is None:
        return ()
    span = _shown(toewijzing, toegekend, today)
    gebroken = inrichting.instellingen.gebroken_periode
    unit = ledger_units(omvang.eenheid)
    rows: list[BudgetRow] = []
    for periode in room_periods(toewijzing, inrichting, span):
        booked = [granted for day, granted in toegekend.items() if periode.dagen.contains(day)]
        volume = room(toewijzing, periode, gebroken)
        if booked or _has_days_in(toewijzing, periode):
            rows.append(_row(toewijzing, periode, volume // unit, booked, unit))
    return tuple(rows)


def _has_days_in(toewijzing: Toewijzing, periode: RoomPeriod) -> bool:
    """Whether a day of the period is valid, also where the room of so few days comes to nothing."""
    return any(
        periode.dagen.intersection(begindatum, einddatum) is not None
        for begindatum, einddatum, versie in toewijzing.segments()
        if versie.omvang is not None and not versie.is_void
    )


def _shown(toewijzing: Toewijzing, toegekend: Collection[date], today: date) -> GeslotenPeriode:
    """The valid days up to the horizon; what was granted stays in sight, also when it was withdrawn later."""
    segments = toewijzing.segments()
    begin, einddatum = segments[0].begindatum, segments[-1].einddatum
    horizon = date(min(max(begin.year, today.year) + MAX_YEARS_AHEAD, date.max.year), 12, 31)
    last = horizon if einddatum is None else min(einddatum, horizon)
    booked = [day for day in toegekend if day > WHOLE_VALIDITY.begindatum]
    return GeslotenPeriode(min((begin, *booked)), max((last, *booked)))


def _row(
    toewijzing: Toewijzing, periode: RoomPeriod, toegewezen: int, booked: list[tuple[int, int]], unit: int
) -> BudgetRow:
    total = periode.dagen == WHOLE_VALIDITY
    segments = toewijzing.segments()
    return BudgetRow(
        jaar=periode.jaar,
        periode=periode.periode,
        begindatum=segments[0].begindatum if total else periode.dagen.begindatum,
        einddatum=segments[-1].einddatum if total else periode.dagen.einddatum,
        toegewezen=toegewezen,
        gedeclareerd=-(-sum(volume for volume, _ in booked) // unit),
        toegekend=Bedrag(sum(cents for _, cents in booked)),
    )
