"""Whether the logboek is as it was written: every row, its clients, its place, and nothing that is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from app.domain.logboek import years_later
from app.processing.geheimen import Doel
from app.processing.logboek import text_of
from app.processing.logboek_schakels import Breuk, Wat, anker_is_right, digests_of, wrong_with
from app.processing.logboek_zegels import seal
from app.processing.runtime import Runtime
from app.storage.logboek_zegels import (
    GENESIS,
    Anker,
    Schakel,
    last_place,
    last_term,
    newest_anker,
    next_number,
    place_at,
    places_after,
    without_place,
)
from app.storage.outages import DatabaseUnavailable

AT_ONCE: Final = 500
PATIENCE: Final = timedelta(minutes=1)
"""So long a row may be without a place in the chain; one of a later moment was not written by the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controle:
    """How many rows were found right, from which number to which, what is wrong first (None: nothing), and how much."""

    goed: int
    vanaf: int
    laatste: int
    breuk: Breuk | None
    fouten: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ankerpunt:
    """What the chain was at a moment, to keep elsewhere: who changes the database cannot change this.

    `bewaren_tot`: the last day on which its newest row has to be there.
    """

    volgnummer: int
    keten: str
    moment: str
    bewaren_tot: str | None = None


def anchor(runtime: Runtime) -> Ankerpunt:
    """What the chain is now."""
    seal(runtime)
    with runtime.storage.reading() as session:
        volgnummer, keten = last_place(session)
        tot = last_term(session)
    return Ankerpunt(volgnummer=volgnummer, keten=keten, moment=text_of(runtime.now()), bewaren_tot=tot)


def verify(runtime: Runtime, *, ankers: Iterable[Ankerpunt] = ()) -> Controle:
    """Check every row in the order of the chain, and the chain with what was kept elsewhere.

    What is wrong stops nothing: the first is named, the others are counted. However many rows there are, a few hundred
    are in memory. Rows that were removed in time are not missed.
    """
    seal(runtime)
    keys = runtime.geheimen.keys(Doel.LOGBOEK)
    with runtime.storage.reading() as session:
        anker = newest_anker(session)
    found = _Found()
    if anker is not None and not anker_is_right(keys, anker):
        found.add(Breuk(wat=Wat.BEGIN, volgnummer=anker.volgnummer))
        anker = None
    walk = _Walk(runtime, keys, anker, found)
    walk.to_the_end()
    for breuk in _outside(runtime, walk.anker, ankers):
        found.add(breuk)
    unsealed, count = _unsealed(runtime, walk.begin)
    found.add(unsealed, count)
    return Controle(
        goed=walk.right, vanaf=walk.begin + 1, laatste=walk.volgnummer, breuk=found.first, fouten=found.count
    )


@dataclass(slots=True)
class _Found:
    """What is wrong: the first of it, and how much."""

    first: Breuk | None = None
    count: int = 0

    def add(self, breuk: Breuk | None, count: int = 1) -> None:
        if breuk is not None:
            self.first = self.first or breuk
            self.count += count


class _Walk:
    """Goes along the chain from its begin, a number of places in one transaction.

    `_keten` None: the link before is not known, because it is gone or cannot be read; then a number may be missing too.
    """

    def __init__(self, runtime: Runtime, keys: Sequence[bytes], anker: Anker | None, found: _Found) -> None:
        self._runtime, self._keys, self._found = runtime, keys, found
        self.anker = anker
        self.begin = self.volgnummer = anker.volgnummer if anker else 0
        self._keten = (anker.keten if anker else GENESIS) if found.first is None else None
        self.right = 0

    def to_the_end(self) -> None:
        limit = AT_ONCE
        while True:
            try:
                count = self._some(limit)
            except DatabaseUnavailable:
                raise
            except (SQLAlchemyError, ValueError):
                if limit == 1 and not self._skip():
                    return
                limit = 1  # what cannot even be read stands somewhere in what comes next
                continue
            if count == 0:
                return
            limit = min(limit * 2, AT_ONCE)

    def _skip(self) -> bool:
        """Go past a place that cannot be read; False when there is none."""
        with self._runtime.storage.reading() as session:
            following = next_number(session, volgnummer=self.volgnummer)
        if following is None:
            return False
        self._found.add(Breuk(wat=Wat.INHOUD, volgnummer=following))
        self.volgnummer, self._keten = following, None
        return True

    def _some(self, limit: int) -> int:
        """Check the next places; how many there were, or 1 when the chain begins later meanwhile."""
        with self._runtime.storage.reading() as session:
            places = places_after(session, volgnummer=self.volgnummer, limit=limit)
            digests = digests_of(session, [one.logboek_id for one in places])
        for place in places:
            if self._is_missing(place) and self._was_removed():
                return 1
            self._check(place, digests.get(place.logboek_id))
        return len(places)

    def _is_missing(self, place: Schakel) -> bool:
        return self._keten is not None and place.volgnummer != self.volgnummer + 1

    def _was_removed(self) -> bool:
        """Whether what is missing went in time, while we were looking; then we go on from there."""
        with self._runtime.storage.reading() as session:
            anker = newest_anker(session)
        if anker is None or anker.volgnummer <= self.volgnummer or not anker_is_right(self._keys, anker):
            return False
        self.anker = anker
        self.begin, self.volgnummer, self._keten = anker.volgnummer, anker.volgnummer, anker.keten
        return True

    def _check(self, place: Schakel, digest: str | None) -> None:
        if self._is_missing(place):
            self._found.add(Breuk(wat=Wat.NUMMER, volgnummer=self.volgnummer + 1))
            self._keten = None
        wat = wrong_with(self._keys, self._keten, place, digest)
        if wat is None:
            self.right += 1
        else:
            self._found.add(Breuk(wat=wat, volgnummer=place.volgnummer, logboek_id=place.logboek_id))
        self.volgnummer, self._keten = place.volgnummer, place.keten


def _outside(runtime: Runtime, anker: Anker | None, ankers: Iterable[Ankerpunt]) -> list[Breuk]:
    """The points that the chain does not go through, or of which rows were removed that had to be kept."""
    removed = anker.volgnummer if anker else 0
    today, found = runtime.now().date().isoformat(), list[Breuk]()
    with runtime.storage.reading() as session:
        for one in sorted(ankers, key=lambda point: point.volgnummer):
            if one.volgnummer == 0:
                continue
            if one.volgnummer <= removed and _kept_until(runtime, one) >= today:
                found.append(Breuk(wat=Wat.TE_VROEG, volgnummer=one.volgnummer))
            if one.volgnummer < removed:
                continue
            begin = anker.keten if anker and one.volgnummer == removed else None
            if one.keten != (begin or place_at(session, volgnummer=one.volgnummer)):
                found.append(Breuk(wat=Wat.ANKER, volgnummer=one.volgnummer))
    return found


def _kept_until(runtime: Runtime, point: Ankerpunt) -> str:
    """The last day on which the row at a point had to be there."""
    made = date.fromisoformat(point.moment[:10])
    return point.bewaren_tot or years_later(made, runtime.logboek_jaren).isoformat()


def _unsealed(runtime: Runtime, begin: int) -> tuple[Breuk | None, int]:
    with runtime.storage.reading() as session:
        now = runtime.now()
        first, count = without_place(session, begin=begin, around=(text_of(now - PATIENCE), text_of(now + PATIENCE)))
    return (Breuk(wat=Wat.ONVERZEGELD, logboek_id=first) if first is not None else None), count
