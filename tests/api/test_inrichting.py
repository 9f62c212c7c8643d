"""What a gemeente decided, as each role sees it; CAK periods and retourcodes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.retourcodes import RETOURCODES
from app.processing.inrichtingen import load_files
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.service import BEHEER, Service

OTHER_GEMEENTE = "1708"
STRANGER = "98000099"


@pytest.fixture
def service(service: Service, tmp_path: Path) -> Service:
    """A service that knows another gemeente as well: with a product and own periods, without contracts."""
    starts = [date(2018, 12, 31), *(date(2019, 1, 21) + timedelta(weeks=4 * number) for number in range(12))]
    ends = [start - timedelta(days=1) for start in [*starts[1:], date(2019, 12, 30)]]
    rows = "".join(
        f"  - {{jaar: 2019, periode: {n}, begindatum: {starts[n - 1]}, einddatum: {ends[n - 1]}}}\n"
        for n in range(1, 14)
    )
    file = tmp_path / "other.yaml"
    file.write_text(
        f'gemeente: {{code: "{OTHER_GEMEENTE}", naam: Andere}}\n'
        'producten:\n  - {categorie: "02", code: "02A01", naam: Begeleiding, eenheid: "82", frequentie: "3", '
        f"tariefCenten: 150, geldigVanaf: 2018-01-01}}\ncakPerioden:\n{rows}"
    )
    load_files(service.runtime, [file])
    return service


class TestCakPerioden:
    def test_are_thirteen(self, service: Service):
        page = service.get("/v1/cak-perioden/2019")
        assert page["_links"] == {"self": {"href": "/v1/cak-perioden/2019"}, "next": None}
        rows = page["resultaten"]
        assert [(row["jaar"], row["periode"]) for row in rows] == [(2019, number) for number in range(1, 14)]
        assert {name: rows[5][name] for name in ("begindatum", "einddatum", "afgeleid")} == {
            "begindatum": "2019-05-20",
            "einddatum": "2019-06-16",
            "afgeleid": True,
        }

    def test_are_those_of_the_gemeente(self, service: Service):
        rows = service.get("/v1/cak-perioden/2019", as_=OTHER_GEMEENTE)["resultaten"]
        assert (rows[0]["einddatum"], rows[0]["afgeleid"]) == ("2019-01-20", False)
        assert service.get("/v1/cak-perioden/2020", as_=OTHER_GEMEENTE)["resultaten"][0]["afgeleid"]

    @pytest.mark.parametrize("jaar", [1900, 2020, 9998])
    def test_of_every_year(self, jaar: int, service: Service):
        assert len(service.get(f"/v1/cak-perioden/{jaar}")["resultaten"]) == 13

    @pytest.mark.parametrize("jaar", [-1, 0, 1899, 9999, 10**30])
    def test_of_no_year(self, jaar: int, service: Service):
        assert service.request("GET", f"/v1/cak-perioden/{jaar}", as_=GEMEENTE).status_code == 404


def gemeenten(service: Service, path: str, as_: str) -> set[str]:
    """Of whom a party sees something."""
    return {row["gemeente"] for row in service.get(path, as_=as_)["resultaten"]}


class TestProducten:
    @pytest.mark.parametrize(
        ("as_", "seen"),
        [
            (GEMEENTE, {GEMEENTE}),
            (OTHER_GEMEENTE, {OTHER_GEMEENTE}),
            ("0505", set()),
            (AANBIEDER, {GEMEENTE}),
            (STRANGER, set()),
            (BEHEER, {GEMEENTE, OTHER_GEMEENTE}),
        ],
    )
    def test_of_whom_one_deals_with(self, as_: str, seen: set[str], service: Service):
        assert gemeenten(service, "/v1/producten", as_) == seen

    def test_have_a_tariff(self, service: Service):
        (product,) = service.get("/v1/producten", as_=OTHER_GEMEENTE)["resultaten"]
        assert product == {
            "gemeente": OTHER_GEMEENTE,
            "categorie": "02",
            "code": "02A01",
            "naam": "Begeleiding",
            "eenheid": "82",
            "frequentie": "3",
            "tariefCenten": 150,
            "cakCode": None,
            "geldigVan": "2018-01-01",
            "geldigTot": None,
        }


class TestContracten:
    @pytest.mark.parametrize(
        ("as_", "seen"),
        [
            (GEMEENTE, [AANBIEDER, OTHER_AANBIEDER]),
            (OTHER_GEMEENTE, []),
            (AANBIEDER, [AANBIEDER]),
            (OTHER_AANBIEDER, [OTHER_AANBIEDER]),
            (STRANGER, []),
            (BEHEER, [AANBIEDER, OTHER_AANBIEDER]),
        ],
    )
    def test_are_for_their_parties(self, as_: str, seen: list[str], service: Service):
        assert [row["aanbieder"] for row in service.get("/v1/contracten", as_=as_)["resultaten"]] == seen

    def test_say_what_was_agreed(self, service: Service):
        (contract,) = service.get("/v1/contracten", as_=OTHER_AANBIEDER)["resultaten"]
        assert contract["producten"] == ["01A01", "02A01", "02A03", "04A01", "04A06"]
        assert (contract["declaratievorm"], contract["declaratieperiode"]) == ("declaratie", "cak")
        assert (contract["retour"], contract["release"], contract["berekendBedrag"]) == ("zelf", "2.3", False)


class TestRetourcodes:
    def test_each_in_words(self, service: Service):
        for code in RETOURCODES:
            found = service.get(f"/v1/retourcodes/{code}", as_=BEHEER)
            assert set(found) == {"code", "betekenis", "regels"}
            assert found["code"] == code
            assert found["betekenis"].endswith(".")

    def test_of_nothing(self, service: Service):
        assert service.request("GET", "/v1/retourcodes/0000", as_=GEMEENTE).status_code == 404
