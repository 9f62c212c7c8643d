"""What a client reads, and that page and PDF say the same."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.beschikking.letter import aantal, date_in_words, euros, gemeente_in_words, letter_of
from app.beschikking.page import POLICY, STYLE_DIGEST, render_html
from app.beschikking.pdf import render_pdf
from app.domain.bedrag import Bedrag
from app.domain.beschikking import BeschikteAanbieder, BeschiktResultaat, aantal_in_indicatie
from tests.builders.beschikking import a_beschikking_inhoud, an_inzet

OVERLEG = "U bepaalt in overleg met uw aanbieder hoe uw begeleiding vorm krijgt."
EXPECTED = (
    "Gemeente Steenwijkerland", "A. Voorbeeld", "Dorpsstraat 1", "8331 AA Steenwijk", "70001", "18 december 2017",
    "vanaf 1 januari 2018 tot en met 30 december 2018", "Geachte mevrouw", "Kookt vier keer per week zelf", "Zelfzorg",
    "1 juli 2018", "169 uur", "67,6 dagdelen", "33,8 etmalen", "€ 990,00 per vier weken", "Voorbeeldaanbieder A",
    OVERLEG, "binnen zes weken",
)  # fmt: skip
TWO = (
    BeschikteAanbieder(naam="Voorbeeldaanbieder A", budget=Bedrag(69000)),
    BeschikteAanbieder(naam="Voorbeeldaanbieder B", budget=Bedrag(30000)),
)


class Page(HTMLParser):
    """The text of a page, and its elements in order with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def plain(text: str) -> str:
    return " ".join(text.split())


def words_of_html(html: str) -> str:
    return plain(Page(html).words)


