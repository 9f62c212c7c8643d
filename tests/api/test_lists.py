"""Lists: their order, filters and pages; no page skips or repeats, also while messages arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import builders as a
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, OTHER_AANBIEDER, P1
from tests.e2e.notation import D, line, message_301, message_303, toewijzing
from tests.e2e.service import Service


@pytest.fixture
def service(service_on_each: Service) -> Service:
    """A service on each database in turn."""
    return service_on_each


def fill(service: Service, number: int, start: int = 0) -> list[str]:
    """Post this many 301s for client X, each with a toewijzing; their ids, oldest first."""
    return [
        service.accept(message_301(f"L{n}", "2019-05-14", toewijzing(3000 + n, 5)), as_=GEMEENTE)["id"]
        for n in range(start, start + number)
    ]


def pages(service: Service, path: str, *, as_: str = GEMEENTE) -> Iterator[list[dict[str, Any]]]:
    """Every page from this one on, by its links."""
    following: str | None = path
    while following is not None:
        page = service.get(following, as_=as_)
        assert page["_links"]["self"]["href"] == following
        assert set(page["_links"]) == {"self", "next"}
        yield page["resultaten"]
        following = page["_links"]["next"]["href"] if page["_links"]["next"] else None


class TestPages:
    @pytest.mark.parametrize(("limiet", "sizes"), [(1, [1] * 4), (2, [2, 2]), (3, [3, 1]), (4, [4]), (500, [4])])
    def test_hold_everything_once_newest_first(self, limiet: int, sizes: list[int], service: Service):
        posted = fill(service, 4)
        found = list(pages(service, f"/v1/berichten?soort=WMO301&limiet={limiet}"))
        assert [len(page) for page in found] == sizes
        assert [bericht["id"] for page in found for bericht in page] == posted[::-1]

    def test_without_anything(self, service: Service):
        for path in ("/v1/berichten", "/v1/toewijzingen", "/v1/declaraties"):
            page = service.get(path)
            assert page == {"resultaten": [], "_links": {"self": {"href": path}, "next": None}}

    def test_stay_right_while_messages_arrive(self, service: Service):
        before = fill(service, 4)
        seen: list[str] = []
        for number, page in enumerate(pages(service, "/v1/berichten?soort=WMO301&limiet=1")):
            seen += [bericht["id"] for bericht in page]
            fill(service, 1, start=10 + number)
        assert seen == before[::-1]

    def test_of_toewijzingen_in_order_of_arrival(self, service: Service):
        fill(service, 5)
        found = list(pages(service, "/v1/toewijzingen?limiet=2"))
        assert [[row["nummer"] for row in page] for page in found] == [[3000, 3001], [3002, 3003], [3004]]

    def test_of_toewijzingen_end_with_those_that_came_meanwhile(self, service: Service):
        fill(service, 3)
        seen: list[int] = []
        for page in pages(service, "/v1/toewijzingen?limiet=2&product=02A01"):
            seen += [row["nummer"] for row in page]
            if len(seen) < 4:
                fill(service, 1, start=3)
        assert seen == [3000, 3001, 3002, 3003]

    def test_of_declaraties_newest_first(self, service: Service):
        fill(service, 1)
        for number in range(3):
            service.accept(
                message_303(f"F{number}", P1, "2019-06-20", line(f"R{number}", 1, P1, 1, 100, D(100))), as_=AANBIEDER
            )
        found = list(pages(service, "/v1/declaraties?limiet=2"))
        assert [[row["factuurnummer"] for row in page] for page in found] == [["F2", "F1"], ["F0"]]

    def test_keep_their_filters(self, service: Service):
        fill(service, 2)
        for _ in range(3):
            service.refuse(b"<", as_=GEMEENTE)
        (first, second) = pages(service, "/v1/berichten?status=afgekeurd&limiet=2&richting=uitgaand")
        assert [bericht["status"] for bericht in [*first, *second]] == ["afgekeurd"] * 3

    def test_of_a_search_by_bsn(self, service: Service):
        posted = fill(service, 3)
        service.accept(message_301("Y1", "2019-05-14", toewijzing(4000, 5), bsn=BSN_Y), as_=GEMEENTE)
        links: list[dict[str, str] | None] = [{"href": "/v1/berichten/_zoek"}]
        seen: list[str] = []
        while (link := links[-1]) is not None:
            page = service.request("POST", link["href"], as_=GEMEENTE, json={"bsn": BSN_X, "limiet": 2}).json()
            seen += [bericht["id"] for bericht in page["resultaten"]]
            links.append(page["_links"]["next"])
        assert (len(links), seen) == (3, posted[::-1])

    def test_of_a_search_by_bsn_with_the_cursor_in_the_body(self, service: Service):
        posted = fill(service, 2)
        question = {"bsn": BSN_X, "na": posted[1]}
        page = service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json=question).json()
        assert [bericht["id"] for bericht in page["resultaten"]] == [posted[0]]

    def test_do_not_depend_on_the_host(self, service: Service):
        fill(service, 2)
        answer = service.request("GET", "/v1/berichten?limiet=1", as_=GEMEENTE, headers={"Host": "a.example:99"})
        assert answer.json()["_links"]["self"]["href"] == "/v1/berichten?limiet=1"
        assert answer.json()["_links"]["next"]["href"].startswith("/v1/berichten?limiet=1&na=")


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("soort=WMO301", {"A1", "A2"}),
            ("soort=WMO303", {"F1"}),
            ("soort=WMO316", set()),
            ("richting=inkomend&soort=WMO303", {"F1"}),
            ("richting=uitgaand", {"A1", "A2", "304"}),
            ("status=beantwoord", {"A2"}),
            ("status=te-verzenden", {"A1", "304"}),
            ("afzender=42420001", {"F1", "302"}),
            ("ontvanger=42420002", {"A2"}),
            ("afzender=9999", set()),
            ("identificatie=A2", {"A2"}),
            ("identificatie=a2", set()),
            ("identificatie=%27%3B--", set()),
            ("soort=WMO301&ontvanger=42420001", {"A1"}),
            ("van=0001-01-01&tot=9999-12-31&soort=WMO303", {"F1"}),
            ("tot=0001-01-01", set()),
            ("van=9999-12-31", set()),
        ],
    )
    def test_of_berichten(self, query: str, found: set[str], service: Service):
        service.accept(message_301("A1", "2019-05-14", toewijzing(1001, 850)), as_=GEMEENTE)
        other = message_301("A2", "2019-05-14", toewijzing(1002, 8), aanbieder=OTHER_AANBIEDER)
        service.accept(other, as_=GEMEENTE)
        identificatie = a.an_identificatie(identificatie="A2")
        header = a.a_retour_header(ontvanger=OTHER_AANBIEDER, bericht_identificatie=identificatie)
        service.accept(a.a_toewijzing_retour(header=header), as_=OTHER_AANBIEDER)
        claim = message_303("F1", P1, "2019-06-20", line("R1", 1001, P1, 850, 100, D(85000)))
        service.accept(claim, as_=AANBIEDER)
        berichten = service.get(f"/v1/berichten?{query}")["resultaten"]
        made = {"WMO302": "302", "WMO304": "304"}
        assert {made.get(bericht["soort"], bericht["identificatie"]) for bericht in berichten} == found

    def test_by_day_of_receipt_both_included(self, service: Service):
        fill(service, 1)
        (bericht,) = service.berichten(soort="WMO301")
        assert bericht["ontvangenOp"].endswith("Z")
        received = datetime.fromisoformat(bericht["ontvangenOp"])
        assert abs(datetime.now(UTC) - received) < timedelta(hours=1)
        day = received.date()
        for van, tot, found in ((-1, 1, 1), (-9, -2, 0), (2, 9, 0)):
            query = {"van": str(day + timedelta(van)), "tot": str(day + timedelta(tot)), "soort": "WMO301"}
            assert len(service.berichten(**query)) == found

    def test_of_toewijzingen(self, service: Service):
        fill(service, 1)
        other = toewijzing(1002, 8, einddatum=None)
        service.accept(message_301("A2", "2019-05-14", other, aanbieder=OTHER_AANBIEDER), as_=GEMEENTE)
        for query, nummers in (
            ("", [3000, 1002]),
            ("aanbieder=42420001", [3000]),
            ("product=04A01", [1002]),
            ("product=04A99", []),
            ("actiefOp=2019-05-19", []),
            ("actiefOp=2019-05-20", [3000, 1002]),
            ("actiefOp=2019-09-08", [3000, 1002]),
            ("actiefOp=2019-09-09", [1002]),
            ("actiefOp=9999-12-31", [1002]),
            ("actiefOp=0001-01-01", []),
        ):
            rows = service.get(f"/v1/toewijzingen?{query}")["resultaten"]
            assert [row["nummer"] for row in rows] == nummers, query
