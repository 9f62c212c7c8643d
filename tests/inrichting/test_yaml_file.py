"""Reading inrichting files: every error with its file, line and path; nothing that a file holds breaks the reader."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import Btw, CatalogusProduct
from app.domain.refusals import InrichtingInvalid
from app.domain.retour import Finding
from app.inrichting.yaml_file import read_content, read_files
from app.inrichting.yaml_tree import MAX_BYTES
from tests.inrichting.inrichtingen import loaded, read

VOORBEELD = Path(__file__).resolve().parents[2] / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"
EMPTY_DOCUMENT = "Hier hoort een groep van sleutels met waarden (sleutel: waarde)"
GEMEENTE = 'gemeente: {code: "0384"}\n'


def found(content: bytes | str) -> list[tuple[int | None, str, str]]:
    """Line, path and text of everything that is wrong."""
    read_back = read_content(content.encode() if isinstance(content, str) else content, "test.yaml")
    assert (read_back.given is None) == bool(read_back.findings)
    return [(finding.regelnummer, finding.pad, finding.melding) for finding in read_back.findings]


def lines(content: bytes | str) -> list[tuple[int | None, str]]:
    return [(line, pad) for line, pad, _ in found(content)]


class TestValues:
    def test_numbers_and_strings_are_both_good(self) -> None:
        quoted = read(
            GEMEENTE + 'producten: [{categorie: "04", code: "12345", eenheid: "14", frequentie: "3", '
            'tariefCenten: "9450", cakCode: "447", geldigVanaf: "2018-01-01"}]\n'
        )
        plain = read(
            GEMEENTE + "producten: [{categorie: 04, code: 12345, eenheid: 14, frequentie: 3, "
            "tariefCenten: 9450, cakCode: 447, geldigVanaf: 2018-01-01}]\n"
        )
        assert [p.value for p in plain.entries.producten] == [p.value for p in quoted.entries.producten]
        assert plain.entries.producten[0].value == CatalogusProduct(
            categorie="04",
            code="12345",
            naam="",
            eenheid=Eenheid.ETMAAL,
            frequentie=Frequentie.PER_VIER_WEKEN,
            tarief=Bedrag(9450),
            cak_code="447",
            geldig_van=date(2018, 1, 1),
        )

    @pytest.mark.parametrize("code", ['"0384"', "'0384'", "0384", "1708"])
    def test_a_gemeente_code_keeps_its_zeros(self, code: str) -> None:
        assert read(f"gemeente: {{code: {code}}}").gemeente == code.strip("\"'")

    @pytest.mark.parametrize("code", ["384", "03845", "038a", "0x180", "٠٣٨٤", "0384.0", "-384", '""', "[]", "{}"])
    def test_anything_else_is_no_gemeente_code(self, code: str) -> None:
        assert lines(f"gemeente: {{code: {code}}}") == [(1, "gemeente.code")]

    @pytest.mark.parametrize("share", ["0.65", '"0.65"', "1", "1.0", ".5", "0.000001"])
    def test_a_share(self, share: str) -> None:
        given_settings = read(GEMEENTE + f"instellingen: {{gebruik: {share}}}").instellingen
        assert given_settings == {"gebruik": Fraction(share.strip('"'))}

    @pytest.mark.parametrize(
        "share", ["0", "0.0", "1.000001", "-0.5", "65%", "6.5e-1", "0.0000001", ".inf", ".nan", "1/2"]
    )
    def test_no_share(self, share: str) -> None:
        assert lines(GEMEENTE + f"instellingen: {{gebruik: {share}}}") == [(2, "instellingen.gebruik")]

    @pytest.mark.parametrize("cents", ["-1", "1.5", "1e3", "1_000", "0x10", "100000000", "€ 1", "true", "+1", "९"])
    def test_no_amount(self, cents: str) -> None:
        text = GEMEENTE + f"arrangementen: [{{code: A, product: B, geldigVanaf: 2018-01-01, tariefCenten: {cents}}}]"
        assert lines(text) == [(2, "arrangementen[0].tariefCenten")]

    @pytest.mark.parametrize(
        "day", ["2018-02-29", "2018-1-1", "20180101", "2018-01-01T00:00:00", "1899-12-31", "2018", "0000-01-01", "ooit"]
    )
    def test_no_date(self, day: str) -> None:
        text = GEMEENTE + f"arrangementen: [{{code: A, product: B, tariefCenten: 1, geldigVanaf: {day}}}]"
        assert lines(text) == [(2, "arrangementen[0].geldigVanaf")]

    def test_a_wrong_geldig_tot_is_one_error(self) -> None:
        text = "arrangementen: [{code: A, product: B, tariefCenten: 1, geldigVanaf: 2018-01-01, geldigTot: x}]"
        assert lines(GEMEENTE + text) == [(2, "arrangementen[0].geldigTot")]

    @pytest.mark.parametrize(
        "naam", [r'"a\0b"', r'"a\nb"', r'"\ud800"', r'"\e[31m"', "|\n  twee\n  regels\n", "x" * 201]
    )
    def test_a_name_is_one_line_of_text(self, naam: str) -> None:
        assert lines(f'gemeente:\n code: "0384"\n naam: {naam}\n') == [(3, "gemeente.naam")]

    def test_an_empty_value_is_as_an_absent_one(self) -> None:
        empty = GEMEENTE + "instellingen:\nproducten: ~\naanbieders: null\ncakPerioden:\n"
        assert read(empty) == read(GEMEENTE)

    def test_a_quoted_null_is_text(self) -> None:
        assert read('gemeente: {code: "0384", naam: "null"}').naam == "null"

    def test_only_given_settings_are_known(self) -> None:
        assert read(GEMEENTE + "instellingen: {btw: exclusief}").instellingen == {"btw": Btw.EXCLUSIEF}
        assert read(GEMEENTE).instellingen == {}

    def test_a_byte_order_mark_is_no_matter(self) -> None:
        assert read_content(b"\xef\xbb\xbf" + GEMEENTE.encode(), "test.yaml").findings == ()

    def test_anchors_may_share_a_list(self) -> None:
        contracten = loaded(
            GEMEENTE + 'producten: [{categorie: "02", code: 02A01, eenheid: 82, frequentie: 3, tariefCenten: 100, '
            "geldigVanaf: 2018-01-01}]\naanbieders:\n"
            '  - {agb: "42420001", contracten: [{geldigVanaf: 2018-01-01, producten: &alle [02A01]}]}\n'
            '  - {agb: "42420002", contracten: [{geldigVanaf: 2018-01-01, producten: *alle}]}\n'
        ).contracten
        assert [contract.producten for contract in contracten] == [frozenset({"02A01"})] * 2


class TestStructure:
    def test_only_the_gemeente_is_required(self) -> None:
        assert read(GEMEENTE).gemeente == "0384"

    def test_an_empty_mapping_misses_it(self) -> None:
        assert lines("{}") == [(1, "gemeente")]

    def test_every_missing_key_is_named(self) -> None:
        assert {pad for _, pad in lines(GEMEENTE + "producten: [{}]")} == {
            f"producten[0].{key}"
            for key in ("categorie", "code", "eenheid", "frequentie", "tariefCenten", "geldigVanaf")
        }

    @pytest.mark.parametrize(
        "section", ["producten", "productspecificaties", "arrangementen", "aanbieders", "cakPerioden"]
    )
    def test_a_list_holds_groups(self, section: str) -> None:
        assert lines(f"{GEMEENTE}{section}:\n  - los\n") == [(3, f"{section}[0]")]
        assert lines(f"{GEMEENTE}{section}: los\n") == [(2, section)]
        assert lines(f"{GEMEENTE}{section}: {{a: b}}\n") == [(2, section)]

    def test_a_key_that_is_no_text(self) -> None:
        assert lines(GEMEENTE + "? [a]\n: b\n") == [(2, "(geen tekst)")]

    def test_a_key_that_would_write_on_the_terminal(self) -> None:
        ((_, pad),) = lines(GEMEENTE + '"\\e[2Jx": 1\n')
        assert pad == r"'\x1b[2Jx'"

    def test_a_merge_key_is_no_key_of_ours(self) -> None:
        assert lines("x: &x {code: '0384'}\ngemeente: {<<: *x}\n") == [
            (1, "x"),
            (2, "gemeente.<<"),
            (2, "gemeente.code"),
        ]

    def test_the_second_of_two_equal_keys_is_wrong(self) -> None:
        assert lines(GEMEENTE + "producten: []\nproducten: []\n") == [(3, "producten")]


class TestUnreadable:
    @pytest.mark.parametrize("content", [b"", b"\n\n", b"# alleen commentaar\n", b"---\n...\n", b"\xef\xbb\xbf"])
    def test_empty(self, content: bytes) -> None:
        assert found(content)[0][1:] in {("", "Het bestand is leeg"), ("", EMPTY_DOCUMENT)}

    def test_not_utf_8(self) -> None:
        assert found(GEMEENTE.encode() + "naam: café".encode("latin-1")) == [(2, "", "Dit bestand is geen UTF-8")]

    def test_utf_16(self) -> None:
        assert found(GEMEENTE.encode("utf-16")) == [(1, "", "Dit bestand is geen UTF-8")]

    def test_a_control_character(self) -> None:
        assert found(GEMEENTE + "\nx: \x07") == [(3, "", "Hier staat een teken dat in YAML niet mag")]

    @pytest.mark.parametrize(
        "text", ["a: b: c", "a: [", 'a: "', "a:\n\t- b", "a: @", "%YAML 9.9\n---\na", '"\\UFFFFFFFF"', "}"]
    )
    def test_not_yaml(self, text: str) -> None:
        ((line, pad, melding),) = found(text)
        assert pad == ""
        assert line in {1, 2}
        assert melding.startswith("Geen YAML")

    def test_an_object_of_python_is_not_made(self) -> None:
        assert lines("!!python/object/apply:os.system ['true']") == [(1, "")]

    def test_too_large(self) -> None:
        assert found(b"#" * (MAX_BYTES + 1))[0][1:] == ("", f"Het bestand is groter dan {MAX_BYTES} bytes")

    def test_too_many_values(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.inrichting.yaml_tree.MAX_NODES", 10)
        assert found("x: [a, a, a, a, a, a, a,\n a]") == [(2, "", "Het bestand heeft meer dan 10 waarden")]

    def test_endless_brackets_stop_early(self) -> None:
        assert found(GEMEENTE + "x: " + "[" * 100_000)[0][2].startswith("Hier zijn meer dan")

    def test_a_billion_laughs(self) -> None:
        laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        for number in range(9):
            name, below = chr(ord("b") + number), chr(ord("a") + number)
            laughs += f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n"
        assert len(found(GEMEENTE + laughs)) == 10  # ten unknown keys, and nothing grew

    def test_a_list_that_holds_itself(self) -> None:
        assert lines(GEMEENTE + "producten: &p [*p]\n") == [(2, "producten[0]")]

    @given(st.binary(max_size=60) | st.text(alphabet="a:-[]{}&*!|>'\"%@`#?, \n\t~<.\\0U").map(str.encode))
    @settings(max_examples=400, deadline=None)
    def test_any_bytes_give_an_answer(self, content: bytes) -> None:
        assert found(content)  # too short to hold a valid file

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_a_broken_copy_gives_an_answer(self, data: st.DataObject) -> None:
        content = bytearray(VOORBEELD.read_bytes()[:900])
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        found(bytes(content))


class TestReadFiles:
    def test_every_error_of_every_file(self, tmp_path: Path) -> None:
        first, second = tmp_path / "een.yaml", tmp_path / "twee.yaml"
        first.write_text("gemeente: {code: x}\nonbekend: 1\n")
        second.write_text(GEMEENTE + "producten: {}\n")
        missing = tmp_path / "weg.yaml"
        with pytest.raises(InrichtingInvalid) as refusal:
            read_files([first, second, missing, tmp_path])
        assert [(finding.waarden["bestand"], finding.regelnummer) for finding in refusal.value.findings] == [
            (str(first), 1),
            (str(first), 2),
            (str(second), 2),
            (str(missing), 1),
            (str(tmp_path), 1),
        ]

    def test_a_finding_says_file_line_and_path(self, tmp_path: Path) -> None:
        path = tmp_path / "een.yaml"
        path.write_text(GEMEENTE + "instellingen:\n  btw: soms\n")
        with pytest.raises(InrichtingInvalid) as refusal:
            read_files([path])
        assert refusal.value.findings == (
            Finding(
                regel="INRICHTING",
                retourcode=None,
                pad="instellingen.btw",
                melding="Hier kan: inclusief, exclusief",
                waarden={"bestand": str(path), "regel": 3},
                regelnummer=3,
            ),
        )
        assert str(refusal.value) == f"{path}, regel 3, instellingen.btw: Hier kan: inclusief, exclusief"

    def test_what_is_right_comes_in_the_order_of_the_files(self, tmp_path: Path) -> None:
        paths = [tmp_path / code for code in ("1708", "0384")]
        for path in paths:
            path.write_text(f'gemeente: {{code: "{path.name}"}}')
        assert [file.gemeente for file in read_files(paths)] == ["1708", "0384"]

    def test_a_refused_value_is_not_repeated(self) -> None:
        bsn = "999900006"
        text = f'gemeente: {{code: "{bsn}"}}\naanbieders: [{{agb: {bsn}, contracten: [{{geldigVanaf: {bsn}}}]}}]\n'
        assert len(found(text)) == 4
        assert bsn not in repr(read_content(text.encode(), "test.yaml"))
