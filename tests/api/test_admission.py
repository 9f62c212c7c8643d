"""At the door: where a request came from, how often one may knock, and that all of it comes before the body."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.requests import Request

from app.api.origin import BehindProxies, herkomst_of, via_proxy
from app.domain.principal import Herkomst, Rol
from app.processing.key_grants import Grant
from app.processing.keys import all_keys, create_key, issue_key
from app.processing.runtime import Runtime
from tests.builders import AANBIEDER, BSN_X, GEMEENTE
from tests.e2e.service import ADAPTER, Clock, Service, serving

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PROXIES = [ip_network("10.1.0.0/24"), ip_network("2001:db8:1::/48")]


@contextmanager
def limited(runtime: Runtime, clock: Clock, **limits: int) -> Iterator[Service]:
    with serving(runtime, clock, **limits) as running:
        yield running


async def arrived(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> tuple[Request, Herkomst]:
    """The request as it is behind the proxies."""
    seen: list[Request] = []

    async def inside(scope: Any, receive: Any, _send: Any) -> None:
        seen.append(Request(scope, receive))

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "server": ("testserver", 80),
        "scheme": scheme,
        "client": (peer, 4711) if peer else None,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    await BehindProxies(inside, PROXIES)(scope, None, None)  # type: ignore[arg-type]
    return seen[0], herkomst_of(seen[0])


class TestAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "adres"),
        [
            ("192.0.2.1", [], "192.0.2.1"),
            ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # nobody that we know says so
            ("10.1.0.4", ["198.51.100.7"], "198.51.100.7"),
            ("10.1.0.4", ["203.0.113.66, 198.51.100.7"], "198.51.100.7"),  # what came before it, anybody may say
            ("10.1.0.4", ["203.0.113.66", "198.51.100.7"], "198.51.100.7"),
            ("10.1.0.4", ["198.51.100.7, 10.1.0.9"], "198.51.100.7"),  # two proxies of ours
            ("10.1.0.4", ["198.51.100.7:1234"], "198.51.100.7"),
            ("10.1.0.4", ["[2001:db8:2::7]:1234"], "2001:db8:2::7"),
            ("2001:db8:1::4", ["2001:db8:2::7"], "2001:db8:2::7"),
            ("::ffff:10.1.0.4", ["198.51.100.7"], "198.51.100.7"),
            ("10.1.0.4", [], "10.1.0.4"),
            ("10.1.0.4", ["onbekend"], "10.1.0.4"),
            ("10.1.0.4", ["198.51.100.7, onbekend"], "10.1.0.4"),
            ("10.1.0.4", [""], "10.1.0.4"),
            (None, ["198.51.100.7"], None),
        ],
    )
    @pytest.mark.anyio
    async def test_is_that_of_the_peer_or_what_a_proxy_of_ours_says(
        self, peer: str | None, forwarded: list[str], adres: str | None
    ):
        request, herkomst = await arrived(peer, *(("X-Forwarded-For", said) for said in forwarded))
        assert herkomst.adres == adres
        assert via_proxy(request) == (peer is not None and peer not in {"192.0.2.1"})

    @pytest.mark.parametrize(("peer", "scheme"), [("10.1.0.4", "https"), ("192.0.2.1", "http")])
    @pytest.mark.anyio
    async def test_the_scheme_too(self, peer: str, scheme: str):
        request, _ = await arrived(peer, ("X-Forwarded-Proto", "https"))
        assert request.url.scheme == scheme

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"


class TestTrace:
    @pytest.mark.anyio
    async def test_goes_on(self):
        _, herkomst = await arrived("192.0.2.1", ("traceparent", f"00-{TRACE}-{SPAN}-01"))
        assert (herkomst.trace_id, herkomst.parent_span_id) == (TRACE, SPAN)
        assert herkomst.span_id not in {SPAN, "0" * 16}

    @pytest.mark.parametrize(
        "said",
        [
            "",
            f"00-{TRACE}-{SPAN}",
            f"00-{TRACE.upper()}-{SPAN}-01",
            f"00-{'0' * 32}-{SPAN}-01",
            f"00-{TRACE}-{'0' * 16}-01",
            f"ff-{TRACE}-{SPAN}-01",
            f"00-{TRACE}-{SPAN}-01-x",
            f"00-{TRACE[1:]}-{SPAN}-01",
        ],
    )
    @pytest.mark.anyio
    async def test_or_begins_here(self, said: str):
        (_, one), (_, other) = [await arrived("192.0.2.1", ("traceparent", said)) for _ in range(2)]
        assert one.parent_span_id is None
        assert len({one.trace_id, other.trace_id, TRACE}) == 3
        assert (len(one.trace_id), len(one.span_id)) == (32, 16)

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"


class TestReden:
    @pytest.mark.parametrize(
        ("said", "reden"),
        [
            ([], None),
            ([("Reden", "")], None),
            ([("Reden", "bezwaar 2026-17")], "bezwaar 2026-17"),
            ([("X-Reden", "bezwaar")], "bezwaar"),
            ([("Reden", "be%C3%ABindiging%0D%0Ax")], "beëindigingx"),
            ([("Reden", "beëindiging".encode().decode("latin-1"))], "beëindiging"),
            ([("Reden", "x" * 500)], "x" * 200),
            ([("Reden", "over 999900006 gevraagd")], "over … gevraagd"),
            ([("Reden", "over 9999 00 006, 9999.00.006 en 9999-00/006")], "over …, … en …"),
            ([("Reden", "over 9999%C2%A000%C2%A0006 en 9 9 9 9 0 0 0 1 8")], "over … en …"),
            ([("Reden", "x" * 195 + "999900006")], "x" * 195 + "…"),
            ([("Reden", "zaak 2026-17, 12 345 678")], "zaak 2026-17, 12 345 678"),
        ],
    )
    @pytest.mark.anyio
    async def test_is_one_line_without_a_bsn(self, said: list[tuple[str, str]], reden: str | None):
        _, herkomst = await arrived("192.0.2.1", *said)
        assert herkomst.reden == reden

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"


class TestLimits:
    def _is_429(self, answer: Any) -> bool:
        if answer.status_code != 429:
            return False
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["type"] == "/problems/te-veel-vragen"
        return True

    def test_too_many_requests_of_one_key(self, sqlite_runtime: Runtime, clock: Clock):
        with limited(sqlite_runtime, clock, requests_per_second=1) as service:
            answers = [service.request("GET", "/v1/producten", as_=GEMEENTE) for _ in range(25)]
            assert any(map(self._is_429, answers))
            assert answers[0].status_code == 200
            assert service.request("GET", "/v1/producten", as_=AANBIEDER).status_code == 200
            assert service.client.get("/healthz").status_code == 200

    def test_it_comes_before_the_body(self, sqlite_runtime: Runtime, clock: Clock):
        def body() -> Iterator[bytes]:
            pytest.fail("the body is not asked for")
            yield b""

        with limited(sqlite_runtime, clock, requests_per_second=1) as service:
            for _ in range(25):
                service.request("GET", "/v1/producten", as_=GEMEENTE)
            headers = {"Authorization": f"Bearer {service.key(GEMEENTE)}", "Content-Type": "text/plain"}
            assert self._is_429(service.client.post("/v1/berichten", headers=headers))

    def test_over_soap_it_is_a_fault(self, sqlite_runtime: Runtime, clock: Clock):
        with limited(sqlite_runtime, clock, requests_per_second=1) as service:
            answers = [service.request("POST", "/soap/ggk0210", as_=ADAPTER, content=b"x") for _ in range(25)]
            (refused, *_) = [answer for answer in answers if answer.status_code == 429]
            assert int(refused.headers["retry-after"]) >= 1
            assert refused.headers["content-type"].startswith("text/xml")
            assert b"Fault" in refused.content

    def test_a_guesser_of_bsns_is_stopped_and_learns_nothing(self, sqlite_runtime: Runtime, clock: Clock):
        with limited(sqlite_runtime, clock, bsn_searches_per_minute=5) as service:
            answers = [
                service.request("POST", "/v1/berichten/_zoek", as_=AANBIEDER, json={"bsn": bsn})
                for bsn in [BSN_X, "999900006", "999900018"] * 8
            ]
            found = [answer for answer in answers if answer.status_code == 200]
            assert 5 <= len(found) <= 10  # a minute may end meanwhile
            assert {answer.text for answer in found} == {found[0].text}
            assert all(self._is_429(answer) for answer in answers if answer not in found)
            assert service.request("GET", "/v1/berichten", as_=AANBIEDER).status_code == 200

    def test_wrong_keys_of_one_address_and_whoever_has_a_right_one(self, sqlite_runtime: Runtime, clock: Clock):
        with limited(sqlite_runtime, clock, failures_per_minute=5) as service:
            wrong = {"Authorization": f"Bearer {service.key(GEMEENTE)[:-1]}x"}
            answers = [service.client.get("/v1/producten", headers=wrong) for _ in range(25)]
            assert answers[0].status_code == 401
            assert any(map(self._is_429, answers))
            assert {answer.status_code for answer in answers} == {401, 429}
            assert service.request("GET", "/v1/producten", as_=GEMEENTE).status_code == 200


class TestKeys:
    def test_use_is_known(self, service: Service):
        key = service.key(GEMEENTE)
        assert all_keys(service.runtime)[0].laatst_gebruikt is None
        service.get("/v1/producten", as_=GEMEENTE)
        assert all_keys(service.runtime)[0].laatst_gebruikt is not None
        assert key

    @pytest.mark.parametrize(
        "headers",
        [
            [("Authorization", "Basic {}")],
            [("Authorization", "{}")],
            [("Authorization", "Bearer")],
            [("Authorization", "Bearer {}"), ("Authorization", "Bearer {}")],
            [("Cookie", "key={}")],
            [("X-Api-Key", "{}")],
        ],
    )
    def test_a_key_elsewhere_is_no_key(self, headers: list[tuple[str, str]], service: Service):
        key = service.key(GEMEENTE)
        sent = [(name, value.format(key)) for name, value in headers]
        assert service.client.get("/v1/producten", headers=sent).status_code == 401
        assert service.client.get(f"/v1/producten?access_token={key}").status_code == 401

    def test_the_network_is_that_of_the_caller_behind_the_proxy(self, sqlite_runtime: Runtime, clock: Clock):
        grant = Grant(rol=Rol.BEHEER, netwerken=("198.51.100.0/24",))
        headers = {"Authorization": f"Bearer {issue_key(sqlite_runtime, grant)}", "X-Forwarded-For": "198.51.100.7"}
        with limited(sqlite_runtime, clock) as service:
            assert service.client.get("/metrics", headers=headers).status_code == 401

    def test_the_wsdl_is_for_every_key(self, service: Service):
        bureau = create_key(service.runtime, rol=Rol.SERVICEBUREAU, aanbieders=["98000077"], naam="")
        for key in (service.key(GEMEENTE), service.key("beheer"), service.key(ADAPTER), bureau):
            answer = service.client.get("/soap/ggk0210?wsdl", headers={"Authorization": f"Bearer {key}"})
            assert (answer.status_code, b"definitions" in answer.content) == (200, True)
        assert service.client.get("/soap/ggk0210?wsdl").status_code == 401
