"""A declaratie in words: what became of it, why a line was refused, and what to tell the aanbieder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.budget import RoomPeriod, ledger_units
from app.domain.codelijsten import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND, Declaratievorm, Eenheid
from app.domain.creditvoorstel import Correctie, GeenDebet
from app.domain.declaratie import Prestatie
from app.domain.periode import last_of_month
from app.domain.retour import Finding
from app.domain.settlement import Uitkomst
from app.domain.uitleg import betekenis_of, next_step, uitleg_of_code
from app.processing.declaratie_beeld import Beeld, Ruimte
from app.processing.declaratie_lijst import Status, status_of
from app.storage.declaraties import DeclaratieRecord, PrestatieRecord
from app.web.bericht_bevindingen import UITKOMSTEN, zin_voor_aanbieder
from app.web.bericht_woorden import periode_in_woorden, waarden_in_woorden
from app.web.dutch import MAANDEN, aantal, euro, geteld
from app.web.toewijzing_woorden import eenheden

__all__ = ["UITKOMSTEN", "periode_in_woorden", "zin_voor_aanbieder"]

GEEN_DEBET: Final[Mapping[GeenDebet, str]] = {
    GeenDebet.GECREDITEERD: "Deze regel is al teruggenomen met een credit.",
    GeenDebet.IS_CREDIT: "Deze regel is zelf een credit.",
    GeenDebet.ANDERE_OORZAAK: "De oorzaak is niet het volume of het tarief. Alleen de aanbieder weet wat wel klopt.",
    GeenDebet.BTW: "In deze regel staat btw of een berekend bedrag. De aanbieder rekent die zelf opnieuw uit.",
    GeenDebet.GEEN_TARIEF: "Voor dit product is op de eerste dag geen tarief afgesproken.",
    GeenDebet.NIETS_OVER: "Er is niets over om te declareren.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reden:
    """Why a line or a declaratie was refused: the code, what it means, what was compared, and what to do."""

    code: str
    betekenis: str
    vergeleken: tuple[tuple[str, str], ...]
    doen: str


def samenvatting(beeld: Beeld) -> str:
    """What was claimed, granted and refused, in one sentence."""
    record = beeld.declaratie
    saldo = "per saldo " if beeld.has_credits else ""
    asked = f"{naam(beeld.namen, record.aanbieder)} vraagt {saldo}{euro(record.ingediend.cents)}"
    if status_of(record) is Status.AFGEKEURD:
        return f"{asked}; de hele {record.vorm.value} is geweigerd en er is niets toegekend."
    over = f"{asked} met {geteld(beeld.aantal(), 'regel', 'regels')}"
    granted, refused = record.toegekend.cents, record.ingediend.cents - record.toegekend.cents
    if beeld.aantal(Uitkomst.DEELS, Uitkomst.AFGEWEZEN) == 0:
        return f"{over}; alles is toegekend."
    if beeld.aantal(Uitkomst.DEELS, Uitkomst.TOEGEKEND) == 0:
        return f"{over}; alles is afgewezen."
    if saldo:
        return f"{over}: {_aantallen(beeld)}. Per saldo is {euro(granted)} toegekend."
    return f"{over}: {euro(granted)} is toegekend en {euro(refused)} is afgewezen."


def _aantallen(beeld: Beeld) -> str:
    """How many lines got what."""
    counted = [(beeld.aantal(one), words) for one, (words, _) in UITKOMSTEN.items()]
    return " en ".join(f"{geteld(number, 'regel', 'regels')} {words}" for number, words in counted if number)


def uitkomst(record: DeclaratieRecord, *, some: bool) -> tuple[str, str]:
    """What became of a declaratie in a few words, and how that looks; `some`: a line was granted, if only in part."""
    if status_of(record) is Status.AFGEKEURD:
        return "geweigerd", "error"
    if VOLLEDIG_TOEGEKEND in record.retour_codes:
        return "alles toegekend", "success"
    return ("deels toegekend", "warning") if some else ("niets toegekend", "error")


def naam(namen: Mapping[str, str], code: str) -> str:
    """What a party is called, with its code."""
    return f"{namen[code]} ({code})" if code in namen else code


def vorm(record: DeclaratieRecord) -> str:
    """What it is."""
    return "Factuur" if record.vorm is Declaratievorm.FACTUUR else "Declaratie"


def redenen(findings: Iterable[Finding], codes: Iterable[str]) -> tuple[Reden, ...]:
    """The reasons by code, each once, in order; also of a code without finding of its own."""
    by_code: dict[str, list[tuple[str, str]]] = {code: [] for code in codes}
    for finding in findings:
        if finding.retourcode is not None:
            shown = by_code.setdefault(finding.retourcode, [])
            shown += [pair for pair in waarden_in_woorden(finding) if pair not in shown]
    return tuple(_reden(code, tuple(compared)) for code, compared in by_code.items() if code != GEEN_OPMERKING)


def redenen_of(line: PrestatieRecord) -> tuple[Reden, ...]:
    """Why a line was refused."""
    return redenen(line.findings, line.retour_codes)


def zin_geheel(record: DeclaratieRecord) -> str:
    """What to tell the aanbieder about a declaratie that was refused as a whole."""
    why = " ".join(f"{betekenis_of(code).removesuffix('.')} (code {code})." for code in record.retour_codes)
    todo = next_step(record.retour_codes, factuur=False)
    return f"{vorm(record)} {record.factuurnummer} is als geheel geweigerd. {why} {todo}"


def codes_of(lines: Iterable[PrestatieRecord]) -> tuple[Reden, ...]:
    """Every code of these lines once, with its meaning and what to do."""
    return tuple(_reden(code, ()) for code in sorted({code for line in lines for code in line.retour_codes}))


def volume_of(prestatie: Prestatie) -> str:
    """How much was delivered, in the unit of the line."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    return eenheden(ingediend.geleverd_volume, ingediend.eenheid)


