"""/inrichting: what holds, what a text would change, loading it, and every version."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response

from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting_verschil import Aard, Onderdeel
from app.domain.principal import Rol
from app.inrichting.yaml_file import read_content
from app.processing.inrichtingen import load_files, newest_versie, version_of
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.web.inrichting_woorden import KINDS, ONDERDELEN, SUMS, waarde
from tests.web.browser import Browser, goes_to
from tests.web.story import visitor

LOADED = (PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml").read_text()
CHANGED = LOADED.replace("tariefCenten: 100,", "tariefCenten: 105,")
ENDLESS = 'cakCode: "447", geldigVanaf: 2018-01-01'
NEXT_YEAR = LOADED.replace(ENDLESS, f"{ENDLESS}, geldigTot: 2018-12-31")
WRONG = LOADED.replace('eenheid: "82"', 'eenheid: "99"').replace("tariefCenten: 4942", "tariefCenten: veel")
VOORBEELD, LADEN, VERSIES = "/inrichting/laden", "/inrichting/bevestigen", "/inrichting/1708/versies"


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told: both inrichtingen are loaded once."""
    return told


@pytest.fixture
def beheer(runtime: Runtime) -> Browser:
    """Who may load."""
    return visitor(runtime, Rol.BEHEER, naam="chef")


def pasted(browser: Browser, text: str, path: str = VOORBEELD, **fields: str) -> Response:
    """Send a text as the form does."""
    sent = {"formulier": browser.token(VOORBEELD), "tekst": text.replace("\n", "\r\n"), **fields}
    return browser.client.post(path, files={name: (None, value) for name, value in sent.items()})


def chosen(browser: Browser, content: bytes, **fields: str) -> Response:
    """Send a file as the form does."""
    sent = {"formulier": browser.token(VOORBEELD), **fields}
    return browser.client.post(VOORBEELD, data=sent, files={"bestand": ("a.yaml", content)})


