"""What a way of delivering takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.transport import Zending
from tests.delivery.zendingen import a_zending

ALLOWED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@given(first=st.sampled_from(ALLOWED), rest=st.text(ALLOWED + "._-", max_size=99))
def test_a_plain_kenmerk_is_taken(first: str, rest: str):
    assert a_zending(kenmerk=first + rest).kenmerk == first + rest


@given(before=st.text(ALLOWED, max_size=5), odd=st.characters(exclude_characters=ALLOWED + "._-"))
def test_nothing_else_is(before: str, odd: str):
    with pytest.raises(ValueError, match="kenmerk"):
        a_zending(kenmerk=before + odd)


@pytest.mark.parametrize("kenmerk", ["", ".", "..", "../a", "a/b", ".verborgen", "-rf", "a\n", "a" * 101])
def test_a_kenmerk_leads_nowhere_else(kenmerk: str):
    with pytest.raises(ValueError, match="kenmerk"):
        a_zending(kenmerk=kenmerk)


def test_shows_nothing_of_the_bericht():
    zending: Zending = a_zending()
    assert "999900006" not in repr(zending)