def words_of_pdf(pdf: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


class TestWords:
    def test_of_a_page_and_a_pdf_are_those_of_the_beschikking(self):
        inhoud = a_beschikking_inhoud()
        html, pdf = words_of_html(render_html(inhoud)), words_of_pdf(render_pdf(inhoud))
        assert [expected for expected in EXPECTED if expected not in html] == []
        assert [expected for expected in EXPECTED if expected not in pdf] == []

    def test_a_second_aanbieder_has_its_part(self):
        inhoud = a_beschikking_inhoud(aanbieders=TWO)
        for words in (words_of_html(render_html(inhoud)), words_of_pdf(render_pdf(inhoud))):
            for expected in (
                "Voorbeeldaanbieder A € 690,00",
                "Voorbeeldaanbieder B € 300,00",
                "Samen € 990,00",
                OVERLEG,
            ):
                assert expected in words

    def test_of_an_arrangement_without_end_and_results(self):
        inhoud = a_beschikking_inhoud(
            arrangement="Begeleiding 1", inzet=(), einddatum=None, resultaten=(), geslacht="0"
        )
        words = words_of_html(render_html(inhoud))
        for expected in ("Begeleiding 1", "zonder einddatum", "Geachte heer of mevrouw", OVERLEG):
            assert expected in words
        assert "hele indicatieperiode" not in words

    def test_open_ended_support_has_no_total(self):
        inzet = replace(an_inzet("Vervoer", "etmaal", "33.8"), aantal_in_indicatie=None)
        inhoud = a_beschikking_inhoud(einddatum=None, inzet=(inzet,))
        table = next(section.table for section in letter_of(inhoud).sections if section.heading.startswith("Hoeveel"))
        assert table is not None
        assert table.headings == ("Ondersteuning", "Per jaar")
        assert [len(row) for row in table.rows] == [2]

    @pytest.mark.parametrize("name", ["<b>&amp;</b>", "#eval(1) *x* $y$ @z", "\\u{41} // --- `a`", "{{ 7*7 }} {% x %}"])
    def test_text_is_never_markup(self, name: str):
        inhoud = a_beschikking_inhoud(naam=name)
        assert plain(name) in words_of_html(render_html(inhoud))
        pdf = words_of_pdf(render_pdf(inhoud)).replace("—", "---")
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", pdf)

    def test_the_same_beschikking_is_the_same_pdf(self):
        assert render_pdf(a_beschikking_inhoud()) == render_pdf(a_beschikking_inhoud())


class TestAccessibility:
    def test_the_page_has_a_language_headings_in_order_and_tables_with_headers(self):
        html = Page(render_html(a_beschikking_inhoud(aanbieders=TWO)))
        assert html.all("html") == [{"lang": "nl"}]
        assert len(html.all("h1")) == len(html.all("main")) == len(html.all("title")) == 1
        levels = [int(tag[1]) for tag, _ in html.elements if re.fullmatch("h[1-6]", tag)]
        assert levels == [1, *[2] * (len(levels) - 1)]
        assert len(html.all("table")) == len(html.all("caption")) == 3
        assert {attributes.get("scope") for attributes in html.all("th")} == {"col", "row"}

    def test_the_page_loads_nothing_and_runs_nothing(self):
        html = render_html(a_beschikking_inhoud())
        assert re.findall(r"<(?:script|link|img|iframe)|\b(?:src|href|style|on[a-z]+)=", html) == []
        assert f"style-src 'sha256-{STYLE_DIGEST}'" in POLICY
        assert "unsafe" not in POLICY

    def test_the_policy_allows_exactly_the_style_in_the_page(self):
        style = re.findall(r"<style>(.*?)</style>", render_html(a_beschikking_inhoud()), re.DOTALL)
        assert [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in style] == [STYLE_DIGEST]

    def test_the_pdf_is_tagged_and_says_its_language_and_title(self):
        document = PdfReader(BytesIO(render_pdf(a_beschikking_inhoud())))
        root = document.root_object
        assert "/Marked" in str(root["/MarkInfo"])
        assert str(root["/Lang"]).startswith("nl")
        assert document.metadata is not None
        assert document.metadata.title == "Beschikking Wet maatschappelijke ondersteuning"
        assert document.xmp_metadata is not None
        assert "pdfuaid" in document.xmp_metadata.stream.get_data().decode()

    def test_a_name_that_no_font_can_show_still_gives_a_letter(self):
        assert "70001" in words_of_pdf(
            render_pdf(a_beschikking_inhoud(naam="\N{CJK UNIFIED IDEOGRAPH-6F22} Voorbeeld"))
        )

    def test_long_tables_go_on_over_the_page(self):
        results = tuple(
            BeschiktResultaat(domein="zelfzorg", omschrijving=f"Resultaat {n} " + "woord " * 60, streefdatum=None)
            for n in range(40)
        )
        words = words_of_pdf(render_pdf(a_beschikking_inhoud(resultaten=results)))
        assert [n for n in range(40) if f"Resultaat {n} woord" not in words] == []
        assert OVERLEG in words


class TestNotation:
    @settings(max_examples=50)
    @given(cents=st.integers(0, 10**9))
    def test_an_amount_reads_back(self, cents: int):
        written = euros(Bedrag(cents))
        assert re.fullmatch(r"€\s\d{1,3}(\.\d{3})*,\d\d", written)
        assert int(re.sub(r"\D", "", written)) == cents

    @settings(max_examples=50)
    @given(hundredths=st.integers(0, 10**8))
    def test_a_number_reads_back(self, hundredths: int):
        value = Fraction(hundredths, 100)
        number, _ = aantal(value, "uur").split()
        assert Fraction(number.replace(".", "").replace(",", ".")) == value
        assert not re.search(r",\d*0$|,$", number)

    def test_one_and_more(self):
        assert [plain(aantal(Fraction(n), "dagdeel")) for n in (1, 2)] == ["1 dagdeel", "2 dagdelen"]

    def test_dates_and_gemeenten(self):
        assert plain(date_in_words(date(2018, 12, 30))) == "30 december 2018"
        assert gemeente_in_words("Voorbeeldgemeente") == "Voorbeeldgemeente"


class TestAantalInIndicatie:
    @given(per_jaar=st.fractions(0, 10_000, max_denominator=1000), days=st.integers(1, 3000))
    def test_is_within_a_twentieth_of_the_share(self, per_jaar: Fraction, days: int):
        begin = date(2018, 1, 1)
        found = aantal_in_indicatie(per_jaar, begin, date.fromordinal(begin.toordinal() + days - 1))
        assert found is not None
        assert abs(found - per_jaar * days / 364) <= Fraction(1, 20)
        assert (found * 10).denominator == 1

    def test_has_none_without_a_last_day(self):
        assert aantal_in_indicatie(Fraction(169), date(2018, 1, 1), None) is None
