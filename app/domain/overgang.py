"""Existing clients become toekenningen: from realised use, or from an AWBZ-klasse (domain.md §2 and §8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from app.domain.bedrag import NUL, Bedrag
from app.domain.berekening import (
    MOST_PER_WEEK,
    ArrangementKeuze,
    Berekening,
    Etmalen,
    Grondslag,
    Indicatie,
    bereken,
    whole_units,
)
from app.domain.codelijsten import Eenheid
from app.domain.inrichting import Inrichting
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding
from app.domain.toekenning import Clientgegevens, Toekenning

FIRST_DAY: Final = date(2018, 1, 1)
WEKEN_PER_PERIODE: Final = 4
WEKEN: Final = 39
"""The first three quarters of 2017."""
LICHTE_KLASSE: Final = 2
"""Up to and including this AWBZ-klasse a client gets category 1, above it 3; 2 never comes of a conversion."""
REGEL: Final = "IWB-overgang"  # our own: the standard knows no conversion
CENTS_PER_EURO: Final = 100


@dataclass(frozen=True, slots=True)
class Realisatie:
    """What a client used of a productspecificatie over the whole period, in its own eenheid; `regel` names the line."""

    regel: int
    productspecificatie: str
    aantal: Fraction


@dataclass(frozen=True, slots=True)
class AwbzIndicatie:
    """A running indication of the AWBZ: its klasse, and whether its function was H152 or H153 (then an opslag)."""

    klasse: int
    opslag: bool


Basis: TypeAlias = tuple[Realisatie, ...] | AwbzIndicatie
"""What a client has now."""


@dataclass(frozen=True, slots=True)
class Fout:
    """What is wrong on a line of the file, in which column (empty: the line as a whole); never a value from it."""

    regel: int
    kolom: str
    reden: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OvergangClient:
    """All that the file says of one client; `regel` is its first line, `oud_budget` is per four weeks."""

    regel: int
    client: Clientgegevens
    beschikking_nummer: int
    einddatum: date | None = None
    aanbieder: str
    basis: Basis
    oud_budget: Bedrag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoutieveClient:
    """A client of whom the file does not say enough, or not clearly; `referentie` is masked."""

    regel: int
    referentie: str
    aanbieder: str | None = None
    oud_budget: Bedrag | None = None
    fouten: tuple[Fout, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Omzetting:
    """What a file is converted to: toekenningen of this gemeente from `vanaf`, of a use over `weken` weeks."""

    gemeente: str
    vanaf: date = FIRST_DAY
    weken: int = WEKEN


def converted(inrichting: Inrichting, omzetting: Omzetting, one: OvergangClient) -> Berekening:
    """The budget of a client with the tariffs that hold on the first day, those of the contract before the catalogue.

    Realised use is real use: no share of it is taken once more, so `gebruik` is 1 on this sheet. Raises InvalidInput.
    """
    real = replace(inrichting, instellingen=replace(inrichting.instellingen, gebruik=Fraction(1)))
    return bereken(real, omzetting.vanaf, grondslag_of(inrichting, omzetting, one.basis), aanbieder=one.aanbieder)


def grondslag_of(inrichting: Inrichting, omzetting: Omzetting, basis: Basis) -> Grondslag:
    """What a budget is computed from: use per week, an arrangement, or etmalen of kortdurend verblijf.

    Raises InvalidInput without an arrangement, and where kortdurend verblijf stands among other use: that is a
    toekenning of its own, outside the budget.
    """
    if isinstance(basis, AwbzIndicatie):
        categorie = 1 if basis.klasse <= LICHTE_KLASSE else 3
        return ArrangementKeuze(_arrangement(inrichting, omzetting.vanaf, categorie), basis.opslag)
    verblijf = [_verblijf(inrichting, omzetting.vanaf, one.productspecificatie) for one in basis]
    if any(verblijf):
        return _etmalen(inrichting, omzetting, basis, verblijf)
    return tuple(Indicatie(one.productspecificatie, one.aantal / Fraction(omzetting.weken)) for one in basis)


def _verblijf(inrichting: Inrichting, day: date, code: str) -> str | None:
    """The product that is bought per etmaal on the day and to which a code leads, or which it is itself."""
    leads_to = next((s.product for s in inrichting.productspecificaties if s.code == code), code)
    product = inrichting.product_on(leads_to, day)
    return product.code if product is not None and product.eenheid is Eenheid.ETMAAL else None


def _etmalen(
    inrichting: Inrichting, omzetting: Omzetting, basis: tuple[Realisatie, ...], verblijf: Sequence[str | None]
) -> Etmalen:
    """Whole etmalen per four weeks, of one product."""
    for number, product in enumerate(verblijf):
        if product is None or product != verblijf[0]:
            melding = (
                "Kortdurend verblijf wordt apart toegekend: zet wat de client verder gebruikt in een eigen bestand."
            )
            pad = f"indicatie[{number}].productspecificatie"
            finding = Finding(regel=REGEL, retourcode=None, pad=pad, melding=melding)
            raise InvalidInput("Kortdurend verblijf wordt apart toegekend.", findings=(finding,))
    per_periode = sum((one.aantal for one in basis), Fraction(0)) * WEKEN_PER_PERIODE / Fraction(omzetting.weken)
    return Etmalen(verblijf[0] or "", whole_units(per_periode, inrichting.instellingen.afronding))


def _arrangement(inrichting: Inrichting, day: date, categorie: int) -> str:
    """The only arrangement on the day whose code ends in the number of the category (BG1, IB3)."""
    codes = {a.code for a in inrichting.arrangementen if a.holds_on(day)}
    found = [code for code in codes if (number := re.search(r"[0-9]+$", code)) and int(number[0]) == categorie]
    if len(found) != 1:
        melding = f"Er is op de ingangsdatum niet precies één arrangement van categorie {categorie}."
        finding = Finding(regel=REGEL, retourcode=None, pad="arrangement.code", melding=melding)
        raise InvalidInput("Deze klasse is niet om te zetten.", findings=(finding,))
    return found[0]


def toekenning_of(omzetting: Omzetting, one: OvergangClient, berekening: Berekening, today: date) -> Toekenning:
    """What is granted to a client; the decision is of today."""
    return Toekenning(
        gemeente=omzetting.gemeente,
        client=one.client,
        beschikking_nummer=one.beschikking_nummer,
        afgiftedatum=today,
        ingangsdatum=omzetting.vanaf,
        einddatum=one.einddatum,
        grondslag=berekening.grondslag,
        aanbieder=one.aanbieder,
    )


KOLOM_BY_PAD: Final = {
    "aantalPerWeek": "realisatie",
    "indicatie": "realisatie",
    "productspecificatie": "productspecificatie",
    "arrangement.code": "awbzklasse",
    "etmalen.aantalPerPeriode": "realisatie",
    "etmalen.product": "productspecificatie",
    "client.bsn": "bsn",
    "Bsn": "bsn",
    "Datum": "geboortedatum",
    "Geslacht": "geslacht",
    "Naam": "achternaam",
    "Voorvoegsel": "voorvoegsel",
    "Voorletters": "voorletters",
    "Straatnaam": "straatnaam",
    "Huisnummer": "huisnummer",
    "Huisletter": "huisletter",
    "HuisnummerToevoeging": "toevoeging",
    "Postcode": "postcode",
    "Plaatsnaam": "plaatsnaam",
    "BeschikkingNummer": "beschikkingnummer",
    "Einddatum": "einddatum",
    "einddatum": "einddatum",
    "aanbieder": "aanbieder",
}
"""Where a value stands in a request or in a 301, and in which column it came in."""
INDICATIE_LINE: Final = re.compile(r"indicatie\[([0-9]+)\]\.(.*)")


def fouten_of(findings: Iterable[Finding], one: OvergangClient) -> tuple[Fout, ...]:
    """The findings on a toekenning as errors in the lines that it came from."""
    return tuple(_fout_of(finding, one) for finding in findings)


def _fout_of(finding: Finding, one: OvergangClient) -> Fout:
    regel, pad, melding = one.regel, finding.pad, finding.melding
    if (line := INDICATIE_LINE.fullmatch(pad)) and isinstance(one.basis, tuple):
        regel, pad = one.basis[int(line[1])].regel, line[2]
        melding = f"Dit komt op meer dan {MOST_PER_WEEK} per week." if pad == "aantalPerWeek" else melding
    last = re.sub(r"\[[0-9]+\]$", "", pad.rsplit("/", 1)[-1])
    waarden = ", ".join(f"{name}: {value}" for name, value in finding.waarden.items() if value is not None)
    return Fout(regel, KOLOM_BY_PAD.get(last, ""), f"{melding} ({waarden})" if waarden else melding)


def masked(bsn: str) -> str:
    """A reference that tells the client only to whom has the file.

    >>> masked("999900006")
    '******006'
    """
    return f"{'*' * 6}{bsn[-3:]}"


class Uitslag(StrEnum):
    """What came of a client: converted now, converted in an earlier run, or not."""

    OMGEZET = "omgezet"
    EERDER = "eerder"
    MISLUKT = "mislukt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uitkomst:
    """What came of a client, with its old and new budget per four weeks.

    One that was converted before with another budget or aanbieder than the file now gives has `fouten` too.
    """

    regel: int
    referentie: str
    aanbieder: str | None
    uitslag: Uitslag
    oud: Bedrag | None = None
    nieuw: Bedrag | None = None
    toekenning_id: str | None = None
    fouten: tuple[Fout, ...] = ()
    waarschuwingen: tuple[Fout, ...] = ()

    @property
    def verschil(self) -> Bedrag | None:
        """New less old, where both are known."""
        return self.nieuw - self.oud if self.nieuw is not None and self.oud is not None else None


@dataclass(slots=True)
class Stand:
    """Clients counted, and their budgets per four weeks added up.

    `oud` and `oud_mislukt` are those of clients that were and were not converted; `vergeleken` is the part of `nieuw`
    whose old budget is known.
    """

    omgezet: int = 0
    eerder: int = 0
    mislukt: int = 0
    oud: Bedrag = NUL
    nieuw: Bedrag = NUL
    vergeleken: Bedrag = NUL
    oud_mislukt: Bedrag = NUL

    @property
    def clienten(self) -> int:
        """All of them."""
        return self.omgezet + self.eerder + self.mislukt

    @property
    def verschil(self) -> Bedrag:
        """New less old of the clients whose old budget is known."""
        return self.vergeleken - self.oud

    def add(self, uitkomst: Uitkomst) -> None:
        """Count one more."""
        oud = uitkomst.oud or NUL
        if uitkomst.nieuw is None:
            self.mislukt += 1
            self.oud_mislukt += oud
            return
        self.omgezet += uitkomst.uitslag is Uitslag.OMGEZET
        self.eerder += uitkomst.uitslag is Uitslag.EERDER
        self.oud += oud
        self.nieuw += uitkomst.nieuw
        self.vergeleken += uitkomst.nieuw if uitkomst.oud is not None else NUL


@dataclass(slots=True)
class Afstemming:
    """The reconciliation: everything, and per aanbieder with a contract; `None` holds all others together.

    It stays as small as the list of `bekend` however many clients there are.
    """

    bekend: frozenset[str]
    totaal: Stand = field(default_factory=Stand)
    per_aanbieder: dict[str | None, Stand] = field(default_factory=dict[str | None, Stand])
    met_fouten: int = 0

    def add(self, uitkomst: Uitkomst) -> None:
        """Count one more client."""
        aanbieder = uitkomst.aanbieder if uitkomst.aanbieder in self.bekend else None
        self.totaal.add(uitkomst)
        self.per_aanbieder.setdefault(aanbieder, Stand()).add(uitkomst)
        self.met_fouten += bool(uitkomst.fouten)
