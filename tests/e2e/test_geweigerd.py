"""An aanbieder refuses the 301 of a decision that was taken here: the decision stands, and the gemeente sees it."""

from __future__ import annotations

from app.domain.toewijzing import Toewijzingsbericht
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.service import Service
from tests.e2e.test_flow import retour_on
from tests.e2e.test_wijzigingen import a_split, done, known, numbers

__all__ = ["known"]


def refuse_the_301_for(aanbieder: str, answer: dict[str, object], service: Service) -> str:
    """The id of the 301 for the aanbieder, which it refuses."""
    berichten = answer["berichten"]
    assert isinstance(berichten, list)
    (bericht,) = [one for one in berichten if one["ontvanger"] == aanbieder]
    message = service.read(service.xml(bericht["id"], as_=aanbieder))
    assert isinstance(message, Toewijzingsbericht)
    service.accept(retour_on(message, "RX1", retour_codes=("0001",)), as_=aanbieder)
    return bericht["id"]


def test_a_refused_part_of_a_split_changes_no_budget(service: Service):
    answer = done(service, "_splits", a_split())
    _, first, second = numbers(answer)
    before = {nummer: service.budget(nummer) for nummer in (1001, first, second)}
    bericht_id = refuse_the_301_for(OTHER_AANBIEDER, answer, service)
    assert {nummer: service.budget(nummer) for nummer in (1001, first, second)} == before
    bericht = service.get(f"/v1/berichten/{bericht_id}", as_=GEMEENTE)
    assert bericht["status"] == "beantwoord"
    assert [found["regel"] for found in bericht["bevindingen"]] == ["IWB-geweigerd"]
    assert service.get(f"/v1/toewijzingen/{GEMEENTE}/1001", as_=AANBIEDER)["versies"][0]["vervallen"] is False
