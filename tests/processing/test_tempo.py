"""How often something may be asked: of one credential or address, never at the cost of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.principal import Principal, Rol
from app.domain.refusals import TooManyRequests
from app.processing import tempo
from app.processing.tempo import SECONDS, Tempi, Tempo

ONE, OTHER = (Principal(key_id=key_id, rol=Rol.BEHEER) for key_id in ("een", "ander"))


class Warnings:
    """What was told to who runs the service."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    def warning(self, event: str, **values: str | None) -> None:
        self.told.extend((event, value) for value in values.values())


class Moment:
    """The clock by which the library counts."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    clock = Moment()
    monkeypatch.setattr("time.time", clock.time)
    monkeypatch.setattr(tempo, "time", clock.time)
    return clock


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> Warnings:
    found = Warnings()
    monkeypatch.setattr(tempo, "log", found)
    return found


def times(allowed: Callable[[Any], None], argument: object, most: int = 100) -> int:
    """How often it is allowed; then it says when to come back."""
    for count in range(most):
        try:
            allowed(argument)
        except TooManyRequests as refusal:
            if refusal.retry_after < 1:
                return -1
            return count
    return most


class TestRequest:
    def test_so_many_in_ten_seconds_and_again_after_what_was_told(self, moment: Moment):
        counted = Tempo(Tempi(requests_per_second=2))
        assert times(counted.request, ONE) == 2 * SECONDS
        assert times(counted.request, OTHER) == 2 * SECONDS
        with pytest.raises(TooManyRequests) as told:
            counted.request(ONE)
        assert 1 <= told.value.retry_after <= 2 * SECONDS
        moment.now += 2 * SECONDS
        assert times(counted.request, ONE) == 2 * SECONDS

    def test_without_a_limit(self, moment: Moment):
        counted = Tempo(
            Tempi(requests_per_second=0, failures_per_minute=0, bsn_searches_per_minute=0, bsn_searches_per_day=0)
        )
        for allowed, argument in ((counted.request, ONE), (counted.failure, "192.0.2.1"), (counted.bsn_search, ONE)):
            assert times(allowed, argument, 2000) == 2000

    def test_the_default_stops_nobody_below_fifty_a_second(self, moment: Moment):
        counted = Tempo()
        for _ in range(50 * 60):
            moment.now += 1 / 50
            counted.request(ONE)


class TestBsnSearch:
    def test_a_minute_and_a_day_and_one_warning(self, moment: Moment, warnings: Warnings):
        counted = Tempo(Tempi(bsn_searches_per_minute=3, bsn_searches_per_day=7))
        found = []
        for _ in range(5):
            found.append(times(counted.bsn_search, ONE))
            moment.now += 120
        assert found[:2] == [3, 3]
        assert sum(found) == 7
        assert times(counted.bsn_search, OTHER) == 3
        assert warnings.told == [("bsn_searches_limited", "een"), ("bsn_searches_limited", "ander")]

    def test_a_thousand_guesses_end_soon(self, moment: Moment):
        counted, told = Tempo(), 0
        for _ in range(1000):
            told += times(counted.bsn_search, ONE, 1)
        assert told == 300


class TestForeignBsns:
    def test_each_is_a_search(self, moment: Moment, warnings: Warnings):
        counted = Tempo(Tempi(bsn_searches_per_minute=5))
        counted.foreign_bsns(ONE, 0)
        counted.foreign_bsns(ONE, 3)
        assert times(counted.bsn_search, ONE, 1) == 1
        counted.foreign_bsns(ONE, 1_000)  # one message is answered, however many it names
        with pytest.raises(TooManyRequests):
            counted.foreign_bsns(ONE, 1)
        assert times(counted.bsn_search, ONE) == 0
        counted.foreign_bsns(ONE, 0)
        assert warnings.told == [("bsn_searches_limited", "een")]

    def test_of_what_is_real_are_told_once_and_refused_never(self, moment: Moment, warnings: Warnings):
        counted = Tempo(Tempi(bsn_searches_per_minute=5))
        for count in (5, 0, 1, 7):
            counted.watch_foreign_bsns("42420001", count)
        assert warnings.told == [("foreign_bsns_many", "42420001"), ("foreign_bsns_many", 1)]
        assert times(counted.bsn_search, ONE) == 5


class TestFailure:
    def test_of_one_address_with_one_warning(self, moment: Moment, warnings: Warnings):
        counted = Tempo(Tempi(failures_per_minute=4))
        places = ["192.0.2.1", "192.0.2.2", None]
        assert [times(counted.failure, adres) for adres in places] == [4, 4, 4]
        assert times(counted.failure, "192.0.2.1") == 0
        assert warnings.told == [("failures_limited", adres) for adres in places]

    def test_of_one_site_that_has_many_addresses(self, moment: Moment):
        counted = Tempo(Tempi(failures_per_minute=4))
        assert times(counted.failure, "2001:db8::1") == 4
        assert times(counted.failure, "2001:db8::ffff:1") == 0
        assert times(counted.failure, "2001:db8:0:1::1") == 4
