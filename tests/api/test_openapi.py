"""The description of the API says what the API does, and its page works without the internet."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from stdnum.nl.bsn import is_valid as is_bsn

import app.api.problems
from app.api.example_bericht import WMO301
from app.api.headers import HEADERS
from app.api.openapi import APART
from app.api.policy import POLICY
from app.api.problems import KINDS
from app.api.schema_meanings import SCHEMAS
from app.api.vocabulary import WORDS
from app.domain.principal import Recht
from app.iwmo.reading import recognise
from app.processing.runtime import Runtime
from tests.builders import GEMEENTE
from tests.e2e.service import Clock, Service, serving

ENGLISH = re.compile(r"\b(a|and|for|get|is there|list|one|post|successful|the|with)\b", re.IGNORECASE)
OPEN = {"/healthz", "/readyz"}
BESIDE_THE_VERSION = OPEN | {"/metrics"}


@pytest.fixture
def described(service: Service) -> dict[str, Any]:
    """The OpenAPI document, read without a key."""
    answer = service.client.get("/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation."""
    return [
        (path, method, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method != "servers"
    ]


def test_is_openapi_3_1_with_a_server_per_version(described: dict[str, Any]):
    assert described["openapi"].startswith("3.1")
    assert [server["url"] for server in described["servers"]] == ["/v1"]
    assert described["info"]["version"] == "1.0.0"
    assert set(described["info"]["contact"]) == {"name", "email", "url"}
    assert described["info"]["license"]["identifier"] == "EUPL-1.2"
    assert not any(path.startswith("/v1") for path in described["paths"])
    assert {
        path for path, item in described["paths"].items() if item.get("servers", [{}])[0].get("url") == "/"
    } == BESIDE_THE_VERSION


def test_every_path_answers_where_it_says(described: dict[str, Any], service: Service):
    for path, item in described["paths"].items():
        base = item.get("servers", described["servers"])[0]["url"].rstrip("/")
        answer = service.request("TRACE", base + re.sub(r"\{id\}", "0" * 32, path), as_=GEMEENTE)
        assert answer.status_code == 405, path
        methods = {method.upper() for method in item} - {"SERVERS"}
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == methods


def test_who_asks_shows_a_key_a_token_or_a_certificate(described: dict[str, Any]):
    schemes = described["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "sleutel": "http",
        "token": "oauth2",
        "certificaat": "mutualTLS",
    }
    assert schemes["sleutel"]["scheme"] == "bearer"
    scopes = schemes["token"]["flows"]["clientCredentials"]["scopes"]
    assert set(scopes) == {recht.value for recht in Recht}
    for path, method, operation in operations(described):
        prefix = "" if path in BESIDE_THE_VERSION else "/v1"
        wanted = POLICY[f"{method.upper()} {prefix}{path}"]
        scope = [wanted.value] if isinstance(wanted, Recht) else []
        expected = None if path in OPEN else [{"sleutel": []}, {"token": scope}, {"certificaat": []}]
        assert operation.get("security") == expected


def test_problems_are_declared_as_problems(described: dict[str, Any]):
    for path, method, operation in operations(described):
        statuses = {int(status) for status in operation["responses"]}
        assert 422 not in statuses
        assert 500 in statuses
        assert (401 in statuses) == (path not in OPEN)
        assert 503 in statuses or path == "/healthz"
        assert ({408, 413, 415} <= statuses) == ("requestBody" in operation)
        assert (406 in statuses) == (path not in BESIDE_THE_VERSION)
        assert (429 in statuses) == (path not in OPEN)
        for status, response in operation["responses"].items():
            assert set(HEADERS) <= set(response["headers"]), (method, path)
            assert ("Retry-After" in response["headers"]) == (status in {"429", "503"})
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert {"200", "201", "400", "401", "403", "409", "413", "415"} <= set(
        described["paths"]["/berichten"]["post"]["responses"]
    )


@pytest.mark.parametrize("path", ["/berichten", "/berichten/_controleer"])
def test_a_bericht_is_xml(path: str, described: dict[str, Any]):
    body = described["paths"][path]["post"]["requestBody"]
    assert body["required"]
    assert set(body["content"]) == {"application/xml", "text/xml"}


def test_a_search_is_json(described: dict[str, Any]):
    body = described["paths"]["/berichten/_zoek"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Zoekvraag"}
    schema = described["components"]["schemas"]["Zoekvraag"]
    assert schema["required"] == ["bsn"]
    assert set(schema["properties"]) >= {"bsn", "soort", "van", "tot", "limiet", "na"}
    xml = described["paths"]["/berichten/{id}/xml"]["get"]["responses"]["200"]["content"]
    assert set(xml) == {"application/xml", "text/xml"}


def test_every_reference_leads_somewhere(described: dict[str, Any]):
    references = set(re.findall(r"'\$ref': '#/components/(\w+)/([^']+)'", str(described)))
    assert {kind for kind, _ in references} == {"schemas", "headers", "examples"}
    assert [(kind, name) for kind, name in references if name not in described["components"][kind]] == []


def fields(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Schema, field and what is said of the field."""
    schemas = described["components"]["schemas"].items()
    return [(name, field, of) for name, schema in schemas for field, of in schema.get("properties", {}).items()]


class TestWords:
    def test_every_schema_and_field_is_explained(self, described: dict[str, Any]):
        schemas = described["components"]["schemas"]
        assert [name for name, schema in schemas.items() if ENGLISH.search(schema.get("description", "the"))] == []
        assert [(name, field) for name, field, of in fields(described) if not of.get("description")] == []

    def test_every_field_has_an_example(self, described: dict[str, Any]):
        plain = [one for one in fields(described) if "$ref" not in str(one[2]) and "enum" not in one[2]]
        assert [(name, field) for name, field, of in plain if "examples" not in of] == []

    def test_every_parameter_and_tag_is_explained(self, described: dict[str, Any]):
        for path, method, operation in operations(described):
            for parameter in operation.get("parameters", []):
                assert {"description", "example"} <= set(parameter), (method, path, parameter["name"])
            assert set(operation["tags"]) <= {tag["name"] for tag in described["tags"] if tag["description"]}

    def test_no_word_is_left_over(self, described: dict[str, Any]):
        used = {name for schema, field, _ in fields(described) for name in (field, f"{schema}.{field}")}
        assert set(WORDS) - used == set()
        assert set(SCHEMAS) - set(described["components"]["schemas"]) == set()


class TestExamples:
    """Of everything that is sent or answered there is one, and it is as its schema says."""

    @pytest.fixture
    def validate(self, described: dict[str, Any]) -> Callable[[Any, dict[str, Any]], None]:
        def _validate(value: Any, schema: dict[str, Any]) -> None:
            whole = {**schema, "components": described["components"]}
            Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)

        return _validate

    def test_of_bodies(self, described: dict[str, Any], validate: Callable[[Any, dict[str, Any]], None]):
        seen = 0
        for path, method, operation in operations(described):
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for kind, content in [pair for one in contents for pair in one.get("content", {}).items()]:
                values = [described["components"]["examples"][n]["value"] for n in content.get("examples", {})]
                values += [content["example"]] if "example" in content else []
                apart = content.get("schema", {}).get("$ref") in APART or kind == "application/pdf"
                assert values or apart, (method, path, kind)
                for value in values:
                    validate(value, content["schema"])
                    seen += 1
        assert seen > 300

    def test_of_fields(self, described: dict[str, Any], validate: Callable[[Any, dict[str, Any]], None]):
        for name, field, of in fields(described):
            for value in of.get("examples", []):
                try:
                    validate(value, of)
                except ValidationError as error:
                    raise AssertionError(f"{name}.{field}: {error.message}") from None

    def test_of_parameters(self, described: dict[str, Any], validate: Callable[[Any, dict[str, Any]], None]):
        for _, _, operation in operations(described):
            for parameter in operation.get("parameters", []):
                validate(parameter["example"], parameter["schema"])

    def test_of_a_toekenning_stands_apart(
        self, described: dict[str, Any], validate: Callable[[Any, dict[str, Any]], None]
    ):
        for schema, name in APART.items():
            validate(described["components"]["examples"][name]["value"], {"$ref": schema})

    def test_of_a_bericht_is_one(self, service: Service):
        recognised = recognise(WMO301.encode())
        assert service.runtime.xsd_findings(recognised.release, recognised.soort, WMO301.encode()) == ()

    def test_are_of_nobody(self, described: dict[str, Any]):
        assert all(bsn.startswith("9999") for bsn in re.findall(r"\b[0-9]{9}\b", str(described)) if is_bsn(bsn))


class TestProblems:
    def test_every_kind_is_named_and_shown(self, described: dict[str, Any]):
        named = described["components"]["schemas"]["Probleem"]["properties"]["type"]["enum"]
        shown = described["components"]["examples"]
        assert named == [f"/problems/{kind.name}" for kind in KINDS]
        for kind in KINDS:
            value = shown[kind.name]["value"]
            assert (value["type"], value["status"]) == (f"/problems/{kind.name}", kind.status.value)

    def test_every_kind_in_the_code_is_listed(self):
        source = inspect.getsource(app.api.problems)
        made = re.findall(r'Kind\(\s*HTTPStatus\.\w+,\s*"([a-z-]+)"', source)
        assert len(made) > 15
        assert set(made) == {kind.name for kind in KINDS}


class TestDocument:
    def test_is_asked_for_again_only_when_it_changed(self, service: Service):
        first = service.client.get("/v1/openapi.json")
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = service.client.get("/v1/openapi.json", headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert again.headers["access-control-allow-origin"] == "*"
        assert service.client.get("/v1/openapi.json", headers={"If-None-Match": '"x"'}).content == first.content

    def test_names_the_server_when_it_is_known(self, sqlite_runtime: Runtime, clock: Clock):
        with serving(sqlite_runtime, clock, public_url="https://iwmo.gemeente.example") as service:
            described = service.client.get("/v1/openapi.json").json()
        assert described["servers"][0]["url"] == "https://iwmo.gemeente.example/v1"


def test_no_bsn_in_a_url(described: dict[str, Any]):
    for path, _, operation in operations(described):
        assert "bsn" not in path
        assert not any("bsn" in parameter["name"].lower() for parameter in operation.get("parameters", []))


def test_an_act_in_the_place_of_an_id_is_described(described: dict[str, Any], service: Service):
    """A run of many random sequences found this one."""
    assert service.request("GET", "/v1/berichten/_zoek", as_=GEMEENTE).status_code == 405
    operation = described["paths"]["/berichten/{id}"]["get"]
    assert "405" in operation["responses"]
    (parameter,) = operation["parameters"]
    assert not re.search(parameter["schema"]["pattern"], "_zoek")


def test_names_follow_the_design_rules(described: dict[str, Any]):
    for path, _, operation in operations(described):
        for segment in path.strip("/").split("/"):
            assert re.fullmatch(r"_?[a-z]+(-[a-z]+)*|\{[a-z][a-zA-Z]*\}", segment), path
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "header" or re.fullmatch(r"[a-z][a-zA-Z]*", parameter["name"])


def test_it_speaks_dutch(described: dict[str, Any]):
    for path, method, operation in operations(described):
        for text in (operation["summary"], operation["description"]):
            assert text[0].isupper(), (method, path)
            assert not ENGLISH.search(text), (method, path, text)
        assert "Successful" not in str(operation)


class TestPage:
    def test_holds_nothing_from_elsewhere(self, service: Service):
        answer = service.client.get("/docs")
        assert answer.status_code == 200
        assert '<html lang="nl">' in answer.text
        sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
        assert sources
        for source in sources:
            assert source.startswith("/docs/")
            found = service.client.get(source)
            assert found.status_code == 200
            assert found.headers["content-type"].split(";")[0] in {"text/css", "text/javascript"}
        assert "http" not in answer.text

    def test_may_load_nothing_from_elsewhere(self, service: Service):
        policy = service.client.get("/docs").headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "http" not in policy
