"""The list of berichten: filtered by address, paged both ways, watched and written down."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest

from app.processing import berichten_log
from app.processing.inrichtingen import load_files
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage import berichten_lijst
from app.storage.berichten import set_status
from app.web import berichten_vraag as vraag
from tests.storage.rows import AANBIEDER, BSN, GEMEENTE, MOMENT, stored_bericht
from tests.web.berichten import FINDING, href, links, logged, words
from tests.web.browser import CHEF, Browser, Now, goes_to


@pytest.fixture
def inside(browser: Browser) -> Browser:
    """A behandelaar of Steenwijkerland."""
    goes_to(browser.log_in())
    return browser


class TestTheList:
    def test_a_row_says_what_a_bericht_is(self, runtime: Runtime, inside: Browser):
        load_files(runtime, [PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"])
        known = {"soort": "WMO303", "richting": "inkomend", "status": "afgekeurd", "identificatie": "D 1"}
        parties = {"afzender": AANBIEDER, "ontvanger": GEMEENTE}
        id = stored_bericht(runtime.storage, **known, **parties, findings=[FINDING] * 2)
        page = inside.get("/berichten")
        assert links(page) == [id]
        row = words(page).partition("Bevindingen ")[2]
        for said in (
            "02-01-2018 13:00", "Bericht D 1", "WMO303 2.3", "inkomend", "Voorbeeldaanbieder C 98000001",
            "→ naar Steenwijkerland 1708", "Afgekeurd", "2 bevindingen", "retourcode 8187",
        ):  # fmt: skip
            assert said in row, said
        assert "1 bericht, nieuwste eerst." in words(page)

    def test_a_bericht_of_which_little_is_known_has_a_row_too(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage, soort=None, release=None, identificatie=None, ontvanger=None, afzender="7")
        row = words(inside.get("/berichten")).partition("Bevindingen ")[2]
        assert "Bericht zonder nummer van 02-01-2018 13:00 onleesbaar uitgaand 7 → naar onbekend" in row

    def test_what_is_not_ones_own_is_not_there(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage, gemeente="0505", afzender="0505")
        page = inside.get("/berichten")
        assert links(page) == []
        assert "Er is nog geen bericht." in page.text

    def test_who_manages_the_service_sees_no_berichten(self, browser: Browser, runtime: Runtime, now):
        browser.log_in(CHEF)
        browser.add_totp(now.moment)
        for path in ("/berichten", "/berichten/stand", "/berichten/lijst.csv", "/berichten/zoek"):
            assert browser.get(path).status_code == 404, path

    def test_text_from_a_bericht_stayswords(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage, identificatie="<script>alert(1)</script>")
        assert "<script>alert" not in inside.get("/berichten").text


class TestFilters:
    @pytest.mark.parametrize(
        "query",
        [
            "soort=WMO303", "richting=inkomend", "status=mislukt", "partij=98000002", "van=2018-01-03",
            "tot=2018-01-02&van=2018-01-02&status=mislukt", "retourcode=8187", "zoek=X9", "identificatie=X9",
        ],
    )  # fmt: skip
    def test_narrow_the_list_and_stay_filled_in(self, runtime: Runtime, inside: Browser, query: str):
        wanted: dict = {"soort": "WMO303", "richting": "inkomend", "status": "mislukt", "afzender": "98000002",
                  "aanbieder": "98000002", "identificatie": "X9", "findings": [FINDING]}  # fmt: skip
        late = "van=2018-01-03" in query
        id = stored_bericht(runtime.storage, **wanted, ontvangen_op=MOMENT + timedelta(days=late))
        stored_bericht(runtime.storage)
        page = inside.get(f"/berichten?{query}")
        assert links(page) == [id]
        for name, (value,) in parse_qs(query).items():
            chosen = rf'<option value="{value}" selected>|name="{name}"[^>]* value="{value}"'
            assert re.search(chosen, page.text), name
        assert href(page, "csv") == f"/berichten/lijst.csv?{query}"

    @pytest.mark.parametrize(
        ("query", "field", "told"),
        [
            ("soort=WMO999", "soort", vraag.NO_CHOICE),
            ("richting=omhoog", "richting", vraag.NO_CHOICE),
            ("status=VERWERKT", "status", vraag.NO_CHOICE),
            ("partij=170", "partij", vraag.NO_PARTIJ),
            ("partij=980000010", "partij", vraag.NO_PARTIJ),
            ("van=gisteren", "van", vraag.NO_DATE),
            ("van=2018-02-30", "van", vraag.NO_DATE),
            ("tot=20180201", "tot", vraag.NO_DATE),
            ("van=2018-02-02&tot=2018-02-01", "tot", vraag.TOO_EARLY),
            ("retourcode=80", "retourcode", vraag.NO_RETOURCODE),
            ("voor=1", "zoek", vraag.NO_PLACE),
            ("voor=01a203bb-f905-7353-8022-af2b87179498&na=01a203bb-f905-7353-8022-af2b87179498", "zoek",
             vraag.NO_PLACE),
            ("sorteer=bsn", "zoek", vraag.UNKNOWN),
            ("zoek=A&identificatie=B", "zoek", vraag.TOO_MANY),
            ("zoek=" + "9" * 61, "zoek", vraag.TOO_LONG),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_at_its_field(self, runtime: Runtime, inside: Browser, query, field, told):
        page = inside.get(f"/berichten?{query}")
        assert page.status_code == 400
        assert f'<li><a href="#{field}">{told}</a></li>' in page.text
        assert f'id="{field}"' in page.text
        assert page.text.count("<title>Fout: ") == 1
        assert inside.get(f"/berichten/lijst.csv?{query}").status_code == 400
        assert inside.get(f"/berichten/stand?{query}").status_code == 400
        assert logged(runtime) == []

    @pytest.mark.parametrize("name", ["zoek", "identificatie", "factuurnummer", "partij", "bsn", "van"])
    def test_a_bsn_in_an_address_is_refused_and_not_repeated(self, runtime: Runtime, inside: Browser, name: str):
        stored_bericht(runtime.storage, bsns=frozenset({BSN}), identificatie=BSN)
        page = inside.get(f"/berichten?{name}={BSN}")
        assert page.status_code == 400
        assert vraag.NO_BSN in page.text
        assert BSN not in page.text
        assert links(page) == []

    def test_no_field_that_becomes_an_address_holds_nine_digits(self, inside: Browser):
        form = inside.get("/berichten").text.partition("data-filter")[2].partition("</form>")[0]
        fields = re.findall(r"<input[^>]*>", form)
        assert len(fields) == 4
        for one in fields:
            assert 'type="date"' in one or int(re.findall(r'maxlength="(\d+)"', one)[0]) < 9, one

    def test_when_nothing_passes_it_says_what_to_do(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage)
        assert "Geen enkel bericht voldoet aan deze filters." in inside.get("/berichten?soort=WMO307").text
        assert "Controleer het nummer" in inside.get("/berichten?zoek=niets").text

    def test_what_takes_too_long_goes_on_where_it_stopped(
        self, runtime: Runtime, inside: Browser, monkeypatch: pytest.MonkeyPatch
    ):
        oldest = stored_bericht(runtime.storage, richting="inkomend")
        for _ in range(4):
            stored_bericht(runtime.storage)
        monkeypatch.setattr(berichten_lijst, "STEPS", (2, 1))
        page = inside.get("/berichten?richting=inkomend")
        assert links(page) == []
        assert "Er is gezocht tot 02-01-2018 13:00; verder is nog niet gekeken." in page.text
        further = href(page, "ouder")
        assert further is not None
        assert links(inside.get(further)) == [oldest]


class TestTiles:
    def test_count_each_status_and_lead_to_it(self, runtime: Runtime, inside: Browser):
        for status in ("mislukt", "mislukt", "verwerkt"):
            stored_bericht(runtime.storage, status=status)
        stored_bericht(runtime.storage, status="mislukt", gemeente="0505")
        page = inside.get("/berichten?status=mislukt")
        tiles = dict(re.findall(r'href="/berichten\?status=([a-z-]+)".*?__number">(.*?)</span></a>', page.text))
        assert len(tiles) == 8
        assert (tiles["mislukt"], tiles["verwerkt"], tiles["verzonden"]) == ("2", "1", "0")
        assert re.findall(r'href="(/berichten\S*)" aria-current="true"', page.text) == ["/berichten?status=mislukt"]

    def test_say_that_there_are_more_than_were_counted(
        self, runtime: Runtime, inside: Browser, monkeypatch: pytest.MonkeyPatch
    ):
        for module in (berichten_lijst, berichten_log):
            monkeypatch.setattr(module, "COUNTED", 1)
        for _ in range(3):
            stored_bericht(runtime.storage, status="verwerkt")
        assert 'hidden">meer dan </span>' in inside.get("/berichten").text


class TestPaging:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(berichten_log, "PER_PAGE", 3)

    def test_both_ways_without_losing_one(self, runtime: Runtime, inside: Browser):
        ids = [stored_bericht(runtime.storage) for _ in range(8)][::-1]
        stored_bericht(runtime.storage, soort="WMO303")
        pages = [inside.get("/berichten?soort=WMO301")]
        assert href(pages[0], "nieuwer") is None
        while older := href(pages[-1], "ouder"):
            pages.append(inside.get(older))
        assert [links(page) for page in pages] == [ids[:3], ids[3:6], ids[6:]]
        back = inside.get(href(pages[-1], "nieuwer") or "")
        assert links(back) == ids[3:6]
        assert links(inside.get(href(back, "nieuwer") or "")) == ids[:3]

    def test_what_is_newer_than_the_newest_is_the_first_page(self, runtime: Runtime, inside: Browser):
        ids = [stored_bericht(runtime.storage) for _ in range(2)]
        assert goes_to(inside.get(f"/berichten?soort=WMO301&na={ids[-1]}")) == "/berichten?soort=WMO301"

    @pytest.mark.parametrize("query", ["", "&van=2018-01-01"], ids=["all", "period"])
    @pytest.mark.parametrize("way", ["voor", "na"])
    def test_a_place_of_another_is_as_one_that_is_gone(self, runtime: Runtime, inside: Browser, way: str, query: str):
        """Both answer from the place that the id itself tells."""
        older = [stored_bericht(runtime.storage) for _ in range(2)][::-1]
        strange = stored_bericht(runtime.storage, gemeente="0505", aanbieder="98000002")
        stored_bericht(runtime.storage)
        unknown = f"{strange[:-1]}{int(strange[-1], 16) ^ 1:x}"
        seen, gone = (inside.get(f"/berichten?{way}={id}{query}") for id in (strange, unknown))
        told = [(one.status_code, links(one), one.headers.get("location")) for one in (seen, gone)]
        assert told[0] == told[1]
        if (way, query) == ("voor", ""):
            assert links(seen) == older


class TestWatching:
    def _stand(self, browser: Browser, query: str = "") -> str:
        return browser.get(f"/berichten/stand{query}").text

    def test_the_stand_changes_with_the_list_and_says_nothing(self, runtime: Runtime, inside: Browser):
        first = self._stand(inside)
        assert re.fullmatch(r"[0-9a-f]{32}", first)
        id = stored_bericht(runtime.storage)
        second = self._stand(inside)
        with runtime.storage.writing() as session:
            set_status(session, id=id, status="verzonden")
        third = self._stand(inside)
        assert len({first, second, third}) == 3
        stored_bericht(runtime.storage, gemeente="0505", afzender="0505")
        assert self._stand(inside) == third
        assert logged(runtime) == []

    @pytest.mark.parametrize("query", ["", "?soort=WMO303"], ids=["all", "filtered"])
    def test_the_page_knows_its_stand(self, runtime: Runtime, inside: Browser, query: str):
        stored_bericht(runtime.storage)
        page = inside.get(f"/berichten{query}").text
        assert f'data-refresh-state="{self._stand(inside, query)}"' in page
        assert 'data-refresh="/berichten/stand"' in page
        assert re.search(r'<button[^>]*type="button"[^>]*data-refresh-pause hidden>', page)

    def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(self, inside: Browser, now: Now):
        for _ in range(7):
            now.later(minutes=5)
            last = inside.client.get("/berichten/stand", headers={"Iwmo-Vanzelf": "ja"})
        assert last.headers["location"].startswith("/inloggen")


class TestCsv:
    def test_holds_the_list_and_runs_nothing(self, runtime: Runtime, inside: Browser):
        load_files(runtime, [PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"])
        stored_bericht(runtime.storage, identificatie="=1+1", findings=[FINDING])
        stored_bericht(runtime.storage, soort="WMO303")
        answer = inside.get("/berichten/lijst.csv?soort=WMO301")
        rows = list(csv.DictReader(StringIO(answer.text)))
        assert [row["identificatie"] for row in rows] == ["'=1+1"]
        assert rows[0] | {"identificatie": ""} == {
            "ontvangen_op": "2018-01-02T13:00:00+01:00", "soort": "WMO301", "release": "2.3", "richting": "uitgaand",
            "afzender": "1708", "naam_afzender": "Steenwijkerland", "ontvanger": "98000001",
            "naam_ontvanger": "Voorbeeldaanbieder C", "identificatie": "", "status": "te-verzenden",
            "bevindingen": "1", "eerste_retourcode": "8187",
        }  # fmt: skip
        assert answer.headers["content-disposition"] == 'attachment; filename="berichten.csv"'
        assert answer.headers["cache-control"] == "no-store"
        assert logged(runtime) == [("berichten-bekeken", 1)]

    def test_goes_past_a_page_and_past_what_is_read_at_once(
        self, runtime: Runtime, inside: Browser, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(berichten_log, "PER_PAGE", 1)
        monkeypatch.setattr(berichten_lijst, "STEPS", (1, 2))
        ids = [stored_bericht(runtime.storage, identificatie=str(number)) for number in range(7)]
        answer = inside.get("/berichten/lijst.csv")
        assert [row["identificatie"] for row in csv.DictReader(StringIO(answer.text))] == [*"6543210"]
        monkeypatch.setattr(berichten_log, "MOST_EXPORTED", 4)
        assert inside.get("/berichten/lijst.csv").text.count("\r\n") == 5
        assert len(ids) == 7


class TestWrittenDown:
    def test_every_look_is_with_how_much_was_shown(self, runtime: Runtime, inside: Browser):
        stored_bericht(runtime.storage)
        inside.get("/berichten")
        inside.get("/berichten?zoek=T1")
        inside.get("/berichten?soort=WMO307")
        assert logged(runtime) == [("berichten-bekeken", number) for number in (1, 1, 0)]


def test_addresses_keep_what_was_asked():
    gevraagd = vraag.asked_by_address(
        {"soort": "WMO301", "zoek": " a&b ", "voor": "01a203bb-f905-7353-8022-af2b87179498"}
    )
    assert parse_qs(urlsplit(gevraagd.address(na="x")).query) == {"soort": ["WMO301"], "zoek": ["a&b"], "na": ["x"]}
    assert vraag.asked_by_address({"van": "2018-03-01"}).vraag.filters.van == date(2018, 3, 1)
