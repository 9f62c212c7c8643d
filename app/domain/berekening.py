"""From what a consulent decides to a volume per four weeks: the sheet that answers "why 990?" (domain.md §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias, TypeVar

from app.domain.bedrag import NUL, Bedrag, round_half_up
from app.domain.bericht import Product
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import Afronding, Arrangement, CatalogusProduct, Inrichting, Productspecificatie
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding

WEEKS_PER_YEAR: Final = 52
PERIODS_PER_YEAR: Final = 13
CENTS_PER_EURO: Final = 100
MOST_PER_WEEK: Final = 168
"""A week has as many hours, and no eenheid of a productspecificatie is shorter."""
MOST_ETMALEN: Final = 28
HIGHEST_VOLUME: Final = 99_999_999
"""What a volume in a message can be at most (LDT_Volume)."""
NO_TARIEF: Final = "Voor het product is er op de peildatum geen tarief"


@dataclass(frozen=True, slots=True)
class Indicatie:
    """A line of an indication: how much of a productspecificatie a week, in its own eenheid."""

    productspecificatie: str
    aantal_per_week: Fraction


@dataclass(frozen=True, slots=True)
class ArrangementKeuze:
    """An arrangement, with its opslag or without."""

    code: str
    opslag: bool = False


@dataclass(frozen=True, slots=True)
class Etmalen:
    """A number of etmalen per four weeks of a product that is bought per etmaal (kortdurend verblijf)."""

    product: str
    aantal_per_periode: int


Grondslag: TypeAlias = tuple[Indicatie, ...] | ArrangementKeuze | Etmalen
"""What a budget is computed from."""

GeldigT = TypeVar("GeldigT", Productspecificatie, Arrangement)
Soort: TypeAlias = Literal["indicatie", "arrangement", "etmalen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRegel:
    """A line of the sheet. Quantities are exact, in `eenheid`; `gebruik` is the share that is really used.

    `tarief` is the kostprijs that held on the peildatum, and `tarief_geldig_van` says which one that was.
    """

    productspecificatie: str
    naam: str
    eenheid: str
    aantal_per_week: Fraction
    gebruik: Fraction
    aantal_per_jaar: Fraction
    tarief: Bedrag
    tarief_geldig_van: date
    bedrag_per_jaar: Bedrag


@dataclass(frozen=True, slots=True, kw_only=True)
class Berekening:
    """What a decision comes to per four weeks: a volume of one product, and how it came about.

    `app.domain.berekening_document` writes it as JSON to keep.

    `regels` and `bedrag_per_jaar` belong to an indication; `tarief`, `opslag` and `tarief_geldig_van` to an
    arrangement or to etmalen. `bedrag_per_periode` is in cents, before `afronding` made `budget_euro` of it.
    """

    peildatum: date
    soort: Soort
    grondslag: Grondslag
    regels: tuple[SheetRegel, ...] = ()
    bedrag_per_jaar: Bedrag | None = None
    tarief: Bedrag | None = None
    opslag: Bedrag | None = None
    tarief_geldig_van: date | None = None
    bedrag_per_periode: Bedrag
    afronding: Afronding
    budget_euro: int
    product: Product
    eenheid: Eenheid
    volume: int

    @property
    def frequentie(self) -> Frequentie:
        """A budget is always one per four weeks."""
        return Frequentie.PER_VIER_WEKEN


def bereken(
    inrichting: Inrichting, peildatum: date, grondslag: Grondslag, *, aanbieder: str | None = None
) -> Berekening:
    """Compute the sheet with what the gemeente decided as it holds on the peildatum.

    With an `aanbieder` (AGB-code) the tariff of the product is that of its contract, else that of the catalogue.
    Raises InvalidInput with a finding for every field that is wrong; its `pad` is a JSON path.
    """
    vraag = _Vraag(inrichting, peildatum, aanbieder)
    match grondslag:
        case ArrangementKeuze():
            return _of_arrangement(vraag, grondslag)
        case Etmalen():
            return _of_etmalen(vraag, grondslag)
        case _:
            return _of_indicatie(vraag, grondslag)


def whole_units(value: Fraction, afronding: Afronding) -> int:
    """A value that is not negative as a whole number.

    >>> half = Fraction(1981, 2)
    >>> whole_units(half, Afronding.HALF_UP), whole_units(half, Afronding.OMLAAG)
    (991, 990)
    """
    return round_half_up(value) if afronding is Afronding.HALF_UP else value.numerator // value.denominator


@dataclass(frozen=True, slots=True)
class _Vraag:
    inrichting: Inrichting
    peildatum: date
    aanbieder: str | None

    @property
    def afronding(self) -> Afronding:
        return self.inrichting.instellingen.afronding


@dataclass(frozen=True, slots=True)
class _Prijs:
    """A product with the tariff that holds for it, and since when."""

    product: CatalogusProduct
    tarief: Bedrag
    geldig_van: date

    @property
    def of_message(self) -> Product:
        return Product(categorie=self.product.categorie, code=self.product.code)


def _of_indicatie(vraag: _Vraag, lines: tuple[Indicatie, ...]) -> Berekening:
    found = [_find(vraag, vraag.inrichting.productspecificaties, line.productspecificatie) for line in lines]
    wrong = [] if lines else [_wrong("indicatie", "Een indicatie heeft ten minste één regel.")]
    for number, (line, specificatie) in enumerate(zip(lines, found, strict=True)):
        wrong += _wrong_line(line, specificatie, f"indicatie[{number}]")
    specificaties = [s for s in found if not isinstance(s, str)]
    wrong += _other_products(found)
    prijs = _prijs(vraag, specificaties[0].product, "peildatum") if specificaties else None
    prijs = _demand(prijs, wrong)
    gebruik = vraag.inrichting.instellingen.gebruik
    regels = tuple(_sheet_regel(line, s, gebruik) for line, s in zip(lines, specificaties, strict=True))
    per_jaar = sum((regel.bedrag_per_jaar for regel in regels), NUL)
    per_periode = per_jaar.times(Fraction(1, PERIODS_PER_YEAR))
    budget_euro, volume = _budget(vraag, prijs, per_periode, "indicatie")
    return Berekening(
        peildatum=vraag.peildatum,
        soort="indicatie",
        grondslag=lines,
        regels=regels,
        bedrag_per_jaar=per_jaar,
        bedrag_per_periode=per_periode,
        afronding=vraag.afronding,
        budget_euro=budget_euro,
        product=prijs.of_message,
        eenheid=prijs.product.eenheid,
        volume=volume,
    )


def _sheet_regel(line: Indicatie, specificatie: Productspecificatie, gebruik: Fraction) -> SheetRegel:
    aantal_per_jaar = line.aantal_per_week * WEEKS_PER_YEAR * gebruik
    return SheetRegel(
        productspecificatie=specificatie.code,
        naam=specificatie.naam,
        eenheid=specificatie.eenheid,
        aantal_per_week=line.aantal_per_week,
        gebruik=gebruik,
        aantal_per_jaar=aantal_per_jaar,
        tarief=specificatie.tarief,
        tarief_geldig_van=specificatie.geldig_van,
        bedrag_per_jaar=specificatie.tarief.times(aantal_per_jaar),
    )


def _of_arrangement(vraag: _Vraag, keuze: ArrangementKeuze) -> Berekening:
    arrangement = _find(vraag, vraag.inrichting.arrangementen, keuze.code)
    if isinstance(arrangement, str):
        raise _refusal([_wrong("arrangement.code", f"Dit arrangement {arrangement}.")])
    prijs = _demand(_prijs(vraag, arrangement.product, "peildatum"), [])
    opslag = arrangement.opslag if keuze.opslag else NUL
    per_periode = arrangement.tarief + opslag
    budget_euro, volume = _budget(vraag, prijs, per_periode, "arrangement.code")
    return Berekening(
        peildatum=vraag.peildatum,
        soort="arrangement",
        grondslag=keuze,
        tarief=arrangement.tarief,
        opslag=opslag,
        tarief_geldig_van=arrangement.geldig_van,
        bedrag_per_periode=per_periode,
        afronding=vraag.afronding,
        budget_euro=budget_euro,
        product=prijs.of_message,
        eenheid=prijs.product.eenheid,
        volume=volume,
    )


def _of_etmalen(vraag: _Vraag, etmalen: Etmalen) -> Berekening:
    wrong: list[Finding] = []
    if not 1 <= etmalen.aantal_per_periode <= MOST_ETMALEN:
        melding = f"Het aantal etmalen per vier weken is een geheel getal van 1 tot en met {MOST_ETMALEN}."
        wrong.append(_wrong("etmalen.aantalPerPeriode", melding))
    prijs = _prijs(vraag, etmalen.product, "etmalen.product")
    if isinstance(prijs, _Prijs) and prijs.product.eenheid is not Eenheid.ETMAAL:
        wrong.append(_wrong("etmalen.product", "Dit product wordt niet per etmaal ingekocht."))
    prijs = _demand(prijs, wrong)
    per_periode = prijs.tarief.times(etmalen.aantal_per_periode)
    return Berekening(
        peildatum=vraag.peildatum,
        soort="etmalen",
        grondslag=etmalen,
        tarief=prijs.tarief,
        tarief_geldig_van=prijs.geldig_van,
        bedrag_per_periode=per_periode,
        afronding=vraag.afronding,
        budget_euro=whole_units(Fraction(per_periode.cents, CENTS_PER_EURO), vraag.afronding),
        product=prijs.of_message,
        eenheid=prijs.product.eenheid,
        volume=etmalen.aantal_per_periode,
    )


def _budget(vraag: _Vraag, prijs: _Prijs, per_periode: Bedrag, pad: str) -> tuple[int, int]:
    """The budget in whole euros, and the units of the product that the amount per period buys.

    Both are rounded from the amount, not one from the other: a unit of EUR 1 gives the same number twice, and another
    unit is not rounded away by the euro.
    """
    euro = whole_units(Fraction(per_periode.cents, CENTS_PER_EURO), vraag.afronding)
    volume = whole_units(Fraction(per_periode.cents, prijs.tarief.cents), vraag.afronding)
    if volume < 1:
        raise _refusal([_wrong(pad, "Dit komt op minder dan één eenheid van het product per vier weken.")])
    if volume > HIGHEST_VOLUME:
        raise _refusal([_wrong(pad, "Dit komt op meer dan een bericht kan noemen.")])
    return euro, volume


def _find(vraag: _Vraag, known: Iterable[GeldigT], code: str) -> GeldigT | str:
    """What holds on the peildatum under this code, or in words why there is nothing."""
    same = [one for one in known if one.code == code]
    absent = "heeft op de peildatum geen tarief" if same else "kent de gemeente niet"
    return next((one for one in same if one.holds_on(vraag.peildatum)), absent)


def _wrong_line(line: Indicatie, found: Productspecificatie | str, pad: str) -> Iterable[Finding]:
    if isinstance(found, str):
        yield _wrong(f"{pad}.productspecificatie", f"Deze productspecificatie {found}.")
    if not 0 < line.aantal_per_week <= MOST_PER_WEEK:
        melding = f"Het aantal per week is een getal groter dan 0 en ten hoogste {MOST_PER_WEEK}"
        yield _wrong(f"{pad}.aantalPerWeek", f"{melding}, met een punt en ten hoogste 3 decimalen.")


def _other_products(found: Sequence[Productspecificatie | str]) -> Iterable[Finding]:
    first: str | None = None
    for number, specificatie in enumerate(found):
        if isinstance(specificatie, str):
            continue
        first = first or specificatie.product
        if specificatie.product != first:
            melding = f"Deze regel leidt naar product {specificatie.product}, een eerdere naar {first}."
            yield _wrong(f"indicatie[{number}].productspecificatie", melding)


def _prijs(vraag: _Vraag, code: str, pad: str) -> _Prijs | Finding:
    day = vraag.peildatum
    product = vraag.inrichting.product_on(code, day)
    if product is None:
        return _wrong(pad, f"{NO_TARIEF}.")
    agreed = product
    if vraag.aanbieder is not None:
        contract = vraag.inrichting.contract_on(vraag.aanbieder, day)
        if contract is None or code not in contract.producten:
            return _wrong("aanbieder", "Met deze aanbieder is er op de peildatum geen contract voor dit product.")
        agreed = next((t for t in contract.tarieven if t.code == code and t.holds_on(day)), product)
    if agreed.tarief <= NUL:
        return _wrong(pad, f"{NO_TARIEF} waarmee te rekenen is.")
    return _Prijs(product, agreed.tarief, agreed.geldig_van)


def _demand(prijs: _Prijs | Finding | None, wrong: Sequence[Finding]) -> _Prijs:
    """The price, when nothing is wrong; None is a price that nobody could look for."""
    if isinstance(prijs, _Prijs) and not wrong:
        return prijs
    raise _refusal([*wrong, *([prijs] if isinstance(prijs, Finding) else [])])


def _wrong(pad: str, melding: str) -> Finding:
    return Finding(regel="BEREKENING", retourcode=None, pad=pad, melding=melding)


def _refusal(wrong: Sequence[Finding]) -> InvalidInput:
    return InvalidInput("Met deze gegevens is er geen budget te berekenen.", findings=tuple(wrong))
