"""Everything that should not be sent: the answer says what and where, it is kept, nothing is booked, all stays well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.declaratie import Declaratie
from app.domain.refusals import InrichtingInvalid
from app.iwmo.releases import write
from app.processing.inrichtingen import load_files
from app.settings import PROJECT
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER, P1, WRONG_BSN
from tests.e2e.bad_messages import (
    ANSWERED,
    CLAIM,
    CLAIM_XML,
    FACTUURNUMMER,
    NEW,
    REFUSED,
    UNKNOWN_AANBIEDER,
    UNREADABLE,
)
from tests.e2e.notation import BASE, D, line, message_301, message_303, toewijzing
from tests.e2e.service import PARTIES, Service

MAX_BYTES = 25_000_000


@pytest.fixture
def service(service: Service) -> Service:
    """A service that knows the base toewijzingen."""
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)
    return service


def booked(service: Service) -> dict[str, Any]:
    """All that counts: toewijzingen with their budgets, declaraties, and what lies in each postbus."""
    toewijzingen = service.get("/v1/toewijzingen")["resultaten"]
    return {
        "toewijzingen": toewijzingen,
        "budget": {row["nummer"]: service.budget(row["nummer"]) for row in toewijzingen},
        "postbus": {party: [bericht["id"] for bericht in service.postbus(as_=party)] for party in PARTIES},
    }


def check_kept(service: Service, body: bytes, *, as_: str) -> dict[str, Any]:
    """The newest bericht of the party is these very bytes, refused."""
    bericht = service.berichten(as_=as_)[0]
    assert bericht["status"] == "afgekeurd"
    assert bericht["omvangBytes"] == len(body)
    assert service.xml(bericht["id"], as_=as_) == body
    assert [b["id"] for b in service.berichten(as_=as_, status="afgekeurd")] == [bericht["id"]]
    return bericht


def check_well(service: Service) -> None:
    """The service answers, and still takes what is right."""
    assert service.client.get("/healthz").status_code == service.client.get("/readyz").status_code == 200
    service.accept(message_301("A0199", "2019-05-14", toewijzing(1199, 5)), as_=GEMEENTE)
    goed = message_303("F199", P1, "2019-06-20", line("R0199", 1001, P1, 850, 100, D(85000)))
    assert service.read304(service.accept(goed, as_=AANBIEDER), as_=AANBIEDER).header.retour_codes == ("8001",)


def check_says_where(findings: list[dict[str, Any]], body: bytes) -> None:
    """Every finding is a sentence about a place in the body, and tells nobody's bsn, name or birth date."""
    lines = body.count(b"\n") + 1
    for finding in findings:
        assert finding["melding"].strip()
        assert finding["pad"].startswith("/")
        assert finding["regelnummer"] is None or 1 <= finding["regelnummer"] <= lines
    assert not any(secret in str(findings) for secret in (BSN_X, WRONG_BSN, "Testmans", "1979"))


class TestUnreadable:
    @pytest.mark.parametrize("name", UNREADABLE)
    def test_is_refused_and_kept(self, name: str, service: Service):
        bad, before = UNREADABLE[name], booked(service)
        problem = service.refuse(bad.body, as_=GEMEENTE)
        assert problem["type"] == "/problems/onleesbaar-bericht"
        assert bad.says in problem["detail"]
        (finding,) = problem["bevindingen"]
        assert bad.says in finding["melding"]
        if bad.line is not None:
            assert finding["regelnummer"] == bad.line
        check_says_where(problem["bevindingen"], bad.body)
        kept = check_kept(service, bad.body, as_=GEMEENTE)
        assert kept["bevindingen"] == problem["bevindingen"]
        assert booked(service) == before
        check_well(service)

    def test_of_an_aanbieder_is_kept_for_that_aanbieder_alone(self, service: Service):
        service.refuse(b"geen XML", as_=AANBIEDER)
        bericht = check_kept(service, b"geen XML", as_=AANBIEDER)
        for party in (GEMEENTE, OTHER_AANBIEDER):
            assert service.request("GET", f"/v1/berichten/{bericht['id']}", as_=party).status_code == 404


