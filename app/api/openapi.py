"""The description of the API (OpenAPI 3.1) as it really answers: credentials, problems, XML bodies, no 422."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.example_bericht import WMO301
from app.api.headers import HEADERS
from app.api.openapi_examples import OTHER_FORMS, example_of, word_of
from app.api.openapi_problems import MEDIA_TYPE, PROBLEM, PROBLEM_EXAMPLES, PROBLEM_FINDING, problem_response
from app.api.policy import POLICY, Entry
from app.api.schema_meanings import LIST_MEANING, LISTS, PARAMETERS, SCHEMAS, TAGS
from app.api.shapes import Shape
from app.domain.principal import Recht

Json: TypeAlias = dict[str, Any]

PREFIX: Final = "/v1"
GENERATED: Final = {"HTTPValidationError", "ValidationError"}  # FastAPI's idea of a problem
GENERIC: Final = re.compile(r"\bPage_(\w+?)Out_")  # how pydantic calls a page of something
UUID_PATTERN: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
HEADER_MEANINGS: Final = {
    "API-Version": "De versie van de API",
    "Cache-Control": "Bewaar dit antwoord niet",
    "Content-Security-Policy": "Een browser laadt niets met dit antwoord en toont het niet in een ander venster",
    "Referrer-Policy": "Een browser zegt niet waar hij vandaan komt",
    "Strict-Transport-Security": "Een browser gebruikt alleen https",
    "X-Content-Type-Options": "Een browser raadt het mediatype niet",
    "X-Frame-Options": "Een browser toont dit niet in een ander venster",
}
RETRY_AFTER: Final = "Retry-After"
LOCATION: Final = "Location"
COME_BACK: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
LOCATED: Final = {"/v1/berichten", "/v1/toekenningen"}
"""Where a POST says where to find what it made."""

SCHEMES: Final[Json] = {
    "sleutel": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "iwmo_…",
        "description": "Een sleutel van `iwmo key create`.",
    },
    "token": {
        "type": "oauth2",
        "description": "Een token van een uitgever die de dienst kent, als JWT in `Authorization: Bearer`.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "https://inloggen.gemeente.example/token",
                "scopes": {recht.value: f"Het recht {recht.value}" for recht in Recht},
            }
        },
    },
    "certificaat": {"type": "mutualTLS", "description": "Een clientcertificaat dat de dienst kent, via de proxy."},
}
APART: Final = {"#/components/schemas/ToekenningIn": "toekenning"}
"""Bodies whose example stands with the components only: the Dutch linter takes a field `postcode` for an operation."""

MANUAL: Final = {
    "url": "https://www.istandaarden.nl/iwmo",
    "description": "De standaard iWmo",
}


def problems(*statuses: HTTPStatus) -> dict[int | str, Json]:
    """The problems with which an operation may answer, besides those that hold for all."""
    return {int(status): problem_response(status) for status in statuses}


def xml_body() -> Json:
    """A body that is a bericht."""
    schema = {"type": "string", "minLength": 1, "description": "Een iWmo-bericht in UTF-8"}
    content = {kind: {"schema": schema, "example": WMO301} for kind in ("application/xml", "text/xml")}
    return {"requestBody": {"required": True, "description": "Het bericht, byte voor byte", "content": content}}


def json_body(shape: type[Shape]) -> Json:
    """A body that is a JSON object."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "description": "De vraag", "content": content}}


def describe(app: FastAPI, *, host: str | None = None) -> Json:
    """The OpenAPI document, of the service at `host`. Its paths are below `/v1`; what stands beside that says so."""
    described = _derived(app, host)
    schemas: Json = described["components"]["schemas"]
    for _, operation in _operations(described):
        schemas.update(_definitions(operation))
    schemas.update({"Probleem": deepcopy(PROBLEM), "ProbleemBevinding": deepcopy(PROBLEM_FINDING)})
    schemas = {name: schemas[name] for name in sorted(schemas) if name not in GENERATED}
    for name, schema in schemas.items():
        _explain(name, schema)
    for name, operation in _operations(described):
        _complete(name, operation, schemas)
    apart = {name: {"value": example_of({"$ref": of}, schemas)} for of, name in APART.items()}
    described["components"] = {
        "schemas": schemas,
        "securitySchemes": SCHEMES,
        "headers": _headers(),
        "examples": PROBLEM_EXAMPLES | apart,
    }
    described["paths"] = dict(_below_the_server(described["paths"], host))
    return described


