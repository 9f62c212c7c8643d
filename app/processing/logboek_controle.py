"""Whether the logboek is as it was written: every row, its clients, its place, and nothing that is gone."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.logboek import LogRecord
from app.processing.geheimen import Doel
from app.processing.logboek import digest_of, mac_of, text_of
from app.processing.logboek_zegels import anker_mac, link_of, seal
from app.processing.runtime import Runtime
from app.storage.logboek import clients_of
from app.storage.logboek_zegels import (
    GENESIS,
    Anker,
    Schakel,
    last_place,
    newest_anker,
    place_at,
    places_after,
    without_place,
)
from app.storage.outages import DatabaseUnavailable

AT_ONCE: Final = 500
PATIENCE: Final = timedelta(minutes=1)
"""So long a row may be without a place in the chain."""


class Wat(StrEnum):
    """What is wrong, as it is told."""

    INHOUD = "de inhoud van de rij is veranderd"
    KETEN = "de keten is gebroken"
    ONTBREEKT = "de rij ontbreekt"
    NUMMER = "een volgnummer ontbreekt"
    ONVERZEGELD = "de rij staat na een minuut nog niet in de keten"
    BEGIN = "het begin van de keten is veranderd"
    ANKER = "de keten is een andere dan bij het anker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breuk:
    """The first thing that is wrong."""

    wat: Wat
    volgnummer: int | None = None
    logboek_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Controle:
    """How many rows were found right, from which number to which, and what is wrong first (None: nothing)."""

    goed: int
    vanaf: int
    laatste: int
    breuk: Breuk | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ankerpunt:
    """What the chain was at a moment, to keep elsewhere: who changes the database cannot change this."""

    volgnummer: int
    keten: str
    moment: str


def anchor(runtime: Runtime) -> Ankerpunt:
    """What the chain is now."""
    seal(runtime)
    with runtime.storage.reading() as session:
        volgnummer, keten = last_place(session)
    return Ankerpunt(volgnummer=volgnummer, keten=keten, moment=text_of(runtime.now()))


def verify(runtime: Runtime, *, ankers: Iterable[Ankerpunt] = ()) -> Controle:
    """Check every row in the order of the chain, and the chain with what was kept elsewhere.

    However many there are, a few hundred are in memory. Rows that were removed in time are not missed.
    """
    seal(runtime)
    keys = runtime.geheimen.keys(Doel.LOGBOEK)
    with runtime.storage.reading() as session:
        anker = newest_anker(session)
    if anker is not None and not _is_right(keys, anker):
        return Controle(goed=0, vanaf=anker.volgnummer, laatste=anker.volgnummer, breuk=Breuk(wat=Wat.BEGIN))
    walk = _Walk(runtime, keys, anker)
    breuk = walk.first_break() or _outside(runtime, anker, ankers) or _unsealed(runtime, walk.begin)
    return Controle(goed=walk.right, vanaf=walk.begin + 1, laatste=walk.volgnummer, breuk=breuk)


class _Walk:
    """Goes along the chain from its begin, a number of places in one transaction."""

    def __init__(self, runtime: Runtime, keys: Sequence[bytes], anker: Anker | None) -> None:
        self._runtime, self._keys = runtime, keys
        self.begin = self.volgnummer = anker.volgnummer if anker else 0
        self._keten = anker.keten if anker else GENESIS
        self.right = 0

    def first_break(self) -> Breuk | None:
        while True:
            try:
                breuk, count = self._some(AT_ONCE)
            except DatabaseUnavailable:
                raise
            except (SQLAlchemyError, ValueError):
                breuk, count = self._one_by_one()
            if breuk is not None and self._was_removed(breuk):
                continue
            if breuk is not None or count == 0:
                return breuk

    def _was_removed(self, breuk: Breuk) -> bool:
        """Whether what is missing went in time, while we were looking; then we go on from there."""
        if breuk.wat is not Wat.NUMMER:
            return False
        with self._runtime.storage.reading() as session:
            anker = newest_anker(session)
        if anker is None or anker.volgnummer <= self.volgnummer or not _is_right(self._keys, anker):
            return False
        self.begin, self.volgnummer, self._keten = anker.volgnummer, anker.volgnummer, anker.keten
        return True

    def _one_by_one(self) -> tuple[Breuk | None, int]:
        """What cannot even be read stands somewhere in what comes next."""
        for _ in range(AT_ONCE):
            try:
                breuk, count = self._some(1)
            except DatabaseUnavailable:
                raise
            except (SQLAlchemyError, ValueError):
                return Breuk(wat=Wat.INHOUD, volgnummer=self.volgnummer + 1), 0
            if breuk is not None or count == 0:
                return breuk, count
        return None, AT_ONCE

    def _some(self, limit: int) -> tuple[Breuk | None, int]:
        with self._runtime.storage.reading() as session:
            places = places_after(session, volgnummer=self.volgnummer, limit=limit)
            digests = dict(_digests(session, [one.logboek_id for one in places]))
        for place in places:
            breuk = self._check(place, digests.get(place.logboek_id))
            if breuk is not None:
                return breuk, 0
        return None, len(places)

    def _check(self, place: Schakel, digest: str | None) -> Breuk | None:
        following = self.volgnummer + 1
        if place.volgnummer != following:
            return Breuk(wat=Wat.NUMMER, volgnummer=following)
        wat = self._wrong(place, place.record, digest or _NOBODY)
        if wat is not None:
            return Breuk(wat=wat, volgnummer=following, logboek_id=place.logboek_id)
        self.volgnummer, self._keten = following, place.keten
        self.right += 1
        return None

    def _wrong(self, place: Schakel, record: LogRecord | None, digest: str) -> Wat | None:
        if record is None:
            return Wat.ONTBREEKT
        if not any(_same(mac_of(key, record, digest), record.mac) for key in self._keys):
            return Wat.INHOUD
        links = (link_of(key, self._keten, place.volgnummer, record.mac) for key in self._keys)
        return None if any(_same(link, place.keten) for link in links) else Wat.KETEN


_NOBODY: Final = digest_of(())


def _digests(session: Session, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """For each row with clients the digest of them, without ever having all clients at hand."""
    for logboek_id, group in groupby(clients_of(session, ids=ids), key=itemgetter(0)):
        yield logboek_id, digest_of(client for _, client in group)


def _is_right(keys: Sequence[bytes], anker: Anker) -> bool:
    return any(_same(anker_mac(key, anker.volgnummer, anker.keten, anker.moment), anker.mac) for key in keys)


def _outside(runtime: Runtime, anker: Anker | None, ankers: Iterable[Ankerpunt]) -> Breuk | None:
    """The first point that the chain does not go through; of what was removed in time it cannot be asked."""
    removed = anker.volgnummer if anker else 0
    with runtime.storage.reading() as session:
        for one in sorted(ankers, key=lambda point: point.volgnummer):
            if one.volgnummer == 0 or one.volgnummer < removed:
                continue
            begin = anker.keten if anker and one.volgnummer == removed else None
            if one.keten != (begin or place_at(session, volgnummer=one.volgnummer)):
                return Breuk(wat=Wat.ANKER, volgnummer=one.volgnummer)
    return None


def _unsealed(runtime: Runtime, begin: int) -> Breuk | None:
    with runtime.storage.reading() as session:
        first = without_place(session, begin=begin, before=text_of(runtime.now() - PATIENCE))
    return Breuk(wat=Wat.ONVERZEGELD, logboek_id=first) if first is not None else None


def _same(computed: str, stored: object) -> bool:
    return isinstance(stored, str) and hmac.compare_digest(computed.encode(), stored.encode())
