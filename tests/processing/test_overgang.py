"""A file becomes toekenningen and 301s, on each database: once, whatever goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.codelijsten import Eenheid
from app.domain.overgang import Omzetting, Uitkomst, Uitslag
from app.domain.refusals import InvalidInput
from app.iwmo.xsd import Schemas
from app.overgang.clients import open_clients
from app.processing import overgang
from app.processing.overgang import convert_clients, inrichting_for
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.base import Storage
from app.storage.bericht_tables import BerichtRow
from app.storage.overgangen import OvergangRow
from app.storage.postbus import PostbusItemRow
from app.storage.toekenning_tables import ToekenningRow
from app.storage.toekenningen import find_toekenning
from app.storage.toewijzing_tables import ToewijzingRow
from tests.builders.overgang import DRECHTSTEDEN_AWBZ, FAULTY_ROWS, STEENWIJKERLAND_2017, a_file, a_row
from tests.e2e.service import Clock, a_runtime

INRICHTINGEN = PROJECT / "fixtures" / "inrichting"
TABLES = (OvergangRow, ToekenningRow, ToewijzingRow, BerichtRow, PostbusItemRow)
STEENWIJKERLAND = Omzetting(gemeente="1708")
DORDRECHT = Omzetting(gemeente="0505", vanaf=date(2016, 1, 1))
BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055")


@pytest.fixture
def runtime(storage: Storage, schemas: Schemas, clock: Clock) -> Runtime:
    """A service that knows Steenwijkerland and Dordrecht, just before the change."""
    clock.today = date(2017, 12, 15)
    dordrecht = INRICHTINGEN / "drechtsteden-2016" / "0505-dordrecht.yaml"
    return a_runtime(storage, schemas, clock, INRICHTINGEN / "steenwijkerland-2018.yaml", dordrecht)


def convert(runtime: Runtime, path: Path, omzetting: Omzetting = STEENWIJKERLAND, **more: Any) -> list[Uitkomst]:
    return list(convert_clients(runtime, omzetting, open_clients(path).clients(), **more))


def kept(runtime: Runtime) -> dict[str, int]:
    """How many rows each table has."""
    with runtime.storage.reading() as session:
        return {t.__tablename__: session.scalars(select(func.count()).select_from(t)).one() for t in TABLES}


def budgets(outcomes: list[Uitkomst]) -> list[int | None]:
    return [one.nieuw.cents // 100 if one.nieuw else None for one in outcomes]


def many(folder: Path, **changes: str) -> Path:
    rows = [a_row(bsn=bsn, beschikkingnummer=str(n + 1), **changes) for n, bsn in enumerate(BSNS)]
    return a_file(folder, *rows)


class TestConversion:
    def test_steenwijkerland_2017(self, runtime: Runtime):
        outcomes = convert(runtime, STEENWIJKERLAND_2017)
        assert budgets(outcomes) == [990, 423, 392, 125]
        assert {one.uitslag for one in outcomes} == {Uitslag.OMGEZET}
        found = kept(runtime)
        assert (found["overgang"], found["toekenning"], found["toewijzing"]) == (4, 4, 4)
        assert (found["bericht"], found["postbus_item"]) == (5, 5)  # a 301 each, and a 302 where that is automatic

    def test_drechtsteden_awbz(self, runtime: Runtime, clock: Clock):
        clock.today = date(2015, 12, 15)
        assert budgets(convert(runtime, DRECHTSTEDEN_AWBZ, DORDRECHT)) == [319, 409, 1064, 1364]

    def test_a_toekenning_keeps_what_it_was_computed_from(self, runtime: Runtime):
        first = convert(runtime, STEENWIJKERLAND_2017)[0]
        with runtime.storage.reading() as session:
            record = find_toekenning(session, id=first.toekenning_id or "", gemeenten={"1708"})
        assert record is not None
        assert [regel.gebruik for regel in record.berekening.regels] == [1, 1, 1]
        assert record.berekening.regels[0].aantal_per_jaar == 169
        assert (record.toekenning.ingangsdatum, record.toekenning.afgiftedatum) == (
            date(2018, 1, 1),
            date(2017, 12, 15),
        )

    def test_without_inrichting_nothing_begins(self, runtime: Runtime):
        with pytest.raises(InvalidInput):
            inrichting_for(runtime, "9999")


class TestFaults:
    def test_the_good_clients_are_converted_and_the_others_leave_nothing(self, runtime: Runtime):
        outcomes = convert(runtime, FAULTY_ROWS)
        assert [one.regel for one in outcomes if one.uitslag is Uitslag.OMGEZET] == [2, 18, 22]
        late = {one.regel: {fout.kolom for fout in one.fouten} for one in outcomes if one.regel in {3, 7, 8, 9, 14}}
        assert late == {
            3: {"productspecificatie"},
            7: {"realisatie"},
            8: {"aanbieder"},
            9: {"productspecificatie"},
            14: {"einddatum"},
        }
        found = kept(runtime)
        assert (found["overgang"], found["toekenning"], found["toewijzing"]) == (3, 3, 3)

    def test_a_refusal_by_the_schema_undoes_only_its_client(self, runtime: Runtime, tmp_path: Path):
        rows = [a_row(bsn=bsn, beschikkingnummer=str(n + 1)) for n, bsn in enumerate(BSNS)]
        rows[2]["voorletters"] = "1"
        outcomes = convert(runtime, a_file(tmp_path, *rows))
        assert [one.uitslag for one in outcomes].count(Uitslag.OMGEZET) == 4
        assert [(fout.regel, fout.kolom) for fout in outcomes[2].fouten] == [(4, "voorletters")]
        assert kept(runtime)["toewijzing"] == 4

    def test_a_client_who_has_the_product_already_is_named(self, runtime: Runtime, tmp_path: Path):
        convert(runtime, a_file(tmp_path, a_row()))
        (again,) = convert(runtime, a_file(tmp_path, a_row()), Omzetting(gemeente="1708", vanaf=date(2018, 1, 29)))
        assert again.uitslag is Uitslag.MISLUKT
        assert "heeft dit product al" in again.fouten[0].reden

    def test_no_reason_holds_what_identifies_a_client(self, runtime: Runtime):
        reasons = " ".join(fout.reden for one in convert(runtime, FAULTY_ROWS) for fout in one.fouten)
        assert not any(value in reasons for value in ("9999", "Testkamp", "Teststraat", "1950"))


class TestKortdurendVerblijf:
    def use(self, *lines: tuple[str, str]) -> list[dict[str, str]]:
        return [a_row(productspecificatie=code, realisatie=aantal) for code, aantal in lines]

    @pytest.mark.parametrize(
        ("code", "used", "etmalen", "euro"),
        [
            ("VERBLIJF", "39", 4, 378),
            ("04A01", "43,88", 5, 473),
            ("04A06", "9,75", 1, 188),
            ("VERBLIJF", "273", 28, 2646),
        ],
    )
    def test_becomes_whole_etmalen_per_four_weeks(
        self, runtime: Runtime, tmp_path: Path, code: str, used: str, etmalen: int, euro: int
    ):
        (one,) = convert(runtime, a_file(tmp_path, *self.use((code, used))))
        assert budgets([one]) == [euro]
        with runtime.storage.reading() as session:
            record = find_toekenning(session, id=one.toekenning_id or "", gemeenten={"1708"})
        assert record is not None
        assert record.berekening.volume == etmalen
        assert record.berekening.eenheid is Eenheid.ETMAAL

    @pytest.mark.parametrize("used", ["4,87", "278", "0,01"])
    def test_less_than_one_etmaal_or_more_than_there_are_is_refused(self, runtime: Runtime, tmp_path: Path, used: str):
        (one,) = convert(runtime, a_file(tmp_path, *self.use(("04A01", used))))
        assert one.uitslag is Uitslag.MISLUKT
        assert [(fout.regel, fout.kolom) for fout in one.fouten] == [(2, "realisatie")]
        assert "etmalen per vier weken" in one.fouten[0].reden

    @pytest.mark.parametrize(("first", "second"), [("OZL1", "VERBLIJF"), ("VERBLIJF", "OZL1"), ("04A01", "04A06")])
    def test_among_other_use_is_refused_on_a_line_and_may_have_its_own_file(
        self, runtime: Runtime, tmp_path: Path, first: str, second: str
    ):
        (one,) = convert(runtime, a_file(tmp_path, *self.use((first, "39"), (second, "39"))))
        assert one.uitslag is Uitslag.MISLUKT
        assert [fout.kolom for fout in one.fouten] == ["productspecificatie"]
        assert "in een eigen bestand" in one.fouten[0].reden
        for code in (first, second):
            (apart,) = convert(runtime, a_file(tmp_path, *self.use((code, "39"))))
            assert apart.uitslag is Uitslag.OMGEZET


class TestTrial:
    def test_sees_a_client_that_stands_in_two_batches(
        self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(overgang, "BATCH", 2)
        rows = [a_row(bsn=bsn, beschikkingnummer=str(n + 1)) for n, bsn in enumerate((*BSNS, BSNS[0]))]
        path = a_file(tmp_path, *rows)
        trial = convert(runtime, path, proef=True)
        assert [one.regel for one in trial if one.uitslag is Uitslag.MISLUKT] == [2, 7]
        assert [replace(one, toekenning_id=None) for one in convert(runtime, path)] == trial

    def test_it_says_the_same_and_keeps_nothing(self, runtime: Runtime):
        before = kept(runtime)
        trial = convert(runtime, FAULTY_ROWS, proef=True)
        assert kept(runtime) == before
        real = convert(runtime, FAULTY_ROWS)
        assert [(one.uitslag, one.nieuw, one.fouten) for one in trial] == [
            (one.uitslag, one.nieuw, one.fouten) for one in real
        ]
        assert {one.toekenning_id for one in trial} == {None}


class TestAgain:
    def test_a_second_run_does_nothing_and_reports_the_same_budgets(self, runtime: Runtime):
        first = convert(runtime, STEENWIJKERLAND_2017)
        before = kept(runtime)
        second = convert(runtime, STEENWIJKERLAND_2017)
        assert kept(runtime) == before
        assert {one.uitslag for one in second} == {Uitslag.EERDER}
        assert [(one.nieuw, one.toekenning_id) for one in first] == [(one.nieuw, one.toekenning_id) for one in second]

    @pytest.mark.parametrize("step", ["grant_all", "add_overgangen", "give"])
    @pytest.mark.parametrize("done", [0, 1, 2])
    def test_what_was_broken_off_is_finished_and_nothing_is_done_twice(
        self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, done: int
    ):
        monkeypatch.setattr(overgang, "BATCH", 2)
        with monkeypatch.context() as patch:
            patch.setattr(overgang, step, failing_after(done, getattr(overgang, step)))
            with pytest.raises(PowerFailure):
                convert(runtime, many(tmp_path))
        assert set(kept(runtime).values()) <= {done * 2, done * 4}  # an aanbieder that answers itself: 301 and 302
        assert kept(runtime)["overgang"] == kept(runtime)["toewijzing"] == done * 2
        outcomes = convert(runtime, many(tmp_path))
        assert [one.uitslag for one in outcomes].count(Uitslag.EERDER) == done * 2
        assert [one.uitslag for one in outcomes].count(Uitslag.OMGEZET) == 5 - done * 2
        assert kept(runtime)["overgang"] == kept(runtime)["toewijzing"] == 5

    def test_another_budget_than_before_is_said_and_not_granted(self, runtime: Runtime, tmp_path: Path):
        convert(runtime, a_file(tmp_path, a_row()))
        before = kept(runtime)
        (again,) = convert(runtime, a_file(tmp_path, a_row(realisatie="78", aanbieder="42420002")))
        assert kept(runtime) == before
        assert (again.uitslag, again.aanbieder, budgets([again])) == (Uitslag.EERDER, "42420001", [198])
        assert [fout.kolom for fout in again.fouten] == ["", "aanbieder"]

    def test_two_runs_at_once_grant_once(self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(overgang, "BATCH", 2)
        path = many(tmp_path)
        with ThreadPoolExecutor(2) as threads:
            runs = list(threads.map(lambda _: convert(runtime, path), range(2)))
        assert Counter(one.uitslag for run in runs for one in run) == {Uitslag.OMGEZET: 5, Uitslag.EERDER: 5}
        assert kept(runtime)["toewijzing"] == 5


class PowerFailure(Exception):
    """Nothing after this happens."""


def failing_after(done: int, step: Callable[..., Any]) -> Callable[..., Any]:
    """A step of a batch after which everything stops, once it went well for so many batches."""
    batches: list[None] = []

    def do_or_fail(*args: Any, **kwargs: Any) -> Any:
        result = step(*args, **kwargs)
        if len(batches) == done:
            raise PowerFailure
        batches.append(None)
        return result

    return do_or_fail
