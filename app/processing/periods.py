"""The CAK periods of a year, as the asking party's gemeente has them."""

from __future__ import annotations

from collections.abc import Collection

from app.domain.cak_periode import CakPeriode, derived_cak_perioden
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import NotFound
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime

FIRST_YEAR, LAST_YEAR = 1900, 9998


def cak_perioden(runtime: Runtime, gemeenten: Collection[str], jaar: int) -> tuple[CakPeriode, ...]:
    """The thirteen periods of the year: those that the (first) gemeente loaded, else as the calendar gives them.

    Raises NotFound for a year that is no year.
    """
    if not FIRST_YEAR <= jaar <= LAST_YEAR:
        raise NotFound("Van dit jaar zijn geen perioden bekend.")
    for gemeente in sorted(gemeenten)[:1]:
        with runtime.storage.reading() as session:
            inrichting = find_inrichting(session, runtime, gemeente)
        own = tuple(p for p in inrichting.cak_perioden if p.jaar == jaar) if inrichting else ()
        if own:
            return own
    return derived_cak_perioden(jaar)


def declared_span(runtime: Runtime, gemeenten: Collection[str], jaar: int, periode: int | None) -> GeslotenPeriode:
    """The days of a CAK period, or of all periods of a year (month declarations of that year included)."""
    perioden = cak_perioden(runtime, gemeenten, jaar)
    if periode is not None:
        return perioden[periode - 1].dagen
    first, last = perioden[0].dagen, perioden[-1].dagen
    return GeslotenPeriode(min(first.begindatum, first.begindatum.replace(year=jaar, month=1, day=1)), last.einddatum)
