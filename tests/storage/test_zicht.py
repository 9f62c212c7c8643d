"""Whoever asks sees its own rows, and none of another: for any set of codes, on each database."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.refusals import NotFound
from app.storage.base import Storage
from app.storage.berichten import BerichtFilters, body_of, get_bericht, list_berichten
from app.storage.zicht import Zicht
from tests.storage.rows import stored_bericht
from tests.unhurried import BESIDE_A_FIXTURE

GEMEENTEN, AANBIEDERS = ("1708", "0505", "0384"), ("98000001", "98000002", "98000003")
ZICHT = st.builds(
    Zicht, gemeenten=st.frozensets(st.sampled_from(GEMEENTEN)), aanbieders=st.frozensets(st.sampled_from(AANBIEDERS))
)
PARTIES = list(product((*GEMEENTEN, None), (*AANBIEDERS, None), (None, "98000003")))
"""Of a row: its gemeente, its aanbieder and its servicebureau."""


@pytest.fixture
def rows(storage: Storage) -> dict[str, tuple[str | None, str | None, str | None]]:
    """One bericht of every combination of parties."""
    return {
        stored_bericht(
            storage, gemeente=gemeente, aanbieder=aanbieder, servicebureau=bureau, identificatie=f"T{number}"
        ): (gemeente, aanbieder, bureau)
        for number, (gemeente, aanbieder, bureau) in enumerate(PARTIES)
    }


def seen(storage: Storage, zicht: Zicht) -> set[str]:
    with storage.reading() as session:
        return {
            record.id
            for record in list_berichten(session, zicht=zicht, filters=BerichtFilters(), limit=1000, before=None)
        }


@settings(max_examples=30, suppress_health_check=BESIDE_A_FIXTURE)
@given(zicht=ZICHT)
def test_never_a_row_of_others(zicht: Zicht, storage: Storage, rows: dict[str, tuple[str | None, ...]]):
    codes = zicht.gemeenten | zicht.aanbieders
    for id in seen(storage, zicht):
        assert codes.intersection(filter(None, rows[id]))
        assert zicht.shows(rows[id][0], rows[id][1:])


@settings(max_examples=30, suppress_health_check=BESIDE_A_FIXTURE)
@given(zicht=ZICHT)
def test_always_the_own_rows(zicht: Zicht, storage: Storage, rows: dict[str, tuple[str | None, ...]]):
    found = seen(storage, zicht)
    for id, (gemeente, *aanbieders) in rows.items():
        if gemeente in zicht.gemeenten or zicht.aanbieders.intersection(filter(None, aanbieders)):
            assert id in found


@settings(max_examples=20, suppress_health_check=BESIDE_A_FIXTURE)
@given(zicht=ZICHT, number=st.integers(0, len(PARTIES) - 1))
def test_one_row_is_there_exactly_when_it_is_in_the_list(
    zicht: Zicht, number: int, storage: Storage, rows: dict[str, tuple[str | None, ...]]
):
    id = list(rows)[number]
    listed = id in seen(storage, zicht)
    with storage.reading() as session:
        if listed:
            assert body_of(session, id=get_bericht(session, id=id, zicht=zicht).id)
        else:
            with pytest.raises(NotFound):
                get_bericht(session, id=id, zicht=zicht)
