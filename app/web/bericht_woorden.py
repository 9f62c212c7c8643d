"""A bericht in words: what it is, between whom, what became of it, and what the compared values are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.periode import GeslotenPeriode, last_of_month
from app.domain.retour import Ernst, Finding, Waarde
from app.domain.settlement import Uitkomst
from app.processing.bericht_bekijken import Beoordeling, Blik, was_refused_later
from app.storage.berichten import BerichtRecord
from app.web.dutch import MAANDEN, aantal, datum, euro, geteld
from app.web.soorten import soort_naam

UNREADABLE: Final = "Onleesbaar bericht"
ENVELOP: Final = "Envelop van het knooppunt"
LENGTH_OF_GEMEENTE: Final = 4
WAARDEN: Final[Mapping[str, str]] = {
    "geleverdVolume": "geleverd",
    "toegewezen": "toegewezen",
    "resterend": "nog over",
    "gedeclareerd": "gedeclareerd",
    "gedeclareerdTariefCenten": "gedeclareerd tarief",
    "contractTariefCenten": "afgesproken tarief",
    "gedeclareerdCenten": "gedeclareerd bedrag",
    "berekendCenten": "berekend bedrag",
    "gevondenCenten": "staat in het bericht",
    "verwachtCenten": "verwacht",
    "gevonden": "staat in het bericht",
    "verwacht": "verwacht",
    "toewijzingNummer": "toewijzingnummer",
    "toewijzingIngangsdatum": "toewijzing geldt vanaf",
    "toewijzingEinddatum": "toewijzing geldt tot en met",
    "declaratiePeriodeBegindatum": "declaratieperiode vanaf",
    "declaratiePeriodeEinddatum": "declaratieperiode tot en met",
    "debetBekend": "debetregel bekend",
    "element": "veld",
    "niet_getoond": "niet getoond",
}
TECHNICAL: Final = frozenset({"facet", "type"})
"""Names of XML Schema that say nothing that the sentence does not."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CENTS: Final = "Centen"


def naam_van(record: BerichtRecord) -> str:
    """What kind of message it is, for people."""
    if record.soort is not None:
        return soort_naam(record.soort)
    return UNREADABLE if record.findings else ENVELOP


def kort(record: BerichtRecord) -> str:
    """The kind with its number in the standard: `Declaratie (303)`; no identification, for it stands in the title."""
    nummer = (record.soort or "").removeprefix("WMO")
    return f"{naam_van(record)} ({nummer})" if nummer else naam_van(record)


def partij(code: str | None, namen: Mapping[str, str]) -> str:
    """A party by its kind, name and code.

    >>> partij("1708", {"1708": "Steenwijkerland"}), partij("42420001", {}), partij(None, {})
    ('gemeente Steenwijkerland (1708)', 'aanbieder 42420001', 'onbekend')
    """
    if not code:
        return "onbekend"
    kind = "gemeente" if len(code) == LENGTH_OF_GEMEENTE else "aanbieder"
    return f"{kind} {namen[code]} ({code})" if code in namen else f"{kind} {code}"


def postadres(adres: str | None, namen: Mapping[str, str]) -> str:
    """The same for the address of a postbus (`gemeente:1708`)."""
    return partij(adres.partition(":")[2], namen) if adres else ""


def periode_in_woorden(periode: GeslotenPeriode) -> str:
    """A period as one says it.

    >>> periode_in_woorden(GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 28)))
    '1 t/m 28 januari 2018'
    >>> periode_in_woorden(GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 31)))
    'januari 2018'
    >>> periode_in_woorden(GeslotenPeriode(date(9999, 12, 1), date.max))
    'december 9999'
    """
    begin, einde = periode.begindatum, periode.einddatum
    if (begin.year, begin.month) != (einde.year, einde.month):
        return f"{datum(begin)} t/m {datum(einde)}"
    maand = f"{MAANDEN[einde.month - 1]} {einde.year}"
    whole = begin.day == 1 and einde == last_of_month(einde)
    return maand if whole else f"{begin.day} t/m {einde.day} {maand}"


def waarde_naam(name: str) -> str:
    """What a compared value is called.

    >>> waarde_naam("geleverdVolume"), waarde_naam("retourDagtekening"), waarde_naam("totaalBedragCenten")
    ('geleverd', 'retour dagtekening', 'totaal bedrag')
    """
    known = WAARDEN.get(name)
    return known or _HUMP.sub(" ", name.removesuffix(CENTS)).replace("_", " ").lower()


def waarde_tekst(name: str, value: Waarde) -> str:
    """A compared value as one reads it.

    >>> waarde_tekst("geleverdVolume", 1400), waarde_tekst("toewijzingNummer", 1400), waarde_tekst("begindatum", None)
    ('1.400', '1400', 'niet ingevuld')
    >>> waarde_tekst("begindatum", "2018-02-01"), waarde_tekst("debetBekend", False)
    ('01-02-2018', 'nee')
    """
    if value is None:
        return "niet ingevuld"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int):
        return euro(value) if name.endswith(CENTS) else str(value) if "nummer" in name.lower() else aantal(value)
    if name == "verschil":
        return value.replace("_", " ").replace(",", ", ")
    return datum(date.fromisoformat(value)) if _is_day(value) else value


