"""A 303 tells little of clients who are not those of its aanbieder, however often it is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.processing import tempo
from app.processing.vreemden import watch
from app.storage.base import Storage
from app.storage.outages import DatabaseUnavailable
from app.storage.toewijzingen import known_bsns
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, a_declaratie, a_toewijzingsbericht
from tests.e2e.service import Clock, Service, a_runtime, serving
from tests.processing.test_tempo import Warnings

TRIAL = "/v1/berichten/_controleer"
DECLARATIE = a_declaratie()
(BSN,) = {client.bsn for client in DECLARATIE.clienten}
FOREIGN = "999900018"


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """A service in which two searches a minute are enough."""
    clock = Clock()
    with serving(a_runtime(storage, schemas, clock), clock, bsn_searches_per_minute=2) as running:
        yield running


def foreign() -> bytes:
    """A 303 about the client of nobody."""
    return write(DECLARATIE, "2.3").replace(BSN.encode(), FOREIGN.encode())


def test_trials_of_clients_of_others_are_searches(service: Service):
    answers = [service.post(foreign(), as_=AANBIEDER, to=TRIAL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["type"] == "/problems/te-veel-vragen"
    assert int(answers[2].headers["retry-after"]) >= 1
    assert FOREIGN not in answers[2].text
    asked = service.request("POST", "/v1/berichten/_zoek", as_=AANBIEDER, json={"bsn": FOREIGN})
    assert asked.status_code == 429


def test_trials_of_its_own_clients_are_none(service: Service):
    service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
    for _ in range(4):
        assert service.controleer(DECLARATIE, as_=AANBIEDER)["antwoordXml"]


def test_real_messages_are_taken_and_told(service: Service, monkeypatch: pytest.MonkeyPatch):
    warnings = Warnings()
    monkeypatch.setattr(tempo, "log", warnings)
    for number in range(4):
        assert service.post(_numbered(foreign(), number), as_=AANBIEDER).status_code == 201
    assert warnings.told == [("foreign_bsns_many", AANBIEDER), ("foreign_bsns_many", 1)]


def _numbered(body: bytes, number: int) -> bytes:
    factuur = DECLARATIE.header.declaratie_factuur_identificatie.declarant_factuur_nummer
    return body.replace(f">{factuur}<".encode(), f">V{number}<".encode())


def test_an_outage_does_not_undo_what_was_taken(service: Service, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr("app.processing.vreemden.known_bsns", fail)
    watch(service.runtime, DECLARATIE)


def test_a_client_is_of_the_aanbieder_who_has_a_toewijzing(service: Service):
    service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
    with service.runtime.storage.reading() as session:
        for gemeente, aanbieder, known in (
            (GEMEENTE, AANBIEDER, {BSN}),
            (GEMEENTE, OTHER_AANBIEDER, set()),
            ("1708", AANBIEDER, set()),
        ):
            assert known_bsns(session, gemeente=gemeente, aanbieder=aanbieder, bsns={BSN, FOREIGN}) == known
