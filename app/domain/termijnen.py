"""Deadlines: which there are, on which day they fall, whose turn it is, and whether they were met (domain.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

WEEKS_UNTIL_BEGELEIDINGSPLAN: Final = 8
SATURDAY: Final = 5

Feestdag = Callable[[date], bool]
"""Whether nobody works on a day because of a public holiday."""


class TermijnSoort(StrEnum):
    """What has to happen: the retour on a 301 or a 303, or a moment that the toekenning brings with it."""

    RETOUR_301 = "retour-301"
    RETOUR_303 = "retour-303"
    BEGELEIDINGSPLAN = "begeleidingsplan"
    EVALUATIE = "evaluatie"
    EINDE_INDICATIE = "einde-indicatie"


class TermijnStatus(StrEnum):
    """How it stands with a deadline; what is `vervallen` was not met, and never will be late."""

    OPEN = "open"
    TE_LAAT = "te-laat"
    GEHAALD = "gehaald"
    VERVALLEN = "vervallen"


class VervalReden(StrEnum):
    """Why a deadline lapsed: its toewijzing ends before it, or was made void."""

    EINDIGT_EERDER = "eindigt-eerder"
    VERWIJDERD = "verwijderd"


class Beurt(StrEnum):
    """Whose turn it is."""

    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"


AAN_ZET: Final[Mapping[TermijnSoort, Beurt]] = {
    TermijnSoort.RETOUR_301: Beurt.AANBIEDER,
    TermijnSoort.RETOUR_303: Beurt.GEMEENTE,
    TermijnSoort.BEGELEIDINGSPLAN: Beurt.AANBIEDER,
    TermijnSoort.EVALUATIE: Beurt.GEMEENTE,
    TermijnSoort.EINDE_INDICATIE: Beurt.GEMEENTE,
}
WERKDAGEN_BY_RELEASE: Final[Mapping[str, Mapping[TermijnSoort, int]]] = {
    "2.1": {TermijnSoort.RETOUR_301: 5, TermijnSoort.RETOUR_303: 20},
    "2.3": {TermijnSoort.RETOUR_301: 5, TermijnSoort.RETOUR_303: 20},
    "3.2": {TermijnSoort.RETOUR_301: 3, TermijnSoort.RETOUR_303: 10},
}
"""Within how many working days a retour must be there; a release that is not here has no such deadline."""


@dataclass(frozen=True, slots=True)
class Verval:
    """Since which day a deadline is no longer waited for, and why."""

    sinds: date
    reden: VervalReden


@dataclass(frozen=True, slots=True)
class Moment:
    """The last day on which a deadline is met, the day on which it was, and whether it lapsed."""

    datum: date
    gehaald_op: date | None = None
    verval: Verval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Termijn:
    """A deadline of a toewijzing that follows from its toekenning."""

    toekenning_id: str
    gemeente: str
    sleutel: str
    soort: TermijnSoort
    moment: Moment


def termijnen_of(
    *,
    toekenning_id: str,
    gemeente: str,
    sleutels: Collection[str],
    toewijzingsdatum: date,
    ingangsdatum: date,
    einddatum: date | None,
    evaluatiedatum: date | None = None,
) -> tuple[Termijn, ...]:
    """The deadlines of a toekenning, for each of its toewijzingen.

    The begeleidingsplan is there within eight weeks after the toewijzing. The evaluation is on the agreed day, else
    halfway the validity; without a last day and without an agreement there is none.
    """
    evaluatie = evaluatiedatum or (halfway(ingangsdatum, einddatum) if einddatum else None)
    moments = {
        TermijnSoort.BEGELEIDINGSPLAN: Moment(begeleidingsplan_due(toewijzingsdatum)),
        TermijnSoort.EVALUATIE: Moment(evaluatie) if evaluatie else None,
        TermijnSoort.EINDE_INDICATIE: Moment(einddatum) if einddatum else None,
    }
    return tuple(
        Termijn(toekenning_id=toekenning_id, gemeente=gemeente, sleutel=sleutel, soort=soort, moment=moment)
        for sleutel in sleutels
        for soort, moment in moments.items()
        if moment is not None
    )


def termijnen_of_second(
    *,
    toekenning_id: str,
    gemeente: str,
    sleutel: str,
    toewijzingsdatum: date,
    einddatum: date | None,
    evaluatie: Moment | None,
) -> tuple[Termijn, ...]:
    """The deadlines of the toewijzing of an aanbieder that joins later: a begeleidingsplan and an end of its own.

    The evaluation is one of the toekenning as a whole: `evaluatie` is that of the first, None when it has none. What
    would come after the end of this toewijzing lapses at once, and only that, however it stands with the first.
    """
    verval = Verval(toewijzingsdatum, VervalReden.EINDIGT_EERDER)
    moments = {
        TermijnSoort.BEGELEIDINGSPLAN: _until(Moment(begeleidingsplan_due(toewijzingsdatum)), einddatum, verval),
        TermijnSoort.EVALUATIE: evaluatie and _until(evaluatie, einddatum, verval),
        TermijnSoort.EINDE_INDICATIE: Moment(einddatum) if einddatum else None,
    }
    return tuple(
        Termijn(toekenning_id=toekenning_id, gemeente=gemeente, sleutel=sleutel, soort=soort, moment=moment)
        for soort, moment in moments.items()
        if moment is not None
    )


def _until(moment: Moment, einddatum: date | None, verval: Verval) -> Moment:
    if moment.gehaald_op is not None:
        return moment
    return replace(moment, verval=verval if moment.datum > (einddatum or date.max) else None)


def begeleidingsplan_due(toewijzingsdatum: date) -> date:
    """The last day for the begeleidingsplan.

    >>> begeleidingsplan_due(date(2018, 1, 2))
    datetime.date(2018, 2, 27)
    """
    return toewijzingsdatum + timedelta(weeks=WEEKS_UNTIL_BEGELEIDINGSPLAN)


def halfway(begin: date, end: date) -> date:
    """The day in the middle, the earlier one of two.

    >>> halfway(date(2018, 1, 1), date(2018, 12, 30))
    datetime.date(2018, 7, 1)
    """
    return begin + (end - begin) // 2


def status_of(soort: TermijnSoort, moment: Moment, *, today: date) -> TermijnStatus:
    """How it stands with a deadline today. The end of an indication comes by itself: it cannot be late."""
    if moment.gehaald_op is not None:
        return TermijnStatus.GEHAALD
    if moment.verval is not None:
        return TermijnStatus.VERVALLEN
    if today <= moment.datum:
        return TermijnStatus.OPEN
    return TermijnStatus.GEHAALD if soort is TermijnSoort.EINDE_INDICATIE else TermijnStatus.TE_LAAT


def after_werkdagen(day: date, count: int, is_feestdag: Feestdag) -> date:
    """The last of `count` (1 or more) working days after a day, which does not count itself.

    >>> after_werkdagen(date(2018, 1, 5), 5, lambda day: False)  # a Friday
    datetime.date(2018, 1, 12)
    """
    while count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and not is_feestdag(day):
            count -= 1
    return day


def first_day_due_from(datum: date, count: int, is_feestdag: Feestdag) -> date:
    """The first day of which the deadline (after_werkdagen) is on `datum` or later."""
    day = datum
    while after_werkdagen(day - timedelta(days=1), count, is_feestdag) >= datum:
        day -= timedelta(days=1)
    return day
