"""Reads inrichting files: YAML to what the domain merges, with every error of every file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from app.domain.bedrag import NUL
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Declaratievorm
from app.domain.inrichting import (
    Aanbieder,
    Arrangement,
    CatalogusProduct,
    Contract,
    ContractTarief,
    Declaratieperiode,
    Productspecificatie,
    RetourModus,
)
from app.domain.inrichting_file import Entries, InrichtingFile, Instelling, Place, Placed, PlacedContract, invalid
from app.domain.retour import Finding
from app.inrichting import kinds
from app.inrichting.section import Kind, Report, Section, TooManyNodes
from app.inrichting.yaml_tree import MAX_BYTES, Node, UnreadableYaml, read_tree

T = TypeVar("T")

DEFAULT_RELEASE: Final = "2.3"

GEMEENTE_KEYS: Final = frozenset({"code", "naam"})
GELDIG_KEYS: Final = frozenset({"code", "naam", "tariefCenten", "geldigVanaf", "geldigTot"})
PRODUCT_KEYS: Final = GELDIG_KEYS | {"categorie", "eenheid", "frequentie", "cakCode"}
PRODUCTSPECIFICATIE_KEYS: Final = GELDIG_KEYS | {"eenheid", "product"}
ARRANGEMENT_KEYS: Final = GELDIG_KEYS | {"opslagCenten", "product"}
TARIEF_KEYS: Final = GELDIG_KEYS - {"naam"}
AANBIEDER_KEYS: Final = frozenset({"agb", "naam", "contracten"})
CONTRACT_KEYS: Final = frozenset({
    "geldigVanaf", "geldigTot", "producten", "declaratievorm", "declaratieperiode", "release", "berekendBedrag",
    "retour", "tarieven", "servicebureaus",
})  # fmt: skip
CAK_PERIODE_KEYS: Final = frozenset({"jaar", "periode", "begindatum", "einddatum"})
FILE_KEYS: Final = frozenset({
    "gemeente", "instellingen", "producten", "productspecificaties", "arrangementen", "aanbieders", "cakPerioden",
})  # fmt: skip
INSTELLINGEN: Final[dict[str, tuple[str, Kind[Instelling]]]] = {
    "gebruik": ("gebruik", kinds.GEBRUIK),
    "afronding": ("afronding", kinds.AFRONDING),
    "gebrokenPeriode": ("gebroken_periode", kinds.GEBROKEN_PERIODE),
    "deelsToekennen": ("deels_toekennen", kinds.JA_NEE),
    "btw": ("btw", kinds.BTW),
}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What became of one file: what it gives, or what is wrong with it.

    `gemeente` is its code, None when that could not be read; what else is loaded for it is then only half of it.
    """

    gemeente: str | None
    given: InrichtingFile | None
    findings: tuple[Finding, ...]


def read_files(paths: Iterable[str | Path]) -> tuple[InrichtingFile, ...]:
    """What the files give, in their order. Raises InrichtingInvalid with every error of every file."""
    read = [read_file(path) for path in paths]
    findings = tuple(finding for file in read for finding in file.findings)
    if findings:
        raise invalid(findings)
    return tuple(file.given for file in read if file.given)


