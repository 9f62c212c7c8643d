"""What is wrong with the parts of a request, in words that never repeat what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

MELDINGEN: Mapping[str, str] = {
    "missing": "Dit ontbreekt.",
    "enum": "Kies uit {expected}.",
    "iso_datum": "Dit is geen bestaande datum in de vorm jjjj-mm-dd.",
    "date_from_datetime_parsing": "Dit is geen bestaande datum in de vorm jjjj-mm-dd.",
    "int_parsing": "Dit is geen geheel getal.",
    "int_parsing_size": "Dit getal is te groot.",
    "greater_than_equal": "Dit moet {ge} of meer zijn.",
    "less_than_equal": "Dit moet {le} of minder zijn.",
    "string_too_long": "Dit mag {max_length} tekens lang zijn.",
    "string_type": "Dit moet tekst zijn.",
    "json_invalid": "Dit is geen JSON.",
    "aantal": 'Dit is geen aantal: tekst zoals "2.5", of een getal.',
    "een_grondslag": "Geef precies één van indicatie, arrangement en etmalen.",
    "samenvoegen_niet": "Laat samenvoegenMet weg, of laat samenvoegen true zijn.",
    "too_long": "Hier passen {max_length} regels.",
    "int_type": "Dit is geen geheel getal.",
    "bool_type": "Dit is true of false.",
}
OTHERWISE = "Deze waarde kan hier niet."


class InvalidPart(NamedTuple):
    """Where in the request, and what is wrong there."""

    pad: str
    melding: str


def invalid_parts(errors: Iterable[Mapping[str, Any]]) -> Sequence[InvalidPart]:
    """The parts that pydantic found wrong; its own texts may quote the input, ours hold only what is allowed."""
    return [InvalidPart(".".join(str(part) for part in error["loc"]), _melding(error)) for error in errors]


def _melding(error: Mapping[str, Any]) -> str:
    context: Mapping[str, object] = error.get("ctx") or {}
    allowed = {name: str(value).replace(" or ", " of ") for name, value in context.items()}
    return MELDINGEN.get(error["type"], OTHERWISE).format_map(allowed)
