"""What every bericht has: its soort, its identification, and classes that know where they stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Berichtsoort(StrEnum):
    """The messages of iWmo 2.x."""

    WMO301 = "WMO301"
    WMO302 = "WMO302"
    WMO303 = "WMO303"
    WMO304 = "WMO304"
    WMO305 = "WMO305"
    WMO306 = "WMO306"
    WMO307 = "WMO307"
    WMO308 = "WMO308"
    WMO315 = "WMO315"
    WMO316 = "WMO316"


RETOUREN = frozenset({Berichtsoort.WMO302, Berichtsoort.WMO306, Berichtsoort.WMO308, Berichtsoort.WMO316})
"""Retours whose header is a copy of the heenbericht; a 304 has a header of its own."""


class Richting(StrEnum):
    """Which way a message goes, seen from the gemeente."""

    INKOMEND = "inkomend"
    UITGAAND = "uitgaand"


class BerichtStatus(StrEnum):
    """How far a message is."""

    IN_VERWERKING = "in-verwerking"
    VERWERKT = "verwerkt"
    AFGEKEURD = "afgekeurd"
    TE_VERZENDEN = "te-verzenden"
    VERZONDEN = "verzonden"
    AFGELEVERD = "afgeleverd"
    BEANTWOORD = "beantwoord"
    MISLUKT = "mislukt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Onderdeel:
    """A class of the informatiemodel as it stands in a message.

    `pad` is its place there as a path without namespaces (`/Bericht/Clienten/Client[1]`; an element that may occur
    more than once always has its number); it does not take part in comparisons.
    """

    pad: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BerichtIdentificatie:
    """CDT_BerichtIdentificatie: the number that the sender gave, and the date of the message."""

    identificatie: str
    dagtekening: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Geboortedatum:
    """CDT_Geboortedatum; `datum_gebruik` says which part of an uncertain date counts."""

    datum: date = field(repr=False)
    datum_gebruik: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Achternaam:
    """CDT_Achternaam."""

    naam: str = field(repr=False)
    voorvoegsel: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """CDT_Product: a category, and within it a code of the gemeente's list when one was assigned."""

    categorie: str
    code: str | None = None
