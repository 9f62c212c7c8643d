"""`iwmo budget`: the sheet in Dutch notation, the same sheet as JSON, and what is refused."""

import json
from pathlib import Path

import pytest

from app.cli.command import main
from app.settings import PROJECT

INRICHTINGEN = PROJECT / "fixtures" / "inrichting"
FILES = ("steenwijkerland-2018.yaml", "drechtsteden-2016/0482-alblasserdam.yaml")
WORKED = ("OZL1=5", "OMD3=2", "VERVOER=1")
STEENWIJKERLAND = ("--gemeente", "1708", "--peildatum", "2018-01-01")
ALBLASSERDAM = ("--gemeente", "0482", "--peildatum", "2016-05-01")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with both inrichtingen."""
    folder = tmp_path_factory.mktemp("budget")
    with pytest.MonkeyPatch.context() as patch:
        set_database(patch, folder)
        assert main(["inrichting", "load", *(str(INRICHTINGEN / name) for name in FILES)]) == 0
    return folder


@pytest.fixture(autouse=True)
def _use_it(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_database(monkeypatch, database)


def set_database(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("IWMO_DATABASE_URL", f"sqlite:///{folder}/iwmo.db")
    patch.setenv("IWMO_DATA_DIR", str(folder))
    patch.setenv("IWMO_TODAY", "2018-03-01")
    patch.setenv("COLUMNS", "80")


def rows(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed, with the lines of tables and needless blanks left out."""
    return [" ".join(line.replace("│", " ").split()) for line in capsys.readouterr().out.splitlines()]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Where it went wrong, line by line."""
    assert main(["budget", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return [line.split(": ")[1] for line in printed.err.splitlines()]


class TestTable:
    def test_the_worked_example(self, capsys: pytest.CaptureFixture[str]):
        assert main(["budget", *STEENWIJKERLAND, *WORKED]) == 0
        printed = rows(capsys)
        for row in (
            "OZL1 uur 5 65 % 169 49,42 8.351,98",
            "OMD3 dagdeel 2 65 % 67,6 60,31 4.076,96",
            "VERVOER etmaal 1 65 % 33,8 13,08 442,10",
            "Bedrag per jaar 12.871,04",
            "Bedrag per vier weken 990,08",
            "Budget per vier weken, in hele euro's 990",
            "Volume per vier weken van product 02 02A01 990",
        ):
            assert row in printed

    def test_extern_leaves_the_usage_out(self, capsys: pytest.CaptureFixture[str]):
        assert main(["budget", *STEENWIJKERLAND, *WORKED, "--extern"]) == 0
        printed = rows(capsys)
        assert "OMD3 dagdeel 2 67,6 60,31 4.076,96" in printed
        assert not any("65" in line or "gebruik" in line for line in printed)

    def test_a_comma_is_as_good_as_a_point(self, capsys: pytest.CaptureFixture[str]):
        for text in ("2,5", "2.5"):
            assert main(["budget", *STEENWIJKERLAND, f"OZL1={text}"]) == 0
            assert "OZL1 uur 2,5 65 % 84,5 49,42 4.175,99" in rows(capsys)

    def test_without_peildatum_it_is_today(self, capsys: pytest.CaptureFixture[str]):
        assert main(["budget", "--gemeente", "1708", *WORKED]) == 0
        assert "Bedrag per vier weken 990,08" in rows(capsys)

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ((*ALBLASSERDAM, "--arrangement", "BG1"), ["Opslag 0,00", "Bedrag per vier weken 319,24"]),
            ((*ALBLASSERDAM, "--arrangement", "BG1", "--opslag"), ["Opslag 90,01", "Bedrag per vier weken 409,25"]),
            ((*STEENWIJKERLAND, "--etmalen", "04A01=4"), ["Bedrag per vier weken 378,00"]),
            ((*STEENWIJKERLAND, "--etmalen", "04A01=4", "--aanbieder", "98000002"), ["Bedrag per vier weken 368,00"]),
        ],
    )
    def test_other_ways_to_a_budget(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: list[str]
    ):
        assert main(["budget", *arguments]) == 0
        printed = rows(capsys)
        assert [line for line in expected if line not in printed] == []


class TestJson:
    def test_is_the_sheet_of_the_api(self, capsys: pytest.CaptureFixture[str]):
        assert main(["budget", *STEENWIJKERLAND, *WORKED, "--json"]) == 0
        sheet = json.loads(capsys.readouterr().out)
        assert sheet["regels"][1]["aantalPerJaar"] == "67.6"
        assert (sheet["bedragPerPeriodeCenten"], sheet["budgetEuro"], sheet["volume"]) == (99008, 990, 990)

    @pytest.mark.parametrize("extern", [False, True])
    def test_gebruik_is_for_the_gemeente(self, capsys: pytest.CaptureFixture[str], extern: bool):
        assert main(["budget", *STEENWIJKERLAND, *WORKED, "--json", *(["--extern"] if extern else [])]) == 0
        lines = json.loads(capsys.readouterr().out)["regels"]
        assert [line.get("gebruik") for line in lines] == [None if extern else "0.65"] * 3


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "places"),
        [
            (("OZL9=1",), ["OZL9.productspecificatie"]),
            (
                ("OZL1=0", "OMD3=-2", "VERVOER=veel", "OZL2"),
                [f"{code}.aantalPerWeek" for code in ("OZL1", "OMD3", "VERVOER", "OZL2")],
            ),
            (("--arrangement", "BG1"), ["arrangement.code"]),
            (("--etmalen", "04A01=0"), ["etmalen.aantalPerPeriode"]),
            (("--etmalen", "04A01=1.5"), ["etmalen.aantalPerPeriode"]),
            (("--etmalen", "02A01"), ["etmalen.aantalPerPeriode", "etmalen.product"]),
            (("OZL1=5", "--aanbieder", "42429999"), ["aanbieder"]),
        ],
    )
    def test_names_what_is_wrong(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], places: list[str]
    ):
        assert refused(capsys, *STEENWIJKERLAND, *arguments) == places

    @pytest.mark.parametrize(
        "arguments",
        [(), ("OZL1=5", "--arrangement", "BG1"), ("OZL1=5", "--etmalen", "04A01=1"), ("OZL1=5", "--opslag")],
    )
    def test_one_way_to_a_budget_at_a_time(self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]):
        (said,) = refused(capsys, *STEENWIJKERLAND, *arguments)
        assert said.startswith("geef een indicatie")

    def test_an_unknown_gemeente(self, capsys: pytest.CaptureFixture[str]):
        assert refused(capsys, "--gemeente", "9999", "OZL1=5") == ["Van deze gemeente is geen inrichting geladen."]

    @pytest.mark.parametrize("text", ["1-1-2018", "2018-02-30", "20180101", "2018-W01-1"])
    def test_a_date_that_is_none(self, capsys: pytest.CaptureFixture[str], text: str):
        with pytest.raises(SystemExit) as stopped:
            main(["budget", "--gemeente", "1708", "--peildatum", text, "OZL1=5"])
        assert stopped.value.code == 2
        assert "een datum is jjjj-mm-dd" in capsys.readouterr().err
