"""What is deleted, and what stays: whole dossiers, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.logboek import OPDRACHTREGEL, Handeling, Uitkomst
from app.domain.principal import Principal, Rol
from app.domain.refusals import BerichtWasDeleted, InvalidInput, NotFound, Refusal
from app.iwmo.releases import write
from app.processing import bewaren, failpoints
from app.processing.bewaren_stops import all_stops, lift, stop_bericht, stop_client, stop_toewijzing
from app.processing.controleren import controleer
from app.processing.logboek import NAMED_CLIENTS, clients_in
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.bericht_tables import BerichtRow
from app.storage.logboek import logboek_after
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEMEENTE, P1
from tests.e2e.notation import BASE, T1, D, line, message_301, message_303
from tests.e2e.service import Clock
from tests.processing.bewaren_stories import dump, emptied, everything, files, on_the_day, traces_in, years_on
from tests.storage.rows import stored_bericht

AS_GEMEENTE = Principal(key_id="a", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
AS_AANBIEDER = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
X_IS_DUE = date(2036, 1, 1)
"""What was assigned to X ends in 2019; Y's messages came in this century's twenties."""

LINE_X = line("R-X", 1001, P1, 850, 100, D(85000))
LINE_Y = line("R-Y", 1004, P1, 400, 100, D(40000), bsn=BSN_Y)


def send(runtime: Runtime, message, principal: Principal = AS_GEMEENTE) -> str:
    return receive(runtime, principal, write(message, "2.3")).bericht_id


def both(runtime: Runtime) -> tuple[str, str]:
    return send(runtime, BASE[0]), send(runtime, BASE[1])


def age(runtime: Runtime, bericht_ids: list[str], years: int) -> None:
    """Let berichten have come so many years ago."""
    with runtime.storage.writing() as session:
        moment = datetime.now(UTC) - timedelta(days=366 * years)
        session.execute(update(BerichtRow).where(BerichtRow.id.in_(bericht_ids)).values(ontvangen_op=moment))


class TestRun:
    def test_deletes_nothing_early(self, runtime: Runtime, clock: Clock):
        both(runtime)
        before = dump(runtime.storage, "bericht", "toewijzing", "toewijzing_versie", "bericht_client")
        verslag = years_on(clock, runtime, years=14)
        assert (verslag.dossiers, verslag.berichten) == (0, 0)
        assert dump(runtime.storage, *before) == before

    def test_deletes_everything_in_time(self, runtime: Runtime, clock: Clock):
        both(runtime)
        send(runtime, message_303("D1", P1, "2019-06-20", LINE_X, LINE_Y), AS_AANBIEDER)
        verslag = years_on(clock, runtime)
        assert (verslag.dossiers, verslag.mislukt) == (2, 0)
        assert emptied(runtime.storage) == {}
        assert traces_in(everything(runtime.storage), [BSN_X, BSN_Y, "Testmans", "1979-06-10", "R-X", "BASISX"]) == []

    def test_a_future_day_is_for_a_trial_alone(self, runtime: Runtime):
        both(runtime)
        with pytest.raises(InvalidInput):
            bewaren.run(runtime, until=date(2090, 1, 1))
        before = dump(runtime.storage)
        verslag = bewaren.run(runtime, until=date(2090, 1, 1), trial=True)
        assert (verslag.dossiers, verslag.toewijzingen, verslag.proef) == (2, 4, True)
        assert dump(runtime.storage) == before

    def test_a_set_business_date_takes_nothing_early(self, runtime: Runtime, clock: Clock):
        both(runtime)
        before = dump(runtime.storage)
        clock.today = date(2090, 1, 1)
        with pytest.raises(InvalidInput, match="IWMO_TODAY"):
            bewaren.run(runtime)
        with pytest.raises(InvalidInput):
            bewaren.run(runtime, until=date(2080, 1, 1))
        assert dump(runtime.storage) == before
        assert bewaren.run(runtime, trial=True).dossiers == 2

    def test_an_earlier_business_date_counts_as_well(self, runtime: Runtime, clock: Clock):
        both(runtime)
        late = replace(runtime, now=lambda: datetime(2090, 1, 1, tzinfo=UTC))
        assert bewaren.latest_day(late) == clock.today
        assert bewaren.run(late).dossiers == 0
        with pytest.raises(InvalidInput):
            bewaren.run(late, until=date(2090, 1, 1))

    def test_a_toewijzing_without_end_keeps_its_dossier(self, runtime: Runtime, clock: Clock):
        send(runtime, message_301("OPEN", "2019-05-14", replace(T1, einddatum=None)))
        assert years_on(clock, runtime, years=200).dossiers == 0
        assert bewaren.months(runtime) == {"": 1}


class TestSharedBericht:
    def test_stays_until_both_are_due(self, runtime: Runtime, clock: Clock):
        x, y = both(runtime)
        claim = send(runtime, message_303("D1", P1, "2019-06-20", LINE_X, LINE_Y), AS_AANBIEDER)
        (answer,) = [row[0] for row in dump(runtime.storage, "bericht")["bericht"] if "WMO304" in row]
        age(runtime, [x, claim, answer], 20)
        clock.today = X_IS_DUE
        assert bewaren.run(on_the_day(runtime)).dossiers == 1
        left = {row[0] for row in dump(runtime.storage, "bericht")["bericht"]}
        assert {y, claim, answer} < left
        assert x not in left
        assert len(dump(runtime.storage, "prestatie")["prestatie"]) == 2
        assert len(dump(runtime.storage, "toewijzing")["toewijzing"]) == 1
        assert BSN_X.encode() in everything(runtime.storage)
        years_on(clock, runtime)
        assert emptied(runtime.storage) == {}

    def test_the_other_dossier_is_left_byte_for_byte(self, runtime: Runtime, clock: Clock):
        x, _ = both(runtime)
        age(runtime, [x], 20)
        clock.today = X_IS_DUE
        tables = ("bericht", "bericht_inhoud", "toewijzing", "toewijzing_versie", "toewijzing_versie_bericht")
        before = dump(runtime.storage, *tables)
        assert bewaren.run(on_the_day(runtime)).dossiers == 1
        after = dump(runtime.storage, *tables)
        for name in tables:
            assert after[name]
            assert set(map(repr, after[name])) < set(map(repr, before[name]))
        assert traces_in(everything(runtime.storage), [BSN_X, BSN_Y]) == [BSN_Y]


class TestStops:
    @pytest.mark.parametrize("about", ["client", "toewijzing", "bericht"])
    def test_a_stopped_dossier_stays_whole_until_it_is_lifted(self, runtime: Runtime, clock: Clock, about: str):
        x, _ = both(runtime)
        claim = send(runtime, message_303("D1", P1, "2019-06-20", LINE_X), AS_AANBIEDER)
        more: dict[str, Any] = {"reden": "bezwaar"}
        if about == "client":
            stop = stop_client(runtime, OPDRACHTREGEL, bsn=BSN_X, gemeente=None, **more)
        elif about == "toewijzing":
            stop = stop_toewijzing(runtime, OPDRACHTREGEL, gemeente=GEMEENTE, sleutel="1001", **more)
        else:
            stop = stop_bericht(runtime, OPDRACHTREGEL, bericht_id=claim, **more)
        assert stop.dossiers == 1
        verslag = years_on(clock, runtime)
        assert (verslag.dossiers, verslag.vastgehouden) == (1, 1)
        kept = {row[0] for row in dump(runtime.storage, "bericht")["bericht"]}
        assert {x, claim} < kept
        assert len(dump(runtime.storage, "toewijzing")["toewijzing"]) == 3
        assert lift(runtime, OPDRACHTREGEL, stop.id)
        bewaren.run(on_the_day(runtime))
        assert emptied(runtime.storage) == {}
        assert traces_in(everything(runtime.storage), [BSN_X, BSN_Y]) == []

    def test_of_a_client_without_a_dossier_is_refused_unless_it_is_for_what_comes(self, runtime: Runtime):
        both(runtime)
        asked: dict[str, Any] = {"bsn": "999900031", "gemeente": None, "reden": "bezwaar"}
        with pytest.raises(NotFound, match="--toekomst"):
            stop_client(runtime, OPDRACHTREGEL, **asked)
        with pytest.raises(NotFound):
            stop_client(runtime, OPDRACHTREGEL, bsn=BSN_X, gemeente="0363", reden="bezwaar")
        assert all_stops(runtime) == []
        assert stop_client(runtime, OPDRACHTREGEL, **asked, toekomst=True).dossiers == 0
        assert stop_client(runtime, OPDRACHTREGEL, bsn=BSN_X, gemeente=GEMEENTE, reden="bezwaar").dossiers == 1

    @pytest.mark.parametrize(
        ("bsn", "gemeente"), [("999900007", None), ("99990006", None), (BSN_X, "Zwolle"), (BSN_X, "384")]
    )
    def test_of_no_bsn_or_gemeente_is_refused(self, runtime: Runtime, bsn: str, gemeente: str | None):
        both(runtime)
        with pytest.raises(InvalidInput):
            stop_client(runtime, OPDRACHTREGEL, bsn=bsn, gemeente=gemeente, reden="bezwaar", toekomst=True)


class TestReplay:
    def test_what_was_deleted_is_not_taken_in_again(self, runtime: Runtime, clock: Clock):
        both(runtime)
        claim = message_303("D1", P1, "2019-06-20", LINE_X)
        send(runtime, claim, AS_AANBIEDER)
        today = clock.today
        years_on(clock, runtime)
        clock.today = today
        for message, principal in ((BASE[0], AS_GEMEENTE), (claim, AS_AANBIEDER)):
            with pytest.raises(BerichtWasDeleted):
                send(runtime, message, principal)
        assert dump(runtime.storage, "toewijzing", "declaratie") == {"toewijzing": [], "declaratie": []}

    def test_a_trial_of_what_was_deleted_is_written_down(self, runtime: Runtime, clock: Clock):
        both(runtime)
        today = clock.today
        years_on(clock, runtime)
        clock.today = today
        with pytest.raises(BerichtWasDeleted):
            controleer(runtime, AS_GEMEENTE, write(BASE[0], "2.3"))
        with runtime.storage.reading() as session:
            client = frozenset(clients_in(runtime, {BSN_X}))
            (row,) = [
                one
                for one in logboek_after(session, after="", limit=100, clients=client)
                if one.gebeurtenis == Handeling.BERICHT_BEPROEFD
            ]
        assert (row.wie, row.uitkomst, row.reden) == ("a", Uitkomst.GEWEIGERD, "BerichtWasDeleted")


class TestRefused:
    def test_goes_after_its_own_term(self, runtime: Runtime, clock: Clock):
        with pytest.raises(Refusal):
            receive(runtime, AS_GEMEENTE, b"no message of 999900006")
        received = datetime.now(UTC).date()
        clock.today = received + timedelta(days=364)
        assert bewaren.run(on_the_day(runtime)).los == 0
        clock.today = received + timedelta(days=367)
        assert bewaren.run(runtime, trial=True).los == 1
        assert bewaren.run(on_the_day(runtime)).los == 1
        assert emptied(runtime.storage) == {}


class TestTotOf:
    """Until when a bericht is kept; of very many clients it says why there is no day, and reads none of them."""

    @pytest.mark.parametrize(("clients", "has_day"), [(NAMED_CLIENTS, True), (NAMED_CLIENTS + 1, False)])
    def test_of_many_clients(self, runtime: Runtime, clients: int, has_day: bool):
        bsns = frozenset(f"9999{number:05}" for number in range(clients))
        id = stored_bericht(runtime.storage, bsns=bsns)
        stored_bericht(runtime.storage, soort="WMO304", bsns=bsns, antwoord_op_id=id)
        with runtime.storage.reading() as session:
            found = bewaren.tot_of(session, runtime, id)
        assert (found.tot is not None) == has_day
        assert ("meer dan 100" in found.reden) != has_day


class TestInterrupted:
    @pytest.mark.parametrize(
        "place",
        ["bewaren-besluiten-weg", "bewaren-enveloppen-weg", "bewaren-dossiers-geschreven", "bewaren-dossiers-weg"],
    )
    def test_leaves_every_dossier_whole_or_gone_and_is_finished_later(self, runtime: Runtime, clock: Clock, place: str):
        both(runtime)
        clock.today = date(2090, 1, 1)

        def die(name: str) -> None:
            if name == place:
                raise KeyboardInterrupt

        failpoints.listen(die)
        with pytest.raises(KeyboardInterrupt):
            bewaren.run(on_the_day(runtime), at_once=1)
        failpoints.listen(None)
        left = dump(runtime.storage, "bericht_client", "toewijzing_versie")
        assert {row[1] for row in left["bericht_client"]} == {row[4] for row in left["toewijzing_versie"]}
        bewaren.run(on_the_day(runtime))
        assert emptied(runtime.storage) == {}


class TestFile:
    def test_nothing_remains_in_it(self, runtime: Runtime, clock: Clock, database_url: str):
        both(runtime)
        send(runtime, message_303("D1", P1, "2019-06-20", LINE_X, LINE_Y), AS_AANBIEDER)
        wanted = [BSN_X, BSN_Y, "Testmans", "1979-06-10"]
        if database_url.startswith("sqlite"):
            assert set(wanted) - set(traces_in(files(database_url), wanted)) == set()
        years_on(clock, runtime)
        assert traces_in(files(database_url), wanted) == []
