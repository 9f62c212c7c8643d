"""What a gemeente decides, as data with validity: products, tariffs, contracts, settings, periods."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

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


AnyGeldig = TypeVar("AnyGeldig", bound=Geldig)


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


def _holding(things: Iterable[AnyGeldig], day: date) -> AnyGeldig | None:
    """The first that holds on the day."""
    for one in things:
        if one.geldig_van <= day and (one.geldig_tot is None or day <= one.geldig_tot):
            return one
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inrichting:
    """Everything that one gemeente (CBS code) decided. The periods are those that hold for it, in order.

    `aanbieders` are only those with a name here; who has a contract stands in `contracten`. The last three follow from
    the rest: a declaratie asks for each of its lines, however many contracts there are.
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
    _contracten_of: Mapping[str, list[Contract]] = field(init=False, repr=False, compare=False)
    _producten_of: Mapping[str, list[CatalogusProduct]] = field(init=False, repr=False, compare=False)
    _cak_begins: list[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        contracten: defaultdict[str, list[Contract]] = defaultdict(list)
        for contract in self.contracten:
            contracten[contract.aanbieder].append(contract)
        producten: defaultdict[str, list[CatalogusProduct]] = defaultdict(list)
        for product in self.producten:
            producten[product.code].append(product)
        object.__setattr__(self, "_contracten_of", dict(contracten))
        object.__setattr__(self, "_producten_of", dict(producten))
        object.__setattr__(self, "_cak_begins", [cak.begindatum for cak in self.cak_perioden])

    def contract_on(self, aanbieder: str, day: date) -> Contract | None:
        """The contract with the aanbieder that holds on the day."""
        return _holding(self._contracten_of.get(aanbieder, ()), day)

    def product_on(self, code: str, day: date) -> CatalogusProduct | None:
        """The product with this code as the catalogue has it on the day."""
        return _holding(self._producten_of.get(code, ()), day)

    def tarief_on(self, aanbieder: str, code: str, day: date) -> Bedrag | None:
        """The agreed tariff on the day: that of the contract, else of the catalogue.

        None when there is no contract, the product stands outside it, or neither has a tariff then.
        """
        contract = self.contract_on(aanbieder, day)
        if contract is None or code not in contract.producten:
            return None
        agreed = _holding([tarief for tarief in contract.tarieven if tarief.code == code], day)
        found = agreed or self.product_on(code, day)
        return found.tarief if found else None

    def knows_product(self, categorie: str, code: str) -> bool:
        """Whether the code stands under the category in the list of the gemeente, at whatever time (CS329)."""
        return any(product.categorie == categorie for product in self._producten_of.get(code, ()))

    def cak_periode_on(self, day: date) -> CakPeriode | None:
        """The CAK period that holds the day, None outside the known years."""
        at = bisect_right(self._cak_begins, day) - 1
        return self.cak_perioden[at] if at >= 0 and day <= self.cak_perioden[at].einddatum else None

    def cak_perioden_in(self, span: GeslotenPeriode) -> Iterator[CakPeriode]:
        """The CAK periods that have a day in the span, in order."""
        first = max(bisect_right(self._cak_begins, span.begindatum) - 1, 0)
        for cak in self.cak_perioden[first:]:
            if cak.begindatum > span.einddatum:
                return
            if cak.einddatum >= span.begindatum:
                yield cak

    def declaratie_periode_on(self, aanbieder: str, day: date) -> GeslotenPeriode | None:
        """The period by which the aanbieder declares that holds the day; CAK periods when nothing was agreed."""
        contract = self.contract_on(aanbieder, day)
        if contract is not None and contract.declaratieperiode is Declaratieperiode.MAAND:
            return GeslotenPeriode(day.replace(day=1), last_of_month(day))
        cak_periode = self.cak_periode_on(day)
        return cak_periode.dagen if cak_periode else None
