"""What an inrichting and its changes are, in plain Dutch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from app.domain.bedrag import Bedrag
from app.domain.inrichting import Geldig, Inrichting
from app.domain.inrichting_verschil import Aard, Onderdeel, Veld, Verschil, Waarde
from app.domain.periode import GeslotenPeriode
from app.web.dutch import datum, euro, geteld
from app.web.toewijzing_woorden import EENHEDEN, FREQUENTIES

VELDEN: Final[Mapping[str, str]] = {
    "naam": "naam",
    "categorie": "categorie",
    "eenheid": "eenheid",
    "frequentie": "frequentie",
    "tarief": "tarief",
    "opslag": "opslag",
    "cak_code": "CAK-code",
    "geldig_van": "geldig vanaf",
    "geldig_tot": "geldig tot en met",
    "product": "product",
    "producten": "producten",
    "declaratievorm": "declaratievorm",
    "declaratieperiode": "declareert per",
    "release": "release",
    "berekend_bedrag": "mag zelf een bedrag berekenen",
    "retour": "de 302 maakt",
    "servicebureaus": "servicebureaus",
    "gebruik": "gemiddeld gebruik",
    "afronding": "afronding van een budget",
    "gebroken_periode": "periode die niet helemaal geldig is",
    "deels_toekennen": "deel van een regel toekennen",
    "btw": "tarieven zijn btw",
}
WAARDEN: Final[Mapping[str, str]] = {
    "half-up": "op hele euro's, vanaf 50 cent naar boven",
    "omlaag": "op hele euro's naar beneden",
    "volledig": "telt volledig",
    "naar-rato": "telt naar rato van de dagen",
    "cak": "CAK-periode",
    "maand": "maand",
    "automatisch": "deze dienst",
    "zelf": "de aanbieder zelf",
}
ONDERDELEN: Final[Mapping[Onderdeel, str]] = {
    Onderdeel.GEMEENTE: "Gemeente",
    Onderdeel.INSTELLING: "Instelling",
    Onderdeel.PRODUCT: "Product",
    Onderdeel.PRODUCTSPECIFICATIE: "Productspecificatie",
    Onderdeel.ARRANGEMENT: "Arrangement",
    Onderdeel.AANBIEDER: "Aanbieder",
    Onderdeel.CONTRACT: "Contract met",
    Onderdeel.TARIEF: "Afwijkend tarief",
    Onderdeel.CAK_PERIODEN: "CAK-perioden van",
}
KINDS: Final[Mapping[Aard, str]] = {
    Aard.TOEGEVOEGD: "success",
    Aard.GEWIJZIGD: "info",
    Aard.BEEINDIGD: "warning",
    Aard.VERWIJDERD: "error",
}
SUMS: Final[Mapping[Aard, tuple[str, str]]] = {
    Aard.TOEGEVOEGD: ("onderdeel komt erbij", "onderdelen komen erbij"),
    Aard.GEWIJZIGD: ("onderdeel verandert", "onderdelen veranderen"),
    Aard.BEEINDIGD: ("onderdeel krijgt een einde", "onderdelen krijgen een einde"),
    Aard.VERWIJDERD: ("onderdeel verdwijnt", "onderdelen verdwijnen"),
}


def waarde(value: Waarde) -> str:
    """A value as one reads it."""
    if value is None or value == "":
        return "niets"
    return next(told(value) for kind, told in _TOLD if isinstance(value, kind))


def _code(value: Enum) -> str:
    words = _CODES.get(value)
    return words if words is not None else _word(str(value.value))


def _word(text: str) -> str:
    return WAARDEN.get(text, text)


def _share(value: Fraction) -> str:
    return f"{Decimal(value.numerator * 100) / value.denominator:f}".replace(".", ",") + "%"


_CODES: Final[Mapping[Enum, str]] = {**{one: words for one, (words, _) in EENHEDEN.items()}, **FREQUENTIES}
_TOLD: Final[Sequence[tuple[type, Callable[[Any], str]]]] = (
    (Enum, _code),
    (bool, lambda value: "ja" if value else "nee"),
    (Bedrag, lambda value: euro(value.cents)),
    (date, datum),
    (Fraction, _share),
    (GeslotenPeriode, lambda value: f"{datum(value.begindatum)} t/m {datum(value.einddatum)}"),
    (frozenset, lambda value: ", ".join(sorted(value)) or "geen"),
    (str, _word),
)


def wat(verschil: Verschil, inrichting: Inrichting) -> str:
    """What an entry is called, with its name."""
    what, codes = ONDERDELEN[verschil.onderdeel], verschil.codes
    named: Mapping[Onderdeel, Callable[[], str]] = {
        Onderdeel.GEMEENTE: lambda: "van deze inrichting",
        Onderdeel.INSTELLING: lambda: VELDEN[codes[0]],
        Onderdeel.TARIEF: lambda: f"van {_named(codes[1], inrichting)} bij {aanbieder(codes[0], inrichting)}",
        Onderdeel.CONTRACT: lambda: aanbieder(codes[0], inrichting),
        Onderdeel.AANBIEDER: lambda: aanbieder(codes[0], inrichting),
        Onderdeel.CAK_PERIODEN: lambda: codes[0],
    }
    return f"{what} {named.get(verschil.onderdeel, lambda: _named(codes[0], inrichting))()}"


def veld(one: Veld) -> str:
    """What a value is called."""
    return VELDEN.get(one.naam, one.naam)


def told(one: Veld, aard: Aard) -> str:
    """A value of an entry that is new or gone, or the old and new one of an entry that changed."""
    if aard is Aard.TOEGEVOEGD:
        return f"{veld(one)} {waarde(one.wordt)}"
    if aard is Aard.VERWIJDERD:
        return f"{veld(one)} was {waarde(one.was)}"
    if one.was is None:
        return f"{veld(one)} wordt {waarde(one.wordt)}"
    return f"{veld(one)} was {waarde(one.was)}, wordt {waarde(one.wordt)}"


def shown(verschil: Verschil) -> list[Veld]:
    """The values that say something: of what is new not that it lacks one."""
    if verschil.aard is Aard.TOEGEVOEGD:
        return [one for one in verschil.velden if one.wordt not in {None, "", frozenset()}]
    return list(verschil.velden)


def summed(verschillen: Sequence[Verschil]) -> str:
    """How many entries become what."""
    if not verschillen:
        return "Er verandert niets."
    counts = {aard: sum(one.aard is aard for one in verschillen) for aard in Aard}
    return _sentence(geteld(number, *SUMS[aard]) for aard, number in counts.items() if number)


def _sentence(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} en {last}." if most else f"{last}."


def aanbieder(agb: str, inrichting: Inrichting) -> str:
    """The name of an aanbieder with its code."""
    naam = next((one.naam for one in inrichting.aanbieders if one.agb == agb), None)
    return f"{naam} ({agb})" if naam else agb


def geldig(entry: Geldig) -> str:
    """Since when until when something holds."""
    return f"vanaf {datum(entry.geldig_van)}" + (f" t/m {datum(entry.geldig_tot)}" if entry.geldig_tot else "")


def door(wie: str | None) -> str:
    """Who loaded something."""
    if wie is None:
        return "niet meer bekend"
    kind, _, naam = wie.partition(":")
    return f"{naam or 'iemand'} (opdrachtregel)" if kind == "opdrachtregel" else naam or wie


def _named(code: str, inrichting: Inrichting) -> str:
    every = (*inrichting.producten, *inrichting.productspecificaties, *inrichting.arrangementen)
    naam = next((one.naam for one in every if one.code == code and one.naam), None)
    return f"{code} {naam}" if naam else code
