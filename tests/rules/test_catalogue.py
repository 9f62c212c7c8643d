"""The catalogue is complete: every rule of the standard is implemented, kept elsewhere, or left out for a reason."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from app.domain.bericht import Berichtsoort
from app.rules.catalogue import (
    BERICHT_REGELS,
    CATALOGUE,
    CLASSES,
    ELSEWHERE,
    LEFT_OUT,
    PRESTATIE_REGELS,
    REGELS,
    Bericht,
    regels_for,
    subjects,
)
from app.rules.technische_regel import Niveau
from tests.builders import (
    BSN_Y,
    a_beperking,
    a_beschikking,
    a_beschikt_product,
    a_client,
    a_client_retour,
    a_declaratie,
    a_declaratie_client,
    a_declaratie_retour,
    a_prestatie_retour,
    a_relatie,
    a_toewijzing_retour,
    a_toewijzingsbericht,
)

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "iwmo" / "facts" / "rules.csv"
LISTED = Path(__file__).with_name("rules_2_3.txt")
OWN = "IWB-"
OURS = {"301", "302", "303", "304"}
NOT_IN_2_1 = {"S329"}  # 2.1 has no code for it; a 301 that breaks CS329 is refused without a 302

IMPLEMENTED = {regel.id for regel in CATALOGUE}
RIJK = a_client(
    relaties=(a_relatie(),),
    beschikking=a_beschikking(beperkingen=(a_beperking(),), beschikt_producten=(a_beschikt_product(),)),
)
RICH: dict[Berichtsoort, Bericht] = {
    Berichtsoort.WMO301: a_toewijzingsbericht(RIJK),
    Berichtsoort.WMO302: a_toewijzing_retour(RIJK),
    Berichtsoort.WMO303: a_declaratie(a_declaratie_client(), a_declaratie_client(bsn=BSN_Y)),
    Berichtsoort.WMO304: a_declaratie_retour(a_client_retour(a_prestatie_retour(), a_prestatie_retour())),
}


def listed_rules() -> set[tuple[str, str]]:
    """Id and retourcode of every rule that release 2.3 has for our messages, as we know them."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return {(regel, code) for regel, code in (line.split() for line in lines if not line.startswith("#"))}


def retourcodes(release: str) -> set[str]:
    """The enumeration of LDT_RetourCode."""
    [schema] = (path for path in (ROOT / "schemas/iwmo" / release).iterdir() if path.name.lower() == "basisschema.xsd")
    found = re.search(r'name="LDT_RetourCode".*?</xs:simpleType>', schema.read_text(encoding="utf-8"), re.DOTALL)
    return set(re.findall(r'<xs:enumeration value="(\w+)"', found[0])) if found else set()


@pytest.mark.skipif(not FACTS.exists(), reason="the fact pack is not beside this checkout")
def test_the_list_is_that_of_the_fact_pack():
    with FACTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "2.3" in row["releases"].replace("*", "").split(";")]
    facts = {(row["rule"], row["retourcode"] or "-") for row in rows if OURS & set(row["messages"].split(";"))}

    assert listed_rules() == facts


def test_every_rule_is_implemented_or_accounted_for():
    for regel, reason in sorted(LEFT_OUT.items()):
        print(f"left out: {regel}: {reason}")
    for regel, place in sorted(ELSEWHERE.items()):
        print(f"elsewhere: {regel}: {place}")

    standard = {regel for regel in IMPLEMENTED if not regel.startswith(OWN)}
    assert standard | ELSEWHERE.keys() | LEFT_OUT.keys() == {regel for regel, _ in listed_rules()}


def test_nothing_is_accounted_for_twice():
    assert not IMPLEMENTED & ELSEWHERE.keys()
    assert not (IMPLEMENTED | ELSEWHERE.keys()) & LEFT_OUT.keys()


def test_every_reason_is_given():
    assert all(len(text) > 20 for text in (*ELSEWHERE.values(), *LEFT_OUT.values()))


def test_every_retourcode_is_that_of_the_standard():
    ours = {(regel.id, regel.retourcode or "-") for regel in CATALOGUE if not regel.id.startswith(OWN)}

    assert ours <= listed_rules()


def test_every_retourcode_exists_in_2_3():
    assert {regel.retourcode for regel in CATALOGUE if regel.retourcode} <= retourcodes("2.3")


def test_every_retourcode_of_2_1_exists_there():
    used = {r.retourcode for soort in REGELS["2.1"] for r in regels_for(soort, "2.1") if r.retourcode}

    assert used - retourcodes("2.1") == NOT_IN_2_1


def test_no_rule_is_declared_twice():
    declared = [(regel.id, regel.check.__name__, regel.on) for regel in CATALOGUE]

    assert len(declared) == len(set(declared))


@pytest.mark.parametrize("regel", CATALOGUE, ids=lambda regel: f"{regel.id}-{regel.on.__name__}")
def test_every_rule_is_one_sentence(regel):
    assert re.fullmatch(r"[A-Z][^.]*(\.\d[^.]*)*\.", regel.melding)


@pytest.mark.parametrize("regel", sorted(IMPLEMENTED))
def test_every_rule_has_its_test_class(regel):
    name = "Test" + re.sub(r"[.-]", "_", regel)
    sources = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    assert any(re.search(rf"^class {name}\b", source, re.MULTILINE) for source in sources)


def test_every_rule_holds_for_some_message():
    used = {regel for soorten in REGELS.values() for ids in soorten.values() for regel in ids}

    assert used == {regel.id for regel in BERICHT_REGELS}
    reached = {regel for soort in RICH for regel in regels_for(soort, "2.3")}
    assert reached == set(BERICHT_REGELS)


@pytest.mark.parametrize("soort", RICH)
def test_every_class_with_rules_is_a_subject(soort):
    assert {type(subject) for subject in subjects(RICH[soort])} == CLASSES[soort]


def _pad(part: Any) -> str:
    return getattr(part, "prestatie", part).pad


@pytest.mark.parametrize("soort", RICH)
def test_subjects_come_in_document_order_and_once(soort):
    pads = [_pad(part) for part in list(subjects(RICH[soort]))[1:]]

    assert len(pads) == len(set(pads))
    assert pads[0] == "/Bericht/Header"
    for number, pad in enumerate(pads):
        assert all(not pad.startswith(f"{later}/") for later in pads[number + 1 :])


class TestRegelsFor:
    def test_tells_levels_apart(self):
        levels = [regels_for(Berichtsoort.WMO303, "2.3", niveau) for niveau in Niveau]

        assert all(levels)
        assert {r.id for level in levels for r in level} == {r.id for r in regels_for(Berichtsoort.WMO303, "2.3")}
        assert all(r.niveau is niveau for niveau, level in zip(Niveau, levels, strict=True) for r in level)

    def test_leaves_the_lines_of_a_303_to_the_settlement(self):
        assert not set(PRESTATIE_REGELS) & set(regels_for(Berichtsoort.WMO303, "2.3"))

    def test_2_1_has_the_same_rules_for_301_and_302_and_no_303(self):
        for soort in (Berichtsoort.WMO301, Berichtsoort.WMO302):
            assert regels_for(soort, "2.1") == regels_for(soort, "2.3") != ()
        assert regels_for(Berichtsoort.WMO303, "2.1") == ()

    def test_messages_that_are_only_logged_have_none(self):
        assert regels_for(Berichtsoort.WMO305, "2.3") == ()

    def test_an_unknown_release_is_a_mistake(self):
        with pytest.raises(KeyError):
            regels_for(Berichtsoort.WMO301, "1.0")
