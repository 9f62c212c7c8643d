"""What the logboek has is joined into a chain, apart from the writing of it: so no writer waits for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.domain.logboek import DIENST, Handeling, LogRecord, Logregel, Wie
from app.processing.failpoints import passed
from app.processing.geheimen import Doel
from app.processing.logboek import note, text_of
from app.processing.logboek_schakels import (
    Breuk,
    Wat,
    anker_is_right,
    anker_mac,
    digests_of,
    link_of,
    row_is_right,
    wrong_with,
)
from app.processing.runtime import Runtime
from app.storage.logboek import rows_of
from app.storage.logboek_zegels import (
    GENESIS,
    Anker,
    Schakel,
    add_places,
    anything_waits,
    first_places_to_go,
    last_place,
    lock_chain,
    newest_anker,
    remove_places,
    waiting_rows,
)
from app.storage.outages import is_outage

log = structlog.get_logger(__name__)

AT_ONCE: Final = 1000


class Opgeruimd(NamedTuple):
    """How many rows were removed, and what is wrong with the first that stays although its time has passed."""

    weg: int
    breuk: Breuk | None = None


def seal(runtime: Runtime) -> int:
    """Give every row that was committed its place in the chain; how many got one. Costs one question when none waits.

    Of any number that do this at once, each row gets one place. A row that is not as the service wrote it gets none,
    and waits no more: it is told once, and whoever verifies the logboek finds it.
    """
    with runtime.storage.reading() as session:
        if not anything_waits(session):
            return 0
    total = 0
    while True:
        waited, sealed, wrong = runtime.storage.run(lambda session: _seal(session, runtime))
        passed("logboek-verzegeld")
        if wrong:
            log.error("logboek_rows_not_sealed", aantal=wrong)
        total += sealed
        if waited < AT_ONCE:
            return total


def purge_logboek(runtime: Runtime, wie: Wie = DIENST, *, limit: int = AT_ONCE) -> Opgeruimd:
    """Remove at most `limit` rows whose time has passed, oldest first. What is left can be verified.

    Each is verified before it goes: what was changed stays, with all that comes after it, for it is evidence.
    """
    return runtime.storage.run(lambda session: _purge(session, runtime, wie, limit))


def purge_all(runtime: Runtime, wie: Wie = DIENST, *, limit: int = AT_ONCE) -> Opgeruimd:
    """Remove all rows whose time has passed, at most `limit` in one transaction."""
    total = 0
    while True:
        weg, breuk = purge_logboek(runtime, wie, limit=limit)
        passed("logboek-opgeruimd")
        total += weg
        if breuk is not None:
            log.error("logboek_not_purged", soort=breuk.wat.name)
        if breuk is not None or weg < limit:
            return Opgeruimd(total, breuk)


class _Sealed(NamedTuple):
    waited: int
    sealed: int
    wrong: int


def _seal(session: Session, runtime: Runtime) -> _Sealed:
    waiting = waiting_rows(session, limit=AT_ONCE)
    if not waiting:
        return _Sealed(0, 0, 0)
    due = [one.logboek_id for one in waiting if one.is_due]
    right = _right_rows(session, runtime, due)
    places = _joined(runtime, *last_place(session), right)
    add_places(session, places=places, done=[one.logboek_id for one in waiting])
    return _Sealed(len(waiting), len(places), len(due) - len(places))


def _right_rows(session: Session, runtime: Runtime, ids: Sequence[str]) -> list[LogRecord]:
    """The rows that are as the service wrote them, in order of id."""
    keys, found = runtime.geheimen.keys(Doel.LOGBOEK), _readable(session, ids)
    digests = digests_of(session, ids)
    return [one for one in found if row_is_right(keys, one, digests.get(one.id))]


def _readable(session: Session, ids: Sequence[str]) -> list[LogRecord]:
    """The rows, without those that cannot even be read."""
    try:
        return rows_of(session, ids=ids)
    except (DBAPIError, ValueError) as error:
        if isinstance(error, DBAPIError) and is_outage(error):
            raise
        half = len(ids) // 2
        return [*_readable(session, ids[:half]), *_readable(session, ids[half:])] if half else []


def _joined(runtime: Runtime, volgnummer: int, keten: str, rows: Sequence[LogRecord]) -> list[Schakel]:
    key, places = runtime.geheimen.key(Doel.LOGBOEK), list[Schakel]()
    for one in rows:
        volgnummer += 1
        keten = link_of(key, keten, volgnummer, one.mac)
        places.append(Schakel(volgnummer, one.id, keten))
    return places


def _purge(session: Session, runtime: Runtime, wie: Wie, limit: int) -> Opgeruimd:
    now = runtime.now()
    lock_chain(session)
    due = first_places_to_go(session, before=now.date().isoformat(), limit=limit)
    gone, breuk = _verified(session, runtime, due)
    if gone:
        last, moment = gone[-1], text_of(now)
        mac = anker_mac(runtime.geheimen.key(Doel.LOGBOEK), last.volgnummer, last.keten, moment)
        remove_places(session, places=gone, anker=Anker(last.volgnummer, last.keten, moment, mac))
        regel = Logregel(handeling=Handeling.BEWAARTERMIJN_UITGEVOERD, aantal=len(gone), reden="logboek")
        note(session, runtime, wie, regel)
    return Opgeruimd(len(gone), breuk)


def _verified(session: Session, runtime: Runtime, due: Sequence[Schakel]) -> tuple[Sequence[Schakel], Breuk | None]:
    """Those from the begin of the chain on that are right, and the first that is not."""
    keys, anker = runtime.geheimen.keys(Doel.LOGBOEK), newest_anker(session)
    if anker is not None and not anker_is_right(keys, anker):
        return [], Breuk(wat=Wat.BEGIN, volgnummer=anker.volgnummer) if due else None
    volgnummer, keten = (anker.volgnummer, anker.keten) if anker else (0, GENESIS)
    digests = digests_of(session, [one.logboek_id for one in due])
    for count, place in enumerate(due):
        volgnummer += 1
        follows = place.volgnummer == volgnummer
        wat = wrong_with(keys, keten, place, digests.get(place.logboek_id)) if follows else Wat.NUMMER
        if wat is not None:
            id = place.logboek_id if follows else None
            return due[:count], Breuk(wat=wat, volgnummer=volgnummer, logboek_id=id)
        keten = place.keten
    return due, None
