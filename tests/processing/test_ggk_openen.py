"""What becomes of an envelope after its Bv03: the message inside, its answer, and what cannot be trusted or read."""

from __future__ import annotations

import pytest

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Foutbericht, Heenbericht, Retour
from app.domain.principal import Rol
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing import failpoints, ggk_openen
from app.processing.opnieuw import try_again
from app.processing.receive import receive
from app.storage.ggk_envelopen import envelop_around, sent_of
from app.storage.measures import jobs_by_soort
from tests.builders import (
    AANBIEDER,
    OTHER_AANBIEDER,
    a_declaratie,
)
from tests.processing.ggk_adapter import Adapter
from tests.processing.ggk_chain import (
    A_301,
    ANOTHER_301,
    AT_OTHER,
    BACK_OFFICE,
    CLAIM,
    OTHER,
    SECRET,
    SEEN_BY_AANBIEDER,
    SEEN_BY_GEMEENTE,
    Chain,
    a_302,
)
from tests.processing.ggk_envelopen import di01, du01, from_gemeente


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

    @pytest.mark.parametrize(
        "place", ["envelop-gelezen", "envelop-geopend", "envelop-klaar", "ggk-foutbericht-verzonden"]
    )
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

    def test_that_nobody_foresaw_is_shown_as_failed_and_may_be_tried_again(self, chain: Chain, monkeypatch):
        def broken(*_: object, **__: object) -> None:
            raise LookupError(SECRET)

        chain.bring(di01(CLAIM))
        monkeypatch.setattr(ggk_openen, "receive", broken)
        for _ in range(6):
            chain.work(hours=1)
        (shown,) = chain.berichten()
        assert (shown.status, shown.afzender) == (BerichtStatus.MISLUKT, AANBIEDER)
        assert chain.berichten(SEEN_BY_AANBIEDER) == []
        ((soort, reden),) = chain.events(shown.id)
        assert (soort, reden) == (GebeurtenisSoort.MISLUKT, "Onverwachte fout: LookupError.")
        with chain.runtime.storage.reading() as session:
            assert jobs_by_soort(session, status=JobStatus.MISLUKT) == {JobSoort.ENVELOP: 1}
        monkeypatch.undo()
        try_again(chain.runtime, BACK_OFFICE, SEEN_BY_GEMEENTE, shown.id)
        assert chain.status(shown.id) == BerichtStatus.IN_VERWERKING
        chain.work()
        assert [soort for soort, _ in chain.statuses()] == [None, "WMO303", "WMO304"]
        assert chain.status(shown.id) == BerichtStatus.AFGEKEURD
        assert chain.events(shown.id)[-1][0] is GebeurtenisSoort.VERWERKT

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