def read_file(path: str | Path) -> ReadFile:
    """One file on disk; also when it is not there, or not to be read."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        finding = Place(str(path), 1, "").finding("Dit bestand is er niet, of is niet te lezen")
        return ReadFile(None, None, (finding,))
    return read_content(content, str(path))


def read_content(content: bytes, bestand: str) -> ReadFile:
    """The bytes of one file; `bestand` is how findings name it."""
    report = Report(bestand)
    given = None
    try:
        given = _file(read_tree(content), report)
    except UnreadableYaml as error:
        report.add("", error.line, error.melding)
    except TooManyNodes:
        report.add("", 1, "Door verwijzingen (*) is dit bestand veel groter dan het lijkt")
    gemeente = given.gemeente or None if given else None
    findings = sorted(report.findings, key=lambda finding: finding.regelnummer or 0)
    return ReadFile(gemeente, None if findings else given, tuple(findings))


def _file(root: Node, report: Report) -> InrichtingFile:
    file = Section(root, "", report, FILE_KEYS)
    file.require("gemeente")
    gemeente = file.section("gemeente", GEMEENTE_KEYS)
    contracten: list[PlacedContract] = []
    aanbieders: list[Aanbieder] = []
    for section in file.sections("aanbieders", AANBIEDER_KEYS):
        agb = section.required("agb", kinds.AGB)
        naam = section.optional("naam", kinds.NAAM)
        aanbieders += [Aanbieder(agb=agb, naam=naam)] if naam else []
        contracten += [_contract(agb, contract) for contract in section.sections("contracten", CONTRACT_KEYS)]
    entries = Entries(
        producten=_placed(file.sections("producten", PRODUCT_KEYS), _product),
        productspecificaties=_placed(
            file.sections("productspecificaties", PRODUCTSPECIFICATIE_KEYS), _productspecificatie
        ),
        arrangementen=_placed(file.sections("arrangementen", ARRANGEMENT_KEYS), _arrangement),
        contracten=tuple(contracten),
        cak_perioden=_placed(file.sections("cakPerioden", CAK_PERIODE_KEYS), _cak_periode),
    )
    return InrichtingFile(
        gemeente=gemeente.required("code", kinds.GEMEENTE) if gemeente else "",
        naam=gemeente.optional("naam", kinds.NAAM) if gemeente else None,
        instellingen=_instellingen(file),
        aanbieders=tuple(aanbieders),
        entries=entries,
    )


def _placed(sections: Iterable[Section], read: Callable[[Section], T]) -> tuple[Placed[T], ...]:
    return tuple(Placed(read(section), section.place) for section in sections)


def _instellingen(file: Section) -> dict[str, Instelling]:
    section = file.section("instellingen", frozenset(INSTELLINGEN))
    given: dict[str, Instelling] = {}
    for key, (name, kind) in INSTELLINGEN.items():
        value = section.optional(key, kind) if section else None
        if value is not None:
            given[name] = value
    return given


def _product(section: Section) -> CatalogusProduct:
    geldig_van, geldig_tot = _geldigheid(section)
    return CatalogusProduct(
        categorie=section.required("categorie", kinds.CATEGORIE),
        code=section.required("code", kinds.PRODUCT),
        naam=section.optional("naam", kinds.NAAM) or "",
        eenheid=section.required("eenheid", kinds.EENHEID),
        frequentie=section.required("frequentie", kinds.FREQUENTIE),
        tarief=section.required("tariefCenten", kinds.BEDRAG),
        cak_code=section.optional("cakCode", kinds.CODE),
        geldig_van=geldig_van,
        geldig_tot=geldig_tot,
    )


def _productspecificatie(section: Section) -> Productspecificatie:
    geldig_van, geldig_tot = _geldigheid(section)
    return Productspecificatie(
        code=section.required("code", kinds.CODE),
        naam=section.optional("naam", kinds.NAAM) or "",
        eenheid=section.required("eenheid", kinds.CODE),
        tarief=section.required("tariefCenten", kinds.BEDRAG),
        product=section.required("product", kinds.PRODUCT),
        geldig_van=geldig_van,
        geldig_tot=geldig_tot,
    )


def _arrangement(section: Section) -> Arrangement:
    geldig_van, geldig_tot = _geldigheid(section)
    return Arrangement(
        code=section.required("code", kinds.CODE),
        naam=section.optional("naam", kinds.NAAM) or "",
        tarief=section.required("tariefCenten", kinds.BEDRAG),
        opslag=section.optional("opslagCenten", kinds.BEDRAG) or NUL,
        product=section.required("product", kinds.PRODUCT),
        geldig_van=geldig_van,
        geldig_tot=geldig_tot,
    )


def _contract(agb: str, section: Section) -> PlacedContract:
    section.require("producten")
    producten = tuple(Placed(code, place) for code, place in section.values("producten", kinds.PRODUCT))
    servicebureaus = frozenset(code for code, _ in section.values("servicebureaus", kinds.AGB))
    geldig_van, geldig_tot = _geldigheid(section)
    contract = Contract(
        aanbieder=agb,
        producten=frozenset(code.value for code in producten),
        declaratievorm=section.optional("declaratievorm", kinds.DECLARATIEVORM) or Declaratievorm.DECLARATIE,
        declaratieperiode=section.optional("declaratieperiode", kinds.DECLARATIEPERIODE) or Declaratieperiode.CAK,
        release=section.optional("release", kinds.RELEASE) or DEFAULT_RELEASE,
        berekend_bedrag=section.optional("berekendBedrag", kinds.JA_NEE) or False,
        retour=section.optional("retour", kinds.RETOUR) or RetourModus.ZELF,
        servicebureaus=servicebureaus,
        geldig_van=geldig_van,
        geldig_tot=geldig_tot,
    )
    tarieven = _placed(section.sections("tarieven", TARIEF_KEYS), _tarief)
    return PlacedContract(contract=contract, place=section.place, producten=producten, tarieven=tarieven)


def _tarief(section: Section) -> ContractTarief:
    geldig_van, geldig_tot = _geldigheid(section)
    return ContractTarief(
        code=section.required("code", kinds.PRODUCT),
        tarief=section.required("tariefCenten", kinds.BEDRAG),
        geldig_van=geldig_van,
        geldig_tot=geldig_tot,
    )


def _cak_periode(section: Section) -> CakPeriode:
    return CakPeriode(
        jaar=section.required("jaar", kinds.JAAR),
        periode=section.required("periode", kinds.PERIODE),
        begindatum=section.required("begindatum", kinds.DATUM),
        einddatum=section.required("einddatum", kinds.DATUM),
        afgeleid=False,
    )


def _geldigheid(section: Section) -> tuple[date, date | None]:
    geldig_van = section.required("geldigVanaf", kinds.DATUM)
    geldig_tot = section.optional("geldigTot", kinds.DATUM)
    if geldig_tot and geldig_tot < geldig_van:
        section.wrong("geldigTot", "De geldigTot ligt vóór de geldigVanaf")
    return geldig_van, geldig_tot