def waarden_in_woorden(finding: Finding) -> list[tuple[str, str]]:
    """What was compared, by name."""
    named = ((name, value) for name, value in finding.waarden.items() if name not in TECHNICAL)
    return [(waarde_naam(name), waarde_tekst(name, value)) for name, value in named]


def in_een_zin(blik: Blik) -> str:
    """What a bericht is and what became of it."""
    record = blik.thread.record
    if record.soort is None:
        return _zonder_soort(record, blik.namen)
    van, aan = partij(record.afzender, blik.namen), partij(record.ontvanger, blik.namen)
    nummer = f" {record.identificatie}" if record.identificatie else ""
    over = ""
    if record.soort in {Berichtsoort.WMO303, Berichtsoort.WMO304} and blik.beoordeling:
        over = f" over {periode_in_woorden(blik.beoordeling.declaratie.declaratie_periode)}"
    return f"{naam_van(record)}{nummer} van {van} aan {aan}{over}: {_afloop(blik)}."


def _zonder_soort(record: BerichtRecord, namen: Mapping[str, str]) -> str:
    van = partij(record.afzender, namen)
    if record.findings:
        return f"Een bestand van {van} dat geen leesbaar iWmo-bericht is: het is bewaard, en er is niets mee gedaan."
    wat = f"Een envelop van het knooppunt, van {van} aan {partij(record.ontvanger, namen)}"
    if record.status == BerichtStatus.MISLUKT:
        return f"{wat}, die niet geopend kon worden: wat erin zit is nog niet verwerkt."
    if record.status == BerichtStatus.IN_VERWERKING:
        return f"{wat}, die opnieuw geopend wordt."
    return f"{wat}: het bericht dat erin zat staat apart in de lijst."


def _afloop(blik: Blik) -> str:
    record = blik.thread.record
    if record.status == BerichtStatus.IN_VERWERKING:
        ver = f" ({blik.thread.voortgang} %)" if blik.thread.voortgang is not None else ""
        return f"wordt nu verwerkt{ver}"
    beoordeeld = _beoordeeld(blik.beoordeling) if blik.beoordeling is not None else ""
    if record.status == BerichtStatus.MISLUKT:
        return f"{_mislukt(blik)}. De beoordeling zelf: {beoordeeld}" if beoordeeld else _mislukt(blik)
    if beoordeeld:
        return beoordeeld
    if record.status == BerichtStatus.AFGEKEURD:
        return _geweigerd(record)
    return _gewoon(blik)


def _beoordeeld(beoordeling: Beoordeling) -> str:
    declaratie = beoordeling.declaratie
    gevraagd, gekregen = euro(declaratie.ingediend.cents), euro(declaratie.toegekend.cents)
    if any(beoordeling.aantallen[one] for one in Uitkomst):
        weg, deels = beoordeling.aantallen[Uitkomst.AFGEWEZEN], beoordeling.aantallen[Uitkomst.DEELS]
        regels = geteld(beoordeling.aantal, "regel", "regels")
        some = [f"{aantal(weg)} van {regels} afgewezen"] if weg else []
        some += [f"{aantal(deels)} van {regels} deels toegekend"] if deels else []
        return f"{gekregen} van {gevraagd} toegekend, {' en '.join(some) or f'alle {regels} toegekend'}"
    codes = ", ".join(declaratie.retour_codes)
    return f"in zijn geheel afgewezen met code {codes}; van {gevraagd} is niets toegekend"


def _geweigerd(record: BerichtRecord) -> str:
    fouten = sum(1 for one in record.findings if one.ernst is Ernst.FOUT)
    return f"geweigerd met {geteld(fouten, 'fout', 'fouten')}; er is niets mee gedaan"


def _mislukt(blik: Blik) -> str:
    if was_refused_later(blik.thread):
        return "de keten stuurde het terug met een foutbericht (Fo01); de ontvanger heeft het niet"
    return "de verwerking of verzending is mislukt; iemand moet ernaar kijken"


def _gewoon(blik: Blik) -> str:
    record = blik.thread.record
    if blik.codes:
        return f"met {geteld(len({one.code for one in blik.codes}), 'retourcode', 'retourcodes')} die iets afkeuren"
    if blik.retour is not None:
        wat = "en is met opmerkingen beantwoord" if blik.retour_codes else "en is zonder opmerkingen beantwoord"
        return f"{STATUSSEN.get(record.status, record.status)} {wat}"
    if record.soort in {Berichtsoort.WMO302, Berichtsoort.WMO306, Berichtsoort.WMO308, Berichtsoort.WMO316}:
        return "zonder opmerkingen: alles is goedgekeurd"
    return STATUSSEN.get(record.status, record.status)


STATUSSEN: Final[Mapping[str, str]] = {
    BerichtStatus.VERWERKT: "is verwerkt",
    BerichtStatus.TE_VERZENDEN: "staat klaar voor de ontvanger",
    BerichtStatus.VERZONDEN: "is onderweg naar de ontvanger",
    BerichtStatus.AFGELEVERD: "is bij de ontvanger",
    BerichtStatus.BEANTWOORD: "is aangekomen",
    BerichtStatus.AFGEKEURD: "is geweigerd",
    BerichtStatus.MISLUKT: "is mislukt",
    BerichtStatus.IN_VERWERKING: "wordt verwerkt",
}


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
