"""What who watches the service sees: figures of the work, and whether anybody does it; no parties, no persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.delivery.transport import Nooit
from app.domain.werk import JobSoort
from app.processing.readiness import readiness
from app.storage.jobs import NewJob, add_jobs
from app.storage.measures import first_id_at
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import BEHEER, Service, a_runtime, serving
from tests.processing.working import Moment, Scripted, claimed, connected, scripted
from tests.storage.rows import new_id


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def on_each(storage, schemas, clock, moment):
    """A service on each database in turn, where every delivery is refused."""
    transports = scripted(Scripted(outcomes=[Nooit("Nee.")]))
    runtime = replace(a_runtime(storage, schemas, clock), transports=transports)
    moment.now = runtime.now()
    with serving(replace(runtime, now=moment), clock) as running:
        yield running


def figures(service: Service) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    text = service.request("GET", "/metrics", as_=BEHEER).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value for sample in samples}


class TestFigures:
    def test_count_the_work(self, on_each, moment):
        connected(on_each.runtime)
        on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        assert figures(on_each)["iwmo_jobs_open", "aflevering"] == 1
        moment.pass_(seconds=90)
        assert figures(on_each)["iwmo_job_oldest_due_seconds",] == 90
        before = figures(on_each).get(("iwmo_deliveries_total", "nooit"), 0)
        on_each.work()
        after = figures(on_each)
        assert (after["iwmo_jobs_open", "aflevering"], after["iwmo_jobs_failed", "aflevering"]) == (0, 1)
        assert after["iwmo_job_oldest_due_seconds",] == 0
        assert after["iwmo_deliveries_total", "nooit"] == before + 1
        assert after["iwmo_job_attempts_total", "aflevering", "klaar"] >= 1
        assert after["iwmo_job_duration_seconds_count", "aflevering"] >= 1

    def test_count_the_messages_of_a_day(self, on_each, moment):
        on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        on_each.refuse(b"<geen-bericht/>", as_=GEMEENTE)
        found = figures(on_each)
        assert found["iwmo_messages_day", "WMO301", "te-verzenden"] == 1
        assert found["iwmo_messages_day", "", "afgekeurd"] == 1
        moment.pass_(days=1, minutes=1)
        assert not [name for name, *_ in figures(on_each) if name == "iwmo_messages_day"]

    def test_name_nobody(self, on_each):
        connected(on_each.runtime)
        on_each.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        on_each.work()
        text = on_each.request("GET", "/metrics", as_=BEHEER).text
        for name in (GEMEENTE, AANBIEDER, BSN_X, "ontvanger.example"):
            assert f'"{name}' not in text
            assert f":{name}" not in text


class TestReady:
    def due(self, service: Service) -> None:
        now = service.runtime.now()
        jobs = [NewJob(soort=JobSoort.OPRUIMEN, gepland_op=now), NewJob(soort=JobSoort.TERMIJNEN, gepland_op=now)]
        service.runtime.storage.run(lambda session: add_jobs(session, jobs, now=now))

    def test_not_when_work_lies(self, on_each, moment):
        self.due(on_each)
        moment.pass_(minutes=5)
        assert readiness(on_each.runtime, works=True) == "ok"
        moment.pass_(seconds=1)
        assert readiness(on_each.runtime, works=True) == "werk-blijft-liggen"
        assert readiness(on_each.runtime) == "ok"
        assert on_each.client.get("/readyz").status_code == 200  # this one only serves

    def test_while_somebody_works(self, on_each, moment):
        self.due(on_each)
        moment.pass_(minutes=6)
        assert claimed(on_each.runtime, limit=1)
        assert readiness(on_each.runtime, works=True) == "ok"
        moment.pass_(minutes=1)
        assert readiness(on_each.runtime, works=True) == "werk-blijft-liggen"

    def test_over_http(self, sqlite_runtime, clock, monkeypatch):
        monkeypatch.setattr("app.main.Worker.start", lambda _worker: None)
        monkeypatch.setattr("app.main.Worker.stop", lambda _worker: None)
        with serving(sqlite_runtime, clock, worker=True) as service:
            old = service.runtime.now() - timedelta(minutes=6)
            jobs = [NewJob(soort=JobSoort.OPRUIMEN, gepland_op=old)]
            assert service.client.get("/readyz").status_code == 200
            service.runtime.storage.run(lambda session: add_jobs(session, jobs, now=old))
            answer = service.client.get("/readyz")
            assert (answer.status_code, answer.json()["detail"]) == (503, "Wat ontbreekt: werk-blijft-liggen.")


def test_ids_of_later_are_higher():
    now = datetime.now(UTC)
    assert first_id_at(now - timedelta(seconds=5)) < new_id() < first_id_at(now + timedelta(minutes=5))
