"""Envelopes go with the bericht in them, or after their own term; what came in once does not come in again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from http import HTTPStatus

from app.processing import bewaren
from app.processing.ggk_ontvangen import take_in
from app.processing.keys import principal_of
from tests.builders import BSN_X
from tests.processing.bewaren_stories import dump, emptied, everything, on_the_day, traces_in
from tests.processing.ggk_chain import CLAIM, Chain
from tests.processing.ggk_envelopen import XML, di01, soap


def late(chain: Chain, day: date) -> bewaren.Verslag:
    return bewaren.run(on_the_day(replace(chain.runtime, today=lambda: day)))


class TestEnvelopen:
    def test_go_with_their_bericht(self, chain: Chain):
        envelop = di01(CLAIM)
        chain.bring(envelop)
        chain.bring(di01(b"no message of 999900006"))
        chain.work()
        assert len(dump(chain.runtime.storage, "ggk_envelop")["ggk_envelop"]) >= 3
        verslag = late(chain, date(2090, 1, 1))
        assert verslag.rijen["ggk_envelop"] >= 3
        assert emptied(chain.runtime.storage) == {}
        assert traces_in(everything(chain.runtime.storage), [BSN_X, envelop.stuurgegevens.referentienummer]) == []

    def test_stay_as_long_as_it_does(self, chain: Chain):
        chain.bring(di01(CLAIM))
        chain.work()
        before = dump(chain.runtime.storage, "ggk_envelop", "gebeurtenis", "postbus_item")
        late(chain, date(2033, 1, 1))
        assert dump(chain.runtime.storage, *before) == before

    def test_a_replay_is_no_second_one(self, chain: Chain):
        envelop = di01(CLAIM)
        chain.bring(envelop)
        chain.work()
        late(chain, date(2090, 1, 1))
        principal = principal_of(chain.runtime, chain.key_of_adapter)
        reply = take_in(chain.runtime, principal, soap(envelop), XML)
        assert reply.status is HTTPStatus.INTERNAL_SERVER_ERROR
        assert b"StUF016" in reply.body
        assert dump(chain.runtime.storage, "ggk_envelop") == {"ggk_envelop": []}
