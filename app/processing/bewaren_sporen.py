"""What was deleted is still known, as a keyed hash: it is not processed, or given out, a second time."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from app.processing.geheimen import Doel
from app.processing.runtime import Runtime
from app.storage.bewaren_sporen import add_sporen, known_sporen
from app.storage.wire import Answer

HEXADECIMALS = 32
"""128 bits: of a thousand million traces no two are the same by chance."""


class Spoorsoort(StrEnum):
    """Of what a trace is."""

    BERICHT = "bericht"
    ENVELOP = "envelop"
    NUMMER = "nummer"


def leave(session: Session, runtime: Runtime, soort: Spoorsoort, names: Iterable[str], *, today: date) -> None:
    """Leave a trace of each name."""
    key = runtime.geheimen.key(Doel.BEWAREN)
    add_sporen(session, sporen=[_spoor(key, soort, name) for name in names], verwijderd_op=today)


def was_deleted(session: Session, runtime: Runtime, soort: Spoorsoort, name: str) -> bool:
    """Whether something under this name was deleted."""
    return bool(deleted_among(session, runtime, soort, [name]))


def deleted_among(session: Session, runtime: Runtime, soort: Spoorsoort, names: Collection[str]) -> frozenset[str]:
    """Which of the names were deleted; also when the secret of the service changed since."""
    return ask_deleted(session, runtime, soort, names).get()


def ask_deleted(
    session: Session, runtime: Runtime, soort: Spoorsoort, names: Collection[str]
) -> Answer[frozenset[str]]:
    """The same, to be answered along with what is asked next."""
    by_spoor = {_spoor(key, soort, name): name for key in runtime.geheimen.keys(Doel.BEWAREN) for name in names}
    known = known_sporen(session, sporen=by_spoor)
    return known.then(lambda sporen: frozenset(by_spoor[spoor] for spoor in sporen))


def deleted_nummers(session: Session, runtime: Runtime, gemeente: str, nummers: Collection[int]) -> frozenset[int]:
    """Which ToewijzingNummers of a gemeente were deleted with their toewijzing."""
    names = {nummer_name(gemeente, nummer): nummer for nummer in nummers}
    return frozenset(names[name] for name in deleted_among(session, runtime, Spoorsoort.NUMMER, names))


def nummer_name(gemeente: str, nummer: int) -> str:
    """What a ToewijzingNummer is called in a trace."""
    return f"{gemeente}|{nummer}"


def envelop_name(organisatie: str, applicatie: str, administratie: str | None, referentienummer: str) -> str:
    """What an envelope that we received is called in a trace."""
    return "|".join((organisatie, applicatie, administratie or "", referentienummer))


def _spoor(key: bytes, soort: Spoorsoort, name: str) -> str:
    return hmac.digest(key, f"{soort}:{name}".encode(), "sha256").hex()[:HEXADECIMALS]
