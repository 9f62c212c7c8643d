"""What asks for attention: how much, since when, and whose work it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Onderwerp(StrEnum):
    """What can ask for attention."""

    MISLUKT = "mislukt"
    """Messages that were given up: nothing happens with them until somebody acts."""
    LANG_TE_VERZENDEN = "lang-te-verzenden"
    """Messages that should have been delivered by now."""
    LANG_IN_VERWERKING = "lang-in-verwerking"
    """Messages that should have been processed by now."""
    GOEDKEUREN = "goedkeuren"
    """What a colleague asked for, and a second person has to allow."""
    TERMIJN_GEMEENTE = "termijn-gemeente"
    """Deadlines that passed, where the gemeente has to act."""
    TERMIJN_AANBIEDER = "termijn-aanbieder"
    """Deadlines that passed, where an aanbieder has to act."""
    AFGEKEURD = "afgekeurd"
    """Incoming messages that were refused lately."""
    AFWIJZING = "afwijzing"
    """Declaraties that were judged lately and not granted in full; one that was refused as a whole is `AFGEKEURD`."""
    WERK_LIGT = "werk-ligt"
    """Work that nobody does."""
    WERK_MISLUKT = "werk-mislukt"
    """Work that was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How many there are, counted no further than is worth the time (`meer`: there are more), and since which day."""

    aantal: int = 0
    meer: bool = False
    sinds: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aandacht:
    """A subject with its count; `nu` when it is for who looks to do something about it."""

    onderwerp: Onderwerp
    telling: Telling
    nu: bool = True


def to_do(found: Iterable[Aandacht]) -> Telling:
    """Everything together that is for who looks to do: how much, and since when the oldest.

    >>> to_do([Aandacht(onderwerp=Onderwerp.MISLUKT, telling=Telling(aantal=2, sinds=date(2018, 2, 27)))])
    Telling(aantal=2, meer=False, sinds=datetime.date(2018, 2, 27))
    """
    tellingen = [one.telling for one in found if one.nu and one.telling.aantal]
    return Telling(
        aantal=sum(one.aantal for one in tellingen),
        meer=any(one.meer for one in tellingen),
        sinds=min((one.sinds for one in tellingen if one.sinds is not None), default=None),
    )