def _derived(app: FastAPI, host: str | None) -> Json:
    """What FastAPI makes of the routes."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=[{"url": f"{host or ''}{PREFIX}", "description": "Deze dienst"}],
        license_info=app.license_info,
        tags=[{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        external_docs=MANUAL,
    )
    described: Json = json.loads(GENERIC.sub(r"\1Lijst", json.dumps(described)))
    described["info"]["contact"] = app.contact
    return described


def _operations(described: Json) -> Iterator[tuple[str, Json]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _definitions(operation: Json) -> Json:
    """What the schema of a JSON body defines belongs to the components, itself included."""
    content: Json = operation.get("requestBody", {}).get("content", {})
    found: Json = {}
    for kind in content.values():
        schema: Json = kind["schema"]
        found.update(schema.pop("$defs", {}))
        if "title" in schema:
            found[schema["title"]] = schema
            kind["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}
    return found


def _explain(name: str, schema: Json) -> None:
    """Say in Dutch what a schema and its fields mean."""
    schema["description"] = SCHEMAS.get(name) or (LIST_MEANING if name.endswith(LISTS) else schema.get("description"))
    for field, of in schema.get("properties", {}).items():
        of.pop("title", None)
        word = word_of(name, field)
        if word is None:
            continue
        of.setdefault("description", word.meaning)
        if word.example is not None:
            of.setdefault("examples", [word.example])


def _complete(name: str, operation: Json, schemas: Json) -> None:
    wanted = POLICY.get(name, Entry.EVERYBODY_KNOWN)
    if wanted is not Entry.OPEN:
        scopes = [wanted.value] if isinstance(wanted, Recht) else []
        operation["security"] = [{"sleutel": []}, {"token": scopes}, {"certificaat": []}]
    for parameter in operation.get("parameters", []):
        _explain_parameter(name, parameter)
    for kind in operation.get("requestBody", {}).get("content", {}).values():
        if kind["schema"].get("$ref") not in APART:
            kind.setdefault("example", example_of(kind["schema"], schemas))
    responses: Json = operation["responses"]
    responses.pop("422", None)
    for status in _general_problems(name, operation):
        responses.setdefault(str(int(status)), problem_response(status))
    for status, response in responses.items():
        _complete_response(name, HTTPStatus(int(status)), response, schemas)
    operation["responses"] = dict(sorted(responses.items()))


def _explain_parameter(name: str, parameter: Json) -> None:
    word = PARAMETERS.get(f"{name} {parameter['name']}") or PARAMETERS.get(parameter["name"])
    parameter["schema"].pop("title", None)
    if parameter["schema"].get("format") == "uuid":
        parameter["schema"]["pattern"] = UUID_PATTERN
    if word is not None:
        parameter["description"] = word.meaning
        parameter["example"] = word.example


def _complete_response(name: str, status: HTTPStatus, response: Json, schemas: Json) -> None:
    names = [*HEADERS, *([RETRY_AFTER] if status in COME_BACK else [])]
    method, _, path = name.partition(" ")
    if method == "POST" and path in LOCATED and status < HTTPStatus.BAD_REQUEST:
        names.append(LOCATION)
    response["headers"] = {header: {"$ref": f"#/components/headers/{header}"} for header in names}
    if response["description"] == "Successful Response":
        response["description"] = "Gelukt"
    for kind, content in response.get("content", {}).items():
        if kind != MEDIA_TYPE:
            _complete_content(kind, content, schemas)


def _complete_content(kind: str, content: Json, schemas: Json) -> None:
    if kind != "application/json":
        content.setdefault("schema", {"type": "string"})
        form = OTHER_FORMS.get(kind.partition(";")[0])
        if form is not None:
            content.setdefault("example", form)
    elif content.get("schema"):
        content.setdefault("example", example_of(content["schema"], schemas))


def _headers() -> Json:
    meanings: Json = {
        name: {"description": meaning, "schema": {"type": "string", "examples": [HEADERS[name]]}}
        for name, meaning in HEADER_MEANINGS.items()
    }
    return meanings | {
        RETRY_AFTER: {"description": "Na hoeveel seconden opnieuw", "schema": {"type": "integer", "examples": [5]}},
        LOCATION: {"description": "Waar het te vinden is", "schema": {"type": "string", "format": "uri-reference"}},
    }


def _general_problems(name: str, operation: Json) -> Iterator[HTTPStatus]:
    if "parameters" in operation or "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
    if "security" in operation:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
        yield from (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
        if name.partition(" ")[2].startswith(PREFIX):
            yield HTTPStatus.NOT_ACCEPTABLE
    if "requestBody" in operation:
        yield from (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if name.endswith("}"):  # `_zoek` in the place of an id
        yield HTTPStatus.METHOD_NOT_ALLOWED
    yield HTTPStatus.INTERNAL_SERVER_ERROR


def _below_the_server(paths: Json, host: str | None) -> Iterator[tuple[str, Json]]:
    for path, item in paths.items():
        if path.startswith(f"{PREFIX}/"):
            yield path.removeprefix(PREFIX), item
        else:
            yield path, {"servers": [{"url": host or "/", "description": "Naast de API"}], **item}
