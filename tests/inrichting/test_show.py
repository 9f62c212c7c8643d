"""What is shown can be loaded."""

from hypothesis import given, settings

from app.domain.inrichting import Inrichting
from app.inrichting.show import show
from tests.inrichting.inrichtingen import inrichtingen, loaded


class TestShow:
    @given(inrichtingen())
    @settings(deadline=None, max_examples=40)
    def test_loading_what_is_shown_gives_the_same(self, inrichting: Inrichting) -> None:
        assert loaded(show(inrichting)) == inrichting

    @given(inrichtingen())
    @settings(deadline=None, max_examples=40)
    def test_loading_what_is_shown_again_changes_nothing(self, inrichting: Inrichting) -> None:
        assert loaded(show(inrichting), inrichting) == inrichting

    def test_reads_as_the_format(self) -> None:
        text = (
            "gemeente:\n"
            '  code: "0384"\n'
            "  naam: Voorbeeldgemeente\n"
            "instellingen:\n"
            '  gebruik: "0.65"\n'
            "  afronding: half-up\n"
            "  gebrokenPeriode: volledig\n"
            "  deelsToekennen: false\n"
            "  btw: inclusief\n"
            "producten:\n"
            '  - {categorie: "04", code: "04A01", naam: Kortdurend verblijf, eenheid: "14", frequentie: "3", '
            "tariefCenten: 9450, geldigVanaf: 2018-01-01}\n"
            "productspecificaties: []\n"
            "arrangementen: []\n"
            "aanbieders:\n"
            '  - agb: "42420001"\n'
            "    naam: Voorbeeldaanbieder A\n"
            "    contracten:\n"
            "      - geldigVanaf: 2018-01-01\n"
            '        producten: ["04A01"]\n'
            "        declaratievorm: declaratie\n"
            "        declaratieperiode: cak\n"
            '        release: "2.3"\n'
            "        berekendBedrag: false\n"
            "        retour: zelf\n"
            "        tarieven:\n"
            '          - {code: "04A01", tariefCenten: 12500, geldigVanaf: 2018-01-01}\n'
            "        servicebureaus: []\n"
            "cakPerioden: []\n"
        )
        assert show(loaded(text)) == text

    def test_words_that_other_programs_take_for_a_value_are_quoted(self) -> None:
        for word in ("No", "true", "NULL", "y"):
            assert f'naam: "{word}"' in show(loaded(f'gemeente: {{code: "0384", naam: "{word}"}}'))
