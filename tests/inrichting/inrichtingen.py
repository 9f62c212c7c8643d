"""Any valid inrichting, for property tests, and the short way from YAML text to one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode, derived_cak_perioden
from app.domain.codelijsten import Declaratievorm, Eenheid, Frequentie
from app.domain.inrichting import (
    Aanbieder,
    Afronding,
    Arrangement,
    Btw,
    CatalogusProduct,
    Contract,
    ContractTarief,
    Declaratieperiode,
    GebrokenPeriode,
    Inrichting,
    Instellingen,
    Productspecificatie,
    RetourModus,
)
from app.domain.inrichting_file import InrichtingFile
from app.domain.inrichting_merge import merge, perioden_in_use
from app.inrichting.yaml_file import read_content

DATES = st.dates(date(1900, 1, 1), date(9999, 12, 31))
PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
NAMEN = st.text(PRINTABLE, max_size=30)
CODES = st.text(PRINTABLE, min_size=1, max_size=12).filter(lambda text: text.strip() != "")
BEDRAGEN = st.integers(0, 99_999_999).map(Bedrag)
AGBS = st.integers(0, 99_999_999).map(lambda number: f"{number:08}")
SHARES = st.integers(1, 1_000_000).map(lambda millionths: Fraction(millionths, 1_000_000))
FEW_PRODUCTS = ["00000", "02A01", "1E5", "a: #", "null"]  # codes that YAML would love to misread
OTHER_FREQUENTIES = [frequentie for frequentie in Frequentie if frequentie is not Frequentie.PER_VIER_WEKEN]

INSTELLINGEN = st.builds(
    Instellingen,
    gebruik=SHARES,
    afronding=st.sampled_from(Afronding),
    gebroken_periode=st.sampled_from(GebrokenPeriode),
    deels_toekennen=st.booleans(),
    btw=st.sampled_from(Btw),
)


@st.composite
def validities(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    """One to three periods after one another without a shared day; the last one may stay open."""
    days = sorted(draw(st.lists(DATES, min_size=1, max_size=6, unique=True)))
    ends: list[date | None] = [*days[1::2]]
    return list(zip(days[::2], ends if len(days) % 2 == 0 else [*ends, None], strict=True))


@st.composite
def entries(
    draw: st.DrawFn, make: Callable[..., Any], codes: list[str], name: str = "code", **fields: Any
) -> tuple[Any, ...]:
    """Entries in order of code and first day; `fields` are strategies for what else they hold."""
    return tuple(
        make(
            **{name: code},
            geldig_van=geldig_van,
            geldig_tot=geldig_tot,
            **{field: draw(strategy) for field, strategy in fields.items()},
        )
        for code in sorted(codes)
        for geldig_van, geldig_tot in draw(validities())
    )


@st.composite
def contracten(draw: st.DrawFn, codes: list[str], perioden: list[Declaratieperiode]) -> tuple[Contract, ...]:
    """Contracts with a few of the products, each with tariffs for some of its own products."""
    made: list[Contract] = []
    for agb in sorted(draw(st.lists(AGBS, max_size=3, unique=True))):
        for geldig_van, geldig_tot in draw(validities()):
            producten = [code for code in codes if draw(st.booleans())]
            own_tarief = [code for code in producten if draw(st.booleans())]
            made += [
                Contract(
                    aanbieder=agb,
                    geldig_van=geldig_van,
                    geldig_tot=geldig_tot,
                    producten=frozenset(producten),
                    declaratievorm=draw(st.sampled_from(Declaratievorm)),
                    declaratieperiode=draw(st.sampled_from(perioden)),
                    release=draw(st.sampled_from(["2.1", "2.3"])),
                    berekend_bedrag=draw(st.booleans()),
                    retour=draw(st.sampled_from(RetourModus)),
                    tarieven=draw(entries(ContractTarief, own_tarief, tarief=BEDRAGEN)),
                    servicebureaus=draw(st.frozensets(AGBS, max_size=2)),
                )
            ]
    return tuple(made)


@st.composite
def inrichtingen(draw: st.DrawFn) -> Inrichting:
    """An inrichting in the order in which loading leaves it."""
    four_weekly = draw(st.booleans())
    codes = sorted(draw(st.sets(st.sampled_from(FEW_PRODUCTS))))
    product_fields: dict[str, Any] = {
        "categorie": st.sampled_from(["01", "02", "18"]),
        "naam": NAMEN,
        "eenheid": st.sampled_from(Eenheid),
        "frequentie": st.sampled_from([*Frequentie] if four_weekly else OTHER_FREQUENTIES),
        "tarief": BEDRAGEN,
        "cak_code": st.none() | CODES,
    }
    leads_to = {"naam": NAMEN, "tarief": BEDRAGEN, "product": st.sampled_from(codes)} if codes else {}
    own_codes = draw(st.lists(CODES, max_size=2, unique=True)) if codes else []
    agreed = draw(contracten(codes, [Declaratieperiode.CAK] if four_weekly else [*Declaratieperiode]))
    named = sorted({contract.aanbieder for contract in agreed} | draw(st.sets(AGBS, max_size=1)))
    return Inrichting(
        gemeente=draw(st.sampled_from(["0384", "1708"])),
        naam=draw(NAMEN),
        instellingen=draw(INSTELLINGEN),
        producten=draw(entries(CatalogusProduct, codes, **product_fields)),
        productspecificaties=draw(entries(Productspecificatie, own_codes, eenheid=CODES, **leads_to)),
        arrangementen=draw(entries(Arrangement, own_codes, opslag=BEDRAGEN, **leads_to)),
        aanbieders=tuple(Aanbieder(agb=agb, naam=naam) for agb in named if (naam := draw(NAMEN))),
        contracten=agreed,
        cak_perioden=perioden_in_use([p for jaar in draw(st.sets(st.integers(2015, 2030))) for p in own_year(jaar)]),
    )


def own_year(jaar: int) -> list[CakPeriode]:
    """The periods of a year as the gemeente gives them itself, on the derived days."""
    return [
        CakPeriode(jaar, periode.periode, periode.begindatum, periode.einddatum, afgeleid=False)
        for periode in derived_cak_perioden(jaar)
    ]


def read(text: str, bestand: str = "test.yaml") -> InrichtingFile:
    """What a YAML text gives; its errors are a failure of the test."""
    read_back = read_content(text.encode(), bestand)
    assert read_back.given, read_back.findings
    return read_back.given


def loaded(text: str, current: Inrichting | None = None) -> Inrichting:
    """The inrichting after loading a YAML text."""
    return merge(current, read(text))
