"""The thread of a bericht over HTTP, its second try, and who sees what of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.delivery.transport import Afgeleverd, Later, Nooit
from app.domain.werk import JobSoort, JobStatus
from app.processing.aansluitingen import disconnect
from app.storage.base import Storage
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, a_declaratie, a_toewijzingsbericht
from tests.e2e.service import BEHEER, Service, a_runtime, serving
from tests.processing.working import PARTIJ, Moment, Scripted, connected, jobs, scripted

AWAY = Later("De ontvanger is niet bereikbaar.")
NO = Nooit("De ontvanger weigert het bericht (HTTP 400).")


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def transport() -> Scripted:
    """Where everything goes."""
    return Scripted()


@pytest.fixture
def on_each(storage: Storage, schemas, clock, moment: Moment, transport: Scripted):
    """A service on each database in turn, whose transport and clock a test decides."""
    runtime = replace(a_runtime(storage, schemas, clock), now=moment, transports=scripted(transport))
    with serving(runtime, clock) as running:
        yield running


def one(service: Service, id: str, as_: str = GEMEENTE) -> dict[str, Any]:
    return service.get(f"/v1/berichten/{id}", as_=as_)


def happened(service: Service, id: str, as_: str = GEMEENTE) -> list[str]:
    return [event["gebeurtenis"] for event in one(service, id, as_)["verloop"]]


def again(service: Service, id: str, as_: str = GEMEENTE):
    return service.request("POST", f"/v1/berichten/{id}/_opnieuw", as_=as_)


class TestThread:
    def test_tells_what_happened_in_time(self, on_each, transport, moment):
        connected(on_each.runtime)
        transport.outcomes = [AWAY, Afgeleverd()]
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        moment.pass_(minutes=2)
        on_each.work()
        bericht = one(on_each, id)
        assert [(e["gebeurtenis"], e["partij"], e["poging"], e["reden"]) for e in bericht["verloop"]] == [
            ("ontvangen", None, None, None),
            ("poging-mislukt", PARTIJ, 1, AWAY.reden),
            ("beantwoord", None, None, None),  # by the service itself, at the same moment
            ("afgeleverd", PARTIJ, 2, None),
        ]
        moments = [event["moment"] for event in bericht["verloop"]]
        assert moments == sorted(moments)
        assert bericht["status"] == "afgeleverd"
        assert bericht["voortgang"] is None
        assert bericht["referenties"] == {
            "identificatie": bericht["identificatie"],
            "ggkReferentienummer": None,
            "ggkCrossRefnummer": None,
        }

    def test_is_on_one_bericht_only(self, on_each):
        accepted = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        (listed,) = [b for b in on_each.berichten() if b["id"] == accepted["id"]]
        assert listed == accepted
        assert "verloop" not in accepted
        shown = one(on_each, accepted["id"])
        assert {name: shown[name] for name in accepted} == accepted

    def test_says_how_far_the_processing_is(self, on_each, clock):
        on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        with serving(replace(on_each.runtime, direct_bytes=0), clock) as large:
            response = large.post(a_declaratie(), as_=AANBIEDER)
            assert (response.status_code, response.json()["status"]) == (202, "in-verwerking")
            id = response.json()["id"]
            assert one(large, id, AANBIEDER)["voortgang"] == 0
            large.work()
            done = one(large, id, AANBIEDER)
            assert (done["status"], done["voortgang"]) == ("verwerkt", None)
            assert happened(large, id, AANBIEDER) == ["ontvangen", "verwerkt", "beantwoord"]

    def test_hides_what_concerns_another(self, on_each, transport):
        connected(on_each.runtime)
        connected(on_each.runtime, f"gemeente:{GEMEENTE}", "https://gemeente.example/")
        answer = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["_links"]["antwoord"]["href"].rpartition("/")[2]
        on_each.work()
        assert happened(on_each, answer) == ["ontvangen", "afgeleverd"]
        assert happened(on_each, answer, AANBIEDER) == ["ontvangen"]


class TestAnswerDue:
    def test_counts_working_days(self, on_each):
        message = _unanswered()
        id = on_each.accept(message, as_=GEMEENTE)["id"]
        bericht = one(on_each, id)
        (row,) = on_each.get("/v1/rapportages/termijnen", soort="retour-301")["resultaten"]
        assert bericht["antwoordUiterlijk"] == row["datum"]
        assert one(on_each, id, OTHER_AANBIEDER)["antwoordUiterlijk"] == row["datum"]

    def test_is_not_there_once_answered_or_refused(self, on_each):
        answered = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        on_each.refuse(b"<geen-bericht/>", as_=GEMEENTE)
        for bericht in on_each.berichten():
            assert one(on_each, bericht["id"])["antwoordUiterlijk"] is None
        assert answered


class TestAgain:
    def test_tries_what_failed_again(self, on_each, transport):
        connected(on_each.runtime)
        transport.outcomes = [NO, Afgeleverd()]
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        assert one(on_each, id)["status"] == "mislukt"
        response = again(on_each, id)
        assert (response.status_code, response.json()["status"]) == (200, "te-verzenden")
        on_each.work()
        assert one(on_each, id)["status"] == "afgeleverd"
        events = one(on_each, id)["verloop"]
        assert [e["gebeurtenis"] for e in events] == ["ontvangen", "mislukt", "opnieuw", "afgeleverd", "beantwoord"]
        assert on_each.key(GEMEENTE).split("_")[1] in events[2]["reden"]
        assert "opnieuw" not in happened(on_each, id, AANBIEDER)
        first, second = transport.sent
        assert first == second

    def test_sends_again_what_was_delivered(self, on_each, transport):
        connected(on_each.runtime)
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        assert again(on_each, id).status_code == 200
        on_each.work()
        first, second = transport.sent
        assert (first, one(on_each, id)["status"]) == (second, "afgeleverd")

    def test_said_twice_is_done_once(self, on_each, transport):
        connected(on_each.runtime)
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        answers = [again(on_each, id) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert happened(on_each, id).count("opnieuw") == 1
        on_each.work()
        assert len(transport.sent) == 2

    def test_settles_a_failed_303_again(self, on_each, clock, monkeypatch):
        on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        with serving(replace(on_each.runtime, direct_bytes=0), clock) as large:
            id = large.post(a_declaratie(), as_=AANBIEDER).json()["id"]
            monkeypatch.setattr("app.domain.werk.ONVERWACHT_WAITS", ())
            with monkeypatch.context() as broken:
                broken.setattr("app.processing.declaratie_besluit.settle", _fail)
                large.work()
            assert one(large, id)["status"] == "mislukt"
            assert again(large, id).json()["status"] == "in-verwerking"
            large.work()
            assert one(large, id)["status"] == "verwerkt"
            assert happened(large, id) == ["ontvangen", "mislukt", "opnieuw", "verwerkt", "beantwoord"]

    @pytest.mark.parametrize("as_", [AANBIEDER, BEHEER])
    def test_is_for_the_gemeente(self, as_, on_each):
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        assert again(on_each, id, as_).status_code == 403

    def test_of_what_nobody_is_brought_is_refused(self, on_each, transport):
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        problem = again(on_each, id)
        assert (problem.status_code, problem.json()["type"]) == (409, "/problems/niets-opnieuw-te-doen")
        assert "postbus" in problem.json()["detail"]
        connected(on_each.runtime)
        disconnect(on_each.runtime, partij=PARTIJ)
        on_each.work()
        assert again(on_each, id).status_code == 409
        assert "opnieuw" not in happened(on_each, id)

    def test_of_what_was_refused_is_refused(self, on_each):
        on_each.refuse(b"<geen-bericht/>", as_=GEMEENTE)
        (bericht,) = on_each.berichten()
        assert again(on_each, bericht["id"]).status_code == 409

    def test_an_old_failure_is_of_the_past(self, on_each, transport):
        connected(on_each.runtime)
        transport.outcomes = [NO]
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        for number in range(2):
            connected(on_each.runtime, url=f"https://nieuw{number}.example/")
            on_each.work()
        assert len(jobs(on_each.runtime, JobSoort.AFLEVERING, JobStatus.MISLUKT)) == 3
        assert again(on_each, id).status_code == 200
        assert len(jobs(on_each.runtime, JobSoort.AFLEVERING, JobStatus.OPEN)) == 1


class TestConfirmed:
    def test_is_delivered_and_not_brought_any_more(self, on_each, transport):
        connected(on_each.runtime)
        transport.outcomes = [AWAY]
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        for _ in range(2):
            response = on_each.request("POST", f"/v1/postbus/{id}/_ontvangen", as_=AANBIEDER)
            assert (response.status_code, response.json()["status"]) == (200, "afgeleverd")
        assert happened(on_each, id, AANBIEDER).count("afgeleverd") == 1
        assert jobs(on_each.runtime, JobSoort.AFLEVERING, JobStatus.OPEN) == []

    def test_after_it_was_given_up(self, on_each, transport):
        connected(on_each.runtime)
        transport.outcomes = [NO]
        id = on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        on_each.work()
        assert one(on_each, id)["status"] == "mislukt"
        on_each.request("POST", f"/v1/postbus/{id}/_ontvangen", as_=AANBIEDER)
        assert one(on_each, id)["status"] == "afgeleverd"


class TestAansluitingen:
    def test_are_for_who_runs_the_service(self, on_each):
        connected(on_each.runtime, url="https://ontvanger.example/in?token=geheim")
        shown = on_each.get("/v1/aansluitingen", as_=BEHEER)["resultaten"]
        assert shown == [
            {"partij": PARTIJ, "soort": "http", "adres": "https://ontvanger.example/in", "sleutelversie": 1}
        ]


def _fail(*_args: object, **_more: object) -> None:
    raise ValueError("broken")


def _unanswered():
    """A 301 for the aanbieder that answers itself."""
    message = a_toewijzingsbericht()
    return replace(message, header=replace(message.header, ontvanger=OTHER_AANBIEDER))
