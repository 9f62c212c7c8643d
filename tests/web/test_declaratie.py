"""/declaraties/{id}: what was granted, what was refused and why, a proposal that is granted, and what to print."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import text

from app.cli.demo import tell_story
from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.declaratie import Prestatie
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal, Rol
from app.processing import declaratie_voorstel
from app.processing.declaratie_beeld import Blik
from app.processing.declaratie_voorstel import herstel_of
from app.processing.runtime import Runtime
from app.storage.zicht import Zicht
from app.web import declaratie as page_of_one
from tests.web.browser import goes_to
from tests.web.declaratie_wereld import (
    Named,
    change,
    claim,
    claim_lines,
    claim_number_again,
    declaraties,
    first_lines,
    links,
    noted,
    plain,
    rows,
)
from tests.web.story import BSN_1708, of_aanbieder, visitor

P2 = GeslotenPeriode(date(2018, 1, 29), date(2018, 2, 25))
LOOKER = Principal(key_id="persoon:x", rol=Rol.BEHANDELAAR, gemeenten=frozenset({"1708"}))
SENTENCE = (
    "Regel P0002 van declaratie D20180001 (product 02A01, 1 t/m 28 januari 2018, toewijzing 1001, € 400,00)"
    " is afgewezen. Samen met eerdere prestaties is het volume groter dan toegewezen (code 9322:"
)


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


@pytest.fixture
def first(runtime: Runtime) -> Named:
    """The declaratie of the story: P0001 and P0003 were granted, P0002 was refused."""
    return declaraties(runtime)[0]


def clients_of_newest(runtime: Runtime) -> int:
    """Of how many clients the newest look at a declaratie was."""
    query = text(
        "SELECT count(*) FROM logboek_client WHERE logboek_id ="
        " (SELECT max(id) FROM logboek WHERE gebeurtenis = 'declaratie-bekeken')"
    )
    return runtime.storage.run(lambda session: session.execute(query).scalar_one())


def line(place: int, nummer: str, **ingediend: object) -> Prestatie:
    """A line like one of the first 303, with a number of its own."""
    one = first_lines()[place]
    return replace(
        one,
        product_referentie=replace(one.product_referentie, referentie_nummer=nummer),
        ingediende_bedrag_prestatie=replace(one.ingediende_bedrag_prestatie, **ingediend),
    )


class TestOnTop:
    def test_one_sentence_and_the_totals(self, runtime: Runtime, first: Named):
        said = plain(visitor(runtime).get(first.pad).text)
        assert (
            "Voorbeeldaanbieder B (42420002) vraagt € 1.279,00 met 3 regels:"
            " € 879,00 is toegekend en € 400,00 is afgewezen."
        ) in said
        assert "Ingediend € 1.279,00 Toegekend € 879,00 Afgewezen € 400,00" in said

    @pytest.mark.parametrize(
        ("lines", "ends"),
        [
            pytest.param([line(2, "N1")], "met 1 regel; alles is toegekend.", id="all"),
            pytest.param([line(1, "N1"), line(0, "N2")], "met 2 regels; alles is afgewezen.", id="nothing"),
        ],
    )
    def test_all_or_nothing(self, lines: list[Prestatie], ends: str, runtime: Runtime):
        named = claim_lines(runtime, "A1", lines)
        assert ends in plain(visitor(runtime).get(named.pad).text)

    def test_what_belongs_to_it(self, runtime: Runtime, first: Named):
        found = links(visitor(runtime).get(first.pad).text)
        assert found["Het 303-bericht"] == f"/berichten/{first.bericht_id}"
        antwoord = runtime.storage.run(
            lambda session: declaratie_voorstel.stored.antwoord_of(session, bericht_id=first.bericht_id)
        )
        assert found["het 304-antwoord"] == f"/berichten/{antwoord}"
        assert found["Toewijzing 1001"] == "/toewijzingen/1708/1001"

    def test_its_303_leads_to_it(self, runtime: Runtime, first: Named):
        assert goes_to(visitor(runtime).get(f"/declaraties/{first.bericht_id}")) == first.pad

    def test_the_look_is_written_down(self, runtime: Runtime, first: Named):
        visitor(runtime).get(first.pad)
        assert noted(runtime)[-1] == ("declaratie-bekeken", first.id, None)


class TestGranted:
    def test_every_line_that_the_304_leaves_out(self, runtime: Runtime, first: Named):
        assert rows(visitor(runtime, gemeenten=["1708"]).get(first.pad).text, "toegekend") == [
            f"Kies regel P0001 P0001 bsn {BSN_1708} Toewijzing 1001 02A01 Begeleiding 1 t/m 28 januari 2018 690 stuks"
            " € 690,00 300 van 990 stuks in periode 1 van 2018",
            f"Kies regel P0003 P0003 bsn {BSN_1708} Toewijzing 1002 04A01 Kortdurend verblijf 1 t/m 28 januari 2018"
            " 2 etmalen € 189,00 2 van 4 etmalen in periode 1 van 2018",
        ]

    def test_what_was_left_then_stays_so(self, runtime: Runtime, first: Named):
        claim(runtime)  # credits P0001 and asks for less
        page = visitor(runtime).get(first.pad).text
        row = rows(page, "toegekend")[0]
        assert row.endswith("€ 690,00 300 van 990 stuks in periode 1 van 2018")
        assert "later gecrediteerd" in row
        assert "Kies regel P0001" not in row
        assert links(page)["later gecrediteerd : regel P0001"] == declaraties(runtime)[-1].pad

    def test_a_credit_says_what_it_takes_back(self, runtime: Runtime):
        claim(runtime)
        newest = declaraties(runtime)[-1]
        row = next(row for row in rows(visitor(runtime).get(newest.pad).text, "toegekend") if "credit van" in row)
        assert "credit van P0001" in row
        assert "\u2212€ 690,00" in row
        assert "Kies" not in row


class TestRefused:
    def test_why_and_what_to_say(self, runtime: Runtime, first: Named):
        said = plain(visitor(runtime).get(first.pad).text)
        assert "9322 Samen met eerdere prestaties is het volume groter dan toegewezen." in said
        assert "Geleverd 400 Toegewezen 990 Nog over 300" in said
        assert "Wat te doen: Declareer opnieuw, met hoogstens wat er over is." in said
        assert SENTENCE in said

    def test_a_line_in_part(self, runtime: Runtime, first: Named):
        change(
            runtime,
            "UPDATE prestatie SET uitkomst = 'deels', toegekend_cents = 30000 WHERE referentie_nummer = 'P0002'",
        )
        said = plain(visitor(runtime).get(first.pad).text)
        assert "Regel P0002 deels toegekend Ingediend € 400,00 Toegekend € 300,00" in said

    def test_as_a_whole(self, runtime: Runtime):
        named = claim_number_again(runtime)
        said = plain(visitor(runtime).get(named.pad).text)
        assert "vraagt € 690,00; de hele declaratie is geweigerd en er is niets toegekend." in said
        assert "0030 Het factuurnummer is door deze aanbieder al gebruikt." in said
        assert "Declaratie D20180001 is als geheel geweigerd. Het factuurnummer" in said
        assert "Toegekende regels" not in said

    def test_text_of_others_stays_text(self, runtime: Runtime):
        named, browser = declaraties(runtime)[0], visitor(runtime)
        evil = "<b onclick=x>&\"'"
        change(runtime, "UPDATE declaratie SET factuurnummer = :evil", evil=evil)
        change(runtime, "UPDATE prestatie SET referentie_nummer = :evil || volgorde, code = :evil", evil=evil)
        for path in ("/declaraties", named.pad, *(named.pad + page for page in TestSight.PAGES[1::2])):
            page = browser.get(path).text
            assert "&lt;b onclick=x&gt;&amp;&#34;&#39;" in page
            assert "<b " not in page


class TestChosen:
    @pytest.mark.parametrize(
        ("toon", "granted", "refused"),
        [("", True, True), ("toegekend", True, False), ("afgewezen", False, True), ("anders", True, True)],
    )
    def test_some_outcomes_only(self, toon: str, granted: bool, refused: bool, runtime: Runtime, first: Named):
        page = visitor(runtime).get(f"{first.pad}?toon={toon}").text
        assert ('id="toegekend-kop"' in page, 'id="afgewezen-kop"' in page) == (granted, refused)
        assert "Alle regels (3) Niet of niet helemaal toegekend (1) Toegekend (2)" in plain(page)

    def test_in_pages(self, runtime: Runtime, first: Named, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(page_of_one, "Blik", lambda **asked: Blik(**asked, most_toegekend=1, most_afgewezen=1))
        browser = visitor(runtime)
        page = browser.get(first.pad).text
        assert [row.split()[3] for row in rows(page, "toegekend")] == ["P0001"]
        further = browser.get(links(page)["Volgende toegekende regels"]).text
        assert [row.split()[3] for row in rows(further, "toegekend")] == ["P0003"]
        assert "Volgende toegekende regels" not in further
        assert links(further)["Eerste toegekende regels"] == f"{first.pad}?toon=toegekend"

    def test_refused_ones_in_pages(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(page_of_one, "Blik", lambda **asked: Blik(**asked, most_toegekend=1, most_afgewezen=1))
        named = claim_lines(runtime, "A1", [line(1, "N1"), line(1, "N2")])
        browser = visitor(runtime)
        page = browser.get(named.pad).text
        assert ("Regel N1 " in plain(page), "Regel N2 " in plain(page)) == (True, False)
        further = plain(browser.get(links(page)["Volgende afgewezen regels"]).text)
        assert ("Regel N1 " in further, "Regel N2 " in further) == (False, True)

    def test_beyond_the_last_line(self, runtime: Runtime, first: Named):
        page = visitor(runtime).get(f"{first.pad}?toon=toegekend&toegekend-vanaf=99").text
        assert "Hier staan geen regels." in page


class TestSight:
    PAGES = ("", "/voorstel", "/voorstel.csv", "/specificatie")

    @pytest.mark.parametrize("rol", [Rol.BEHEER, Rol.AUDITOR])
    def test_not_for_who_reads_no_declaraties(self, rol: Rol, runtime: Runtime, first: Named):
        browser = visitor(runtime, rol)
        assert {browser.get(first.pad + page).status_code for page in self.PAGES} == {404}

    def test_what_is_of_others_does_not_exist(self, runtime: Runtime, first: Named):
        for browser in (visitor(runtime, gemeenten=["0505"]), of_aanbieder(runtime, "42420001")):
            assert {browser.get(first.pad + page).status_code for page in self.PAGES} == {404}

    @pytest.mark.parametrize("id", ["1", "niets", "00000000-0000-7000-8000-000000000000", "%3Cscript%3E"])
    def test_what_is_not_there(self, id: str, runtime: Runtime):
        browser = visitor(runtime)
        assert {browser.get(f"/declaraties/{id}{page}").status_code for page in (*self.PAGES, "/stand")} == {404}

    def test_a_bericht_of_another_kind_is_none(self, runtime: Runtime, first: Named):
        path = links(visitor(runtime).get(first.pad).text)["het 304-antwoord"]
        assert visitor(runtime, naam="ander").get(f"/declaraties/{path.rpartition('/')[2]}").status_code == 404

    def test_the_aanbieder_sees_it_without_bsn(self, runtime: Runtime, first: Named):
        browser = of_aanbieder(runtime, "42420002")
        pages = [browser.get(first.pad + page) for page in self.PAGES]
        assert {page.status_code for page in pages} == {200}
        assert not any(BSN_1708 in page.text for page in pages)
        assert "300 van 990 stuks" in pages[0].text

    def test_of_anothers_toewijzing_nothing_is_told(self, runtime: Runtime):
        change(runtime, "UPDATE toewijzing SET aanbieder = '42420001' WHERE nummer = 1001")
        page = of_aanbieder(runtime, "42420002").get(declaraties(runtime)[0].pad).text
        assert "/toewijzingen/1708/1001" not in page
        assert "van 990 stuks" not in page

    @pytest.mark.parametrize("page", PAGES)
    def test_every_look_names_the_client(self, page: str, runtime: Runtime, first: Named):
        browser = visitor(runtime)
        browser.get(first.pad + page)
        assert noted(runtime)[-1] == ("declaratie-bekeken", first.id, None)
        assert clients_of_newest(runtime) == 1


class TestProposal:
    def test_refused_lines_as_far_as_there_is_room(self, runtime: Runtime, first: Named):
        (row,) = rows(visitor(runtime).get(f"{first.pad}/voorstel").text, "voorstel")
        assert row == (
            "P0002 nieuwe regel P0002-D 1001 02 02A01 1 t/m 28 januari 2018 300 stuks € 1,00 € 300,00 toegekend"
        )

    def test_of_a_chosen_line_its_credit(self, runtime: Runtime, first: Named):
        (row,) = rows(visitor(runtime).get(f"{first.pad}/voorstel?regel=1").text, "voorstel")
        assert row == (
            "P0001 credit P0001-C vorig: P0001 1001 02 02A01 1 t/m 28 januari 2018 690 stuks € 1,00"
            " \u2212€ 690,00 toegekend"
        )

    def test_with_the_right_volume_a_new_line_too(self, runtime: Runtime, first: Named):
        page = visitor(runtime).get(f"{first.pad}/voorstel?regel=1&volume-1=600&regel=2").text
        credit, new, other = rows(page, "voorstel")
        assert credit.startswith("P0001 credit P0001-C")
        assert "600 stuks € 1,00 € 600,00 toegekend" in new
        assert "390 stuks € 1,00 € 390,00 toegekend" in other  # what is left of 990 then

    @pytest.mark.parametrize("volume", ["-1", "1,5", "veel", "999999999"])
    def test_a_volume_that_is_none(self, volume: str, runtime: Runtime, first: Named):
        answer = visitor(runtime).get(f"{first.pad}/voorstel?regel=1&volume-1={volume}")
        assert answer.status_code == 400
        assert '<a href="#volume-1">' in answer.text
        assert f'value="{volume}"' in answer.text

    @pytest.mark.parametrize("query", ["regel=0", "regel=-1", "regel=x", "regel=99999999999"])
    def test_a_line_that_is_none_chooses_nothing(self, query: str, runtime: Runtime, first: Named):
        (row,) = rows(visitor(runtime).get(f"{first.pad}/voorstel?{query}").text, "voorstel")
        assert row.startswith("P0002 nieuwe regel")

    def test_why_there_is_no_new_line(self, runtime: Runtime):
        named = claim_lines(runtime, "A1", [replace(line(0, "N1"), toewijzing_nummer=9999)])
        page = visitor(runtime).get(f"{named.pad}/voorstel").text
        assert rows(page, "voorstel") == [
            "N1 Geen nieuwe regel. De oorzaak is niet het volume of het tarief. Alleen de aanbieder weet wat wel klopt."
        ]
        assert "Om te kopiëren" not in page

    def test_without_refused_lines(self, runtime: Runtime):
        named = claim_lines(runtime, "A1", [line(2, "N1")])
        browser = visitor(runtime)
        assert "Er is geen regel om te herstellen." in browser.get(f"{named.pad}/voorstel").text
        assert f"{named.pad}/voorstel" not in links(browser.get(named.pad).text).values()

    def test_no_more_lines_than_a_page_holds(self, runtime: Runtime, first: Named, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(declaratie_voorstel, "MOST_LINES", 1)
        named = claim_lines(runtime, "A1", [line(1, "N1"), line(1, "N2")])
        assert "er zijn er nog 1" in visitor(runtime).get(f"{named.pad}/voorstel").text

    def test_what_changed_since_is_judged_as_it_is_now(self, runtime: Runtime, first: Named):
        change(runtime, "UPDATE toewijzing_versie SET einddatum = '2018-01-14' WHERE code = '02A01'")
        (row,) = rows(visitor(runtime).get(f"{first.pad}/voorstel").text, "voorstel")
        assert "afgewezen: 9308" in row

    def test_as_csv(self, runtime: Runtime, first: Named):
        browser = visitor(runtime)
        page = browser.get(f"{first.pad}/voorstel?regel=1&volume-1=600").text
        answer = browser.get(links(page)["Download als CSV"])
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="voorstel-{first.id}.csv"'
        credit, new = csv.DictReader(StringIO(answer.text))
        assert (credit["referentieNummer"], credit["vorigReferentieNummer"], credit["debetCredit"]) == (
            "P0001-C",
            "P0001",
            "C",
        )
        assert (new["geleverdVolume"], new["bedragCenten"], new["debetCredit"]) == ("600", "60000", "D")

    def test_as_text_to_copy(self, runtime: Runtime, first: Named):
        said = plain(visitor(runtime).get(f"{first.pad}/voorstel").text)
        assert "Nieuwe regel P0002-D: toewijzing 1001, product 02 02A01, 1 t/m 28 januari 2018, 300 stuks" in said

    def test_declared_it_is_granted(self, runtime: Runtime, first: Named):
        herstel = herstel_of(runtime, LOOKER, Zicht(gemeenten=LOOKER.gemeenten), first.id, {0: 600, 1: None})
        named = claim_lines(runtime, "A2", herstel.lines, declaratie_periode=P2)
        assert "alles is toegekend" in plain(visitor(runtime).get(named.pad).text)

    def test_a_wrong_tariff_is_set_right(self, runtime: Runtime):
        wrong = line(2, "N1", product_tarief=Bedrag(9000), declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(18_000)))
        named = claim_lines(runtime, "A1", [wrong])
        (row,) = rows(visitor(runtime).get(f"{named.pad}/voorstel").text, "voorstel")
        assert "2 etmalen € 94,50 € 189,00 toegekend" in row


class TestOnEachDatabase:
    def test_all_pages_say_the_same(self, runtime_on_each: Runtime):
        tell_story(runtime_on_each)
        claim_number_again(runtime_on_each, times=2)
        browser, first = visitor(runtime_on_each), declaraties(runtime_on_each)[0]
        asked = "jaar=2018&status=verwerkt&aanbieder=42420002"
        assert len(rows(browser.get(f"/declaraties?{asked}").text, "declaraties-tabel")) == 1
        assert len(rows(browser.get("/declaraties?factuurnummer=D20180001").text, "declaraties-tabel")) == 3
        page = browser.get(first.pad).text
        assert "300 van 990 stuks in periode 1 van 2018" in plain(page)
        assert SENTENCE in plain(page)
        assert len(rows(browser.get(f"{first.pad}/voorstel?regel=1&volume-1=600").text, "voorstel")) == 2
        assert len(rows(browser.get(f"{first.pad}/specificatie").text, "regels")) == 4
        assert goes_to(browser.get(f"/declaraties/{first.bericht_id}")) == first.pad


class TestOnPaper:
    def test_parties_lines_totals_and_codes_without_client(self, runtime: Runtime, first: Named):
        page = visitor(runtime).get(f"{first.pad}/specificatie").text
        said = plain(page)
        assert "Gemeente Steenwijkerland (1708) Aanbieder Voorbeeldaanbieder B (42420002)" in said
        assert rows(page, "regels") == [
            "P0001 1001 02A01 Begeleiding 1 t/m 28 januari 2018 690 stuks € 690,00 € 690,00 toegekend",
            "P0002 1001 02A01 Begeleiding 1 t/m 28 januari 2018 400 stuks € 400,00 € 0,00 afgewezen (9322)",
            "P0003 1002 04A01 Kortdurend verblijf 1 t/m 28 januari 2018 2 etmalen € 189,00 € 189,00 toegekend",
            "Totaal € 1.279,00 € 879,00",
        ]
        assert "9322 Samen met eerdere prestaties" in said
        assert BSN_1708 not in page

    def test_in_parts(self, runtime: Runtime, first: Named, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(page_of_one, "ON_PAPER", 2)
        browser = visitor(runtime)
        page = browser.get(f"{first.pad}/specificatie").text
        assert "Deel 1 van 2" in page
        assert len(rows(page, "regels")) == 2
        last = browser.get(f"{first.pad}/specificatie{links(page)['Volgend deel']}").text
        assert [row.split()[0] for row in rows(last, "regels")] == ["P0003"]
        assert "Volgend deel" not in last
        assert "In dit deel staan geen regels." in browser.get(f"{first.pad}/specificatie?deel=9").text

    def test_of_what_was_refused_as_a_whole(self, runtime: Runtime):
        named = claim_number_again(runtime)
        said = plain(visitor(runtime).get(f"{named.pad}/specificatie").text)
        assert "Waarom alles is geweigerd 0030 Het factuurnummer is door deze aanbieder al gebruikt." in said
