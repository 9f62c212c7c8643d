"""Toewijzingen in words: units, periods, reasons, how one stands, and what is wrong with an act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from app.domain.berekening import SheetRegel
from app.domain.budget_rows import BudgetRow
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.effect import EffectRow
from app.domain.inrichting import Inrichting
from app.domain.logboek import LogRecord
from app.domain.notation import aantal_in_dutch as hoeveelheid
from app.domain.periode import last_of_month
from app.domain.retour import Finding, Waarde
from app.domain.retourcodes import RETOURCODES
from app.domain.stand import Stand, Verschil
from app.domain.toewijzing import Omvang
from app.domain.versies import ToewijzingVersie
from app.web.dutch import MAANDEN, aantal, datum, euro, voluit
from app.web.dutch import moment as _moment

__all__ = ["hoeveelheid"]

EENHEDEN: Final[Mapping[Eenheid, tuple[str, str]]] = {
    Eenheid.MINUUT: ("minuut", "minuten"),
    Eenheid.UUR: ("uur", "uur"),
    Eenheid.ETMAAL: ("etmaal", "etmalen"),
    Eenheid.DAGDEEL: ("dagdeel", "dagdelen"),
    Eenheid.WEEK: ("week", "weken"),
    Eenheid.TIJDSONAFHANKELIJK: ("eenheid", "eenheden"),
    Eenheid.STUKS: ("stuk", "stuks"),
    Eenheid.EUROS: ("euro", "euro"),
}
FREQUENTIES: Final[Mapping[Frequentie, str]] = {
    Frequentie.PER_DAG: "per dag",
    Frequentie.PER_WEEK: "per week",
    Frequentie.PER_VIER_WEKEN: "per vier weken",
    Frequentie.PER_MAAND: "per maand",
    Frequentie.PER_JAAR: "per jaar",
    Frequentie.TOTAAL: "in totaal",
}
REDENEN: Final[Mapping[str, str]] = {
    "01": "administratieve correctie",
    "02": "client overleden",
    "03": "contract gewijzigd",
    "04": "verlengd na herbeoordeling",
    "05": "verkort na herbeoordeling",
    "06": "naar een ander domein",
    "07": "verhuisd naar een andere gemeente",
    "08": "andere leveringsvorm",
    "09": "naar een andere aanbieder",
    "10": "nieuwe bekostiging",
    "11": "gemeentelijke herindeling",
}
STANDEN: Final[Mapping[Stand, str]] = {
    Stand.GEWEIGERD: "error",
    Stand.VERWIJDERD: "error",
    Stand.KOMT: "info",
    Stand.LOOPT: "success",
    Stand.GEEINDIGD: "neutral",
}
"""The look of a badge."""

VELDEN: Final = {
    "product": "Product",
    "ingangsdatum": "Ingangsdatum",
    "einddatum": "Einddatum",
    "volume": "Volume",
    "eenheid": "Eenheid",
    "frequentie": "Frequentie",
}
HANDELINGEN: Final = {
    "toewijzing-bekeken": "bekeken",
    "budget-bekeken": "budget bekeken",
    "toewijzing-gewijzigd": "gewijzigd",
    "toewijzing-beproefd": "wijziging uitgeprobeerd",
}
UITKOMSTEN: Final = {"toegekend": "success", "deels": "warning", "afgewezen": "error"}


def eenheden(number: int, eenheid: Eenheid) -> str:
    """A volume with its unit.

    >>> eenheden(1, Eenheid.STUKS), eenheden(990, Eenheid.STUKS), eenheden(2, Eenheid.ETMAAL)
    ('1 stuk', '990 stuks', '2 etmalen')
    """
    one, more = EENHEDEN[eenheid]
    return f"{aantal(number)} {one if abs(number) == 1 else more}"


def per_week(regel: SheetRegel) -> str:
    """The quantity of a line of an indication, in the unit that the gemeente gave it."""
    more = next((more for one, more in EENHEDEN.values() if one == regel.eenheid), regel.eenheid)
    return f"{hoeveelheid(regel.aantal_per_week)} {regel.eenheid if regel.aantal_per_week == 1 else more}"


def geboekt(number: int, eenheid: Eenheid) -> str:
    """A volume in ledger units, where hours are minutes."""
    return eenheden(number, Eenheid.MINUUT if eenheid is Eenheid.UUR else eenheid)


def omvang(given: Omvang | None) -> str:
    """How much, of what, how often.

    >>> omvang(Omvang(volume=990, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_VIER_WEKEN))
    '990 stuks per vier weken'
    """
    return f"{eenheden(given.volume, given.eenheid)} {FREQUENTIES[given.frequentie]}" if given else "geen omvang"


def reden(code: str | None) -> str:
    """A RedenWijziging."""
    return f"{REDENEN.get(code, 'onbekend')} ({code})" if code else "–"


def tot(einddatum: date | None) -> str:
    """A last day."""
    return datum(einddatum) if einddatum else "zonder einde"


def days(begin: date, einddatum: date | None) -> str:
    """Days in words; the year stands once when it is the same.

    >>> days(date(2018, 2, 26), date(2018, 3, 25))
    '26 februari tot en met 25 maart 2018'
    """
    if einddatum is None:
        return f"vanaf {voluit(begin)}"
    first = f"{begin.day} {MAANDEN[begin.month - 1]}" if begin.year == einddatum.year else voluit(begin)
    return f"{first} tot en met {voluit(einddatum)}"


def periode(row: BudgetRow) -> str:
    """The name of a period."""
    return _named(row.jaar, row.periode, row.begindatum, row.einddatum)


def effect_periode(row: EffectRow) -> str:
    """The name of a period of an act."""
    return _named(row.periode.jaar, row.periode.periode, row.begindatum, row.einddatum)


def _named(jaar: int | None, number: int | None, begin: date, einddatum: date | None) -> str:
    if jaar is None:
        return "hele looptijd"
    if number is None:
        return str(jaar)
    if _is_month(begin, einddatum):
        return f"{MAANDEN[begin.month - 1]} {jaar}"
    return f"periode {number} van {jaar}"


def in_short(row: BudgetRow) -> str:
    """The name of a period where there is little room."""
    if row.jaar is None or row.periode is None:
        return str(row.jaar or "totaal")
    return MAANDEN[row.begindatum.month - 1][:3] if _is_month(row.begindatum, row.einddatum) else f"P{row.periode}"


def _is_month(begin: date, einddatum: date | None) -> bool:
    return begin.day == 1 and einddatum == last_of_month(begin)


def aanbieder(inrichting: Inrichting, agb: str) -> str:
    """An aanbieder by name, when the inrichting has one, and code."""
    naam = next((one.naam for one in inrichting.aanbieders if one.agb == agb), "")
    return f"{naam} ({agb})" if naam else agb


def product(inrichting: Inrichting, versie: ToewijzingVersie) -> str:
    """A product with the name that it has in the catalogue."""
    code = versie.product.code
    found = inrichting.product_on(code, versie.ingangsdatum) if code else None
    naam = next((one.naam for one in inrichting.producten if one.code == code), "") if found is None else found.naam
    shown = f"{versie.product.categorie} / {code}" if code else f"categorie {versie.product.categorie}"
    return f"{naam} ({shown})" if naam else shown


def verschil(one: Verschil) -> str:
    """A field that changed."""
    return f"{VELDEN[one.veld]}: van {_value(one.van)} naar {_value(one.naar)}"


def _value(value: date | int | str | None) -> str:
    match value:
        case None:
            return "leeg"
        case date():
            return datum(value)
        case Eenheid():
            return EENHEDEN[value][1]
        case Frequentie():
            return FREQUENTIES[value]
        case int():
            return aantal(value)
        case _:
            return value


def retourcode(code: str) -> str:
    """What a code says."""
    known = RETOURCODES.get(code)
    return f"{code}: {known.betekenis}" if known else code


def handeling(record: LogRecord) -> str:
    """What was done, for who reads it here."""
    said = HANDELINGEN.get(record.gebeurtenis, str(record.gebeurtenis).replace("-", " "))
    return said if record.uitkomst == "gelukt" else f"{said} ({record.uitkomst})"


def moment(record: LogRecord) -> str:
    """When it was."""
    return _moment(datetime.fromisoformat(record.moment))


def said_of(findings: Sequence[Finding]) -> str:
    """What is wrong, each reason once, with the numbers that it is about.

    >>> said_of([Finding(regel="x", retourcode=None, pad="", melding="Te veel.", waarden={"geheel": 990})])
    'Te veel. (geheel 990)'
    """
    by_melding: dict[str, list[str]] = {}
    for finding in findings:
        by_melding.setdefault(finding.melding, []).append(_numbers(finding.waarden))
    return " ".join(f"{melding}{_joined(numbers)}" for melding, numbers in by_melding.items())


SHOWN: Final = 3
NUMBERS: Final = {
    "toewijzingNummer": "toewijzing",
    "toewijzingNummers": "mogelijk zijn",
    "aanbieder": "aanbieder",
    "gedeclareerd": "al gedeclareerd",
    "resteert": "er blijft over",
    "geheel": "geheel",
    "delen": "delen samen",
    "nu": "nu",
    "hoogste": "ten hoogste",
    "begindatum": "vanaf",
    "ingangsdatum": "ingangsdatum",
    "einddatum": "tot en met",
    "tariefEersteCenten": "tarief eerste",
    "tariefTweedeCenten": "tarief tweede",
    "geheelCenten": "geheel",
}


def _joined(numbers: Iterable[str]) -> str:
    shown = [one for one in numbers if one]
    more = f"; en zo nog {len(shown) - SHOWN} keer" if len(shown) > SHOWN else ""
    return f" ({'; '.join(shown[:SHOWN])}{more})" if shown else ""


def _numbers(waarden: Mapping[str, Waarde]) -> str:
    jaar, number = waarden.get("jaar"), waarden.get("periode")
    said = [f"periode {number} van {jaar}" if number else str(jaar)] if jaar else []
    said += [f"{NUMBERS[name]} {_number(name, value)}" for name, value in waarden.items() if value and name in NUMBERS]
    zero = [f"{NUMBERS[name]} 0" for name, value in waarden.items() if value == 0 and name in NUMBERS]
    return ", ".join((*said, *zero))


def _number(name: str, value: Waarde) -> str:
    if isinstance(value, int):
        plain = name == "toewijzingNummer"
        return euro(value) if name.endswith("Centen") else str(value) if plain else aantal(value)
    if name in {"begindatum", "ingangsdatum", "einddatum"}:
        return datum(date.fromisoformat(str(value)))
    return str(value)
