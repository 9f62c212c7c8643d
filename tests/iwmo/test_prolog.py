"""What usually comes before the first element is seen at a glance; anything else is looked at step by step."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.iwmo import parsing
from app.iwmo.releases import write
from tests import builders as a

DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'
PARTS = st.sampled_from(
    (
        *(DECLARED, b"<?xml version='1.0' encoding='UTF-8' ?>", b'<?xml version="1.0" encoding="latin-1"?>'),
        *(b"<!DOCTYPE Bericht>", b"<!-- c -->", b"<!", b"<?pi?>", b"<a/>", b"<", b"\n", b" ", b"\0", b"x", b"\xff"),
        *(codecs.BOM_UTF8, codecs.BOM_UTF16_LE, "<a/>".encode("utf-16"), b"\x0c", b""),
    )
)
BODIES = st.lists(PARTS, max_size=6).map(b"".join)


def stepwise(body: bytes) -> parsing.Unreadable | None:
    return parsing._unusual_problem(body)


def test_our_own_messages_need_one_glance(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parsing, "_unusual_problem", lambda _: pytest.fail("it took more than a glance"))
    assert not isinstance(parsing.parse(write(a.a_declaratie(), "2.3")), parsing.Unreadable)


@given(body=BODIES)
def test_the_glance_overlooks_nothing(body: bytes):
    assert parsing._before_parsing(body) == stepwise(body)


@given(rest=BODIES.filter(lambda rest: b"\0" not in rest))
def test_the_glance_is_enough_for_what_begins_with_an_element(rest: bytes):
    body = DECLARED + b"\n<a>" + rest
    assert parsing._USUAL.match(body)
    assert stepwise(body) is None
