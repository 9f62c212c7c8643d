"""The time of an envelope: local, in 17 digits, and always later than the one before."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelop_tijdstip import next_tijdstip, tijdstip_at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
NOW = datetime(2026, 11, 22, 9, 30, 0, 123_999, UTC)


class TestNext:
    def test_it_is_local_time_in_milliseconds(self):
        assert next_tijdstip(None, NOW) == "20261122103000123"
        assert next_tijdstip(None, datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "20260702003000000"

    @given(st.lists(MOMENTS, min_size=2, max_size=10))
    def test_it_always_increases_wherever_the_clock_goes(self, clock: list[datetime]):
        last, seen = None, []
        for now in clock:
            last = next_tijdstip(last, now)
            seen.append(last)
        assert all(len(one) == 17 and one.isdigit() for one in seen)
        assert all(before < after for before, after in itertools.pairwise(seen))

    @given(MOMENTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=4000)))
    def test_it_is_no_later_than_it_must_be(self, now: datetime, earlier: timedelta):
        """The converse: after an earlier one it is simply now, after a later one exactly one millisecond more."""
        local = now.astimezone(AMSTERDAM).replace(tzinfo=None)
        previous = next_tijdstip(None, (local - earlier).replace(tzinfo=AMSTERDAM))
        assert tijdstip_at(next_tijdstip(previous, now)) == local.replace(microsecond=local.microsecond // 1000 * 1000)
        ahead = next_tijdstip(None, (local + earlier).replace(tzinfo=AMSTERDAM))
        after, before = tijdstip_at(next_tijdstip(ahead, now)), tijdstip_at(ahead)
        assert after is not None
        assert before is not None
        if before >= local:
            assert after - before == timedelta(milliseconds=1)

    def test_in_the_hour_that_october_has_twice(self):
        moment, last = datetime(2026, 10, 24, 23, 50, tzinfo=UTC), None
        for _ in range(200):
            earlier, last = last, next_tijdstip(last, moment)
            assert earlier is None or earlier < last
            moment += timedelta(minutes=1)
        assert last == "20261025040900000"

    def test_a_short_one_before(self):
        assert next_tijdstip("20261122", NOW) == "20261122103000123"
        assert next_tijdstip("20261123", NOW) == "20261123000000001"

    def test_nonsense_before(self):
        with pytest.raises(ValueError, match="geen tijdstip"):
            next_tijdstip("20261301", NOW)


class TestAt:
    @given(MOMENTS)
    def test_what_is_written_is_a_time(self, now: datetime):
        local = now.astimezone(AMSTERDAM).replace(tzinfo=None)
        assert tijdstip_at(next_tijdstip(None, now)) == local.replace(microsecond=local.microsecond // 1000 * 1000)

    @pytest.mark.parametrize(
        "text",
        ["", "2026112", "202611221", "2026112210", "202611221030", "2026112210300012", "99999999", "99999999999999",
         "20270229", "20261122240000", "20261122106000", "２０２６１１２２", "+2026112", "2026 112", "00000101"],
    )  # fmt: skip
    def test_what_is_none(self, text: str):
        assert tijdstip_at(text) is None

    @pytest.mark.parametrize("text", ["20261122", "20280229", "20261122235959", "20261122235959999"])
    def test_what_is_one(self, text: str):
        assert tijdstip_at(text) is not None
