"""A SOAP client and server that share no code with us and know only the WSDL: zeep, with the official one and ours."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zeep
from httpx2 import Client
from lxml import etree
from zeep.exceptions import Fault

from app.domain.aflevering import AansluitingSoort
from app.domain.principal import aanbieder_partij
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.main import create_app
from app.processing.aansluitingen import connect
from app.settings import Settings
from app.storage.base import create_storage
from tests.builders import GEMEENTE, OTHER_AANBIEDER, a_declaratie
from tests.e2e.instances import PATH, listening
from tests.e2e.service import ADAPTER, Clock, Service, a_runtime
from tests.e2e.zeep_side import (
    BINDING,
    GGK,
    OFFICIAL_WSDL,
    Stub,
    a_stub,
    bestand_of,
    connected,
    fo03_in,
    fout,
    header,
    parameters,
)
from tests.faults.messages import accepted_302, toewijzing
from tests.ggk.official import needs_official
from tests.processing.ggk_adapter import local_transports

NUMMER = 100_000
A_301 = toewijzing(NUMMER, OTHER_AANBIEDER).body
A_302 = accepted_302(NUMMER).body
A_303 = write(a_declaratie(aanbieder=OTHER_AANBIEDER), "2.3")
UNKNOWN = "78002f23-5bc5-4e3e-96ad-1d209d32a5d5"


@pytest.fixture
def stub() -> Iterator[Stub]:
    """The adapter that our envelopes go to."""
    with a_stub() as stub:
        yield stub


@pytest.fixture
def service(stub: Stub, tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> Iterator[Service]:
    """A service on a port of its own, whose aanbieder is reached by the stub."""
    clock = Clock()
    path = tmp_path / "iwmo.db"
    shutil.copy(migrated_sqlite, path)
    runtime = a_runtime(create_storage(f"sqlite:///{path}"), schemas, clock)
    runtime = replace(runtime, transports=local_transports(stub.port))
    connect(runtime, partij=aanbieder_partij(OTHER_AANBIEDER), soort=AansluitingSoort.GGK, adres=stub.url)
    settings = Settings(log_level="error", worker=False, data_dir=tmp_path)
    with (
        listening(create_app(settings, runtime)) as port,
        Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client,
    ):
        yield Service(client, runtime, clock)


@pytest.fixture(params=[pytest.param("official", marks=needs_official), "ours"])
def at(request: pytest.FixtureRequest) -> Callable[..., tuple[zeep.Client, Any]]:
    """A zeep client of a service, by the official WSDL or by the one that it serves: and its operations."""

    def made(service: Service, *, as_: str | None = ADAPTER) -> tuple[zeep.Client, Any]:
        address = f"{service.client.base_url}{PATH}"
        key = service.key(as_) if as_ is not None else None
        if request.param == "ours":
            client = connected(f"{address}?wsdl", key or service.key(ADAPTER))  # nobody reads the WSDL without a key
            if key is None:
                del client.transport.session.headers["Authorization"]
            return client, client.service
        client = connected(str(OFFICIAL_WSDL), key)
        return client, client.create_service(BINDING, address)

    return made


def sent_301(service: Service, stub: Stub) -> tuple[str, str]:
    """The id of a 301 that the stub took, and the referentienummer of its envelope."""
    bericht = service.accept(A_301, as_=GEMEENTE)
    service.work()
    ((operation, taken),) = stub.taken
    assert operation == "ggk_Di01"
    return bericht["id"], taken.stuurgegevens.referentienummer


def status_of(service: Service, bericht_id: str) -> str:
    return service.get(f"/v1/berichten/{bericht_id}")["status"]


class TestSending:
    def test_a_di01_is_acknowledged_and_its_message_answered(self, service: Service, stub: Stub, at):
        asked = header("Di01", functie="WMO303")
        _, operations = at(service)
        bv03 = operations.ggk_Di01(stuurgegevens=asked, parameters=parameters(A_303))
        assert bv03.berichtcode == "Bv03"
        assert bv03.crossRefnummer == asked["referentienummer"]
        assert (bv03.zender.organisatie, bv03.ontvanger.organisatie) == (GEMEENTE, OTHER_AANBIEDER)
        service.work()
        assert {bericht["soort"] for bericht in service.berichten()} == {"WMO303", "WMO304"}

    def test_a_du01_answers_what_we_sent(self, service: Service, stub: Stub, at):
        bericht_id, reference = sent_301(service, stub)
        _, operations = at(service)
        asked = header("Du01", functie="WMO302", crossRefnummer=reference)
        bv03 = operations.ggk_Du01(stuurgegevens=asked, parameters=parameters(A_302))
        assert (bv03.berichtcode, bv03.crossRefnummer) == ("Bv03", asked["referentienummer"])
        service.work()
        assert status_of(service, bericht_id) == "beantwoord"

    def test_an_fo01_stops_what_we_sent(self, service: Service, stub: Stub, at):
        bericht_id, reference = sent_301(service, stub)
        _, operations = at(service)
        asked = header("Fo01", crossRefnummer=reference)
        body = fout("IB002", "client") | {"details": "WMO301-00010000", "detailsXML": etree.Element("envelop")}
        bv03 = operations.Fo01(stuurgegevens=asked, body=body)
        assert (bv03.berichtcode, bv03.crossRefnummer) == ("Bv03", asked["referentienummer"])
        service.work()
        assert status_of(service, bericht_id) == "mislukt"

    def test_the_same_again_gets_the_same_answer(self, service: Service, at):
        asked = header("Di01", functie="WMO303")
        _, operations = at(service)
        first, again = (operations.ggk_Di01(stuurgegevens=asked, parameters=parameters(A_303)) for _ in range(2))
        assert first.referentienummer == again.referentienummer

    @pytest.mark.parametrize(
        ("operation", "asked", "content", "code"),
        [
            ("ggk_Di01", header("Di01", functie="WMO999"), {"parameters": parameters(A_303)}, "StUF034"),
            (
                "ggk_Du01",
                header("Du01", functie="WMO302", crossRefnummer=UNKNOWN),
                {"parameters": parameters(A_302)},
                "StUF043",
            ),
            ("Fo01", header("Fo01", crossRefnummer=UNKNOWN), {"body": fout("IB002", "client")}, "StUF043"),
        ],
    )
    def test_a_refusal_is_a_fault_with_an_fo03(
        self, operation: str, asked: dict[str, Any], content: dict[str, Any], code: str, service: Service, at
    ):
        client, operations = at(service)
        with pytest.raises(Fault) as raised:
            operations[operation](stuurgegevens=asked, **content)
        fault = raised.value
        fo03 = fo03_in(client, fault)
        assert (fo03.stuurgegevens.berichtcode, fo03.body.code, fo03.body.plek) == ("Fo03", code, "client")
        assert fo03.stuurgegevens.crossRefnummer == asked["referentienummer"]
        assert (fault.code, fault.message) == ("soap:Client", fo03.body.omschrijving)
        assert service.work() == 0

    def test_without_a_key_is_a_fault_too(self, service: Service, at):
        _, operations = at(service, as_=None)
        with pytest.raises(Fault) as raised:
            operations.ggk_Di01(stuurgegevens=header("Di01", functie="WMO303"), parameters=parameters(A_303))
        assert (raised.value.code, raised.value.detail) == ("soap:Client", None)


@needs_official
class TestReceiving:
    def test_a_301_in_a_di01(self, service: Service, stub: Stub):
        bericht_id, _ = sent_301(service, stub)
        ((_, taken),) = stub.taken
        gegevens = taken.stuurgegevens
        assert (gegevens.berichtcode, gegevens.functie) == ("Di01", "WMO301")
        assert (gegevens.zender.organisatie, gegevens.ontvanger.organisatie) == (GEMEENTE, OTHER_AANBIEDER)
        assert (gegevens.ontvanger.applicatie, len(gegevens.tijdstipBericht)) == ("GGk", 17)
        assert (taken.parameters.functieVersie, taken.parameters.functieSubversie) == ("0002", "0003")
        assert bestand_of(taken) == A_301
        assert status_of(service, bericht_id) == "verzonden"

    def test_a_304_in_a_du01(self, service: Service, stub: Stub):
        asked = header("Di01", functie="WMO303")
        operations = connected_officially(service)
        operations.ggk_Di01(stuurgegevens=asked, parameters=parameters(A_303))
        service.work()
        ((operation, taken),) = stub.taken
        assert (operation, taken.stuurgegevens.functie) == ("ggk_Du01", "WMO304")
        assert taken.stuurgegevens.crossRefnummer == asked["referentienummer"]
        (retour,) = service.berichten(soort="WMO304")
        assert bestand_of(taken) == service.xml(retour["id"], as_=GEMEENTE)
        assert retour["status"] == "verzonden"

    def test_an_fo01_on_what_cannot_be_read(self, service: Service, stub: Stub):
        asked = header("Di01", functie="WMO303")
        operations = connected_officially(service)
        operations.ggk_Di01(stuurgegevens=asked, parameters=parameters(b"no XML"))
        service.work()
        ((operation, taken),) = stub.taken
        assert (operation, taken.body.code, taken.body.plek) == ("Fo01", "StUF055", "client")
        assert taken.stuurgegevens.crossRefnummer == asked["referentienummer"]
        (original,) = taken.body.detailsXML["_value_1"]
        assert etree.QName(original) == etree.QName(GGK, "envelopHeenbericht-ggk_Di01")

    @pytest.mark.parametrize(
        ("code", "plek", "status"), [("StUF013", "client", "mislukt"), ("StUF046", "server", "te-verzenden")]
    )
    def test_an_fo03_says_whether_it_goes_again(self, code: str, plek: str, status: str, service: Service, stub: Stub):
        stub.fo03 = (code, plek)
        bericht_id, _ = sent_301(service, stub)
        bericht = service.get(f"/v1/berichten/{bericht_id}")
        assert bericht["status"] == status
        assert bericht["verloop"][-1]["reden"].startswith(f"{code}: ")


def connected_officially(service: Service) -> Any:
    """The operations of a service, by the official WSDL."""
    client = connected(str(OFFICIAL_WSDL), service.key(ADAPTER))
    return client.create_service(BINDING, f"{service.client.base_url}{PATH}")
