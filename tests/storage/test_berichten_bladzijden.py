"""The log in pages, for the API: what is in them together is what the plain question finds, no more and no less."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.storage import berichten_lijst
from app.storage.base import Storage
from app.storage.berichten import BerichtFilters, NewBericht, add_berichten, list_berichten
from app.storage.berichten_lijst import page_of_log
from app.storage.zicht import Zicht
from tests.storage.rows import AANBIEDER, ALL, GEMEENTE, MOMENT, a_bericht, new_id, stored_bericht
from tests.storage.test_stuurinformatie import trying
from tests.unhurried import BESIDE_A_FIXTURE

OTHER_GEMEENTE, OTHER_AANBIEDER, SERVICEBUREAU = "0505", "98000002", "98000009"
DAYS = [*(MOMENT.date() + timedelta(days=day) for day in (0, 0, 1, 1, 2)), date.min, date.max]


def _log(chance: random.Random) -> list[NewBericht]:
    """One in which a bericht that came later may have been received at an earlier moment."""
    return [_received(chance) for _ in range(chance.randint(15, 40))]


def _received(chance: random.Random) -> NewBericht:
    gemeente, aanbieder = chance.choice((GEMEENTE, OTHER_GEMEENTE)), chance.choice((AANBIEDER, OTHER_AANBIEDER))
    inkomend = chance.random() < 0.5
    return a_bericht(
        id=new_id(),
        soort=chance.choice(("WMO301", "WMO303", None)),
        richting="inkomend" if inkomend else "uitgaand",
        afzender=aanbieder if inkomend else gemeente,
        ontvanger=gemeente if inkomend else aanbieder,
        gemeente=chance.choice((gemeente, gemeente, None)),
        aanbieder=chance.choice((aanbieder, aanbieder, None)),
        servicebureau=chance.choice((SERVICEBUREAU, None)),
        status=chance.choice(("verwerkt", "verwerkt", "verwerkt", "verwerkt", "mislukt")),
        ontvangen_op=MOMENT + timedelta(hours=chance.randint(0, 60)),
    )


ZICHTEN = st.builds(
    Zicht,
    gemeenten=st.sampled_from([frozenset({GEMEENTE}), frozenset({GEMEENTE, OTHER_GEMEENTE}), frozenset[str]()]),
    aanbieders=st.frozensets(st.sampled_from((AANBIEDER, OTHER_AANBIEDER, SERVICEBUREAU))),
)
VALUES: Final[Mapping[str, Sequence[object]]] = {
    "soort": ("WMO301", "WMO303", "WMO302"),
    "richting": ("inkomend", "uitgaand"),
    "status": ("mislukt", "verwerkt"),
    "afzender": (AANBIEDER, GEMEENTE),
    "ontvanger": (OTHER_AANBIEDER, OTHER_GEMEENTE),
    "van": DAYS,
    "tot": DAYS,
}


@st.composite
def _asked(draw: st.DrawFn) -> BerichtFilters:
    names = draw(st.sets(st.sampled_from(list(VALUES)), max_size=3))
    chosen: dict[str, Any] = {name: draw(st.sampled_from(VALUES[name])) for name in sorted(names)}
    return BerichtFilters(**chosen)


def _read(session: Session, zicht: Zicht, filters: BerichtFilters, limit: int, chance: random.Random) -> list[str]:
    """All pages, each read with other bounds."""
    found: list[str] = []
    before: str | None = None
    for _ in range(200):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(berichten_lijst, "STEPS", (chance.randint(1, 4), chance.randint(1, 9)))
            patch.setattr(berichten_lijst, "FEW", chance.choice((0, 3, 12)))
            patch.setattr(berichten_lijst, "ONE_BY_ONE", chance.choice((0, 50)))
            page = page_of_log(session, zicht=zicht, filters=filters, limit=limit, before=before)
        assert len(page.berichten) <= limit
        found += [record.id for record in page.berichten]
        if page.verder is None:
            return found
        assert page.verder != before
        before = page.verder
    raise AssertionError("no end")


def _newest_first(ids: Sequence[str], log: Sequence[NewBericht], filters: BerichtFilters) -> list[str]:
    if filters.van is None and (filters.tot is None or filters.tot == date.max):
        return sorted(ids, reverse=True)
    moments = {new.id: new.ontvangen_op for new in log}
    return sorted(ids, key=lambda id: (moments[id], id), reverse=True)


@settings(max_examples=80, deadline=None, suppress_health_check=BESIDE_A_FIXTURE)
@given(number=st.integers(0, 2**32), zicht=ZICHTEN, filters=_asked(), limit=st.integers(1, 7))
def test_pages_hold_what_the_plain_question_finds(
    storage: Storage, number: int, zicht: Zicht, filters: BerichtFilters, limit: int
):
    chance = random.Random(number)
    log = _log(chance)
    with trying(storage) as session:
        add_berichten(session, new=log)
        plain = [one.id for one in list_berichten(session, zicht=zicht, filters=filters, limit=1_000)]
        assert _read(session, zicht, filters, limit, chance) == _newest_first(plain, log, filters)


@pytest.mark.parametrize("few", [(50, 50), (0, 0), (0, 50), (50, 0)], ids=str)
def test_within_a_period_the_order_is_that_of_receipt_whatever_way_is_taken(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, few: tuple[int, int]
):
    hours = (5, 1, 4, 2, 3)
    ids = {at: stored_bericht(storage, status="mislukt", ontvangen_op=MOMENT + timedelta(hours=at)) for at in hours}
    for _ in range(9):
        stored_bericht(storage)
    asked = BerichtFilters(van=MOMENT.date(), status="mislukt")
    found: list[str] = []
    before = None
    for one in few:
        monkeypatch.setattr(berichten_lijst, "FEW", one)
        with storage.reading() as session:
            page = page_of_log(session, zicht=ALL, filters=asked, limit=3, before=before)
        found += [record.id for record in page.berichten]
        before = page.verder
    assert found == [ids[at] for at in (5, 4, 3, 2, 1)]


def test_every_filter_is_handed_on():
    by_name = {"identificatie", "bsn"}
    assert {one.name for one in fields(BerichtFilters)} == {*berichten_lijst.OF_PAGE, *by_name}


def test_a_page_may_be_empty_and_have_a_next_one(storage: Storage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(berichten_lijst, "STEPS", (2, 3))
    ids = [stored_bericht(storage, status="mislukt" if place == 0 else "verzonden") for place in range(9)]
    asked = BerichtFilters(richting="uitgaand", afzender=GEMEENTE, status="mislukt", soort="WMO301")
    monkeypatch.setattr(berichten_lijst, "FEW", 0)
    zicht = Zicht(gemeenten=frozenset({GEMEENTE}))
    with storage.reading() as session:
        first = page_of_log(session, zicht=zicht, filters=asked, limit=4, before=None)
        assert first == ((), ids[-5])
        second = page_of_log(session, zicht=zicht, filters=asked, limit=4, before=first.verder)
    assert ([record.id for record in second.berichten], second.verder) == ([ids[0]], None)


@pytest.mark.parametrize("asked", [BerichtFilters(identificatie="T1"), BerichtFilters()], ids=["by name", "all"])
def test_a_page_that_is_full_is_followed_by_the_rest(storage: Storage, asked: BerichtFilters):
    ids = [stored_bericht(storage) for _ in range(5)]
    with storage.reading() as session:
        first = page_of_log(session, zicht=ALL, filters=asked, limit=3, before=None)
        second = page_of_log(session, zicht=ALL, filters=asked, limit=3, before=first.verder)
    assert [record.id for record in (*first.berichten, *second.berichten)] == ids[::-1]
    assert (first.verder, second.verder) == (ids[2], None)
