"""Fo01, both ways: what cannot be read is told to its sender; what was refused of ours, to who must act."""

from __future__ import annotations

import pytest

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Fo03, Foutbericht, Heenbericht, Retour, Systeem
from app.domain.principal import Rol
from app.processing.ggk_ontvangen import take_in
from app.processing.keys import create_key, principal_of
from app.storage.aansluitingen import end_aansluiting
from app.storage.ggk_envelopen import envelop_around, sent_of
from tests.builders import (
    AANBIEDER,
    GEMEENTE,
    OTHER_AANBIEDER,
)
from tests.processing.ggk_adapter import Adapter
from tests.processing.ggk_chain import (
    AT_OTHER,
    CLAIM,
    OTHER,
    SECRET,
    Chain,
    a_302,
)
from tests.processing.ggk_envelopen import XML, answer_in, di01, du01, fo01, soap


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
        chain.runtime.storage.run(lambda session: end_aansluiting(session, partij=AT_OTHER, now=chain.runtime.now()))
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

    def test_shows_each_attempt_in_the_thread(self, chain: Chain):
        chain.adapter.answer = lambda *_: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        chain.bring(di01(b"no XML"))
        chain.work()
        chain.work(hours=4)
        chain.adapter.answer = None
        chain.work(hours=4)
        (bericht,) = chain.berichten()
        soorten = [soort for soort, _ in chain.events(bericht.id)]
        assert soorten[-3:] == ["poging-mislukt", "poging-mislukt", "verzonden"]


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

    def test_of_an_aanbieder_is_about_what_it_was_sent_itself(self, chain: Chain):
        id, reference = chain.posted_301()
        mallory = Systeem(organisatie=AANBIEDER, applicatie="Zorgpakket")
        assert code_of(chain, fo01(reference, zender=mallory), AANBIEDER) == "StUF043"
        chain.work()
        assert chain.status(id) == BerichtStatus.VERZONDEN
        assert code_of(chain, fo01(reference, zender=OTHER), OTHER_AANBIEDER) is None
        chain.work()
        assert chain.status(id) == BerichtStatus.MISLUKT

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


def code_of(chain: Chain, foutbericht: Foutbericht, aanbieder: str) -> str | None:
    """The code in the Fo03 that an aanbieder gets with a key of its own; None for a Bv03."""
    key = create_key(chain.runtime, rol=Rol.AANBIEDER, aanbieders=[aanbieder], naam=aanbieder)
    reply = take_in(chain.runtime, principal_of(chain.runtime, key), soap(foutbericht), XML)
    answer = answer_in(reply.body)
    return answer.fout.code if isinstance(answer, Fo03) else None
