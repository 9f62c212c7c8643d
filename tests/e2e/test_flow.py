"""Messages that follow on each other: several aanbieders, retours, servicebureaus, versions, repeats, dry runs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.toewijzing import Client, Toewijzingsbericht
from app.iwmo.releases import write
from app.processing.inrichtingen import load_files
from tests import builders as a
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, OTHER_AANBIEDER, P1, P2, P3
from tests.e2e.notation import (
    BASE,
    T1,
    C,
    D,
    Returned,
    answer,
    answer_of,
    client,
    day,
    granted,
    line,
    message_301,
    message_303,
    second_version,
    toewijzing,
)
from tests.e2e.service import Service

SERVICEBUREAU, OTHER_SERVICEBUREAU = "98000001", "98000002"


def load_contract(service: Service, folder: Path, aanbieder: str, terms: str) -> None:
    """Give the aanbieder another contract from 2018 on."""
    file = folder / "contract.yaml"
    file.write_text(
        f'gemeente: {{code: "{GEMEENTE}"}}\naanbieders:\n  - agb: "{aanbieder}"\n    contracten:\n'
        f'      - {{geldigVanaf: 2018-01-01, producten: ["02A01"], {terms}}}\n'
    )
    assert load_files(service.runtime, [file]) == [GEMEENTE]


def claim(nummer: str, toewijzing_nummer: int = 1001, **header: Any):
    """A 303 of 850 in P1."""
    return message_303(
        nummer, P1, "2019-06-20", line(f"R-{nummer}", toewijzing_nummer, P1, 850, 100, D(85000)), **header
    )


def settled(service: Service, declaratie: Any, *, as_: str = AANBIEDER) -> Any:
    """What the 304 on a new 303 says."""
    return answer_of(service.read304(service.accept(declaratie, as_=as_), as_=as_))


def at(aanbieder: str, *nummers: int, bsn: str = BSN_X, others: tuple[Any, ...] = ()) -> Client:
    """A client of 2.1 with these products at one aanbieder, beside others."""
    own = tuple(toewijzing(nummer, 10, aanbieder=aanbieder) for nummer in nummers)
    found = client(*others, *own, bsn=bsn)
    return replace(found, beschikking=replace(found.beschikking, beschikt_producten=(a.a_beschikt_product(),)))


BOTH = a.a_toewijzingsbericht(
    at(OTHER_AANBIEDER, 2001, others=(toewijzing(1001, 850, aanbieder=AANBIEDER),)),
    at(OTHER_AANBIEDER, 2002, bsn=BSN_Y),
)


class TestSeveralAanbieders:
    def test_each_gets_a_301_with_its_own_products_in_the_release_of_its_contract(
        self, service: Service, tmp_path: Path
    ):
        load_contract(service, tmp_path, OTHER_AANBIEDER, 'release: "2.1"')
        bericht = service.accept(BOTH, as_=GEMEENTE, release="2.1")
        for aanbieder, release, nummers in ((AANBIEDER, "2.3", [1001]), (OTHER_AANBIEDER, "2.1", [2001, 2002])):
            (derived,) = service.berichten(as_=aanbieder, soort="WMO301")
            assert (derived["release"], derived["ontvanger"]) == (release, aanbieder)
            assert [b["id"] for b in service.postbus(as_=aanbieder) if b["soort"] == "WMO301"] == [derived["id"]]
            body = service.xml(derived["id"], as_=aanbieder)
            content = service.read(body)
            assert isinstance(content, Toewijzingsbericht)
            products = [p for each in content.clienten for p in each.beschikking.toegewezen_producten]
            assert [product.toewijzing_nummer for product in products] == nummers
            assert ({AANBIEDER, OTHER_AANBIEDER} - {aanbieder}).pop().encode() not in body
            rows = service.get("/v1/toewijzingen", as_=aanbieder)["resultaten"]
            assert [row["nummer"] for row in rows] == nummers
        assert bericht["status"] == "verwerkt"

    def test_an_aanbieder_with_2_3_gets_one_301_for_each_client(self, service: Service):
        service.accept(BOTH, as_=GEMEENTE, release="2.1")
        derived = service.berichten(as_=OTHER_AANBIEDER)
        assert [(b["soort"], b["release"]) for b in derived] == [("WMO301", "2.3")] * 2
        numbers = [link["href"] for b in derived for link in b["_links"]["toewijzingen"]]
        assert sorted(numbers) == ["/v1/toewijzingen/0384/2001", "/v1/toewijzingen/0384/2002"]
        assert len({b["identificatie"] for b in derived}) == 2

    def test_links_for_the_gemeente_only(self, service: Service):
        bericht = service.accept(BOTH, as_=GEMEENTE, release="2.1")
        derived = [link["href"] for link in bericht["_links"]["afgeleid"]]
        assert len(derived) == 3
        for href in derived:
            link = service.get(href)["_links"]["herkomst"]
            assert link == {"href": f"/v1/berichten/{bericht['id']}"}
        own = service.berichten(as_=OTHER_AANBIEDER)[0]
        assert own["_links"]["herkomst"] is None

    def test_the_original_is_invisible_to_the_aanbieders(self, service: Service):
        bericht = service.accept(BOTH, as_=GEMEENTE, release="2.1")
        for aanbieder in (AANBIEDER, OTHER_AANBIEDER):
            for path in (f"/v1/berichten/{bericht['id']}", f"/v1/berichten/{bericht['id']}/xml"):
                assert service.request("GET", path, as_=aanbieder).status_code == 404
            found = [*service.berichten(as_=aanbieder), *service.postbus(as_=aanbieder)]
            assert bericht["id"] not in {b["id"] for b in found}

    def test_a_302_of_one_undoes_nothing_of_the_other(self, service: Service, tmp_path: Path):
        load_contract(service, tmp_path, OTHER_AANBIEDER, 'release: "2.1"')
        service.accept(BOTH, as_=GEMEENTE, release="2.1")
        (derived,) = service.berichten(as_=OTHER_AANBIEDER)
        content = service.read(service.xml(derived["id"], as_=OTHER_AANBIEDER))
        assert isinstance(content, Toewijzingsbericht)
        service.accept(retour_on(content, "RA1", "9300"), as_=OTHER_AANBIEDER, release="2.1")
        assert [len(service.budget(nummer)) for nummer in (1001, 2001, 2002)] == [4, 0, 0]

    def test_again_it_gives_the_first_and_makes_nothing(self, service: Service):
        bericht = service.accept(BOTH, as_=GEMEENTE, release="2.1")
        log = service.berichten()
        again = service.post(BOTH, as_=GEMEENTE, release="2.1")
        assert (again.status_code, again.json()["id"]) == (200, bericht["id"])
        assert service.berichten() == log

    def test_for_one_aanbieder_it_goes_as_it_is(self, service: Service):
        only = a.a_toewijzingsbericht(at(AANBIEDER, 1001), at(AANBIEDER, 1004, bsn=BSN_Y))
        bericht = service.accept(only, as_=GEMEENTE, release="2.1")
        assert bericht["id"] in {b["id"] for b in service.postbus(as_=AANBIEDER)}
        assert bericht["_links"]["afgeleid"] == []
        assert service.read302(bericht).header.retour_codes == ()


SELF = message_301("B0001", "2019-05-14", toewijzing(3001, 850), aanbieder=OTHER_AANBIEDER)
ENDED = second_version(toewijzing(3001, 850), "2019-06-03", einddatum=day("2019-06-16"))
SHORTER = message_301("B0002", "2019-06-03", ENDED, aanbieder=OTHER_AANBIEDER)


def retour_on(bericht: Toewijzingsbericht, identificatie: str, *codes: str, **header: Any):
    """The 302 of the aanbieder: accepted, or with these codes on every class."""
    clienten = tuple(a.with_retour_codes(each, *codes) for each in bericht.clienten) if codes else ()
    sent = bericht.header
    values = {
        "afzender": sent.afzender,
        "ontvanger": sent.ontvanger,
        "bericht_identificatie": sent.bericht_identificatie,
        "identificatie_retour": identificatie,
        "retour_codes": ("0200",) if codes else (),
    }
    return a.a_toewijzing_retour(*clienten, header=a.a_retour_header(**values | header))


class TestRetour:
    def test_is_made_by_the_service_when_the_contract_says_so(self, service: Service):
        bericht = service.accept(BASE[0], as_=GEMEENTE)
        retour = service.get(bericht["_links"]["antwoord"]["href"])
        assert (retour["afzender"], retour["ontvanger"], retour["richting"]) == (AANBIEDER, GEMEENTE, "inkomend")
        assert service.read302(bericht).header.retour_codes == ()

    def test_is_awaited_from_an_aanbieder_that_sends_its_own(self, service: Service):
        bericht = service.accept(SELF, as_=GEMEENTE)
        assert (bericht["status"], bericht["_links"]["antwoord"]) == ("te-verzenden", None)
        retour = service.accept(retour_on(SELF, "RA1"), as_=OTHER_AANBIEDER)
        assert retour["status"] == "verwerkt"
        assert retour["_links"]["antwoordOp"]["href"] == f"/v1/berichten/{bericht['id']}"
        assert service.get(f"/v1/berichten/{bericht['id']}")["status"] == "beantwoord"
        assert retour["id"] in {b["id"] for b in service.postbus(as_=GEMEENTE)}
        assert settled(service, claim("F300", 3001, aanbieder=OTHER_AANBIEDER), as_=OTHER_AANBIEDER).codes == "8001"

    @pytest.mark.parametrize("code", ["0001", "8848"])
    def test_refusal_on_the_header_undoes_the_toewijzing(self, code: str, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(retour_on(SELF, "RA1", retour_codes=(code,)), as_=OTHER_AANBIEDER)
        check_undone(service)

    def test_refusal_on_a_class_undoes_the_toewijzing(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(retour_on(SELF, "RA1", "9300"), as_=OTHER_AANBIEDER)
        check_undone(service)

    def test_refusal_of_a_later_301_lets_the_older_version_count_again(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(SHORTER, as_=GEMEENTE)
        assert [row["periode"] for row in service.budget(3001)] == [6]
        service.accept(retour_on(SHORTER, "RA2", "9300"), as_=OTHER_AANBIEDER)
        assert [row["periode"] for row in service.budget(3001)] == [6, 7, 8, 9]
        (newest, older) = service.get("/v1/toewijzingen/0384/3001")["versies"]
        assert (newest["vervallen"], older["vervallen"]) == (True, False)

    def test_the_same_again_gives_the_first(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        retour = service.accept(retour_on(SELF, "RA1"), as_=OTHER_AANBIEDER)
        again = service.post(retour_on(SELF, "RA1"), as_=OTHER_AANBIEDER)
        assert (again.status_code, again.json()["id"]) == (200, retour["id"])

    @pytest.mark.parametrize(
        ("identificatie", "status", "finding"),
        [
            ("RA1", 409, ("TR056", "/Bericht/Header/IdentificatieRetour")),
            ("RA2", 400, ("OP090", "/Bericht/Header/BerichtIdentificatie/Identificatie")),
        ],
    )
    def test_a_second_one_changes_nothing(
        self, identificatie: str, status: int, finding: tuple[str, str], service: Service
    ):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(retour_on(SELF, "RA1"), as_=OTHER_AANBIEDER)
        second = retour_on(SELF, identificatie, "9300")
        problem = service.refuse(second, as_=OTHER_AANBIEDER, status=status)
        assert finding in [(found["regel"], found["pad"]) for found in problem["bevindingen"]]
        assert service.controleer(second, as_=OTHER_AANBIEDER)["status"] == "afgekeurd"
        assert len(service.budget(3001)) == 4

    def test_of_another_aanbieder_is_forbidden(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.refuse(retour_on(SELF, "RA1"), as_=AANBIEDER, status=403)
        problem = service.refuse(retour_on(SELF, "RA1", ontvanger=AANBIEDER), as_=AANBIEDER)
        assert [finding["regel"] for finding in problem["bevindingen"]] == ["IV028.1"]

    def test_with_another_client_is_refused(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        other = message_301("B0001", "2019-05-14", toewijzing(3001, 851), aanbieder=OTHER_AANBIEDER)
        problem = service.refuse(retour_on(other, "RA1", "9300"), as_=OTHER_AANBIEDER)
        assert [finding["regel"] for finding in problem["bevindingen"]] == ["IV028.5"]
        assert len(service.budget(3001)) == 4


def check_undone(service: Service) -> None:
    row = service.get("/v1/toewijzingen/0384/3001")
    assert [versie["vervallen"] for versie in row["versies"]] == [True]
    assert service.budget(3001) == []
    refused = settled(service, claim("F300", 3001, aanbieder=OTHER_AANBIEDER), as_=OTHER_AANBIEDER)
    assert refused == answer("0200", D(85000), D(0), Returned("R-F300", "0551", D(0)))


class TestVersions:
    def test_the_order_of_arrival_does_not_matter(self, service: Service):
        first = message_301("A0201", "2019-05-14", T1)
        shorter = message_301("A0202", "2019-06-17", second_version(T1, "2019-06-17", einddatum=day("2019-06-16")))
        service.accept(shorter, as_=GEMEENTE)
        service.accept(first, as_=GEMEENTE)
        assert service.get("/v1/toewijzingen/0384/1001")["einddatum"] == "2019-06-16"
        service.clock.today = day("2019-07-20")
        late = message_303("F501", P2, "2019-07-20", line("R501", 1001, P2, 850, 100, D(85000)))
        assert settled(service, late) == answer("0200", D(85000), D(0), Returned("R501", "9307 9308", D(0)))
        assert settled(service, claim("F502")) == granted(D(85000))

    def test_withdrawal_ends_what_may_be_declared(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        service.clock.today = day("2019-08-20")
        p3 = message_303("F503", P3, "2019-08-20", line("R503", 1001, P3, 850, 100, D(85000)))
        shorter = second_version(T1, "2019-07-20", einddatum=day("2019-08-10"))
        service.accept(message_301("A0203", "2019-07-20", shorter), as_=GEMEENTE)
        assert settled(service, p3) == answer("0200", D(85000), D(0), Returned("R503", "9308", D(0)))
        assert [row["periode"] for row in service.budget(1001)] == [6, 7, 8]

    def test_another_version_at_the_same_moment_is_refused(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        clash = message_301("A0205", "2019-05-15", replace(T1, einddatum=day("2019-06-16")))
        problem = service.refuse(clash, as_=GEMEENTE)
        assert "IV013" in {finding["regel"] for finding in problem["bevindingen"]}
        assert len(service.budget(1001)) == 4


class TestCredit:
    def test_gives_its_room_back(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        assert settled(service, claim("F601")) == granted(D(85000))
        assert service.budget(1001)[0]["resterend"] == 0
        full = settled(service, claim("F602"))
        assert full == answer("0200", D(85000), D(0), Returned("R-F602", "9322", D(0)))
        credit = line("R603", 1001, P1, 850, 100, C(85000), vorig="R-F601")
        assert settled(service, message_303("F603", P1, "2019-06-20", credit)) == granted(C(85000))
        row = service.budget(1001)[0]
        assert (row["toegewezen"], row["gedeclareerd"], row["resterend"], row["toegekendCenten"]) == (850, 0, 850, 0)

    def test_stands_before_its_new_debit_in_one_message(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        service.accept(claim("F604"), as_=AANBIEDER)
        debit = line("R606", 1001, P1, 800, 100, D(80000))
        credit = line("R605", 1001, P1, 850, 100, C(85000), vorig="R-F604")
        correction = message_303("F605", P1, "2019-06-20", debit, credit)
        assert settled(service, correction) == granted(C(5000))
        assert service.granted(1001) == (800, 80000)


class TestTheSame303Again:
    def test_after_0001_it_is_the_first_bericht(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        wrong = write(claim("F701", totaal=D(85001)), "2.3")
        first = service.accept(wrong, as_=AANBIEDER)
        service.accept(claim("F701"), as_=AANBIEDER)  # the number is free again after a 0001
        again = service.post(wrong, as_=AANBIEDER)
        assert (again.status_code, again.json()["id"]) == (200, first["id"])
        assert service.granted(1001) == (850, 85000)

    def test_after_0030_it_is_the_first_bericht(self, service: Service):
        service.accept(BASE[0], as_=GEMEENTE)
        service.accept(claim("F702"), as_=AANBIEDER)
        second = write(claim("F702"), "2.3") + b"\n"
        refused = service.accept(second, as_=AANBIEDER)
        assert refused["status"] == "afgekeurd"
        again = service.post(second, as_=AANBIEDER)
        assert (again.status_code, again.json()["id"]) == (200, refused["id"])


class TestControleer:
    def test_stores_nothing_and_tells_the_304_that_would_come(self, service: Service):
        for bericht in BASE:
            service.accept(bericht, as_=GEMEENTE)
        log, postbus = service.berichten(), service.postbus(as_=AANBIEDER)
        declaratie = message_303(
            "F801",
            P1,
            "2019-06-20",
            line("R801", 1001, P1, 851, 100, D(85100)),
            line("R802", 1004, P1, 400, 100, D(40000), bsn=BSN_Y),
        )
        verdict = service.controleer(declaratie, as_=AANBIEDER)
        assert (service.berichten(), service.postbus(as_=AANBIEDER)) == (log, postbus)
        assert service.get("/v1/declaraties")["resultaten"] == []
        bericht = service.accept(declaratie, as_=AANBIEDER)
        antwoord = bericht["_links"]["antwoord"]["href"].rpartition("/")[2]
        real = service.xml(antwoord, as_=AANBIEDER)
        assert without_reference(verdict["antwoordXml"].encode()) == without_reference(real)
        assert verdict["antwoordXml"].encode() != real

    def test_says_what_is_wrong_without_an_answer(self, service: Service):
        wrong = write(claim("F802"), "2.3").replace(b"<iwmo:Eenheid>82", b"<iwmo:Eenheid>99")
        verdict = service.controleer(wrong, as_=AANBIEDER)
        assert (verdict["status"], verdict["antwoordXml"]) == ("afgekeurd", None)
        assert [finding["regel"] for finding in verdict["bevindingen"]] == ["XSD"]
        assert service.berichten(as_=AANBIEDER) == []

    @pytest.mark.parametrize(("body", "as_", "status"), [(b"geen XML", AANBIEDER, 400), (None, OTHER_AANBIEDER, 403)])
    def test_what_cannot_be_judged_is_refused_and_not_kept(
        self, body: bytes | None, as_: str, status: int, service: Service
    ):
        response = service.post(body or claim("F803"), as_=as_, to="/v1/berichten/_controleer")
        assert response.status_code == status
        assert service.berichten(as_=as_) == []

    def test_of_a_302(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        assert service.controleer(retour_on(SELF, "RA1", "9300"), as_=OTHER_AANBIEDER)["status"] == "verwerkt"
        assert len(service.budget(3001)) == 4
        wrong = service.controleer(retour_on(SHORTER, "RA1"), as_=OTHER_AANBIEDER)
        assert wrong["status"] == "afgekeurd"


def without_reference(body: bytes) -> bytes:
    """The 304 without its GemeenteReferentieNummer, which is new each time."""
    stripped, times = re.subn(rb"<\w+:GemeenteReferentieNummer>[^<]+<", b"", body)
    assert times == 1
    return stripped