def confirmed(browser: Browser, page: Response) -> Response:
    """Press the button on the page with the changes."""
    versie = re.search(r'name="versie" value="(\d+)"', page.text)
    text = re.search(r'<textarea name="tekst" hidden>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert versie
    assert text
    return pasted(browser, unescape(text[1]), LADEN, versie=versie[1])


def rows(page: str) -> list[str]:
    """The rows of all tables, as text."""
    bodies = re.findall("<tbody>(.*?)</tbody>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for body in bodies for row in body.split("<tr>")[1:]]


class TestWhatHolds:
    """The inrichting on a day."""

    def test_products_contracts_and_settings(self, runtime: Runtime):
        page = visitor(runtime).get("/inrichting?gemeente=1708").text.replace("\u00a0", " ")
        found = rows(page)
        assert "04A01 Kortdurend verblijf 04 € 94,50 etmaal, per vier weken 447 vanaf 01-01-2018" in found
        assert any(row.startswith("Voorbeeldaanbieder D (98000002)") and "04A01: € 92,00" in row for row in found)
        assert "3 26-02-2018 25-03-2018" in found
        assert "65%" in page

    def test_on_another_day(self, runtime: Runtime):
        browser = visitor(runtime)
        before = rows(browser.get("/inrichting?gemeente=1708&dag=2017-06-01").text.replace("\u00a0", " "))
        assert any(row.startswith("OZL1") and "€ 43,20" in row for row in before)
        assert not any(row.startswith("02A01") for row in before)
        every = rows(browser.get("/inrichting?gemeente=1708&alles=ja").text)
        assert sum(row.startswith("OZL1") for row in every) == 2

    @pytest.mark.parametrize(
        ("query", "naam"),
        [
            ("", "Steenwijkerland (1708)"),
            ("dag=2016-06-01", "Dordrecht (0505)"),
            ("dag=1990-01-01", "Dordrecht (0505)"),
        ],
    )
    def test_it_opens_where_something_holds(self, query: str, naam: str, runtime: Runtime):
        assert f"<h2>{naam}</h2>" in visitor(runtime).get(f"/inrichting?{query}").text

    def test_a_day_that_is_none(self, runtime: Runtime):
        answer = visitor(runtime).get("/inrichting?dag=gisteren")
        assert answer.status_code == 400
        assert '<a href="#dag">' in answer.text

    @pytest.mark.parametrize("rol", [Rol.BEHANDELAAR, Rol.LEZER])
    def test_others_read_their_own(self, rol: Rol, runtime: Runtime):
        browser = visitor(runtime, rol, gemeenten=["1708"])
        page = browser.get("/inrichting").text
        assert "Steenwijkerland" in page
        assert "Dordrecht" not in page
        assert "/inrichting/laden" not in page
        for path in ("/inrichting?gemeente=0505", "/inrichting/0505/versies", "/inrichting/0505/yaml", VOORBEELD):
            assert browser.get(path).status_code == 404

    @pytest.mark.parametrize("path", [VOORBEELD, LADEN])
    @pytest.mark.parametrize("rol", [Rol.BEHANDELAAR, Rol.LEZER, Rol.AUDITOR])
    def test_nobody_else_loads(self, rol: Rol, path: str, runtime: Runtime):
        browser = visitor(runtime, rol)
        sent = {"formulier": browser.token("/account"), "tekst": CHANGED, "versie": "1"}
        answer = browser.client.post(path, files={name: (None, value) for name, value in sent.items()})
        assert answer.status_code == 403
        assert newest_versie(runtime, "1708") == 1

    def test_nothing_loaded(self, runtime: Runtime):
        assert "Er is nog geen inrichting geladen" in visitor(runtime, gemeenten=["0999"]).get("/inrichting").text

    def test_download_can_be_loaded(self, runtime: Runtime, beheer: Browser):
        answer = beheer.get("/inrichting/1708/yaml")
        assert answer.headers["content-disposition"] == 'attachment; filename="inrichting-1708.yaml"'
        assert read_content(answer.content, "x").findings == ()
        assert "Er verandert niets." in pasted(beheer, answer.text).text


class TestAText:
    """What is wrong with a text, or what it would change; nothing is loaded yet."""

    def test_errors_stand_beside_their_line(self, beheer: Browser, runtime: Runtime):
        answer = pasted(beheer, WRONG)
        assert answer.status_code == 400
        lines = {n: line for n, line in enumerate(WRONG.splitlines(), start=1) if '"99"' in line or "veel" in line}
        assert len(lines) == 2
        for number, line in lines.items():
            beside = answer.text.partition(f'id="regel-{number}"')[2].partition("</li>")[0]
            assert unescape(beside.partition("<code>")[2].partition("</code>")[0]) == line
            assert "Fout: " in beside
            assert f'<a href="#regel-{number}">Regel {number}: ' in answer.text
        assert unescape(answer.text).count("tariefCenten: veel") >= 2, "the text stays in its field"
        assert newest_versie(runtime, "1708") == 1

    def test_what_would_change(self, beheer: Browser, runtime: Runtime):
        page = pasted(beheer, CHANGED)
        text = page.text.replace("\u00a0", " ")
        assert page.status_code == 200
        assert rows(text) == ["Product 02A01 Begeleiding gewijzigd 01-01-2018 tarief was € 1,00, wordt € 1,05"]
        assert "1 onderdeel verandert." in text
        assert newest_versie(runtime, "1708") == 1

    def test_an_end(self, beheer: Browser):
        (row,) = rows(pasted(beheer, NEXT_YEAR).text)
        assert row.startswith("Product 04A01 Kortdurend verblijf beëindigd 01-01-2018 geldig tot en met")
        assert "31-12-2018" in row

    def test_a_file(self, beheer: Browser):
        assert "1 onderdeel verandert." in chosen(beheer, CHANGED.encode()).text

    def test_a_file_with_a_mark_in_front(self, beheer: Browser, runtime: Runtime):
        page = chosen(beheer, CHANGED.encode("utf-8-sig"))
        assert goes_to(confirmed(beheer, page)).startswith(VERSIES)
        assert newest_versie(runtime, "1708") == 2

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            pytest.param(b"", "Kies een bestand", id="nothing"),
            pytest.param(b"\xff\xfe\x00", "geen UTF-8", id="no text"),
            pytest.param(b"a: [", "Geen YAML", id="no YAML"),
            pytest.param(b"#" * 2_000_001, "groter dan", id="too large"),
            pytest.param(b"producten: []", "gemeente", id="no gemeente"),
        ],
    )
    def test_what_cannot_be_read(self, content: bytes, says: str, beheer: Browser):
        answer = chosen(beheer, content)
        assert answer.status_code == 400
        assert says in answer.text

    def test_both(self, beheer: Browser):
        answer = chosen(beheer, CHANGED.encode(), tekst=CHANGED)
        assert answer.status_code == 400
        assert "Doe één van beide" in answer.text

    def test_what_is_in_it_stays_text(self, beheer: Browser):
        """Hostile names, in a text with errors and in one without."""
        hostile = "<script>alert(1)</script></textarea>"
        named = CHANGED.replace("naam: Steenwijkerland", f'naam: "{hostile}"')
        for text in (named, named.replace('eenheid: "82"', 'eenheid: "99"')):
            assert hostile not in pasted(beheer, text).text


