"""A large 303 is accepted at once and settled by a worker, with the same outcome as one that is settled directly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.declaratie import DeclaratieRetour
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.reading import read, recognise
from app.iwmo.releases import write
from app.processing import declaratie_besluit, declaratie_feiten, failpoints, verwerking
from app.processing.controleren import controleer
from app.processing.declaratie_feiten import Feiten, load_feiten, unchanged
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.werk import MOST_CRASHES, carry_out
from app.storage.base import Storage
from app.storage.berichten import BerichtFilters, BerichtRecord, body_of, get_bericht, list_berichten
from app.storage.declaraties import toegekend_by_period
from app.storage.jobs import LeaseLost, finish_job, voortgang_of
from app.storage.toewijzing_tables import ToewijzingVersieRow
from app.storage.zicht import Zicht
from tests.builders import BSN_X, BSN_Y, GEMEENTE, P1
from tests.e2e.notation import BASE, T1, C, D, day, line, message_301, message_303, second_version
from tests.e2e.service import drain
from tests.processing.working import BACK_OFFICE, DECLARANT, Moment, claimed, jobs, kinds, status_of

ALL = Zicht(gemeenten=frozenset({GEMEENTE}))
TOO_MUCH = line("R1", 1001, P1, 600, 100, D(60_000)), line("R2", 1001, P1, 400, 100, D(40_000))
A_303 = write(message_303("F1", P1, "2019-06-20", *TOO_MUCH), "2.3")
TAKES_ROOM = write(message_303("F2", P1, "2019-06-20", line("R3", 1001, P1, 300, 100, D(30_000))), "2.3")
SAME_NUMBER = write(message_303("F3", P1, "2019-06-20", line("R1", 1001, P1, 100, 100, D(10_000))), "2.3")


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def post(runtime: Runtime, moment: Moment) -> Runtime:
    """A service for which every 303 is large."""
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
    return replace(runtime, now=moment, direct_bytes=0)


@pytest.fixture(autouse=True)
def quiet():
    """No failpoint listener outlives its test."""
    yield
    failpoints.listen(None)


def _record(runtime: Runtime, id: str) -> BerichtRecord:
    with runtime.storage.reading() as session:
        return get_bericht(session, id=id, zicht=ALL)


def _answer(runtime: Runtime, id: str) -> DeclaratieRetour:
    antwoord_id = _record(runtime, id).antwoord_id
    assert antwoord_id is not None
    with runtime.storage.reading() as session:
        return _read(body_of(session, id=antwoord_id))


def _read(body: bytes) -> DeclaratieRetour:
    """A 304 without the number that is drawn for it."""
    retour = read(recognise(body))
    assert isinstance(retour, DeclaratieRetour)
    return replace(retour, header=replace(retour.header, gemeente_referentie_nummer=""))


def _granted(storage: Storage) -> dict:
    with storage.reading() as session:
        return dict(toegekend_by_period(session, gemeente=GEMEENTE, toewijzing_sleutel="1001"))


def _answers(runtime: Runtime) -> int:
    with runtime.storage.reading() as session:
        filters = BerichtFilters(soort="WMO304")
        return len(list_berichten(session, zicht=ALL, filters=filters, limit=100))


class TestLarge303:
    def test_is_accepted_and_then_settled(self, post):
        id = receive(post, DECLARANT, A_303).bericht_id
        assert (status_of(post, id), _record(post, id).antwoord_id) == ("in-verwerking", None)
        assert _granted(post.storage) == {}
        drain(post)
        assert (status_of(post, id), kinds(post, id)) == ("verwerkt", ["verwerkt"])
        assert _answers(post) == 1

    def test_as_one_that_is_settled_at_once(self, post):
        direct = controleer(post, DECLARANT, A_303)
        assert direct.antwoord is not None
        id = receive(post, DECLARANT, A_303).bericht_id
        drain(post)
        assert _record(post, id).findings == direct.findings
        assert (_answer(post, id), status_of(post, id)) == (_read(direct.antwoord), direct.status)
        assert list(_granted(post.storage).values()) == [(600, 60_000)]

    def test_is_itself_when_it_comes_again(self, post):
        first = receive(post, DECLARANT, A_303)
        again = receive(post, DECLARANT, A_303)
        assert (again.bericht_id, again.is_new) == (first.bericht_id, False)
        assert len(jobs(post, JobSoort.VERWERKING)) == 1

    def test_says_how_far_it_is(self, post):
        id = receive(post, DECLARANT, A_303).bericht_id
        seen: list[int | None] = []

        def look(name: str) -> None:
            if name in {"verwerking-gelezen", "verwerking-beoordeeld"}:
                with post.storage.reading() as session:
                    seen.append(voortgang_of(session, bericht_id=id))

        failpoints.listen(look)
        drain(post)
        assert seen == [verwerking.READ, verwerking.DECIDED]
        with post.storage.reading() as session:
            assert voortgang_of(session, bericht_id=id) is None


class TestDecidedBeforehand:
    def test_what_was_decided_is_booked(self, post, monkeypatch):
        decided: list[object] = []
        monkeypatch.setattr(verwerking, "decide", lambda *of: decided.append(of) or declaratie_besluit.decide(*of))
        receive(post, DECLARANT, A_303)
        drain(post)
        assert len(decided) == 1

    def test_room_that_was_taken_meanwhile_is_not_granted_again(self, post):
        receive(post, DECLARANT, A_303)
        at_once = replace(post, direct_bytes=10_000_000)

        def take_room(name: str) -> None:
            if name == "verwerking-beoordeeld":
                receive(at_once, DECLARANT, TAKES_ROOM)

        failpoints.listen(take_room)
        drain(post)
        assert list(_granted(post.storage).values()) == [(700, 70_000)]  # 600 no longer fits beside 300; 400 does

    def test_a_reference_that_was_used_meanwhile_is_not_granted_again(self, post):
        id = receive(post, DECLARANT, A_303).bericht_id
        at_once = replace(post, direct_bytes=10_000_000)

        def use_it(name: str) -> None:
            if name == "verwerking-beoordeeld":
                receive(at_once, DECLARANT, SAME_NUMBER)

        failpoints.listen(use_it)
        drain(post)
        used = [finding.regel for finding in _record(post, id).findings]
        assert "TR314" in used


class TestFeiten:
    """The facts of many lines are asked in parts, and those of before are kept where they still hold."""

    @pytest.fixture
    def asked(self, post: Runtime) -> Callable[..., Feiten]:
        """Asks the facts of lines that credit, use a number again, name no toewijzing, and are of two clients."""
        receive(replace(post, direct_bytes=10_000_000), DECLARANT, A_303)
        lines = (
            line("R9", 1001, P1, 600, 100, C(60_000), vorig="R1"),
            line("R2", 1001, P1, 10, 100, D(1_000)),
            line("R3", None, P1, 10, 100, D(1_000)),
            line("R4", 1004, P1, 10, 100, D(1_000), bsn=BSN_Y),
            line("R5", 1001, P1, 10, 100, D(1_000)),
        )
        declaratie = message_303("F8", P1, "2019-06-20", *lines)

        def ask(**more: Any) -> Feiten:
            with post.storage.reading() as session:
                return load_feiten(session, post, declaratie, "2.3", within=(), **more)

        return ask

    @pytest.mark.parametrize("at_once", [1, 2, 4])
    def test_in_parts_they_are_the_same(self, at_once: int, asked: Callable[..., Feiten], monkeypatch):
        whole = asked()
        monkeypatch.setattr(declaratie_feiten, "LINES_AT_ONCE", at_once)
        assert asked() == whole
        dossier = whole.dossier
        assert (set(dossier.toewijzingen), set(dossier.debets), dossier.used_referenties) == (
            {1001, 1004},
            {"R1"},
            {"R2"},
        )
        assert len(dossier.toewijzingen_by_bsn[BSN_X]) == 3
        assert len(dossier.geboortedata) == 2
        assert dossier.geboekt

    def test_what_still_holds_is_not_kept_twice(self, asked: Callable[..., Feiten]):
        before = asked()
        again = asked(earlier=before)
        assert unchanged(again, before)
        assert all(again.dossier.toewijzingen[n] is before.dossier.toewijzingen[n] for n in (1001, 1004))

    def test_what_changed_is_as_it_is_now(self, asked: Callable[..., Feiten], post: Runtime):
        before = asked()
        changed = message_301("NIEUW", "2019-06-19", second_version(T1, "2019-06-19", einddatum=day("2019-08-01")))
        receive(post, BACK_OFFICE, write(changed, "2.3"))
        again = asked(earlier=before)
        assert unchanged(again, asked())
        assert not unchanged(again, before)
        assert again.dossier.toewijzingen[1004] is before.dossier.toewijzingen[1004]

    def test_a_part_that_has_another_place_in_the_whole_changed(self, asked: Callable[..., Feiten], post: Runtime):
        before = asked()
        post.storage.run(lambda session: session.execute(update(ToewijzingVersieRow).values(aandeel_vanaf=7)))
        again = asked(earlier=before)
        assert not unchanged(again, before)
        assert unchanged(again, asked())
        (versie,) = again.dossier.toewijzingen[1001].versies
        assert versie.aandeel_vanaf == 7


class TestInterrupted:
    @pytest.mark.parametrize(
        "place", ["verwerking-begonnen", "verwerking-gelezen", "verwerking-beoordeeld", "verwerking-geboekt"]
    )
    def test_before_its_commit_it_is_done_again(self, place, post, moment):
        id = receive(post, DECLARANT, A_303).bericht_id
        (job,) = claimed(post, JobSoort.VERWERKING)

        def die(name: str) -> None:
            if name == place:
                raise KeyboardInterrupt

        failpoints.listen(die)
        with pytest.raises(KeyboardInterrupt):
            carry_out(post, job)
        failpoints.listen(None)
        assert (status_of(post, id), _granted(post.storage), _answers(post)) == ("in-verwerking", {}, 0)
        moment.pass_(minutes=1)
        drain(post)
        assert (status_of(post, id), _answers(post)) == ("verwerkt", 1)

    def test_after_its_commit_it_stays_done(self, post, moment):
        id = receive(post, DECLARANT, A_303).bericht_id

        def die(name: str) -> None:
            if name == "verwerking-klaar":
                raise KeyboardInterrupt

        failpoints.listen(die)
        with pytest.raises(KeyboardInterrupt):
            drain(post)
        failpoints.listen(None)
        moment.pass_(minutes=1)
        assert drain(post) == 0
        assert (status_of(post, id), _answers(post)) == ("verwerkt", 1)

    def test_a_lost_lease_undoes_everything(self, post):
        id = receive(post, DECLARANT, A_303).bericht_id
        (job,) = claimed(post, JobSoort.VERWERKING)

        def lose(name: str) -> None:
            if name == "verwerking-gelezen":
                post.storage.run(lambda s: finish_job(s, job, now=post.now()))

        failpoints.listen(lose)
        with pytest.raises(LeaseLost):
            verwerking.carry_out(post, job)
        assert (status_of(post, id), _granted(post.storage), _answers(post)) == ("in-verwerking", {}, 0)


class TestPoison:
    def test_ends_as_failed_and_says_why(self, post, moment):
        id = receive(post, DECLARANT, A_303).bericht_id

        def fail(name: str) -> None:
            if name == "verwerking-geboekt":
                raise ValueError("secret")

        failpoints.listen(fail)
        for _ in range(10):
            drain(post)
            moment.pass_(minutes=10)
        (job,) = jobs(post, JobSoort.VERWERKING)
        assert (job.status, job.pogingen, job.reden) == ("mislukt", 5, "Onverwachte fout: ValueError.")
        assert (status_of(post, id), kinds(post, id)) == ("mislukt", ["mislukt"])
        assert (_granted(post.storage), _answers(post)) == ({}, 0)

    def test_that_takes_the_process_with_it_ends_too(self, post, moment):
        id = receive(post, DECLARANT, A_303).bericht_id
        for _ in range(MOST_CRASHES):
            assert claimed(post, JobSoort.VERWERKING)
            moment.pass_(minutes=1)
        drain(post)
        assert jobs(post, JobSoort.VERWERKING, JobStatus.MISLUKT)
        assert (status_of(post, id), kinds(post, id)) == ("mislukt", ["mislukt"])
