"""Whatever dossiers there are: exactly those go that are due and not stopped, and the others stay byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.logboek import OPDRACHTREGEL
from app.processing import bewaren
from app.processing.bewaren_stops import stop_client
from app.processing.runtime import Runtime
from app.storage.base import Storage
from app.storage.berichten import add_bericht
from app.storage.schema import metadata
from app.storage.toewijzingen import NewVersie, book_versies
from tests.e2e.service import Clock
from tests.processing.bewaren_stories import Dump, dump, on_the_day
from tests.storage.rows import AANBIEDER, GEMEENTE, a_bericht, a_versie
from tests.unhurried import BESIDE_A_FIXTURE

BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055")
TODAY = date(2040, 6, 1)
LAST_DUE = date(2025, 5, 31)
"""What came or ended on this day was to be kept until and including the day before today."""

DAYS = st.sampled_from([date(2000, 2, 29), date(2025, 5, 30), LAST_DUE, date(2025, 6, 1), date(2030, 1, 1)])
CLIENTS = st.sampled_from(BSNS)
OF_DOSSIERS = ("bericht", "bericht_inhoud", "bericht_client", "toewijzing", "toewijzing_versie")


@dataclass(frozen=True)
class Message:
    """A bericht about clients; with a toewijzing of the first when `einddatum` says (None: it has no end)."""

    clients: frozenset[str]
    received: date
    einddatum: date | None
    assigns: bool
    answered: bool


MESSAGES = st.builds(
    Message,
    clients=st.frozensets(CLIENTS, min_size=1, max_size=3),
    received=DAYS,
    einddatum=st.none() | DAYS,
    assigns=st.booleans(),
    answered=st.booleans(),
)


def tell(storage: Storage, messages: list[Message]) -> list[str]:
    """Store the messages; their ids."""
    ids: list[str] = []
    with storage.writing() as session:
        for table in (table for table in reversed(metadata.sorted_tables) if not table.name.startswith("logboek")):
            session.execute(table.delete())
        for number, message in enumerate(messages):
            moment = datetime.combine(message.received, time(12), tzinfo=UTC)
            new = a_bericht(
                bsns=message.clients, ontvangen_op=moment, uniek=f"u{number}", body=f"<B{number}/>".encode()
            )
            add_bericht(session, new=new)
            ids.append(new.id)
            if message.answered:
                add_bericht(session, new=a_bericht(soort="WMO302", ontvangen_op=moment, antwoord_op_id=new.id))
            if message.assigns:
                bsn = min(message.clients)
                versie = a_versie(bsn=bsn, einddatum=message.einddatum)
                one = NewVersie(
                    gemeente=GEMEENTE,
                    sleutel=str(number),
                    nummer=number,
                    aanbieder=AANBIEDER,
                    versie=versie,
                    bericht_id=new.id,
                )
                book_versies(session, new=[one])
    return ids


def goes(messages: list[Message], stopped: set[str]) -> set[str]:
    """The clients whose dossier goes, by the plainest reading of the rule."""
    found: set[str] = set()
    for bsn in set(BSNS) - stopped:
        own = [message for message in messages if bsn in message.clients]
        assigned = [message for message in own if message.assigns and bsn == min(message.clients)]
        days = [message.received for message in own] + [message.einddatum or date.max for message in assigned]
        if days and max(days) <= LAST_DUE:
            found.add(bsn)
    return found


def rows_about(found: Dump, kept: set[str]) -> dict[str, list[str]]:
    """The rows of berichten that are kept, as text."""
    return {
        name: [repr(row) for row in rows if any(value in kept for value in row if isinstance(value, str))]
        for name, rows in found.items()
    }


class TestRun:
    @settings(max_examples=40, suppress_health_check=BESIDE_A_FIXTURE)
    @given(
        messages=st.lists(MESSAGES, max_size=8),
        stopped=st.frozensets(CLIENTS, max_size=2),
        at_once=st.integers(1, 4),
    )
    def test_takes_exactly_what_is_due(
        self, runtime: Runtime, clock: Clock, messages: list[Message], stopped: frozenset[str], at_once: int
    ):
        ids = tell(runtime.storage, messages)
        clock.today = TODAY
        for bsn in stopped:
            stop_client(runtime, OPDRACHTREGEL, bsn=bsn, gemeente=None, reden="proef", toekomst=True)
        before = dump(runtime.storage, *OF_DOSSIERS)
        trial = bewaren.run(runtime, trial=True, at_once=at_once)
        verslag = bewaren.run(on_the_day(runtime), at_once=at_once)

        going = goes(messages, set(stopped))
        kept = {id for id, message in zip(ids, messages, strict=True) if not message.clients <= going}
        after = dump(runtime.storage, *OF_DOSSIERS)
        assert (verslag.dossiers, trial.dossiers, verslag.mislukt) == (len(going), len(going), 0)
        assert (trial.toewijzingen, trial.berichten) == (verslag.toewijzingen, verslag.berichten)
        assert {row[0] for row in after["bericht"]} & set(ids) == kept
        assert {row[4] for row in after["toewijzing_versie"]} == {
            min(message.clients) for message in messages if message.assigns
        } - going
        untouched = rows_about(before, kept)
        for name in ("bericht", "bericht_inhoud", "bericht_client"):
            assert rows_about(after, kept)[name] == untouched[name]
        assert set(map(repr, after["toewijzing_versie"])) <= set(map(repr, before["toewijzing_versie"]))
        assert bewaren.run(on_the_day(runtime)).berichten == 0
