"""What is written in the logboek, and that nothing is seen or done without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.domain.bericht import BerichtIdentificatie
from app.domain.logboek import AARD, DIENST, NIEMAND, Handeling, LogRecord, Logregel, Uitkomst, at_command_line
from app.domain.principal import Herkomst, Principal, Rol, Wijze
from app.domain.refusals import Refusal, RejectedBericht
from app.iwmo.releases import write
from app.processing import logboek
from app.processing.logboek import clients_in, note_now, viewing
from app.processing.postbus import fetch
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.verloop import thread_of
from app.storage.berichten import get_bericht
from app.storage.logboek import clients_of, logboek_after
from app.storage.logboek_tables import LogboekRow
from app.storage.outages import DatabaseUnavailable
from app.storage.zicht import Zicht
from tests.builders import (
    AANBIEDER,
    BSN_X,
    GEMEENTE,
    a_beschikking,
    a_client,
    a_declaratie,
    a_toegewezen_product,
    a_toewijzing_header,
    a_toewijzingsbericht,
)

HERKOMST = Herkomst(adres="192.0.2.7", trace_id="a" * 32, span_id="b" * 16, parent_span_id="c" * 16, reden="klacht 12")
BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}), herkomst=HERKOMST)
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
OF_GEMEENTE = Zicht(gemeenten=frozenset({GEMEENTE}))
OF_AANBIEDER = Zicht(aanbieders=frozenset({AANBIEDER}))
A_301 = write(a_toewijzingsbericht(), "2.3")


def rows(runtime: Runtime, *handelingen: Handeling) -> list[LogRecord]:
    """The rows of these kinds, oldest first."""
    with runtime.storage.reading() as session:
        found = logboek_after(session, after="", limit=10_000)
    return [one for one in found if one.gebeurtenis in handelingen]


def clients(runtime: Runtime, record: LogRecord) -> list[str]:
    """How the clients of a row are named."""
    with runtime.storage.reading() as session:
        return [client for _, client in clients_of(session, ids=[record.id])]


class TestIntake:
    """A message that comes in."""

    def test_leaves_one_row_with_who_what_where_why_and_whom(self, runtime: Runtime):
        receipt = receive(runtime, BACK_OFFICE, A_301)

        (row,) = rows(runtime, Handeling.BERICHT_INGEDIEND)
        assert (row.wie, row.rol, row.wijze) == ("bo", "gemeente", "sleutel")
        assert (row.actie, row.uitkomst, row.object_soort, row.object_id) == (
            "C",
            "gelukt",
            "bericht",
            receipt.bericht_id,
        )
        assert (row.adres, row.trace_id, row.span_id, row.parent_span_id, row.reden) == (
            "192.0.2.7",
            "a" * 32,
            "b" * 16,
            "c" * 16,
            "klacht 12",
        )
        assert clients(runtime, row) == clients_in(runtime, {BSN_X})

    def test_the_same_again_is_another_kind_of_row(self, runtime: Runtime):
        receive(runtime, BACK_OFFICE, A_301)
        receive(runtime, BACK_OFFICE, A_301)
        assert len(rows(runtime, Handeling.BERICHT_INGEDIEND)) == len(rows(runtime, Handeling.BERICHT_HERHAALD)) == 1

    @pytest.mark.parametrize(
        ("body", "principal", "why"),
        [
            (b"<x/>", BACK_OFFICE, "UnreadableBericht"),
            (A_301, DECLARANT, "SenderNotAllowed"),
            (A_301[:-20], BACK_OFFICE, "UnreadableBericht"),
            (write(a_declaratie(), "2.3"), BACK_OFFICE, "SenderNotAllowed"),
        ],
    )
    def test_a_refusal_is_written_with_why(self, runtime: Runtime, body: bytes, principal: Principal, why: str):
        with pytest.raises(Refusal):
            receive(runtime, principal, body)
        (row,) = rows(runtime, Handeling.BERICHT_INGEDIEND)
        assert (row.uitkomst, row.reden) == (Uitkomst.GEWEIGERD, why)

    def test_what_is_undone_leaves_no_row(self, runtime: Runtime):
        def fail(*_arguments: object) -> None:
            raise KeyError

        with pytest.raises(KeyError):
            receive(runtime, BACK_OFFICE, A_301, also=fail)
        assert rows(runtime, Handeling.BERICHT_INGEDIEND) == []

    def test_nothing_is_kept_when_its_row_cannot_be_written(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        with monkeypatch.context() as broken:
            broken.setattr(logboek, "add_logboek", cannot_write)
            with pytest.raises(DatabaseUnavailable):
                receive(runtime, BACK_OFFICE, A_301)
        assert receive(runtime, BACK_OFFICE, A_301).is_new

    def test_costs_two_statements(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        receive(runtime, BACK_OFFICE, A_301)  # what is built once is built
        counted = [counted_statements(runtime, replaced(number)) for number in (1, 2)]
        monkeypatch.setattr("app.processing.receive.note", lambda *_: None)
        without = counted_statements(runtime, replaced(3))
        assert counted == [without + 2] * 2


def replaced(number: int) -> bytes:
    """Another 301."""
    client = a_client(beschikking=a_beschikking(a_toegewezen_product(toewijzing_nummer=5000 + number)))
    identificatie = BerichtIdentificatie(identificatie=f"ANDER{number}", dagtekening=date(2019, 5, 14))
    return write(a_toewijzingsbericht(client, header=a_toewijzing_header(bericht_identificatie=identificatie)), "2.3")


def counted_statements(runtime: Runtime, body: bytes) -> int:
    """How many statements the intake of a message takes."""
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = runtime.storage._writer
    event.listen(engine, "before_cursor_execute", count)
    with suppress(RejectedBericht):
        receive(runtime, BACK_OFFICE, body)
    event.remove(engine, "before_cursor_execute", count)
    return len(seen)


class TestViews:
    """What is looked at."""

    def test_a_look_at_a_bericht_names_its_client(self, runtime: Runtime):
        id = receive(runtime, BACK_OFFICE, A_301).bericht_id
        thread_of(runtime, DECLARANT, OF_AANBIEDER, id)

        (row,) = rows(runtime, Handeling.BERICHT_BEKEKEN)
        assert (row.wie, row.actie, row.object_id) == ("a", "R", id)
        assert clients(runtime, row) == clients_in(runtime, {BSN_X})

    def test_a_look_at_nothing_is_no_row(self, runtime: Runtime):
        with pytest.raises(Refusal):
            thread_of(runtime, DECLARANT, OF_AANBIEDER, "00000000-0000-7000-8000-000000000000")
        assert rows(runtime, Handeling.BERICHT_BEKEKEN) == []

    def test_an_empty_postbus_is_no_row_and_a_full_one_is(self, runtime: Runtime):
        fetch(runtime, DECLARANT, OF_AANBIEDER, after=None, limit=10)
        assert rows(runtime, Handeling.POSTBUS_OPGEHAALD) == []
        receive(runtime, BACK_OFFICE, A_301)
        fetch(runtime, DECLARANT, OF_AANBIEDER, after=None, limit=10)
        assert [row.aantal for row in rows(runtime, Handeling.POSTBUS_OPGEHAALD)] == [1]

    def test_nothing_is_shown_when_the_row_cannot_be_written(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        id = receive(runtime, BACK_OFFICE, A_301).bericht_id
        monkeypatch.setattr(logboek, "add_logboek", cannot_write)
        with pytest.raises(DatabaseUnavailable):
            thread_of(runtime, DECLARANT, OF_AANBIEDER, id)

    def test_the_row_is_there_before_the_view_ends(self, runtime: Runtime):
        id = receive(runtime, BACK_OFFICE, A_301).bericht_id
        with viewing(runtime, DECLARANT, Handeling.BERICHT_GEDOWNLOAD, object_id=id) as view:
            get_bericht(view.session, id=id, zicht=OF_AANBIEDER)
            assert rows(runtime, Handeling.BERICHT_GEDOWNLOAD) == []
        assert len(rows(runtime, Handeling.BERICHT_GEDOWNLOAD)) == 1

    def test_what_fails_is_no_view(self, runtime: Runtime):
        with pytest.raises(ZeroDivisionError), viewing(runtime, DECLARANT, Handeling.BERICHT_BEKEKEN):
            raise ZeroDivisionError
        assert rows(runtime, Handeling.BERICHT_BEKEKEN) == []


def cannot_write(*_arguments: object, **_named: object) -> None:
    """What a database does that has no room."""
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


class TestWhatARowHolds:
    """Never who it is about in plain."""

    def test_nothing_of_a_client(self, runtime: Runtime):
        receive(runtime, BACK_OFFICE, A_301)
        receive(runtime, DECLARANT, write(a_declaratie(), "2.3"))
        note_now(runtime, BACK_OFFICE, Logregel(handeling=Handeling.BERICHTEN_GEZOCHT, bsns=frozenset({BSN_X})))
        everything = "\n".join(texts(runtime))
        assert BSN_X not in everything
        assert not re.search(r"(?<![0-9a-f.-])9999\d{5}(?![0-9a-f])", everything)
        for word in ("Voorbeeld", "Jansen", "Teststraat", "1985-01-08"):
            assert word not in everything

    def test_a_client_has_another_name_in_another_service(self, runtime: Runtime):
        other = replace(runtime, geheimen=type(runtime.geheimen)(lambda: b"x" * 32))
        assert clients_in(runtime, {BSN_X}) != clients_in(other, {BSN_X})
        assert clients_in(runtime, {BSN_X}) == clients_in(runtime, {BSN_X})

    def test_a_moment_sorts_as_text(self, runtime: Runtime):
        moments = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)]
        assert sorted(map(logboek.text_of, moments)) == list(map(logboek.text_of, moments))

    def test_how_long_it_is_kept_follows_the_setting(self, runtime: Runtime):
        note_now(replace(runtime, logboek_jaren=7), DIENST, Logregel(handeling=Handeling.BERICHT_VERWERKT))
        (row,) = rows(runtime, Handeling.BERICHT_VERWERKT)
        assert int(row.bewaren_tot[:4]) == int(row.moment[:4]) + 7

    def test_a_row_of_very_many_clients(self, runtime: Runtime):
        bsns = frozenset(f"{number:09d}" for number in range(10_000))
        note_now(runtime, DECLARANT, Logregel(handeling=Handeling.BERICHT_GEDOWNLOAD, bsns=bsns))
        (row,) = rows(runtime, Handeling.BERICHT_GEDOWNLOAD)
        assert clients(runtime, row) == clients_in(runtime, bsns)


def texts(runtime: Runtime) -> Iterator[str]:
    """Every value of every row and client."""
    with runtime.storage.reading() as session:
        for record in session.scalars(select(LogboekRow)):
            own: Sequence[tuple[str, str]] = list(clients_of(session, ids=[record.id]))
            yield " ".join(str(getattr(record, column.name)) for column in LogboekRow.__table__.columns)
            yield " ".join(client for _, client in own)


class TestWho:
    """Who did it."""

    @pytest.mark.parametrize(
        ("actor", "expected"),
        [
            (DIENST, ("dienst", "dienst", "dienst")),
            (NIEMAND, ("onbekend", "onbekend", "onbekend")),
            (at_command_line("anna"), ("opdrachtregel:anna", "beheer", "opdrachtregel")),
            (
                Principal(key_id="persoon:anna", rol=Rol.LEZER, wijze=Wijze.SESSIE),
                ("persoon:anna", "lezer", "sessie"),
            ),
            (
                Principal(key_id="map", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER})),
                (f"map:aanbieder:{AANBIEDER}", "aanbieder", "map"),
            ),
        ],
    )
    def test_is_named(self, runtime: Runtime, actor: logboek.Actor, expected: tuple[str, str, str]):
        note_now(runtime, actor, Logregel(handeling=Handeling.LOGBOEK_BEKEKEN))
        (row,) = rows(runtime, Handeling.LOGBOEK_BEKEKEN)
        assert (row.wie, row.rol, row.wijze) == expected


def test_every_handeling_has_its_kind():
    assert set(AARD) == set(Handeling)


def test_what_the_inrichting_says_is_loaded_by_somebody(runtime: Runtime):
    assert [(row.object_id, row.wie) for row in rows(runtime, Handeling.INRICHTING_GELADEN)] == [
        (GEMEENTE, "opdrachtregel")
    ]
