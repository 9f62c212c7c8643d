"""What the logboek has is joined into a chain, apart from the writing of it: so no writer waits for another."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from app.domain.logboek import link_text
from app.processing.failpoints import passed
from app.processing.geheimen import Doel
from app.processing.logboek import text_of
from app.processing.runtime import Runtime
from app.storage.logboek_zegels import (
    Anker,
    Schakel,
    Waiting,
    add_places,
    anything_waits,
    first_places_to_go,
    last_place,
    remove_places,
    waiting_rows,
)

AT_ONCE: Final = 1000


def seal(runtime: Runtime) -> int:
    """Give every row that was committed its place in the chain; how many got one. Costs one question when none waits.

    Of any number that do this at once, each row gets one place.
    """
    with runtime.storage.reading() as session:
        if not anything_waits(session):
            return 0
    total = 0
    while True:
        waited, sealed = runtime.storage.run(lambda session: _seal(session, runtime))
        passed("logboek-verzegeld")
        total += sealed
        if waited < AT_ONCE:
            return total


def purge_logboek(runtime: Runtime, *, limit: int = AT_ONCE) -> int:
    """Remove at most `limit` rows whose time has passed, oldest first; how many went. What is left can be verified."""
    return runtime.storage.run(lambda session: _purge(session, runtime, limit))


def link_of(key: bytes, keten: str, volgnummer: int, mac: str) -> str:
    """The `keten` of a place; keyed, for whoever can write the tables can also compute a plain digest."""
    return hmac.digest(key, link_text(keten, volgnummer, mac), "sha256").hex()


def anker_mac(key: bytes, volgnummer: int, keten: str, moment: str) -> str:
    """What shows that the begin of the chain is as it was when the rows before it were removed."""
    return hmac.digest(key, f"anker|{volgnummer}|{keten}|{moment}".encode(), "sha256").hex()


def _seal(session: Session, runtime: Runtime) -> tuple[int, int]:
    waiting = waiting_rows(session, limit=AT_ONCE)
    if not waiting:
        return 0, 0
    places = _joined(runtime, *last_place(session), waiting)
    add_places(session, places=places, done=[one.logboek_id for one in waiting])
    return len(waiting), len(places)


def _joined(runtime: Runtime, volgnummer: int, keten: str, waiting: Sequence[Waiting]) -> list[Schakel]:
    key, places = runtime.geheimen.key(Doel.LOGBOEK), list[Schakel]()
    for one in waiting:
        if one.mac is not None:
            volgnummer += 1
            keten = link_of(key, keten, volgnummer, one.mac)
            places.append(Schakel(volgnummer, one.logboek_id, keten))
    return places


def _purge(session: Session, runtime: Runtime, limit: int) -> int:
    now = runtime.now()
    gone = first_places_to_go(session, before=now.date().isoformat(), limit=limit)
    if not gone:
        return 0
    last, moment = gone[-1], text_of(now)
    mac = anker_mac(runtime.geheimen.key(Doel.LOGBOEK), last.volgnummer, last.keten, moment)
    remove_places(session, places=gone, anker=Anker(last.volgnummer, last.keten, moment, mac))
    return len(gone)
