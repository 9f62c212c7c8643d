"""The worked cases about a whole message, and about what follows an earlier 303."""

from datetime import date

import pytest

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.codelijsten import Declaratievorm
from app.domain.declaratie import Prestatie
from app.domain.inrichting import Instellingen
from app.domain.periode import GeslotenPeriode
from tests.builders import (
    BSN_Y,
    P1,
    P2,
    P3,
    a_contract,
    a_declaratie_client,
    a_toewijzing,
    a_versie,
)
from tests.rules.bookkeeping import Answer, Gemeente
from tests.rules.test_settle_cases import (
    a_gemeente,
    begeleiding,
    granted_in_full,
    in_p1,
    in_p2,
    lines,
    refused_header,
    refused_line,
    totals,
    verblijf,
)


def a_credit(nummer: str, vorig: str) -> Prestatie:
    """A credit of the whole of P1 on 1001."""
    return begeleiding(nummer, vorig_referentie_nummer=vorig, credit=True)


class TestC19_FactuurNummerTwice:
    def test_the_second_is_refused_and_books_nothing(self) -> None:
        gemeente = a_gemeente()
        assert granted_in_full(gemeente.declare(in_p1("F001", begeleiding("R0001"))), "85000 D")
        second = in_p2("F001", begeleiding("R0026", product_periode=P2))
        answer = gemeente.declare(second)
        assert refused_header(answer, "85000 D", "0030")
        assert answer.settlement.clienten == ()
        again = in_p2("F002", begeleiding("R0026", product_periode=P2))
        assert granted_in_full(gemeente.declare(again), "85000 D")

    def test_the_number_is_free_after_a_technical_refusal(self) -> None:
        gemeente = a_gemeente()
        wrong = in_p1("F001", begeleiding("R1"), declaratie_factuur_totaal_bedrag=BedragMetDC.of(Bedrag(1)))
        assert refused_header(gemeente.declare(wrong), "1 D", "0001")
        assert granted_in_full(gemeente.declare(in_p1("F001", begeleiding("R1"))), "85000 D")


class TestC20_Totals:
    @pytest.mark.parametrize(("total", "shown"), [(85001, "85001 D"), (84999, "84999 D"), (-85000, "85000 C")])
    def test_off_by_a_cent_or_on_the_wrong_side(self, total: int, shown: str) -> None:
        declaratie = in_p1("F024", begeleiding("R0027"), declaratie_factuur_totaal_bedrag=BedragMetDC.of(Bedrag(total)))
        assert refused_header(a_gemeente().declare(declaratie), shown, "0001")


class TestReferentieNummerTwice:
    def test_in_a_later_303(self) -> None:
        gemeente = a_gemeente()
        gemeente.declare(in_p1("F001", begeleiding("R0001")))
        answer = gemeente.declare(in_p2("F027", begeleiding("R0001", product_periode=P2)))
        assert refused_line(answer, "R0001", "85000 D", "8021")

    def test_every_code_that_applies(self) -> None:
        gemeente = a_gemeente()
        gemeente.declare(in_p1("F001", begeleiding("R0001")))
        answer = gemeente.declare(in_p2("F027", begeleiding("R0001", 1)))
        assert refused_line(answer, "R0001", "100 D", "8021", "9322")

    def test_of_a_refused_line(self) -> None:
        gemeente = a_gemeente()
        gemeente.declare(in_p1("F001", begeleiding("R0001", 851)))
        answer = gemeente.declare(in_p2("F027", begeleiding("R0001")))
        assert refused_line(answer, "R0001", "85000 D", "8021")


class TestPeriods:
    def test_a_declaratie_periode_that_is_not_agreed(self) -> None:
        june = GeslotenPeriode(date(2019, 6, 1), date(2019, 6, 30))
        declaratie = in_p1("F028", begeleiding("R1"), declaratie_periode=june, factuur_dagtekening=date(2019, 7, 20))
        assert refused_header(a_gemeente().declare(declaratie), "85000 D", "8214")

    def test_a_product_periode_that_crosses(self) -> None:
        crossing = GeslotenPeriode(P1.einddatum, P2.begindatum)
        answer = a_gemeente().declare(in_p2("F029", begeleiding("R1", 9999, product_periode=crossing)))
        assert refused_line(answer, "R1", "999900 D", "9319")

    def test_a_late_line_counts_in_its_own_period(self) -> None:
        gemeente = a_gemeente()
        late, now = begeleiding("R1"), begeleiding("R2", product_periode=P2)
        assert granted_in_full(gemeente.declare(in_p2("F1", late, now)), "170000 D")
        assert gemeente.geboekt == {("1001", P1.begindatum): 850, ("1001", P2.begindatum): 850}

    def test_a_later_line(self) -> None:
        later = begeleiding("R1", product_periode=P3)
        answer = a_gemeente().declare(in_p2("F1", later, factuur_dagtekening=date(2019, 9, 1)))
        assert refused_line(answer, "R1", "85000 D", "9319")