class TestRefused:
    @pytest.mark.parametrize("name", REFUSED)
    def test_is_refused_and_kept(self, name: str, service: Service):
        wrong, before = REFUSED[name], booked(service)
        problem = service.refuse(wrong.body, as_=wrong.as_, status=wrong.status)
        assert problem["type"] == f"/problems/{wrong.kind}"
        findings = problem.get("bevindingen", [])
        assert tuple((f["regel"], f["retourcode"], f["pad"]) for f in findings) == wrong.findings
        assert all(finding["regelnummer"] for finding in findings)
        check_says_where(findings, wrong.body)
        kept = check_kept(service, wrong.body, as_=wrong.as_)
        assert kept["bevindingen"] == findings
        assert booked(service) == before
        check_well(service)

    def test_of_another_party_is_not_shown_to_that_party(self, service: Service):
        service.refuse(CLAIM_XML, as_=OTHER_AANBIEDER, status=403)
        assert all(bericht["status"] != "afgekeurd" for bericht in service.berichten(as_=AANBIEDER))
        assert all(bericht["status"] != "afgekeurd" for bericht in service.berichten(as_=GEMEENTE))

    def test_301_uses_up_nothing(self, service: Service):
        service.refuse(REFUSED["wrong bsn in a 301"].body, as_=GEMEENTE)
        service.accept(message_301("A0101", "2019-05-14", toewijzing(1101, 5)), as_=GEMEENTE)


class TestAnswered:
    @pytest.mark.parametrize("name", ANSWERED)
    def test_303_gets_a_304_that_grants_nothing(self, name: str, service: Service):
        wrong, before = ANSWERED[name], booked(service)
        bericht = service.accept(wrong.body, as_=wrong.as_)
        assert bericht["status"] == wrong.kind
        findings = bericht["bevindingen"]
        assert tuple((f["regel"], f["retourcode"], f["pad"]) for f in findings) == wrong.findings
        check_says_where(findings, wrong.body)
        retour = service.read304(bericht, as_=wrong.as_)
        assert retour.header.toegekend_totaal_bedrag == D(0)
        codes = {code for client in retour.clienten for back in client.prestaties for code in back.retour_codes}
        assert codes | set(retour.header.retour_codes) - {"0200"} == {code for _, code, _ in wrong.findings}
        assert service.xml(bericht["id"], as_=wrong.as_) == wrong.body
        after = booked(service)
        assert (after["toewijzingen"], after["budget"]) == (before["toewijzingen"], before["budget"])
        check_well(service)

    def test_301_for_an_aanbieder_without_contract_is_accepted_with_a_warning(self, service: Service):
        bericht = service.accept(
            message_301("A0120", "2019-05-14", toewijzing(1120, 5), aanbieder=UNKNOWN_AANBIEDER), as_=GEMEENTE
        )
        (finding,) = bericht["bevindingen"]
        assert (finding["regel"], finding["ernst"]) == ("IWB-contract", "waarschuwing")
        assert finding["waarden"]["aanbieder"] == UNKNOWN_AANBIEDER


class TestVeryManyFindings:
    """On 1,002 lines, each with one finding."""

    @pytest.fixture
    def declaratie(self) -> Declaratie:
        return message_303("F9002", P1, "2019-06-20", *(line(f"R{n}", 9999, P1, 1, 100, D(100)) for n in range(1002)))

    def test_are_shown_as_far_as_a_thousand_and_each_line_has_its_code(self, declaratie: Declaratie, service: Service):
        bericht = service.accept(declaratie, as_=AANBIEDER)
        *shown, rest = bericht["bevindingen"]
        assert [finding["regel"] for finding in shown] == ["RC-0551"] * 1000
        assert (rest["melding"], rest["waarden"]) == ("Er zijn nog 2 bevindingen.", {"niet_getoond": 2})
        assert (bericht["status"], service.get(f"/v1/berichten/{bericht['id']}")["bevindingen"][-1]) == (
            "verwerkt",
            rest,
        )
        retour = service.read304(bericht, as_=AANBIEDER)
        (back,) = retour.clienten
        assert [prestatie.retour_codes for prestatie in back.prestaties] == [("0551",)] * 1002

    def test_are_not_more_in_a_dry_run(self, declaratie: Declaratie, service: Service):
        body = write(declaratie, "2.3")
        response = service.request(
            "POST",
            "/v1/berichten/_controleer",
            as_=AANBIEDER,
            content=body,
            headers={"Content-Type": "application/xml"},
        )
        assert len(response.json()["bevindingen"]) == 1001
        assert response.json()["antwoordXml"].count("0551") == 1002


