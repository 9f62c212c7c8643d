"""The problems as the description of the API has them: every type by name, each with an example."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, TypeAlias

from app.api.problems import KINDS, MEDIA_TYPE, Kind

Json: TypeAlias = dict[str, Any]

DESCRIPTIONS: Final = {
    HTTPStatus.BAD_REQUEST: "De vraag of het bericht klopt niet",
    HTTPStatus.UNAUTHORIZED: "Er is een geldige sleutel, een token of een certificaat nodig",
    HTTPStatus.FORBIDDEN: "Dit toegangsmiddel mag dit niet",
    HTTPStatus.NOT_FOUND: "Dit bestaat niet, of is niet voor dit toegangsmiddel",
    HTTPStatus.METHOD_NOT_ALLOWED: "Deze methode kan hier niet; zie Allow",
    HTTPStatus.NOT_ACCEPTABLE: "In een vorm die Accept toestaat is dit er niet",
    HTTPStatus.REQUEST_TIMEOUT: "De inhoud kwam te langzaam binnen",
    HTTPStatus.CONFLICT: "Dit past niet bij wat er al is",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "De inhoud is te groot",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Dit mediatype kan hier niet",
    HTTPStatus.TOO_MANY_REQUESTS: "Er werd te veel gevraagd; zie Retry-After",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Er ging iets mis",
    HTTPStatus.SERVICE_UNAVAILABLE: "De dienst kan niet bij zijn gegevens of heeft het te druk; zie Retry-After",
}
BY_TYPE: Final = {f"/problems/{kind.name}": kind for kind in KINDS}
PROBLEM: Final[Json] = {
    "title": "Probleem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "De soort: " + "; ".join(f"`{name}` {kind.title}" for name, kind in BY_TYPE.items()),
            "enum": list(BY_TYPE),
        },
        "title": {"type": "string", "description": "De soort in woorden", "examples": ["De invoer klopt niet"]},
        "status": {"type": "integer", "description": "De HTTP-status", "examples": [HTTPStatus.BAD_REQUEST.value]},
        "detail": {"type": "string", "description": "Wat er nu mis is", "examples": ["De invoer klopt niet."]},
        "instance": {
            "type": "string",
            "description": "Het pad van de vraag",
            "examples": ["/v1/berichten"],
        },
        "bevindingen": {
            "type": "array",
            "description": "Alles wat er mis is, met de plaats in de vraag of het bericht",
            "items": {"$ref": "#/components/schemas/ProbleemBevinding"},
        },
    },
}
PROBLEM_FINDING: Final[Json] = {
    "title": "ProbleemBevinding",
    "type": "object",
    "required": ["pad", "melding"],
    "properties": {
        "pad": {"type": "string", "description": "Waar het mis is", "examples": ["query.limiet"]},
        "melding": {"type": "string", "description": "Wat er mis is", "examples": ["Dit moet 1 of meer zijn."]},
        "regel": {"type": "string", "description": "De technische regel, bij een bericht", "examples": ["TR307"]},
        "retourcode": {
            "type": ["string", "null"],
            "description": "De retourcode, bij een bericht",
            "examples": ["9307"],
        },
        "regelnummer": {
            "type": ["integer", "null"],
            "description": "De regel in het XML-bestand, bij een bericht",
            "examples": [61],
        },
        "waarden": {
            "type": "object",
            "description": "De waarden die botsen; nooit een bsn, naam of geboortedatum",
            "examples": [{"ingangsdatum": "2018-01-01"}],
        },
        "ernst": {"type": "string", "description": "fout, of waarschuwing", "examples": ["fout"]},
    },
}


def _example(kind: Kind) -> Json:
    value: Json = {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status.value,
        "detail": f"{kind.title}.",
        "instance": "/v1/berichten",
    }
    if kind.status is HTTPStatus.BAD_REQUEST:
        value["bevindingen"] = [{"pad": "query.limiet", "melding": "Dit moet 1 of meer zijn."}]
    return {"summary": kind.title, "value": value}


PROBLEM_EXAMPLES: Final[Json] = {kind.name: _example(kind) for kind in KINDS}


def problem_response(status: HTTPStatus) -> Json:
    """The problems with one status, each with its example."""
    examples = {kind.name: {"$ref": f"#/components/examples/{kind.name}"} for kind in KINDS if kind.status is status}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleem"}, "examples": examples}}
    return {"description": DESCRIPTIONS[status], "content": content}