class TestC23_CreditAndNewDebit:
    def test_the_volume_is_free_again(self) -> None:
        gemeente = a_gemeente()
        assert granted_in_full(gemeente.declare(in_p1("F001", begeleiding("R0001"))), "85000 D")
        assert granted_in_full(gemeente.declare(in_p2("F031", a_credit("R0037", "R0001"))), "85000 C")
        assert gemeente.geboekt == {("1001", P1.begindatum): 0}
        assert granted_in_full(gemeente.declare(in_p2("F032", begeleiding("R0038"))), "85000 D")

    @pytest.mark.parametrize("credit_first", [True, False])
    def test_both_in_one_message_in_either_order(self, *, credit_first: bool) -> None:
        gemeente = a_gemeente()
        gemeente.declare(in_p1("F001", begeleiding("R0001")))
        both = [a_credit("R0037", "R0001"), begeleiding("R0038", 849)]
        answer = gemeente.declare(in_p2("F031", *(both if credit_first else both[::-1])))
        assert granted_in_full(answer, "100 C")
        assert gemeente.geboekt == {("1001", P1.begindatum): 849}

    def test_after_the_toewijzing_was_cut_short(self) -> None:
        gemeente = a_gemeente()
        gemeente.declare(in_p1("F001", begeleiding("R0001")))
        withdrawn = a_versie(toewijzingsdatum=date(2019, 7, 1), einddatum=P1.begindatum, reden_wijziging="01")
        gemeente.toewijzingen[0] = a_toewijzing(a_versie(), withdrawn)
        assert granted_in_full(gemeente.declare(in_p2("F031", a_credit("R0037", "R0001"))), "85000 C")

    def test_without_number_after_the_toewijzing_was_cut_short(self) -> None:
        gemeente = a_gemeente()
        debet = begeleiding("R0001", toewijzing_nummer=None)
        assert granted_in_full(gemeente.declare(in_p1("F001", debet)), "85000 D")
        withdrawn = a_versie(toewijzingsdatum=date(2019, 7, 1), einddatum=P1.begindatum, reden_wijziging="01")
        gemeente.toewijzingen[0] = a_toewijzing(a_versie(), withdrawn)
        credit = begeleiding("R0037", toewijzing_nummer=None, vorig_referentie_nummer="R0001", credit=True)
        assert granted_in_full(gemeente.declare(in_p2("F031", credit)), "85000 C")
        assert gemeente.geboekt == {("1001", P1.begindatum): 0}


class TestC25_WrongCredits:
    def gemeente(self) -> Gemeente:
        """R0001 is granted, R0043 refused."""
        gemeente = a_gemeente()
        assert granted_in_full(gemeente.declare(in_p1("F001", begeleiding("R0001"))), "85000 D")
        answer = gemeente.declare(in_p1("F035", verblijf("R0043", 9)))
        assert refused_line(answer, "R0043", "112500 D", "9321", berekend="100000 D")
        return gemeente

    def declare(self, gemeente: Gemeente, nummer: str, *parts: Prestatie) -> Answer:
        return gemeente.declare(in_p2(nummer, *parts))

    def test_a_unknown_debet(self) -> None:
        answer = self.declare(self.gemeente(), "F036", a_credit("R0044", "R9999"))
        assert refused_line(answer, "R0044", "85000 C", "8017")

    def test_b_second_credit(self) -> None:
        gemeente = self.gemeente()
        assert granted_in_full(self.declare(gemeente, "F037", a_credit("R0045", "R0001")), "85000 C")
        answer = self.declare(gemeente, "F038", a_credit("R0046", "R0001"))
        assert refused_line(answer, "R0046", "85000 C", "8854")

    def test_c_credit_of_a_refused_line(self) -> None:
        credit = verblijf("R0047", 9, vorig_referentie_nummer="R0043", credit=True)
        answer = self.declare(self.gemeente(), "F039", credit)
        assert refused_line(answer, "R0047", "112500 C", "8853")

    def test_d_credit_of_a_debit_in_the_same_message(self) -> None:
        debet = begeleiding("R0048", product_periode=P2)
        credit = begeleiding("R0049", product_periode=P2, vorig_referentie_nummer="R0048", credit=True)
        assert refused_header(self.declare(self.gemeente(), "F040", debet, credit), "0 D", "0001")

    def test_e_without_vorig_referentie_nummer(self) -> None:
        answer = self.declare(self.gemeente(), "F041", begeleiding("R0050", credit=True))
        assert refused_header(answer, "85000 C", "0001")

    def test_a_credit_of_a_credit(self) -> None:
        gemeente = self.gemeente()
        self.declare(gemeente, "F037", a_credit("R0045", "R0001"))
        answer = self.declare(gemeente, "F042", a_credit("R0051", "R0045"))
        assert refused_line(answer, "R0051", "85000 C", "8017")
        assert gemeente.geboekt == {("1001", P1.begindatum): 0}

    def test_a_refused_credit_does_not_use_its_debet_up(self) -> None:
        gemeente = self.gemeente()
        different = begeleiding("R0044", 849, vorig_referentie_nummer="R0001", credit=True)
        assert refused_line(self.declare(gemeente, "F036", different), "R0044", "84900 C", "8017")
        assert granted_in_full(self.declare(gemeente, "F037", a_credit("R0045", "R0001")), "85000 C")

    def test_a_credit_for_another_client(self) -> None:
        client = a_declaratie_client(a_credit("R0052", "R0001"), bsn=BSN_Y)
        gemeente = self.gemeente()
        gemeente.toewijzingen.pop()  # so that the birth date of Y is unknown
        answer = gemeente.declare(in_p2("F043", client))
        assert lines(answer) == {"R0052": (("8017",), "0 D", "0 D")}


