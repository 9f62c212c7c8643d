"""What a party finds again: its postbus, lists in pages, and never anything of another party."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.principal import Rol
from app.processing.keys import create_key, revoke
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, OTHER_AANBIEDER, P1, P2
from tests.e2e.notation import BASE, D, line, message_301, message_303, toewijzing
from tests.e2e.service import BEHEER, Service

OTHER_GEMEENTE = "0999"
FOR_X = message_303("F901", P1, "2019-06-20", line("R901", 1001, P1, 10, 100, D(1000)))
FOR_Y = message_303("F902", P1, "2019-06-20", line("R902", 1004, P1, 401, 100, D(40100), bsn=BSN_Y))
TECHNICALLY_WRONG = message_303("F903", P1, "2019-06-20", line("R903", 1001, P1, 10, 100, D(1000)), totaal=D(1))

BERICHT_FILTERS = (
    ({"soort": "WMO303"}, 3),
    ({"richting": "uitgaand", "soort": "WMO304"}, 3),
    ({"richting": "inkomend"}, 5),
    ({"status": "afgekeurd"}, 2),
    ({"status": "afgekeurd", "soort": "WMO303"}, 1),
    ({"afzender": AANBIEDER}, 5),
    ({"ontvanger": AANBIEDER}, 5),
    ({"identificatie": "F901"}, 2),
    ({"identificatie": "BASISX"}, 1),
    ({"tot": "2019-12-31"}, 0),
    ({"van": "2019-12-31"}, 11),
)
TOEWIJZING_FILTERS = (
    ({"product": "02A01"}, [1001, 1004]),
    ({"actiefOp": "2019-05-20"}, [1001, 1002, 1004]),
    ({"actiefOp": "2019-12-31"}, [1003]),
    ({"aanbieder": OTHER_AANBIEDER}, []),
)
DECLARATIE_FILTERS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"status": "verwerkt"}, ["F902", "F901"]),
    ({"status": "afgekeurd"}, ["F903"]),
    ({"jaar": 2019, "periode": 6}, ["F903", "F902", "F901"]),
    ({"jaar": 2019, "periode": 7}, []),
    ({"jaar": 2018}, []),
)


@pytest.fixture
def service(service: Service) -> Service:
    """A service with a little history: two 301s with their 302s, three 303s with their 304s, and a refused body."""
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)
    for declaratie in (FOR_X, FOR_Y, TECHNICALLY_WRONG):
        service.accept(declaratie, as_=AANBIEDER)
    service.refuse(b"geen XML", as_=GEMEENTE)
    return service


def pages(service: Service, path: str, *, as_: str) -> Iterator[list[dict[str, Any]]]:
    """Each page, from one `next` to the other."""
    following: str | None = path
    while following is not None:
        page = service.get(following, as_=as_)
        yield page["resultaten"]
        following = page["_links"]["next"] and page["_links"]["next"]["href"]


class TestPostbus:
    def test_gives_everything_once_in_order_however_it_is_cut(self, service: Service):
        whole = [bericht["id"] for bericht in service.postbus(as_=AANBIEDER)]
        assert len(whole) == 5
        for limiet in (1, 2, 5):
            found = [b["id"] for page in pages(service, f"/v1/postbus?limiet={limiet}", as_=AANBIEDER) for b in page]
            assert found == whole

    def test_holds_what_is_for_the_party(self, service: Service):
        soorten = [bericht["soort"] for bericht in service.postbus(as_=AANBIEDER)]
        assert soorten == ["WMO301", "WMO301", "WMO304", "WMO304", "WMO304"]
        soorten = [bericht["soort"] for bericht in service.postbus(as_=GEMEENTE)]
        assert soorten == ["WMO302", "WMO302", "WMO303", "WMO303", "WMO303"]
        assert service.postbus(as_=OTHER_AANBIEDER) == service.postbus(as_=OTHER_GEMEENTE) == []

    def test_the_last_cursor_gives_nothing_until_something_comes(self, service: Service):
        cursor = service.get("/v1/postbus", as_=AANBIEDER)["cursor"]
        for _ in range(2):
            empty = service.get("/v1/postbus", as_=AANBIEDER, na=cursor)
            assert (empty["resultaten"], empty["cursor"]) == ([], cursor)
        bericht = service.accept(message_301("A0901", "2019-05-14", toewijzing(1901, 5)), as_=GEMEENTE)
        new = service.get("/v1/postbus", as_=AANBIEDER, na=cursor)
        assert [b["id"] for b in new["resultaten"]] == [bericht["id"]]
        assert new["cursor"] != cursor

    def test_a_bericht_that_arrived_is_afgeleverd_as_often_as_it_is_said(self, service: Service):
        first = service.postbus(as_=AANBIEDER)[0]
        for _ in range(2):
            response = service.request("POST", f"/v1/postbus/{first['id']}/_ontvangen", as_=AANBIEDER)
            assert response.status_code == 200
        retour = service.postbus(as_=AANBIEDER)[-1]
        response = service.request("POST", f"/v1/postbus/{retour['id']}/_ontvangen", as_=AANBIEDER)
        assert response.json()["status"] == "afgeleverd"
        assert len(service.postbus(as_=AANBIEDER)) == 5

    def test_nobody_confirms_for_another(self, service: Service):
        retour = service.postbus(as_=AANBIEDER)[-1]
        for party in (GEMEENTE, OTHER_AANBIEDER, OTHER_GEMEENTE, BEHEER):
            response = service.request("POST", f"/v1/postbus/{retour['id']}/_ontvangen", as_=party)
            assert response.status_code in {403, 404}
        assert service.get(f"/v1/berichten/{retour['id']}")["status"] == "te-verzenden"

    def test_an_invalid_cursor_is_refused(self, service: Service):
        for cursor in ("x", "e30x", "W10", "%00", "é"):
            response = service.request("GET", "/v1/postbus", as_=AANBIEDER, params={"na": cursor})
            assert response.status_code == 400, cursor


class TestBerichten:
    def test_pages_follow_on_each_other_without_gaps(self, service: Service):
        whole = [bericht["id"] for bericht in service.berichten()]
        assert len(whole) == 11
        assert whole == sorted(whole, reverse=True)
        for limiet in (1, 4, 11):
            found = [b["id"] for page in pages(service, f"/v1/berichten?limiet={limiet}", as_=GEMEENTE) for b in page]
            assert found == whole

    def test_filters(self, service: Service):
        for filters, found in BERICHT_FILTERS:
            berichten = service.berichten(**filters)
            assert len(berichten) == found, filters
            same = set(filters) - {"van", "tot"}
            assert all(bericht[name] == filters[name] for bericht in berichten for name in same), filters

    def test_filters_hold_on_every_page(self, service: Service):
        first = "/v1/berichten?limiet=1&soort=WMO303"
        assert [b["soort"] for page in pages(service, first, as_=GEMEENTE) for b in page] == ["WMO303"] * 3

    def test_what_makes_no_sense_is_refused(self, service: Service):
        for query in ("soort=WMO999", "limiet=0", "limiet=501", "van=gisteren"):
            assert service.request("GET", f"/v1/berichten?{query}", as_=GEMEENTE).status_code == 400, query

    @pytest.mark.parametrize(("bsn", "soorten"), [(BSN_X, ["303", "303", "301"]), (BSN_Y, ["304", "303", "301"])])
    def test_are_searched_by_bsn(self, bsn: str, soorten: list[str], service: Service):
        response = service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json={"bsn": bsn})
        assert [bericht["soort"] for bericht in response.json()["resultaten"]] == [f"WMO{nr}" for nr in soorten]
        assert bsn not in response.text
        narrow = service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json={"bsn": bsn, "soort": "WMO301"})
        assert [bericht["soort"] for bericht in narrow.json()["resultaten"]] == ["WMO301"]

    def test_search_finds_nothing_of_others(self, service: Service):
        for party in (OTHER_AANBIEDER, OTHER_GEMEENTE):
            response = service.request("POST", "/v1/berichten/_zoek", as_=party, json={"bsn": BSN_X})
            assert response.json()["resultaten"] == []
        wrong = service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json={"bsn": "99990000X"})
        assert (wrong.status_code, "99990000X" in wrong.text) == (400, False)


class TestToewijzingenAndDeclaraties:
    def test_toewijzingen_in_pages(self, service: Service):
        found = [row["nummer"] for page in pages(service, "/v1/toewijzingen?limiet=3", as_=GEMEENTE) for row in page]
        assert found == [1001, 1002, 1003, 1004]

    def test_toewijzingen_are_filtered(self, service: Service):
        for filters, nummers in TOEWIJZING_FILTERS:
            rows = service.get("/v1/toewijzingen", **filters)["resultaten"]
            assert [row["nummer"] for row in rows] == nummers, filters

    def test_declaraties_in_pages(self, service: Service):
        found = [
            row["factuurnummer"] for page in pages(service, "/v1/declaraties?limiet=1", as_=AANBIEDER) for row in page
        ]
        assert found == ["F903", "F902", "F901"]

    def test_declaraties_are_filtered(self, service: Service):
        for filters, nummers in DECLARATIE_FILTERS:
            rows = service.get("/v1/declaraties", **filters)["resultaten"]
            assert [row["factuurnummer"] for row in rows] == nummers, filters

    def test_a_declaratie_tells_what_became_of_each_line(self, service: Service):
        refused = service.get("/v1/declaraties")["resultaten"][1]
        declaratie = service.get(refused["_links"]["self"]["href"], as_=AANBIEDER)
        (regel,) = declaratie["regels"]
        assert (declaratie["ingediendCenten"], declaratie["toegekendCenten"]) == (40100, 0)
        assert (regel["uitkomst"], regel["retourcodes"], regel["bedragCenten"]) == ("afgewezen", ["9321"], 40100)
        assert [finding["retourcode"] for finding in regel["bevindingen"]] == ["9321"]
        assert BSN_Y not in str(declaratie)

    def test_budget_of_the_period(self, service: Service):
        first, second = service.budget(1001, as_=AANBIEDER)[:2]
        assert (first["begindatum"], first["einddatum"]) == (P1.begindatum.isoformat(), P1.einddatum.isoformat())
        assert (first["toegewezen"], first["gedeclareerd"], first["resterend"]) == (850, 10, 840)
        assert (second["begindatum"], second["resterend"]) == (P2.begindatum.isoformat(), 850)


def things(service: Service) -> list[str]:
    """The path of everything that only the gemeente and its aanbieder may see."""
    berichten = [bericht["_links"] for bericht in service.berichten() if bericht["soort"]]
    declaraties = service.get("/v1/declaraties")["resultaten"]
    return [
        *(links["self"]["href"] for links in berichten),
        *(links["xml"]["href"] for links in berichten),
        *(declaratie["_links"]["self"]["href"] for declaratie in declaraties),
        "/v1/toewijzingen/0384/1001",
        "/v1/toewijzingen/0384/1001/budget",
    ]


LISTS = ("/v1/berichten", "/v1/postbus", "/v1/toewijzingen", "/v1/declaraties")


class TestTenants:
    def test_both_parties_see_what_is_theirs(self, service: Service):
        for path in things(service):
            for party in (GEMEENTE, AANBIEDER):
                assert service.request("GET", path, as_=party).status_code == 200, path

    @pytest.mark.parametrize("party", [OTHER_AANBIEDER, OTHER_GEMEENTE])
    def test_what_is_of_others_does_not_exist(self, party: str, service: Service):
        for path in things(service):
            response = service.request("GET", path, as_=party)
            unknown = service.request("GET", f"{path.rpartition('/')[0]}/00000000", as_=party)
            assert (response.status_code, unknown.status_code) == (404, 404), path
        for path in LISTS:
            assert service.get(path, as_=party)["resultaten"] == []

    def test_beheer_reads_no_client_data_and_sends_nothing(self, service: Service):
        for path in (*things(service), *LISTS):
            assert service.request("GET", path, as_=BEHEER).status_code == 404, path
        for path in ("/v1/berichten", "/v1/berichten/_controleer"):
            response = service.post(FOR_X, as_=BEHEER, to=path)
            assert (response.status_code, response.json()["status"]) == (403, 403)

    def test_a_gemeente_key_for_two_sees_both(self, service: Service):
        key = create_key(service.runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE, OTHER_GEMEENTE], naam="regio")
        response = service.client.get("/v1/toewijzingen", headers={"Authorization": f"Bearer {key}"})
        assert len(response.json()["resultaten"]) == 4


class TestKeys:
    def test_without_a_valid_one_there_is_nothing(self, service: Service):
        for header in (None, "Bearer", "Bearer iwmo_x_y", "Basic YTpi", "Bearer é", service.key(GEMEENTE)):
            headers: Any = {"Authorization": header.encode()} if header else {}
            for path in (*LISTS, "/v1/producten", "/v1/retourcodes/9321"):
                response = service.client.get(path, headers=headers)
                assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer"), (header, path)
            assert service.client.post("/v1/berichten", content=b"x", headers=headers).status_code == 401, header

    def test_a_revoked_one_is_refused_at_once(self, service: Service):
        key = service.key(AANBIEDER)
        service.get("/v1/postbus", as_=AANBIEDER)
        assert revoke(service.runtime, key.split("_")[1])
        assert service.request("GET", "/v1/postbus", as_=AANBIEDER).status_code == 401
        assert service.post(FOR_X, as_=AANBIEDER).status_code == 401
        assert service.request("GET", "/v1/postbus", as_=GEMEENTE).status_code == 200
