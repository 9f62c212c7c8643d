"""What becomes of an envelope after its Bv03: the message inside, its answer, and what cannot be trusted or read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Foutbericht, Heenbericht, Retour, Systeem
from app.domain.principal import Principal, Rol, aanbieder_partij
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing import failpoints, ggk_openen
from app.processing.ggk_ontvangen import take_in
from app.processing.keys import create_key, principal_of
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.aansluitingen import remove_aansluiting
from app.storage.berichten import BerichtFilters, BerichtRecord, get_bericht, list_berichten
from app.storage.gebeurtenissen import gebeurtenissen_of
from app.storage.ggk_envelopen import envelop_around, sent_of
from app.storage.measures import jobs_by_soort
from app.storage.zicht import Zicht
from tests.builders import (
    AANBIEDER,
    GEMEENTE,
    OTHER_AANBIEDER,
    a_declaratie,
    a_retour_header,
    a_toewijzing_retour,
    an_identificatie,
)
from tests.e2e.notation import BASE
from tests.processing.ggk_adapter import Adapter, an_adapter, work
from tests.processing.ggk_envelopen import XML, di01, du01, fo01, from_gemeente, soap

AT_AANBIEDER, AT_OTHER = aanbieder_partij(AANBIEDER), aanbieder_partij(OTHER_AANBIEDER)
OTHER = Systeem(organisatie=OTHER_AANBIEDER, applicatie="Zorgpakket")
A_301, ANOTHER_301 = (  # for the aanbieder that makes its own 302
    replace(
        message,
        header=replace(
            message.header,
            ontvanger=OTHER_AANBIEDER,
            bericht_identificatie=an_identificatie(identificatie=number),
        ),
    )
    for message, number in zip(BASE, ("EEN", "TWEE"), strict=True)
)
SEEN_BY_GEMEENTE = Zicht(gemeenten=frozenset({GEMEENTE}))
SEEN_BY_AANBIEDER = Zicht(aanbieders=frozenset({AANBIEDER, OTHER_AANBIEDER}))
BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
CLAIM = write(a_declaratie(), "2.3")
SECRET = "999900006"


class Chain:
    """A service with an adapter before it, a clock that tests move, and what came of what was brought."""

    def __init__(self, runtime: Runtime, adapter: Adapter) -> None:
        self.runtime = runtime
        self.adapter = adapter
        self.machine = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
        self.runtime = replace(runtime, now=lambda: self.machine)
        self._keys = {
            Rol.GGK: create_key(self.runtime, rol=Rol.GGK, gemeenten=[GEMEENTE], naam="adapter"),
            Rol.GEMEENTE: create_key(self.runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="back office"),
        }

    def bring(self, envelop: Heenbericht | Retour | Foutbericht, *, rol: Rol = Rol.GGK) -> None:
        """An envelope that is acknowledged."""
        reply = take_in(self.runtime, principal_of(self.runtime, self._keys[rol]), soap(envelop), XML)
        assert reply.status is HTTPStatus.OK, reply.body

    def work(self, hours: int = 0) -> int:
        """Do what is due, after so many hours."""
        self.machine += timedelta(hours=hours)
        return work(self.runtime)

    def berichten(self, zicht: Zicht = SEEN_BY_GEMEENTE) -> list[BerichtRecord]:
        """What a party sees, oldest first."""
        with self.runtime.storage.reading() as session:
            return list_berichten(session, zicht=zicht, filters=BerichtFilters(), limit=50, before=None)[::-1]

    def statuses(self, zicht: Zicht = SEEN_BY_GEMEENTE) -> list[tuple[str | None, str]]:
        """What it sees of each, oldest first."""
        return [(record.soort, record.status) for record in self.berichten(zicht)]

    def events(self, bericht_id: str) -> list[tuple[str, str]]:
        """What happened to a bericht."""
        with self.runtime.storage.reading() as session:
            return [(one.soort, one.reden or "") for one in gebeurtenissen_of(session, bericht_id=bericht_id)]

    def posted_301(self) -> tuple[str, str]:
        """The id of a 301 that was sent, and the reference of its envelope."""
        id = receive(self.runtime, BACK_OFFICE, write(A_301, "2.3")).bericht_id
        self.work()
        with self.runtime.storage.reading() as session:
            sent = sent_of(session, bericht_id=id, partij=AT_OTHER)
        assert sent is not None
        return id, sent.referentienummer

    def status(self, bericht_id: str) -> str:
        """How far a bericht is."""
        with self.runtime.storage.reading() as session:
            return get_bericht(session, id=bericht_id, zicht=SEEN_BY_GEMEENTE).status


@pytest.fixture
def chain(runtime: Runtime) -> Iterator[Chain]:
    """The service, with an adapter that both aanbieders are reached by."""
    with an_adapter(runtime, AT_AANBIEDER, AT_OTHER) as (local, adapter):
        yield Chain(local, adapter)


def a_302(number: str = "EEN") -> bytes:
    """The 302 on the 301 with this number."""
    identificatie = an_identificatie(identificatie=number)
    header = a_retour_header(ontvanger=OTHER_AANBIEDER, bericht_identificatie=identificatie)
    return write(a_toewijzing_retour(header=header), "2.3")


class TestDi01:
    def test_a_303_is_settled_and_answered_in_a_du01(self, chain: Chain):
        envelop = di01(CLAIM)
        chain.bring(envelop)
        chain.work()
        assert [soort for soort, _ in chain.statuses()] == ["WMO303", "WMO304"]
        answer = chain.adapter.envelopen[-1]
        assert isinstance(answer, Retour)
        assert answer.stuurgegevens.functie == "WMO304"
        assert answer.stuurgegevens.cross_ref == envelop.stuurgegevens.referentienummer
        claim = chain.berichten()[0]
        with chain.runtime.storage.reading() as session:
            around = envelop_around(session, bericht_id=claim.id)
        assert around is not None
        assert around.referentienummer == envelop.stuurgegevens.referentienummer
        assert chain.statuses()[1] == ("WMO304", BerichtStatus.VERZONDEN)

    @pytest.mark.parametrize(
        "place", ["envelop-begonnen", "envelop-gelezen", "bericht-gelezen", "envelop-geopend", "bericht-bewaard"]
    )
    def test_a_crash_anywhere_keeps_nothing_twice(self, chain: Chain, place: str):
        chain.bring(di01(CLAIM))
        self._crash_at(chain, place)
        chain.work(hours=1)
        assert [soort for soort, _ in chain.statuses()] == ["WMO303", "WMO304"]
        assert len(chain.adapter.envelopen) == 1

    @pytest.mark.parametrize("place", ["envelop-gelezen", "envelop-geopend", "envelop-klaar", "foutbericht-verzonden"])
    def test_a_crash_around_a_refusal_keeps_it_once(self, chain: Chain, place: str):
        chain.bring(di01(b"<not-wmo/>"))
        self._crash_at(chain, place)
        chain.work(hours=1)
        assert chain.statuses() == [(None, BerichtStatus.AFGEKEURD)]
        assert isinstance(chain.adapter.envelopen[0], Foutbericht)
        assert len(set(chain.adapter.bodies)) == 1

    def test_a_303_of_another_aanbieder_is_a_forgery(self, chain: Chain):
        chain.bring(di01(write(a_declaratie(aanbieder=OTHER_AANBIEDER), "2.3")))
        chain.work()
        self._refused(chain, ggk_openen.NOT_THE_SENDER)

    def test_a_303_for_another_gemeente_is_a_forgery(self, chain: Chain):
        chain.bring(di01(write(a_declaratie(gemeente="1708"), "2.3")))
        chain.work()
        self._refused(chain, ggk_openen.NOT_THE_RECEIVER)

    @pytest.mark.parametrize(("functie", "release"), [("WMO315", "2.3"), ("WMO303", "2.1")])
    def test_another_message_than_the_envelope_says(self, chain: Chain, functie: str, release: str):
        chain.bring(di01(CLAIM, functie, release))
        chain.work()
        self._refused(chain, ggk_openen.NOT_THE_MESSAGE)

    def test_a_301_of_the_back_office(self, chain: Chain):
        chain.bring(
            from_gemeente(write(A_301, "2.3"), aanbieder=OTHER_AANBIEDER),
            rol=Rol.GEMEENTE,
        )
        chain.work()
        assert chain.statuses() == [("WMO301", BerichtStatus.VERZONDEN)]
        assert isinstance(chain.adapter.envelopen[0], Heenbericht)

    def test_a_301_of_an_aanbieder_is_refused(self, chain: Chain):
        body = write(A_301, "2.3")
        chain.bring(di01(body, "WMO301"))
        chain.work()
        assert chain.statuses() == [("WMO301", BerichtStatus.AFGEKEURD)]
        assert chain.adapter.envelopen == []

    def test_that_nobody_foresaw_is_given_up(self, chain: Chain, monkeypatch):
        def broken(*_: object, **__: object) -> None:
            raise LookupError(SECRET)

        chain.bring(di01(CLAIM))
        monkeypatch.setattr(ggk_openen, "receive", broken)
        for _ in range(6):
            chain.work(hours=1)
        with chain.runtime.storage.reading() as session:
            assert jobs_by_soort(session, status=JobStatus.MISLUKT) == {JobSoort.ENVELOP: 1}

    def _refused(self, chain: Chain, melding: str) -> None:
        (record,) = chain.berichten()
        assert (record.status, record.aanbieder) == (BerichtStatus.AFGEKEURD, None)
        assert [(finding.regel, finding.melding) for finding in record.findings] == [(ggk_openen.REGEL, melding)]
        ((soort, reden),) = chain.events(record.id)
        assert soort is GebeurtenisSoort.AFGEKEURD
        assert melding in reden
        assert chain.berichten(SEEN_BY_AANBIEDER) == []
        assert chain.adapter.envelopen == []  # an Fo01 would go to who may not have sent it

    def _crash_at(self, chain: Chain, place: str) -> None:
        def die(name: str) -> None:
            if name == place:
                raise SystemExit

        failpoints.listen(die)
        try:
            with pytest.raises(SystemExit):
                chain.work()
        finally:
            failpoints.listen(None)


class TestDu01:
    def test_a_302_answers_the_301_that_both_point_at(self, chain: Chain):
        id, reference = chain.posted_301()
        chain.bring(du01(a_302(), zender=OTHER, cross_ref=reference))
        chain.work()
        assert chain.status(id) == BerichtStatus.BEANTWOORD

    def test_a_302_on_another_301_than_its_envelope_is_not_trusted(self, chain: Chain):
        first, _ = chain.posted_301()
        other = receive(chain.runtime, BACK_OFFICE, write(ANOTHER_301, "2.3")).bericht_id
        chain.work()
        with chain.runtime.storage.reading() as session:
            sent = sent_of(session, bericht_id=other, partij=AT_OTHER)
        assert sent is not None
        chain.bring(du01(a_302(), zender=OTHER, cross_ref=sent.referentienummer))
        chain.work()
        assert {chain.status(first), chain.status(other)} == {BerichtStatus.VERZONDEN}
        refused = chain.berichten()[-1]
        assert (refused.soort, refused.status) == ("WMO302", BerichtStatus.AFGEKEURD)
        assert [finding.regel for finding in refused.findings] == [ggk_openen.REGEL]
        # The right one still counts.
        chain.bring(du01(a_302(), zender=OTHER, cross_ref=chain.adapter.envelopen[0].stuurgegevens.referentienummer))
        chain.work()
        assert chain.status(first) == BerichtStatus.BEANTWOORD

    def test_the_same_302_in_two_envelopes_is_one(self, chain: Chain):
        id, reference = chain.posted_301()
        for _ in range(2):
            chain.bring(du01(a_302(), zender=OTHER, cross_ref=reference))
        chain.work()
        assert chain.status(id) == BerichtStatus.BEANTWOORD
        assert [soort for soort, _ in chain.statuses()] == ["WMO301", "WMO302"]

    def test_a_302_on_nothing_is_kept_as_refused(self, chain: Chain):
        _, reference = chain.posted_301()
        chain.bring(du01(a_302("NIETS"), zender=OTHER, cross_ref=reference))
        chain.work()
        assert chain.statuses()[-1] == ("WMO302", BerichtStatus.AFGEKEURD)

    def test_one_that_comes_before_our_own_bookkeeping_is_known(self, chain: Chain):
        def answer(adapter: Adapter, envelop: Heenbericht | Retour | Foutbericht) -> bytes:
            chain.bring(du01(a_302(), zender=OTHER, cross_ref=envelop.stuurgegevens.referentienummer))
            return adapter.bevestiging(envelop)

        chain.adapter.answer = answer
        id, _ = chain.posted_301()
        assert chain.status(id) == BerichtStatus.BEANTWOORD
        assert len(chain.adapter.bodies) == 1


class TestUnreadable:
    @pytest.mark.parametrize("bestand", [b"no XML", b"<not-wmo/>", CLAIM.replace(b"2019-", b"20XX-"), b""])
    def test_is_told_in_an_fo01(self, chain: Chain, bestand: bytes):
        envelop = di01(bestand)
        chain.bring(envelop)
        chain.work()
        (told,) = chain.adapter.envelopen
        assert isinstance(told, Foutbericht)
        assert told.fout.code == "StUF055"
        assert told.fout.details == "WMO303-00010002"
        assert told.stuurgegevens.cross_ref == envelop.stuurgegevens.referentienummer
        assert told.stuurgegevens.zender.organisatie == GEMEENTE
        assert told.stuurgegevens.ontvanger == Systeem(organisatie=AANBIEDER, applicatie="GGk")
        assert told.origineel is not None
        assert envelop.stuurgegevens.referentienummer.encode() in told.origineel
        (record,) = chain.berichten()  # the gemeente sees what it was sent
        assert record.status == BerichtStatus.AFGEKEURD
        assert [soort for soort, _ in chain.events(record.id)] == [
            GebeurtenisSoort.AFGEKEURD,
            GebeurtenisSoort.VERZONDEN,
        ]

    def test_from_who_cannot_be_reached_is_shown_to_the_gemeente(self, chain: Chain):
        chain.runtime.storage.run(lambda session: remove_aansluiting(session, partij=AT_OTHER))
        chain.bring(di01(b"no XML", zender=OTHER))
        chain.work()
        (record,) = chain.berichten()
        ((_, reden),) = chain.events(record.id)
        assert "buiten de keten" in reden
        assert chain.adapter.envelopen == []

    def test_is_told_with_the_same_bytes_until_it_is_heard(self, chain: Chain):
        chain.adapter.answer = lambda *_: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        chain.bring(di01(b"no XML"))
        chain.work()
        chain.adapter.answer = None
        chain.work(hours=4)
        assert len(chain.adapter.bodies) == 2
        assert len(set(chain.adapter.bodies)) == 1


class TestFo01:
    def test_stops_the_message_and_says_who_must_act(self, chain: Chain):
        id, reference = chain.posted_301()
        chain.bring(fo01(reference, "IB002", f"Zie {SECRET}"))
        chain.work()
        assert chain.status(id) == BerichtStatus.MISLUKT
        soort, reden = chain.events(id)[-1]
        assert soort is GebeurtenisSoort.FOUTBERICHT
        assert reden.startswith("IB002 van VECOZO: ")
        assert "Aan zet: " in reden
        assert SECRET not in reden
        with chain.runtime.storage.reading() as session:
            sent = sent_of(session, bericht_id=id, partij=AT_OTHER)
            assert envelop_around(session, bericht_id=id) is None
        assert sent is not None
        assert (sent.fout or "").startswith("IB002: ")

    def test_that_passes_by_itself_has_the_same_bytes_sent_again_later(self, chain: Chain):
        id, reference = chain.posted_301()
        chain.bring(fo01(reference, "IB103"))
        chain.work()
        assert chain.status(id) == BerichtStatus.TE_VERZENDEN
        assert len(chain.adapter.bodies) == 1
        chain.work(hours=4)
        assert chain.status(id) == BerichtStatus.VERZONDEN
        assert len(chain.adapter.bodies) == 2
        assert len(set(chain.adapter.bodies)) == 1

    def test_that_keeps_coming_stops_it_after_five_days(self, chain: Chain):
        id, reference = chain.posted_301()
        for _ in range(40):
            if chain.status(id) == BerichtStatus.MISLUKT:
                break
            chain.bring(fo01(reference, "IB103"))
            chain.work()
            chain.work(hours=4)
        assert chain.status(id) == BerichtStatus.MISLUKT
        assert len(chain.adapter.bodies) <= 5 * 24 // 4 + 1

    def test_on_what_was_answered_changes_nothing_but_the_thread(self, chain: Chain):
        id, reference = chain.posted_301()
        chain.bring(du01(a_302(), zender=OTHER, cross_ref=reference))
        chain.work()
        chain.bring(fo01(reference))
        chain.work()
        assert chain.status(id) == BerichtStatus.BEANTWOORD
        assert chain.events(id)[-1][0] is GebeurtenisSoort.FOUTBERICHT

    def test_that_overtakes_the_bv03_is_not_undone_by_it(self, chain: Chain):
        def answer(adapter: Adapter, envelop: Heenbericht | Retour | Foutbericht) -> bytes:
            chain.bring(fo01(envelop.stuurgegevens.referentienummer))
            assert chain.work() == 1
            return adapter.bevestiging(envelop)

        chain.adapter.answer = answer
        id, _ = chain.posted_301()
        assert chain.status(id) == BerichtStatus.VERZONDEN
        chain.work(hours=1)
        assert chain.status(id) == BerichtStatus.MISLUKT

    def test_with_a_code_that_is_no_code_shows_none_of_it(self, chain: Chain):
        id, reference = chain.posted_301()
        chain.bring(fo01(reference, "<b> 12"))
        chain.work()
        assert "<b>" not in chain.events(id)[-1][1]
        assert chain.status(id) == BerichtStatus.MISLUKT

    def test_on_an_fo01_of_ours_is_only_noted(self, chain: Chain):
        chain.bring(di01(b"no XML"))
        chain.work()
        chain.bring(fo01(chain.adapter.envelopen[0].stuurgegevens.referentienummer))
        assert chain.work() == 1
        assert [type(envelop) for envelop in chain.adapter.envelopen] == [Foutbericht]
