"""Work that waits for its turn: what there is, and when a failure is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias


class JobSoort(StrEnum):
    """What a job does."""

    AFLEVERING = "aflevering"
    """Bring a bericht to a partij."""

    VERWERKING = "verwerking"
    """Settle a large 303 that was accepted already."""

    ENVELOP = "envelop"
    """Open a StUF-GGk envelope that was acknowledged."""

    FOUTBERICHT = "foutbericht"
    """Tell the sender of an envelope that its message could not be read."""

    OPHALEN = "ophalen"
    """Look for messages in the folder of a partij."""

    TERMIJNEN = "termijnen"
    """Note which answers are overdue."""

    OPRUIMEN = "opruimen"
    """Remove what nobody needs any more."""

    BEWAREN = "bewaren"
    """Delete what was kept long enough, where the settings ask for it."""

    LOGBOEK = "logboek"
    """Remove the rows of the logboek whose time has passed."""


DELIVERIES: Final = frozenset({JobSoort.AFLEVERING, JobSoort.FOUTBERICHT})
"""Work that waits for others, and goes on for days when they are away."""


GEEN_BAAN: Final = ""
"""The lane of work that waits for nobody."""

VERWERKING_BAAN: Final = "303"
"""The lane of large 303s, so that they hold up no other work that waits for nobody."""

MAP_BAAN: Final = "map:"
"""How the lanes of folders begin."""


class Slotgroep(StrEnum):
    """Work that shares the slots of a worker: what hangs in one group takes none from another."""

    VERZENDEN = "verzenden"
    MAPPEN = "mappen"
    REKENEN = "rekenen"
    VERWERKEN = "verwerken"


def slotgroep(baan: str) -> Slotgroep:
    """The group of a lane.

    >>> slotgroep("ggk:adapter.example"), slotgroep(GEEN_BAAN)
    (<Slotgroep.VERZENDEN: 'verzenden'>, <Slotgroep.REKENEN: 'rekenen'>)
    """
    if baan == GEEN_BAAN:
        return Slotgroep.REKENEN
    if baan == VERWERKING_BAAN:
        return Slotgroep.VERWERKEN
    return Slotgroep.MAPPEN if baan.startswith(MAP_BAAN) else Slotgroep.VERZENDEN


class JobStatus(StrEnum):
    """Where a job is; a claimed job is still open."""

    OPEN = "open"
    GEDAAN = "gedaan"
    MISLUKT = "mislukt"


class Oorzaak(StrEnum):
    """Why an attempt failed, which says what comes next."""

    ONTVANGER = "ontvanger"
    """The other side was not there, or had a problem: it will be back, so the same bytes go again for days."""

    ONVERWACHT = "onverwacht"
    """Something that nobody foresaw, maybe in the message itself: a few more attempts, then a person looks."""


ONTVANGER_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
ONTVANGER_GIVES_UP: Final = timedelta(days=5)  # as long as the chain itself keeps trying (Digikoppeling)
ONVERWACHT_WAITS: Final = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600))
BAAN_RUSTEN: Final = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900))
"""How long a lane rests after its first failure, the one after it, and so on; the last for ever."""


def baan_rust(mislukt: int, *, asked: timedelta | None = None) -> timedelta:
    """How long a lane rests after so many failures in a row (1 is the first), or as long as the other side `asked`.

    >>> baan_rust(2), baan_rust(99, asked=timedelta(days=1))
    (datetime.timedelta(seconds=15), datetime.timedelta(seconds=900))
    """
    rust = BAAN_RUSTEN[min(mislukt, len(BAAN_RUSTEN)) - 1]
    return max(rust, min(asked or rust, BAAN_RUSTEN[-1]))


@dataclass(frozen=True, slots=True)
class Opnieuw:
    """Try again after so long."""

    wacht: timedelta


@dataclass(frozen=True, slots=True)
class Opgegeven:
    """No more attempts: a person has to look."""


Vervolg: TypeAlias = Opnieuw | Opgegeven


def vervolg(oorzaak: Oorzaak, *, pogingen: int, gemaakt_op: datetime, now: datetime) -> Vervolg:
    """What comes after `pogingen` attempts that failed for this cause, of a job that was made at `gemaakt_op`.

    >>> made = datetime(2018, 1, 1)
    >>> vervolg(Oorzaak.ONTVANGER, pogingen=2, gemaakt_op=made, now=made)
    Opnieuw(wacht=datetime.timedelta(seconds=300))
    >>> vervolg(Oorzaak.ONVERWACHT, pogingen=5, gemaakt_op=made, now=made)
    Opgegeven()
    """
    if oorzaak is Oorzaak.ONVERWACHT:
        return Opnieuw(ONVERWACHT_WAITS[pogingen - 1]) if pogingen <= len(ONVERWACHT_WAITS) else Opgegeven()
    if now - gemaakt_op >= ONTVANGER_GIVES_UP:
        return Opgegeven()
    return Opnieuw(ONTVANGER_WAITS[min(pogingen, len(ONTVANGER_WAITS)) - 1])
