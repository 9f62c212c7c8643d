"""What is sent as a value stays a value: it never changes a question, breaks a line of the log, or comes back."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.processing.runtime import Runtime
from tests.builders import GEMEENTE
from tests.e2e.service import Clock, Service, serving
from tests.unhurried import BESIDE_A_FIXTURE

HOSTILE = (
    "' OR '1'='1", "1; DROP TABLE berichten--", "1) UNION SELECT 1,2,3--", "\" OR 1=1 --", "'||(SELECT 1)||'", "%27",
    "1 AND SLEEP(5)", "$ne", "{\"$gt\": \"\"}", "id desc", "-id", "*", "%", "_", "\\", "../../etc/passwd", "${7*7}",
    "{{7*7}}", "<script>alert(1)</script>", "\x00", "\x1b[31m", "\r\nSet-Cookie: x=1", "\n", "\t", "\u2028", "\u202e",
    "\ufeff", "\U0001f600", "\u0661\u0662", "a" * 5000, "9" * 400, "-1", "1e400", "NaN", "Infinity", "0x10", "1_000",
    " 1", "1 ", "true", "null", "[]", "{}",
)  # fmt: skip
PARAMETERS = {
    "/v1/berichten": (
        "soort", "richting", "status", "afzender", "ontvanger", "van", "tot", "identificatie", "limiet", "na",
    ),
    "/v1/postbus": ("na", "limiet"),
    "/v1/toewijzingen": ("aanbieder", "product", "actiefOp", "limiet", "na"),
    "/v1/declaraties": ("aanbieder", "jaar", "periode", "status", "limiet", "na"),
    "/v1/rapportages/termijnen": ("teLaat", "status", "soort", "tot", "limiet", "na"),
}  # fmt: skip
EACH = [(path, name) for path, names in PARAMETERS.items() for name in names]
CONTROLS = {chr(code) for code in [*range(32), 127, *range(0x80, 0xA0), 0x2028, 0x2029]} - {"\n"}
SAME_DATABASE = settings(deadline=None, max_examples=40, suppress_health_check=BESIDE_A_FIXTURE)


def test_the_parameters_are_those_of_the_description(service: Service):
    paths = service.client.get("/v1/openapi.json").json()["paths"]
    described = {
        (f"/v1{path}", parameter["name"])
        for path, item in paths.items()
        for parameter in item.get("get", {}).get("parameters", [])
        if parameter["in"] == "query" and parameter["name"] != "formaat"
    }
    assert described == set(EACH)


@pytest.mark.parametrize(("path", "name"), EACH)
class TestLists:
    def test_a_hostile_value_finds_nothing_and_breaks_nothing(
        self, path: str, name: str, service: Service, known: dict[str, str]
    ):
        everything = len(service.get(path)["resultaten"])
        for value in HOSTILE:
            answer = service.request("GET", f"{path}?{name}={quote(value)}", as_=GEMEENTE)
            assert answer.status_code in {200, 400, 404}, (value, answer.text)
            if answer.status_code == 200 and value not in {"1 ", " 1"}:
                assert answer.json()["resultaten"] == [] or name in {"teLaat", "limiet", "na"}, value
        assert len(service.get(path)["resultaten"]) == everything

    def test_a_value_twice_is_one_of_them(self, path: str, name: str, service: Service):
        answer = service.request("GET", f"{path}?{name}=x&{name}=%27&{name}[]=1", as_=GEMEENTE)
        assert answer.status_code in {200, 400}


class TestEcho:
    """A marker in any place of a request never comes back, in whatever is answered."""

    @SAME_DATABASE
    @given(data=st.data())
    def test_of_a_refused_request(self, data: st.DataObject, service: Service):
        marker = f"merk{secrets.token_hex(6)}"
        dirt = data.draw(st.sampled_from(["", "'", '"', "<", "\u00e9", "%00", "\\"]))
        value = marker + dirt
        path, name = data.draw(st.sampled_from(EACH))
        place = data.draw(st.sampled_from(["query", "other query", "header", "accept", "key", "content type", "body"]))
        answer = ask_with(service, place, path, name, value)
        assert answer.status_code < 500
        assert marker not in answer.text
        assert marker not in str(answer.headers)


def ask_with(service: Service, place: str, path: str, name: str, value: str) -> Any:
    """A request with the value in one place of it."""
    headers: dict[str, Any] = {"Authorization": f"Bearer {service.key(GEMEENTE)}"}
    text: Any = value.encode()  # as bytes: a header may hold more than ASCII
    if place == "query":
        return service.client.get(f"{path}?{name}={quote(value)}&limiet=0", headers=headers)
    if place == "other query":
        return service.client.get(f"{path}?{quote(value)}=1&limiet=0", headers=headers)
    if place == "header":
        return service.client.get(path, headers={**headers, "Reden": text, "X-Other": text, "limiet": text})
    if place in {"accept", "key"}:
        sent: dict[str, Any] = {"Accept": text} if place == "accept" else {"Authorization": b"Bearer " + text}
        return service.client.get(path, headers={**headers, **sent})
    if place == "content type":
        return service.client.post("/v1/berichten", headers={**headers, "Content-Type": text}, content=b"<x/>")
    body = json.dumps({"bsn": value, "soort": value, value: value, "limiet": value})
    kind = {"Content-Type": "application/json"}
    return service.client.post("/v1/berichten/_zoek", headers={**headers, **kind}, content=body.encode())


class TestLog:
    @pytest.mark.parametrize("log_format", ["console", "json"])
    def test_has_whole_lines_without_control_characters(
        self, log_format: str, sqlite_runtime: Runtime, clock: Clock, capfd: pytest.CaptureFixture[str]
    ):
        with serving(sqlite_runtime, clock, log_level="debug", log_format=log_format) as service:
            key = service.key(GEMEENTE)
            capfd.readouterr()
            for value in HOSTILE:
                for place in ("query", "header", "accept", "content type", "body", "key"):
                    if place in {"query", "body"} or not {"\r", "\n", "\x00"} & set(value):
                        ask_with(service, place, "/v1/berichten", "identificatie", value)
            logged = "".join(capfd.readouterr())
        assert key not in logged
        without_colour = logged if log_format == "json" else _without_colour(logged)
        assert [line for line in without_colour.splitlines(keepends=True) if CONTROLS & set(line)] == []
        if log_format == "json":
            events = [json.loads(line) for line in logged.split("\n") if line]
            assert [event for event in events if "event" not in event] == []


def _without_colour(text: str) -> str:
    """The colours of the console are ours."""
    return re.sub(r"\x1b\[\d*(;\d+)*m", "", text)
