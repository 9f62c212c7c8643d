"""Many at the same moment, with real threads: no room is granted twice, nothing is kept twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any, TypeVar

import pytest

from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.principal import Principal, Rol
from app.domain.refusals import DifferentBericht, RejectedBericht
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.reading import read, recognise
from app.iwmo.releases import write
from app.processing.arrival import Receipt
from app.processing.postbus import fetch
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtFilters, BerichtRecord, body_of, get_bericht, list_berichten
from app.storage.declaraties import toegekend_by_period
from app.storage.zicht import Zicht
from tests import builders as a
from tests.builders import AANBIEDER, BSN_Y, GEMEENTE, OTHER_AANBIEDER, P1
from tests.e2e.notation import BASE, T1, C, D, line, message_301, message_303, second_version, toewijzing

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
OTHER_DECLARANT = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({OTHER_AANBIEDER}))
ALL = Zicht(gemeenten=frozenset({GEMEENTE}))
OWN = Zicht(aanbieders=frozenset({AANBIEDER}))

T = TypeVar("T")


@pytest.fixture(autouse=True)
def known(runtime: Runtime) -> None:
    """The base toewijzingen."""
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each act gives, all begun at the same moment in threads of their own."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait(timeout=120)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def posting(runtime: Runtime, message: Declaratie | Toewijzingsbericht | bytes) -> Callable[[], Receipt]:
    """Posting the message, as its sender."""
    body = message if isinstance(message, bytes) else write(message, "2.3")
    sender = BACK_OFFICE if recognise(body).soort == "WMO301" else DECLARANT
    return lambda: receive(runtime, sender, body)


def trying(runtime: Runtime, body: bytes, sender: Principal = BACK_OFFICE) -> Callable[[], Receipt | None]:
    """Posting the message; None when another one was before it."""

    def attempt() -> Receipt | None:
        try:
            return receive(runtime, sender, body)
        except (DifferentBericht, RejectedBericht):
            return None

    return attempt


def claim(nummer: str, volume: int, toewijzing_nummer: int | None = 1001) -> Declaratie:
    return message_303(
        nummer, P1, "2019-06-20", line(f"R-{nummer}", toewijzing_nummer, P1, volume, 100, D(volume * 100))
    )


def granted(runtime: Runtime, nummer: int = 1001) -> dict[date, tuple[int, int]]:
    """The volume and cents by period."""
    with runtime.storage.reading() as session:
        return toegekend_by_period(session, gemeente=GEMEENTE, toewijzing_sleutel=str(nummer))


def header_codes(runtime: Runtime, receipt: Receipt) -> str:
    """What the header of the 304 says."""
    with runtime.storage.reading() as session:
        bericht = get_bericht(session, id=receipt.bericht_id, zicht=ALL)
        assert bericht.antwoord_id is not None
        retour = read(recognise(body_of(session, id=bericht.antwoord_id)))
    assert isinstance(retour, DeclaratieRetour)
    return " ".join(retour.header.retour_codes)


def log_of(runtime: Runtime, **filters: Any) -> list[BerichtRecord]:
    with runtime.storage.reading() as session:
        return list_berichten(session, zicht=ALL, filters=BerichtFilters(**filters), limit=500)


class TestRoom:
    @pytest.mark.parametrize("threads", [2, 8])
    def test_is_never_granted_twice(self, threads: int, runtime: Runtime):
        receipts = at_once([posting(runtime, claim(f"F{i}", 850)) for i in range(threads)])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0200": threads - 1}
        assert granted(runtime) == {P1.begindatum: (850, 85000)}

    def test_is_granted_to_as_many_as_fit(self, runtime: Runtime):
        receipts = at_once([posting(runtime, claim(f"F{i}", 200)) for i in range(8)])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 4, "0200": 4}
        assert granted(runtime) == {P1.begindatum: (800, 80000)}

    def test_is_never_granted_twice_without_toewijzing_nummer(self, runtime: Runtime):
        receipts = at_once([posting(runtime, claim(f"F{i}", 850, i % 2 * 1001 or None)) for i in range(6)])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0200": 5}
        assert granted(runtime) == {P1.begindatum: (850, 85000)}

    def test_of_several_toewijzingen_in_any_order_of_lines(self, runtime: Runtime):
        """Two that name the same toewijzingen the other way round do not wait for each other for ever."""
        messages = []
        for i in range(6):
            lines = [
                line(f"X{i}", 1001, P1, 850, 100, D(85000)),
                line(f"Y{i}", 1004, P1, 400, 100, D(40000), bsn=BSN_Y),
            ]
            messages.append(message_303(f"F{i}", P1, "2019-06-20", *(lines if i % 2 else lines[::-1])))
        receipts = at_once([posting(runtime, message) for message in messages])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0200": 5}
        assert (granted(runtime), granted(runtime, 1004)) == (
            {P1.begindatum: (850, 85000)},
            {P1.begindatum: (400, 40000)},
        )


class TestTheSameMessage:
    @pytest.mark.parametrize("kind", ["301", "303"])
    def test_twenty_times_is_stored_once(self, kind: str, runtime: Runtime):
        message = message_301("A0900", "2019-05-14", toewijzing(1900, 5)) if kind == "301" else claim("F900", 850)
        before = len(log_of(runtime))
        receipts = at_once([posting(runtime, message)] * 20)
        assert len({receipt.bericht_id for receipt in receipts}) == 1
        assert sum(receipt.is_new for receipt in receipts) == 1
        assert len(log_of(runtime)) == before + 2  # the message and its answer
        assert granted(runtime) == ({} if kind == "301" else {P1.begindatum: (850, 85000)})

    def test_after_0001_too(self, runtime: Runtime):
        wrong = message_303("F901", P1, "2019-06-20", line("R1", 1001, P1, 1, 100, D(100)), totaal=D(1))
        receipts = at_once([posting(runtime, wrong)] * 8)
        assert len({receipt.bericht_id for receipt in receipts}) == 1
        assert header_codes(runtime, receipts[0]) == "0001"


class TestOtherBytes:
    def test_of_301s_with_one_identificatie_exactly_one_is_accepted(self, runtime: Runtime):
        body = write(message_301("A0900", "2019-05-14", toewijzing(1900, 5)), "2.3")
        receipts = at_once([trying(runtime, body + b"\n" * i) for i in range(8)])
        assert sum(receipt is not None for receipt in receipts) == 1
        statuses = Counter(bericht.status for bericht in log_of(runtime, identificatie="A0900"))
        assert statuses == {"te-verzenden": 1, "afgekeurd": 7}

    def test_of_303s_with_one_factuurnummer_exactly_one_is_accepted(self, runtime: Runtime):
        body = write(claim("F900", 100), "2.3")
        receipts = at_once([posting(runtime, body + b"\n" * i) for i in range(8)])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0030": 7}
        assert granted(runtime) == {P1.begindatum: (100, 10000)}

    def test_of_lines_with_one_referentienummer_exactly_one_is_granted(self, runtime: Runtime):
        messages = [
            message_303(f"F{i}", P1, "2019-06-20", line("R900", 1001, P1, 100, 100, D(10000))) for i in range(6)
        ]
        receipts = at_once([posting(runtime, message) for message in messages])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0200": 5}
        assert granted(runtime) == {P1.begindatum: (100, 10000)}


class TestCredit:
    @pytest.mark.parametrize("threads", [2, 6])
    def test_of_one_debit_is_granted_once(self, threads: int, runtime: Runtime):
        posting(runtime, claim("F900", 850))()
        credits = [
            message_303(f"F{i}", P1, "2019-06-20", line(f"C{i}", 1001, P1, 850, 100, C(85000), vorig="R-F900"))
            for i in range(threads)
        ]
        receipts = at_once([posting(runtime, credit) for credit in credits])
        codes = Counter(header_codes(runtime, receipt) for receipt in receipts)
        assert codes == {"8001": 1, "0200": threads - 1}
        assert granted(runtime) == {P1.begindatum: (0, 0)}

    def test_with_debits_beside_it_never_goes_over_the_room(self, runtime: Runtime):
        posting(runtime, claim("F900", 850))()
        credit = message_303("F901", P1, "2019-06-20", line("C1", 1001, P1, 850, 100, C(85000), vorig="R-F900"))
        at_once([posting(runtime, message) for message in (credit, *(claim(f"F{i}", 850) for i in range(4)))])
        assert granted(runtime)[P1.begindatum] in {(0, 0), (850, 85000)}


class TestToewijzing:
    def test_that_two_301s_change_at_one_moment_keeps_one_of_both(self, runtime: Runtime):
        """Two versions of the same date and time: one is taken, the other is judged with it in sight."""
        ends = [date(2019, 6, day) for day in range(20, 26)]
        messages = [
            message_301(f"A09{i}", "2019-06-03", second_version(T1, "2019-06-03", einddatum=end))
            for i, end in enumerate(ends)
        ]
        outcomes = at_once([refusable(runtime, message) for message in messages])
        assert sum(outcomes) == 1

    def test_of_one_number_for_two_aanbieders_is_of_one_of_them(self, runtime: Runtime):
        messages = [
            message_301(f"A08{i}", "2019-05-14", toewijzing(1800, 5), aanbieder=aanbieder)
            for i, aanbieder in enumerate((AANBIEDER, OTHER_AANBIEDER) * 3)
        ]
        outcomes = at_once([refusable(runtime, message) for message in messages])
        assert len({number % 2 for number, is_accepted in enumerate(outcomes) if is_accepted}) == 1


class TestRetour:
    def test_of_one_301_exactly_one_counts(self, runtime: Runtime):
        bericht = message_301("A0700", "2019-05-14", toewijzing(1700, 5), aanbieder=OTHER_AANBIEDER)
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
        headers = [
            a.a_retour_header(
                ontvanger=OTHER_AANBIEDER,
                bericht_identificatie=bericht.header.bericht_identificatie,
                identificatie_retour=f"RA{i}",
                retour_codes=("0001",) if i % 2 else (),
            )
            for i in range(6)
        ]
        bodies = [write(a.a_toewijzing_retour(header=header), "2.3") for header in headers]
        outcomes = at_once([trying(runtime, body, OTHER_DECLARANT) for body in bodies])
        assert sum(receipt is not None for receipt in outcomes) == 1
        (sent,) = log_of(runtime, soort="WMO301", identificatie="A0700")
        winner = next(receipt for receipt in outcomes if receipt is not None)
        assert (sent.status, sent.antwoord_id) == ("beantwoord", winner.bericht_id)


class TestPostbus:
    def test_gets_everything_that_comes_at_once(self, runtime: Runtime):
        new = [message_301(f"A06{i}", "2019-05-14", toewijzing(1600 + i, 5)) for i in range(4)]
        receipts = at_once([posting(runtime, message) for message in (*new, *(claim(f"F{i}", 10) for i in range(4)))])
        assert all(receipt.is_new for receipt in receipts)
        found, cursor = [], None
        while page := fetch(runtime, DECLARANT, OWN, after=cursor, limit=3)[0]:
            cursor = fetch(runtime, DECLARANT, OWN, after=cursor, limit=3)[1]
            found += [bericht.id for bericht in page]
        with runtime.storage.reading() as session:
            wanted = list_berichten(session, zicht=OWN, filters=BerichtFilters(richting="uitgaand"), limit=500)
        assert sorted(found) == sorted(bericht.id for bericht in wanted)
        assert len(found) == len(BASE) + 8


def refusable(runtime: Runtime, message: Toewijzingsbericht) -> Callable[[], bool]:
    """Posting the 301: whether it is accepted."""
    post = posting(runtime, message)

    def attempt() -> bool:
        try:
            return post().is_new
        except RejectedBericht:
            return False

    return attempt
