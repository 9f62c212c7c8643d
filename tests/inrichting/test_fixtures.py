"""The inrichtingen that ship: the right ones load, each wrong one says what its first lines promise."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import Declaratievorm
from app.domain.inrichting import Inrichting, RetourModus
from app.domain.refusals import InrichtingInvalid
from app.inrichting.load import load
from app.inrichting.show import show
from tests.inrichting.inrichtingen import loaded

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "inrichting"
DRECHTSTEDEN = sorted((FIXTURES / "drechtsteden-2016").glob("*.yaml"))
RIGHT = [*sorted(FIXTURES.glob("*.yaml")), *DRECHTSTEDEN]
WRONG = sorted((FIXTURES / "fout").glob("*.yaml"))
DESIGN = ROOT.parent / "shared" / "design" / "inrichting.yaml"
NEW_YEAR_2018 = date(2018, 1, 1)


def the_only(path: Path) -> Inrichting:
    (inrichting,) = load([path], {}).values()
    return inrichting


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
class TestWrong:
    def test_says_what_its_first_lines_promise(self, path: Path) -> None:
        promised = [line[2:] for line in path.read_text().splitlines() if line.startswith("# regel ")]
        with pytest.raises(InrichtingInvalid) as refusal:
            load([path], {})
        assert str(refusal.value) == "\n".join(f"{path}, {line}" for line in promised)
        for finding in refusal.value.findings:
            assert finding.regel == "INRICHTING"
            assert finding.waarden["bestand"] == str(path)
            assert finding.waarden["regel"] == finding.regelnummer


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
class TestRight:
    def test_loads_and_loads_again(self, path: Path) -> None:
        once = load([path], {})
        assert load([path], once) == once

    def test_what_is_shown_of_it_can_be_loaded(self, path: Path) -> None:
        inrichting = the_only(path)
        assert loaded(show(inrichting)) == inrichting


class TestSteenwijkerland:
    inrichting = the_only(FIXTURES / "steenwijkerland-2018.yaml")

    def test_tariffs_of_2018(self) -> None:
        tarieven = {p.code: p.tarief.cents for p in self.inrichting.producten}
        assert tarieven == {"02A01": 100, "04A01": 9450, "04A06": 18828}

    def test_kostprijzen_before_and_in_2018(self) -> None:
        def on(day: date) -> dict[str, int]:
            return {s.code: s.tarief.cents for s in self.inrichting.productspecificaties if s.holds_on(day)}

        assert on(date(2017, 12, 31)) == {
            "OZL1": 4320, "OZL2": 4680, "OZL3": 7200, "OMD1": 3460, "OMD2": 4900, "OMD3": 5540,
            "VERVOER-LAAG": 600, "VERVOER-HOOG": 1636, "VERBLIJF": 3100,
        }  # fmt: skip
        assert on(NEW_YEAR_2018) == {
            "OZL1": 4942, "OZL2": 5286, "OZL3": 6230, "OMD1": 3397, "OMD2": 4689, "OMD3": 6031, "VERVOER": 1308,
        }  # fmt: skip

    def test_has_every_kind_of_contract(self) -> None:
        assert {contract.retour for contract in self.inrichting.contracten} == set(RetourModus)
        assert {contract.declaratievorm for contract in self.inrichting.contracten} == set(Declaratievorm)
        assert self.inrichting.tarief_on("98000002", "04A01", NEW_YEAR_2018) == Bedrag(9200)
        assert self.inrichting.tarief_on("98000001", "04A01", NEW_YEAR_2018) == Bedrag(9450)


class TestDrechtsteden:
    def test_all_six_load_together(self) -> None:
        assert sorted(load(DRECHTSTEDEN, {})) == ["0482", "0505", "0531", "0590", "0610", "0642"]

    def test_the_arrangementen_of_2016(self) -> None:
        for path in DRECHTSTEDEN:
            inrichting = the_only(path)
            bedragen = {a.code: (a.tarief.cents, a.opslag.cents) for a in inrichting.arrangementen}
            assert bedragen == {"BG1": (31924, 9001), "BG2": (69221, 19517), "BG3": (106361, 29989)}
            assert {contract.release for contract in inrichting.contracten} == {"2.1"}
            assert all(contract.geldig_tot == date(2016, 12, 31) for contract in inrichting.contracten)


class TestVoorbeeld:
    inrichting = the_only(FIXTURES / "voorbeeld-0384.yaml")

    @pytest.mark.parametrize("aanbieder", ["42420001", "42420002"])
    def test_agreed_tariffs(self, aanbieder: str) -> None:
        tarieven = {
            code: self.inrichting.tarief_on(aanbieder, code, NEW_YEAR_2018)
            for code in ("02A01", "02A03", "01A01", "04A01", "04A06")
        }
        assert tarieven == {
            "02A01": Bedrag(100), "02A03": Bedrag(100), "01A01": Bedrag(100), "04A01": Bedrag(12500),
            "04A06": Bedrag(20000),
        }  # fmt: skip

    def test_who_answers_a_301(self) -> None:
        retour = {contract.aanbieder: contract.retour for contract in self.inrichting.contracten}
        assert retour == {"42420001": RetourModus.AUTOMATISCH, "42420002": RetourModus.ZELF}


class TestDocumentation:
    def test_the_example_loads(self) -> None:
        text = (ROOT / "docs" / "inrichting.md").read_text()
        inrichting = loaded(text.split("```yaml\n")[1].split("```")[0])
        assert loaded(show(inrichting)) == inrichting
        assert inrichting.tarief_on("42420001", "04A01", NEW_YEAR_2018) == Bedrag(12500)


class TestDesign:
    @pytest.mark.skipif(not DESIGN.exists(), reason="the design files are not beside this checkout")
    def test_the_example_of_the_format_loads(self) -> None:
        inrichting = the_only(DESIGN)
        assert loaded(show(inrichting)) == inrichting
        assert inrichting.tarief_on("42420001", "04A01", NEW_YEAR_2018) == Bedrag(12500)
