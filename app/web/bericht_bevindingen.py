"""Findings, retourcodes and lines of a declaratie as a page tells them: what, where, whose turn, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.bericht_bron import Bron, CodeOpRegel, Regel
from app.domain.codelijsten import TECHNISCH_AFGEKEURD, Declaratievorm
from app.domain.declaratie import Prestatie
from app.domain.retour import Ernst, Finding
from app.domain.settlement import Uitkomst
from app.domain.uitleg import Beurt, betekenis_of, next_step, uitleg_of, uitleg_of_code
from app.processing.bericht_bekijken import FINDINGS_AT_ONCE, Beoordeling, Blik
from app.rules.catalogue import CATALOGUE
from app.storage.declaratie_records import DeclaratieRecord, PrestatieRecord
from app.storage.declaratie_regels import NumberedLine
from app.web.bericht_woorden import periode_in_woorden, waarden_in_woorden
from app.web.dutch import euro

UITKOMSTEN: Final = {
    Uitkomst.TOEGEKEND: ("toegekend", "success"),
    Uitkomst.DEELS: ("deels toegekend", "warning"),
    Uitkomst.AFGEWEZEN: ("afgewezen", "error"),
}
STATED: Final = frozenset(regel.id for regel in CATALOGUE)
"""The rules whose text says how it should be; of others it says what is wrong."""

PLACES: Final = ("Bericht", "Clienten", "Prestaties")
"""Steps of a path that tell a reader nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bevinding:
    """Something that is wrong: `anker` is its place on the page, `bron` the source around its line."""

    anker: str
    titel: str
    ernst: str
    kind: str
    melding: str
    code: str | None
    regel: str
    regelnummer: int | None
    plaats: str
    waarden: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    doen: str
    aan_zet: str
    bron: Sequence[Regel] = ()
    naar_regel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AfgewezenRegel:
    """A line of a declaratie that did not get what it asked, with a sentence for the aanbieder."""

    anker: str
    referentie: str
    product: str
    periode: str
    toewijzing: str
    ingediend: str
    toegekend: str
    berekend: str
    uitkomst: str
    kind: str
    codes: Sequence[tuple[str, str]]
    zin: str


def bevindingen(blik: Blik, first: int) -> list[Bevinding]:
    """The findings on a bericht from a place on, then the retourcodes that it says itself."""
    record = blik.thread.record
    shown = enumerate(record.findings[first : first + FINDINGS_AT_ONCE], first + 1)
    found = [_of_finding(number, finding, blik) for number, finding in shown]
    start = len(record.findings)
    return found + [_of_code(start + place, code, blik.bron) for place, code in enumerate(blik.codes, 1)]


def by_line(found: Sequence[Bevinding]) -> dict[int, list[Bevinding]]:
    """The findings by the source line that they are about."""
    lines: dict[int, list[Bevinding]] = {}
    for one in found:
        if one.regelnummer is not None:
            lines.setdefault(one.regelnummer, []).append(one)
    return lines


def afgewezen(beoordeling: Beoordeling | None) -> list[AfgewezenRegel]:
    """The lines that did not get what they asked."""
    return [] if beoordeling is None else [_regel(beoordeling.declaratie, one) for one in beoordeling.lines]


def _of_finding(number: int, finding: Finding, blik: Blik) -> Bevinding:
    uitleg = uitleg_of(finding)
    titel, melding = _said(finding)
    wrong = finding.ernst is Ernst.FOUT
    return Bevinding(
        anker=f"bevinding-{number}",
        titel=titel,
        ernst="fout" if wrong else "waarschuwing",
        kind="error" if wrong else "warning",
        melding=melding,
        code=finding.retourcode,
        regel=finding.regel,
        regelnummer=finding.regelnummer,
        plaats=_plaats(finding.pad),
        waarden=waarden_in_woorden(finding),
        doen=uitleg.doen,
        aan_zet=_aan_zet(uitleg.aan_zet, blik),
        bron=blik.bron.around(finding.regelnummer) if finding.regelnummer else (),
        naar_regel="/Prestatie[" in finding.pad,
    )


