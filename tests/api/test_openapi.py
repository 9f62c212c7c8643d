"""The description of the API says what the API does, and its page works without the internet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.builders import GEMEENTE
from tests.e2e.service import Service

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
    assert described["servers"] == [{"url": "/v1"}]
    assert described["info"]["version"] == "1.0.0"
    assert described["info"]["contact"]["name"]
    assert described["info"]["license"]["identifier"] == "EUPL-1.2"
    assert not any(path.startswith("/v1") for path in described["paths"])
    assert {
        path for path, item in described["paths"].items() if item.get("servers") == [{"url": "/"}]
    } == BESIDE_THE_VERSION


def test_every_path_answers_where_it_says(described: dict[str, Any], service: Service):
    for path, item in described["paths"].items():
        base = item.get("servers", described["servers"])[0]["url"].rstrip("/")
        answer = service.request("TRACE", base + re.sub(r"\{id\}", "0" * 32, path), as_=GEMEENTE)
        assert answer.status_code == 405, path
        methods = {method.upper() for method in item} - {"SERVERS"}
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == methods


def test_a_key_is_a_bearer_token(described: dict[str, Any]):
    ((name, scheme),) = described["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, _, operation in operations(described):
        assert operation.get("security") == (None if path in OPEN else [{name: []}])


def test_problems_are_declared_as_problems(described: dict[str, Any]):
    for path, method, operation in operations(described):
        statuses = {int(status) for status in operation["responses"]}
        assert 422 not in statuses
        assert 500 in statuses
        assert (401 in statuses) == (path not in OPEN)
        assert 503 in statuses or path == "/healthz"
        assert ({413, 415} <= statuses) == ("requestBody" in operation)
        for status, response in operation["responses"].items():
            assert "API-Version" in response["headers"], (method, path)
            assert ("Retry-After" in response["headers"]) == (status == "503")
            if int(status) >= 400 and (path, status) != ("/readyz", "503"):
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
    schema = described["paths"]["/berichten/_zoek"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["bsn"]
    assert set(schema["properties"]) >= {"bsn", "soort", "van", "tot", "limiet", "na"}
    xml = described["paths"]["/berichten/{id}/xml"]["get"]["responses"]["200"]["content"]
    assert set(xml) == {"application/xml"}


def test_every_reference_leads_somewhere(described: dict[str, Any]):
    references = re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(described))
    assert references
    assert set(references) <= set(described["components"]["schemas"])


def test_no_bsn_in_a_url(described: dict[str, Any]):
    for path, _, operation in operations(described):
        assert "bsn" not in path
        assert not any("bsn" in parameter["name"].lower() for parameter in operation.get("parameters", []))


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
