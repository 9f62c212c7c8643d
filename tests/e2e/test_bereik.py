"""The scope of a credential: it, the envelope and the message name the same sender, or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from app.domain.envelop import Fo03, Ontvangstbevestiging, Systeem
from app.domain.principal import Rol
from app.iwmo.releases import write
from app.processing.keys import create_key
from tests.builders import (
    AANBIEDER,
    GEMEENTE,
    OTHER_AANBIEDER,
    a_declaratie,
    a_toewijzingsbericht,
)
from tests.e2e.service import BEHEER, Service
from tests.e2e.test_flow import OTHER_SERVICEBUREAU, SERVICEBUREAU, load_contract, retour_on
from tests.processing.ggk_envelopen import XML, answer_in, di01, soap

STRANGER = "98000009"
SENDERS = (AANBIEDER, OTHER_AANBIEDER, STRANGER)
CREDENTIALS = (GEMEENTE, "1708", *SENDERS, BEHEER)


@pytest.fixture
def bureau(service: Service, tmp_path: Path) -> Service:
    """A service where AANBIEDER has a servicebureau, with a key of that role; another bureau has one too."""
    load_contract(service, tmp_path, AANBIEDER, f'servicebureaus: ["{SERVICEBUREAU}"]')
    for agb in (SERVICEBUREAU, OTHER_SERVICEBUREAU):
        service.use_key(agb, create_key(service.runtime, rol=Rol.SERVICEBUREAU, aanbieders=[agb], naam=agb))
    return service


class TestRest:
    @pytest.mark.parametrize("to", ["/v1/berichten", "/v1/berichten/_controleer"])
    @pytest.mark.parametrize(
        ("message", "sender"),
        [
            (a_toewijzingsbericht, GEMEENTE),
            (lambda: retour_on(a_toewijzingsbericht(), "RA1"), AANBIEDER),
            (a_declaratie, AANBIEDER),
        ],
        ids=["301", "302", "303"],
    )
    def test_only_the_sender_sends(self, message: Callable[[], object], sender: str, to: str, service: Service):
        body = write(message(), "2.3")  # type: ignore[arg-type]
        statuses = {as_: service.post(body, as_=as_, to=to).status_code for as_ in CREDENTIALS if as_ != sender}
        assert set(statuses.values()) == {403}
        assert service.post(body, as_=sender, to=to).status_code not in {401, 403}

    def test_what_was_refused_did_nothing(self, service: Service):
        service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        for as_ in (OTHER_AANBIEDER, GEMEENTE, STRANGER):
            service.refuse(a_declaratie(), as_=as_, status=403)
        assert service.granted(1001) == (0, 0)
        assert service.berichten(as_=AANBIEDER, soort="WMO303") == []


class TestSoap:
    @pytest.mark.parametrize(("credential", "zender", "inside"), list(product(SENDERS, repeat=3)))
    def test_all_three_are_the_same(self, credential: str, zender: str, inside: str, service: Service):
        """A zender that is not the key's is refused at once; a message of another is kept, and does nothing."""
        service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        claim = write(a_declaratie(aanbieder=inside), "2.3")
        envelop = di01(claim, zender=Systeem(organisatie=zender, applicatie="Zorgpakket"))
        sent = {"content": soap(envelop), "headers": {"Content-Type": XML}}
        answer = answer_in(service.request("POST", "/soap/ggk0210", as_=credential, **sent).content)
        service.work()
        if credential != zender or zender == STRANGER:  # nobody has a contract with the stranger
            assert isinstance(answer, Fo03)
            assert answer.fout.code == "StUF013"
        else:
            assert isinstance(answer, Ontvangstbevestiging)
        settled = service.granted(1001) != (0, 0)
        assert settled == (credential == zender == inside == AANBIEDER)
        seen = {as_: [b["soort"] for b in service.berichten(as_=as_, soort="WMO303")] for as_ in SENDERS}
        everywhere_the_same = credential == zender == inside != STRANGER
        assert any(seen.values()) == everywhere_the_same
        assert len(service.berichten(as_=inside, soort="WMO304")) == everywhere_the_same


class TestServicebureau:
    def test_sends_and_fetches_what_names_it(self, bureau: Service):
        bureau.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        bericht = bureau.accept(a_declaratie(servicebureau=SERVICEBUREAU), as_=SERVICEBUREAU)
        assert bureau.read304(bericht, as_=SERVICEBUREAU).header.servicebureau == SERVICEBUREAU
        href = bericht["_links"]["declaratie"]["href"]
        assert bureau.get(href, as_=SERVICEBUREAU)["toegekendCenten"] > 0
        assert [b["soort"] for b in bureau.postbus(as_=SERVICEBUREAU)] == ["WMO304"]
        taken = f"/v1/postbus/{bureau.postbus(as_=SERVICEBUREAU)[0]['id']}/_ontvangen"
        assert bureau.request("POST", taken, as_=SERVICEBUREAU).status_code == 200

    def test_does_nothing_that_does_not_name_it(self, bureau: Service):
        bureau.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        for claim in (
            a_declaratie(),
            a_declaratie(servicebureau=OTHER_SERVICEBUREAU),
            a_declaratie(aanbieder=SERVICEBUREAU),
        ):
            bureau.refuse(claim, as_=SERVICEBUREAU, status=403)
        bureau.refuse(a_declaratie(servicebureau=OTHER_SERVICEBUREAU), as_=OTHER_SERVICEBUREAU, status=403)
        bureau.refuse(a_toewijzingsbericht(), as_=SERVICEBUREAU, status=403)
        assert bureau.granted(1001) == (0, 0)

    def test_sees_nothing_of_the_other_work_of_its_aanbieder(self, bureau: Service):
        toewijzing = bureau.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        own = bureau.accept(a_declaratie(), as_=AANBIEDER)
        for one in (toewijzing, own):
            href = one["_links"]["self"]["href"]
            assert bureau.request("GET", href, as_=SERVICEBUREAU).status_code == 404
        for path in ("/v1/berichten", "/v1/postbus", "/v1/toewijzingen", "/v1/declaraties"):
            assert bureau.get(path, as_=SERVICEBUREAU)["resultaten"] == []
