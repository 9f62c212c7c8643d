"""How long a receiver asks to wait."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.retry_after import LONGEST, retry_after
from tests.delivery.zendingen import NOW


@pytest.mark.parametrize("text", ["", " ", "straks", "-1", "1.5", "²", "12 seconden", "Foo, 99 Bar 2018 00:00:00 GMT"])
def test_what_is_not_readable_is_no_answer(text: str):
    assert retry_after({"retry-after": text}, now=NOW) is None
    assert retry_after({}, now=NOW) is None


@given(st.integers(0, 86_400))
def test_up_to_a_day_it_is_respected(seconds: int):
    assert retry_after({"retry-after": str(seconds)}, now=NOW) == timedelta(seconds=seconds)
    moment = format_datetime(NOW + timedelta(seconds=seconds))
    assert retry_after({"retry-after": moment}, now=NOW) == timedelta(seconds=seconds)


@given(st.integers(86_400, 10**30))
def test_beyond_a_day_it_is_a_day(seconds: int):
    assert retry_after({"retry-after": str(seconds)}, now=NOW) == LONGEST


@given(st.integers(0, 10**8))
def test_a_moment_that_passed_is_now(seconds: int):
    moment = format_datetime(NOW - timedelta(seconds=seconds))
    assert retry_after({"retry-after": moment}, now=NOW) == timedelta()


@given(st.text(max_size=40))
def test_nothing_it_says_breaks_us(text: str):
    wait = retry_after({"retry-after": text}, now=NOW)
    assert wait is None or timedelta() <= wait <= LONGEST
