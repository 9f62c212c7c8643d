"""Refusals: each is counted in what is written, and a flood of them is a few rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.logboek import NIEMAND, Handeling
from app.domain.principal import Herkomst
from app.processing import logboek
from app.processing.logboek_weigeringen import note_refusal, write_counted
from app.processing.runtime import Runtime
from app.processing.weigeringen import MOST, WINDOW, Weigering, Weigeringen
from tests.processing.test_logboek import cannot_write, rows

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def weigering(adres: str, route: str = "GET /x") -> Weigering:
    """A refusal of somebody at an address."""
    herkomst = Herkomst(adres=adres, trace_id="a" * 32, span_id="b" * 16)
    return Weigering(wie=replace(NIEMAND, herkomst=herkomst), route=route, reden="NotAuthenticated")


class TestCounting:
    """Nothing is sampled."""

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=60))
    def test_what_is_written_adds_up_to_what_was_refused(self, refused: list[tuple[int, int]]):
        counting, now, said = Weigeringen(), BEGIN, Counter[str]()
        asked = Counter[str]()
        for who, seconds in refused:
            now += timedelta(seconds=seconds)
            one = weigering(f"192.0.2.{who}")
            asked[f"192.0.2.{who}"] += 1
            for due, count in counting.due(now):
                said[str(due.wie.herkomst and due.wie.herkomst.adres)] += count
            said[f"192.0.2.{who}"] += counting.is_first(one, now)
        for due, count in counting.due(now, every=True):
            said[str(due.wie.herkomst and due.wie.herkomst.adres)] += count
        assert said == asked

    def test_a_flood_from_everywhere_is_a_limited_number_of_rows(self):
        counting = Weigeringen()
        first = sum(counting.is_first(weigering(f"10.0.{n // 250}.{n % 250}"), BEGIN) for n in range(5 * MOST))
        later = counting.due(BEGIN + WINDOW)
        assert first + sum(count for _, count in later) == 5 * MOST
        assert first + len(later) <= MOST + 2

    def test_one_subscriber_with_many_addresses_is_one(self):
        counting = Weigeringen()
        assert [counting.is_first(weigering(f"2001:db8::{n:x}"), BEGIN) for n in range(3)] == [True, False, False]


class TestWriting:
    """In the logboek."""

    def refuse(self, runtime: Runtime, times: int) -> None:
        herkomst = Herkomst(adres="192.0.2.1", trace_id="a" * 32, span_id="b" * 16)
        for _ in range(times):
            note_refusal(runtime, None, herkomst, "GET /v1/berichten/{id}", "NotAuthenticated")

    def test_the_first_at_once_and_the_rest_together(self, runtime: Runtime):
        self.refuse(runtime, 500)
        assert [row.aantal for row in rows(runtime, Handeling.TOEGANG_GEWEIGERD)] == [1]
        write_counted(replace(runtime, now=lambda: datetime.now(UTC) + WINDOW))
        found = rows(runtime, Handeling.TOEGANG_GEWEIGERD)
        assert [row.aantal for row in found] == [1, 499]
        assert {(row.wie, row.object_id, row.adres, row.uitkomst) for row in found} == {
            ("onbekend", "GET /v1/berichten/{id}", "192.0.2.1", "geweigerd")
        }

    def test_what_cannot_be_written_is_written_later(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        with monkeypatch.context() as broken:
            broken.setattr(logboek, "add_logboek", cannot_write)
            self.refuse(runtime, 3)
        write_counted(runtime, every=True)
        assert sum(row.aantal or 0 for row in rows(runtime, Handeling.TOEGANG_GEWEIGERD)) == 3