class TestFacturen:
    """In the factuur flow a refused line must be credited."""

    def gemeente(self) -> Gemeente:
        return a_gemeente(contracten=(a_contract(declaratievorm=Declaratievorm.FACTUUR),))

    def line(self, nummer: str, volume: int = 851, **changes: object) -> Prestatie:
        return begeleiding(nummer, volume, btw_vrijstelling_indicatie="1", **changes)

    def test_the_credit_of_a_refused_line_gets_0200_and_moves_no_room(self) -> None:
        gemeente = self.gemeente()
        answer = gemeente.declare(in_p1("F1", self.line("R1"), bericht_code="448"))
        assert refused_line(answer, "R1", "85100 D", "9321", berekend="85000 D")
        credit = self.line("R2", vorig_referentie_nummer="R1", credit=True)
        answer = gemeente.declare(in_p2("F2", credit, bericht_code="448"))
        assert refused_line(answer, "R2", "85100 C", "0200")
        assert gemeente.geboekt == {}
        again = self.line("R3", vorig_referentie_nummer="R1", credit=True)
        answer = gemeente.declare(in_p2("F3", again, bericht_code="448"))
        assert refused_line(answer, "R3", "85100 C", "8854")

    def test_also_of_a_line_without_toewijzing(self) -> None:
        gemeente = self.gemeente()
        unknown = self.line("R1", toewijzing_nummer=9999)
        answer = gemeente.declare(in_p1("F1", unknown, bericht_code="448"))
        assert refused_line(answer, "R1", "85100 D", "0551")
        credit = self.line("R2", toewijzing_nummer=9999, vorig_referentie_nummer="R1", credit=True)
        answer = gemeente.declare(in_p2("F2", credit, bericht_code="448"))
        assert refused_line(answer, "R2", "85100 C", "0200")

    def test_the_wrong_form_is_a_header_refusal(self) -> None:
        declaratie = in_p1("F1", self.line("R1", 850), bericht_code="416")
        assert refused_header(self.gemeente().declare(declaratie), "85000 D", "8855")
        declaratie = in_p1("F1", self.line("R1", 850), bericht_code="448")
        assert refused_header(a_gemeente().declare(declaratie), "85000 D", "8856")


class TestParts:
    """`deels-toekennen`: what fits is granted, and a credit takes back what was granted."""

    def gemeente(self) -> Gemeente:
        return a_gemeente(instellingen=Instellingen(deels_toekennen=True))

    def test_the_rest_of_the_room_and_its_credit(self) -> None:
        gemeente = self.gemeente()
        gemeente.declare(in_p1("F1", begeleiding("R1", 800)))
        answer = gemeente.declare(in_p2("F2", begeleiding("R2", 60)))
        assert totals(answer) == (("0200",), "6000 D", "5000 D")
        assert lines(answer) == {"R2": (("9322",), "5000 D", "5000 D")}
        assert gemeente.geboekt == {("1001", P1.begindatum): 850}
        credit = begeleiding("R3", 60, vorig_referentie_nummer="R2", credit=True)
        answer = gemeente.declare(in_p2("F3", credit))
        assert totals(answer) == (("0200",), "6000 C", "5000 C")
        assert lines(answer) == {"R3": (("0200",), "0 D", "5000 C")}
        assert gemeente.geboekt == {("1001", P1.begindatum): 800}

    def test_nothing_left_is_a_refusal(self) -> None:
        gemeente = self.gemeente()
        gemeente.declare(in_p1("F1", begeleiding("R1")))
        answer = gemeente.declare(in_p2("F2", begeleiding("R2", 1)))
        assert refused_line(answer, "R2", "100 D", "9322")
        answer = gemeente.declare(in_p2("F3", begeleiding("R3", 1, vorig_referentie_nummer="R2", credit=True)))
        assert refused_line(answer, "R3", "100 C", "8853")

    def test_no_part_of_a_line_that_is_wrong_otherwise(self) -> None:
        answer = self.gemeente().declare(in_p1("F1", begeleiding("R1", 851, product_tarief=Bedrag(99))))
        assert refused_line(answer, "R1", "84249 D", "0611", "9321", berekend="85000 D")
