"""What is stored: the same inrichting comes back."""

import json
from datetime import date
from fractions import Fraction

from hypothesis import given

from app.domain.cak_periode import seeded_cak_perioden
from app.domain.inrichting import Inrichting
from app.inrichting.document import from_document, to_document
from tests.inrichting.inrichtingen import inrichtingen, loaded, own_year


class TestRoundTrip:
    @given(inrichtingen())
    def test_what_was_stored_comes_back(self, inrichting: Inrichting) -> None:
        assert from_document(json.loads(json.dumps(to_document(inrichting)))) == inrichting

    @given(inrichtingen(), inrichtingen())
    def test_different_inrichtingen_give_different_documents(self, one: Inrichting, other: Inrichting) -> None:
        assert (to_document(one) == to_document(other)) == (one == other)

    @given(inrichtingen())
    def test_the_document_is_stable(self, inrichting: Inrichting) -> None:
        first = json.dumps(to_document(inrichting))
        assert json.dumps(to_document(from_document(json.loads(first)))) == first


class TestDocument:
    def test_names_no_default_period(self) -> None:
        assert to_document(loaded('gemeente: {code: "0384"}'))["cakPerioden"] == []

    def test_derived_periods_are_there_again_in_use(self) -> None:
        document = to_document(Inrichting(gemeente="0384"))
        assert from_document(document).cak_perioden == tuple(seeded_cak_perioden())

    def test_a_year_of_the_gemeente_stands_between_the_derived_ones(self) -> None:
        inrichting = Inrichting(gemeente="0384", cak_perioden=tuple(own_year(2018)))
        perioden = from_document(to_document(inrichting)).cak_perioden
        assert {p.jaar for p in perioden if not p.afgeleid} == {2018}
        assert [p.begindatum for p in perioden] == [p.begindatum for p in seeded_cak_perioden()]

    def test_has_the_keys_of_the_format(self) -> None:
        document = to_document(
            loaded(
                'gemeente: {code: "0384"}\n'
                "producten:\n"
                "  - {categorie: '04', code: 04A01, eenheid: 14, frequentie: 3, tariefCenten: 9450, "
                "geldigVanaf: 2018-01-01, geldigTot: 2018-12-31}\n"
            )
        )
        assert document["producten"] == [
            {
                "categorie": "04",
                "code": "04A01",
                "naam": "",
                "eenheid": "14",
                "frequentie": "3",
                "tariefCenten": 9450,
                "geldigVanaf": "2018-01-01",
                "geldigTot": "2018-12-31",
            }
        ]

    def test_a_share_is_exact(self) -> None:
        inrichting = loaded('gemeente: {code: "0384"}\ninstellingen: {gebruik: 0.65}')
        assert from_document(to_document(inrichting)).instellingen.gebruik == Fraction(13, 20)

    def test_a_contract_stands_under_its_aanbieder(self) -> None:
        inrichting = loaded(
            'gemeente: {code: "0384"}\naanbieders:\n'
            "  - {agb: '42420001', contracten: [{geldigVanaf: 2018-01-01, producten: []}]}\n"
        )
        contract = from_document(to_document(inrichting)).contract_on("42420001", date(2018, 1, 1))
        assert contract == inrichting.contracten[0]
