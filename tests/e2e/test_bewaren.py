"""The whole story of clients over HTTP and by envelope; past its term nothing of it is left anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.domain.bericht import BerichtStatus
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.xsd import Schemas
from app.storage.base import Storage
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, OTHER_AANBIEDER, P1
from tests.builders.toekenning import SECOND, STEENWIJKERLAND, toekenning_json
from tests.e2e.notation import BASE, D, line, message_303
from tests.e2e.service import Service, early_2018
from tests.e2e.test_flow import BOTH, retour_on
from tests.processing.bewaren_stories import dump, emptied, everything, files, traces_in, years_on

PERSONAL = [BSN_X, BSN_Y, "Testmans", "Zonnebloemer", "1979-06-10", "1985-01-08", "Dorpsstraat", "8331AA"]
IDENTIFIERS = ["A0001", "BASISY", "DGOED", "DFOUT", "R-GOED", "R-FOUT", "RETOUR1"]


def tell(service: Service) -> dict[str, str]:
    """A 301 of 2.1 and one of 2.3, a refusal, 303s that are granted, refused, repeated and unreadable."""
    service.accept(BASE[1], as_=GEMEENTE)
    both = service.accept(BOTH, as_=GEMEENTE, release="2.1")
    (refused, *_) = service.berichten(as_=OTHER_AANBIEDER, soort="WMO301")
    message = service.read(service.xml(refused["id"], as_=OTHER_AANBIEDER))
    assert isinstance(message, Toewijzingsbericht)
    service.accept(retour_on(message, "RETOUR1", "9300"), as_=OTHER_AANBIEDER)
    claim = message_303(
        "DGOED",
        P1,
        "2019-06-20",
        line("R-GOED", 1001, P1, 850, 100, D(85000)),
        line("R-GOEDY", 1004, P1, 400, 100, D(40000), bsn=BSN_Y),
    )
    bericht = service.accept(claim, as_=AANBIEDER)
    service.post(claim, as_=AANBIEDER)
    service.accept(message_303("DFOUT", P1, "2019-06-20", line("R-FOUT", 9999, P1, 1, 100, D(100))), as_=AANBIEDER)
    service.refuse(b"<Bericht>999900006</Bericht>", as_=AANBIEDER)
    return {"both": both["id"], "claim": bericht["id"]}


class TestOverHttp:
    def test_nothing_of_a_story_remains(self, service: Service, database_url: str):
        ids = tell(service)
        service.work()
        storage = service.runtime.storage
        told = traces_in(everything(storage), [*PERSONAL, *IDENTIFIERS])
        assert {BSN_X, BSN_Y, "Testmans", "DGOED", "R-FOUT"} <= set(told)
        assert service.get(f"/v1/berichten/{ids['claim']}")["status"] == BerichtStatus.VERWERKT
        verslag = years_on(service.clock, service.runtime)
        assert (verslag.dossiers, verslag.mislukt) == (2, 0)
        assert emptied(storage) == {}
        assert traces_in(everything(storage) + files(database_url), [*PERSONAL, *IDENTIFIERS]) == []

    def test_a_report_holds_nothing_that_leads_to_a_person(self, service: Service):
        tell(service)
        verslag = repr(years_on(service.clock, service.runtime))
        assert traces_in(verslag.encode(), [*PERSONAL, *IDENTIFIERS]) == []

    def test_the_gemeente_sees_until_when_a_bericht_is_kept(self, service: Service):
        ids = tell(service)
        seen = service.get(f"/v1/berichten/{ids['claim']}")
        received = datetime.now(UTC).date()
        assert seen["bewarenTot"][:4] == str(received.year + 15)
        assert seen["bewaarReden"].startswith("Wmo 2015 art. 5.3.4: 15 jaar")
        own = service.get(f"/v1/berichten/{ids['claim']}", as_=AANBIEDER)
        assert (own["bewarenTot"], own["bewaarReden"]) == (None, None)

    def test_a_replay_is_a_conflict(self, service: Service):
        tell(service)
        today = service.clock.today
        years_on(service.clock, service.runtime)
        service.clock.today = today
        problem = service.refuse(BASE[1], as_=GEMEENTE, status=409)
        assert problem["type"].endswith("bericht-was-verwijderd")
        response = service.post(BASE[1], as_=GEMEENTE, to="/v1/berichten/_controleer")
        assert response.status_code == 409


@pytest.fixture
def early(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland early in 2018."""
    with early_2018(storage, schemas) as running:
        yield running


class TestToekenning:
    def test_nothing_of_it_remains(self, early: Service, database_url: str):
        body = toekenning_json()
        body["client"]["naam"]["achternaam"] = "Zonnebloemer"
        headers = {"Content-Type": "application/json", "Idempotency-Key": "een"}
        posted = early.request(
            "POST", "/v1/toekenningen", as_=STEENWIJKERLAND, content=json.dumps(body), headers=headers
        )
        assert posted.status_code == 201, posted.text
        (row,) = early.get("/v1/toewijzingen", as_=STEENWIJKERLAND)["resultaten"]
        nummer = row["nummer"]
        path = f"/v1/toewijzingen/{STEENWIJKERLAND}/{nummer}/_splits"
        split = {"aanbieder": SECOND, "vanaf": {"jaar": 2018, "periode": 3}, "budgetPerPeriode": 400}
        assert early.request("POST", path, as_=STEENWIJKERLAND, json=split).status_code == 201
        storage = early.runtime.storage
        assert {"Dorpsstraat", "Zonnebloemer"} < set(traces_in(everything(storage), PERSONAL))
        assert dump(storage, "termijn", "idempotency_key")["termijn"]
        years_on(early.clock, early.runtime)
        assert emptied(storage) == {}
        assert traces_in(everything(storage) + files(database_url), PERSONAL) == []

    def test_its_numbers_are_not_given_out_again(self, early: Service):
        first = grant(early)
        today = early.clock.today
        years_on(early.clock, early.runtime)
        early.clock.today = today
        assert grant(early) > first


def grant(service: Service) -> int:
    """The ToewijzingNummer of a new toekenning."""
    posted = service.request("POST", "/v1/toekenningen", as_=STEENWIJKERLAND, json=toekenning_json())
    assert posted.status_code == 201, posted.text
    (row,) = service.get("/v1/toewijzingen", as_=STEENWIJKERLAND)["resultaten"]
    return row["nummer"]
