"""What becomes of a delivery is recorded with the end of its job: the outcome, the next attempt, or the end of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.delivery.transport import Afgeleverd, Later, Nooit, Overgedragen
from app.domain.aflevering import AansluitingSoort
from app.domain.bericht import BerichtStatus
from app.domain.logboek import Handeling
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing import aflevering
from app.processing.aansluitingen import connect, disconnect
from app.processing.bezorgen import give
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.werk import carry_out
from app.storage.berichten import set_status
from app.storage.jobs import LeaseLost, finish_job
from app.storage.logboek_tables import LogboekRow
from app.storage.outages import DatabaseUnavailable
from tests.builders import a_toewijzingsbericht
from tests.e2e.notation import BASE
from tests.e2e.service import drain
from tests.processing.working import (
    BACK_OFFICE,
    OTHER_PARTIJ,
    PARTIJ,
    Moment,
    Scripted,
    claimed,
    connected,
    events,
    jobs,
    kinds,
    scripted,
    status_of,
)
from tests.storage.rows import stored_bericht

A_301 = write(a_toewijzingsbericht(), "2.3")
AWAY = Later("De ontvanger is niet bereikbaar.")


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def transport() -> Scripted:
    """Where everything goes."""
    return Scripted()


@pytest.fixture
def post(runtime: Runtime, moment: Moment, transport: Scripted) -> Runtime:
    """A service whose transport and clock a test decides."""
    return replace(runtime, now=moment, transports=scripted(transport))


def transfers(post: Runtime) -> list[str]:
    """Of which berichten the logboek says that they were handed over."""
    with post.storage.reading() as session:
        query = select(LogboekRow.object_id).where(LogboekRow.gebeurtenis == Handeling.BERICHT_OVERGEDRAGEN)
        return sorted(object_id for object_id in session.scalars(query) if object_id is not None)


@pytest.fixture
def given(post: Runtime) -> str:
    """A 301 for an aanbieder with a webhook."""
    connected(post)
    return receive(post, BACK_OFFICE, A_301).bericht_id


class TestOutcomes:
    def test_delivered(self, post, given, transport):
        assert status_of(post, given) == "te-verzenden"
        drain(post)
        assert status_of(post, given) == "afgeleverd"
        (event,) = events(post, given)
        assert (event.soort, event.partij, event.poging, event.reden) == ("afgeleverd", PARTIJ, 1, None)
        (zending,) = transport.sent
        assert (zending.body, zending.kenmerk, zending.partij) == (A_301, given, PARTIJ)
        assert [job.status for job in jobs(post, JobSoort.AFLEVERING)] == ["gedaan"]

    def test_passed_on(self, post, given, transport):
        transport.outcomes = [Overgedragen()]
        drain(post)
        assert (status_of(post, given), kinds(post, given)) == ("verzonden", ["verzonden"])

    def test_refused(self, post, given, transport):
        transport.outcomes = [Nooit("De ontvanger weigert het bericht (HTTP 400).")]
        drain(post)
        assert (status_of(post, given), kinds(post, given)) == ("mislukt", ["mislukt"])
        (job,) = jobs(post, JobSoort.AFLEVERING)
        assert (job.status, job.reden) == ("mislukt", "De ontvanger weigert het bericht (HTTP 400).")
        assert drain(post) == 0

    def test_not_there(self, post, given, transport, moment):
        transport.outcomes = [AWAY, Afgeleverd()]
        drain(post)
        assert (status_of(post, given), kinds(post, given)) == ("te-verzenden", ["poging-mislukt"])
        moment.pass_(seconds=59)
        assert drain(post) == 0
        moment.pass_(seconds=1)
        assert drain(post) == 1
        assert (status_of(post, given), kinds(post, given)) == ("afgeleverd", ["poging-mislukt", "afgeleverd"])
        first, second = transport.sent
        assert first == second

    @pytest.mark.parametrize("outcome", [Afgeleverd(), Overgedragen(), Nooit("Nee."), AWAY])
    def test_an_answer_that_came_first_stays(self, outcome, post, given, transport):
        def answered(_zending):
            post.storage.run(lambda s: set_status(s, id=given, status=BerichtStatus.BEANTWOORD))

        transport.outcomes, transport.meanwhile = [outcome], answered
        drain(post)
        assert (status_of(post, given), len(transport.sent)) == ("beantwoord", 1)


class TestBackOff:
    def test_waits_longer_each_time_and_ends_after_five_days(self, post, given, transport, moment):
        transport.outcomes = [AWAY]
        begun, waits = moment.now, []
        while status_of(post, given) == "te-verzenden":
            assert drain(post) == 1
            (job,) = jobs(post, JobSoort.AFLEVERING)
            waits.append(job.gepland_op - moment.now)
            moment.now = max(moment.now, job.gepland_op)
        minutes = [wait / timedelta(minutes=1) for wait in waits]
        assert minutes[:5] == [1, 5, 15, 60, 240]
        assert set(minutes[5:-1]) == {240}
        assert timedelta(days=5) <= moment.now - begun < timedelta(days=5, hours=4)
        (job,) = jobs(post, JobSoort.AFLEVERING)
        assert (job.status, job.reden) == ("mislukt", f"Na vijf dagen opgegeven. {AWAY.reden}")
        assert status_of(post, given) == "mislukt"

    @pytest.mark.parametrize(("asked", "waited"), [(10, 60), (600, 600), (86_400, 14_400)])
    def test_the_receiver_may_ask_for_more_but_not_for_ever(self, asked, waited, post, given, transport, moment):
        transport.outcomes = [Later("Druk.", timedelta(seconds=asked))]
        drain(post)
        (job,) = jobs(post, JobSoort.AFLEVERING)
        assert job.gepland_op - moment.now == timedelta(seconds=waited)

    def test_a_failing_party_holds_up_no_other(self, post, given, transport, moment):
        connected(post, OTHER_PARTIJ, "https://ander.example/in")
        later = [receive(post, BACK_OFFICE, write(bericht, "2.3")).bericht_id for bericht in BASE[1:]]
        transport.outcomes = [AWAY]
        first, *_ = claimed(post, limit=1)
        carry_out(post, first)
        assert {job.partij for job in claimed(post)} <= {OTHER_PARTIJ}
        moment.pass_(minutes=1)
        lanes = [job.baan for job in claimed(post) if job.partij == PARTIJ]
        assert len(lanes) == min(1, len(later))

    def test_a_bug_is_tried_five_times(self, post, given, transport, moment):
        transport.outcomes = [RuntimeError("secret")]
        for _ in range(10):
            drain(post)
            moment.pass_(minutes=10)
        assert len(transport.sent) == 5
        assert (status_of(post, given), kinds(post, given)) == ("mislukt", ["mislukt"])
        assert events(post, given)[-1].reden == "Onverwachte fout: RuntimeError."

    def test_a_database_that_is_gone_counts_against_nothing(self, post, given, transport, moment):
        transport.outcomes = [*[DatabaseUnavailable("gone")] * 8, Afgeleverd()]
        for _ in range(8):
            with pytest.raises(DatabaseUnavailable):
                drain(post)
            moment.pass_(minutes=2)  # the lease ends
        drain(post)
        assert (status_of(post, given), kinds(post, given)) == ("afgeleverd", ["afgeleverd"])


class TestLease:
    def test_who_lost_it_records_nothing(self, post, given, transport):
        (job,) = claimed(post)
        transport.meanwhile = lambda _zending: post.storage.run(lambda s: finish_job(s, job, now=post.now()))
        with pytest.raises(LeaseLost):
            aflevering.carry_out(post, job)
        assert (status_of(post, given), kinds(post, given)) == ("te-verzenden", [])

    def test_losing_it_is_no_failure(self, post, given, transport):
        (job,) = claimed(post)
        transport.meanwhile = lambda _zending: post.storage.run(lambda s: finish_job(s, job, now=post.now()))
        carry_out(post, job)
        assert jobs(post, JobSoort.AFLEVERING, JobStatus.MISLUKT) == []
        assert kinds(post, given) == []


class TestTogether:
    """Deliveries that end at the same time are recorded in one transaction, and each stays what it is."""

    @pytest.fixture
    def ended(self, post, given):
        """Three deliveries that arrived, as their threads tell it."""
        others = [stored_bericht(post.storage) for _ in range(2)]
        post.storage.run(lambda session: give(session, post, [(PARTIJ, id) for id in others]))
        return [aflevering._Arrived(post, job, Afgeleverd()) for job in claimed(post, JobSoort.AFLEVERING)]

    def test_each_gets_what_it_would_get_alone(self, post, ended):
        first, *_, last = [one.job.bericht_id for one in ended]
        ended[-1] = ended[-1]._replace(uitkomst=Overgedragen())
        assert post.storage.run(lambda session: aflevering._arrived(session, ended)) == [True] * 3
        assert [job.status for job in jobs(post, JobSoort.AFLEVERING)] == ["gedaan"] * 3
        assert (status_of(post, first), kinds(post, first)) == ("afgeleverd", ["afgeleverd"])
        assert kinds(post, last) == ["verzonden"]
        assert transfers(post) == sorted(one.job.bericht_id for one in ended)

    def test_one_that_lost_its_lease_takes_nobody_along(self, post, ended, moment):
        first, lost, _ = [one.job for one in ended]
        post.storage.run(lambda session: finish_job(session, lost, now=post.now()))
        assert post.storage.run(lambda session: aflevering._arrived(session, ended)) == [True, False, True]
        assert (kinds(post, first.bericht_id), kinds(post, lost.bericht_id)) == (["afgeleverd"], [])
        assert lost.bericht_id not in transfers(post)

    def test_of_two_attempts_at_one_job_the_last_counts(self, post, ended, moment):
        moment.pass_(minutes=10)
        again = [one._replace(job=job) for one, job in zip(ended, claimed(post, JobSoort.AFLEVERING), strict=True)]
        outcome = post.storage.run(lambda session: aflevering._arrived(session, [*ended, *again]))
        assert outcome == [False] * 3 + [True] * 3
        assert [kinds(post, one.job.bericht_id) for one in ended] == [["afgeleverd"]] * 3

    def test_what_none_of_them_holds_changes_nothing(self, post, ended):
        for one in ended:
            post.storage.run(lambda session, job=one.job: finish_job(session, job, now=post.now()))
        assert post.storage.run(lambda session: aflevering._arrived(session, ended)) == [False] * 3
        assert transfers(post) == []


class TestNotSent:
    def test_to_who_only_fetches(self, post, transport):
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert drain(post) == 0
        assert (status_of(post, id), transport.sent) == ("te-verzenden", [])

    def test_to_who_was_disconnected(self, post, given, transport):
        disconnect(post, partij=PARTIJ)
        drain(post)
        assert (status_of(post, given), transport.sent) == ("te-verzenden", [])
        assert [job.status for job in jobs(post, JobSoort.AFLEVERING)] == ["gedaan"]

    def test_once_it_was_answered(self, post, given, transport):
        post.storage.run(lambda s: set_status(s, id=given, status=BerichtStatus.BEANTWOORD))
        drain(post)
        assert (status_of(post, given), transport.sent) == ("beantwoord", [])


def test_into_a_folder_for_real(runtime: Runtime, tmp_path):
    connect(runtime, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(tmp_path))
    id = receive(runtime, BACK_OFFICE, A_301).bericht_id
    drain(runtime)
    assert (tmp_path / "uit" / f"{id}.xml").read_bytes() == A_301
    assert status_of(runtime, id) == "afgeleverd"
