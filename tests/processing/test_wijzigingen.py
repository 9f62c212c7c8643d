"""Acts on a toewijzing beside 303s and each other, with real threads: no room is granted twice, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from app.domain.principal import Principal, Rol
from app.domain.refusals import InvalidInput
from app.domain.toekenning import TweedeAanbieder
from app.iwmo.releases import write
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.wijzigingen import Beeindig, Splits, Vraag, Wijzig, WijzigingView, change_toewijzing
from app.storage.declaraties import toegekend_by_period
from app.storage.toewijzingen import list_toewijzingen
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P3
from tests.e2e.notation import BASE, C, D, line, message_303
from tests.e2e.service import Clock

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
ALL = Zicht(gemeenten=frozenset({GEMEENTE}))
SPLIT = Splits(tweede=TweedeAanbieder(agb=OTHER_AANBIEDER, budget_per_periode=300), jaar=2019, periode=8)
CHANGE = Wijzig(volume=400, jaar=2019, periode=8)
END = Beeindig(einddatum=date(2019, 7, 14), reden="05")


@pytest.fixture(autouse=True)
def known(runtime: Runtime, clock: Clock) -> None:
    """The base toewijzingen, after their end."""
    clock.today = date(2019, 9, 10)
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))


def seen(view: WijzigingView) -> str:
    return " ".join(str(record.nummer) for record in view.toewijzingen)


def acting(runtime: Runtime, vraag: Vraag, *, nummer: str = "1001", **more: Any) -> Callable[[], str]:
    """The act; it gives the numbers of the toewijzingen, or nothing when it is refused."""

    def act() -> str:
        try:
            return change_toewijzing(runtime, BACK_OFFICE, vraag, gemeente=GEMEENTE, nummer=nummer, answer=seen, **more)
        except InvalidInput:
            return ""

    return act


def claiming(runtime: Runtime, name: str, volume: int, *, vorig: str | None = None, nummer: int = 1001):
    """Posting a debit in P3, or the credit of one."""
    bedrag = (C if vorig else D)(volume * 100)
    message = message_303(f"F{name}", P3, "2019-09-10", line(name, nummer, P3, volume, 100, bedrag, vorig=vorig))

    def post() -> str:
        receive(runtime, DECLARANT, write(message, "2.3"))
        return ""

    return post


def at_once(acts: Sequence[Callable[[], str]]) -> list[str]:
    start = Barrier(len(acts))

    def run(act: Callable[[], str]) -> str:
        start.wait(timeout=120)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def rooms_in_p3(runtime: Runtime) -> dict[int, tuple[int, int]]:
    """Room and net granted volume of each toewijzing of 02A01 of this client in P3."""
    found: dict[int, tuple[int, int]] = {}
    with runtime.storage.reading() as session:
        for record in list_toewijzingen(session, zicht=ALL, product="02A01", limit=100).records:
            if record.nummer in {None, 1004} or record.toewijzing is None:
                continue
            versie = record.toewijzing.versie_on(P3.begindatum)
            volume = versie.omvang.volume if versie and versie.omvang and not versie.is_void else 0
            booked = toegekend_by_period(session, gemeente=GEMEENTE, toewijzing_sleutel=record.sleutel)
            found[record.nummer or 0] = volume, booked.get(P3.begindatum, (0, 0))[0]
    return found


class TestBeside303s:
    @pytest.mark.parametrize("vraag", [SPLIT, CHANGE, END], ids=["splits", "wijzig", "beeindig"])
    def test_never_leaves_more_granted_than_there_is_room(self, vraag: Vraag, runtime: Runtime):
        done = at_once([acting(runtime, vraag), *(claiming(runtime, f"R{i}", 130) for i in range(6))])[0]
        rooms = rooms_in_p3(runtime)
        assert all(0 <= granted <= volume for volume, granted in rooms.values()), (done, rooms)
        if vraag is SPLIT:
            assert sum(volume for volume, _ in rooms.values()) == 850

    def test_a_credit_returns_once_wherever_its_debit_counts_by_then(self, runtime: Runtime):
        claiming(runtime, "R1", 400)()
        done = at_once([acting(runtime, SPLIT), claiming(runtime, "C1", 400, vorig="R1")])[0]
        assert done
        assert [granted for _, granted in rooms_in_p3(runtime).values()] == [0, 0, 0]

    def test_a_credit_beside_a_change_of_the_successor(self, runtime: Runtime):
        """The credit names the first number, and what it returns stands on the last one."""
        claiming(runtime, "R1", 400)()
        successor = acting(runtime, SPLIT)().split()[1]
        again = Wijzig(volume=500, jaar=2019, periode=9)
        at_once([acting(runtime, again, nummer=successor), claiming(runtime, "C1", 400, vorig="R1")])
        assert all(granted == 0 for _, granted in rooms_in_p3(runtime).values())


class TestBesideEachOther:
    def test_of_many_splits_of_one_toewijzing_one_is_done(self, runtime: Runtime):
        outcomes = at_once([acting(runtime, SPLIT) for _ in range(5)])
        assert sum(bool(outcome) for outcome in outcomes) == 1
        assert sum(volume for volume, _ in rooms_in_p3(runtime).values()) == 850

    def test_the_same_key_does_it_once(self, runtime: Runtime):
        outcomes = at_once([acting(runtime, SPLIT, sleutel="k") for _ in range(4)])
        assert len(set(outcomes)) == 1
        assert outcomes[0]

    def test_a_split_and_an_end_of_it_never_lose_volume(self, runtime: Runtime):
        _, _, part = acting(runtime, SPLIT)().split()
        back = Beeindig(einddatum=P3.einddatum, reden="09", samenvoegen=True)
        outcomes = at_once([acting(runtime, back, nummer=part) for _ in range(3)])
        assert sum(bool(outcome) for outcome in outcomes) == 1


class TestTrial:
    def test_leaves_no_trace_also_not_in_the_numbers(self, runtime: Runtime):
        trial = acting(runtime, SPLIT, proef=True)()
        assert list(rooms_in_p3(runtime)) == [1001]
        assert acting(runtime, SPLIT)() == trial


class TestRefused:
    def test_an_act_that_makes_no_right_301_leaves_nothing(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        """The second 301 cannot be made: the first one is not there either."""
        from app.processing import wijzigingen

        real, calls = wijzigingen.issue_301, []

        def failing(*args: Any, **more: Any) -> Any:
            calls.append(1)
            if len(calls) == 2:
                raise InvalidInput("made to fail")
            return real(*args, **more)

        monkeypatch.setattr(wijzigingen, "issue_301", failing)
        assert acting(runtime, SPLIT)() == ""
        assert rooms_in_p3(runtime) == {1001: (850, 0)}
