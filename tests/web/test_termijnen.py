"""/termijnen: what is late, whose turn it is, and what to do."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import text

from app.domain.principal import Rol
from app.domain.termijnen import TermijnSoort
from app.processing.feestdagen import werkdagen_after
from app.processing.logboek import clients_by_every_key
from app.processing.runtime import Runtime
from app.storage.logboek import logboek_before
from app.web import termijnen
from app.web.termijnen import SOORTEN, TO_DO
from tests.web.browser import Browser, goes_to
from tests.web.story import BSN_0505, BSN_1708, visitor


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told: four evaluations of 2016 and one retour are late."""
    return told


@pytest.fixture
def browser(runtime: Runtime) -> Browser:
    """A behandelaar of both gemeenten."""
    return visitor(runtime)


def rows(page: str) -> list[str]:
    """The rows of the table, as text."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in body.split("<tr>")[1:]]


def tiles(page: str) -> list[int]:
    """The counts on top."""
    return [int(number) for number in re.findall(r'iwmo-tile__number">(\d+)', page)]


def looks_at(runtime: Runtime, bsn: str) -> int:
    """How often somebody saw the deadlines of a client, as the logboek says it."""
    with runtime.storage.reading() as session:
        clients = clients_by_every_key(runtime, bsn)
        rows = logboek_before(session, before=None, limit=100, clients=clients, object_ids=[])
    return sum(row.gebeurtenis == "termijnen-bekeken" for row in rows)


def clients_on(page: str, runtime: Runtime) -> set[str]:
    """Whom the toewijzingen and the berichten on a page are about; there are some of both."""
    asked = {
        r'href="/toewijzingen/([^"]+)"': "SELECT bsn FROM toewijzing_versie v JOIN toewijzing t"
        " ON t.id = v.toewijzing_id WHERE t.gemeente || '/' || t.sleutel = :name",
        r'href="/berichten/([^"]+)"': "SELECT bsn FROM bericht_client WHERE bericht_id = :name",
    }
    with runtime.storage.reading() as session:
        found = [
            {bsn for name in re.findall(link, page) for bsn in session.scalars(text(query), {"name": name})}
            for link, query in asked.items()
        ]
    assert all(found)
    return set.union(*found)


class TestTheList:
    """What is late stands first."""

    def test_what_is_late_first_and_in_order(self, browser: Browser):
        found = rows(browser.get("/termijnen").text)
        late = ["te laat" in row for row in found]
        assert late == sorted(late, reverse=True)
        days = [date(*map(int, (d[2], d[1], d[0]))) for row in found for d in re.findall(r"(\d\d)-(\d\d)-(\d{4})", row)]
        assert days == sorted(days)
        assert len(found) > sum(late) == 5

    def test_one_is_told_whose_turn_it_is_and_what_to_do(self, browser: Browser):
        retour, evaluatie = rows(browser.get("/termijnen").text)[:2]
        assert retour.startswith("Retour op een 301 29-12-2015 te laat 551 werkdagen Voorbeeldaanbieder B 301-bericht")
        assert "Vraag de aanbieder om een 302" in retour
        assert evaluatie.startswith("Evaluatie 01-07-2016 te laat 424 werkdagen Wij Toewijzing 500000001")

    def test_the_counts_are_of_everything(self, browser: Browser):
        assert tiles(browser.get("/termijnen").text) == [4, 1, 3]
        assert tiles(browser.get("/termijnen?soort=begeleidingsplan").text) == [4, 1, 3]

    def test_every_count_leads_to_as_many_rows(self, browser: Browser):
        page = browser.get("/termijnen").text
        paths = re.findall(r'<a href="(/termijnen\?[^"]*)">', page.partition("iwmo-tiles")[2].partition("</ul>")[0])
        assert [len(rows(browser.get(path.replace("&amp;", "&")).text)) for path in paths] == tiles(page)

    def test_a_count_has_an_end(self, browser: Browser, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("app.processing.termijnen_bekijken.MOST_COUNTED", 2)
        monkeypatch.setattr(termijnen, "WORDS", {**termijnen.WORDS, "most": 2})
        page = browser.get("/termijnen").text
        assert tiles(page) == [2, 1, 2]
        assert 'iwmo-tile__number">2+<' in page

    @pytest.mark.parametrize(
        ("query", "count", "says"),
        [
            pytest.param("aanZet=gemeente", 4, "Wij", id="our turn"),
            pytest.param("aanZet=aanbieder&status=te-laat", 1, "te laat", id="late, theirs"),
            pytest.param("soort=evaluatie", 4, "Evaluatie", id="soort"),
            pytest.param("soort=evaluatie&status=alles", 6, "Evaluatie", id="also later"),
            pytest.param("aanbieder=42420001&status=alles&soort=begeleidingsplan", 3, "Voorbeeldaanbieder A", id="one"),
            pytest.param("aanbieder=42420009", 0, "", id="nobody"),
        ],
    )
    def test_narrowed(self, browser: Browser, query: str, count: int, says: str):
        found = rows(browser.get(f"/termijnen?{query}").text)
        assert len(found) == count
        assert [row for row in found if says not in row] == []

    def test_of_another_gemeente_nothing(self, runtime: Runtime):
        page = visitor(runtime, gemeenten=["1708"]).get("/termijnen?status=alles").text
        assert rows(page)
        assert "/0505/" not in page
        assert tiles(page)[0] == 0

    def test_page_by_page_each_once(self, browser: Browser, monkeypatch: pytest.MonkeyPatch):
        whole = rows(browser.get("/termijnen?status=alles").text)
        monkeypatch.setattr(termijnen, "ON_A_PAGE", 4)
        path, seen = "/termijnen?status=alles", list[str]()
        while path:
            page = browser.get(path).text
            seen += rows(page)
            onward = re.search(r'href="(/termijnen\?[^"]*)" rel="next"', page)
            path = onward[1].replace("&amp;", "&") if onward else ""
        assert seen == whole

    def test_a_code_that_is_none(self, browser: Browser):
        answer = browser.get("/termijnen?aanbieder=x")
        assert answer.status_code == 400
        assert "8 cijfers" in answer.text

    def test_looking_is_written_down(self, browser: Browser, runtime: Runtime):
        browser.get("/termijnen")
        browser.get("/termijnen/csv")
        with runtime.storage.reading() as session:
            query = text("SELECT wie, aantal, reden FROM logboek WHERE gebeurtenis = 'termijnen-bekeken' ORDER BY id")
            found = [tuple(row) for row in session.execute(query)]
        assert found == [("persoon:operator", 8, None), ("persoon:operator", None, "alle, als csv")]

    @pytest.mark.parametrize("path", ["/termijnen", "/termijnen/csv"])
    def test_whom_the_rows_are_about_is_written_down(self, path: str, browser: Browser, runtime: Runtime):
        shown = clients_on(browser.get("/termijnen").text, runtime)
        with runtime.storage.reading() as session:
            known = set(session.scalars(text("SELECT bsn FROM bericht_client")))
        before = {bsn: looks_at(runtime, bsn) for bsn in known}
        browser.get(path)
        assert {bsn for bsn in known if looks_at(runtime, bsn) > before[bsn]} == shown < known

    def test_of_a_large_file_nobody_is_named(self, browser: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("app.processing.termijnen_bekijken.NAMED_CLIENTS", 1)
        browser.get("/termijnen/csv")
        assert [looks_at(runtime, bsn) for bsn in (BSN_1708, BSN_0505)] == [0, 0]

    def test_nothing_to_do(self, runtime: Runtime):
        runtime.storage.run(lambda session: session.execute(text("DELETE FROM termijn")))
        runtime.storage.run(lambda session: session.execute(text("UPDATE bericht SET wacht_op_antwoord = 0")))
        page = visitor(runtime).get("/termijnen").text
        assert "Er is niets te laat, en de komende 4 weken (tot en met 29 maart 2018) hoeft er niets." in page
        assert tiles(page) == [0, 0, 0]


class TestMarked:
    """What happened is no longer waited for."""

    def test_it_leaves_the_list(self, browser: Browser):
        page = browser.get("/termijnen?soort=evaluatie").text
        action = re.search(r'action="(/termijnen/\d+/gehaald)"', page)
        assert action
        naar = "/termijnen?soort=evaluatie"
        answer = browser.post(action[1], on=naar, naar=naar)
        assert goes_to(answer) == naar
        assert len(rows(browser.get(naar).text)) == 3

    def test_elsewhere_is_not_where_one_goes(self, browser: Browser):
        action = re.search(r'action="(/termijnen/\d+/gehaald)"', browser.get("/termijnen").text)
        assert action
        assert goes_to(browser.post(action[1], on="/termijnen", naar="//evil.example")) == "/termijnen"

    def test_a_lezer_looks_only(self, runtime: Runtime):
        browser = visitor(runtime, Rol.LEZER)
        page = browser.get("/termijnen").text
        assert rows(page)
        assert "/gehaald" not in page
        answer = browser.client.post("/termijnen/1/gehaald", data={"formulier": browser.token("/account")})
        assert answer.status_code == 403

    def test_of_another_gemeente_is_not_there(self, runtime: Runtime):
        with runtime.storage.reading() as session:
            id = session.scalar(text("SELECT id FROM termijn WHERE gemeente = '0505' AND soort = 'evaluatie' LIMIT 1"))
        answer = visitor(runtime, gemeenten=["1708"]).post(f"/termijnen/{id}/gehaald", on="/account")
        assert answer.status_code == 404

    @pytest.mark.parametrize("rol", [Rol.AUDITOR, Rol.BEHEER])
    def test_who_sees_no_clients(self, rol: Rol, runtime: Runtime):
        assert visitor(runtime, rol).get("/termijnen").status_code == 404


class TestCsv:
    """The list as a file."""

    def test_has_every_row(self, browser: Browser, monkeypatch: pytest.MonkeyPatch):
        shown = rows(browser.get("/termijnen?status=alles").text)
        monkeypatch.setattr(termijnen, "ON_A_PAGE", 4)
        answer = browser.get("/termijnen/csv?status=alles")
        read = list(csv.DictReader(StringIO(answer.text)))
        assert len(read) == len(shown)
        assert read[0]["werkdagen te laat"] == "551"
        assert read[0]["naam aanbieder"] == "Voorbeeldaanbieder B"
        assert answer.headers["content-disposition"] == 'attachment; filename="termijnen.csv"'

    @pytest.mark.parametrize("aanbieder", ["%E2%82%AC", "1234567", "%00"], ids=["euro", "short", "nul"])
    def test_of_a_code_that_is_none(self, aanbieder: str, browser: Browser):
        answer = browser.get(f"/termijnen/csv?aanbieder={aanbieder}")
        assert answer.status_code == 400
        assert "<html" in answer.text

    def test_no_formula(self, browser: Browser, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(termijnen, "SOORTEN", {soort: "=1+1" for soort in TermijnSoort})
        assert list(csv.reader(StringIO(browser.get("/termijnen/csv").text)))[1][0] == "'=1+1"


@pytest.mark.parametrize(
    ("day", "until", "expected"),
    [
        pytest.param(date(2018, 3, 1), date(2018, 3, 1), 0, id="the same day"),
        pytest.param(date(2018, 3, 2), date(2018, 3, 4), 0, id="a weekend"),
        pytest.param(date(2018, 3, 2), date(2018, 3, 5), 1, id="to Monday"),
        pytest.param(date(2018, 3, 29), date(2018, 4, 3), 1, id="Easter"),
        pytest.param(date(2017, 12, 29), date(2018, 1, 2), 1, id="New Year"),
        pytest.param(date(2018, 3, 5), date(2018, 3, 1), 0, id="backwards"),
    ],
)
def test_werkdagen(day: date, until: date, expected: int):
    assert werkdagen_after(day, until) == expected


def test_every_soort_has_words():
    assert set(SOORTEN) == set(TO_DO) == set(TermijnSoort)
