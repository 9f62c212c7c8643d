"""What comes together at one client."""

from __future__ import annotations

import pytest

from app.domain.stapeling import Stapelsoort, Toegewezen, soorten_of

P, A = Stapelsoort.PRODUCTEN, Stapelsoort.AANBIEDERS
BOTH, DOUBLE = Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING, Stapelsoort.DUBBEL_BEKOSTIGD


def given(*what: tuple[str, str, str | None]) -> list[Toegewezen]:
    return [
        Toegewezen(naam=str(number), aanbieder=aanbieder, categorie=categorie, code=code)
        for number, (aanbieder, categorie, code) in enumerate(what)
    ]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        pytest.param((), set(), id="nothing"),
        pytest.param((("1", "02", "02A01"),), set(), id="one"),
        pytest.param((("1", "02", "02A01"), ("1", "02", "02A01")), set(), id="the-same-twice"),
        pytest.param((("1", "02", "02A01"), ("2", "02", "02A01")), {A}, id="two-aanbieders"),
        pytest.param((("1", "02", "02A01"), ("1", "02", "02A02")), {P}, id="two-products"),
        pytest.param((("1", "02", None), ("1", "02", "02A01")), {P}, id="a-category-and-a-product-of-it"),
        pytest.param((("1", "01", "01A01"), ("1", "02", "02A01")), {P, BOTH}, id="domestic-help-and-support"),
        pytest.param((("1", "04", "04A06"), ("2", "02", "02A01")), {P, A, DOUBLE}, id="paid-twice"),
        pytest.param((("1", "04", "04A06"), ("1", "02", "02A02")), {P}, id="another-kind-of-support"),
    ],
)
def test_soorten(what: tuple[tuple[str, str, str | None], ...], found: set[Stapelsoort]):
    assert soorten_of(given(*what)) == found
