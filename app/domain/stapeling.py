"""Clients with more than one product or aanbieder at once, and which of those deserve a look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

HUISHOUDELIJK: Final = "01"
BEGELEIDING: Final = "02"
VERBLIJF_EXTRA: Final = "04A06"
BEGELEIDING_PRODUCT: Final = "02A01"


class Stapelsoort(StrEnum):
    """What comes together at one client."""

    PRODUCTEN = "producten"
    """More than one product."""
    AANBIEDERS = "aanbieders"
    """More than one aanbieder."""
    HUISHOUDELIJK_EN_BEGELEIDING = "01-en-02"
    """Domestic help beside support: a candidate for one arrangement."""
    DUBBEL_BEKOSTIGD = "04a06-en-02a01"
    """Short stay with support in its price, beside support: paid twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toegewezen:
    """A toewijzing that a client has on the day; `naam` is its number, else its sleutel."""

    naam: str
    aanbieder: str
    categorie: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GestapeldeClient:
    """A client with everything that was assigned on the day."""

    gemeente: str
    bsn: str = field(repr=False)
    toewijzingen: tuple[Toegewezen, ...]


def soorten_of(toewijzingen: Iterable[Toegewezen]) -> frozenset[Stapelsoort]:
    """Everything that comes together in these toewijzingen of one client.

    >>> one = Toegewezen(naam="1", aanbieder="42420001", categorie="02", code="02A01")
    >>> other = Toegewezen(naam="2", aanbieder="42420001", categorie="04", code="04A06")
    >>> sorted(soort.name for soort in soorten_of([one, other]))
    ['DUBBEL_BEKOSTIGD', 'PRODUCTEN']
    """
    given = list(toewijzingen)
    categorieen, codes = {one.categorie for one in given}, {one.code for one in given}
    holds = {
        Stapelsoort.PRODUCTEN: len({(one.categorie, one.code) for one in given}) > 1,
        Stapelsoort.AANBIEDERS: len({one.aanbieder for one in given}) > 1,
        Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING: {HUISHOUDELIJK, BEGELEIDING} <= categorieen,
        Stapelsoort.DUBBEL_BEKOSTIGD: {VERBLIJF_EXTRA, BEGELEIDING_PRODUCT} <= codes,
    }
    return frozenset(soort for soort, found in holds.items() if found)
