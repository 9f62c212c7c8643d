"""From the decision on a 303 to its 304."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit
from app.domain.declaratie import Declaratie, DeclaratieRetour, Prestatie
from app.domain.retour import Finding
from app.domain.settlement import ClientOutcome, LineOutcome, Settlement, Uitkomst, codes_of, declaratie_retour
from tests.builders import BSN_X, BSN_Y, a_declaratie, a_declaratie_client, a_prestatie

TODAY = date(2019, 6, 21)


def a_finding(retourcode: str | None, pad: str = "/Bericht") -> Finding:
    return Finding(regel="TR000", retourcode=retourcode, pad=pad, melding="")


def granted(line: Prestatie, **changes: Any) -> LineOutcome:
    values = {"uitkomst": Uitkomst.TOEGEKEND, "toegekend": line.ingediend} | changes
    return LineOutcome(prestatie=line, **values)


def refused(line: Prestatie, *codes: str, **changes: Any) -> LineOutcome:
    return LineOutcome(prestatie=line, uitkomst=Uitkomst.AFGEWEZEN, retour_codes=codes or ("9321",), **changes)


def outcomes(declaratie: Declaratie, *decide: Any) -> Settlement:
    """What each line gets, client by client, in order."""
    deciders = iter(decide)
    clienten = (
        ClientOutcome(client=client, lines=tuple(next(deciders)(line) for line in client.prestaties))
        for client in declaratie.clienten
    )
    return Settlement(clienten=tuple(clienten))


def retour(declaratie: Declaratie, settlement: Settlement) -> DeclaratieRetour:
    return declaratie_retour(declaratie, settlement, gemeente_referentie_nummer="G7", today=TODAY)


LINE = a_prestatie()
CREDIT = a_prestatie(referentie_nummer="R0002", vorig_referentie_nummer="R0000", credit=True)


class TestHeader:
    def test_is_copied_from_the_303(self) -> None:
        declaratie = a_declaratie(servicebureau="98000001", betaling_aan_id="01", btw_id_nummer="NL001")
        header, copied = declaratie.header, retour(declaratie, outcomes(declaratie, granted)).header
        for name in ("gemeente", "servicebureau", "aanbieder", "betaling_aan_id", "declaratie_factuur_identificatie"):
            assert getattr(copied, name) == getattr(header, name)
        assert (copied.gemeente_referentie_nummer, copied.retour_dagtekening) == ("G7", TODAY)

    @pytest.mark.parametrize(("code", "retour_code"), [("416", "417"), ("448", "449")])
    def test_bericht_code_is_that_of_the_303_plus_one(self, code: str, retour_code: str) -> None:
        declaratie = a_declaratie(bericht_code=code)
        assert retour(declaratie, outcomes(declaratie, granted)).header.bericht_code == retour_code

    def test_dated_today_also_when_the_303_is_of_tomorrow(self) -> None:
        declaratie = a_declaratie(factuur_dagtekening=date(2019, 7, 1))
        assert retour(declaratie, Settlement(header_codes=("8848",))).header.retour_dagtekening == TODAY


class TestAllGranted:
    def test_8001_both_totals_and_no_clienten(self) -> None:
        declaratie = a_declaratie()
        answer = retour(declaratie, outcomes(declaratie, granted))
        assert answer.header.retour_codes == ("8001",)
        assert answer.header.ingediend_totaal_bedrag == BedragMetDC(Bedrag(85000), DebetCredit.DEBET)
        assert answer.header.toegekend_totaal_bedrag == answer.header.ingediend_totaal_bedrag
        assert answer.clienten == ()

    def test_a_credit_total_stays_a_credit(self) -> None:
        declaratie = a_declaratie(CREDIT)
        answer = retour(declaratie, outcomes(declaratie, granted))
        assert answer.header.toegekend_totaal_bedrag == BedragMetDC(Bedrag(85000), DebetCredit.CREDIT)


class TestHeaderRefused:
    @pytest.mark.parametrize("codes", [("0001",), ("0030",), ("8847", "8848")])
    def test_the_codes_nothing_granted_and_no_clienten(self, codes: tuple[str, ...]) -> None:
        declaratie = a_declaratie(CREDIT)
        answer = retour(declaratie, Settlement(header_codes=codes))
        assert answer.header.retour_codes == codes
        assert answer.header.ingediend_totaal_bedrag == BedragMetDC(Bedrag(85000), DebetCredit.CREDIT)
        assert answer.header.toegekend_totaal_bedrag == NUL_DEBET
        assert answer.clienten == ()

    def test_only_0001_is_technical(self) -> None:
        assert Settlement(header_codes=("0001",)).technically_refused
        assert not Settlement(header_codes=("0030",)).technically_refused
        assert not Settlement().technically_refused
        assert Settlement(header_codes=("0030",)).refused
        assert not Settlement().refused


class TestPartlyGranted:
    def test_only_lines_and_clienten_that_were_not_granted_in_full(self) -> None:
        first, second = LINE, a_prestatie(referentie_nummer="R0002")
        other = a_declaratie_client(a_prestatie(referentie_nummer="R0003"), bsn=BSN_Y)
        declaratie = a_declaratie(a_declaratie_client(first, second), other)
        answer = retour(declaratie, outcomes(declaratie, granted, refused, granted))
        assert answer.header.retour_codes == ("0200",)
        (client,) = answer.clienten
        assert (client.bsn, client.retour_codes) == (BSN_X, ("0200",))
        assert [line.prestatie.product_referentie.referentie_nummer for line in client.prestaties] == ["R0002"]
        assert answer.header.toegekend_totaal_bedrag == BedragMetDC.of(Bedrag(170000))

    def test_clienten_and_lines_in_the_order_of_the_303(self) -> None:
        lines = [a_prestatie(referentie_nummer=f"R{number}") for number in range(4)]
        clienten = (a_declaratie_client(*lines[:2], bsn=BSN_Y), a_declaratie_client(*lines[2:]))
        declaratie = a_declaratie(*clienten)
        answer = retour(declaratie, outcomes(declaratie, *[refused] * 4))
        returned = [
            (c.bsn, p.prestatie.product_referentie.referentie_nummer) for c in answer.clienten for p in c.prestaties
        ]
        assert returned == [(BSN_Y, "R0"), (BSN_Y, "R1"), (BSN_X, "R2"), (BSN_X, "R3")]

    def test_a_returned_line_has_its_amounts_and_codes(self) -> None:
        declaratie = a_declaratie()
        settled = outcomes(declaratie, lambda line: refused(line, "0611", "9321", gemeente_berekend=Bedrag(4200)))
        (line,) = retour(declaratie, settled).clienten[0].prestaties
        assert line.prestatie == declaratie.clienten[0].prestaties[0]
        assert line.gemeente_berekend_bedrag == BedragMetDC.of(Bedrag(4200))
        assert line.toegekend_bedrag == NUL_DEBET
        assert line.retour_codes == ("0611", "9321")

    def test_the_client_is_copied(self) -> None:
        client = a_declaratie_client(LINE, commentaar="tekst")
        declaratie = a_declaratie(client)
        (answer,) = retour(declaratie, outcomes(declaratie, refused)).clienten
        for name in ("bsn", "geboortedatum", "geslacht", "naam", "commentaar"):
            assert getattr(answer, name) == getattr(client, name)

    def test_a_code_of_the_client_stands_there(self) -> None:
        declaratie = a_declaratie()
        (client,) = declaratie.clienten
        outcome = ClientOutcome(client=client, lines=(refused(LINE, "0233"),), retour_codes=("8004",))
        answer = retour(declaratie, Settlement(clienten=(outcome,)))
        assert answer.clienten[0].retour_codes == ("8004",)

    def test_an_accepted_credit_of_a_refused_line_comes_back_without_remark(self) -> None:
        declaratie = a_declaratie(CREDIT)
        answer = retour(declaratie, outcomes(declaratie, lambda line: granted(line, toegekend=NUL)))
        assert answer.header.retour_codes == ("0200",)
        (line,) = answer.clienten[0].prestaties
        assert (line.retour_codes, line.toegekend_bedrag) == (("0200",), NUL_DEBET)

    def test_a_line_in_part_is_returned(self) -> None:
        part = LineOutcome(prestatie=LINE, uitkomst=Uitkomst.DEELS, toegekend=Bedrag(85000), retour_codes=("9321",))
        assert not part.in_full
        assert not replace(part, uitkomst=Uitkomst.TOEGEKEND, toegekend=Bedrag(84999)).in_full
        assert replace(part, uitkomst=Uitkomst.TOEGEKEND).in_full


AMOUNTS = st.integers(0, 200)


@st.composite
def settled(draw: st.DrawFn) -> tuple[Declaratie, Settlement]:
    """A 303 of up to three clienten, debits and credits, each line granted in full, in part or not."""
    clienten = []
    deciders = []
    for number in range(draw(st.integers(1, 3))):
        lines = []
        for index in range(draw(st.integers(1, 3))):
            cents = draw(AMOUNTS)
            credit = bool(cents) and draw(st.booleans())
            nummer = f"R{number}{index}"
            lines.append(a_prestatie(referentie_nummer=nummer, geleverd_volume=cents, credit=credit))
            part = draw(st.sampled_from([None, 0, cents, cents // 2]))
            deciders.append(_decider(part))
        clienten.append(a_declaratie_client(*lines))
    declaratie = a_declaratie(*clienten)
    return declaratie, outcomes(declaratie, *deciders)


def _decider(part: int | None) -> Any:
    def decide(line: Prestatie) -> LineOutcome:
        if part is None:
            return granted(line)
        sign = -1 if line.is_credit else 1
        return LineOutcome(prestatie=line, uitkomst=Uitkomst.AFGEWEZEN, toegekend=Bedrag(sign * part * 100))

    return decide


class TestAmountsAddUp:
    @given(settled())
    def test_ingediend_less_toegekend_is_the_sum_of_the_returned_lines(
        self, case: tuple[Declaratie, Settlement]
    ) -> None:
        answer = retour(*case)
        header = answer.header
        returned = [
            line.prestatie.ingediend.cents - line.toegekend_bedrag.saldo.cents
            for client in answer.clienten
            for line in client.prestaties
        ]
        difference = header.ingediend_totaal_bedrag.saldo - header.toegekend_totaal_bedrag.saldo
        assert difference == Bedrag(sum(returned))

    @given(settled())
    def test_8001_exactly_when_nothing_is_returned(self, case: tuple[Declaratie, Settlement]) -> None:
        answer = retour(*case)
        assert answer.header.retour_codes == (("0200",) if answer.clienten else ("8001",))
        assert all(client.prestaties for client in answer.clienten)

    @given(settled())
    def test_zero_is_always_debet(self, case: tuple[Declaratie, Settlement]) -> None:
        answer = retour(*case)
        amounts = [answer.header.toegekend_totaal_bedrag, answer.header.ingediend_totaal_bedrag]
        for client in answer.clienten:
            for line in client.prestaties:
                amounts += [line.toegekend_bedrag, line.gemeente_berekend_bedrag]
        assert all(a.debet_credit is DebetCredit.DEBET for a in amounts if a.bedrag == NUL)

    @given(settled())
    def test_the_total_is_the_sum_of_the_lines(self, case: tuple[Declaratie, Settlement]) -> None:
        _, settlement = case
        lines = [line.toegekend.cents for client in settlement.clienten for line in client.lines]
        assert settlement.toegekend == Bedrag(sum(lines))


class TestFindings:
    def test_codes_once_in_order_of_appearance(self) -> None:
        found = [a_finding("9308"), a_finding("0611"), a_finding(None), a_finding("9308")]
        assert codes_of(found) == ("9308", "0611")

    def test_in_message_order(self) -> None:
        header, client, line = a_finding("S300"), a_finding("8004", "/C"), a_finding("9321", "/C/P")
        declaratie = a_declaratie()
        outcome = ClientOutcome(
            client=declaratie.clienten[0], lines=(refused(LINE, findings=(line,)),), findings=(client,)
        )
        settlement = Settlement(header_findings=(header,), clienten=(outcome, outcome))
        assert settlement.findings == (header, client, line, client, line)
