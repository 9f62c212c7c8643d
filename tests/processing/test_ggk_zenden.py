"""A bericht in an envelope: the same bytes each time, and what the other side's answer comes to."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Heenbericht, Plek
from app.domain.principal import Principal, Rol, aanbieder_partij
from app.domain.werk import JobSoort
from app.ggk.soap import Faultcode
from app.ggk.writing import plain_fault
from app.iwmo.releases import write
from app.processing import failpoints
from app.processing.bezorgen import aflevering
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.aansluitingen import find_aansluiting
from app.storage.accepted import feiten_of
from app.storage.berichten import body_of
from app.storage.gebeurtenissen import gebeurtenissen_of
from app.storage.ggk_envelopen import sent_of, set_fout
from app.storage.jobs import add_jobs, reopen_jobs
from tests.builders import AANBIEDER, GEMEENTE
from tests.e2e.notation import BASE
from tests.processing.ggk_adapter import an_adapter, http, work

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
PARTIJ = aanbieder_partij(AANBIEDER)


class Machine:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def adapter(runtime: Runtime, machine: Machine):
    """The service with its clock, and the adapter that its aanbieder is reached by."""
    with an_adapter(replace(runtime, now=machine), PARTIJ) as (local, adapter):
        yield local, adapter


def posted(runtime: Runtime, number: int = 0) -> str:
    return receive(runtime, BACK_OFFICE, write(BASE[number], "2.3")).bericht_id


def status_of(runtime: Runtime, id: str) -> str:
    with runtime.storage.reading() as session:
        return feiten_of(session, id=id).status


def events_of(runtime: Runtime, id: str) -> list[tuple[str, str | None]]:
    with runtime.storage.reading() as session:
        return [(one.soort, one.reden) for one in gebeurtenissen_of(session, bericht_id=id)]


class TestSend:
    def test_a_301_goes_as_di01_with_its_exact_bytes(self, adapter):
        runtime, ggk = adapter
        id = posted(runtime)
        assert status_of(runtime, id) == BerichtStatus.TE_VERZENDEN
        work(runtime)
        (envelop,) = ggk.envelopen
        gegevens = envelop.stuurgegevens
        assert isinstance(envelop, Heenbericht)
        assert (gegevens.zender.organisatie, gegevens.ontvanger.organisatie) == (GEMEENTE, AANBIEDER)
        assert (gegevens.functie, gegevens.ontvanger.applicatie) == ("WMO301", "GGk")
        assert (envelop.parameters.functie_versie, envelop.parameters.functie_subversie) == ("0002", "0003")
        with runtime.storage.reading() as session:
            assert envelop.bestand == body_of(session, id=id)
        assert base64.b64encode(envelop.bestand) in ggk.bodies[0]
        assert status_of(runtime, id) == BerichtStatus.VERZONDEN
        assert events_of(runtime, id) == [(GebeurtenisSoort.VERZONDEN, None)]

    def test_is_kept_before_the_first_byte_leaves(self, adapter):
        runtime, ggk = adapter
        found = []

        def answer(ggk, envelop):
            with runtime.storage.reading() as session:
                found.append(sent_of(session, bericht_id=id, partij=PARTIJ))
            return ggk.bevestiging(envelop)

        ggk.answer = answer
        id = posted(runtime)
        work(runtime)
        assert found[0].referentienummer == ggk.envelopen[0].stuurgegevens.referentienummer

    @pytest.mark.parametrize("place", ["ggk-envelop-bewaard", "ggk-envelop-verstuurd", "aflevering-verzonden"])
    def test_after_a_crash_the_same_bytes_go_again(self, adapter, machine, place):
        runtime, ggk = adapter
        id = posted(runtime)

        def die(name: str) -> None:
            if name == place:
                raise SystemExit

        failpoints.listen(die)
        try:
            with pytest.raises(SystemExit):
                work(runtime)
        finally:
            failpoints.listen(None)
        machine.now += timedelta(minutes=10)  # the lease ends
        work(runtime)
        assert status_of(runtime, id) == BerichtStatus.VERZONDEN
        assert len(set(ggk.bodies)) == 1

    @pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
    def test_a_receiver_that_does_not_know_our_key_gets_it_once_it_does(self, adapter, machine, status):
        runtime, ggk = adapter
        ggk.answer = lambda ggk, envelop: http(status, plain_fault(Faultcode.CLIENT, "Nee"))
        id = posted(runtime)
        work(runtime)
        assert status_of(runtime, id) == BerichtStatus.TE_VERZENDEN
        ((_, reden),) = events_of(runtime, id)
        assert reden is not None
        assert status.partition(" ")[0] in reden
        assert "IWMO_GGK_AUTHORIZATION" in reden
        machine.now += timedelta(hours=4)
        ggk.answer = None
        work(runtime)
        assert status_of(runtime, id) == BerichtStatus.VERZONDEN

    def test_a_receiver_with_trouble_gets_the_same_bytes_later(self, adapter, machine):
        runtime, ggk = adapter
        troubles = [
            lambda ggk, envelop: ggk.fo03(envelop, "StUF046", Plek.SERVER),
            lambda ggk, envelop: http("503 Service Unavailable", b"<html>"),
            lambda ggk, envelop: http("200 OK", b""),
            lambda ggk, envelop: ggk.bevestiging(envelop, cross_ref="another"),
            lambda ggk, envelop: b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<soap",
        ]
        id = posted(runtime)
        for trouble in troubles:
            ggk.answer = trouble
            work(runtime)
            assert status_of(runtime, id) == BerichtStatus.TE_VERZENDEN
            machine.now += timedelta(hours=4)
        ggk.answer = None
        work(runtime)
        assert status_of(runtime, id) == BerichtStatus.VERZONDEN
        assert len(ggk.bodies) == len(troubles) + 1
        assert len(set(ggk.bodies)) == 1
        soorten = [soort for soort, _ in events_of(runtime, id)]
        assert soorten == [GebeurtenisSoort.POGING_MISLUKT] * len(troubles) + [GebeurtenisSoort.VERZONDEN]

    @pytest.mark.parametrize("code", ["StUF010", "StUF052"])
    def test_a_refused_one_stops_with_the_reason(self, adapter, code):
        runtime, ggk = adapter
        ggk.answer = lambda ggk, envelop: ggk.fo03(envelop, code, Plek.CLIENT)
        id = posted(runtime)
        assert work(runtime) == 1
        assert status_of(runtime, id) == BerichtStatus.MISLUKT
        ((soort, reden),) = events_of(runtime, id)
        assert soort is GebeurtenisSoort.MISLUKT
        assert code in (reden or "")

    def test_after_five_days_it_is_given_up(self, adapter, machine):
        runtime, ggk = adapter
        ggk.answer = lambda ggk, envelop: http("503 Service Unavailable", b"")
        id = posted(runtime)
        for _ in range(40):
            work(runtime)
            machine.now += timedelta(hours=4)
        assert status_of(runtime, id) == BerichtStatus.MISLUKT
        assert "vijf dagen" in (events_of(runtime, id)[-1][1] or "")
        assert len(ggk.bodies) <= 5 + 5 * 24 // 4

    def test_an_fo03_is_not_registered_so_the_same_goes_again(self, adapter):
        runtime, ggk = adapter
        ggk.answer = lambda ggk, envelop: ggk.fo03(envelop, "StUF010", Plek.CLIENT)
        id = posted(runtime)
        work(runtime)
        ggk.answer = None
        self._again(runtime, id)
        assert len(set(ggk.bodies)) == 1
        assert status_of(runtime, id) != BerichtStatus.MISLUKT

    def test_after_an_fo01_a_new_envelope_goes(self, adapter):
        runtime, ggk = adapter
        id = self._refused_by_the_chain(runtime, "IB002: niet bevoegd")
        self._again(runtime, id, sent=True)
        first, second = (envelop.stuurgegevens for envelop in ggk.envelopen)
        assert first.referentienummer != second.referentienummer
        assert first.tijdstip < second.tijdstip
        assert ggk.envelopen[0].bestand == ggk.envelopen[1].bestand

    def test_after_an_fo01_that_passes_by_itself_the_same_goes(self, adapter):
        runtime, ggk = adapter
        id = self._refused_by_the_chain(runtime, "IB103: tijdelijk geblokkeerd")
        self._again(runtime, id, sent=True)
        assert len(ggk.bodies) == 2
        assert len(set(ggk.bodies)) == 1

    def _refused_by_the_chain(self, runtime, fout: str) -> str:
        id = posted(runtime)
        work(runtime)
        with runtime.storage.reading() as session:
            sent = sent_of(session, bericht_id=id, partij=PARTIJ)
        assert sent is not None
        runtime.storage.run(lambda session: set_fout(session, id=sent.id, fout=fout))
        return id

    def _again(self, runtime, id: str, *, sent: bool = False) -> None:
        def work_again(session):
            if sent:
                aansluiting = find_aansluiting(session, partij=PARTIJ)
                assert aansluiting is not None
                add_jobs(session, [aflevering(aansluiting, id, runtime.now())], now=runtime.now())
            else:
                reopen_jobs(session, bericht_id=id, soorten=frozenset(JobSoort), now=runtime.now())

        runtime.storage.run(work_again)
        work(runtime)


class TestTijdstip:
    def test_increases_in_the_hour_that_comes_twice(self, adapter, machine):
        runtime, ggk = adapter
        machine.now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 in summer time
        posted(runtime, 0)
        work(runtime)
        machine.now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 in winter time
        posted(runtime, 1)
        work(runtime)
        tijdstippen = [envelop.stuurgegevens.tijdstip for envelop in ggk.envelopen]
        assert tijdstippen == ["20261025023000000", "20261025023000001"]
