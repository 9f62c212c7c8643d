"""Defences behind the entrance, each off: what one sees and sends, what is read, kept, written down and shown."""

# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import ssrfguard
from lxml import etree
from sqlalchemy import true
from sqlalchemy.orm import Session

from app import observability
from app.api import body, problems
from app.api.invalid_input import InvalidPart
from app.beschikking import page as letter
from app.delivery.destinations import Destinations, NotAllowed
from app.delivery.safe_client import Answer, SafeClient
from app.domain.logboek import Logregel
from app.domain.refusals import TooLarge
from app.ggk import bestand, soap
from app.iwmo import reading as bericht_reading
from app.processing import (
    access,
    bewaren_dossiers,
    csv_rows,
    duplicates,
    ggk_ontvangen,
    ggk_openen,
    logboek,
    logboek_controle,
    logboek_schakels,
    receive,
)
from app.processing.logboek import note_now
from app.processing.runtime import Runtime
from app.storage import bewaren_verwijderen
from app.storage.berichten import NewBericht, add_unique_bericht
from app.storage.bewaren_stops import Gestopt
from app.storage.opgehaald import OpgehaaldRow
from app.storage.outages import DatabaseUnavailable
from app.storage.wire import known
from app.storage.zicht import Zicht
from app.web import pages
from tests.saboteurs.entrance import nothing, yes


def lists_show_all() -> None:
    """A list has the rows of everybody."""
    Zicht.of = lambda *_arguments: true()
    Zicht.parties = lambda *_arguments: [true()]


def one_shows_to_all() -> None:
    """Whoever knows what something is called sees it."""
    Zicht.of = lambda *_arguments: true()
    Zicht.shows = yes


def sender_unchecked() -> None:
    """Anybody sends as anybody."""
    access.authorise = nothing


def envelope_of_another() -> None:
    """An envelope may hold the message of another."""
    ggk_openen._differences = lambda *_arguments: []


def answer_to_another() -> None:
    """A retour may answer another message than its envelope says."""
    ggk_openen._demand_same_heenbericht = nothing


def same_bericht_twice() -> None:
    """The same message is another one each time."""

    def add(session: Session, *, new: NewBericht) -> str | None:
        return add_unique_bericht(session, new=replace(new, uniek=f"{new.uniek} {new.id}"))

    duplicates.add_unique_bericht = add


def same_envelope_forgotten() -> None:
    """An envelope that comes again is not known."""
    ggk_ontvangen._earlier = nothing


def deleted_taken_in_again() -> None:
    """What was deleted in time may come back."""
    duplicates.ask_deleted = lambda *_arguments: known(frozenset())


def doctype_accepted() -> None:
    """A message may have a DOCTYPE, of which nothing is resolved."""
    _read_with(resolve_entities=False)


def entities_resolved() -> None:
    """A message may have a DOCTYPE, and reads what it names."""
    _read_with(resolve_entities=True, load_dtd=True)


def _read_with(**options: Any) -> None:
    def parse(content: bytes) -> Any:
        return etree.fromstring(content, etree.XMLParser(**options)).getroottree()

    bericht_reading.parse = parse


def doctype_in_envelope_accepted() -> None:
    """An envelope may have a DOCTYPE, and reads what it names."""

    def parsed(text: bytes) -> Any:
        return etree.fromstring(text, etree.XMLParser(resolve_entities=True, load_dtd=True))

    soap._structure_problem, soap._parsed = nothing, parsed