class TestLoaded:
    """All or nothing, and only what was looked at."""

    def test_load(self, beheer: Browser, runtime: Runtime):
        answer = confirmed(beheer, pasted(beheer, CHANGED))
        assert goes_to(answer) == f"{VERSIES}?geladen=ja"
        product = next(one for one in version_of(runtime, "1708", None).producten if one.code == "02A01")
        assert product.tarief.cents == 105
        page = beheer.get(f"{VERSIES}?geladen=ja").text
        assert "Nu geldt versie 2." in page
        newest, first = rows(page)
        assert " chef 1 onderdeel verandert. Bekijk" in newest
        assert "(opdrachtregel)" in first

    def test_what_changed_meanwhile_is_shown_first(self, beheer: Browser, runtime: Runtime, tmp_path: Path):
        page = pasted(beheer, CHANGED)
        other = tmp_path / "other.yaml"
        other.write_text(LOADED.replace("tariefCenten: 100,", "tariefCenten: 103,"))
        load_files(runtime, [other])
        answer = confirmed(beheer, page)
        assert answer.status_code == 409
        assert "Iemand anders laadde intussen een nieuwe versie" in answer.text
        assert "tarief was € 1,03, wordt € 1,05" in answer.text.replace("\u00a0", " ")
        assert newest_versie(runtime, "1708") == 2
        assert goes_to(confirmed(beheer, answer))
        assert newest_versie(runtime, "1708") == 3

    def test_twice_is_once(self, beheer: Browser, runtime: Runtime):
        page = pasted(beheer, CHANGED)
        goes_to(confirmed(beheer, page))
        assert confirmed(beheer, page).status_code == 409
        assert newest_versie(runtime, "1708") == 2

    def test_a_new_gemeente(self, beheer: Browser, runtime: Runtime):
        page = pasted(beheer, LOADED.replace('"1708"', '"0999"'))
        assert "Dit is de eerste inrichting van deze gemeente." in page.text
        assert goes_to(confirmed(beheer, page)) == "/inrichting/0999/versies?geladen=ja"
        assert newest_versie(runtime, "0999") == 1

    def test_errors_in_what_is_confirmed(self, beheer: Browser, runtime: Runtime):
        answer = pasted(beheer, WRONG, LADEN, versie="1")
        assert answer.status_code == 400
        assert newest_versie(runtime, "1708") == 1


class TestVersions:
    """Any two of them side by side."""

    def test_between_any_two(self, beheer: Browser):
        for cents in (105, 110):
            goes_to(confirmed(beheer, pasted(beheer, LOADED.replace("tariefCenten: 100,", f"tariefCenten: {cents},"))))
        page = beheer.get(f"{VERSIES}?van=1&naar=3").text.replace("\u00a0", " ")
        assert "tarief was € 1,00, wordt € 1,10" in rows(page)[0]
        back = beheer.get(f"{VERSIES}?van=3&naar=2").text.replace("\u00a0", " ")
        assert "tarief was € 1,10, wordt € 1,05" in rows(back)[0]
        assert "tariefCenten: 105" in beheer.get("/inrichting/1708/yaml?versie=2").text

    @pytest.mark.parametrize("query", ["van=1&naar=9", "van=9&naar=1"])
    def test_one_that_is_not_there(self, query: str, beheer: Browser):
        assert beheer.get(f"{VERSIES}?{query}").status_code == 404
        assert beheer.get("/inrichting/1708/yaml?versie=9").status_code == 404

    @pytest.mark.parametrize(
        "versie",
        [
            pytest.param("%E2%82%AC", id="euro"),
            pytest.param("1%0D%0AX-Other:%20y", id="two lines"),
            pytest.param("1%22;%20filename=%22other.exe", id="quotes"),
            pytest.param("0", id="zero"),
            pytest.param("-1", id="negative"),
        ],
    )
    def test_one_that_is_no_number(self, versie: str, beheer: Browser):
        assert beheer.get(f"/inrichting/1708/yaml?versie={versie}").status_code == 404

    def test_the_file_is_named_after_its_number(self, beheer: Browser):
        for versie, name in {"": "inrichting-1708.yaml", "01": "inrichting-1708-versie-1.yaml"}.items():
            headers = beheer.get(f"/inrichting/1708/yaml?versie={versie}").headers
            assert headers["content-disposition"] == f'attachment; filename="{name}"'

    def test_page_by_page(self, beheer: Browser, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("app.web.inrichting.ON_A_PAGE", 1)
        goes_to(confirmed(beheer, pasted(beheer, CHANGED)))
        assert [row.split()[0] for row in rows(beheer.get(VERSIES).text)] == ["2"]
        assert [row.split()[0] for row in rows(beheer.get(f"{VERSIES}?voor=2").text)] == ["1"]


def test_everything_has_words():
    assert set(ONDERDELEN) == set(Onderdeel)
    assert set(KINDS) == set(SUMS) == set(Aard)
    assert [code for code in (*Eenheid, *Frequentie) if waarde(code) == code.value] == []
