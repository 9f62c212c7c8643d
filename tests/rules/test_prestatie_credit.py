"""Rules on the credits of a 303."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.codelijsten import Eenheid
from app.rules import prestatie as regels
from tests.builders import BSN_Y, P1, P2, a_declaratie_client, a_prestatie
from tests.rules.prestatie_facts import PAD, a_credit, an_earlier, ask, facts_about, the_finding

VORIG = f"{PAD}/ProductReferentie/VorigReferentieNummer"


class TestTR323:
    REGEL = regels.debet_of_credit_known

    def test_a_credit_equal_to_its_debet(self) -> None:
        assert ask(self.REGEL, a_credit(), facts_about(debet=an_earlier())) == []

    def test_a_debit_is_not_judged(self) -> None:
        assert ask(self.REGEL, a_prestatie(vorig_referentie_nummer="R9999"), facts_about()) == []

    def test_an_unknown_debet(self) -> None:
        finding = the_finding(self.REGEL, a_credit(vorig_referentie_nummer="R9999"), facts_about())
        assert (finding.retourcode, finding.pad) == ("8017", VORIG)
        assert finding.waarden == {"vorigReferentieNummer": "R9999", "debetBekend": False}

    def test_a_credit_takes_back_no_credit(self) -> None:
        earlier_credit = an_earlier(a_credit(referentie_nummer="R0001", vorig_referentie_nummer="R0000"))
        finding = the_finding(self.REGEL, a_credit(), facts_about(debet=earlier_credit))
        assert finding.waarden["debetBekend"] is False

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("beschikking_nummer", 7),
            ("toewijzing_nummer", 1005),
            ("toewijzing_nummer", None),
            ("product_categorie", "01"),
            ("product_code", "02A03"),
            ("product_periode", P2),
            ("geleverd_volume", 849),
            ("eenheid", Eenheid.EUROS),
            ("verrekenpercentage", 10000),
            ("product_tarief", Bedrag(99)),
            ("product_tarief", None),
            ("berekend_bedrag", BedragMetDC.of(Bedrag(-85000))),
            ("btw_vrijstelling_indicatie", "1"),
            ("btw_percentage", 2100),
            ("btw_bedrag", BedragMetDC.of(Bedrag(-1))),
            ("declaratie_factuur_bedrag", BedragMetDC.of(Bedrag(-84999))),
        ],
    )
    def test_one_field_differs(self, name: str, value: Any) -> None:
        same_amount = {"declaratie_factuur_bedrag": BedragMetDC.of(Bedrag(-85000))}
        finding = the_finding(self.REGEL, a_credit(**(same_amount | {name: value})), facts_about(debet=an_earlier()))
        assert finding.waarden == {"vorigReferentieNummer": "R0001", "verschil": name}

    def test_every_difference_is_named(self) -> None:
        credit = a_credit(product_periode=P2, geleverd_volume=849)
        finding = the_finding(self.REGEL, credit, facts_about(debet=an_earlier()))
        assert finding.waarden["verschil"] == "product_periode,geleverd_volume,declaratie_factuur_bedrag"

    def test_another_client_is_named_without_bsn(self) -> None:
        facts = facts_about(debet=an_earlier(), client=a_declaratie_client(bsn=BSN_Y))
        finding = the_finding(self.REGEL, a_credit(), facts)
        assert finding.waarden == {"vorigReferentieNummer": "R0001", "verschil": "client"}

    def test_side_of_other_amounts_and_commentaar_may_differ(self) -> None:
        debet = an_earlier(a_prestatie(berekend_bedrag=BedragMetDC.of(Bedrag(85000)), commentaar="eerst"))
        credit = replace(a_credit(berekend_bedrag=BedragMetDC.of(Bedrag(-85000))), commentaar=None)
        assert ask(self.REGEL, credit, facts_about(debet=debet)) == []


class TestRC_8853:
    REGEL = regels.debet_was_not_refused
    REFUSED = an_earlier(granted=False, toegekend=NUL)

    def test_a_granted_debet(self) -> None:
        assert ask(self.REGEL, a_credit(), facts_about(debet=an_earlier())) == []

    def test_a_refused_line_of_a_declaratie(self) -> None:
        finding = the_finding(self.REGEL, a_credit(), facts_about(debet=self.REFUSED))
        assert (finding.retourcode, finding.pad) == ("8853", VORIG)
        assert finding.waarden == {"vorigReferentieNummer": "R0001"}

    def test_a_refused_line_of_a_factuur_must_be_credited(self) -> None:
        assert ask(self.REGEL, a_credit(), facts_about(debet=self.REFUSED, bericht_code="448")) == []

    def test_a_debit_or_an_unknown_debet_is_not_judged(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about(debet=self.REFUSED)) == []
        assert ask(self.REGEL, a_credit(), facts_about()) == []


class TestRC_8854:
    REGEL = regels.debet_was_not_credited
    CREDITED = frozenset({"R0001"})

    def test_the_first_credit(self) -> None:
        facts = facts_about(debet=an_earlier(), gecrediteerd=frozenset({"R0002"}))
        assert ask(self.REGEL, a_credit(), facts) == []

    def test_the_second(self) -> None:
        finding = the_finding(self.REGEL, a_credit(), facts_about(debet=an_earlier(), gecrediteerd=self.CREDITED))
        assert (finding.retourcode, finding.pad) == ("8854", VORIG)
        assert finding.waarden == {"vorigReferentieNummer": "R0001"}

    def test_a_debit_is_not_judged(self) -> None:
        line = a_prestatie(vorig_referentie_nummer="R0001", product_periode=P1)
        assert ask(self.REGEL, line, facts_about(gecrediteerd=self.CREDITED)) == []
