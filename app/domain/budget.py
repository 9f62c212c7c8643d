"""The room that a toewijzing gives in each period, and what is left of it (domain.md §4).

Room is counted in ledger units: minutes where the Omvang is in hours (a prestatie may come in minutes), else the
units of the Omvang itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from app.domain.bedrag import round_half_up
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import Declaratieperiode, GebrokenPeriode, Inrichting
from app.domain.periode import GeslotenPeriode, last_of_month, weeks_touched
from app.domain.toewijzing import Omvang
from app.domain.versies import Segment, Toewijzing

MINUTES_PER_HOUR = 60
WHOLE_VALIDITY = GeslotenPeriode(date.min, date.max)


def ledger_units(eenheid: Eenheid) -> int:
    """How many ledger units one unit is."""
    return MINUTES_PER_HOUR if eenheid is Eenheid.UUR else 1


def is_convertible(one: Eenheid, other: Eenheid) -> bool:
    """Whether a volume in one unit can be told in the other: only hours and minutes can."""
    return one is other or {one, other} == {Eenheid.UUR, Eenheid.MINUUT}


def counts_as(assigned: Eenheid, claimed: Eenheid) -> bool:
    """Whether a prestatie in one unit may be set against an Omvang in the other (TR309)."""
    return assigned is claimed or (assigned is Eenheid.UUR and claimed is Eenheid.MINUUT)


@dataclass(frozen=True, slots=True)
class RoomPeriod:
    """A period with a cap of its own: a CAK period, a month, a year, or the whole validity.

    `jaar` and `periode` name it for a reader; `periode` is the CAK number or the month, and both are None for a
    total.
    """

    dagen: GeslotenPeriode
    jaar: int | None = None
    periode: int | None = None


def room_periods(toewijzing: Toewijzing, inrichting: Inrichting, span: GeslotenPeriode) -> tuple[RoomPeriod, ...]:
    """The periods of the toewijzing's Frequentie that have a day in the span, in order; none without Omvang."""
    omvang = toewijzing.actueel.omvang
    if omvang is None:
        return ()
    match omvang.frequentie:
        case Frequentie.TOTAAL:
            return (RoomPeriod(WHOLE_VALIDITY),)
        case Frequentie.PER_JAAR:
            return tuple(_years(span))
        case Frequentie.PER_MAAND:
            return tuple(_months(span))
        case Frequentie.PER_VIER_WEKEN:
            return tuple(_cak_perioden(inrichting, span))
        case _:  # per day or per week: by the period that the aanbieder declares by
            contract = inrichting.contract_on(toewijzing.aanbieder, span.begindatum)
            monthly = contract is not None and contract.declaratieperiode is Declaratieperiode.MAAND
            return tuple(_months(span) if monthly else _cak_perioden(inrichting, span))


def _cak_perioden(inrichting: Inrichting, span: GeslotenPeriode) -> Iterator[RoomPeriod]:
    for cak in inrichting.cak_perioden_in(span):
        yield RoomPeriod(cak.dagen, cak.jaar, cak.periode)


def _months(span: GeslotenPeriode) -> Iterator[RoomPeriod]:
    jaar, maand = span.begindatum.year, span.begindatum.month
    while (jaar, maand) <= (span.einddatum.year, span.einddatum.month):
        begin = date(jaar, maand, 1)
        yield RoomPeriod(GeslotenPeriode(begin, last_of_month(begin)), jaar, maand)
        jaar, maand = (jaar, maand + 1) if maand < 12 else (jaar + 1, 1)  # noqa: PLR2004 - December


def _years(span: GeslotenPeriode) -> Iterator[RoomPeriod]:
    for jaar in range(span.begindatum.year, span.einddatum.year + 1):
        yield RoomPeriod(GeslotenPeriode(date(jaar, 1, 1), date(jaar, 12, 31)), jaar)


def room(toewijzing: Toewijzing, periode: RoomPeriod, gebroken: GebrokenPeriode) -> int:
    """The room of the toewijzing in the period, in ledger units; 0 where no day is valid.

    The version that decides a day gives that day its Omvang; a deletion keeps its day but gives it no room, for that
    goes with what replaces the toewijzing. Where versions with another Omvang share a period, the room is the larger
    one (`volledig`), or each counts for its share of the days (`naar-rato`, in whole units of the Omvang). For a total
    the newest version's Volume is the cap.

    `naar-rato` rounds the borders of a part in its whole (half-up), not the part itself: what the parts before it and
    it have together, less what those before it have. So the rooms of parts that follow on each other are the room of
    the whole, and a whole is rounded as it always was.
    """
    omvang = toewijzing.actueel.omvang
    if omvang is None:
        return 0
    if omvang.frequentie is Frequentie.TOTAAL:
        return 0 if toewijzing.actueel.is_void else omvang.volume * ledger_units(omvang.eenheid)
    shares = tuple(_shares(toewijzing.segments(), periode.dagen, gebroken))
    if gebroken is GebrokenPeriode.VOLLEDIG:
        return int(max([share.volume for share in shares], default=0))
    unit, valid_days = ledger_units(omvang.eenheid), sum(share.days for share in shares)
    before = sum((Fraction(share.days, valid_days) * share.before for share in shares), Fraction(0))
    own = sum((Fraction(share.days, valid_days) * share.volume for share in shares), Fraction(0))
    return (round_half_up((before + own) / unit) - round_half_up(before / unit)) * unit