def volume_hint(correctie: Correctie) -> str:
    """What to fill in as the right volume of a line, and what becomes of it when one does not."""
    was = f"Was {volume_of(correctie.regel.prestatie)}."
    if correctie.regel.granted:
        return f"{was} Leeg: alleen de credit, geen nieuwe regel." if correctie.credit else was
    return f"{was} Leeg: een nieuwe regel met wat er nog past, als dat kan."


def past_niet(correctie: Correctie) -> str:
    """That less fits than was filled in."""
    if correctie.te_veel is None or correctie.debet is None:
        return ""
    return f"U vulde {aantal(correctie.te_veel)} in; er past niet meer dan {volume_of(correctie.debet)}."


def voorgesteld(line: Prestatie) -> str:
    """A line that is proposed, as text to copy."""
    nummer, vorig = line.product_referentie.referentie_nummer, line.product_referentie.vorig_referentie_nummer
    what = f"Credit {nummer}, neemt regel {vorig} terug" if vorig else f"Nieuwe regel {nummer}"
    toewijzing = f"toewijzing {line.toewijzing_nummer}, " if line.toewijzing_nummer is not None else ""
    product = f"product {line.product_categorie} {line.product_code}"
    days = periode_in_woorden(line.product_periode)
    return f"{what}: {toewijzing}{product}, {days}, {volume_of(line)}, {euro(line.ingediend.cents)}"


def over_in(ruimte: Ruimte) -> str:
    """What was left of which room; minutes where hours do not tell it."""
    unit = ledger_units(ruimte.eenheid)
    whole = eenheden(ruimte.room.volume // unit, ruimte.eenheid)
    hours, rest = divmod(abs(ruimte.room.left), unit)
    hours *= -1 if ruimte.room.left < 0 else 1
    left = f"{eenheden(hours, ruimte.eenheid)} en {eenheden(rest, Eenheid.MINUUT)}" if rest else aantal(hours)
    return f"{left} van {whole} {_periode(ruimte.room.periode)}"


def _periode(given: RoomPeriod) -> str:
    if given.jaar is None:
        return "in totaal"
    first, last = given.dagen.begindatum, given.dagen.einddatum
    if given.periode is None:
        return f"in {given.jaar}"
    if first.day == 1 and last == last_of_month(first):
        return f"in {MAANDEN[first.month - 1]} {first.year}"
    return f"in periode {given.periode} van {given.jaar}"


def _reden(code: str, vergeleken: tuple[tuple[str, str], ...]) -> Reden:
    return Reden(code=code, betekenis=betekenis_of(code), vergeleken=vergeleken, doen=uitleg_of_code(code).doen)
