"""Examples for the description of the API, put together from those of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from app.api.example_bericht import WMO301
from app.api.vocabulary import WORDS, Word

Json: TypeAlias = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"
CALCULATED: Final[Json] = {
    "gemeente": "1708",
    "peildatum": "2018-01-01",
    "indicatie": [{"productspecificatie": "OZL1", "aantalPerWeek": "5"}],
}
WHOLE: Final[Mapping[str, Json]] = {
    "BudgetvraagIn": CALCULATED,
    "BeeindigIn": {"einddatum": "2018-06-30", "redenWijziging": "02"},
    "SplitsIn": {"aanbieder": "98000002", "budgetPerPeriode": 300, "vanaf": {"jaar": 2018, "periode": 3}},
    "WijzigIn": {"volume": 900, "vanaf": {"jaar": 2018, "periode": 3}},
    "Zoekvraag": {"bsn": "999900006", "soort": "WMO303"},
    "ToekenningIn": {
        "gemeente": "1708",
        "client": {
            "bsn": "999900006",
            "geboortedatum": "1979-06-10",
            "geslacht": "2",
            "naam": {"achternaam": "Voorbeeld", "voorletters": "A"},
            "adres": {"straatnaam": "Dorpsstraat", "huisnummer": 1, "postcode": "8331AA", "plaatsnaam": "Steenwijk"},
        },
        "beschikking": {"beschikkingNummer": 70001, "afgiftedatum": "2018-01-01"},
        "ingangsdatum": "2018-01-01",
        "einddatum": "2018-12-30",
        "resultaten": [
            {
                "domein": "zelfzorg",
                "omschrijving": "Kookt vier keer per week zelf",
                "baseline": 2,
                "doel": 4,
                "streefdatum": "2018-12-30",
            }
        ],
        "indicatie": [{"productspecificatie": "OZL1", "aantalPerWeek": "5"}],
        "aanbieder": "98000001",
        "tweedeAanbieder": {"agb": "98000002", "budgetPerPeriode": 300},
    },
}
"""Of shapes of which not every field goes with every other."""

OTHER_FORMS: Final[Mapping[str, str]] = {
    "application/xml": WMO301,
    "text/xml": WMO301,
    "text/csv": "soort,gemeente,toewijzing,bericht,datum,status,aanZet,vervallenOp,vervallenReden\r\n"
    "evaluatie,1708,700010001,,2018-07-01,open,gemeente,,\r\n",
    "text/html": '<!DOCTYPE html>\n<html lang="nl">…</html>\n',
    "text/plain": '# TYPE iwmo_werk gauge\niwmo_werk{soort="verzenden"} 0.0\n',
}


def word_of(schema_name: str, field: str) -> Word | None:
    """What a field of a schema means; None when nobody wrote it down."""
    return WORDS.get(f"{schema_name}.{field}") or WORDS.get(field)


def example_of(schema: Json, schemas: Json) -> object:
    """A value that the schema allows, as telling as the words of its fields."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return WHOLE[name] if name in WHOLE else _example_of_named(name, schemas)
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    return schema.get("examples", [None])[0]


def _example_of_named(name: str, schemas: Json) -> object:
    schema: Json = schemas[name]
    if "properties" not in schema:
        return example_of(schema, schemas)
    return {field: _example_of_field(name, field, of, schemas) for field, of in schema["properties"].items()}


def _example_of_field(name: str, field: str, schema: Json, schemas: Json) -> object:
    if "examples" in schema:
        return schema["examples"][0]
    word = word_of(name, field)
    return word.example if word is not None and word.example is not None else example_of(schema, schemas)
