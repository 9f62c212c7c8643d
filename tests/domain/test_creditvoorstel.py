"""The proposal to set lines right: the rules of settling grant exactly what it proposes, and not one unit more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.bedrag import HIGHEST_BEDRAG, NUL, Bedrag, BedragMetDC
from app.domain.budget import ledger_units
from app.domain.codelijsten import DebetCredit, Declaratievorm, Eenheid
from app.domain.creditvoorstel import Correctie, GeenDebet, Stand, Vraag, possible_nummers, voorstel
from app.domain.declaratie import Prestatie
from app.domain.dossier import EerderePrestatie
from app.domain.inrichting import Instellingen
from app.domain.settlement import LineOutcome, Uitkomst
from tests.builders import (
    AANBIEDER,
    P1,
    P4,
    a_catalogus_product,
    a_contract,
    a_declaratie,
    a_prestatie,
    a_toewijzing,
    a_versie,
    an_inrichting,
)
from tests.rules.bookkeeping import Answer, Gemeente
from tests.rules.plain_bookkeeping import MESSAGES, SETTINGS, Credit, Debit, Declarant, toewijzingen
from tests.rules.prestatie_facts import a_credit, an_earlier


def settled(messages: Sequence[Sequence[Debit | Credit]], instellingen: Instellingen) -> Gemeente:
    gemeente, declarant = Gemeente(an_inrichting(instellingen=instellingen), toewijzingen()), Declarant()
    for actions in messages:
        if declaratie := declarant.declare(actions):
            gemeente.declare(declaratie)
    return gemeente


def stand_of(gemeente: Gemeente) -> Stand:
    return Stand(
        vorm=Declaratievorm.DECLARATIE,
        aanbieder=AANBIEDER,
        inrichting=gemeente.inrichting,
        toewijzingen={toewijzing.sleutel: toewijzing for toewijzing in gemeente.toewijzingen},
        geboekt=dict(gemeente.geboekt),
        gecrediteerd=frozenset(gemeente.gecrediteerd),
        used=frozenset(gemeente.lines),
    )


def lines_of(correcties: Sequence[Correctie]) -> list[Prestatie]:
    return [line for one in correcties for line in (one.credit, one.debet) if line is not None]


def declare(gemeente: Gemeente, lines: Sequence[Prestatie], nummer: str = "LAST") -> Answer:
    header = {"declaratie_periode": P4, "factuur_dagtekening": date(2019, 9, 20), "declarant_factuur_nummer": nummer}
    return gemeente.declare(a_declaratie(*lines, **header))


def outcomes(answer: Answer) -> list[LineOutcome]:
    return [line for client in answer.settlement.clienten for line in client.lines]


VRAGEN = st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 40)), max_size=12)


def asked(gemeente: Gemeente, places: Sequence[tuple[int, int | None]]) -> list[Vraag]:
    """Some of the lines, each once, some with a volume."""
    lines = list(gemeente.lines.values())
    chosen = {place % len(lines): volume for place, volume in places} if lines else {}
    return [Vraag(regel=lines[place], volume=volume) for place, volume in chosen.items()]


class TestAgainstSettling:
    @given(MESSAGES, SETTINGS, VRAGEN)
    @settings(max_examples=150)
    def test_all_that_is_proposed_is_granted(
        self,
        messages: list[list[Debit | Credit]],
        instellingen: Instellingen,
        places: list[tuple[int, int | None]],
    ) -> None:
        gemeente = settled(messages, instellingen)
        proposed = lines_of(voorstel(asked(gemeente, places), stand_of(gemeente)))
        if proposed:
            answer = declare(gemeente, proposed)
            assert [line.retour_codes for line in outcomes(answer)] == [()] * len(proposed)
            assert all(line.uitkomst is Uitkomst.TOEGEKEND for line in outcomes(answer))

    @given(MESSAGES, SETTINGS)
    def test_a_credit_and_the_same_line_again_leave_everything_as_it_was(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        gemeente = settled(messages, replace(instellingen, deels_toekennen=False))
        granted = [line for line in gemeente.lines.values() if line.granted and not line.prestatie.is_credit]
        vragen = [Vraag(regel=line, volume=volume_of(line.prestatie)) for line in granted]
        before = {place: volume for place, volume in gemeente.geboekt.items() if volume}
        proposed = voorstel(vragen, stand_of(gemeente))
        if lines := lines_of(proposed):
            answer = declare(gemeente, lines)
            assert answer.settlement.toegekend == NUL
        assert {place: volume for place, volume in gemeente.geboekt.items() if volume} == before
        assert [one for one in proposed if one.credit is not None and one.debet is None] == []

    @given(MESSAGES, SETTINGS, VRAGEN, st.integers(0, 20))
    def test_one_unit_more_than_a_cut_volume_is_refused(
        self,
        messages: list[list[Debit | Credit]],
        instellingen: Instellingen,
        places: list[tuple[int, int | None]],
        chosen: int,
    ) -> None:
        gemeente = settled(messages, replace(instellingen, deels_toekennen=False))
        vragen = asked(gemeente, places)
        proposed = voorstel(vragen, stand_of(gemeente))
        cut = [
            one.debet
            for one, vraag in zip(proposed, vragen, strict=True)
            if one.debet is not None and volume_of(one.debet) < wanted(vraag)
        ]
        if cut:
            one = cut[chosen % len(cut)]
            lines = [with_one_more(line) if line is one else line for line in lines_of(proposed)]
            found = {nummer_of(line.prestatie): line for line in outcomes(declare(gemeente, lines))}
            assert found[nummer_of(one)].retour_codes in {("9321",), ("9322",)}

    @given(MESSAGES, SETTINGS)
    def test_where_nothing_is_left_even_one_unit_is_refused(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        gemeente = settled(messages, replace(instellingen, deels_toekennen=False))
        vragen = [Vraag(regel=line) for line in gemeente.lines.values() if not line.granted]
        proposed = voorstel(vragen, stand_of(gemeente))
        nothing = [one.regel.prestatie for one in proposed if one.geen_debet is GeenDebet.NIETS_OVER]
        smallest = [least(line, f"X{place}") for place, line in enumerate(nothing) if volume_of(line)]
        if smallest:
            if lines := lines_of(proposed):
                declare(gemeente, lines, "FIRST")
            answer = declare(gemeente, smallest)
            assert {line.retour_codes for line in outcomes(answer)} <= {("9321",), ("9322",)}


def volume_of(prestatie: Prestatie) -> int:
    return prestatie.ingediende_bedrag_prestatie.geleverd_volume


def nummer_of(prestatie: Prestatie) -> str:
    return prestatie.product_referentie.referentie_nummer


def wanted(vraag: Vraag) -> int:
    return volume_of(vraag.regel.prestatie) if vraag.volume is None else vraag.volume


def _costing(prestatie: Prestatie, volume: int, nummer: str) -> Prestatie:
    ingediend = prestatie.ingediende_bedrag_prestatie
    in_hours = ingediend.eenheid is Eenheid.MINUUT
    bedrag = (volume * 100 + 30) // 60 if in_hours else volume * 100
    return a_prestatie(
        referentie_nummer=nummer,
        toewijzing_nummer=prestatie.toewijzing_nummer,
        product_periode=prestatie.product_periode,
        eenheid=ingediend.eenheid,
        geleverd_volume=volume,
        product_tarief=Bedrag(100),
        declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(bedrag)),
    )


def with_one_more(prestatie: Prestatie) -> Prestatie:
    return _costing(prestatie, volume_of(prestatie) + 1, nummer_of(prestatie))


def least(prestatie: Prestatie, nummer: str) -> Prestatie:
    return _costing(prestatie, 1, nummer)


def refused(*codes: str, **changes: Any) -> EerderePrestatie:
    return an_earlier(
        a_prestatie(**changes), granted=False, toegekend=NUL, retour_codes=codes, toewijzing_sleutel="1001"
    )


def the_stand(**changes: Any) -> Stand:
    values: dict[str, Any] = {
        "vorm": Declaratievorm.DECLARATIE,
        "aanbieder": AANBIEDER,
        "inrichting": an_inrichting(),
        "toewijzingen": {"1001": a_toewijzing()},
        "geboekt": {},
    }
    return Stand(**(values | changes))


def the_correctie(regel: EerderePrestatie, volume: int | None = None, **stand: Any) -> Correctie:
    (one,) = voorstel([Vraag(regel=regel, volume=volume)], the_stand(**stand))
    return one


class TestCredit:
    def test_it_is_the_debet_with_the_other_side_and_a_number_of_its_own(self) -> None:
        debet = a_prestatie(commentaar="telefonisch besproken")
        one = the_correctie(an_earlier(debet, boekingen=((P1.begindatum, 850),)))
        assert one.credit is not None
        assert (one.debet, one.geen_debet) == (None, None)
        assert one.credit.is_credit
        assert one.credit.commentaar is None
        assert (nummer_of(one.credit), one.credit.product_referentie.vorig_referentie_nummer) == ("R0001-C", "R0001")
        assert (
            replace(
                one.credit,
                commentaar=debet.commentaar,
                product_referentie=debet.product_referentie,
                ingediende_bedrag_prestatie=debet.ingediende_bedrag_prestatie,
            )
            == debet
        )
        assert one.credit.ingediend == -debet.ingediend

    def test_its_other_amounts_change_sides_too_but_nothing_stays_debet(self) -> None:
        debet = a_prestatie(
            btw_percentage=2100,
            btw_bedrag=BedragMetDC.of(Bedrag(100)),
            berekend_bedrag=BedragMetDC.of(NUL),
        )
        one = the_correctie(an_earlier(debet))
        assert one.credit is not None
        ingediend = one.credit.ingediende_bedrag_prestatie
        assert ingediend.btw_bedrag == BedragMetDC(Bedrag(100), DebetCredit.CREDIT)
        assert ingediend.berekend_bedrag == BedragMetDC(NUL, DebetCredit.DEBET)

    @pytest.mark.parametrize(
        ("regel", "why"),
        [
            pytest.param(refused("9322"), None, id="refused"),
            pytest.param(an_earlier(a_credit()), GeenDebet.IS_CREDIT, id="itself-a-credit"),
            pytest.param(
                an_earlier(a_prestatie(geleverd_volume=0), toegekend=NUL), GeenDebet.NIETS_OVER, id="of-nothing"
            ),
        ],
    )
    def test_there_is_none_of(self, regel: EerderePrestatie, why: GeenDebet | None) -> None:
        one = the_correctie(regel)
        assert (one.credit, one.geen_debet) == (None, why)

    def test_a_line_is_credited_once(self) -> None:
        one = the_correctie(an_earlier(), gecrediteerd=frozenset({"R0001"}))
        assert (one.credit, one.debet, one.geen_debet) == (None, None, GeenDebet.GECREDITEERD)

    def test_a_refused_line_of_a_factuur_is_credited_too(self) -> None:
        one = the_correctie(refused("8187"), vorm=Declaratievorm.FACTUUR)
        assert one.credit is not None
        assert (one.debet, one.geen_debet) == (None, GeenDebet.ANDERE_OORZAAK)

    def test_one_with_the_number_of_another_line_is_not(self) -> None:
        one = the_correctie(refused("8021"), vorm=Declaratievorm.FACTUUR)
        assert (one.credit, one.debet, one.geen_debet) == (None, None, GeenDebet.ANDERE_OORZAAK)

    def test_one_without_toewijzing_gives_nothing_back(self) -> None:
        regel = replace(refused("0551"), toewijzing_sleutel=None)
        assert the_correctie(regel, vorm=Declaratievorm.FACTUUR).credit is not None

    def test_no_number_twice(self) -> None:
        regel = an_earlier(a_prestatie(referentie_nummer="R" * 20))
        one = the_correctie(regel, volume=10, used=frozenset({"R" * 18 + "-C", "R" * 18 + "-D", "R" * 17 + "-D2"}))
        assert one.credit is not None
        assert one.debet is not None
        assert nummer_of(one.credit) == "R" * 17 + "-C2"
        assert nummer_of(one.debet) == "R" * 17 + "-D3"


class TestDebet:
    def test_it_has_the_agreed_tariff(self) -> None:
        one = the_correctie(refused("0611", geleverd_volume=10, product_tarief=Bedrag(99)))
        assert one.debet is not None
        assert one.debet.ingediende_bedrag_prestatie.product_tarief == Bedrag(100)
        assert one.debet.ingediend == Bedrag(1000)
        assert one.debet.product_referentie.vorig_referentie_nummer is None

    def test_a_line_without_tariff_keeps_none(self) -> None:
        regel = refused("9321", product_tarief=None, declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(1)))
        one = the_correctie(regel)
        assert one.debet is not None
        assert one.debet.ingediende_bedrag_prestatie.product_tarief is None
        assert one.debet.ingediend == Bedrag(85000)

    def test_a_percentage_counts(self) -> None:
        one = the_correctie(refused("0611", geleverd_volume=10, verrekenpercentage=5000))
        assert one.debet is not None
        assert one.debet.ingediend == Bedrag(500)

    def test_its_volume_is_what_is_left(self) -> None:
        one = the_correctie(refused("9322"), geboekt={("1001", P1.begindatum): 800})
        assert one.debet is not None
        assert volume_of(one.debet) == 50

    def test_without_omvang_everything_fits(self) -> None:
        one = the_correctie(refused("0611"), toewijzingen={"1001": a_toewijzing(a_versie(omvang=None))})
        assert one.debet is not None
        assert volume_of(one.debet) == 850

    def test_the_unit_of_the_line_where_nothing_else_is_known(self) -> None:
        product = a_catalogus_product(eenheid=Eenheid.DAGDEEL)
        one = the_correctie(
            refused("0611", geleverd_volume=120, eenheid=Eenheid.MINUUT),
            inrichting=an_inrichting(producten=(product,)),
            toewijzingen={"1001": a_toewijzing(a_versie(omvang=None))},
        )
        assert one.debet is not None
        assert one.debet.ingediend == Bedrag(120 * 100 // ledger_units(Eenheid.MINUUT))

    @pytest.mark.parametrize(
        ("regel", "stand", "why"),
        [
            pytest.param(refused("8187"), {}, GeenDebet.ANDERE_OORZAAK, id="client"),
            pytest.param(refused("0611", "9308"), {}, GeenDebet.ANDERE_OORZAAK, id="one-of-two"),
            pytest.param(refused("9322"), {"toewijzingen": {}}, GeenDebet.ANDERE_OORZAAK, id="toewijzing-gone"),
            pytest.param(refused("0611", btw_percentage=2100), {}, GeenDebet.BTW, id="btw-percentage"),
            pytest.param(refused("0611", btw_bedrag=BedragMetDC.of(NUL)), {}, GeenDebet.BTW, id="btw"),
            pytest.param(refused("0611", berekend_bedrag=BedragMetDC.of(NUL)), {}, GeenDebet.BTW, id="berekend"),
            pytest.param(
                refused("0611"),
                {"inrichting": an_inrichting(contracten=(a_contract(producten=frozenset()),))},
                GeenDebet.GEEN_TARIEF,
                id="no-tariff",
            ),
            pytest.param(
                refused("9322"), {"geboekt": {("1001", P1.begindatum): 850}}, GeenDebet.NIETS_OVER, id="nothing-left"
            ),
            pytest.param(
                refused("0611", geleverd_volume=HIGHEST_BEDRAG.cents),
                {"toewijzingen": {"1001": a_toewijzing(a_versie(omvang=None))}},
                GeenDebet.NIETS_OVER,
                id="more-than-a-message-can-say",
            ),
        ],
    )
    def test_there_is_none(self, regel: EerderePrestatie, stand: dict[str, Any], why: GeenDebet) -> None:
        one = the_correctie(regel, **stand)
        assert (one.debet, one.geen_debet) == (None, why)

    def test_room_that_a_later_credit_gives_back_counts(self) -> None:
        booked = ((P1.begindatum, 850),)
        vragen = [
            Vraag(regel=refused("9322", referentie_nummer="R2", geleverd_volume=300)),
            Vraag(regel=an_earlier(boekingen=booked), volume=600),
        ]
        first, second = voorstel(vragen, the_stand(geboekt={("1001", P1.begindatum): 850}))
        assert first.debet is not None
        assert second.debet is not None
        assert (volume_of(first.debet), volume_of(second.debet)) == (300, 550)


def test_the_first_numbers() -> None:
    numbers = possible_nummers("12345678901234567890", "C")
    assert [next(numbers), next(numbers)] == ["123456789012345678-C", "12345678901234567-C2"]
