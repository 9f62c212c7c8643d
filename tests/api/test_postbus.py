"""The postbus: oldest first, with a cursor that never skips or repeats, and a confirmation that may be repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.principal import Rol
from app.processing.keys import create_key
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P1, a_retour_header, a_toewijzing_retour
from tests.e2e.notation import D, line, message_301, message_303, toewijzing
from tests.e2e.service import BEHEER, Service

UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def service(service_on_each: Service) -> Service:
    """A service on each database in turn."""
    return service_on_each


def fill(service: Service, number: int, start: int = 0, aanbieder: str = AANBIEDER) -> list[str]:
    """Post this many 301s to an aanbieder; their ids, oldest first."""
    return [
        service.accept(message_301(f"P{n}", "2019-05-14", toewijzing(3000 + n, 5), aanbieder=aanbieder), as_=GEMEENTE)[
            "id"
        ]
        for n in range(start, start + number)
    ]


def fetch(service: Service, cursor: str | None = None, *, as_: str = AANBIEDER, limiet: int = 100):
    """The ids after a cursor, and the next cursor."""
    query = {"limiet": limiet} | ({"na": cursor} if cursor else {})
    page = service.get("/v1/postbus", as_=as_, **query)
    return [bericht["id"] for bericht in page["resultaten"]], page["cursor"]


class TestCursor:
    def test_goes_from_oldest_to_newest(self, service: Service):
        posted = fill(service, 3)
        assert fetch(service) == (posted, fetch(service)[1])

    def test_is_there_from_the_start_and_stays_until_something_comes(self, service: Service):
        found, cursor = fetch(service)
        assert (found, bool(cursor)) == ([], True)
        assert fetch(service, cursor) == ([], cursor)
        posted = fill(service, 2)
        found, later = fetch(service, cursor)
        assert found == posted
        assert later != cursor
        assert fetch(service, later) == ([], later)

    @pytest.mark.parametrize("limiet", [1, 2, 3, 5, 500])
    def test_skips_and_repeats_nothing_while_messages_arrive(self, limiet: int, service: Service):
        posted = fill(service, 3)
        seen: list[str] = []
        found, cursor = fetch(service, limiet=limiet)
        while found:
            seen += found
            if len(posted) < 6:
                posted += fill(service, 1, start=10 + len(posted))
            found, cursor = fetch(service, cursor, limiet=limiet)
        assert seen == posted

    def test_may_be_used_again(self, service: Service):
        posted = fill(service, 3)
        _, cursor = fetch(service, limiet=1)
        assert [fetch(service, cursor)[0] for _ in range(2)] == [posted[1:]] * 2

    @pytest.mark.parametrize("cursor", ["x", "%00", "MTIz", "e30x", "%F0%9F%98%80", "bnVsbA", "=", "W10", "a" * 60_000])
    def test_of_nobody(self, cursor: str, service: Service):
        answer = service.request("GET", f"/v1/postbus?na={cursor}", as_=AANBIEDER)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/ongeldige-invoer")

    def test_of_another_party_tells_and_opens_nothing(self, service: Service):
        posted = fill(service, 2)
        _, cursor = fetch(service)
        assert fetch(service, cursor, as_=OTHER_AANBIEDER)[0] == []
        _, foreign = fetch(service, as_=OTHER_AANBIEDER)
        assert fetch(service, foreign)[0] == posted

    def test_of_a_key_for_many_parties_is_accepted_again(self, service: Service):
        parties = [f"{42_430_000 + number}" for number in range(300)]
        key = create_key(service.runtime, rol=Rol.AANBIEDER, aanbieders=[AANBIEDER, *parties], naam="bureau")
        fill(service, 2)
        headers = {"Authorization": f"Bearer {key}"}
        page = service.client.get("/v1/postbus?limiet=1", headers=headers).json()
        assert len(page["cursor"]) > 2000
        following = service.client.get(page["_links"]["next"]["href"], headers=headers)
        assert following.status_code == 200
        assert len(following.json()["resultaten"]) == 1

    def test_of_a_key_for_two_parties(self, service: Service):
        both = create_key(service.runtime, rol=Rol.AANBIEDER, aanbieders=[AANBIEDER, OTHER_AANBIEDER], naam="bureau")
        headers, cursor, seen = {"Authorization": f"Bearer {both}"}, None, []
        posted = fill(service, 2) + fill(service, 2, 10, OTHER_AANBIEDER) + fill(service, 1, 20)
        for _ in range(5):
            query = {"limiet": 1} | ({"na": cursor} if cursor else {})
            page = service.client.get("/v1/postbus", headers=headers, params=query).json()
            seen += [bericht["id"] for bericht in page["resultaten"]]
            cursor = page["cursor"]
        assert sorted(seen) == sorted(posted)
        assert len(set(seen)) == 5

    def test_links(self, service: Service):
        posted = fill(service, 2)
        first = service.get("/v1/postbus?limiet=1", as_=AANBIEDER)
        assert first["_links"]["self"] == {"href": "/v1/postbus?limiet=1"}
        second = service.get(first["_links"]["next"]["href"], as_=AANBIEDER)
        assert [page["resultaten"][0]["id"] for page in (first, second)] == posted
        last = service.get(second["_links"]["next"]["href"], as_=AANBIEDER)
        assert (last["resultaten"], last["_links"]["next"], last["cursor"]) == ([], None, second["cursor"])


class TestContents:
    def test_of_each_party(self, service: Service):
        fill(service, 1)
        fill(service, 1, 1, OTHER_AANBIEDER)
        service.accept(message_303("F1", P1, "2019-06-20", line("R1", 3000, P1, 5, 100, D(500))), as_=AANBIEDER)
        kinds = {
            party: [bericht["soort"] for bericht in service.postbus(as_=party)]
            for party in (GEMEENTE, AANBIEDER, OTHER_AANBIEDER, "1708")
        }
        assert kinds == {
            GEMEENTE: ["WMO302", "WMO303"],
            AANBIEDER: ["WMO301", "WMO304"],
            OTHER_AANBIEDER: ["WMO301"],
            "1708": [],
        }

    def test_is_nothing_that_was_refused(self, service: Service):
        service.refuse(b"<", as_=GEMEENTE)
        service.refuse(message_301("P1", "2019-05-14", toewijzing(1, 5), bsn="999900007"), as_=GEMEENTE)
        assert fetch(service)[0] == []


class TestConfirm:
    def confirm(self, service: Service, id_: str, as_: str = AANBIEDER):
        """What `_ontvangen` answers."""
        return service.request("POST", f"/v1/postbus/{id_}/_ontvangen", as_=as_)

    def test_makes_it_delivered_once_and_for_all(self, service: Service):
        (posted,) = fill(service, 1)
        for _ in range(2):
            answer = self.confirm(service, posted)
            assert (answer.status_code, answer.json()["status"]) == (200, "afgeleverd")
        assert service.get(f"/v1/berichten/{posted}")["status"] == "afgeleverd"
        assert fetch(service)[0] == [posted]

    def test_does_not_undo_an_answer(self, service: Service):
        identificatie = message_301("P1", "2019-05-14").header.bericht_identificatie
        sent = message_301("P1", "2019-05-14", toewijzing(3001, 5), aanbieder=OTHER_AANBIEDER)
        posted = service.accept(sent, as_=GEMEENTE)["id"]
        header = a_retour_header(ontvanger=OTHER_AANBIEDER, bericht_identificatie=identificatie)
        service.accept(a_toewijzing_retour(header=header), as_=OTHER_AANBIEDER)
        assert self.confirm(service, posted, OTHER_AANBIEDER).json()["status"] == "beantwoord"

    def test_does_not_hide_that_a_303_was_refused(self, service: Service):
        fill(service, 1)
        claim = message_303("F1", P1, "2019-06-20", line("R1", 3000, P1, 5, 100, D(500)))
        header = replace(claim.header, declaratie_factuur_totaal_bedrag=D(499))
        refused = service.accept(replace(claim, header=header), as_=AANBIEDER)
        assert refused["status"] == "afgekeurd"
        assert self.confirm(service, refused["id"], GEMEENTE).json()["status"] == "afgekeurd"

    @pytest.mark.parametrize(("as_", "status"), [(GEMEENTE, 404), (OTHER_AANBIEDER, 404), ("1708", 404), (BEHEER, 403)])
    def test_is_for_the_party_that_it_lies_with(self, as_: str, status: int, service: Service):
        (posted,) = fill(service, 1)
        assert self.confirm(service, posted, as_).status_code == status
        assert service.get(f"/v1/berichten/{posted}")["status"] == "te-verzenden"

    @pytest.mark.parametrize("id_", [UNKNOWN, "x", "%00", "_ontvangen"])
    def test_of_nothing(self, id_: str, service: Service):
        assert self.confirm(service, id_).status_code == 404