def room_of_days(toewijzing: Toewijzing, dagen: GeslotenPeriode, gebroken: GebrokenPeriode) -> int | None:
    """The most that these days alone may take of a room per day or week (TR321), in ledger units.

    None for every other Frequentie: there each period has one Volume, of which any day may take all.
    """
    omvang = toewijzing.actueel.omvang
    if omvang is None or omvang.frequentie not in {Frequentie.PER_DAG, Frequentie.PER_WEEK}:
        return None
    return room(toewijzing, RoomPeriod(dagen), gebroken)


class _Share(NamedTuple):
    """Days of a period with what a version would give in it if it decided every valid day, in ledger units.

    `before` is what the parts before it in the whole would have then.
    """

    days: int
    volume: Fraction | int
    before: Fraction | int


def _shares(segments: Iterable[Segment], dagen: GeslotenPeriode, gebroken: GebrokenPeriode) -> Iterator[_Share]:
    valid: list[tuple[GeslotenPeriode, Omvang, int]] = []
    for begindatum, einddatum, versie in segments:
        shared = dagen.intersection(begindatum, einddatum)
        if shared and versie.omvang and not versie.is_void:
            valid.append((shared, versie.omvang, versie.aandeel_vanaf))
    valid_days = [days for days, _, _ in valid]
    for days, omvang, vanaf in valid:
        times = _times(omvang.frequentie, valid_days, dagen, gebroken) * ledger_units(omvang.eenheid)
        yield _Share(days.days, omvang.volume * times, vanaf * times)


def _weeks(dagen: GeslotenPeriode) -> range:
    first = (dagen.begindatum.toordinal() - 1) // 7
    return range(first, first + weeks_touched(dagen))


def _times(
    frequentie: Frequentie, valid: Sequence[GeslotenPeriode], periode: GeslotenPeriode, gebroken: GebrokenPeriode
) -> Fraction | int:
    """How many times its Volume a period has, of which only the `valid` days count."""
    valid_days = sum(dagen.days for dagen in valid)
    match frequentie:
        case Frequentie.PER_DAG:
            return valid_days
        case Frequentie.PER_WEEK:
            return len({week for dagen in valid for week in _weeks(dagen)})
        case Frequentie.PER_VIER_WEKEN if gebroken is GebrokenPeriode.NAAR_RATO:
            return Fraction(valid_days, periode.days)
        case _:
            return 1


Boekingen = tuple[tuple[date, int], ...]


class Ledger:
    """What was granted on toewijzingen so far, by the first day of the period it was booked on.

    A period's use is everything booked on a day in it, so that bookings keep counting when a gemeente replaces its
    CAK periods.
    """

    def __init__(self, geboekt: Mapping[tuple[str, date], int]) -> None:
        self._by_sleutel: dict[str, dict[date, int]] = {}
        for (sleutel, day), volume in geboekt.items():
            self._by_sleutel.setdefault(sleutel, {})[day] = volume

    def used(self, sleutel: str, periode: RoomPeriod) -> int:
        """The net volume that was granted in the period."""
        booked = self._by_sleutel.get(sleutel, {})
        first, last = periode.dagen.begindatum, periode.dagen.einddatum
        return sum([volume for day, volume in booked.items() if first <= day <= last])

    def book(self, sleutel: str, boekingen: Boekingen) -> None:
        """Add bookings; a credit's are negative."""
        booked = self._by_sleutel.setdefault(sleutel, {})
        for day, volume in boekingen:
            booked[day] = booked.get(day, 0) + volume


@dataclass(frozen=True, slots=True)
class Room:
    """The room of one period and what is left of it, in ledger units; `left` is below zero after a later cut."""

    periode: RoomPeriod
    volume: int
    left: int


RoomSizes = tuple[tuple[RoomPeriod, int], ...]
"""Periods and what fits in each when nothing was granted yet, in ledger units."""


def room_sizes(toewijzing: Toewijzing, inrichting: Inrichting, span: GeslotenPeriode) -> RoomSizes:
    """The periods that have a day in the span with their room, in order of days; bookings change nothing in these."""
    gebroken = inrichting.instellingen.gebroken_periode
    periods = room_periods(toewijzing, inrichting, span)
    return tuple([(periode, room(toewijzing, periode, gebroken)) for periode in periods])


def rooms_left(sizes: RoomSizes, sleutel: str, ledger: Ledger) -> tuple[Room, ...]:
    """The rooms of the toewijzing `sleutel` as they stand now."""
    return tuple([Room(periode, volume, volume - ledger.used(sleutel, periode)) for periode, volume in sizes])


def rooms_of(toewijzing: Toewijzing, inrichting: Inrichting, span: GeslotenPeriode, ledger: Ledger) -> tuple[Room, ...]:
    """The rooms that have a day in the span, in order of days."""
    return rooms_left(room_sizes(toewijzing, inrichting, span), toewijzing.sleutel, ledger)


def draw(volume: int, rooms: Iterable[Room]) -> Boekingen:
    """Take a volume from the rooms, the earliest first; what does not fit is left out.

    >>> first = RoomPeriod(GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 31)))
    >>> draw(5, [Room(first, 3, 3)])
    ((datetime.date(2018, 1, 1), 3),)
    """
    taken: list[tuple[date, int]] = []
    for one in rooms:
        part = min(volume, max(one.left, 0))
        if part:
            taken.append((one.periode.dagen.begindatum, part))
            volume -= part
    return tuple(taken)
