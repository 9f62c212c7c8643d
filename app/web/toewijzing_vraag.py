"""The forms of the acts on a toewijzing: what is asked on them, and what they ask of the service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date
from typing import Final

from app.domain.inrichting import Inrichting
from app.domain.notation import aantal_from_text
from app.domain.refusals import Refusal
from app.domain.retour import Finding
from app.domain.toekenning import TweedeAanbieder
from app.processing.wijzigingen import Beeindig, Splits, Vraag, Wijzig
from app.storage.toewijzing_records import ToewijzingRecord
from app.web.dutch import datum
from app.web.toewijzing_woorden import said_of
from app.web.velden import datum_of

AGB: Final = re.compile(r"[0-9]{8}")
WHOLE: Final = re.compile(r"[0-9]{1,8}")
NUMMER: Final = re.compile(r"[1-9][0-9]{0,8}")
PERIODE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})")
MAX_YEARS_AHEAD: Final = 1
GENERAL: Final = "handeling"
"""Where is said what is wrong with no field in particular."""

FIELD_OF: Final = {
    "aanbieder": "aanbieder",
    "budgetPerPeriode": "bedrag",
    "percentage": "percentage",
    "vanaf": "vanaf",
    "volume": "volume",
    "einddatum": "einddatum",
    "redenWijziging": "reden",
    "samenvoegen": "samenvoegen",
    "samenvoegenMet": "samenvoegen_met",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handeling:
    """An act as its pages name it; `velden` are the fields of its form."""

    naam: str
    titel: str
    knop: str
    velden: tuple[str, ...]


HANDELINGEN: Final[Mapping[str, Handeling]] = {
    one.naam: one
    for one in (
        Handeling(
            naam="splitsen",
            titel="Budget splitsen",
            knop="Splits het budget",
            velden=("aanbieder", "bedrag", "percentage", "vanaf"),
        ),
        Handeling(naam="wijzigen", titel="Volume wijzigen", knop="Wijzig het volume", velden=("volume", "vanaf")),
        Handeling(
            naam="beeindigen",
            titel="Einddatum wijzigen",
            knop="Wijzig de einddatum",
            velden=("einddatum", "reden", "samenvoegen", "samenvoegen_met"),
        ),
    )
}


class WrongForm(Exception):
    """What is wrong with a form, by field"""

    def __init__(self, by_field: dict[str, str]) -> None:
        super().__init__(", ".join(by_field))
        self.by_field = by_field


def vraag_of(handeling: Handeling, form: Mapping[str, str]) -> Vraag:
    """What the form asks; raises WrongForm."""
    given = {name: form.get(name, "").strip() for name in handeling.velden}
    match handeling.naam:
        case "splitsen":
            return _splits(given)
        case "wijzigen":
            return _wijzig(given)
        case _:
            return _beeindig(given)


def fouten_of(refusal: Refusal) -> dict[str, str]:
    """What was refused, in words and with its numbers, by field."""
    by_field: dict[str, list[Finding]] = {}
    for finding in refusal.findings:
        by_field.setdefault(FIELD_OF.get(finding.pad, GENERAL), []).append(finding)
    said = {field: said_of(findings) for field, findings in by_field.items()}
    return said or {GENERAL: refusal.detail}


def periode_options(record: ToewijzingRecord, inrichting: Inrichting, today: date) -> list[tuple[str, str]]:
    """The CAK periods in which an act can begin."""
    versie = record.actueel.versie
    horizon = date(min(max(today.year, versie.ingangsdatum.year) + MAX_YEARS_AHEAD, MAXYEAR), 12, 31)
    last = min(versie.einddatum or horizon, horizon)
    return [
        (
            f"{one.jaar}-{one.periode}",
            f"periode {one.periode} van {one.jaar}, vanaf {datum(one.begindatum)}",
        )
        for one in inrichting.cak_perioden
        if one.einddatum >= versie.ingangsdatum and one.begindatum <= last
    ]


def first_choice(record: ToewijzingRecord, inrichting: Inrichting, today: date) -> str:
    """The period that is proposed: the first one that begins after today, or the last."""
    versie = record.actueel.versie
    later = [one for one in inrichting.cak_perioden if one.begindatum > max(today, versie.ingangsdatum)]
    known = {code for code, _ in periode_options(record, inrichting, today)}
    return next((code for one in later if (code := f"{one.jaar}-{one.periode}") in known), "")


def _splits(given: Mapping[str, str]) -> Splits:
    fouten: dict[str, str] = {}
    if not AGB.fullmatch(given["aanbieder"]):
        fouten["aanbieder"] = "Vul de AGB-code van de tweede aanbieder in: 8 cijfers."
    bedrag, percentage = given["bedrag"], aantal_from_text(given["percentage"].replace(",", ".").removesuffix("%"))
    if bedrag and given["percentage"]:
        fouten["bedrag"] = "Vul een bedrag of een percentage in, niet allebei."
    elif not bedrag and not given["percentage"]:
        fouten["bedrag"] = "Vul een bedrag of een percentage in."
    elif bedrag and not WHOLE.fullmatch(bedrag):
        fouten["bedrag"] = "Het bedrag is een aantal hele euro's, zonder punt of komma."
    elif given["percentage"] and percentage is None:
        fouten["percentage"] = "Het percentage is een getal, zoals 30 of 33,5."
    jaar, periode = _periode(given, fouten)
    if fouten:
        raise WrongForm(fouten)
    tweede = TweedeAanbieder(
        agb=given["aanbieder"], budget_per_periode=int(bedrag) if bedrag else None, percentage=percentage
    )
    return Splits(tweede=tweede, jaar=jaar, periode=periode)


def _wijzig(given: Mapping[str, str]) -> Wijzig:
    fouten: dict[str, str] = {}
    if not WHOLE.fullmatch(given["volume"]):
        fouten["volume"] = "Het volume is een heel getal, zonder punt of komma."
    jaar, periode = _periode(given, fouten)
    if fouten:
        raise WrongForm(fouten)
    return Wijzig(volume=int(given["volume"]), jaar=jaar, periode=periode)


def _beeindig(given: Mapping[str, str]) -> Beeindig:
    fouten: dict[str, str] = {}
    einddatum = datum_of(given["einddatum"])
    if einddatum is None:
        fouten["einddatum"] = "Vul de nieuwe einddatum in, zoals 30-6-2018."
    if not given["reden"]:
        fouten["reden"] = "Kies waarom de einddatum verandert."
    other = given["samenvoegen_met"]
    if other and not NUMMER.fullmatch(other):
        fouten["samenvoegen_met"] = "Een toewijzingnummer is ten hoogste 9 cijfers."
    elif other and not given["samenvoegen"]:
        fouten["samenvoegen_met"] = "Vink ook aan dat het volume teruggaat, of laat dit leeg."
    if fouten or einddatum is None:
        raise WrongForm(fouten)
    return Beeindig(
        einddatum=einddatum,
        reden=given["reden"],
        samenvoegen=bool(given["samenvoegen"]),
        samenvoegen_met=int(other) if other else None,
    )


def _periode(given: Mapping[str, str], fouten: dict[str, str]) -> tuple[int, int]:
    match = PERIODE.fullmatch(given["vanaf"])
    if match is None:
        fouten["vanaf"] = "Kies de periode waarin het ingaat."
        return 0, 0
    return int(match[1]), int(match[2])