class TestTheSameAgain:
    @pytest.mark.parametrize(("body", "as_"), [(NEW, GEMEENTE), (CLAIM_XML, AANBIEDER)], ids=["301", "303"])
    def test_gives_the_first_bericht_and_changes_nothing(self, body: bytes, as_: str, service: Service):
        first = service.accept(body, as_=as_)
        before, log = booked(service), service.berichten()
        again = service.post(body, as_=as_)
        assert (again.status_code, again.json()) == (200, first)
        assert again.headers["location"] == f"/v1/berichten/{first['id']}"
        assert (booked(service), service.berichten()) == (before, log)

    def test_303_under_a_used_number_is_answered_with_0030(self, service: Service):
        service.accept(CLAIM, as_=AANBIEDER)
        before = service.granted(1001)
        bericht = service.accept(CLAIM_XML + b"\n", as_=AANBIEDER)
        assert [(f["retourcode"], f["pad"]) for f in bericht["bevindingen"]] == [("0030", FACTUURNUMMER)]
        assert service.granted(1001) == before


def chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 1 << 20):
        yield body[start : start + (1 << 20)]


class TestSize:
    @pytest.mark.parametrize("chunked", [False, True], ids=["Content-Length", "chunked"])
    def test_one_byte_too_many_is_refused_and_not_kept(self, chunked: bool, service: Service):
        body, log = NEW.ljust(MAX_BYTES + 1), service.berichten()
        response = service.request(
            "POST",
            "/v1/berichten",
            as_=GEMEENTE,
            content=chunks(body) if chunked else body,
            headers={"Content-Type": "application/xml"},
        )
        assert response.status_code == 413
        assert response.json()["type"] == "/problems/te-groot"
        assert str(MAX_BYTES) in response.json()["detail"]
        assert service.berichten() == log
        check_well(service)

    def test_the_largest_is_taken(self, service: Service):
        places = (b"<wmo301:Client>", b"<wmo301:Beschikking>", b"</wmo301:Bericht>")
        body = NEW
        for place in places:  # no XML parser takes 25 MB of white space in one piece
            body = body.replace(place, b" " * ((MAX_BYTES - len(NEW)) // len(places)) + place)
        assert service.accept(body.ljust(MAX_BYTES), as_=GEMEENTE)["omvangBytes"] == MAX_BYTES

    def test_a_declared_size_is_believed_before_reading(self, service: Service):
        headers = {"Content-Type": "application/xml", "Content-Length": str(MAX_BYTES + 1)}
        response = service.request("POST", "/v1/berichten", as_=GEMEENTE, content=NEW, headers=headers)
        assert response.status_code == 413


OTHER_MEDIA_TYPES = (
    {"Content-Type": "application/json"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/xml; charset=iso-8859-1"},
    {"Content-Type": "application/xml", "Content-Encoding": "gzip"},
    {},
)


class TestMediaType:
    def test_another_is_refused_and_not_kept(self, service: Service):
        log = service.berichten()
        for headers in OTHER_MEDIA_TYPES:
            response = service.request("POST", "/v1/berichten", as_=GEMEENTE, content=NEW, headers=headers)
            kind = response.json()["type"]
            assert (response.status_code, kind) == (415, "/problems/mediatype-niet-ondersteund"), headers
        assert service.berichten() == log
        check_well(service)

    @pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "text/xml; charset=UTF-8"])
    def test_xml_is_taken(self, media_type: str, service: Service):
        headers = {"Content-Type": media_type}
        response = service.request("POST", "/v1/berichten", as_=GEMEENTE, content=NEW, headers=headers)
        assert response.status_code == 201


class TestInrichting:
    def test_a_file_with_an_error_names_the_line_and_changes_nothing(self, service: Service):
        file: Path = PROJECT / "fixtures" / "inrichting" / "fout" / "contract-onbekend-product.yaml"
        before = service.get("/v1/contracten")["resultaten"]
        with pytest.raises(InrichtingInvalid) as refusal:
            load_files(service.runtime, [file])
        (finding,) = refusal.value.findings
        assert (finding.regelnummer, finding.waarden["bestand"]) == (14, str(file))
        assert service.get("/v1/contracten")["resultaten"] == before
        check_well(service)
