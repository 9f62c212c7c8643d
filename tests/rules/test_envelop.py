"""The one error that an Fo03 tells: the first in the order of StUF, and none for what may be stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelop import Envelop, OnjuisteEnvelop, Systeem
from app.domain.envelop_fouten import SOORT_3, bestand_fout, stuf_fout
from app.domain.envelop_functies import functies_of
from app.rules.envelop import EnvelopFacts, first_fault
from tests.ggk.builders import (
    PARAMETERS,
    a_bevestiging,
    a_foutbericht,
    a_heenbericht,
    a_retour,
    an_fo03,
    stuurgegevens,
)

DIGEST = "a" * 64
ELSEWHERE = Systeem(organisatie="0344", applicatie="GGk")
STRANGER = Systeem(organisatie="98000009", applicatie="Zorgpakket")


def facts(**others: Any) -> EnvelopFacts:
    """A receiver that knows the parties of the builders and speaks 2.1 and 2.3."""
    fields = {
        "today": date(2026, 11, 22),
        "ontvangers": {"1708"},
        "zenders": {"98000001"},
        "functies": functies_of({"2.1", "2.3"}),
        "digest": DIGEST,
    }
    return EnvelopFacts(**{**fields, **others})


def code_of(envelop: Envelop | OnjuisteEnvelop, **others: Any) -> str | None:
    """The code that is told."""
    fout = first_fault(envelop, facts(**others))
    return None if fout is None else fout.code


@pytest.mark.parametrize("envelop", [a_heenbericht(), a_retour(), a_foutbericht()])
def test_what_is_right_has_none(envelop: Envelop):
    assert code_of(envelop) is None
    assert code_of(envelop, namens={"98000001"}, earlier_digest=DIGEST, last_tijdstip="20261122102959999") is None


# What is wrong, with the facts that make it so, in the order of StUF.
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "StUF010": ({"ontvanger": ELSEWHERE}, {}),
    "StUF013": ({"zender": STRANGER}, {}),
    "StUF016": ({}, {"earlier_digest": "b" * 64}),
    "StUF019": ({}, {"last_tijdstip": "20261122103000000"}),
    "StUF034": ({"functie": "WMO999"}, {}),
    "StUF040": ({"functie": "WMO301"}, {}),
    "StUF043": ({}, {"cross_ref_known": False}),
    "StUF046": ({}, {"can_store": False}),
}


@pytest.mark.parametrize("code", WRONG)
def test_one_thing_wrong(code: str):
    header, known = WRONG[code]
    assert code_of(a_retour(**header), **known) == code


@given(st.sets(st.sampled_from(sorted(set(WRONG) - {"StUF040"})), min_size=1))
def test_of_several_the_first_is_told(codes: set[str]):
    header = {name: value for code in codes for name, value in WRONG[code][0].items()}
    known = {name: value for code in codes for name, value in WRONG[code][1].items()}
    assert code_of(a_retour(**header), **known) == min(codes, key=SOORT_3.index)


@given(st.sets(st.sampled_from(SOORT_3), min_size=1), st.booleans())
def test_what_reading_found_takes_part_in_the_order(codes: set[str], full: bool):
    header = stuurgegevens(ontvanger=ELSEWHERE)
    wrong = OnjuisteEnvelop(fouten=tuple(map(stuf_fout, codes)), stuurgegevens=header if full else None)
    assert code_of(wrong) == min(codes | ({"StUF010"} if full else set()), key=SOORT_3.index)


class TestFunctie:
    @pytest.mark.parametrize("functie", ["wmo303", "WMO303 ", "WMO301-0204", "WMO401", "JW303"])
    def test_that_does_not_exist(self, functie: str):
        assert code_of(a_heenbericht(functie=functie)) == "StUF034"

    def test_that_is_not_spoken_here(self):
        assert code_of(a_heenbericht(functie="WMO323")) == "StUF037"

    @pytest.mark.parametrize("version", [("0003", "0002"), ("0002", "0002"), ("0000", "0000"), ("2003", "0003")])
    def test_in_a_version_that_is_not_spoken_here(self, version: tuple[str, str]):
        parameters = replace(PARAMETERS, functie_versie=version[0], functie_subversie=version[1])
        assert code_of(replace(a_heenbericht(), parameters=parameters)) == "StUF037"

    def test_on_a_day_that_it_is_not_in_use(self):
        until = tuple(replace(functie, tot=date(2026, 11, 21)) for functie in functies_of({"2.3"}))
        assert code_of(a_heenbericht(), functies=until) == "StUF037"
        assert code_of(a_heenbericht(), functies=until, today=date(2026, 11, 21)) is None

    def test_in_the_other_envelope(self):
        assert code_of(a_heenbericht(functie="WMO302")) == "StUF040"
        assert code_of(a_retour(functie="WMO303")) == "StUF040"


class TestParties:
    def test_a_caller_sends_only_for_whom_it_may(self):
        assert code_of(a_heenbericht(), namens={"98000002"}) == "StUF013"
        assert code_of(a_heenbericht(), namens={"98000002", "98000001"}) is None

    @pytest.mark.parametrize("name", ["IB", "RINIS", "VECOZO", "rinis"])
    def test_a_link_of_the_chain_sends_an_fo01_only(self, name: str):
        link = Systeem(organisatie=name, applicatie="GGK")
        assert code_of(a_foutbericht(zender=link)) is None
        assert code_of(a_heenbericht(zender=link)) == "StUF013"


class TestTijdstip:
    def test_order_is_not_looked_at_without_the_last(self):
        assert code_of(a_heenbericht(tijdstip="20000101")) is None

    @pytest.mark.parametrize(("last", "code"), [("20261122", None), ("20261122103000", "StUF019"), ("2027", "StUF019")])
    def test_what_is_left_out_counts_as_zero(self, last: str, code: str | None):
        assert code_of(a_heenbericht(), last_tijdstip=last) == code


@pytest.mark.parametrize("envelop", [a_bevestiging(), an_fo03()])
def test_an_answer_is_no_request(envelop: Envelop):
    assert code_of(envelop) == "StUF025"


def test_a_heenbericht_refers_to_nothing():
    assert code_of(a_heenbericht(), cross_ref_known=False) is None


def test_an_error_of_the_file_is_not_told_here():
    assert code_of(replace(a_heenbericht(), bestand=b"", bestand_fout=bestand_fout("Leeg."))) is None


@pytest.mark.parametrize("code", SOORT_3)
def test_every_text_fits(code: str):
    assert len(stuf_fout(code).omschrijving) <= 120
    assert len(stuf_fout(code, "x" * 500).omschrijving) == 200
    assert len(bestand_fout("x" * 500).omschrijving) == 200
