"""/toewijzingen/{gemeente}/{nummer}: what is left, where it came from, and every euro in the budgetpaspoort."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from app.cli.demo import STORY, tell_story
from app.domain.principal import Principal, Rol
from app.processing import budgetpaspoort, toewijzing_view
from app.processing.keys import create_key, principal_of
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.toewijzing_view import dossier_of
from app.storage.zicht import Zicht
from tests.web.story import BSN_1708, of_aanbieder, visitor

PAGE = "/toewijzingen/1708/1001"
DECLARANT = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({"42420002"}))


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


def plain(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]*>", " ", page).replace("\u00a0", " ").split())


def rows(page: str, heading: str) -> list[str]:
    """The rows of a table, as text."""
    table = page.partition(f'id="{heading}-kop"')[2].partition("</table>")[0]
    return [plain(row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)][1:]


def claim_more(runtime: Runtime) -> None:
    """The aanbieder credits its line of January and claims again: less, and a line that is a euro too high."""
    receive(runtime, DECLARANT, (STORY / "5-declaratie-volgende-periode.xml").read_bytes())


class TestLeft:
    """How much of the budget is left."""

    def test_in_one_sentence(self, runtime: Runtime):
        said = plain(visitor(runtime).get(PAGE).text)
        assert "Van 990 stuks is in periode 3 van 2018 (26 februari tot en met 25 maart 2018) nog 990 over." in said

    @pytest.mark.parametrize(
        ("path", "sentence"),
        [
            (
                "/toewijzingen/0505/2001",
                "Deze toewijzing eindigde op 25 december 2016. Van 5.200 stuks is niets ",
            ),
            ("/toewijzingen/1708/1002", "Van 4 etmalen is in periode 3 van 2018"),
        ],
        ids=["over", "etmalen"],
    )
    def test_in_other_words(self, path: str, sentence: str, runtime: Runtime):
        assert sentence in plain(visitor(runtime).get(path).text)

    def test_per_period_with_this_one_marked(self, runtime: Runtime):
        page = visitor(runtime).get(PAGE).text
        found = rows(page, "perioden")
        assert found[0] == "periode 1 van 2018 01-01-2018 t/m 28-01-2018 990 690 300 € 690,00"
        assert found[2] == "periode 3 van 2018 nu 26-02-2018 t/m 25-03-2018 990 0 990 € 0,00"
        assert found[-1] == "Totaal 12.870 690 12.180 € 690,00"
        assert len(found) == 14
        assert page.count('aria-current="date"') == 1

    def test_as_a_picture_with_the_same_figures_in_words(self, runtime: Runtime):
        page = visitor(runtime).get(PAGE).text
        picture = page.partition("<svg")[2].partition("</svg>")[0]
        assert "periode 1 van 2018: 990 toegewezen, 690 toegekend, 300 over;" in picture
        assert [name for name in ("Toegewezen", "Toegekend", "Over") if f">{name}</text>" in picture] == [
            "Toegewezen",
            "Toegekend",
            "Over",
        ]
        assert ">P3 (nu)</text>" in picture


class TestWhereItCameFrom:
    """Client, versions, lines, messages, and who looked."""

    def test_the_client_stands_on_the_page_and_nowhere_else(self, runtime: Runtime):
        answer = visitor(runtime).get(PAGE)
        assert BSN_1708 in answer.text.partition("<main")[2]
        assert BSN_1708 not in answer.text.partition("<main")[0]
        assert BSN_1708 not in str(answer.url)

    def test_lines_with_what_became_of_them(self, runtime: Runtime):
        page = visitor(runtime).get(PAGE).text
        refused, granted = rows(page, "regels-tabel")
        assert refused.startswith("P0002 01-01-2018 t/m 28-01-2018 400 stuks € 400,00 afgewezen 9322: ")
        assert granted.startswith("P0001 01-01-2018 t/m 28-01-2018 690 stuks € 690,00 toegekend € 690,00 D20180001")
        declaratie = re.search(r'href="/declaraties/([0-9a-f-]{36})"', page)
        bericht = re.search(r'href="/berichten/([0-9a-f-]{36})">303', page)
        assert declaratie
        assert bericht
        with runtime.storage.reading() as session:
            known = session.execute(text("SELECT id, bericht_id FROM declaratie")).all()
        assert [tuple(one) for one in known] == [(declaratie[1], bericht[1])]

    def test_messages_with_their_answers(self, runtime: Runtime):
        found = rows(visitor(runtime).get(PAGE).text, "berichten-tabel")
        assert [(one.split()[0], " 304 " in one, " 302 " in one) for one in found] == [
            ("303", True, False),
            ("301", False, True),
        ]

    def test_lines_and_messages_in_pages(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(toewijzing_view, "ON_A_PAGE", 1)
        claim_more(runtime)
        browser = visitor(runtime)
        for heading, param, all_of_them in (("regels", "regelsVoor", 5), ("berichten", "berichtenVoor", 3)):
            seen, page = [], browser.get(PAGE).text
            while following := re.search(rf'href="([^"]*\?{param}=[^"#]*)#', page):
                seen += rows(page, f"{heading}-tabel")
                page = browser.get(following[1]).text
            seen += rows(page, f"{heading}-tabel")
            assert len(set(seen)) == len(seen) == all_of_them, heading

    def test_a_place_that_is_none_is_the_beginning(self, runtime: Runtime):
        browser = visitor(runtime)
        page = browser.get(f"{PAGE}?regelsVoor=x&berichtenVoor='--").text
        assert len(rows(page, "regels-tabel")) == 2

    def test_who_looked(self, runtime: Runtime):
        browser = visitor(runtime)
        assert "Nog niemand, behalve u nu." in browser.get(PAGE).text
        browser.get(PAGE)
        said = plain(browser.get(PAGE).text.partition('id="gezien"')[2])
        assert "operator (behandelaar) – bekeken, 2 keer" in said
        assert 'href="/logboek?toewijzing=1708/1001"' in browser.get(PAGE).text

    def test_parts_of_the_same_budget(self, runtime: Runtime):
        found = rows(visitor(runtime).get("/toewijzingen/1708/500000001").text, "verwant")
        assert found == [
            "toewijzing 500000002 Voorbeeldaanbieder B (42420002) 01-01-2018 t/m 30-12-2018 300 stuks per vier weken"
        ]


class TestSight:
    """Who sees a toewijzing, and who may do something with it."""

    @pytest.mark.parametrize("nummer", ["404", "-1", "1001;", "x'", "9" * 40], ids=str)
    def test_what_does_not_exist(self, nummer: str, runtime: Runtime):
        browser = visitor(runtime)
        assert browser.get(f"/toewijzingen/1708/{nummer}").status_code == 404
        assert browser.get(f"/toewijzingen/1708/{nummer}/budgetpaspoort").status_code == 404

    @pytest.mark.parametrize("path", ["", "/budgetpaspoort", "/splitsen"], ids=["page", "paspoort", "act"])
    def test_of_another_gemeente(self, path: str, runtime: Runtime):
        assert visitor(runtime, gemeenten=["0505"]).get(PAGE + path).status_code == 404

    def test_who_only_reads(self, runtime: Runtime):
        browser = visitor(runtime, rol=Rol.LEZER)
        page = browser.get(PAGE).text
        assert f'href="{PAGE}/budgetpaspoort"' in page
        assert "splitsen" not in page
        assert browser.get(f"{PAGE}/splitsen").status_code == 404

    def test_an_aanbieder_sees_its_own_lines_and_no_sheet(self, runtime: Runtime):
        foreign = text("UPDATE prestatie SET aanbieder = '42420001' WHERE referentie_nummer = 'P0002'")
        runtime.storage.run(lambda session: session.execute(foreign))
        own = of_aanbieder(runtime, "42420002")
        page = own.get(PAGE)
        assert page.status_code == 200
        assert [one.split()[0] for one in rows(page.text, "regels-tabel")] == ["P0001"]
        assert BSN_1708 not in page.text
        assert "Wie keek" not in page.text
        sheet = plain(own.get("/toewijzingen/1708/500000002/budgetpaspoort").text)
        assert "Hoe het budget is berekend, weet de gemeente." in sheet
        assert not [secret for secret in ("12.871,04", "65%", "500000001", "42420001") if secret in sheet]
        assert of_aanbieder(runtime, "42420001", naam="ander").get(PAGE).status_code == 404

    def test_software_that_looked_is_called_by_name(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.GEMEENTE, gemeenten=["1708"], naam="zaaksysteem")
        dossier_of(runtime, principal_of(runtime, key), Zicht(gemeenten=frozenset({"1708"})), "1708", "1001")
        page = plain(visitor(runtime).get(PAGE).text)
        assert ": zaaksysteem (software) (gemeente) – " in page

    def test_every_look_is_of_the_client(self, runtime: Runtime):
        browser = visitor(runtime)
        browser.get(PAGE)
        browser.get(f"{PAGE}/budgetpaspoort")
        with runtime.storage.reading() as session:
            kept = session.execute(
                text(
                    "SELECT gebeurtenis, wie, count(client) FROM logboek JOIN logboek_client ON logboek_id = id "
                    "WHERE object_id = '1708/1001' AND wie = 'persoon:operator' GROUP BY 1, 2 ORDER BY 1"
                )
            ).all()
        assert [tuple(one) for one in kept] == [
            ("budget-bekeken", "persoon:operator", 1),
            ("toewijzing-bekeken", "persoon:operator", 1),
        ]


class TestPaspoort:
    """From indicatie to booking."""

    def test_from_a_toekenning(self, runtime: Runtime):
        page = visitor(runtime).get("/toewijzingen/1708/500000001/budgetpaspoort").text
        assert rows(page, "berekening-1") == [
            "Ondersteuning zelfstandig leven 1 OZL1 5 uur 52 65% 169 € 49,42 sinds 01-01-2018 € 8.351,98",
            "Ondersteuning maatschappelijke deelname 3 OMD3 2 dagdelen 52 65% 67,6 € 60,31 sinds 01-01-2018 € 4.076,96",
            "Vervoer VERVOER 1 etmaal 52 65% 33,8 € 13,08 sinds 01-01-2018 € 442,10",
            "Per jaar € 12.871,04",
        ]
        said = plain(page)
        assert "€ 12.871,04 per jaar, gedeeld door 13 perioden, is € 990,08 per vier weken." in said
        assert "Budget: € 990,08, afgerond € 990,00; dat zijn 990 stuks van 02A01 per vier weken." in said
        assert "690 stuks bij Voorbeeldaanbieder A (42420001), deze toewijzing" in said
        assert "300 stuks bij Voorbeeldaanbieder B (42420002), toewijzing 500000002" in said
        assert "klopt De delen zijn steeds samen precies het budget van 990." in said

    def test_from_a_301_of_the_back_office(self, runtime: Runtime):
        page = visitor(runtime).get(f"{PAGE}/budgetpaspoort").text
        assert "Bij dit budget hoort geen toekenning in deze dienst" in page
        assert "bij wat dat bericht toewijst: 990 stuks per vier weken." in plain(page)
        assert "Eén stuk is € 1,00." in plain(page)
        found = rows(page, "boekingen")
        assert found[0] == "periode 1 van 2018 01-01-2018 t/m 28-01-2018 990 690 300 € 690,00"
        assert found[1].startswith("toegekend P0001 declaratie D20180001 met regel P0001")
        assert found[1].endswith("690 stuks € 690,00")
        assert found[-1] == "Hele toewijzing, in stuks 12.870 690 12.180 € 690,00"

    def test_a_credit_gives_back(self, runtime: Runtime):
        claim_more(runtime)
        found = rows(visitor(runtime).get(f"{PAGE}/budgetpaspoort").text, "boekingen")
        booked = [one for one in found if one.startswith(("toegekend", "credit"))]
        assert [one.split()[0] for one in booked] == ["toegekend", "credit", "toegekend"]
        assert booked[1].endswith("\u2212690 stuks \u2212€ 690,00")
        volumes = [int(re.search(r"(\u2212?)(\d+) stuks", one)[2]) * (-1 if "\u2212" in one else 1) for one in booked]  # type: ignore[index]
        assert f" 990 {sum(volumes)} {990 - sum(volumes)} " in found[0]

    def test_bookings_in_pages(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(budgetpaspoort, "SHOWN_BOEKINGEN", 1)
        claim_more(runtime)
        browser = visitor(runtime)
        booked, periods, page = [], [], browser.get(f"{PAGE}/budgetpaspoort").text
        while True:
            found = rows(page, "boekingen")
            booked += [one for one in found if one.startswith(("toegekend", "credit"))]
            periods += [one for one in found if one.startswith("periode")]
            following = re.search(r'href="([^"]*\?na=[^"#]*)#', page)
            if following is None:
                break
            page = browser.get(following[1]).text
        assert len(set(booked)) == len(booked) == 3
        assert len(set(periods)) == 13


def test_on_each_database(runtime_on_each: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(budgetpaspoort, "SHOWN_BOEKINGEN", 1)
    monkeypatch.setattr(toewijzing_view, "ON_A_PAGE", 1)
    tell_story(runtime_on_each)
    claim_more(runtime_on_each)
    browser = visitor(runtime_on_each)
    for query, found in (("", 10), ("product=04A01&actiefOp=2018-05-01", 1), ("nummer=500000001", 2)):
        page = browser.get(f"/toewijzingen?{query}")
        assert (page.status_code, page.text.count('<th scope="row"><a')) == (200, found)
    for path, param in ((PAGE, "regelsVoor"), (PAGE, "berichtenVoor"), (f"{PAGE}/budgetpaspoort", "na")):
        first = browser.get(path).text
        following = re.search(rf'href="([^"]*\?{param}=[^"#]*)#', first)
        assert following, param
        assert browser.get(following[1]).status_code == 200
    split = f"{PAGE}/splitsen"
    shown = browser.post(split, on=split, aanbieder="42420001", bedrag="300", vanaf="2018-4").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.partition("/bevestigen")[2]))
    answers = [browser.client.post(f"{split}/bevestigen", data=form | {"stap": ""}) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [f"{PAGE}?gedaan=splitsen"] * 2
