"""Toekenningen as a use case: one transaction, races, and what a caller of `grant` may count on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.bericht import Achternaam
from app.domain.principal import Principal, Rol
from app.domain.refusals import DifferentRequest, InvalidInput, Refusal, RejectedBericht
from app.domain.toekenning import Toekenning, TweedeAanbieder
from app.iwmo.xsd import Schemas
from app.processing import toekenningen
from app.processing.inrichtingen import find_inrichting
from app.processing.issue import Judged, judge_301
from app.processing.runtime import Runtime
from app.processing.toekenningen import create, grant, moment_of_toewijzing
from app.settings import PROJECT
from app.storage.base import Base, Storage
from app.storage.toewijzing_nummers import FIRST_NUMMER
from tests.builders import a_volledige_naam
from tests.builders.toekenning import (
    FIRST,
    SECOND,
    STEENWIJKERLAND,
    a_berekening,
    a_toekenning,
    clientgegevens,
)
from tests.e2e.service import Clock, a_runtime
from tests.storage.rows import at_once

FIXTURE = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
BACK_OFFICE = Principal(key_id="k", rol=Rol.GEMEENTE, gemeenten=frozenset({STEENWIJKERLAND}))
SPLIT = a_toekenning(tweede=TweedeAanbieder(agb=SECOND, budget_per_periode=300))
KEPT = ("toekenning", "toekenning_toewijzing", "toewijzing", "toewijzing_versie", "bericht", "postbus_item")


@pytest.fixture
def runtime(storage: Storage, schemas: Schemas, clock: Clock) -> Runtime:
    """A service that knows Steenwijkerland."""
    clock.today = date(2018, 1, 2)
    return a_runtime(storage, schemas, clock, FIXTURE)


def made(runtime: Runtime, toekenning: Toekenning, **more: Any) -> str:
    return create(runtime, BACK_OFFICE, toekenning, answer=lambda view: view.record.id, **more)


def attempt(runtime: Runtime, toekenning: Toekenning, **more: Any) -> str | type[Refusal]:
    try:
        return made(runtime, toekenning, **more)
    except Refusal as refusal:
        return type(refusal)


def counts(runtime: Runtime) -> dict[str, int]:
    """How many rows there are of what a toekenning brings about."""
    tables = Base.metadata.tables
    with runtime.storage.reading() as session:
        return {name: session.execute(select(func.count()).select_from(tables[name])).scalar_one() for name in KEPT}


class TestCreate:
    def test_keeps_everything_together(self, runtime: Runtime):
        made(runtime, SPLIT)
        assert counts(runtime) == {
            "toekenning": 1,
            "toekenning_toewijzing": 2,
            "toewijzing": 2,
            "toewijzing_versie": 2,
            "bericht": 3,  # two 301s, and the 302 of the aanbieder that leaves it to the service
            "postbus_item": 3,
        }

    def test_keeps_nothing_when_a_301_would_not_be_right(self, runtime: Runtime):
        name = a_volledige_naam(geslachtsnaam=Achternaam(naam=" "))
        with pytest.raises(RejectedBericht) as refused:
            made(runtime, replace(SPLIT, client=clientgegevens(naam=name)), sleutel="K")
        assert refused.value.findings
        assert set(counts(runtime).values()) == {0}
        made(runtime, SPLIT, sleutel="K")

    def test_keeps_nothing_when_the_answer_cannot_be_written(self, runtime: Runtime):
        def broken(_view: object) -> str:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            create(runtime, BACK_OFFICE, SPLIT, answer=broken, sleutel="K")
        assert set(counts(runtime).values()) == {0}

    def test_keeps_nothing_of_a_proef(self, runtime: Runtime):
        made(runtime, SPLIT, proef=True, sleutel="K")
        assert set(counts(runtime).values()) == {0}


class TestRaces:
    def test_of_the_same_client_and_product_one_wins(self, runtime: Runtime):
        found = at_once(6, lambda number: attempt(runtime, SPLIT if number % 2 else a_toekenning(aanbieder=SECOND)))
        assert found.count(InvalidInput) == 5
        assert counts(runtime)["toekenning"] == 1

    def test_of_one_key_and_request_happen_once(self, runtime: Runtime):
        found = at_once(6, lambda _: attempt(runtime, SPLIT, sleutel="K"))
        assert len(set(found)) == 1
        assert counts(runtime)["toekenning"] == 1

    def test_of_one_key_and_other_requests_have_one_winner(self, runtime: Runtime):
        found = at_once(6, lambda number: attempt(runtime, replace(SPLIT, beschikking_nummer=number), sleutel="K"))
        assert found.count(DifferentRequest) == 5
        assert counts(runtime)["toekenning"] == 1

    def test_of_other_clients_and_aanbieders_all_succeed(self, runtime: Runtime):
        bsns = ("999900006", "999900018", "999900031", "999900043")
        there, back = (FIRST, SECOND), (SECOND, FIRST)

        def one(number: int) -> str | type[Refusal]:
            first, second = there if number % 2 else back
            tweede = TweedeAanbieder(agb=second, budget_per_periode=300)
            client = clientgegevens(bsn=bsns[number])
            return attempt(runtime, a_toekenning(client=client, aanbieder=first, tweede=tweede))

        assert all(isinstance(id, str) for id in at_once(len(bsns), one))
        assert counts(runtime)["toewijzing"] == 2 * len(bsns)


class TestGrant:
    def test_works_many_times_in_one_transaction_of_the_caller(self, runtime: Runtime):
        with runtime.storage.writing() as session:
            inrichting = find_inrichting(session, runtime, STEENWIJKERLAND)
            assert inrichting is not None
            first = grant(session, runtime, inrichting, a_toekenning(einddatum=date(2018, 6, 30), resultaten=()), None)
            with pytest.raises(InvalidInput):
                grant(session, runtime, inrichting, SPLIT, None)
            later = replace(SPLIT, ingangsdatum=date(2018, 7, 1))
            second = grant(session, runtime, inrichting, later, None)
        nummers = [int(u.sleutel) for granted in (first, second) for u in granted.record.toewijzingen]
        assert nummers == list(range(nummers[0], nummers[0] + 3))
        assert counts(runtime)["toekenning"] == 2
        assert counts(runtime)["postbus_item"] == 0  # that is for the caller, once
        assert [partij for partij, _ in second.items] == [
            f"aanbieder:{FIRST}",
            f"gemeente:{STEENWIJKERLAND}",
            f"aanbieder:{SECOND}",
        ]

    def test_that_fails_leaves_nothing_and_the_transaction_goes_on(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ):
        calls = iter([True, False, True, True])

        def judge_or_refuse(*args: Any, **more: Any) -> Judged:
            if not next(calls):
                raise RejectedBericht("the second 301")
            return judge_301(*args, **more)

        monkeypatch.setattr(toekenningen, "judge_301", judge_or_refuse)
        with runtime.storage.writing() as session:
            inrichting = find_inrichting(session, runtime, STEENWIJKERLAND)
            assert inrichting is not None
            with pytest.raises(RejectedBericht):
                grant(session, runtime, inrichting, SPLIT, None)
            granted = grant(session, runtime, inrichting, SPLIT, None)
        assert [u.sleutel for u in granted.record.toewijzingen] == [str(FIRST_NUMMER), str(FIRST_NUMMER + 1)]
        assert (counts(runtime)["toekenning"], counts(runtime)["toewijzing"], counts(runtime)["bericht"]) == (1, 2, 3)

    def test_takes_a_sheet_that_was_made_elsewhere(self, runtime: Runtime):
        with runtime.storage.writing() as session:
            inrichting = find_inrichting(session, runtime, STEENWIJKERLAND)
            assert inrichting is not None
            granted = grant(session, runtime, inrichting, SPLIT, None, berekening=a_berekening(volume=500))
        assert [deel.volume for deel in granted.verdeling.delen] == [200, 300]


class TestMoment:
    @pytest.mark.parametrize(
        ("utc", "local"), [("2018-01-02T23:30:00.5+00:00", "00:30:00"), ("2018-07-02T12:00:00+00:00", "14:00:00")]
    )
    def test_is_the_time_here_on_the_business_date(self, utc: str, local: str, runtime: Runtime):
        moment = moment_of_toewijzing(replace(runtime, now=lambda: datetime.fromisoformat(utc)))
        assert moment.isoformat() == f"2018-01-02T{local}"
