"""/stuurinformatie: uitnutting and stapeling as page and as file."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from app.cli.demo import DEMO_DAY
from app.domain.bericht import Product
from app.domain.principal import Rol
from app.iwmo.xsd import Schemas
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.storage import stuurinformatie as stored
from app.web import stapeling
from app.web.sheets import Blad, euros, xlsx
from tests.storage.rows import booked
from tests.web.browser import CHEF, WACHTWOORD, Browser, Now, with_people

UITNUTTING, STAPELING = "/stuurinformatie", "/stuurinformatie/stapeling"
FILES = [f"{report}.{form}" for report in (f"{UITNUTTING}/uitnutting", STAPELING) for form in ("csv", "xlsx")]
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BSN = "999900006"


@pytest.fixture
def demo(told: Runtime, schemas: Schemas, now: Now) -> Runtime:
    """The story of the demo, on its own day."""
    return replace(with_people(told.storage, schemas, now), today=lambda: DEMO_DAY)


@pytest.fixture
def inside(demo: Runtime) -> Browser:
    """A behandelaar of Steenwijkerland who is logged in."""
    browser = Browser(demo)
    browser.log_in()
    return browser


def plain(html: str) -> str:
    """The text of a page, with its spaces as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace("&#39;", "'")


def sheet_of(content: bytes, number: int = 1) -> list[list[tuple[str, str]]]:
    """The cells of a sheet: their kind (`s` is text) and what they hold."""
    with ZipFile(BytesIO(content)) as book:
        root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - of our own making
        strings = ["".join(one.itertext()) for one in root]
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
    rows: list[list[tuple[str, str]]] = []
    for row in sheet.iter(f"{NAMESPACE}row"):
        cells = [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
        rows.append([(kind, strings[int(value)] if kind == "s" else value) for kind, value in cells])
    return rows


def views(runtime: Runtime) -> list[tuple[str | None, ...]]:
    with runtime.storage.reading() as session:
        query = (
            "SELECT id, object_id, aantal, reden FROM logboek WHERE gebeurtenis = 'stuurinformatie-bekeken' ORDER BY id"
        )
        rows = session.execute(text(query)).all()
        about = "SELECT count(*) FROM logboek_client WHERE logboek_id = :id"
        return [(*row[1:], session.execute(text(about), {"id": row[0]}).scalar()) for row in rows]


class TestUitnutting:
    def test_says_it_in_one_sentence(self, inside: Browser):
        page = plain(inside.get(UITNUTTING).text)
        assert "Van € 30.654,00 die is toegewezen, is € 879,00 toegekend (3 %)." in page
        assert "verwachten we € 30.654,00" in page

    def test_picture_and_table_have_the_same_figures(self, inside: Browser):
        page = inside.get(UITNUTTING).text
        assert 'aria-labelledby="uitnutting-title"' in page
        table = page.partition('id="per-periode-kop"')[2].partition("</table>")[0]
        rows = [plain(row).split(" € ") for row in table.split("<tr>")[2:]]
        assert rows[0][:4] == [" 1", "2.358,00", "1.279,00", "879,00"]
        assert len(rows) == 14

    def test_names_products_and_aanbieders(self, inside: Browser):
        page = plain(inside.get(UITNUTTING).text)
        assert "Begeleiding (02A01) Voorbeeldaanbieder B (42420002) € 16.770,00 € 1.090,00 € 690,00" in page

    def test_filters(self, inside: Browser):
        page = plain(inside.get(f"{UITNUTTING}?van=1&tot=2&product=04A01&aanbieder=42420002").text)
        assert "Van € 756,00 die is toegewezen, is € 189,00 toegekend (25 %)" in page
        assert "Er is in deze perioden niets toegewezen" in inside.get(f"{UITNUTTING}?jaar=2016").text

    @pytest.mark.parametrize(
        "query", ["jaar=0", "jaar=x&van=99&tot=-1", "product=%3Cb%3E&aanbieder=1", "van=²", "tot=1" * 9]
    )
    def test_nonsense_is_not_asked(self, query: str, inside: Browser):
        page = inside.get(f"{UITNUTTING}?{query}")
        assert page.status_code == 200
        assert "<b>" not in page.text
        assert "€ 30.654,00" in plain(page.text)

    def test_turned_periods_are_one(self, inside: Browser):
        assert "Van € 2.358,00" in plain(inside.get(f"{UITNUTTING}?van=5&tot=2").text)

    def test_csv(self, inside: Browser):
        answer = inside.get(f"{UITNUTTING}/uitnutting.csv?van=1&tot=1")
        rows = list(csv.DictReader(StringIO(answer.text)))
        assert [(row["product"], row["aanbieder"], row["toegekendCenten"], row["toegekend"]) for row in rows] == [
            ("02A01", "42420001", "0", "0.00"),
            ("02A01", "42420002", "69000", "690.00"),
            ("04A01", "42420002", "18900", "189.00"),
        ]
        assert rows[1]["restCenten"] == str(int(rows[1]["toegewezenCenten"]) - 69000)

    def test_xlsx_has_numbers_as_numbers_and_codes_as_text(self, inside: Browser):
        rows = sheet_of(inside.get(f"{UITNUTTING}/uitnutting.xlsx?van=1&tot=1").content)
        by_name = dict(zip([name for _, name in rows[0]], rows[2], strict=True))
        assert by_name["aanbieder"] == ("s", "42420002")
        assert by_name["toegekendCenten"] == ("n", "69000")
        assert by_name["toegekend"] == ("n", "690.00")

    def test_too_much_is_told(self, inside: Browser, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(stored, "MOST_GROUPS", 1)
        page = inside.get(UITNUTTING)
        assert page.status_code == 400
        assert "Kies één gemeente" in page.text


class TestStapeling:
    def test_counts_and_names(self, inside: Browser):
        page = inside.get(STAPELING).text
        assert "Op 1 maart 2018 hebben 2 clienten een toewijzing." in plain(page)
        assert f'rowspan="2">{BSN}</th>' in page
        assert '<a href="/toewijzingen/1708/1001">' in page
        assert "Kortdurend verblijf (04A01)" in page

    def test_of_another_soort_or_day(self, inside: Browser):
        assert BSN not in inside.get(f"{STAPELING}?soort=04a06-en-02a01").text
        assert "Op 31 december 2017 heeft niemand een toewijzing" in inside.get(f"{STAPELING}?dag=2017-12-31").text
        assert BSN in inside.get(f"{STAPELING}?soort=onzin&dag=onzin&blad=onzin").text

    @pytest.mark.parametrize("form", ["", ".csv", ".xlsx"], ids=["page", "csv", "xlsx"])
    @pytest.mark.parametrize("dag", ["0001-01-01", "9999-12-31"])
    def test_of_a_day_outside_the_calendar_is_of_today(self, dag: str, form: str, runtime: Runtime):
        browser = Browser(runtime)  # of a gemeente without inrichting
        browser.log_in()
        answer = browser.get(f"{STAPELING}{form}?dag={dag}")
        assert answer.status_code == 200
        assert dag not in answer.text + answer.headers.get("content-disposition", "")

    def test_in_pages(self, inside: Browser, demo: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(stapeling, "ON_PAGE", 1)
        for nummer, code in ((91, "02A01"), (92, "04A06")):
            booked(demo.storage, nummer=nummer, bsn="999900018", product=Product(categorie=code[:2], code=code))
        first, second = (inside.get(f"{STAPELING}?blad={blad}").text for blad in (1, 2))
        assert [bsn in page for page in (first, second) for bsn in (BSN, "999900018")] == [True, False, False, True]
        assert "soort=producten&amp;blad=2" in first
        assert "Volgende clienten" not in second
        assert "Vorige clienten" in second
        assert "Deze bladzijde is leeg" in inside.get(f"{STAPELING}?blad=3").text
        assert inside.get(f"{STAPELING}?blad=9999").status_code == 200

    def test_is_written_down_with_whom(self, inside: Browser, demo: Runtime):
        inside.get(STAPELING)
        inside.get(f"{STAPELING}.xlsx")
        inside.get(f"{STAPELING}?soort=01-en-02")
        assert views(demo) == [("stapeling", 1, None, 1), ("stapeling", 1, "als xlsx", 1), ("stapeling", 0, None, 0)]

    def test_no_bsn_in_any_address_or_title(self, inside: Browser):
        page = inside.get(STAPELING).text
        assert [link for link in re.findall(r'(?:href|action)="([^"]*)"', page) if BSN in link] == []
        assert BSN not in page.partition("</title>")[0]

    def test_csv_has_a_row_for_each_toewijzing(self, inside: Browser):
        rows = list(csv.DictReader(StringIO(inside.get(f"{STAPELING}.csv").text)))
        assert [(row["bsn"], row["stapeling"], row["product"], row["toewijzing"]) for row in rows] == [
            (BSN, "producten", "02A01", "1001"),
            (BSN, "producten", "04A01", "1002"),
        ]

    def test_xlsx_has_a_bsn_as_text_and_the_counts(self, inside: Browser):
        content = inside.get(f"{STAPELING}.xlsx").content
        assert sheet_of(content)[1][1] == ("s", BSN)
        assert sheet_of(content, 2)[1:] == [
            [("s", "Meer dan één product"), ("n", "1")],
            [("s", "Meer dan één aanbieder"), ("n", "1")],
            [("s", "Huishoudelijke ondersteuning (01) met begeleiding (02)"), ("n", "0")],
            [("s", "Kortdurend verblijf extra (04A06) met begeleiding (02A01)"), ("n", "0")],
            [("s", "Alle clienten"), ("n", "2")],
        ]


@pytest.mark.parametrize("path", FILES)
def test_files_are_taken_along_and_not_opened(path: str, inside: Browser):
    headers = inside.get(path).headers
    assert headers["content-disposition"].startswith('attachment; filename="')
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [UITNUTTING, STAPELING, *FILES])
class TestWho:
    def test_another_gemeente_is_not_there(self, path: str, inside: Browser):
        assert inside.get(f"{path}?gemeente=0505").status_code == 404

    def test_who_has_no_gemeente_sees_nothing(self, path: str, demo: Runtime, now: Now):
        chef = Browser(demo)
        chef.log_in(CHEF)
        chef.add_totp(now.moment)
        create_persoon(demo, naam="zorg", rol=Rol.AANBIEDER, aanbieders=["42420001"], wachtwoord=WACHTWOORD)
        zorg = Browser(demo)
        zorg.log_in("zorg")
        assert [one.get(path).status_code for one in (chef, zorg)] == [404, 404]
        assert UITNUTTING not in zorg.get("/").text

    def test_a_gemeente_without_anything_is_empty(self, path: str, runtime: Runtime):
        create_persoon(runtime, naam="nieuw", rol=Rol.LEZER, gemeenten=["9999"], wachtwoord=WACHTWOORD)
        browser = Browser(runtime)
        browser.log_in("nieuw")
        assert browser.get(path).status_code == 200


def test_nothing_in_a_workbook_is_a_formula_or_a_link():
    risky = ["=1+1", "+1", "-1", "@x", "https://evil.example", "mailto:x", "12", "<b>"]
    content = xlsx([Blad(naam="Blad", koppen=["=kop"], rijen=[*([one] for one in risky), [euros(-5)], [None], [7]])])
    rows = sheet_of(content)
    assert [row[0] for row in rows[:9]] == [("s", "=kop"), *(("s", one) for one in risky)]
    assert [cell for row in rows[9:] for cell in row] == [("n", "-0.05"), ("n", "7")]
    with ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
