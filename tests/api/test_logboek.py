"""Over HTTP: every operation has its row in the logboek, and without one nothing of it leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.api.policy import POLICY, Entry
from app.domain.logboek import Handeling
from app.processing import logboek
from app.processing.logboek import clients_in
from app.processing.logboek_controle import verify
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.service import Service
from tests.processing.test_logboek import A_301, cannot_write, clients, rows

TRACE = "0af7651916cd43dd8448eb211c80319c"
H = Handeling
NOTHING_PERSONAL = None
WRITTEN: dict[str, Handeling | None] = {
    "POST /v1/berichten": H.BERICHT_INGEDIEND,
    "POST /v1/berichten/_controleer": H.BERICHT_BEPROEFD,
    "POST /v1/berichten/_zoek": H.BERICHTEN_GEZOCHT,
    "GET /v1/berichten": H.BERICHTEN_BEKEKEN,
    "GET /v1/berichten/{id}": H.BERICHT_BEKEKEN,
    "GET /v1/berichten/{id}/xml": H.BERICHT_GEDOWNLOAD,
    "POST /v1/berichten/{id}/_opnieuw": H.BERICHT_OPNIEUW,
    "GET /v1/postbus": H.POSTBUS_OPGEHAALD,
    "POST /v1/postbus/{id}/_ontvangen": H.ONTVANGST_BEVESTIGD,
    "GET /v1/toewijzingen": H.TOEWIJZINGEN_BEKEKEN,
    "GET /v1/toewijzingen/{gemeente}/{nummer}": H.TOEWIJZING_BEKEKEN,
    "GET /v1/toewijzingen/{gemeente}/{nummer}/budget": H.BUDGET_BEKEKEN,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_wijzig": H.TOEWIJZING_GEWIJZIGD,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_beeindig": H.TOEWIJZING_GEWIJZIGD,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_splits": H.TOEWIJZING_GEWIJZIGD,
    "POST /v1/toekenningen": H.TOEKENNING_GEMAAKT,
    "GET /v1/toekenningen/{id}": H.TOEKENNING_BEKEKEN,
    "GET /v1/toekenningen/{id}/beschikking": H.BESCHIKKING_BEKEKEN,
    "GET /v1/declaraties": H.DECLARATIES_BEKEKEN,
    "GET /v1/declaraties/{id}": H.DECLARATIE_BEKEKEN,
    "GET /v1/rapportages/termijnen": H.TERMIJNEN_BEKEKEN,
    "POST /v1/rapportages/termijnen/{id}/_gehaald": H.TERMIJN_GEHAALD,
    "POST /soap/ggk0210": H.ENVELOP_ONTVANGEN,
    "POST /v1/budgetberekeningen": NOTHING_PERSONAL,
    "GET /v1/aansluitingen": NOTHING_PERSONAL,
    "GET /v1/cak-perioden/{jaar}": NOTHING_PERSONAL,
    "GET /v1/producten": NOTHING_PERSONAL,
    "GET /v1/contracten": NOTHING_PERSONAL,
    "GET /v1/retourcodes/{code}": NOTHING_PERSONAL,
    "GET /metrics": NOTHING_PERSONAL,
}
LOOKED_AT = {
    "GET /v1/berichten": "/v1/berichten",
    "GET /v1/berichten/{id}": "/v1/berichten/{bericht}",
    "GET /v1/berichten/{id}/xml": "/v1/berichten/{bericht}/xml",
    "POST /v1/berichten/_zoek": "/v1/berichten/_zoek",
    "POST /v1/berichten/_controleer": "/v1/berichten/_controleer",
    "GET /v1/toewijzingen": "/v1/toewijzingen",
    "GET /v1/toewijzingen/{gemeente}/{nummer}": "/v1/toewijzingen/0384/{nummer}",
    "GET /v1/toewijzingen/{gemeente}/{nummer}/budget": "/v1/toewijzingen/0384/{nummer}/budget",
    "GET /v1/toekenningen/{id}": "/v1/toekenningen/{toekenning}",
    "GET /v1/toekenningen/{id}/beschikking": "/v1/toekenningen/{toekenning}/beschikking",
    "GET /v1/declaraties": "/v1/declaraties",
    "GET /v1/declaraties/{id}": "/v1/declaraties/{declaratie}",
    "GET /v1/rapportages/termijnen": "/v1/rapportages/termijnen",
}
"""Where the gemeente looks at what it has."""

OF_A_CLIENT = {
    operation
    for operation in LOOKED_AT
    if "{" in operation or operation in {"POST /v1/berichten/_zoek", "POST /v1/berichten/_controleer"}
}
TOEKENNING: dict[str, Any] = {
    "gemeente": GEMEENTE,
    "etmalen": {"product": "04A01", "aantalPerPeriode": 4},
    "client": {
        "bsn": BSN_X,
        "geboortedatum": "1985-01-08",
        "geslacht": "1",
        "naam": {"achternaam": "Voorbeeld", "voorletters": "A"},
        "adres": {"straatnaam": "Teststraat", "huisnummer": 1, "postcode": "1234AB", "plaatsnaam": "Testdorp"},
    },
    "beschikking": {"beschikkingNummer": 1, "afgiftedatum": "2019-05-20"},
    "ingangsdatum": "2019-07-15",
    "einddatum": "2019-11-03",
    "resultaten": [],
    "aanbieder": AANBIEDER,
}


def ask(service: Service, method: str, path: str, as_: str, **more: Any) -> Any:
    """The answer to a party, which says why it asks and in which trace."""
    headers = {
        "Authorization": f"Bearer {service.key(as_)}",
        "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        "Reden": "klacht 12",
        **more.pop("headers", {}),
    }
    return service.client.request(method, path, headers=headers, **more)


@pytest.fixture
def inside(service: Service, known: dict[str, str]) -> dict[str, str]:
    """What the gemeente can look at."""
    made = ask(service, "POST", "/v1/toekenningen", GEMEENTE, json=TOEKENNING)
    assert made.status_code == 201, made.text
    return {
        "bericht": known["301"],
        "declaratie": known["declaratie"],
        "toekenning": made.json()["id"],
        "nummer": str(made.json()["toewijzingen"][0]["nummer"]),
    }


def look(service: Service, operation: str, inside: dict[str, str]) -> Any:
    """The answer to the gemeente."""
    method, path = operation.split(" ")[0], LOOKED_AT[operation].format(**inside)
    if path.endswith("_zoek"):
        return ask(service, method, path, GEMEENTE, json={"bsn": BSN_X})
    if path.endswith("_controleer"):
        return ask(service, method, path, GEMEENTE, content=A_301, headers={"Content-Type": "application/xml"})
    return ask(service, method, path, GEMEENTE)


def test_every_operation_says_what_it_writes():
    assert set(WRITTEN) == {operation for operation, wanted in POLICY.items() if not isinstance(wanted, Entry)}


@pytest.mark.parametrize("operation", sorted(LOOKED_AT))
class TestViews:
    """Everything that is looked at."""

    def test_is_written_down(self, operation: str, service: Service, inside: dict[str, str]):
        assert look(service, operation, inside).status_code == 200
        handeling = WRITTEN[operation]
        assert handeling is not None
        (row,) = rows(service.runtime, handeling)
        assert (row.rol, row.trace_id, row.reden, row.uitkomst) == ("gemeente", TRACE, "klacht 12", "gelukt")
        assert row.adres
        if operation in OF_A_CLIENT:
            assert clients(service.runtime, row) == clients_in(service.runtime, {BSN_X})
        assert verify(service.runtime).breuk is None

    def test_does_not_leave_without_its_row(
        self, operation: str, service: Service, inside: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ):
        service.key(GEMEENTE)
        monkeypatch.setattr(logboek, "add_logboek", cannot_write)
        answer = look(service, operation, inside)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/database-onbereikbaar"
        assert inside["nummer"] not in answer.text.replace(answer.json()["instance"], "")


class TestActs:
    """What is done, and what is refused."""

    def test_a_toekenning_and_its_repeat(self, service: Service):
        for _ in range(2):
            ask(service, "POST", "/v1/toekenningen", GEMEENTE, json=TOEKENNING, headers={"Idempotency-Key": "k"})
        (made,) = rows(service.runtime, H.TOEKENNING_GEMAAKT)
        (again,) = rows(service.runtime, H.TOEKENNING_HERHAALD)
        assert clients(service.runtime, made) == clients(service.runtime, again)

    def test_a_trial_and_a_refusal(self, service: Service):
        ask(service, "POST", "/v1/toekenningen?proef=true", GEMEENTE, json=TOEKENNING)
        wrong = ask(service, "POST", "/v1/toekenningen", GEMEENTE, json=TOEKENNING | {"einddatum": "2019-01-01"})
        assert wrong.status_code == 400
        assert len(rows(service.runtime, H.TOEKENNING_BEPROEFD)) == 1
        assert [row.uitkomst for row in rows(service.runtime, H.TOEKENNING_GEMAAKT)] == ["geweigerd"]

    def test_a_change_of_a_toewijzing(self, service: Service, inside: dict[str, str]):
        path = f"/v1/toewijzingen/{GEMEENTE}/{inside['nummer']}/_beeindig"
        for einddatum in ("2019-10-06", "2018-01-01"):
            ask(service, "POST", path, GEMEENTE, json={"einddatum": einddatum, "redenWijziging": "02"})
        found = rows(service.runtime, H.TOEWIJZING_GEWIJZIGD)
        assert [row.uitkomst for row in found] == ["gelukt", "geweigerd"]
        assert {row.object_id for row in found} == {f"{GEMEENTE}/{inside['nummer']}"}
        assert all(clients(service.runtime, row) == clients_in(service.runtime, {BSN_X}) for row in found)

    def test_a_confirmation(self, service: Service, known: dict[str, str]):
        ask(service, "POST", f"/v1/postbus/{known['301']}/_ontvangen", AANBIEDER)
        assert [row.object_id for row in rows(service.runtime, H.ONTVANGST_BEVESTIGD)] == [known["301"]]


class TestRefusals:
    """Who is kept out."""

    def test_nobody_known(self, service: Service):
        for _ in range(5):
            service.client.get("/v1/berichten")
        (row,) = rows(service.runtime, H.TOEGANG_GEWEIGERD)
        assert (row.wie, row.object_id, row.reden) == ("onbekend", "GET /v1/berichten", "NotAuthenticated")

    def test_what_is_of_another_by_who_asked(self, service: Service, known: dict[str, str]):
        answer = ask(service, "GET", f"/v1/berichten/{known['303']}", OTHER_AANBIEDER)
        assert answer.status_code == 404
        (row,) = rows(service.runtime, H.TOEGANG_GEWEIGERD)
        assert (row.rol, row.object_id, row.reden) == ("aanbieder", "GET /v1/berichten/{id}", "NotFound")
        assert rows(service.runtime, H.BERICHT_BEKEKEN) == []

    def test_a_number_in_an_address_is_not_written(self, service: Service):
        ask(service, "GET", "/v1/toewijzingen/0384/123456789", GEMEENTE)
        assert "123456789" not in json.dumps([row.object_id for row in rows(service.runtime, H.TOEGANG_GEWEIGERD)])

    def test_over_soap(self, service: Service):
        assert service.client.post("/soap/ggk0210", content=b"<x/>").status_code == 401
        (row,) = rows(service.runtime, H.TOEGANG_GEWEIGERD)
        assert row.object_id == "POST /soap/ggk0210"
