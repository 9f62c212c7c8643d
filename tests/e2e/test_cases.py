"""Every worked case over HTTP, with exactly the expected answer."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.iwmo.releases import write
from tests.builders import AANBIEDER, GEMEENTE
from tests.e2e.cases import BOOKED_AFTER, CASES, CASES_301
from tests.e2e.notation import Case, Step301, Step303, answer_of
from tests.e2e.service import Service
from tests.iwmo.official import needs_official


@pytest.fixture(params=CASES)
def case_id(request: pytest.FixtureRequest) -> str:
    """The number of each case in turn."""
    return request.param


@pytest.fixture
def case(case_id: str, service: Service) -> Case:
    """A case, with what it takes as known in place."""
    found = CASES[case_id]
    for bericht in found.given:
        on_its_day(service, bericht)
        service.accept(bericht, as_=GEMEENTE)
    return found


class TestCases:
    def test_every_answer_is_exactly_the_expected_one(self, case: Case, case_id: str, service: Service):
        for step in case.steps:
            if isinstance(step, Step301):
                check_301(service, step)
            else:
                check_303(service, step)
        for nummer, booked in BOOKED_AFTER.get(case_id, {}).items():
            assert service.granted(nummer) == booked
        service.check_outgoing()

    @pytest.mark.parametrize("case_id", CASES_301)
    def test_what_is_refused_leaves_no_toewijzing(self, case: Case, case_id: str, service: Service):
        accepted = [step for step in case.toewijzingen if not step.codes]
        for step in case.toewijzingen:
            on_its_day(service, step.bericht)
            service.post(step.bericht, as_=GEMEENTE)
        nummers = {p.toewijzing_nummer for step in accepted for p in products(step.bericht)}
        assert {row["nummer"] for row in service.get("/v1/toewijzingen")["resultaten"]} == nummers


@needs_official
class TestOfficialSchemas:
    def test_they_judge_what_goes_out(self, service: Service):
        """`Service.read` would pass in silence if the official files were not found."""
        service.accept(write(CASES["C01"].toewijzingen[0].bericht, "2.3"), as_=GEMEENTE)
        assert service.check_outgoing() == {"WMO301", "WMO302"}


def check_301(service: Service, step: Step301) -> None:
    on_its_day(service, step.bericht)
    body = write(step.bericht, "2.3") + (b"\n" if step.other_bytes else b"")
    verdict = service.controleer(body, as_=GEMEENTE)
    check_302(service.read(verdict["antwoordXml"].encode()), step)
    if not step.codes:
        bericht = service.accept(body, as_=GEMEENTE)
        check_302(service.read302(bericht), step)
        again = service.post(body, as_=GEMEENTE)
        assert (again.status_code, again.json()["id"]) == (200, bericht["id"])
        return
    problem = service.refuse(body, as_=GEMEENTE, status=409 if step.other_bytes else 400)
    found = {finding["retourcode"] for finding in problem["bevindingen"]}
    assert found == ({step.codes} if not step.producten else set(step.producten.values()) - {"0200"})
    assert verdict["status"] == "afgekeurd"
    assert {finding["retourcode"] for finding in verdict["bevindingen"]} == found


def check_302(retour: object, step: Step301) -> None:
    assert isinstance(retour, ToewijzingRetour)
    header, sent = retour.header, step.bericht.header
    assert (header.afzender, header.ontvanger) == (sent.afzender, sent.ontvanger)
    assert header.bericht_identificatie == sent.bericht_identificatie
    assert " ".join(header.retour_codes) == step.codes
    if not step.producten:
        assert retour.clienten == ()
        return
    (client,) = retour.clienten
    codes = {p.toewijzing_nummer: " ".join(p.retour_codes) for p in client.beschikking.toegewezen_producten}
    assert codes == step.producten
    others = {part.retour_codes for part in client.onderdelen()} - {(code,) for code in step.producten.values()}
    assert others <= {("0200",)}
    assert client.retour_codes == client.beschikking.retour_codes == client.contactgegevens[0].retour_codes == ("0200",)


def check_303(service: Service, step: Step303) -> None:
    header = step.declaratie.header
    service.clock.today = header.declaratie_factuur_identificatie.factuur_dagtekening
    verdict = service.controleer(step.declaratie, as_=AANBIEDER)
    bericht = service.accept(step.declaratie, as_=AANBIEDER)
    retour = service.read304(bericht, as_=AANBIEDER)
    assert answer_of(retour) == step.answer
    assert retour.header.declaratie_factuur_identificatie == header.declaratie_factuur_identificatie
    assert retour.header.retour_dagtekening == service.clock.today
    assert (retour.header.gemeente, retour.header.aanbieder) == (header.gemeente, header.aanbieder)
    assert answer_of(service.read(verdict["antwoordXml"].encode())) == step.answer  # type: ignore[arg-type]
    assert verdict["status"] == bericht["status"]
    assert bericht["status"] == ("verwerkt" if step.answer.codes in {"8001", "0200"} else "afgekeurd")
    assert verdict["bevindingen"] == bericht["bevindingen"]
    check_balance(step)
    sent = {
        prestatie.product_referentie: prestatie
        for client in step.declaratie.clienten
        for prestatie in client.prestaties
    }
    for back in (back for client in retour.clienten for back in client.prestaties):
        assert back.prestatie == sent[back.prestatie.product_referentie]


def check_balance(step: Step303) -> None:
    """Ingediend − toegekend is the sum over what came back, unless the message was refused as a whole."""
    if step.answer.codes not in {"8001", "0200"}:
        return
    asked = {
        prestatie.product_referentie.referentie_nummer: prestatie.ingediend.cents
        for client in step.declaratie.clienten
        for prestatie in client.prestaties
    }
    back = [line for client in step.answer.clienten for line in client.lines]
    missing = sum(asked[line.referentie] - line.toegekend.saldo.cents for line in back)
    assert step.answer.ingediend.saldo.cents - step.answer.toegekend.saldo.cents == missing


def on_its_day(service: Service, bericht: Toewijzingsbericht) -> None:
    service.clock.today = bericht.header.bericht_identificatie.dagtekening


def products(bericht: Toewijzingsbericht) -> list:
    return [product for client in bericht.clienten for product in client.beschikking.toegewezen_producten]


def test_system_date_moves_with_the_messages(service: Service):
    """The clock of these tests is the one that the service reads: tomorrow's 301 is refused today."""
    bericht = CASES["C01"].toewijzingen[0].bericht
    service.clock.today = date(2019, 5, 13)
    problem = service.refuse(bericht, as_=GEMEENTE)
    assert "TR135" in {finding["regel"] for finding in problem["bevindingen"]}
