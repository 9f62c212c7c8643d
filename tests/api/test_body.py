"""The body of a request: its media type and size are judged first, and what is too large is not read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.body import MAX_JSON_BYTES
from app.iwmo.releases import write
from app.processing.runtime import Runtime
from app.settings import Settings
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import Clock, Service, serving

XML = {"Content-Type": "application/xml"}
MESSAGE = write(a_toewijzingsbericht(), "2.3")
PATHS = ("/v1/berichten", "/v1/berichten/_controleer")


def post(service: Service, body: Any, path: str = "/v1/berichten", **headers: str) -> Any:
    """The answer to these bytes."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.request("POST", path, as_=GEMEENTE, content=body, headers=sent)


class TestMediaType:
    @pytest.mark.parametrize(
        "kind",
        [
            "application/xml",
            "text/xml",
            "Text/XML",
            "application/xml; charset=utf-8",
            'application/xml;charset="UTF-8"',
            "text/xml; charset=utf8",
            "application/xml; version=1",
        ],
    )
    def test_that_is_xml_in_utf_8(self, kind: str, service: Service):
        assert post(service, MESSAGE, Content_Type=kind).status_code == 201

    @pytest.mark.parametrize("path", [*PATHS, "/v1/berichten/_zoek"])
    @pytest.mark.parametrize(
        "kind",
        [
            "",
            "text/plain",
            "application/soap+xml",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "xml",
            "/",
            "application/xml; charset=iso-8859-1",
            "text/xml; charset=utf-16",
            'application/json; charset="latin-1"',
            "application/xml; charset=x\u00fc",
        ],
    )
    def test_that_is_not(self, kind: str, path: str, service: Service):
        answer = post(service, MESSAGE, path, Content_Type=kind.encode("latin-1"))  # pyright: ignore[reportArgumentType]
        assert answer.status_code == 415
        assert answer.json()["type"] == "/problems/mediatype-niet-ondersteund"
        assert service.berichten() == []

    @pytest.mark.parametrize("path", PATHS)
    def test_must_be_named(self, path: str, service: Service):
        assert service.request("POST", path, as_=GEMEENTE, content=MESSAGE).status_code == 415

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip", "x"])
    @pytest.mark.parametrize("path", PATHS)
    def test_is_not_compressed(self, path: str, encoding: str, service: Service):
        assert post(service, MESSAGE, path, **XML, Content_Encoding=encoding).status_code == 415

    def test_twice_encoded(self, service: Service):
        headers = [("Authorization", f"Bearer {service.key(GEMEENTE)}"), *XML.items()]
        headers += [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
        assert service.client.post("/v1/berichten", content=MESSAGE, headers=headers).status_code == 415

    def test_identity_is_no_encoding(self, service: Service):
        assert post(service, MESSAGE, **XML, Content_Encoding="identity").status_code == 201


@pytest.fixture
def small(sqlite_runtime: Runtime) -> Iterator[Service]:
    """A service that takes a message of exactly the size of ours."""
    with serving(sqlite_runtime, Clock(), max_bericht_bytes=len(MESSAGE)) as running:
        yield running


class Endless:
    """A caller that keeps sending; `taken` is how much of it the service asked for."""

    def __init__(self, service: Service) -> None:
        self.taken = 0
        self.answers: list[Any] = []
        headers = {"authorization": f"Bearer {service.key(GEMEENTE)}", "content-type": "application/xml"}
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/berichten",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        assert isinstance(service.client, TestClient)
        asyncio.run(self._ask(service.client.app))

    async def _ask(self, app: Any) -> None:
        await app(self.scope, self.receive, self.send)

    async def receive(self) -> dict[str, Any]:
        """The next thousand bytes."""
        self.taken += 1000
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def send(self, message: Any) -> None:
        """What is answered."""
        self.answers.append(message)


class TestSize:
    def test_that_just_fits(self, small: Service):
        assert post(small, MESSAGE, **XML).status_code == 201

    @pytest.mark.parametrize("path", PATHS)
    def test_that_is_one_byte_too_many(self, path: str, small: Service):
        answer = post(small, MESSAGE + b"\n", path, **XML)
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/te-groot")
        assert str(len(MESSAGE)) in answer.json()["detail"]
        assert small.berichten() == []

    def test_in_chunks(self, small: Service):
        assert post(small, (MESSAGE[at : at + 100] for at in range(0, len(MESSAGE), 100)), **XML).status_code == 201
        assert post(small, iter([MESSAGE, b"\n"]), **XML).status_code == 413

    def test_is_not_read_to_the_end(self, small: Service):
        caller = Endless(small)
        assert caller.answers[0]["status"] == 413
        assert len(MESSAGE) < caller.taken <= len(MESSAGE) + 1000

    def test_that_is_declared_is_believed_before_reading(self, small: Service):
        for declared in (str(len(MESSAGE) + 1), "9" * 400):
            assert post(small, MESSAGE, **XML, Content_Length=declared).status_code == 413

    def test_of_a_question(self, service: Service):
        question = b'{"bsn": "' + BSN_X.encode() + b'"}'
        fits = question.ljust(MAX_JSON_BYTES)
        zoek = "/v1/berichten/_zoek"
        assert post(service, fits, zoek, Content_Type="application/json").status_code == 200
        assert post(service, fits + b" ", zoek, Content_Type="application/json").status_code == 413

    def test_by_default(self):
        assert Settings().max_bericht_bytes == 25_000_000

    def test_above_the_default(self, service: Service):
        assert post(service, (b"x" * 1_000_000 for _ in range(26)), **XML).status_code == 413
        assert service.berichten() == []


class TestOrder:
    """401, 415, 413, 400 unreadable, 403, 400 refused: the first that holds is the answer."""

    def test_of_refusals(self, sqlite_runtime: Runtime):
        other_sender = MESSAGE.replace(b"0384", b"1708")
        wrong = MESSAGE.replace(b"999900006", b"999900007")
        with serving(sqlite_runtime, Clock(), max_bericht_bytes=len(MESSAGE)) as service:
            anonymous = service.client.post("/v1/berichten", content=b"<", headers={"Content-Type": "text/plain"})
            assert anonymous.status_code == 401
            assert post(service, b"x" * len(MESSAGE) * 2, Content_Type="text/plain").status_code == 415
            assert post(service, b"x" * len(MESSAGE) * 2, **XML).status_code == 413
            assert post(service, other_sender[:-20], **XML).json()["type"] == "/problems/onleesbaar-bericht"
            assert post(service, other_sender, **XML).status_code == 403
            both_wrong = other_sender.replace(b"999900006", b"999900007")
            assert post(service, both_wrong, **XML).status_code == 403
            assert post(service, wrong, **XML).json()["type"] == "/problems/afgekeurd-bericht"
            kept = service.berichten()
        assert [bericht["status"] for bericht in kept] == ["afgekeurd"] * 4
        assert [bericht["soort"] for bericht in kept] == ["WMO301"] * 3 + [None]

    def test_of_a_dry_run(self, service: Service):
        controleer = "/v1/berichten/_controleer"
        assert post(service, MESSAGE, controleer, Content_Type="text/plain").status_code == 415
        assert post(service, MESSAGE[:-9], controleer, **XML).json()["type"] == "/problems/onleesbaar-bericht"
        assert service.post(MESSAGE, as_=AANBIEDER, to=controleer).status_code == 403
        wrong = service.controleer(MESSAGE.replace(b"999900006", b"999900007"), as_=GEMEENTE)
        assert wrong["status"] == "afgekeurd"
        assert service.controleer(MESSAGE, as_=GEMEENTE)["status"] == "verwerkt"
        assert service.berichten() == []


class TestQuestion:
    @pytest.mark.parametrize(
        ("body", "pad"),
        [
            (b"", "body"),
            (b"{", "body"),
            (b"\xff", "body"),
            (b"[]", "body"),
            (b"null", "body"),
            (b'"x"', "body"),
            (b"[" * 60_000, "body"),
            (b"{}", "body.bsn"),
            (b'{"bsn": 999900006}', "body.bsn"),
            (b'{"bsn": "99990000"}', "body.bsn"),
            (b'{"bsn": "9999000060"}', "body.bsn"),
            (b'{"bsn": "999900006\\n"}', "body.bsn"),
            ('{"bsn": "\u0669\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0666"}'.encode(), "body.bsn"),
            (b'{"bsn": "999900006", "van": 5}', "body.van"),
            (b'{"bsn": "999900006", "soort": "WMO999"}', "body.soort"),
            (b'{"bsn": "999900006", "afzender": "\\u0000"}', "body.afzender"),
            (b'{"bsn": "999900006", "limiet": 0}', "body.limiet"),
            (b'{"bsn": "999900006", "na": "x"}', "body.na"),
        ],
    )
    def test_that_is_wrong(self, body: bytes, pad: str, service: Service):
        answer = post(service, body, "/v1/berichten/_zoek", Content_Type="application/json")
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/ongeldige-invoer")
        assert [part["pad"] for part in answer.json()["bevindingen"]] == [pad]
        assert "99990000" not in answer.text

    def test_may_hold_what_is_not_known(self, service: Service, known: dict[str, str]):
        body = f'{{"bsn": "{BSN_X}", "onbekend": [1]}}'.encode()
        answer = post(service, body, "/v1/berichten/_zoek", Content_Type="application/json; charset=utf-8")
        assert len(answer.json()["resultaten"]) == 2
