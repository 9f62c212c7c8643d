"""What is said about a client is said to the parties of the message alone: never in a log or an error text."""

from __future__ import annotations

import pytest

from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.storage.base import Storage
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, WRONG_BSN
from tests.e2e.bad_messages import ANSWERED, REFUSED, UNREADABLE
from tests.e2e.notation import BASE
from tests.e2e.service import Clock, a_runtime, serving

PERSONAL = (BSN_X, BSN_Y, WRONG_BSN, "Testmans", "Teststraat", "1979-06-10", "1985-01-08")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_neither_log_nor_answer_names_a_client(
    log_format: str, storage: Storage, schemas: Schemas, capfd: pytest.CaptureFixture[str]
):
    clock = Clock()
    with serving(a_runtime(storage, schemas, clock), clock, log_level="debug", log_format=log_format) as service:
        answers = [service.post(bericht, as_=GEMEENTE).text for bericht in BASE]
        wrong = [(each.body, each.as_) for each in (*REFUSED.values(), *ANSWERED.values())]
        for body, as_ in (*wrong, *((bad.body, GEMEENTE) for bad in UNREADABLE.values())):
            answers.append(service.post(body, as_=as_).text)
        answers.append(service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json={"bsn": f"{BSN_X}0"}).text)
        answers.append(service.request("GET", f"/v1/berichten/{BSN_X}", as_=AANBIEDER).text)
        answers.append(service.request("GET", "/v1/toewijzingen", as_=GEMEENTE).text)
        answers.append(service.request("GET", "/v1/declaraties", as_=GEMEENTE).text)
    logged = "".join(capfd.readouterr())
    assert "bericht_received" in logged
    assert any(BSN_X.encode() in write(bericht, "2.3") for bericht in BASE)
    for secret in PERSONAL:
        assert secret not in logged
        assert not any(secret in answer for answer in answers)
