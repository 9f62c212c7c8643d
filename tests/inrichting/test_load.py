"""Loading: all files together, all or nothing."""

from pathlib import Path

import pytest

from app.domain.refusals import InrichtingInvalid
from app.inrichting.load import load
from tests.inrichting.inrichtingen import loaded

PRODUCT = '{categorie: "02", code: "02A01", eenheid: "82", frequentie: "3", tariefCenten: 100, geldigVanaf: 2018-01-01}'
CONTRACT = "{geldigVanaf: 2018-01-01, producten: [02A01]}"


@pytest.fixture
def write(tmp_path: Path):
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_file


class TestLoad:
    def test_gives_each_gemeente(self, write) -> None:
        paths = [write(code, f'gemeente: {{code: "{code}"}}') for code in ("0384", "1708")]
        assert set(load(paths, {})) == {"0384", "1708"}

    def test_files_of_one_gemeente_go_together(self, write) -> None:
        contracts = write(
            "b", f'gemeente: {{code: "0384"}}\naanbieders: [{{agb: "42420001", contracten: [{CONTRACT}]}}]'
        )
        products = write("a", f'gemeente: {{code: "0384"}}\nproducten: [{PRODUCT}]')
        inrichting = load([contracts, products], {})["0384"]
        assert inrichting.contracten[0].producten == {product.code for product in inrichting.producten}

    def test_the_same_load_again_is_equal(self, write) -> None:
        path = write("a", f'gemeente: {{code: "0384"}}\nproducten: [{PRODUCT}]')
        once = load([path], {})
        assert load([path], once) == once

    def test_gives_only_the_gemeenten_of_the_files(self, write) -> None:
        other = loaded('gemeente: {code: "1708"}')
        assert set(load([write("a", 'gemeente: {code: "0384"}')], {"1708": other})) == {"0384"}

    def test_one_wrong_file_stops_all(self, write) -> None:
        good, wrong = write("a", 'gemeente: {code: "0384"}'), write("b", "gemeente: {}")
        with pytest.raises(InrichtingInvalid):
            load([good, wrong], {})

    def test_errors_of_reading_and_of_merging_come_together(self, write) -> None:
        overlap = write("a", f'gemeente: {{code: "0384"}}\nproducten: [{PRODUCT}, {PRODUCT}]')
        wrong = write("b", 'gemeente: {code: "1708", postcode: 1}')
        with pytest.raises(InrichtingInvalid) as refusal:
            load([overlap, wrong], {})
        assert {finding.waarden["bestand"] for finding in refusal.value.findings} == {str(overlap), str(wrong)}

    def test_half_a_gemeente_is_not_judged(self, write) -> None:
        contracts = write(
            "a", f'gemeente: {{code: "0384"}}\naanbieders: [{{agb: "42420001", contracten: [{CONTRACT}]}}]'
        )
        for text in ('gemeente: {code: "0384"}\nproducten: x', "gemeente: {"):
            wrong = write("b", text)
            with pytest.raises(InrichtingInvalid) as refusal:
                load([contracts, wrong], {})
            assert {finding.waarden["bestand"] for finding in refusal.value.findings} == {str(wrong)}

    def test_names_the_other_file_of_an_overlap(self, write) -> None:
        paths = [write(name, f'gemeente: {{code: "0384"}}\n\nproducten: [{PRODUCT}]') for name in ("a", "b")]
        with pytest.raises(InrichtingInvalid) as refusal:
            load(paths, {})
        (finding,) = refusal.value.findings
        assert finding.waarden == {
            "bestand": str(paths[1]),
            "regel": 3,
            "anderBestand": str(paths[0]),
            "andereRegel": 3,
        }
        assert f"overlapt met {paths[0]}, regel 3" in finding.melding
