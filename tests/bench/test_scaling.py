"""The sums of docs/scaling.md: as they are reckoned by hand, and as they stand there."""

from __future__ import annotations

import pytest

from tests.bench.scaling import COUNTRY, PAGE, Country, Kind, tables, written

LETTER = Kind(name="letter", a_year=365 * 24 * 3600, ms=10, bytes=1_000, wal_bytes=2_000)
LIST = Kind(name="list", a_year=365, ms=100, bytes=0, wal_bytes=0, rows=50, ms_a_row=2, bytes_a_row=20)
EVEN = Country(kinds=(LETTER, LIST), peak=1, busiest_hour=1 / 24, load=0.5, years_kept=2, gemeenten=10)


def test_a_second():
    assert EVEN.a_second(LETTER) == pytest.approx(1)
    assert Country(kinds=(), peak=20, busiest_hour=0.5).a_second(LETTER) == pytest.approx(20 * 12)


def test_lines_cost_as_well():
    assert (LIST.whole_ms, LIST.whole_bytes, EVEN.rows_a_year) == (200, 1_000, 365 * 50)


def test_cores():
    assert EVEN.cores(LETTER) == pytest.approx(0.02)  # ten milliseconds a second, at half of a core
    assert EVEN.all_cores == pytest.approx(0.02 + EVEN.cores(LIST))


def test_a_day_of_the_dearest_kind():
    every = (LETTER.a_year + LIST.a_year) / (365 * 24 * 3600)
    assert EVEN.dearest_cores == pytest.approx(every * 0.2 / 0.5)


def test_disk_and_log():
    assert EVEN.gb_a_year == pytest.approx((LETTER.a_year * 1_000 + 365 * 1_000) / 1e9)
    assert EVEN.wal_mb_a_second == pytest.approx(0.002)


def test_connections():
    assert EVEN.connections(8) == 8 * (EVEN.connections_a_process + EVEN.connections_beside)


def test_the_question_is_that_of_the_issue():
    assert COUNTRY.messages_a_year + sum(kind.a_year for kind in COUNTRY.kinds if kind.rows) == 12_000_000
    assert (COUNTRY.gemeenten, COUNTRY.peak) == (345, 20)


def test_the_page_has_these_tables():
    assert tables(COUNTRY) in PAGE.read_text()
    assert written(PAGE.read_text(), COUNTRY) == PAGE.read_text()
