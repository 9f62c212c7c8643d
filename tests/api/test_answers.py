"""What holds for every answer: its headers, also after a crash anywhere; its form; who in a browser may read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import app.api.problems
from app.api.cross_origin import ASKED, CrossOrigin
from app.api.headers import HEADERS, AnswerHeaders, HeadIsGet
from app.api.problems import FailuresEndHere
from app.iwmo.releases import write
from app.observability import configure_logging
from app.processing.pace import Pace, TooSlow
from app.processing.runtime import Runtime
from tests.builders import GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import Clock, Service, serving

MARKER = "999900006"
PORTAL = "https://portaal.gemeente.example"
ELSEWHERE = "https://elders.example"


async def crashes(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError(MARKER)


async def crashes_halfway(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError(MARKER)


class TestCrash:
    """Of something around the router: what the router itself does is in test_problems."""

    @pytest.fixture(autouse=True)
    def _log(self) -> None:
        configure_logging("console", "error")

    @pytest.mark.parametrize("around", [lambda inner: inner, HeadIsGet, lambda inner: CrossOrigin(inner, [PORTAL])])
    def test_is_answered_with_every_header(self, around: Any, capfd: pytest.CaptureFixture[str]):
        answer = TestClient(AnswerHeaders(FailuresEndHere(around(crashes)))).get("/v1/berichten")
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert answer.json()["type"] == "/problems/interne-fout"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert MARKER not in answer.text
        logged = "".join(capfd.readouterr())
        assert "request_failed" in logged

    def test_after_the_beginning_of_the_answer_is_the_end_of_it(self):
        sent: list[Message] = []

        async def ask() -> None:
            async def send(message: Message) -> None:
                sent.append(message)

            scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
            await AnswerHeaders(FailuresEndHere(crashes_halfway))(scope, None, send)  # pyright: ignore[reportArgumentType]

        asyncio.run(ask())
        assert [message["type"] for message in sent] == ["http.response.start"]

    def test_of_a_layer_inside_the_real_ones(
        self, sqlite_runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ):
        def broken(inner: ASGIApp) -> ASGIApp:
            async def call(scope: Scope, receive: Receive, send: Send) -> None:
                await (crashes if scope["type"] == "http" else inner)(scope, receive, send)

            return call

        monkeypatch.setattr("app.main.HeadIsGet", broken)
        with serving(sqlite_runtime, clock) as service:
            answer = service.client.get("/v1/berichten")
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/interne-fout")
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "request_failed" in "".join(capfd.readouterr())


class TestCors:
    @pytest.fixture
    def open_(self, sqlite_runtime: Runtime, clock: Clock) -> Iterator[Service]:
        with serving(sqlite_runtime, clock, cors_origins=(PORTAL,)) as service:
            yield service

    def preflight(self, service: Service, path: str, origin: str) -> Any:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return service.client.options(path, headers=headers)

    def test_is_for_nobody_by_default(self, service: Service):
        answer = service.request("GET", "/v1/berichten", as_=GEMEENTE, headers={"Origin": PORTAL})
        assert "access-control-allow-origin" not in answer.headers
        assert "vary" not in answer.headers
        assert self.preflight(service, "/v1/berichten", PORTAL).status_code == 405

    def test_is_for_who_is_on_the_list(self, open_: Service):
        for path, status in (("/v1/berichten", 200), ("/v1/nergens", 404)):
            answer = open_.request("GET", path, as_=GEMEENTE, headers={"Origin": PORTAL})
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, PORTAL)
            assert "Origin" in answer.headers["vary"]

    @pytest.mark.parametrize("origin", [ELSEWHERE, "null", PORTAL + ".evil.example", PORTAL.upper(), ""])
    def test_is_not_for_another(self, origin: str, open_: Service):
        answer = open_.request("GET", "/v1/berichten", as_=GEMEENTE, headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers["vary"]
        assert self.preflight(open_, "/v1/berichten", origin).status_code == 405

    def test_says_what_may_be_asked(self, open_: Service):
        answer = self.preflight(open_, "/v1/berichten", PORTAL)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST"
        assert answer.headers["access-control-allow-headers"] == ASKED
        assert "content-type" not in answer.headers
        assert self.preflight(open_, "/v1/nergens", PORTAL).status_code == 404

    def test_of_the_description_is_for_everybody(self, service: Service):
        for origin in (ELSEWHERE, "null"):
            assert self.preflight(service, "/v1/openapi.json", origin).status_code == 204
            answer = service.client.get("/v1/openapi.json", headers={"Origin": origin})
            assert answer.headers["access-control-allow-origin"] == "*"

    @pytest.mark.parametrize("path", ["/v1/berichten", "/v1/openapi.json"])
    def test_never_with_credentials(self, path: str, open_: Service):
        answers = [self.preflight(open_, path, PORTAL), open_.client.get(path, headers={"Origin": PORTAL})]
        assert [one for one in answers if "access-control-allow-credentials" in one.headers] == []


class TestForm:
    @pytest.mark.parametrize(
        ("path", "accept", "status"),
        [
            ("/v1/berichten", "text/csv", 406),
            ("/v1/berichten", "application/json;q=0, */*;q=0", 406),
            ("/v1/berichten", "x", 406),
            ("/v1/berichten", "application/problem+json", 406),
            ("/v1/berichten", "application/*", 200),
            ("/v1/berichten", "text/html, */*;q=0.1", 200),
            ("/v1/berichten", "", 200),
            ("/v1/rapportages/termijnen", "text/csv", 200),
            ("/v1/rapportages/termijnen", "application/json", 200),
            ("/v1/rapportages/termijnen", "text/html", 406),
            ("/v1/openapi.json", "text/yaml", 200),
            ("/healthz", "text/plain", 200),
        ],
    )
    def test_is_one_that_is_accepted(self, path: str, accept: str, status: int, service: Service):
        answer = service.request("GET", path, as_=GEMEENTE, headers={"Accept": accept})
        assert answer.status_code == status
        if status == 406:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "/problems/vorm-niet-beschikbaar"

    def test_of_the_xml_of_a_bericht(self, service: Service, known: dict[str, str]):
        path = f"/v1/berichten/{known['301']}/xml"
        for accept, status in (("application/xml", 200), ("text/xml", 200), ("application/json", 406)):
            answer = service.request("GET", path, as_=GEMEENTE, headers={"Accept": accept})
            assert answer.status_code == status
            if status == 200:
                assert answer.headers["content-type"].partition(";")[0] == accept
                assert answer.headers["content-disposition"].startswith("attachment")

    def test_is_asked_before_anything_is_done(self, service: Service):
        headers = {"Content-Type": "application/xml", "Accept": "text/csv"}
        body = write(a_toewijzingsbericht(), "2.3")
        assert service.request("POST", "/v1/berichten", as_=GEMEENTE, content=body, headers=headers).status_code == 406
        assert service.berichten() == []

    def test_is_asked_of_who_has_a_key(self, service: Service):
        assert service.client.get("/v1/berichten", headers={"Accept": "text/csv"}).status_code == 401


async def never() -> AsyncIterator[bytes]:
    """A body of which nothing comes."""
    await asyncio.Event().wait()
    yield b""


async def stops(*chunks: bytes) -> AsyncIterator[bytes]:
    """A body of which the end does not come."""
    for chunk in chunks:
        yield chunk
    await asyncio.Event().wait()


async def read(pace: Pace, stream: AsyncIterator[bytes]) -> bytes:
    """What came of a body."""
    return b"".join([chunk async for chunk in pace.chunks(stream)])


class TestPace:
    @pytest.mark.parametrize("stream", [never, lambda: stops(b"x" * 10, b"x" * 10)])
    def test_is_asked_of_who_sends(self, stream: Any):
        with pytest.raises(TooSlow):
            asyncio.run(read(Pace(0.01, 1_000_000), stream()))

    def test_of_who_keeps_up_says_nothing(self):
        async def sends() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * 10

        assert asyncio.run(read(Pace(60, 1), sends())) == b"x" * 30

    def test_gives_time_for_what_came(self):
        """One second for each byte: after a hundred bytes there are a hundred seconds, not a hundredth."""

        async def begins() -> bytes:
            stream = Pace(0.01, 1).chunks(stops(b"x" * 100))
            first = await anext(stream)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), timeout=0.1)
            return first

        assert asyncio.run(begins()) == b"x" * 100

    @pytest.mark.parametrize(
        ("path", "kind"), [("/v1/berichten", "application/xml"), ("/v1/berichten/_zoek", "application/json")]
    )
    def test_ends_a_request(self, path: str, kind: str, sqlite_runtime: Runtime, clock: Clock):
        with serving(sqlite_runtime, clock, body_seconds=0.01) as service:
            key = service.key(GEMEENTE)
            headers = {"authorization": f"Bearer {key}", "content-type": kind, "content-length": "60000"}
            answer = asyncio.run(_dribble(cast("Any", service.client).app, path, headers))
        assert answer["status"] == 408
        assert answer["headers"][b"connection"] == b"close"
        assert answer["headers"][b"content-type"] == b"application/problem+json"


async def _dribble(application: Any, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """The beginning of the answer to a body of which one byte comes."""
    answered: list[Message] = []
    begun = False

    async def receive() -> Message:
        nonlocal begun
        if begun:
            await asyncio.Event().wait()
        begun = True
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 1), "root_path": "",
        "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    await application(scope, receive, send)
    return {"status": answered[0]["status"], "headers": dict(answered[0]["headers"])}


def test_what_the_router_refuses_in_another_way_is_a_problem_too():
    request = Request({"type": "http", "path": "/x", "headers": [], "query_string": b"", "server": ("x", 80)})
    for status, kind in ((400, "ongeldige-invoer"), (418, "ongeldige-invoer"), (502, "interne-fout")):
        answer = app.api.problems.http_exception_to_problem(request, HTTPException(status, detail=MARKER))
        assert f"/problems/{kind}".encode() in answer.body
        assert MARKER.encode() not in answer.body