def base64_forgiven() -> None:
    """What is no base64 in a file is left out."""

    def b64decode(text: str, **_strict: object) -> bytes:
        letters = re.sub("[^A-Za-z0-9+/]", "", text)
        return base64.b64decode(letters[: len(letters) // 4 * 4])

    bestand.base64 = SimpleNamespace(b64decode=b64decode, b64encode=base64.b64encode)
    bestand._is_written_so = yes


def body_without_end() -> None:
    """A body may be as large as one likes."""
    counted = body.counted

    async def all_of(request: Any, _limit: int, *more: Any) -> bytes:
        with suppress(TooLarge):
            return await counted(request, 10**12, *more)
        return b""

    body.counted = all_of


def compressed_accepted() -> None:
    """A body may be compressed."""
    body.demand_no_encoding = nothing


def intake_not_written() -> None:
    """What came in is not in the logboek."""
    receive.note = nothing


def intake_written_first() -> None:
    """The logboek says that a message came in before it did."""
    take_in = receive._take_in

    def noted_before(runtime: Runtime, arrival: Any, inhoud: Any, also: receive.Also) -> Any:
        note_now(
            runtime,
            arrival.principal,
            receive._received(receive.Receipt(bericht_id=arrival.id, is_new=True), frozenset()),
        )
        return take_in(runtime, arrival, inhoud, also)

    receive._take_in = noted_before


def intake_written_afterwards() -> None:
    """A message is kept, and what came in is written down after that."""
    take_in = receive._take_in

    def noted_after(runtime: Runtime, arrival: Any, inhoud: Any, also: receive.Also) -> Any:
        receipt = take_in(runtime, arrival, inhoud, also)
        note_now(runtime, arrival.principal, receive._received(receipt, receive.bsns_in(inhoud)))
        return receipt

    receive.note, receive._take_in = nothing, noted_after


def view_written_if_possible() -> None:
    """What is seen is written down when that works."""
    written = logboek.note_now

    def perhaps(runtime: Runtime, actor: Any, *regels: Logregel) -> None:
        with suppress(DatabaseUnavailable):
            written(runtime, actor, *regels)

    logboek.note_now = perhaps


def view_not_written() -> None:
    """What is seen is not in the logboek."""
    logboek.note_now = nothing


def mac_constant() -> None:
    """What shows that a row is as it was written shows nothing."""
    logboek.mac_of = logboek_schakels.mac_of = lambda *_arguments: "0" * 64


def chain_unchecked() -> None:
    """Each row is checked, and not its place."""
    wrong_with = logboek_controle.wrong_with

    def rows_only(*arguments: Any) -> logboek_schakels.Wat | None:
        found = wrong_with(*arguments)
        return None if found is logboek_schakels.Wat.KETEN else found

    logboek_controle.wrong_with = rows_only


def anchors_unchecked() -> None:
    """What was kept elsewhere is not compared."""
    logboek_controle._outside = lambda *_arguments: []


def any_fact_logged() -> None:
    """An event may name whatever it likes."""
    observability.only_known_fields = lambda _logger, _method, event: event


def bsn_logged() -> None:
    """A bsn in a text stays there."""
    observability._without_bsn = lambda text: text


def problem_repeats_input() -> None:
    """A problem says what was wrong by showing it."""
    invalid_parts = problems.invalid_parts

    def shown(errors: Iterable[Any]) -> list[InvalidPart]:
        found = list(errors)
        parts = zip(invalid_parts(found), found, strict=True)
        return [InvalidPart(part.pad, f"{part.melding} {error.get('input')}") for part, error in parts]

    problems.invalid_parts = shown


def private_addresses_allowed() -> None:
    """A name may point inside the house."""

    def policy(self: Destinations, _target: ssrfguard.Target) -> ssrfguard.Policy:
        return self._inside

    Destinations.policy = policy


def redirects_followed() -> None:
    """An answer that points elsewhere is asked there."""
    ask = SafeClient._ask

    def following(self: SafeClient, method: str, url: str, *more: Any) -> Answer:
        answer = ask(self, method, url, *more)
        parts = urlsplit(answer.headers.get("location", ""))
        try:
            return ask(self, method, parts.geturl(), *more) if 300 <= answer.status < 400 else answer
        except NotAllowed:
            return replace(answer, status=502)

    SafeClient._ask = following


def stop_ignored() -> None:
    """What was stopped is deleted all the same."""
    bewaren_dossiers.gestopt = lambda _session: Gestopt(frozenset(), frozenset(), frozenset())


def table_forgotten() -> None:
    """Of a toekenning the row itself stays."""
    bewaren_verwijderen.OF_TOEKENNING = bewaren_verwijderen.OF_TOEKENNING[:-1]


def folder_memory_forgotten() -> None:
    """What a bericht was called in a folder stays when it goes."""
    bewaren_verwijderen.OF_BERICHT = tuple(
        one for one in bewaren_verwijderen.OF_BERICHT if one.class_ is not OpgehaaldRow
    )


def markup_in_pages() -> None:
    """What somebody typed may be markup on a page."""
    pages._environment.autoescape = False


def markup_in_letters() -> None:
    """What a message says may be markup in a beschikking."""
    letter._environment.autoescape = False


def formulas_in_csv() -> None:
    """A cell may be a formula."""
    csv_rows.safe_cell = lambda value: "" if value is None else str(value)