def _said(finding: Finding) -> tuple[str, str]:
    """What is wrong, and more about it: a rule of the standard says how it should be."""
    stated = f"Zo hoort het: {finding.melding}" if finding.regel in STATED else finding.melding
    if finding.retourcode and finding.retourcode != TECHNISCH_AFGEKEURD:
        return betekenis_of(finding.retourcode).removesuffix("."), stated
    return stated.removesuffix("."), ""


def _of_code(number: int, one: CodeOpRegel, bron: Bron) -> Bevinding:
    uitleg = uitleg_of_code(one.code)
    return Bevinding(
        anker=f"bevinding-{number}",
        titel=betekenis_of(one.code).removesuffix("."),
        ernst="retourcode",
        kind="warning",
        melding=f"De afzender van dit antwoord geeft code {one.code}.",
        code=one.code,
        regel="",
        regelnummer=one.regelnummer,
        plaats=f"regel {one.betreft}" if one.betreft else "het hele bericht of een client",
        doen=uitleg.doen,
        aan_zet=uitleg.aan_zet.value,
        bron=bron.around(one.regelnummer, above=3),
        naar_regel=one.betreft is not None,
    )


def _aan_zet(beurt: Beurt, blik: Blik) -> str:
    """Whose turn it is; the sender by what it is."""
    if beurt is not Beurt.AFZENDER:
        return beurt.value
    afzender = blik.thread.record.afzender
    if not afzender:
        return beurt.value
    return f"{beurt.value}: {'de gemeente' if afzender == blik.thread.record.gemeente else 'de aanbieder'}"


def _plaats(pad: str) -> str:
    """A path as one reads it.

    >>> _plaats("/Bericht/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductCode")
    'Client 1, Prestatie 2, ProductCode'
    """
    steps = [step for step in pad.split("/") if step and step not in PLACES]
    return ", ".join(step.replace("[", " ").replace("]", "") for step in steps) or "het hele bericht"


def _regel(declaratie: DeclaratieRecord, one: NumberedLine) -> AfgewezenRegel:
    line, prestatie = one.line, one.line.prestatie
    uitkomst, kind = UITKOMSTEN[line.uitkomst]
    return AfgewezenRegel(
        anker=f"regel-{one.volgorde + 1}",
        referentie=prestatie.product_referentie.referentie_nummer,
        product=prestatie.product_code,
        periode=periode_in_woorden(prestatie.product_periode),
        toewijzing=_toewijzing(prestatie),
        ingediend=euro(prestatie.ingediend.cents),
        toegekend=euro(line.toegekend.cents),
        berekend=euro(line.gemeente_berekend.cents),
        uitkomst=uitkomst,
        kind=kind,
        codes=[(code, betekenis_of(code)) for code in line.retour_codes],
        zin=zin_voor_aanbieder(declaratie, line),
    )


def zin_voor_aanbieder(declaratie: DeclaratieRecord, line: PrestatieRecord) -> str:
    """Why a line was refused and what to do, to send to the aanbieder: without bsn, name or birth date."""
    prestatie = line.prestatie
    waarom = " ".join(_waarom(line, code) for code in line.retour_codes)
    nummer = _toewijzing(prestatie)
    op = f", toewijzing {nummer}" if nummer != "–" else ""
    step = next_step(line.retour_codes, factuur=declaratie.vorm is Declaratievorm.FACTUUR)
    uitkomst = UITKOMSTEN[line.uitkomst][0]
    kreeg = f" voor {euro(line.toegekend.cents)}" if line.uitkomst is Uitkomst.DEELS else ""
    text = (
        f"Regel {prestatie.product_referentie.referentie_nummer} van {declaratie.vorm.value} {declaratie.factuurnummer}"
        f" (product {prestatie.product_code}, {periode_in_woorden(prestatie.product_periode)}{op},"
        f" {euro(prestatie.ingediend.cents)}) is {uitkomst}{kreeg}. {waarom} {step}"
    )
    return " ".join(text.split())


def _waarom(line: PrestatieRecord, code: str) -> str:
    about = next((finding for finding in line.findings if finding.retourcode == code), None)
    compared = ", ".join(f"{name} {value}" for name, value in waarden_in_woorden(about)) if about else ""
    return f"{betekenis_of(code).removesuffix('.')} (code {code}{f': {compared}' if compared else ''})."


def _toewijzing(prestatie: Prestatie) -> str:
    return str(prestatie.toewijzing_nummer) if prestatie.toewijzing_nummer is not None else "–"
