"""A 301 that repeats versions of an earlier one: booked once, and standing as long as one of its 301s stands."""

from __future__ import annotations

from tests.builders import GEMEENTE, OTHER_AANBIEDER, a_product
from tests.e2e.notation import message_301, toewijzing
from tests.e2e.service import Service
from tests.e2e.test_flow import SELF, retour_on

VERBLIJF = toewijzing(3002, 10, product=a_product("04", "04A01"))
AGAIN = message_301("B0100", "2019-05-15", toewijzing(3001, 850), VERBLIJF, aanbieder=OTHER_AANBIEDER)


def states(service: Service, nummer: int) -> list[bool]:
    """Whether each version was refused, newest first."""
    return [versie["vervallen"] for versie in service.get(f"/v1/toewijzingen/0384/{nummer}")["versies"]]


class TestFullPicture:
    def test_books_a_version_once_and_links_it_to_both(self, service: Service):
        first = service.accept(SELF, as_=GEMEENTE)
        again = service.accept(AGAIN, as_=GEMEENTE)
        assert states(service, 3001) == [False]
        assert [link["href"] for link in first["_links"]["toewijzingen"]] == ["/v1/toewijzingen/0384/3001"]
        assert {link["href"][-4:] for link in again["_links"]["toewijzingen"]} == {"3001", "3002"}

    def test_the_version_stands_when_only_the_first_301_is_refused(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        again = service.accept(AGAIN, as_=GEMEENTE)
        service.accept(retour_on(SELF, "RA1", "9300"), as_=OTHER_AANBIEDER)
        assert states(service, 3001) == [False]
        (versie,) = service.get("/v1/toewijzingen/0384/3001")["versies"]
        assert versie["_links"]["bericht"]["href"] == f"/v1/berichten/{again['id']}"

    def test_it_is_gone_when_every_301_is_refused(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(AGAIN, as_=GEMEENTE)
        service.accept(retour_on(AGAIN, "RA1", "9300"), as_=OTHER_AANBIEDER)
        assert (states(service, 3001), states(service, 3002)) == ([False], [True])
        service.accept(retour_on(SELF, "RA2", "9300"), as_=OTHER_AANBIEDER)
        assert states(service, 3001) == [True]
        assert service.budget(3001) == []

    def test_sent_anew_after_a_refusal_it_counts_again(self, service: Service):
        service.accept(SELF, as_=GEMEENTE)
        service.accept(retour_on(SELF, "RA1", "9300"), as_=OTHER_AANBIEDER)
        service.accept(AGAIN, as_=GEMEENTE)
        assert states(service, 3001) == [False, True]
        assert len(service.budget(3001)) == 4
