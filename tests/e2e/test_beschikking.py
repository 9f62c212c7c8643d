"""The beschikking over HTTP: for the gemeente only, as a page or as a PDF, as it was granted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from httpx2 import Response
from pypdf import PdfReader

from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders.toekenning import FIRST, SECOND, STEENWIJKERLAND, UNCONTRACTED, toekenning_json
from tests.e2e.service import BEHEER, Clock, Service, a_runtime, serving

FIXTURES = PROJECT / "fixtures" / "inrichting"
OTHER_GEMEENTE = "0384"
CLIENT_FACTS = ("bsn", "geboortedatum")


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland, early in 2018."""
    clock = Clock()
    clock.today = date(2018, 1, 2)
    runtime = a_runtime(storage, schemas, clock, FIXTURES / "steenwijkerland-2018.yaml")
    with serving(runtime, clock) as running:
        yield running


def grant(service: Service, **changes: Any) -> dict[str, Any]:
    body = toekenning_json() | changes
    response = service.request(
        "POST",
        "/v1/toekenningen",
        as_=STEENWIJKERLAND,
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 201, response.text
    return response.json()


def ask(service: Service, toekenning: dict[str, Any], *, as_: str = STEENWIJKERLAND, accept: str = "*/*", **query: Any):
    href = toekenning["_links"]["beschikking"]["href"]
    return service.request("GET", href, as_=as_, headers={"Accept": accept}, params=query or None)


def words(response: Response) -> str:
    if response.headers["content-type"] == "application/pdf":
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    else:
        text = response.text
    return " ".join(text.split())


class TestBeschikking:
    def test_says_what_was_granted(self, service: Service):
        toekenning = grant(service)
        for accept in ("text/html", "application/pdf"):
            said = words(ask(service, toekenning, accept=accept))
            for expected in ("Gemeente Steenwijkerland", "169 uur", "67,6 dagdelen", "33,8 etmalen", "€ 990,00"):
                assert expected in said, (accept, expected)

    @pytest.mark.parametrize(
        ("accept", "formaat", "expected"),
        [
            ("*/*", None, "text/html; charset=utf-8"),
            ("application/pdf", None, "application/pdf"),
            ("text/html, application/pdf;q=0.9", None, "text/html; charset=utf-8"),
            ("application/*", None, "application/pdf"),
            ("text/html", "pdf", "application/pdf"),
            ("application/pdf", "html", "text/html; charset=utf-8"),
        ],
    )
    def test_comes_in_the_form_that_was_asked(self, service: Service, accept: str, formaat: str | None, expected: str):
        query = {"formaat": formaat} if formaat else {}
        response = ask(service, grant(service), accept=accept, **query)
        assert (response.status_code, response.headers["content-type"]) == (200, expected)
        assert response.headers["cache-control"] == "no-store"
        assert response.content.startswith(b"%PDF-") == (expected == "application/pdf")

    def test_a_form_that_there_is_not_cannot_be_had(self, service: Service):
        assert ask(service, grant(service), accept="image/png, ,;q=x").status_code == 406

    def test_an_unknown_form_is_refused(self, service: Service):
        assert ask(service, grant(service), formaat="docx").status_code == 400

    def test_holds_no_bsn_birth_date_or_usage(self, service: Service):
        toekenning = grant(service)
        client = toekenning_json()["client"]
        for accept in ("text/html", "application/pdf"):
            said = words(ask(service, toekenning, accept=accept))
            assert [fact for fact in CLIENT_FACTS if client[fact] in said] == []
            for hidden in ("0,65", "65 %", "65%", "260"):
                assert hidden not in said

    def test_nobody_else_sees_that_it_is_there(self, service: Service):
        toekenning = grant(service)
        for party in (FIRST, SECOND, OTHER_GEMEENTE, BEHEER):
            for accept in ("text/html", "application/pdf"):
                response = ask(service, toekenning, as_=party, accept=accept)
                assert response.status_code == 404
                assert response.headers["content-type"] == "application/problem+json"
        unknown = {
            "_links": {"beschikking": {"href": "/v1/toekenningen/00000000-0000-7000-8000-000000000000/beschikking"}}
        }
        assert ask(service, unknown).status_code == 404

    def test_a_second_aanbieder_stands_on_it_with_its_part(self, service: Service):
        toekenning = grant(service, tweedeAanbieder={"agb": SECOND, "budgetPerPeriode": 300})
        said = words(ask(service, toekenning, accept="application/pdf"))
        for expected in ("€ 690,00", "€ 300,00", "€ 990,00"):
            assert expected in said

    def test_an_onderaannemer_does_not(self, service: Service):
        toekenning = grant(service, tweedeAanbieder={"agb": UNCONTRACTED, "budgetPerPeriode": 300})
        assert toekenning["onderaannemer"] == UNCONTRACTED
        said = words(ask(service, toekenning))
        assert UNCONTRACTED not in said
        assert "300,00" not in said

    def test_of_etmalen_counts_etmalen(self, service: Service):
        body = {"indicatie": None, "etmalen": {"product": "04A01", "aantalPerPeriode": 4}}
        said = words(ask(service, grant(service, **body)))
        assert "Kortdurend verblijf" in said
        assert "52 etmalen" in said
        assert "€ 378,00" in said

    def test_the_page_shows_what_a_client_wrote_as_text(self, service: Service):
        attack = "<script>alert(1)</script>"
        resultaat = toekenning_json()["resultaten"][0] | {"omschrijving": attack}
        response = ask(service, grant(service, resultaten=[resultaat]), accept="text/html")
        assert attack not in response.text
        assert "&lt;script&gt;" in response.text
        assert "script-src" not in response.headers["content-security-policy"]
        assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_head_is_get_without_body(service: Service):
    toekenning = grant(service)
    response = service.request("HEAD", toekenning["_links"]["beschikking"]["href"], as_=STEENWIJKERLAND)
    assert (response.status_code, response.content) == (200, b"")
