"""A toekenning: what a consulent decides, how it is divided over aanbieders, and the 301 for each (domain.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from app.domain.bedrag import Bedrag
from app.domain.berekening import Berekening, Grondslag, whole_units
from app.domain.bericht import BerichtIdentificatie, Geboortedatum
from app.domain.codelijsten import Frequentie
from app.domain.inrichting import Afronding
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding
from app.domain.toewijzing import (
    Beschikking,
    BeschiktProduct,
    Client,
    Contact,
    Omvang,
    ToegewezenProduct,
    ToewijzingHeader,
    Toewijzingsbericht,
    VolledigeNaam,
)

VERDELING = "IWB-verdeling"  # our own: the standard has no rule for it
HUNDRED_PERCENT = 100
CENTS_PER_EURO = 100


class Domein(StrEnum):
    """The domains of the zelfredzaamheid-matrix in which a result is set."""

    FINANCIEN = "financien"
    HUISVESTING = "huisvesting"
    HUISELIJKE_RELATIES = "huiselijke-relaties"
    GEESTELIJKE_GEZONDHEID_EN_VERSLAVING = "geestelijke-gezondheid-en-verslaving"
    ZELFZORG = "zelfzorg"
    SOCIAAL_NETWERK = "sociaal-netwerk"
    DAGBESTEDING_EN_PARTICIPATIE = "dagbesteding-en-participatie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resultaat:
    """A SMART result: from score `baseline` to score `doel` (1-5) in a Domein, by `streefdatum`.

    It stays with the gemeente and never stands in a message. `domein` is text until it was judged.
    """

    domein: str
    omschrijving: str = field(repr=False)
    baseline: int
    doel: int
    streefdatum: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Clientgegevens:
    """What a 301 tells about the client."""

    bsn: str = field(repr=False)
    geboortedatum: Geboortedatum
    geslacht: str
    naam: VolledigeNaam
    contactgegevens: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TweedeAanbieder:
    """Whom part of the budget goes to: whole euros per four weeks, or a percentage of the whole; one of the two."""

    agb: str
    budget_per_periode: int | None = None
    percentage: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toekenning:
    """What was asked: for whom, on which beschikking, from when to when (None: endless), how much, by whom.

    `evaluatiedatum` is when gemeente and client look back; without one it is halfway (app.domain.termijnen).
    """

    gemeente: str
    client: Clientgegevens
    beschikking_nummer: int
    afgiftedatum: date
    ingangsdatum: date
    einddatum: date | None = None
    evaluatiedatum: date | None = None
    resultaten: tuple[Resultaat, ...] = ()
    grondslag: Grondslag
    aanbieder: str
    tweede: TweedeAanbieder | None = None


@dataclass(frozen=True, slots=True)
class Deel:
    """The volume per four weeks that one aanbieder gets.

    `aandeel_vanaf` is the volume of the parts before it in the whole (ToewijzingVersie.aandeel_vanaf).
    """

    aanbieder: str
    volume: int
    aandeel_vanaf: int = 0


@dataclass(frozen=True, slots=True)
class Verdeling:
    """Who gets what; an `onderaannemer` has no contract and works within the part of the first."""

    eerste: Deel
    tweede: Deel | None = None
    onderaannemer: str | None = None

    @property
    def delen(self) -> tuple[Deel, ...]:
        """The parts that become toewijzingen, the first one first."""
        return (self.eerste,) if self.tweede is None else (self.eerste, self.tweede)


def verdeel(
    volume: int,
    *,
    aanbieder: str,
    tweede: TweedeAanbieder | None,
    contracted: bool,
    tarief: Bedrag,
    tarief_tweede: Bedrag | None,
    afronding: Afronding,
    pad: str = "tweedeAanbieder.",
) -> Verdeling:
    """Divide a volume per four weeks: the second gets its share, the first keeps the rest.

    A part is whole units. An amount must buy them; a percentage is rounded once, to whole euros where those buy whole
    units and leave both something (always where a unit costs EUR 1), else to whole units.

    Without `contracted`, a contract of the second for the product, the first keeps everything: the share of an
    onderaannemer is no part, only more than nothing and at most the whole. `tarief` is what one unit costs,
    `tarief_tweede` what the second agreed on (None: nothing), `pad` where its fields stand in the request. Raises
    InvalidInput when a part would be empty or no whole units, and when a unit is not worth the same to both.
    """
    if tweede is None:
        return Verdeling(Deel(aanbieder, volume))
    _demand_one_of_both(tweede, pad)
    if not contracted:
        _demand_within(Fraction(volume * tarief.cents, CENTS_PER_EURO), tweede, pad)
        return Verdeling(Deel(aanbieder, volume), onderaannemer=tweede.agb)
    _demand_same_tarief(tarief, tarief_tweede, pad)
    share = _share(volume, tweede, tarief, afronding, pad)
    return Verdeling(Deel(aanbieder, volume - share), Deel(tweede.agb, share, aandeel_vanaf=volume - share))


def _demand_one_of_both(tweede: TweedeAanbieder, pad: str) -> None:
    if (tweede.budget_per_periode is None) == (tweede.percentage is None):
        raise _wrong(pad.rstrip("."), "Geef budgetPerPeriode of percentage, één van beide.")


def _demand_within(whole: Fraction, tweede: TweedeAanbieder, pad: str) -> None:
    """`whole` is in euros per four weeks."""
    if tweede.percentage is not None:
        _demand_percentage(tweede.percentage, f"{pad}percentage")
    elif not 0 < (tweede.budget_per_periode or 0) <= whole:
        melding = "Het bedrag moet meer dan 0 zijn en hoogstens het geheel."
        raise _wrong(f"{pad}budgetPerPeriode", melding, geheelCenten=int(whole * CENTS_PER_EURO))


def _demand_same_tarief(eerste: Bedrag, tweede: Bedrag | None, pad: str) -> None:
    """A volume holds units: at another tariff the same units are another amount."""
    if tweede is not None and tweede != eerste:
        raise _wrong(
            pad.rstrip(".") or "aanbieder",
            "De tarieven van de aanbieders voor dit product verschillen; zo is het budget niet te verdelen.",
            tariefEersteCenten=eerste.cents,
            tariefTweedeCenten=tweede.cents,
        )


def _demand_percentage(percentage: Fraction, pad: str) -> None:
    if not 0 < percentage <= HUNDRED_PERCENT:
        raise _wrong(pad, "Een percentage is meer dan 0 en hoogstens 100.")


def _share(volume: int, tweede: TweedeAanbieder, tarief: Bedrag, afronding: Afronding, pad: str) -> int:
    if tweede.percentage is not None:
        _demand_percentage(tweede.percentage, f"{pad}percentage")
        by_percentage = _share_by_percentage(volume, tweede.percentage, tarief, afronding)
        if not 0 < by_percentage < volume:
            raise _wrong(f"{pad}percentage", "Zo houdt een van beide aanbieders niets over.", geheel=volume)
        return by_percentage
    bought = Fraction((tweede.budget_per_periode or 0) * CENTS_PER_EURO, max(tarief.cents, 1))
    if not 0 < bought < volume:
        melding = "Het deel moet meer dan 0 zijn en minder dan het geheel."
        raise _wrong(f"{pad}budgetPerPeriode", melding, geheel=volume)
    if bought.denominator != 1:
        raise _wrong(f"{pad}budgetPerPeriode", "Dit is geen heel aantal eenheden van het product.", geheel=volume)
    return int(bought)


def _share_by_percentage(volume: int, percentage: Fraction, tarief: Bedrag, afronding: Afronding) -> int:
    """In units; `tarief` is what one costs."""
    exact = volume * percentage / Fraction(HUNDRED_PERCENT)
    if tarief.cents > 0:
        euros = whole_units(exact * tarief.cents / CENTS_PER_EURO, afronding)
        bought = Fraction(euros * CENTS_PER_EURO, tarief.cents)
        if bought.denominator == 1 and 0 < bought < volume:
            return int(bought)
    return whole_units(exact, afronding)


def _wrong(pad: str, melding: str, **waarden: int) -> InvalidInput:
    finding = Finding(regel=VERDELING, retourcode=None, pad=pad, melding=melding, waarden=dict(waarden))
    return InvalidInput("De verdeling over de aanbieders klopt niet.", findings=(finding,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uitgifte:
    """What a 301 of our own gets besides its content: `moment` is local, `referentie` names the toekenning."""

    toewijzing_nummer: int
    identificatie: str
    moment: datetime
    referentie: str


def toewijzingsbericht(
    toekenning: Toekenning, berekening: Berekening, deel: Deel, uitgifte: Uitgifte
) -> Toewijzingsbericht:
    """The 301 for the aanbieder of a part; nothing in it says how the budget came about or what it is to achieve."""
    client = toekenning.client
    header = ToewijzingHeader(
        afzender=toekenning.gemeente,
        ontvanger=deel.aanbieder,
        bericht_identificatie=BerichtIdentificatie(
            identificatie=uitgifte.identificatie, dagtekening=uitgifte.moment.date()
        ),
    )
    addressed = Client(
        bsn=client.bsn,
        geboortedatum=client.geboortedatum,
        geslacht=client.geslacht,
        naam=client.naam,
        contactgegevens=client.contactgegevens,
        beschikking=_beschikking(toekenning, berekening, deel, uitgifte),
    )
    return Toewijzingsbericht(header=header, clienten=(addressed,))


def _beschikking(toekenning: Toekenning, berekening: Berekening, deel: Deel, uitgifte: Uitgifte) -> Beschikking:
    granted = BeschiktProduct(
        product=berekening.product,
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        omvang=_omvang(berekening, deel.volume),  # the whole would tell one aanbieder the part of the other
    )
    return Beschikking(
        beschikking_nummer=toekenning.beschikking_nummer,
        afgiftedatum=toekenning.afgiftedatum,
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        commentaar=uitgifte.referentie,  # here both releases have room for it
        beschikt_producten=(granted,),
        toegewezen_producten=(_toegewezen_product(toekenning, berekening, deel, uitgifte),),
    )


def _toegewezen_product(
    toekenning: Toekenning, berekening: Berekening, deel: Deel, uitgifte: Uitgifte
) -> ToegewezenProduct:
    return ToegewezenProduct(
        toewijzing_nummer=uitgifte.toewijzing_nummer,
        product=berekening.product,
        aanbieder=deel.aanbieder,
        toewijzingsdatum=uitgifte.moment.date(),
        toewijzingstijd=uitgifte.moment.time(),
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        omvang=_omvang(berekening, deel.volume),
    )


def _omvang(berekening: Berekening, volume: int) -> Omvang:
    return Omvang(volume=volume, eenheid=berekening.eenheid, frequentie=Frequentie.PER_VIER_WEKEN)
