"""Random sequences of 303s against a second, plain bookkeeping of the same toewijzingen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.budget import RoomPeriod, room
from app.domain.codelijsten import Frequentie
from app.domain.declaratie import Declaratie
from app.domain.inrichting import Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.settlement import LineOutcome, Uitkomst
from app.domain.versies import Toewijzing
from tests.builders import P4, a_declaratie, a_toewijzing, a_versie, an_inrichting
from tests.rules.bookkeeping import Answer, Gemeente
from tests.rules.plain_bookkeeping import (
    BEGIN,
    EIND,
    MESSAGES,
    PERIODEN,
    SETTINGS,
    Book,
    Credit,
    Debit,
    Declarant,
    Expected,
    credit_line,
    toewijzingen,
)


def outcomes(answer: Answer) -> list[LineOutcome]:
    return [line for client in answer.settlement.clienten for line in client.lines]


def nummer_of(line: LineOutcome) -> str:
    return line.prestatie.product_referentie.referentie_nummer


def expected_of(book: Book, declarant: Declarant, line: LineOutcome) -> Expected:
    vorig = line.prestatie.product_referentie.vorig_referentie_nummer
    if vorig is not None:
        return book.credit(vorig)
    return book.debit(nummer_of(line), declarant.plans[nummer_of(line)])


def a_gemeente(instellingen: Instellingen) -> Gemeente:
    return Gemeente(an_inrichting(instellingen=instellingen), toewijzingen())


def run(messages: Sequence[Sequence[Debit | Credit]], gemeente: Gemeente) -> list[tuple[Declaratie, Answer]]:
    declarant = Declarant()
    made = [declaratie for actions in messages if (declaratie := declarant.declare(actions))]
    return [(declaratie, gemeente.declare(declaratie)) for declaratie in made]


class TestAgainstPlainBookkeeping:
    @given(MESSAGES, SETTINGS)
    @settings(max_examples=150)
    def test_exactly_what_fits_and_is_right_is_granted(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        gemeente, book, declarant = a_gemeente(instellingen), Book(instellingen), Declarant()
        for actions in messages:
            declaratie = declarant.declare(actions)
            if declaratie is None:
                continue
            lines = outcomes(gemeente.declare(declaratie))
            for line in sorted(lines, key=lambda line: not line.prestatie.is_credit):
                expected = expected_of(book, declarant, line)
                assert (line.retour_codes, line.toegekend) == (expected.codes, Bedrag(expected.cents))
        assert sum(gemeente.geboekt.values()) == sum(book.granted.values())


class TestInvariants:
    @given(MESSAGES, SETTINGS)
    def test_never_more_granted_than_there_is_room(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        gemeente = a_gemeente(instellingen)
        run(messages, gemeente)
        for toewijzing in gemeente.toewijzingen:
            booked = {day: v for (sleutel, day), v in gemeente.geboekt.items() if sleutel == toewijzing.sleutel}
            for periode in room_periods_of(toewijzing):
                used = sum(volume for day, volume in booked.items() if periode.contains(day))
                assert 0 <= used <= room(toewijzing, RoomPeriod(periode), instellingen.gebroken_periode)

    @given(MESSAGES, SETTINGS)
    def test_every_line_has_one_outcome_and_the_totals_add_up(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        for declaratie, answer in run(messages, a_gemeente(instellingen)):
            lines = outcomes(answer)
            assert [line.prestatie for line in lines] == list(declaratie.clienten[0].prestaties)
            assert answer.settlement.toegekend == Bedrag(sum(line.toegekend.cents for line in lines))
            header = answer.retour.header
            returned = [p for client in answer.retour.clienten for p in client.prestaties]
            difference = header.ingediend_totaal_bedrag.saldo - header.toegekend_totaal_bedrag.saldo
            shown = [p.prestatie.ingediend.cents - p.toegekend_bedrag.saldo.cents for p in returned]
            assert difference == Bedrag(sum(shown))
            assert len(returned) == len([line for line in lines if not line.in_full])

    @given(MESSAGES, SETTINGS)
    def test_no_line_gets_more_than_it_asked_or_the_other_sign(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        for _, answer in run(messages, a_gemeente(instellingen)):
            for line in outcomes(answer):
                low, high = sorted((0, line.prestatie.ingediend.cents))
                assert low <= line.toegekend.cents <= high
                assert line.gemeente_berekend >= Bedrag(0)
                assert (line.uitkomst is Uitkomst.TOEGEKEND) == (line.retour_codes == ())

    @given(MESSAGES, SETTINGS)
    def test_crediting_everything_gives_all_back(
        self, messages: list[list[Debit | Credit]], instellingen: Instellingen
    ) -> None:
        gemeente = a_gemeente(instellingen)
        granted = [outcome for _, answer in run(messages, gemeente) for outcome in outcomes(answer)]
        open_debits = [
            line.prestatie
            for line in granted
            if line.uitkomst is not Uitkomst.AFGEWEZEN
            and line.prestatie.ingediend > Bedrag(0)
            and nummer_of(line) not in gemeente.gecrediteerd
        ]
        credits = [credit_line(f"C{number}", debet) for number, debet in enumerate(open_debits)]
        before = sum(line.toegekend.cents for line in granted)
        if credits:
            header = {"declaratie_periode": P4, "factuur_dagtekening": date(2019, 9, 20)}
            answer = gemeente.declare(a_declaratie(*credits, declarant_factuur_nummer="LAST", **header))
            before += answer.settlement.toegekend.cents
        assert before == 0
        assert set(gemeente.geboekt.values()) <= {0}


class TestWithdrawal:
    @given(MESSAGES, MESSAGES, st.dates(BEGIN, EIND), SETTINGS)
    def test_after_it_nothing_is_granted_beyond_the_new_room(
        self,
        before: list[list[Debit | Credit]],
        after: list[list[Debit | Credit]],
        einddatum: date,
        instellingen: Instellingen,
    ) -> None:
        gemeente = a_gemeente(instellingen)
        declarant = Declarant()
        declare_all(declarant, before, gemeente)
        then = dict(gemeente.geboekt)
        gemeente.toewijzingen = [withdrawn(toewijzing, einddatum) for toewijzing in gemeente.toewijzingen]
        declare_all(declarant, after, gemeente)
        for toewijzing in gemeente.toewijzingen:
            for periode in room_periods_of(toewijzing):
                limit = room(toewijzing, RoomPeriod(periode), instellingen.gebroken_periode)
                used, earlier = (booked_in(book, toewijzing, periode) for book in (gemeente.geboekt, then))
                assert used <= max(limit, earlier)


def declare_all(declarant: Declarant, messages: list[list[Debit | Credit]], gemeente: Gemeente) -> None:
    for actions in messages:
        if declaratie := declarant.declare(actions):
            gemeente.declare(declaratie)


def withdrawn(toewijzing: Toewijzing, einddatum: date) -> Toewijzing:
    """The toewijzing with a newer version that ends earlier."""
    (first,) = toewijzing.versies
    newer = a_versie(omvang=first.omvang, ingangsdatum=BEGIN, einddatum=einddatum, toewijzingsdatum=date(2019, 9, 1))
    return a_toewijzing(newer, first, nummer=toewijzing.nummer)


def booked_in(geboekt: dict[tuple[str, date], int], toewijzing: Toewijzing, periode: GeslotenPeriode) -> int:
    return sum(v for (sleutel, day), v in geboekt.items() if sleutel == toewijzing.sleutel and periode.contains(day))


def room_periods_of(toewijzing: Toewijzing) -> tuple[GeslotenPeriode, ...]:
    """The periods of its Frequentie in the summer of 2019."""
    omvang = toewijzing.actueel.omvang
    assert omvang is not None
    months = tuple(GeslotenPeriode(date(2019, m, 1), date(2019, m + 1, 1) - timedelta(days=1)) for m in range(5, 10))
    return {
        Frequentie.TOTAAL: (GeslotenPeriode(date.min, date.max),),
        Frequentie.PER_JAAR: (GeslotenPeriode(date(2019, 1, 1), date(2019, 12, 31)),),
        Frequentie.PER_MAAND: months,
    }.get(omvang.frequentie, PERIODEN)
