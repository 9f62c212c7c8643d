"""Which message goes in which envelope, per release."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bericht import RETOUREN, Berichtsoort
from app.domain.envelop_functies import (
    FUNCTIES,
    Afzender,
    Berichtcode,
    Functie,
    find_functie,
    functies_of,
    release_of,
    versie_of,
)

DI01, DU01 = Berichtcode.DI01, Berichtcode.DU01
NUMBERS = st.integers(0, 9999)


@pytest.mark.parametrize("release", ["2.1", "2.3"])
def test_every_message_that_is_spoken_has_its_envelope(release: str):
    names = {functie.naam: functie.berichtcode for functie in functies_of({release})}
    assert set(names) == {soort.value for soort in Berichtsoort}
    assert {naam for naam, code in names.items() if code is DU01} == {*RETOUREN, Berichtsoort.WMO304}


@pytest.mark.parametrize("release", ["2.0", "2.3", "3.0", "3.2"])
def test_an_answer_goes_back_in_a_du01(release: str):
    for functie in functies_of({release}):
        if functie.antwoord is None:
            continue
        answer = find_functie(FUNCTIES, functie.antwoord, release)
        assert answer is not None
        assert (functie.berichtcode, answer.berichtcode, answer.antwoord) == (DI01, DU01, None)
        assert {functie.afzender, answer.afzender} == set(Afzender)


def test_the_claim_of_3_is_answered_by_a_di01_of_its_own():
    for naam, afzender in (("WMO323", Afzender.AANBIEDER), ("WMO325", Afzender.GEMEENTE)):
        functie = find_functie(FUNCTIES, naam, "3.2")
        assert functie is not None
        assert (functie.berichtcode, functie.antwoord, functie.afzender) == (DI01, None, afzender)
        assert find_functie(FUNCTIES, naam, "2.3") is None
    assert find_functie(FUNCTIES, "WMO303", "3.2") is None


def test_a_name_stands_once_in_a_release_and_in_one_envelope():
    keys = [(functie.naam, functie.release) for functie in FUNCTIES]
    assert len(set(keys)) == len(keys)
    assert len({(functie.naam, functie.berichtcode) for functie in FUNCTIES}) == len({naam for naam, _ in keys})


@given(NUMBERS, NUMBERS)
def test_a_version_there_and_back(major: int, minor: int):
    release = f"{major}.{minor}"
    assert release_of(*versie_of(release)) == release
    assert all(len(part) == 4 for part in versie_of(release))


def test_the_dates_of_use_are_inclusive():
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    functie = Functie(
        naam="WMO303", release="2.3", berichtcode=DI01, afzender=Afzender.AANBIEDER, vanaf=first, tot=last
    )
    assert [functie.in_use(day) for day in (date(2025, 12, 31), first, last, date(2026, 7, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert functie.versie == ("0002", "0003")
    assert all(one.in_use(first) for one in FUNCTIES)
