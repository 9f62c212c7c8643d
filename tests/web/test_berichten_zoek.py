"""Searching for berichten by form: a bsn never gets an address, is counted, and is written down."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.main import create_app
from app.processing import berichten_log
from app.processing.runtime import Runtime
from app.settings import Settings
from app.web import berichten_vraag as vraag
from tests.storage.rows import BSN, a_line, a_prestatie, stored_bericht
from tests.web.berichten import declare, links, logged, search, words
from tests.web.browser import Browser, goes_to

NOT_A_BSN = "999900007"
LIKE_A_BSN = "500000013"
"""A ToewijzingNummer that passes the 11-proef."""


@pytest.fixture
def inside(browser: Browser) -> Browser:
    """A behandelaar of Steenwijkerland."""
    goes_to(browser.log_in())
    return browser


class TestSearch:
    @pytest.mark.parametrize("typed", [BSN, "9999.00.006", f" {BSN} "])
    def test_a_bsn_is_found_without_any_address(self, runtime: Runtime, inside: Browser, typed: str):
        id = stored_bericht(runtime.storage, bsns=frozenset({BSN}))
        stored_bericht(runtime.storage, bsns=frozenset({"999990019"}))
        stored_bericht(runtime.storage, bsns=frozenset({BSN}), gemeente="0505")
        page = search(inside, typed)
        assert page.status_code == 200
        assert links(page) == [id]
        assert f"<strong>{BSN}</strong>" in page.text
        assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', page.text) if BSN in link]
        assert BSN not in page.text.partition("</title>")[0]
        assert logged(runtime)[-1] == ("berichten-gezocht", 1)
        with runtime.storage.reading() as session:
            clients = session.execute(text("SELECT count(*) FROM logboek_client")).scalar_one()
        assert clients == 1

    def test_a_client_without_berichten_and_one_of_others_look_the_same(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage, bsns=frozenset({BSN}), gemeente="0505")
        foreign, unknown = (words(search(inside, bsn)) for bsn in (BSN, "999990019"))
        assert foreign.replace(BSN, "999990019") == unknown
        assert "U mag van deze client geen berichten zien" in foreign

    def test_pages_of_a_bsn_are_asked_by_form(self, runtime: Runtime, inside: Browser, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(berichten_log, "PER_PAGE", 2)
        ids = [stored_bericht(runtime.storage, bsns=frozenset({BSN})) for _ in range(5)][::-1]
        page, seen = search(inside, BSN), []
        for _ in range(3):
            seen += links(page)
            form = page.text.partition('aria-label="Bladeren"')[2].partition("</div>")[0]
            asked = re.findall(r'name="zoek" value="(\d+)">\s*<input type="hidden" name="waarin" value="(\w+)">', form)
            assert set(asked) == {(BSN, "bsn")}
            further = re.findall(r'name="voor" value="([^"]*)"', form)
            page = search(inside, BSN, waarin="bsn", voor=further[0]) if further else page
        assert seen == ids
        back = re.findall(r'name="na" value="([^"]*)"', page.text)
        assert links(search(inside, BSN, waarin="bsn", na=back[0])) == ids[2:4]
        assert links(search(inside, BSN, waarin="bsn", na=ids[0])) == ids[:2]

    @pytest.mark.parametrize(
        ("fields", "address"),
        [
            ({"zoek": " D2018 1 "}, "/berichten?zoek=D2018+1"),
            ({"zoek": "42", "waarin": "toewijzing"}, "/berichten?toewijzing=42"),
            ({"zoek": "F1", "waarin": "factuurnummer"}, "/berichten?factuurnummer=F1"),
            ({"zoek": "I/1", "waarin": "identificatie"}, "/berichten?identificatie=I%2F1"),
        ],
        ids=["any", "toewijzing", "factuurnummer", "identificatie"],
    )
    def test_what_cannot_be_a_bsn_gets_an_address(self, inside: Browser, fields, address):
        assert goes_to(search(inside, **fields)) == address
        assert inside.get(address).status_code == 200

    @pytest.mark.parametrize("waarin", ["", "identificatie", "toewijzing", "factuurnummer", "nummer"])
    def test_nine_digits_get_no_address_whatever_they_are(self, runtime: Runtime, inside: Browser, waarin: str):
        id = stored_bericht(runtime.storage, identificatie=NOT_A_BSN)
        page = search(inside, NOT_A_BSN, waarin=waarin)
        assert page.status_code == 200
        assert links(page) == ([] if waarin in {"toewijzing", "factuurnummer"} else [id])
        assert logged(runtime)[-1] == ("berichten-bekeken", len(links(page)))

    def test_a_number_that_looks_like_a_bsn_is_found_as_what_it_is(self, runtime: Runtime, inside: Browser):
        id = stored_bericht(runtime.storage, soort="WMO303", identificatie="A")
        line = a_line(a_prestatie("P1", toewijzing_nummer=int(LIKE_A_BSN)), telt=False)
        declare(runtime, id, line)
        assert links(search(inside, LIKE_A_BSN)) == []
        assert "Zoek dit getal als ander nummer" in search(inside, LIKE_A_BSN).text
        assert links(search(inside, LIKE_A_BSN, waarin="nummer")) == [id]
        assert links(inside.get(f"/berichten?toewijzing={LIKE_A_BSN}")) == [id]

    def test_by_factuurnummer_with_its_answer(self, runtime: Runtime, inside: Browser):
        asked = stored_bericht(runtime.storage, soort="WMO303", identificatie="A")
        answer = stored_bericht(runtime.storage, soort="WMO304", identificatie="B", antwoord_op_id=asked)
        declare(runtime, asked, a_line(telt=False))
        assert links(inside.get("/berichten?factuurnummer=D20180001")) == [answer, asked]
        assert links(inside.get("/berichten?zoek=D20180001&soort=WMO304")) == [answer]

    @pytest.mark.parametrize(
        ("fields", "field", "told"),
        [
            ({"zoek": ""}, "zoek", vraag.NO_TEXT),
            ({"zoek": NOT_A_BSN, "waarin": "bsn"}, "zoek", vraag.NOT_A_BSN),
            ({"zoek": "A", "waarin": "bsn"}, "zoek", vraag.NOT_A_BSN),
            ({"zoek": "A", "waarin": "naam"}, "waarin", vraag.NO_CHOICE),
            ({"zoek": "A", "voor": "1"}, "zoek", vraag.NO_PLACE),
            ({"zoek": "A" * 61}, "zoek", vraag.TOO_LONG),
            ({"zoek": "\x01"}, "zoek", vraag.NO_TEXT),
        ],
        ids=["empty", "no-bsn", "text-for-bsn", "unknown-kind", "no-place", "long", "unseen"],
    )
    def test_what_is_wrong_is_told_at_its_field(self, runtime: Runtime, inside: Browser, fields, field, told):
        page = search(inside, **fields)
        assert page.status_code == 400
        assert f'<a href="#{field}">{told}</a>' in page.text
        assert logged(runtime)[1:] == []  # only the page with the form

    def test_who_searches_too_many_clients_has_to_wait(self, runtime: Runtime):
        browser = Browser(runtime)
        app = create_app(Settings(log_level="error", worker=False, bsn_searches_per_minute=2), runtime)
        browser.client = TestClient(app, base_url="https://testserver", follow_redirects=False)
        browser.log_in()
        codes = [search(browser, BSN).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        page = search(browser, BSN)
        assert int(page.headers["retry-after"]) > 0
        assert "Er werd te vaak op een bsn gezocht." in page.text
        assert [what for what, _ in logged(runtime)].count("berichten-gezocht") == 2

    def test_coming_back_begins_again(self, inside: Browser):
        assert goes_to(inside.get("/berichten/zoek")) == "/berichten"
