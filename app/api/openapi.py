"""The description of the API (OpenAPI 3.1) as it really answers: bearer keys, problems, XML bodies, no 422."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.shapes import Shape

Json: TypeAlias = dict[str, Any]

PREFIX = "/v1"
PROBLEM_REF = "#/components/schemas/Probleem"
PROBLEM: Json = {
    "title": "Probleem",
    "description": "Wat er mis is (RFC 9457). `bevindingen` noemt alles wat er mis is, met de plaats.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "bevindingen": {"type": "array", "items": {"type": "object"}},
    },
}
DESCRIPTIONS = {
    HTTPStatus.BAD_REQUEST: "De vraag of het bericht klopt niet",
    HTTPStatus.UNAUTHORIZED: "Er is een geldige sleutel nodig",
    HTTPStatus.FORBIDDEN: "Deze sleutel mag dit niet",
    HTTPStatus.NOT_FOUND: "Dit bestaat niet, of is niet voor deze sleutel",
    HTTPStatus.CONFLICT: "Dit past niet bij wat er al is",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "De inhoud is te groot",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Dit mediatype kan hier niet",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Er ging iets mis",
    HTTPStatus.SERVICE_UNAVAILABLE: "De dienst kan niet bij zijn gegevens of heeft het te druk; zie Retry-After",
}
GENERATED = {"HTTPValidationError", "ValidationError"}  # FastAPI's idea of a problem
RETRY_AFTER_HEADER: Json = {"description": "Na hoeveel seconden opnieuw", "schema": {"type": "integer"}}
VERSION_HEADER: Json = {"description": "De versie van de API", "schema": {"type": "string"}}


def problems(*statuses: HTTPStatus) -> dict[int | str, Json]:
    """The problems with which an operation may answer, besides those that hold for all."""
    content = {"application/problem+json": {"schema": {"$ref": PROBLEM_REF}}}
    return {int(status): {"description": DESCRIPTIONS[status], "content": content} for status in statuses}


def xml_body() -> Json:
    """A body that is a bericht."""
    kinds = ("application/xml", "text/xml")
    schema = {"type": "string", "description": "Een iWmo-bericht in UTF-8"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


def json_body(shape: type[Shape]) -> Json:
    """A body that is a JSON object."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI) -> Json:
    """The OpenAPI document. Its paths are below the server `/v1`; what stands beside that says so."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=[{"url": PREFIX}],
        contact=app.contact,
        license_info=app.license_info,
    )
    schemas: Json = described["components"]["schemas"]
    for operation in _operations(described):
        schemas.update(_definitions(operation))
        _complete(operation)
    schemas["Probleem"] = PROBLEM
    described["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas) if name not in GENERATED}
    described["paths"] = dict(_below_the_server(described["paths"]))
    return described


def _operations(described: Json) -> Iterator[Json]:
    for item in described["paths"].values():
        yield from item.values()


def _definitions(operation: Json) -> Json:
    """What the schema of a body defines for itself belongs to the components."""
    content: Json = operation.get("requestBody", {}).get("content", {})
    return {name: d for kind in content.values() for name, d in kind["schema"].pop("$defs", {}).items()}


def _complete(operation: Json) -> None:
    responses: Json = operation["responses"]
    responses.pop("422", None)
    for status, problem in problems(*_general_problems(operation)).items():
        responses.setdefault(str(status), problem)
    for status, response in responses.items():
        unavailable = int(status) == HTTPStatus.SERVICE_UNAVAILABLE
        response["headers"] = {"API-Version": VERSION_HEADER} | (
            {"Retry-After": RETRY_AFTER_HEADER} if unavailable else {}
        )
        if response["description"] == "Successful Response":
            response["description"] = "Gelukt"
    operation["responses"] = dict(sorted(responses.items()))


def _general_problems(operation: Json) -> Iterator[HTTPStatus]:
    if "parameters" in operation or "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
    if "security" in operation:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
    if "requestBody" in operation:
        yield from (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    yield HTTPStatus.INTERNAL_SERVER_ERROR


def _below_the_server(paths: Json) -> Iterator[tuple[str, Json]]:
    for path, item in paths.items():
        if path.startswith(f"{PREFIX}/"):
            yield path.removeprefix(PREFIX), item
        else:
            yield path, {"servers": [{"url": "/"}], **item}
