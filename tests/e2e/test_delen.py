"""The parts of one budget over HTTP: never more than the whole together, and known to be parts of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from app.domain.toewijzing import ToegewezenProduct
from tests import builders as a
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P3
from tests.e2e.acts import P2_NAME, P3_NAME, a_split, claim, done, facts, numbers, refused, state
from tests.e2e.notation import BASE, client, message_301, toewijzing
from tests.e2e.service import Service
from tests.e2e.test_gebroken_periode import count_by_days

THIRD = "42420003"


@pytest.fixture(autouse=True)
def today(service: Service) -> None:
    """After P1 to P4."""
    service.clock.today = date(2019, 9, 10)


@pytest.fixture
def known(service: Service) -> None:
    """The base toewijzingen; 1001 runs from P1 up to and including P4."""
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)


def back(einddatum: date, **more: Any) -> dict[str, Any]:
    return {"einddatum": einddatum.isoformat(), "redenWijziging": "09", "samenvoegen": True} | more


def longer(einddatum: str = "2019-09-08") -> dict[str, Any]:
    return {"einddatum": einddatum, "redenWijziging": "04"}


def above(problem: dict[str, Any]) -> list[dict[str, Any]]:
    assert {finding["pad"] for finding in problem["bevindingen"]} == {"einddatum"}
    return [finding["waarden"] for finding in problem["bevindingen"]]


def divide(service: Service, *producten: ToegewezenProduct, identificatie: str = "A1") -> None:
    """One 2.1 301 for several aanbieders."""
    header = a.a_toewijzing_header(bericht_identificatie=a.an_identificatie(identificatie=identificatie))
    granted = a.a_beschikking(*producten, beschikt_producten=(a.a_beschikt_product(),))
    bericht = a.a_toewijzingsbericht(replace(client(producten[0]), beschikking=granted), header=header)
    service.accept(bericht, as_=GEMEENTE, release="2.1")


@pytest.mark.usefixtures("known")
class TestVerlengen:
    def test_of_a_part_whose_volume_went_back_is_refused_with_the_numbers(self, service: Service):
        _, _, part = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))
        done(service, "_beeindig", back(P3.einddatum), nummer=part)
        before = state(service)
        problem = refused(service, "_beeindig", longer(), nummer=part)
        assert above(problem) == [{"jaar": 2019, "periode": 9, "geheel": 850, "delen": 1150}]
        assert state(service) == before

    def test_of_both_parts_that_were_shortened_is_done(self, service: Service):
        _, *parts = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))
        shorter = {"einddatum": P3.einddatum.isoformat(), "redenWijziging": "05"}
        for body in (shorter, longer()):
            for part in parts:
                done(service, "_beeindig", body, nummer=part)
        assert sum(service.budget(part)[-1]["toegewezen"] for part in parts) == 850

    def test_of_a_part_that_went_to_one_that_was_named_is_refused(self, service: Service):
        """They were no relatives before, and share one volume since."""
        service.accept(message_301("A9", "2019-05-14", toewijzing(1900, 10), aanbieder=THIRD), as_=GEMEENTE)
        done(service, "_beeindig", back(P3.einddatum, samenvoegenMet=1001), nummer=1900)
        problem = refused(service, "_beeindig", longer(), nummer=1900)
        assert above(problem) == [{"jaar": 2019, "periode": 9, "geheel": 860, "delen": 870}]


class TestOneMessageForSeveral:
    def test_gives_parts_that_are_merged_without_a_number(self, service: Service):
        products = ((1001, 400, AANBIEDER), (2001, 300, OTHER_AANBIEDER), (3001, 150, THIRD))
        divide(service, *(toewijzing(nummer, volume, aanbieder=agb) for nummer, volume, agb in products))
        (finding,) = refused(service, "_beeindig", back(P3.einddatum), nummer=3001)["bevindingen"]
        assert finding["waarden"] == {"aantal": 2, "toewijzingNummers": "1001, 2001"}
        answer = done(service, "_beeindig", back(P3.einddatum, samenvoegenMet=1001), nummer=2001)
        assert [row[:2] for row in facts(answer)] == [(AANBIEDER, 400), (AANBIEDER, 700), (OTHER_AANBIEDER, 300)]
        answer = done(service, "_beeindig", back(P3.einddatum), nummer=3001)
        assert [row[:2] for row in facts(answer)] == [(AANBIEDER, 700), (AANBIEDER, 850), (THIRD, 150)]
        for nummer, delen in ((2001, 1150), (3001, 1000)):
            assert above(refused(service, "_beeindig", longer(), nummer=nummer))[0]["delen"] == delen

    def test_gives_the_same_parts_when_it_comes_again(self, service: Service):
        parts = [
            toewijzing(nummer, volume, aanbieder=agb)
            for nummer, volume, agb in ((1001, 550, AANBIEDER), (2001, 300, OTHER_AANBIEDER))
        ]
        divide(service, *parts)
        newer = {
            "toewijzingsdatum": date(2019, 5, 14),
            "toewijzingstijd": time(23),
            "reden_wijziging": "05",
            "einddatum": date(2019, 9, 1),
        }
        divide(service, *(replace(part, **newer) for part in parts), identificatie="NOG")
        answer = done(service, "_beeindig", back(P3.einddatum), nummer=2001)
        assert [row[1] for row in facts(answer)] == [550, 850, 300]

    def test_of_other_days_gives_no_parts(self, service: Service):
        divide(
            service,
            toewijzing(1001, 550, aanbieder=AANBIEDER),
            toewijzing(2001, 300, aanbieder=OTHER_AANBIEDER, ingangsdatum=P3.begindatum),
        )
        (finding,) = refused(service, "_beeindig", back(P3.einddatum), nummer=2001)["bevindingen"]
        assert finding["waarden"] == {"aantal": 0, "toewijzingNummers": "1001"}


def test_what_makes_a_301_wrong_is_named_by_its_field(service: Service):
    """Release 2.1 lets these initials be, and the 301 of the act is one of 2.3."""
    addressed = client(toewijzing(1001, 850, aanbieder=AANBIEDER))
    named = replace(addressed, naam=replace(addressed.naam, voorletters="9"))
    granted = replace(addressed.beschikking, beschikt_producten=(a.a_beschikt_product(),))
    service.accept(a.a_toewijzingsbericht(replace(named, beschikking=granted)), as_=GEMEENTE, release="2.1")
    for act, body in (
        ("_splits", a_split()),
        ("_wijzig", {"volume": 900, "vanaf": P3_NAME}),
        ("_beeindig", longer("2019-12-29")),
    ):
        problem = refused(service, act, body)
        assert problem["type"] == "/problems/afgekeurd-bericht"
        assert {(f["pad"], f["regelnummer"]) for f in problem["bevindingen"]} == {("client.naam.voorletters", None)}


@pytest.mark.usefixtures("known")
class TestRefusal:
    @pytest.mark.parametrize(
        ("nummer", "melding"),
        [
            (1002, "Deze toewijzing is van een ander product."),
            (1001, "Deze toewijzing loopt niet na de einddatum."),
            (99, "De client heeft geen andere toewijzing met dit nummer."),
        ],
    )
    def test_says_what_is_wrong_with_the_number_that_was_named(self, nummer: int, melding: str, service: Service):
        part = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))[2]
        problem = refused(service, "_beeindig", back(P3.einddatum, samenvoegenMet=nummer), nummer=part)
        assert [(finding["pad"], finding["melding"]) for finding in problem["bevindingen"]] == [
            ("samenvoegenMet", melding)
        ]

    def test_of_a_number_without_merging(self, service: Service):
        part = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))[2]
        body = back(P3.einddatum, samenvoegen=False, samenvoegenMet=1001)
        (finding,) = refused(service, "_beeindig", body, nummer=part)["bevindingen"]
        assert finding["melding"] == "Laat samenvoegenMet weg, of laat samenvoegen true zijn."

    def test_names_a_number_that_there_is(self, service: Service):
        assert claim(service, 1001, 551, P3, "1") == "8001"
        for act, body in (("_splits", a_split()), ("_wijzig", {"volume": 550, "vanaf": P3_NAME})):
            (finding,) = refused(service, act, body)["bevindingen"]
            assert finding["waarden"]["toewijzingNummer"] == 1001

    def test_by_days_says_how_it_can_be_done(self, service: Service, tmp_path: Path):
        count_by_days(service, GEMEENTE, tmp_path)
        part = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))[2]
        problem = refused(service, "_beeindig", back(P3.begindatum), nummer=part)
        assert f"zoals {P3.einddatum.isoformat()}" in problem["detail"]
        done(service, "_beeindig", back(P3.einddatum), nummer=part)
