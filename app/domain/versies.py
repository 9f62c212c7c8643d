"""A toewijzing and its versions: which one decides which day (domain.md §4, IV013)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple

from app.domain.bericht import Product
from app.domain.codelijsten import REDEN_VERWIJDERD
from app.domain.toewijzing import Omvang, ToegewezenProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingVersie:
    """One state of a toewijzing as a 301 gave it; what decides about money, for one client.

    `aandeel_vanaf` places it in the whole that it is a part of: the volume of the parts that come before it, in units
    of its Omvang, 0 for the first part and for a whole. No 301 tells it, so versions that differ in nothing else are
    equal.
    """

    bsn: str = field(repr=False)
    geboortedatum: date = field(repr=False)
    product: Product
    toewijzingsdatum: date
    toewijzingstijd: time
    ingangsdatum: date
    einddatum: date | None
    reden_wijziging: str | None = None
    omvang: Omvang | None = None
    aandeel_vanaf: int = field(default=0, compare=False)

    @property
    def rank(self) -> tuple[date, time]:
        """Of two versions the one with the greater rank counts, in whatever order they arrived."""
        return self.toewijzingsdatum, self.toewijzingstijd

    @property
    def is_void(self) -> bool:
        """Whether it deletes the toewijzing ("verwijderen"), of which then only this one day is left."""
        return self.einddatum == self.ingangsdatum and self.reden_wijziging == REDEN_VERWIJDERD

    @classmethod
    def of(
        cls, product: ToegewezenProduct, *, bsn: str, geboortedatum: date, aandeel_vanaf: int = 0
    ) -> ToewijzingVersie:
        """The version that a ToegewezenProduct of a 301 describes."""
        return cls(
            bsn=bsn,
            geboortedatum=geboortedatum,
            product=product.product,
            toewijzingsdatum=product.toewijzingsdatum,
            toewijzingstijd=product.toewijzingstijd,
            ingangsdatum=product.ingangsdatum,
            einddatum=product.einddatum,
            reden_wijziging=product.reden_wijziging,
            omvang=product.omvang,
            aandeel_vanaf=aandeel_vanaf,
        )


class Segment(NamedTuple):
    """Days that one version decides; without an end they go on."""

    begindatum: date
    einddatum: date | None
    versie: ToewijzingVersie


@dataclass(frozen=True, slots=True, kw_only=True)
class Toewijzing:
    """A toewijzing with every version that counts, in any order; at least one.

    `sleutel` names it within the gemeente, also when its 301 gave no ToewijzingNummer. `actueel` is the newest version.
    What follows from the versions is found once: many lines of a declaratie ask for it.
    """

    sleutel: str
    gemeente: str
    nummer: int | None
    aanbieder: str
    versies: tuple[ToewijzingVersie, ...]
    actueel: ToewijzingVersie = field(init=False, repr=False, compare=False)
    _segments: tuple[Segment, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        newest_first = sorted(self.versies, key=lambda versie: versie.rank, reverse=True)
        object.__setattr__(self, "actueel", newest_first[0])
        object.__setattr__(self, "_segments", _segments(newest_first))

    def segments(self) -> tuple[Segment, ...]:
        """Which version decides which days, in order of days.

        The newest decides from its Ingangsdatum on: what it leaves out after its Einddatum is over. Only earlier
        days stay with older versions, unless those are older than a deletion: what was deleted does not come back.
        """
        return self._segments

    def versie_on(self, day: date) -> ToewijzingVersie | None:
        """The version that decides the day, None when no support may be delivered on it."""
        for begindatum, einddatum, versie in self._segments:
            if begindatum <= day and (einddatum is None or day <= einddatum):
                return versie
        return None


def _segments(newest_first: Iterable[ToewijzingVersie]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    limit: date | None = None
    for versie in newest_first:
        if limit is None or versie.ingangsdatum < limit:
            einddatum = versie.einddatum if limit is None else _last_before(limit, versie.einddatum)
            if einddatum is None or versie.ingangsdatum <= einddatum:
                found.append(Segment(versie.ingangsdatum, einddatum, versie))
            limit = versie.ingangsdatum
        if versie.is_void:
            break
    return tuple(reversed(found))


def _last_before(limit: date, einddatum: date | None) -> date:
    last = limit - timedelta(days=1)
    return last if einddatum is None else min(einddatum, last)
