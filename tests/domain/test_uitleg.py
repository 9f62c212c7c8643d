"""Every retourcode says what it means, whose turn it is and what to do."""

from __future__ import annotations

import pytest

from app.domain.bericht_bron import NOT_A_FAULT
from app.domain.retour import Ernst, Finding
from app.domain.retourcodes import RETOURCODES
from app.domain.uitleg import BY_CODE, UNKNOWN_CODE, Beurt, betekenis_of, next_step, uitleg_of


def a_finding(regel: str = "X", code: str | None = None, ernst: Ernst = Ernst.FOUT) -> Finding:
    return Finding(regel=regel, retourcode=code, pad="/Bericht", melding="M.", ernst=ernst)


def test_every_code_that_finds_fault_is_explained():
    assert set(BY_CODE) == set(RETOURCODES) - NOT_A_FAULT


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_in_whole_sentences(code: str):
    assert BY_CODE[code].doen.endswith(".")
    assert betekenis_of(code).endswith(".")


def test_what_is_not_known_is_still_told():
    assert betekenis_of("4711") == UNKNOWN_CODE
    assert uitleg_of(a_finding(code="4711")).aan_zet is Beurt.AFZENDER
    assert "wel verwerkt" in uitleg_of(a_finding(ernst=Ernst.WAARSCHUWING)).doen


def test_a_rule_goes_before_its_code():
    assert uitleg_of(a_finding("IWB-contract", "0611")).aan_zet is Beurt.GEMEENTE


def test_in_the_factuur_flow_a_refused_line_is_credited_first():
    assert next_step(("9322",), factuur=True).startswith("Crediteer de regel")
    assert not next_step(("9322",), factuur=False).startswith("Crediteer")
    assert next_step(("8021",), factuur=True) == BY_CODE["8021"].doen
