"""Every refusal and failure is a problem document that tells nothing but what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.api.headers import HEADERS
from app.api.problems import KIND_BY_REFUSAL, add_problem_handlers
from app.domain.refusals import Refusal, TooManyRequests
from app.domain.retour import Finding
from app.processing.runtime import Runtime
from app.storage.base import Storage
from tests.builders import GEMEENTE
from tests.e2e.service import Clock, Service, serving

MARKER = "999900006"
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"
GETS = (
    "/healthz",
    "/readyz",
    "/docs",
    "/docs/start.js",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
    "/v1/openapi.json",
    "/v1/berichten",
    "/v1/postbus",
    "/v1/toewijzingen",
    "/v1/declaraties",
    "/v1/cak-perioden/2019",
    "/v1/producten",
    "/v1/contracten",
    "/v1/retourcodes/9321",
)


DIFFERENT = {("/v1/openapi.json", "Cache-Control"): "no-cache"}
"""Its ETag says whether what a caller has is still right."""


def kinds_of(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in refusal.__subclasses__():
        yield kind
        yield from kinds_of(kind)


class TestRefusals:
    def test_each_has_its_status_and_type(self):
        assert set(KIND_BY_REFUSAL) == set(kinds_of(Refusal))
        names = [kind.name for kind in KIND_BY_REFUSAL.values()]
        assert len(set(names)) == len(names)
        assert all(400 <= kind.status < 500 or kind.status == 503 for kind in KIND_BY_REFUSAL.values())

    @pytest.mark.parametrize("refusal", KIND_BY_REFUSAL, ids=lambda refusal: refusal.__name__)
    def test_each_is_answered_as_the_table_says(self, refusal: type[Refusal], sqlite_runtime: Runtime):
        app = FastAPI()
        app.state.runtime = sqlite_runtime
        add_problem_handlers(app)
        findings = tuple(
            Finding(regel=regel, retourcode="9321", pad="/Bericht", melding="Zo is het.", waarden={"volume": 3})
            for regel in ("TR321", "TR322")
        )

        @app.get("/x")
        def decline() -> None:
            made = TooManyRequests("", retry_after=5) if refusal is TooManyRequests else refusal("")
            made.detail, made.findings = "Het kan niet.", findings
            raise made

        answer = TestClient(app).get("/x")
        kind = KIND_BY_REFUSAL[refusal]
        assert answer.status_code == kind.status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert [finding.pop("regel") for finding in problem["bevindingen"]] == ["TR321", "TR322"]
        assert problem.pop("bevindingen")[0] == {
            "retourcode": "9321",
            "pad": "/Bericht",
            "regelnummer": None,
            "melding": "Zo is het.",
            "waarden": {"volume": 3},
            "ernst": "fout",
        }
        assert problem == {
            "type": f"/problems/{kind.name}",
            "title": kind.title,
            "status": kind.status.value,
            "detail": "Het kan niet.",
            "instance": "/x",
        }

    def test_the_contract_names_these(self):
        kinds = {kind.name: kind.status for kind in KIND_BY_REFUSAL.values()}
        assert kinds["onleesbaar-bericht"] == kinds["afgekeurd-bericht"] == 400
        statuses = {refusal.__name__: kind.status.value for refusal, kind in KIND_BY_REFUSAL.items()}
        assert statuses["DifferentBericht"] == 409
        assert statuses["TooLarge"] == 413
        assert statuses["MediaTypeNotSupported"] == 415
        assert statuses["NotAuthenticated"] == 401


class TestKey:
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer iwmo_0000000000000000_x",
            "Bearer iwmo__",
            "Bearer iwmo_\u00fc_\u00fc",
            "Basic aXdtbzp4",
            "Bearer " + "x" * 20_000,
        ],
    )
    def test_is_needed(self, header: str | None, service: Service):
        headers = {} if header is None else {"Authorization": header.encode("latin-1")}
        answer = service.client.get("/v1/berichten", headers=headers)  # pyright: ignore[reportArgumentType]
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "/problems/geen-geldige-sleutel"

    def test_needs_its_own_secret(self, service: Service):
        own, other = service.key(GEMEENTE), service.key("42420001")
        keyid, secret = own.split("_")[1], other.split("_", 2)[2]
        mixed = {"Authorization": f"Bearer iwmo_{keyid}_{secret}"}
        assert service.client.get("/v1/berichten", headers=mixed).status_code == 401
        assert service.client.get("/v1/berichten", headers={"Authorization": f"bearer {own}"}).status_code == 200

    def test_is_asked_before_anything_else_is_judged(self, service: Service):
        assert service.client.get("/v1/berichten?limiet=x").status_code == 401
        assert service.client.post("/v1/berichten/_zoek", content=b"{").status_code == 401
        assert service.client.post("/v1/berichten", content=b"x" * 100).status_code == 401


class TestInvalidInput:
    @pytest.mark.parametrize(
        ("path", "pad", "says"),
        [
            ("/v1/berichten?soort=WMO999", "query.soort", "Kies uit 'WMO301'"),
            ("/v1/berichten?richting=MARKER", "query.richting", "'inkomend' of 'uitgaand'"),
            ("/v1/berichten?status=MARKER", "query.status", "Kies uit"),
            ("/v1/berichten?van=MARKER", "query.van", "jjjj-mm-dd"),
            ("/v1/berichten?van=2019-02-29", "query.van", "jjjj-mm-dd"),
            ("/v1/berichten?tot=1514764800", "query.tot", "jjjj-mm-dd"),
            ("/v1/berichten?tot=2019-06-20T00:00:00", "query.tot", "jjjj-mm-dd"),
            ("/v1/berichten?tot=2019-W01-1", "query.tot", "jjjj-mm-dd"),
            ("/v1/berichten?afzender=MARKER", "query.afzender", ""),
            ("/v1/berichten?afzender=%00", "query.afzender", ""),
            ("/v1/berichten?ontvanger=Jansen", "query.ontvanger", ""),
            ("/v1/berichten?identificatie=%00", "query.identificatie", ""),
            ("/v1/berichten?identificatie=MARKERMARKERMARKER", "query.identificatie", "20"),
            ("/v1/berichten?limiet=0", "query.limiet", "1 of meer"),
            ("/v1/berichten?limiet=501", "query.limiet", "500 of minder"),
            ("/v1/berichten?limiet=-1", "query.limiet", "1 of meer"),
            ("/v1/berichten?limiet=MARKERx", "query.limiet", "geheel getal"),
            ("/v1/berichten?limiet=" + "9" * 5000, "query.limiet", ""),
            ("/v1/berichten?na=MARKER", "query.na", ""),
            ("/v1/berichten?na=%00", "query.na", ""),
            ("/v1/declaraties?na=MARKER", "query.na", ""),
            ("/v1/declaraties?status=MARKER", "query.status", "'verwerkt' of 'afgekeurd'"),
            ("/v1/declaraties?jaar=2019&periode=14", "query.periode", "13 of minder"),
            ("/v1/declaraties?jaar=MARKER", "query.jaar", ""),
            ("/v1/declaraties?aanbieder=MARKERx", "query.aanbieder", ""),
            ("/v1/toewijzingen?na=MARKERx", "query.na", ""),
            ("/v1/toewijzingen?na=99999999999999999999", "query.na", ""),
            ("/v1/toewijzingen?product=%00", "query.product", ""),
            ("/v1/toewijzingen?actiefOp=MARKER", "query.actiefOp", "jjjj-mm-dd"),
            ("/v1/toewijzingen?aanbieder=%00", "query.aanbieder", ""),
            ("/v1/postbus?limiet=501", "query.limiet", "500 of minder"),
            ("/v1/cak-perioden/MARKERx", "path.jaar", "geheel getal"),
        ],
    )
    def test_names_the_part_and_not_the_value(self, path: str, pad: str, says: str, service: Service):
        answer = service.request("GET", path.replace("MARKER", MARKER), as_=GEMEENTE)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        problem = answer.json()
        assert problem["type"] == "/problems/ongeldige-invoer"
        (part,) = problem["bevindingen"]
        assert part["pad"] == pad
        assert says in part["melding"]
        assert MARKER not in str({**problem, "instance": ""})

    def test_names_every_part(self, service: Service):
        problem = service.request("GET", "/v1/berichten?soort=x&limiet=0&van=y", as_=GEMEENTE).json()
        assert [part["pad"] for part in problem["bevindingen"]] == ["query.soort", "query.van", "query.limiet"]

    def test_that_is_not_known_is_ignored(self, service: Service):
        assert service.request("GET", "/v1/berichten?onbekend=1", as_=GEMEENTE).status_code == 200


class TestNotThere:
    @pytest.mark.parametrize(
        "path",
        [
            "/v1",
            "/v1/",
            "/v1/berichten/",
            "/v1/postbus/",
            "/v1//berichten",
            "/v1/Berichten",
            "/healthz/",
            f"/v1/berichten/{UNKNOWN_ID}",
            f"/v1/berichten/{UNKNOWN_ID}/",
            f"/v1/berichten/{UNKNOWN_ID}/xml",
            f"/v1/declaraties/{UNKNOWN_ID}",
            "/v1/berichten/x",
            "/v1/berichten/%00",
            "/v1/berichten/%F0%9F%98%80/xml",
            "/v1/berichten/" + "a" * 9000,
            "/v1/declaraties/%00",
            "/v1/declaraties/" + "9" * 9000,
            "/v1/toewijzingen/0384/%00",
            "/v1/toewijzingen/%00/1001",
            "/v1/toewijzingen/0384/" + "9" * 9000,
            "/v1/toewijzingen/0384/%F0%9F%98%80/budget",
            "/v1/toewijzingen/0384/1001x/budget",
            "/v1/toewijzingen/0384/-1",
            "/v1/toewijzingen/0384/%D9%A1%D9%A2",
            "/v1/cak-perioden/1800",
            "/v1/cak-perioden/9999",
            "/v1/cak-perioden/-5",
            "/v1/retourcodes/%00",
            "/v1/retourcodes/0000",
            "/v1/retourcodes/" + "9" * 9000,
        ],
    )
    def test_is_404_and_never_more(self, path: str, service: Service):
        answer = service.request("GET", path, as_=GEMEENTE, follow_redirects=False)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/niet-gevonden"


class TestMethods:
    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/v1/berichten", "GET, HEAD, POST"),
            ("/v1/berichten/_zoek", "POST"),
            ("/v1/berichten/_controleer", "POST"),
            (f"/v1/berichten/{UNKNOWN_ID}", "GET, HEAD"),
            ("/v1/postbus", "GET, HEAD"),
            (f"/v1/postbus/{UNKNOWN_ID}/_ontvangen", "POST"),
            ("/healthz", "GET, HEAD"),
            ("/docs", "GET, HEAD"),
            ("/v1/openapi.json", "GET, HEAD"),
        ],
    )
    @pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"])
    def test_that_are_not_there_name_those_that_are(self, method: str, path: str, allowed: str, service: Service):
        answer = service.request(method, path, as_=GEMEENTE)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.json()["type"] == "/problems/methode-niet-toegestaan"

    @pytest.mark.parametrize("path", ["/v1/berichten/_zoek", "/v1/berichten/_controleer"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_reading_what_is_asked_by_post(self, method: str, path: str, service: Service):
        answer = service.request(method, path, as_=GEMEENTE)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("path", GETS)
    def test_head_is_get_without_a_body(self, path: str, service: Service):
        full, head = (service.request(method, path, as_=GEMEENTE) for method in ("GET", "HEAD"))
        assert (full.status_code, head.status_code) == (200, 200)
        assert head.content == b""
        assert full.content
        assert dict(head.headers) == dict(full.headers)

    def test_head_of_what_is_not_there(self, service: Service):
        answer = service.request("HEAD", f"/v1/berichten/{UNKNOWN_ID}", as_=GEMEENTE)
        assert (answer.status_code, answer.content) == (404, b"")


class TestHeaders:
    @pytest.mark.parametrize("path", [*GETS, "/nergens", f"/v1/berichten/{UNKNOWN_ID}", "/v1/berichten?limiet=0"])
    def test_are_on_every_answer(self, path: str, service: Service):
        headers = service.request("GET", path, as_=GEMEENTE).headers
        for name, value in HEADERS.items():
            expected = DIFFERENT.get((path, name), value)
            assert headers[name] == expected or (name == "Content-Security-Policy" and path.startswith("/docs"))
        assert headers["API-Version"] == "1.0.0"
        assert headers.get("access-control-allow-origin") == ("*" if path == "/v1/openapi.json" else None)


def broken(_storage: Storage) -> Any:
    """What asks a database that fails, with a client in the text of the error and of its cause."""
    raise RuntimeError(f"client {MARKER}") from ValueError(f"bsn {MARKER}")


class TestFailure:
    @pytest.mark.parametrize("log_format", ["console", "json"])
    def test_says_nothing_and_logs_the_place_only(
        self, log_format: str, sqlite_runtime: Runtime, clock: Clock, capfd: pytest.CaptureFixture[str]
    ):
        with serving(sqlite_runtime, clock, log_format=log_format) as service, pytest.MonkeyPatch.context() as patch:
            key = service.key(GEMEENTE)
            patch.setattr(Storage, "reading", broken)
            answer = service.client.get("/v1/berichten", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["API-Version"] == "1.0.0"
        assert answer.json() == {
            "type": "/problems/interne-fout",
            "title": "Er ging iets mis",
            "status": 500,
            "detail": "Probeer het later opnieuw; blijft het misgaan, meld het dan.",
            "instance": "/v1/berichten",
        }
        logged = "".join(capfd.readouterr())
        assert "request_failed" in logged
        assert "RuntimeError" in logged
        assert "ValueError" in logged
        assert "test_problems.py" in logged
        assert MARKER not in logged
