"""The linear patterns accept exactly the strings that the standard's own accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from random import Random
from xml.sax.saxutils import quoteattr

import pytest
from lxml import etree

from app.iwmo.patterns import LINEAR_PATTERNS, rewrite_patterns

SMALL_ALPHABET = "a.  \n\r\t\u00a0😀1"
LARGE_ALPHABET = SMALL_ALPHABET + "Zé\u2003\u0085\u3000\u200b-<&'\"()[]*+\\\ud7ff\ufffd\U0010ffff"
RANDOM_STRINGS = 50_000

PAIRS = tuple(LINEAR_PATTERNS.items())


def _schema(pattern: str) -> etree._ElementTree:
    return etree.ElementTree(
        etree.fromstring(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType>'
            f'<xs:restriction base="xs:string"><xs:pattern value={quoteattr(pattern)}/></xs:restriction>'
            "</xs:simpleType></xs:element></xs:schema>"
        )
    )


def _disagreements(official: str, linear: str, strings: Iterable[str]) -> Iterator[str]:
    first, second = etree.XMLSchema(_schema(official)), etree.XMLSchema(_schema(linear))
    element = etree.Element("a")
    for string in strings:
        element.text = string
        if first.validate(element) != second.validate(element):
            yield string


def _short_strings() -> Iterator[str]:
    for length in range(5):
        yield from map("".join, product(sorted(set(SMALL_ALPHABET)), repeat=length))


def _random_strings() -> Iterator[str]:
    random = Random(20_190_401)
    for _ in range(RANDOM_STRINGS):
        alphabet = random.choice((SMALL_ALPHABET, LARGE_ALPHABET, " \t\n\r\u00a0", ". \n"))
        yield "".join(random.choices(alphabet.replace("\ud7ff", ""), k=random.randint(0, 24)))


@pytest.mark.parametrize(("official", "linear"), PAIRS)
class TestSameLanguage:
    def test_all_short_strings(self, official: str, linear: str):
        assert list(_disagreements(official, linear, _short_strings())) == []

    def test_many_random_strings(self, official: str, linear: str):
        assert list(_disagreements(official, linear, _random_strings())) == []

    def test_the_comparison_notices_a_pattern_that_is_almost_the_same(self, official: str, linear: str):
        assert list(_disagreements(official, linear + "a?b", _short_strings())) != []
        assert list(_disagreements(official, linear.replace(r"\s", r"\s\.", 1), _short_strings())) != []


@pytest.mark.parametrize("linear", LINEAR_PATTERNS.values())
@pytest.mark.parametrize(
    "hostile", ["a" * 1_000_000 + "\n", " " * 1_000_000, "." * 500_000 + " " * 500_000, "\u00a0" * 1_000_000 + "\r"]
)
def test_a_megabyte_is_judged_at_all(linear: str, hostile: str):
    """With the official pattern the first takes more than an hour, and the third makes libxml2 give up."""
    element = etree.Element("a")
    element.text = hostile
    visible = hostile.strip(" ") != ""
    on_one_line = not hostile.endswith(("\n", "\r"))
    assert etree.XMLSchema(_schema(linear)).validate(element) == (visible and (on_one_line or r"\S" in linear))


@pytest.mark.parametrize(("official", "linear"), PAIRS)
def test_a_schema_is_rewritten(official: str, linear: str):
    schema = _schema(official)
    assert rewrite_patterns(schema) == 1
    assert etree.tostring(schema) == etree.tostring(_schema(linear))
    assert rewrite_patterns(schema) == 0


def test_other_patterns_stay():
    schema = _schema("[0-9]{9}")
    assert rewrite_patterns(schema) == 0
    assert etree.tostring(schema) == etree.tostring(_schema("[0-9]{9}"))
