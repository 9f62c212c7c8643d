"""What an act on toewijzingen does to the room of each period, next to what was granted already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.budget import WHOLE_VALIDITY, RoomPeriod, ledger_units, room, room_periods
from app.domain.inrichting import Inrichting
from app.domain.onderaannemer import Onderaannemers
from app.domain.periode import GeslotenPeriode
from app.domain.versies import Toewijzing

MAX_YEARS_AHEAD = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stap:
    """One toewijzing before and after an act; `voor` is None for a new one.

    `geboekt` is what counts on it after the act: the net granted volume in ledger units by first day of the period.
    `onderaannemers` are those who work for its aanbieder after the act.
    """

    voor: Toewijzing | None
    na: Toewijzing
    geboekt: Mapping[date, int]
    onderaannemers: Onderaannemers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """The room of one toewijzing in one period before and after, and what was granted; in units of its Omvang."""

    toewijzing: Toewijzing
    periode: RoomPeriod
    voor: int
    na: int
    gedeclareerd: int

    @property
    def begindatum(self) -> date:
        """The first day of the period, or of the whole validity."""
        total = self.periode.dagen == WHOLE_VALIDITY
        return self.toewijzing.segments()[0].begindatum if total else self.periode.dagen.begindatum

    @property
    def einddatum(self) -> date | None:
        """The last day of the period, or of the whole validity."""
        total = self.periode.dagen == WHOLE_VALIDITY
        return self.toewijzing.segments()[-1].einddatum if total else self.periode.dagen.einddatum

    @property
    def is_cut_below_what_was_granted(self) -> bool:
        """Whether the act, and nothing before it, leaves less room than was granted."""
        return self.gedeclareerd > self.na != self.voor


def effect_of(stappen: Sequence[Stap], inrichting: Inrichting, *, today: date) -> tuple[EffectRow, ...]:
    """A row per toewijzing and period in which it has or had room or bookings, in order of days.

    Endless toewijzingen are shown up to the end of next year.
    """
    span = _span(stappen, inrichting, today)
    rows = (row for stap in stappen for row in _rows(stap, inrichting, span))
    return tuple(sorted(rows, key=lambda row: row.periode.dagen))


def sums_by_period(rows: Iterable[EffectRow]) -> dict[RoomPeriod, tuple[int, int]]:
    """What all toewijzingen together have in each period, before and after."""
    found: dict[RoomPeriod, tuple[int, int]] = {}
    for row in rows:
        voor, na = found.get(row.periode, (0, 0))
        found[row.periode] = voor + row.voor, na + row.na
    return found


def _rows(stap: Stap, inrichting: Inrichting, span: GeslotenPeriode) -> Iterator[EffectRow]:
    omvang = stap.na.actueel.omvang
    if omvang is None:
        return
    gebroken, unit = inrichting.instellingen.gebroken_periode, ledger_units(omvang.eenheid)
    for periode in room_periods(stap.na, inrichting, span):
        voor = room(stap.voor, periode, gebroken) // unit if stap.voor else 0
        na = room(stap.na, periode, gebroken) // unit
        booked = sum(volume for day, volume in stap.geboekt.items() if periode.dagen.contains(day))
        if voor or na or booked:
            yield EffectRow(toewijzing=stap.na, periode=periode, voor=voor, na=na, gedeclareerd=-(-booked // unit))


def _span(stappen: Sequence[Stap], inrichting: Inrichting, today: date) -> GeslotenPeriode:
    toewijzingen = [t for stap in stappen for t in (stap.voor, stap.na) if t is not None]
    segments = [segment for toewijzing in toewijzingen for segment in toewijzing.segments()]
    begin = min(segment.begindatum for segment in segments)
    horizon = date(min(max(begin.year, today.year) + MAX_YEARS_AHEAD, date.max.year), 12, 31)
    known = inrichting.cak_perioden[-1].einddatum if inrichting.cak_perioden else horizon
    ends = [segment.einddatum or horizon for segment in segments]
    booked = [day for stap in stappen for day in stap.geboekt]
    return GeslotenPeriode(begin, max(begin, min(max(ends), max(known, horizon)), *booked))
