"""The GGk server over HTTP: who may bring an envelope, what is answered, and what is kept before it is."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.api import admission
from app.domain.envelop import Fo03, OnjuisteEnvelop, Ontvangstbevestiging, Plek, Systeem
from app.domain.principal import Rol
from app.ggk.names import MOST_BYTES_IN
from app.ggk.reading import GewoneFault, read_envelop
from app.ggk.schemas import EnvelopSchemas
from app.ggk.soap import SoapBody, read_soap
from app.ggk.writing import soap_message, write_envelop
from app.iwmo.releases import write
from app.processing import ggk_ontvangen
from app.processing.keys import create_key
from app.processing.pace import TooSlow
from app.processing.runtime import Runtime
from app.storage.ggk_envelopen import bytes_of, find_received
from app.storage.outages import DatabaseUnavailable
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, a_declaratie
from tests.e2e.service import ADAPTER, BEHEER, Clock, Service, serving
from tests.e2e.test_flow import OTHER_SERVICEBUREAU, SERVICEBUREAU, load_contract
from tests.ggk.builders import a_bevestiging, schemas
from tests.ggk.test_hostile import NO_ENVELOPE, NO_SOAP, SECRET
from tests.processing.ggk_envelopen import XML, answer_in, di01, du01, fo01, from_gemeente, soap, with_header

PATH = "/soap/ggk0210"
CLAIM = write(a_declaratie(), "2.3")
AT = Systeem(organisatie=AANBIEDER, applicatie="Zorgpakket")
HERE = Systeem(organisatie=GEMEENTE, applicatie="GGk")
STRANGER = Systeem(organisatie="98000009", applicatie="Zorgpakket")
OTHER_GEMEENTE = Systeem(organisatie="1708", applicatie="GGk")


def bring(service: Service, body: bytes, *, as_: str | None = ADAPTER, content_type: str = XML, **headers: str) -> Any:
    """The HTTP answer to a SOAP request."""
    sent = {"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if as_ is not None:
        sent["Authorization"] = f"Bearer {service.key(as_)}"
    return service.client.post(PATH, content=body, headers=sent)


def code_of(service: Service, envelop: Any, *, as_: str = ADAPTER) -> str | None:
    """The code of the Fo03; None for a Bv03."""
    response = bring(service, soap(envelop), as_=as_)
    answer = answer_in(response.content)
    assert response.headers["content-type"] == XML
    if isinstance(answer, Ontvangstbevestiging):
        assert response.status_code == 200
        return None
    assert isinstance(answer, Fo03)
    assert response.status_code == 500
    assert answer.stuurgegevens.cross_ref == envelop.stuurgegevens.referentienummer
    return answer.fout.code


class TestBv03:
    def test_says_that_it_is_kept(self, service_on_each: Service):
        service = service_on_each
        envelop = di01(CLAIM)
        body = soap(envelop)
        response = bring(service, body)
        answer = answer_in(response.content)
        asked = envelop.stuurgegevens
        assert (response.status_code, response.headers["content-type"]) == (200, XML)
        assert isinstance(answer, Ontvangstbevestiging)
        header = answer.stuurgegevens
        assert (header.zender, header.ontvanger) == (asked.ontvanger, asked.zender)
        assert header.cross_ref == asked.referentienummer != header.referentienummer
        assert re.fullmatch(r"[0-9]{17}", header.tijdstip)
        with service.runtime.storage.reading() as session:
            kept = find_received(session, zender=asked.zender, referentienummer=asked.referentienummer)
            assert kept is not None
            assert bytes_of(session, id=kept.id) == body
            assert kept.antwoord == response.content
        assert service.work() == 1

    def test_of_one_follows_that_of_another(self, service: Service):
        answers = [answer_in(bring(service, soap(di01(CLAIM))).content) for _ in range(3)]
        times = [answer.stuurgegevens.tijdstip for answer in answers if isinstance(answer, Ontvangstbevestiging)]
        assert times == sorted(set(times))
        assert len(times) == 3

    def test_the_same_again_gets_the_same_bytes_and_does_nothing(self, service_on_each: Service):
        service = service_on_each
        body = soap(di01(CLAIM))
        first = bring(service, body)
        service.work()
        framed = body.replace(b"<soap:Body>", b"<soap:Body><!-- again -->\n ")
        for again in (body, framed):
            response = bring(service, again)
            assert (response.status_code, response.content) == (200, first.content)
        assert service.work() == 0
        assert [bericht["soort"] for bericht in service.berichten()] == ["WMO304", "WMO303"]

    def test_the_same_many_times_at_once(self, service_on_each: Service):
        service = service_on_each
        service.key(ADAPTER)
        bodies = [soap(di01(CLAIM)) for _ in range(3)] * 5
        with ThreadPoolExecutor(5) as pool:
            responses = list(pool.map(lambda body: bring(service, body), bodies))
        assert {response.status_code for response in responses} == {200}
        assert len({response.content for response in responses}) == 3
        assert service.work() == 3

    def test_an_identical_one_is_known_also_when_the_contract_is_gone(self, service: Service, monkeypatch):
        body = soap(di01(CLAIM))
        first = bring(service, body)
        monkeypatch.setattr(ggk_ontvangen, "find_inrichting", lambda *_: None)
        assert bring(service, body).content == first.content

    def test_the_same_again_of_a_servicebureau_gets_the_same_bytes(self, service: Service, tmp_path: Path, monkeypatch):
        load_contract(service, tmp_path, AANBIEDER, f'servicebureaus: ["{SERVICEBUREAU}"]')
        body = soap(di01(CLAIM))
        first = bring(service, body, as_=SERVICEBUREAU)
        assert first.status_code == 200
        assert bring(service, body, as_=SERVICEBUREAU).content == first.content
        renewed = create_key(service.runtime, rol=Rol.AANBIEDER, aanbieders=[SERVICEBUREAU], naam="nieuw")
        headers = {"Authorization": f"Bearer {renewed}", "Content-Type": XML}
        assert service.client.post(PATH, content=body, headers=headers).content == first.content
        monkeypatch.setattr(ggk_ontvangen, "find_inrichting", lambda *_: None)
        assert bring(service, body, as_=SERVICEBUREAU).content == first.content
        assert service.work() == 1

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
    def test_in_utf_16_can_be_opened_later(self, encoding: str, service: Service):
        text = soap(di01(CLAIM)).decode().replace(' encoding="UTF-8"', "").encode(encoding)
        assert (
            bring(service, text, content_type=f"text/xml; charset={encoding.replace('16-', '16')}").status_code == 200
        )
        service.work()
        assert [bericht["soort"] for bericht in service.berichten()] == ["WMO304", "WMO303"]


class TestFo03:
    def test_of_a_receiver_that_is_not_known(self, service: Service):
        for receiver in (OTHER_GEMEENTE, STRANGER):
            assert code_of(service, di01(CLAIM, ontvanger=receiver)) == "StUF010"

    def test_of_a_sender_without_a_contract(self, service: Service):
        assert code_of(service, di01(CLAIM, zender=STRANGER)) == "StUF013"
        assert code_of(service, di01(CLAIM, zender=Systeem(organisatie="VECOZO", applicatie="VSP"))) == "StUF013"

    def test_of_a_reference_that_says_something_else(self, service_on_each: Service):
        service = service_on_each
        envelop = di01(CLAIM)
        assert code_of(service, envelop) is None
        assert code_of(service, replace(envelop, bestand=b"<other/>")) == "StUF016"
        assert code_of(service, with_header(envelop, tijdstip="20190620120000001")) == "StUF016"
        # Another system of the same organisatie has references of its own.
        assert code_of(service, with_header(envelop, zender=Systeem(organisatie=AANBIEDER, applicatie="Ander"))) is None

    @pytest.mark.parametrize(
        ("functie", "release", "code"),
        [
            ("WMO999", "2.3", "StUF034"),
            ("WMO303", "3.2", "StUF037"),
            ("WMO323", "3.2", "StUF037"),
            ("WMO302", "2.3", "StUF040"),
        ],
    )
    def test_of_a_functie(self, functie: str, release: str, code: str, service: Service):
        assert code_of(service, di01(CLAIM, functie, release)) == code

    def test_of_a_cross_ref_that_is_not_ours(self, service: Service):
        unknown = "78002f23-5bc5-4e3e-96ad-1d209d32a5d5"
        assert code_of(service, du01(CLAIM, unknown)) == "StUF043"
        assert code_of(service, fo01(unknown)) == "StUF043"

    def test_of_an_answer_as_a_question(self, service: Service):
        body = soap_message(write_envelop(a_bevestiging(zender=AT, ontvanger=HERE), schemas()))
        answer = answer_in(bring(service, body).content)
        assert isinstance(answer, Fo03)
        assert answer.fout.code == "StUF025"

    def test_is_not_registered(self, service: Service):
        envelop = di01(CLAIM, "WMO999")
        assert code_of(service, envelop) == "StUF034"
        assert code_of(service, with_header(envelop, functie="WMO303")) is None

    def test_of_a_database_that_is_gone(self, service: Service, monkeypatch):
        def gone(*_: Any, **__: Any) -> None:
            from sqlalchemy.exc import OperationalError

            raise OperationalError("INSERT", {}, Exception("disk full"))

        monkeypatch.setattr(ggk_ontvangen, "add_envelop", gone)
        envelop = di01(CLAIM)
        answer = answer_in(bring(service, soap(envelop)).content)
        assert isinstance(answer, Fo03)
        assert (answer.fout.code, answer.fout.plek) == ("StUF046", Plek.SERVER)
        monkeypatch.undo()
        assert code_of(service, envelop) is None

    @pytest.mark.parametrize(
        ("error", "status", "header", "client"),
        [(DatabaseUnavailable, 503, "Retry-After", False), (TooSlow, 408, "Connection", True)],
    )
    def test_of_what_goes_wrong_before_it_is_read(
        self, error: type[Exception], status: int, header: str, client: bool, service: Service, monkeypatch
    ):
        def fails(*_: Any, **__: Any) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(admission, "identified", fails)
            response = bring(service, soap(di01(CLAIM)))
        assert response.status_code == status
        assert header in response.headers
        assert answer_in(response.content) == GewoneFault(client=client)

    def test_of_something_unforeseen_is_a_fault_of_ours(self, service: Service, monkeypatch):
        def broken(*_: Any, **__: Any) -> None:
            raise LookupError

        monkeypatch.setattr(ggk_ontvangen, "add_envelop", broken)
        response = bring(service, soap(di01(CLAIM)))
        assert response.status_code == 500
        assert answer_in(response.content) == GewoneFault(client=False)


class TestOrder:
    def test_is_not_demanded(self, service: Service):
        assert code_of(service, di01(CLAIM, tijdstip="20190620120000000")) is None
        assert code_of(service, di01(CLAIM, tijdstip="20190620110000000")) is None

    def test_may_be_demanded(self, sqlite_runtime: Runtime, clock: Clock):
        with serving(replace(sqlite_runtime, ggk_in_order=True), clock) as service:
            assert code_of(service, di01(CLAIM, tijdstip="20190620120000000")) is None
            for late in ("20190620120000000", "20190620", "20190620115959999"):
                assert code_of(service, di01(CLAIM, tijdstip=late)) == "StUF019"
            other = Systeem(organisatie=OTHER_AANBIEDER, applicatie="Zorgpakket")
            assert code_of(service, di01(CLAIM, tijdstip="20190620", zender=other)) is None
            assert code_of(service, di01(CLAIM, tijdstip="20190620120000001")) is None


class TestCaller:
    def test_without_a_key_gets_a_fault_that_a_soap_client_reads(self, service: Service):
        response = bring(service, soap(di01(CLAIM)), as_=None)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert answer_in(response.content) == GewoneFault(client=True)

    def test_that_runs_the_service_may_not(self, service: Service):
        response = bring(service, soap(di01(CLAIM)), as_=BEHEER)
        assert response.status_code == 403
        assert answer_in(response.content) == GewoneFault(client=True)

    def test_that_is_an_aanbieder_sends_for_itself(self, service: Service):
        assert code_of(service, di01(CLAIM), as_=AANBIEDER) is None
        assert code_of(service, di01(CLAIM), as_=OTHER_AANBIEDER) == "StUF013"
        assert code_of(service, fo01("x" * 36), as_=AANBIEDER) == "StUF013"

    def test_that_is_a_gemeente_sends_for_itself(self, service: Service):
        message = from_gemeente(CLAIM)
        assert code_of(service, message, as_=GEMEENTE) is None
        assert code_of(service, message, as_="1708") == "StUF010"
        assert code_of(service, di01(CLAIM), as_=GEMEENTE) == "StUF010"
        for receiver in (STRANGER, OTHER_GEMEENTE):
            assert code_of(service, with_header(message, ontvanger=receiver), as_=GEMEENTE) == "StUF010"

    def test_that_is_the_adapter_brings_to_its_gemeenten_only(self, service: Service):
        assert code_of(service, from_gemeente(CLAIM)) == "StUF010"

    def test_learns_nothing_of_what_another_brought(self, service: Service):
        envelop = di01(CLAIM)
        first = bring(service, soap(envelop), as_=AANBIEDER)
        assert first.status_code == 200
        for other in (OTHER_AANBIEDER, OTHER_SERVICEBUREAU, GEMEENTE):
            answer = answer_in(bring(service, soap(envelop), as_=other).content)
            assert isinstance(answer, Fo03)
            assert answer.fout.code in {"StUF010", "StUF013"}


class TestHostile:
    @pytest.mark.parametrize("name", NO_SOAP)
    def test_what_is_no_soap_message(self, name: str, service: Service):
        body, content_type, status = NO_SOAP[name]
        response = bring(service, body, content_type=content_type)
        assert response.status_code == status
        assert isinstance(answer_in(response.content), GewoneFault)
        assert SECRET not in response.text
        assert service.work() == 0

    @pytest.mark.parametrize("name", NO_ENVELOPE)
    def test_what_is_no_envelope(self, name: str, service: Service):
        body, _, answerable = NO_ENVELOPE[name]
        response = bring(service, body)
        answer = answer_in(response.content)
        assert response.status_code == 500
        assert isinstance(answer, (Fo03, OnjuisteEnvelop) if answerable else GewoneFault)
        assert SECRET not in response.text
        assert service.work() == 0

    def test_too_large_is_not_read(self, service: Service):
        response = bring(service, b"<", Content_Length=str(MOST_BYTES_IN + 1))
        assert response.status_code == 413
        assert isinstance(answer_in(response.content), GewoneFault)

    def test_compressed_is_not_read(self, service: Service):
        assert bring(service, soap(di01(CLAIM)), Content_Encoding="gzip").status_code == 415


class TestWsdl:
    def test_names_this_service_and_everything_it_imports_is_there(self, service: Service):
        waiting, seen = [f"http://testserver{PATH}?wsdl"], set()
        while waiting:
            url = waiting.pop()
            seen.add(url)
            response = service.request("GET", url, as_=AANBIEDER)
            assert (response.status_code, response.headers["content-type"]) == (200, XML)
            root = etree.fromstring(response.content)
            for element in root.iter("{*}import", "{*}address"):
                there = element.get("location") or element.get("schemaLocation")
                assert there is not None
                assert there.startswith(f"http://testserver{PATH}")
                if there not in seen and there != f"http://testserver{PATH}":
                    waiting.append(there)
        assert len(seen) >= 4

    @pytest.mark.parametrize("query", ["", "?x=1", "?wsdl=../../app/main.py", "?xsd=", "?xsd=/etc/passwd"])
    def test_nothing_else_is_there(self, query: str, service: Service):
        response = service.request("GET", PATH + query, as_=AANBIEDER)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"

    def test_another_method_is_not_there(self, service: Service):
        response = service.client.put(PATH)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


def test_every_fault_keeps_to_the_schema(service: Service, envelop_schemas: EnvelopSchemas):
    response = bring(service, soap(di01(CLAIM, zender=STRANGER)))
    read = read_soap(response.content, XML)
    assert isinstance(read, SoapBody)
    fo03 = read.root.find("detail/*")
    assert fo03 is not None
    assert isinstance(read_envelop(SoapBody(fo03), envelop_schemas), Fo03)
    assert read.root.findtext("faultcode") == "soap:Client"


@pytest.fixture
def envelop_schemas() -> EnvelopSchemas:
    """Our own schema of the envelope."""
    return schemas()
