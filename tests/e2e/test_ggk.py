"""Messages that come in over the GGk: the fixture of the README, and a servicebureau."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.envelop import Fo03, Heenbericht, Systeem
from app.domain.principal import Rol
from app.ggk.reading import read_envelop
from app.ggk.soap import SoapBody, read_soap
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.processing.keys import create_key
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders import AANBIEDER, a_declaratie
from tests.e2e.service import ADAPTER, Clock, Service, a_runtime, serving
from tests.e2e.test_flow import OTHER_SERVICEBUREAU, SERVICEBUREAU, load_contract
from tests.ggk.builders import schemas as envelop_schemas
from tests.processing.ggk_envelopen import XML, answer_in, di01, soap

FIXTURE = (PROJECT / "fixtures" / "ggk" / "di01-wmo303.xml").read_bytes()
STEENWIJKERLAND = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"


def bring(service: Service, body: bytes, key: str) -> Any:
    """The answer to an envelope."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": XML}
    return service.client.post("/soap/ggk0210", content=body, headers=headers)


class TestFixture:
    def test_holds_the_declaratie_of_the_demo(self):
        read = read_soap(FIXTURE, XML)
        assert isinstance(read, SoapBody)
        envelop = read_envelop(read, envelop_schemas())
        assert isinstance(envelop, Heenbericht)
        demo = PROJECT / "fixtures" / "demo" / "5-declaratie-volgende-periode.xml"
        assert envelop.bestand == demo.read_bytes()

    def test_is_acknowledged_and_answered(self, storage: Storage, schemas: Schemas):
        clock = Clock()
        with serving(a_runtime(storage, schemas, clock, STEENWIJKERLAND), clock) as service:
            key = create_key(service.runtime, rol=Rol.GGK, gemeenten=["1708"], naam="adapter")
            assert bring(service, FIXTURE, key).status_code == 200
            service.work()
            assert [bericht["soort"] for bericht in service.postbus(as_="42420002")] == ["WMO304"]


class TestServicebureau:
    @pytest.fixture
    def body(self, service: Service, tmp_path: Path) -> bytes:
        """A Di01 in the name of the aanbieder, with a 303 that its servicebureau made."""
        load_contract(service, tmp_path, AANBIEDER, f'servicebureaus: ["{SERVICEBUREAU}"]')
        return soap(di01(write(a_declaratie(servicebureau=SERVICEBUREAU), "2.3")))

    @pytest.mark.parametrize("as_", [SERVICEBUREAU, ADAPTER])
    def test_sends_for_its_aanbieder(self, as_: str, service: Service, body: bytes):
        assert bring(service, body, service.key(as_)).status_code == 200
        service.work()
        assert [bericht["soort"] for bericht in service.postbus(as_=SERVICEBUREAU)] == ["WMO304"]

    def test_of_another_does_not(self, service: Service, body: bytes):
        answer = answer_in(bring(service, body, service.key(OTHER_SERVICEBUREAU)).content)
        assert isinstance(answer, Fo03)
        assert answer.fout.code == "StUF013"

    def test_that_is_not_in_the_contract_is_refused(self, service: Service, body: bytes):
        forged = soap(di01(write(a_declaratie(servicebureau=OTHER_SERVICEBUREAU), "2.3")))
        assert bring(service, forged, service.key(ADAPTER)).status_code == 200
        service.work()
        (kept,) = service.berichten()
        assert (kept["soort"], kept["status"]) == ("WMO303", "afgekeurd")

    def test_in_the_envelope_is_not_the_afzender_of_the_message(self, service: Service, body: bytes):
        zender = Systeem(organisatie=SERVICEBUREAU, applicatie="Bureau")
        own = soap(di01(write(a_declaratie(servicebureau=SERVICEBUREAU), "2.3"), zender=zender))
        assert bring(service, own, service.key(SERVICEBUREAU)).status_code == 200
        service.work()
        (kept,) = service.berichten()  # the envelope names another sender than the message: refused, as a forgery
        assert [finding["regel"] for finding in kept["bevindingen"]] == ["IWB-envelop"]
