"""The list of deadlines next to a plain one: every message looked at one by one, sorted, and cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from app.domain.termijnen import TermijnSoort, after_werkdagen
from app.processing.feestdagen import is_feestdag
from app.processing.runtime import Runtime
from app.processing.termijnen import AT_ONCE, TermijnRegel, TermijnVraag, report, whole_report
from app.storage.berichten import NewBericht, add_bericht
from app.storage.zicht import Zicht
from tests.e2e.service import Clock
from tests.storage.rows import AANBIEDER, GEMEENTE, a_bericht

OTHER = "98000009"
SIGHT = Zicht(gemeenten=frozenset({GEMEENTE}))
TODAY = date(2018, 5, 15)
WERKDAGEN = {"WMO301": 5, "WMO303": 20}
Key = tuple[date, str]


def some_berichten(seed: int, count: int) -> list[NewBericht]:
    """301s and 303s around the holidays of spring, some answered, refused, of others, or divided."""
    random = Random(seed)
    found: list[NewBericht] = []
    for number in range(count):
        new = a_bericht(
            soort=random.choice(["WMO301", "WMO301", "WMO303", "WMO305"]),
            release=random.choice(["2.1", "2.3"]),
            aanbieder=random.choice([AANBIEDER, AANBIEDER, OTHER, None]),
            gemeente=random.choice([GEMEENTE, GEMEENTE, GEMEENTE, "0384"]),
            dagtekening=date(2018, 3, 25) + timedelta(days=random.randrange(60)),
            status=random.choice(["te-verzenden", "afgeleverd", "beantwoord", "afgekeurd"]),
            uniek=random.choice([f"u{number}", f"u{number}", f"u{number}", None]),
        )
        found.append(new)
        if random.random() < 0.2:
            found.append(a_bericht(soort="WMO302", status="verwerkt", antwoord_op_id=new.id))
    return found


def due_of(bericht: NewBericht) -> date:
    assert bericht.dagtekening is not None
    return after_werkdagen(bericht.dagtekening, WERKDAGEN[bericht.soort or ""], is_feestdag)


def expected(berichten: list[NewBericht], zicht: Zicht, te_laat: bool | None = None) -> list[Key]:
    answered = {bericht.antwoord_op_id for bericht in berichten}
    waiting = [
        (due_of(b), b.id)
        for b in berichten
        if b.soort in WERKDAGEN
        and b.uniek
        and b.aanbieder
        and b.status in {"te-verzenden", "afgeleverd"}
        and b.id not in answered
        and zicht.shows(b.gemeente, (b.aanbieder,))
    ]
    return sorted(key for key in waiting if te_laat is None or te_laat == (key[0] < TODAY))


def keys(rows: list[TermijnRegel]) -> list[Key]:
    return [(row.datum, row.bericht or "") for row in rows]


def paged(runtime: Runtime, zicht: Zicht, vraag: TermijnVraag, limit: int) -> list[TermijnRegel]:
    found: list[TermijnRegel] = []
    cursor: str | None = None
    while True:
        with runtime.storage.reading() as session:
            page = report(session, runtime, zicht, vraag, limit=limit, cursor=cursor)
        found += page
        if len(page) < limit:
            return found
        cursor = page[-1].cursor


@pytest.mark.parametrize("seed", [1, 2])
class TestReport:
    def fill(self, runtime: Runtime, clock: Clock, seed: int) -> list[NewBericht]:
        clock.today = TODAY
        berichten = some_berichten(seed, 100)
        with runtime.storage.writing() as session:
            for bericht in berichten:
                add_bericht(session, new=replace(bericht, identificatie=bericht.id[-12:]))
        return berichten

    def test_is_what_is_found_one_by_one(self, runtime: Runtime, clock: Clock, seed: int):
        berichten = self.fill(runtime, clock, seed)
        assert len(expected(berichten, SIGHT)) > 5
        for zicht in (SIGHT, Zicht(aanbieders=frozenset({OTHER})), Zicht()):
            for te_laat in (None, True, False):
                for limit in (3, 100):
                    found = paged(runtime, zicht, TermijnVraag(te_laat=te_laat), limit)
                    assert sorted(keys(found)) == expected(berichten, zicht, te_laat)
                    assert [row.datum for row in found] == sorted(row.datum for row in found)
                    assert len({row.cursor for row in found}) == len(found)

    def test_until_a_day(self, runtime: Runtime, clock: Clock, seed: int):
        berichten = self.fill(runtime, clock, seed)
        for day in (date(2018, 4, 2) + timedelta(days=n) for n in range(0, 60, 7)):
            found = paged(runtime, SIGHT, TermijnVraag(tot=day), 7)
            assert sorted(keys(found)) == [key for key in expected(berichten, SIGHT) if key[0] <= day]

    def test_of_one_soort(self, runtime: Runtime, clock: Clock, seed: int):
        berichten = self.fill(runtime, clock, seed)
        found = paged(runtime, SIGHT, TermijnVraag(soort=TermijnSoort.RETOUR_303), 3)
        only = {bericht.id for bericht in berichten if bericht.soort == "WMO303"}
        assert sorted(keys(found)) == [key for key in expected(berichten, SIGHT) if key[1] in only]
        assert found


def test_the_whole_report_goes_on_after_what_is_read_at_once(runtime: Runtime, clock: Clock):
    clock.today = TODAY
    count = AT_ONCE + 3
    with runtime.storage.writing() as session:
        for number in range(count):
            add_bericht(session, new=a_bericht(uniek=f"u{number}", identificatie=f"T{number}"))
    found = list(whole_report(runtime, SIGHT, TermijnVraag()))
    assert len({row.bericht for row in found}) == len(found) == count
