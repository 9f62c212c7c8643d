"""What a gemeente decides, as data with validity: products, tariffs, contracts, settings, periods."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Declaratievorm, Eenheid, Frequentie
from app.domain.periode import GeslotenPeriode, last_of_month


class Afronding(StrEnum):
    """How a budget becomes whole euros."""

    HALF_UP = "half-up"
    OMLAAG = "omlaag"


class GebrokenPeriode(StrEnum):
    """How a CAK period counts in which not every day is valid."""

    VOLLEDIG = "volledig"
    NAAR_RATO = "naar-rato"


class Btw(StrEnum):
    """Whether the tariffs that were agreed include VAT."""

    INCLUSIEF = "inclusief"
    EXCLUSIEF = "exclusief"


class Declaratieperiode(StrEnum):
    """The period for which an aanbieder declares."""

    CAK = "cak"
    MAAND = "maand"


class RetourModus(StrEnum):
    """Who makes the 302 of an aanbieder: the service, or its own software."""

    AUTOMATISCH = "automatisch"
    ZELF = "zelf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Geldig:
    """Something that holds from a day up to and including another; without `geldig_tot` it stays."""

    geldig_van: date
    geldig_tot: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on the day."""
        return self.geldig_van <= day and (self.geldig_tot is None or day <= self.geldig_tot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instellingen:
    """The choices that domain.md marks [besluit]; the defaults are the decided ones."""

    gebruik: Fraction = Fraction(65, 100)
    afronding: Afronding = Afronding.HALF_UP
    gebroken_periode: GebrokenPeriode = GebrokenPeriode.VOLLEDIG
    deels_toekennen: bool = False
    btw: Btw = Btw.INCLUSIEF


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogusProduct(Geldig):
    """A product that the gemeente buys; `eenheid` and `frequentie` are defaults, not limits."""

    categorie: str
    code: str
    naam: str
    eenheid: Eenheid
    frequentie: Frequentie
    tarief: Bedrag
    cak_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Productspecificatie(Geldig):
    """What a consulent indicates; it leads to a budget in `product` and never stands in a 303."""

    code: str
    naam: str
    eenheid: str
    tarief: Bedrag
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement(Geldig):
    """A fixed price per four weeks in place of a calculation."""

    code: str
    naam: str
    tarief: Bedrag
    opslag: Bedrag
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTarief(Geldig):
    """A tariff that differs from the catalogue."""

    code: str
    tarief: Bedrag


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Geldig):
    """What gemeente and aanbieder agreed on."""

    aanbieder: str
    producten: frozenset[str]
    declaratievorm: Declaratievorm = Declaratievorm.DECLARATIE
    declaratieperiode: Declaratieperiode = Declaratieperiode.CAK
    release: str = "2.3"
    berekend_bedrag: bool = False
    retour: RetourModus = RetourModus.ZELF
    tarieven: tuple[ContractTarief, ...] = ()
    servicebureaus: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aanbieder:
    """What an aanbieder is called here."""

    agb: str
    naam: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inrichting:
    """Everything that one gemeente (CBS code) decided. The periods are those that hold for it, in order.

    `aanbieders` are only those with a name here; who has a contract stands in `contracten`.
    """

    gemeente: str
    naam: str = ""
    instellingen: Instellingen = field(default_factory=Instellingen)
    producten: tuple[CatalogusProduct, ...] = ()
    productspecificaties: tuple[Productspecificatie, ...] = ()
    arrangementen: tuple[Arrangement, ...] = ()
    aanbieders: tuple[Aanbieder, ...] = ()
    contracten: tuple[Contract, ...] = ()
    cak_perioden: tuple[CakPeriode, ...] = ()

    def contract_on(self, aanbieder: str, day: date) -> Contract | None:
        """The contract with the aanbieder that holds on the day."""
        return next((c for c in self.contracten if c.aanbieder == aanbieder and c.holds_on(day)), None)

    def product_on(self, code: str, day: date) -> CatalogusProduct | None:
        """The product with this code as the catalogue has it on the day."""
        return next((p for p in self.producten if p.code == code and p.holds_on(day)), None)

    def tarief_on(self, aanbieder: str, code: str, day: date) -> Bedrag | None:
        """The agreed tariff on the day: that of the contract, else of the catalogue.

        None when there is no contract, the product stands outside it, or neither has a tariff then.
        """
        contract = self.contract_on(aanbieder, day)
        if contract is None or code not in contract.producten:
            return None
        agreed = next((t.tarief for t in contract.tarieven if t.code == code and t.holds_on(day)), None)
        product = self.product_on(code, day)
        return agreed or (product.tarief if product else None)

    def knows_product(self, categorie: str, code: str) -> bool:
        """Whether the code stands under the category in the list of the gemeente, at whatever time (CS329)."""
        return any(p.code == code and p.categorie == categorie for p in self.producten)

    def cak_periode_on(self, day: date) -> CakPeriode | None:
        """The CAK period that holds the day, None outside the known years."""
        at = bisect_right(self.cak_perioden, day, key=lambda p: p.begindatum) - 1
        return self.cak_perioden[at] if at >= 0 and day <= self.cak_perioden[at].einddatum else None

    def declaratie_periode_on(self, aanbieder: str, day: date) -> GeslotenPeriode | None:
        """The period by which the aanbieder declares that holds the day; CAK periods when nothing was agreed."""
        contract = self.contract_on(aanbieder, day)
        if contract is not None and contract.declaratieperiode is Declaratieperiode.MAAND:
            return GeslotenPeriode(day.replace(day=1), last_of_month(day))
        cak_periode = self.cak_periode_on(day)
        return cak_periode.dagen if cak_periode else None
