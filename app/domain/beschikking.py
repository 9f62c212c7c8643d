"""What stands on the beschikking for a client: the outside view, without how often indicated support is really used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from app.domain.bedrag import Bedrag, round_half_up
from app.domain.bericht import Achternaam
from app.domain.toewijzing import Adres, VolledigeNaam

DAYS_PER_YEAR = 13 * 28
"""The year of a calculation is 52 weeks: thirteen periods of four weeks (domain.md §3)."""

EIGEN_NAAM, PARTNERNAAM, PARTNER_THEN_EIGEN, EIGEN_THEN_PARTNER = "1", "2", "3", "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeschiktResultaat:
    """A result that gemeente and client agreed on; `domein` is what it is about."""

    domein: str = field(repr=False)
    omschrijving: str = field(repr=False)
    streefdatum: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerwachteInzet:
    """How much of a kind of support is expected: per year of 52 weeks, and from the first to the last day.

    `aantal_in_indicatie` is None when there is no last day.
    """

    naam: str
    eenheid: str
    aantal_per_jaar: Fraction
    aantal_in_indicatie: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeschikteAanbieder:
    """Who delivers the support, and its part of the budget per four weeks."""

    naam: str
    budget: Bedrag


@dataclass(frozen=True, slots=True, kw_only=True)
class BeschikkingInhoud:
    """Everything that a client reads. Of a client only name and address: no bsn, no birth date.

    `arrangement` is the name of a fixed arrangement, which has no calculation and so no `inzet`; `budget` is the
    amount per four weeks, the sum over the aanbieders.
    """

    gemeente: str
    beschikking_nummer: int
    afgiftedatum: date
    naam: str = field(repr=False)
    geslacht: str = field(repr=False)
    adres: tuple[str, ...] = field(repr=False)
    ingangsdatum: date
    einddatum: date | None
    resultaten: tuple[BeschiktResultaat, ...]
    inzet: tuple[VerwachteInzet, ...] = ()
    arrangement: str | None = None
    budget: Bedrag
    aanbieders: tuple[BeschikteAanbieder, ...]


def aantal_in_indicatie(aantal_per_jaar: Fraction, ingangsdatum: date, einddatum: date | None) -> Fraction | None:
    """The share of the yearly number that falls in the validity (both days included), to one decimal, half-up.

    >>> aantal_in_indicatie(Fraction(169), date(2018, 1, 1), date(2018, 12, 30))
    Fraction(169, 1)
    """
    if einddatum is None:
        return None
    days = (einddatum - ingangsdatum).days + 1
    return Fraction(round_half_up(aantal_per_jaar * days / DAYS_PER_YEAR * 10), 10)


def schrijfnaam(naam: VolledigeNaam) -> str:
    """The name as it stands on an envelope: initials, then the surnames in the order that the client chose."""
    eigen, partner = _surname(naam.geslachtsnaam), naam.partnernaam and _surname(naam.partnernaam)
    surnames = eigen
    if partner:
        ways = {
            PARTNERNAAM: partner,
            PARTNER_THEN_EIGEN: f"{partner}-{eigen}",
            EIGEN_THEN_PARTNER: f"{eigen}-{partner}",
        }
        surnames = ways.get(naam.naam_gebruik, eigen)
    return f"{naam.voorletters or naam.voornamen or ''} {surnames}".strip()


def adresregels(adres: Adres) -> tuple[str, ...]:
    """The lines of an address under the name; what is not known is left out."""
    huis = adres.huis
    nummer = ""
    if huis is not None:
        suffix = f"-{huis.huisnummer_toevoeging}" if huis.huisnummer_toevoeging else ""
        nummer = f"{huis.huisnummer}{huis.huisletter or ''}{suffix}"
    street = f"{adres.straatnaam or ''} {nummer}".strip()
    town = f"{_postcode(adres.postcode)}  {adres.plaatsnaam or ''}".strip()
    return tuple(line for line in (street, town) if line)


def _surname(naam: Achternaam) -> str:
    return f"{naam.voorvoegsel} {naam.naam}" if naam.voorvoegsel else naam.naam


def _postcode(postcode: str | None) -> str:
    return f"{postcode[:4]} {postcode[4:].strip()}" if postcode else ""
