"""Set, list and lift a stop on deletion; each is written down in the logboek."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy.orm import Session
from stdnum.nl.bsn import is_valid

from app.domain.logboek import Handeling, Logregel, Wie
from app.domain.refusals import InvalidInput, NotFound
from app.processing.logboek import note
from app.processing.runtime import Runtime, new_id
from app.storage.bewaren_stops import (
    Vernietigingsstop,
    add_stop,
    bericht_exists,
    dossiers_held,
    lift_stop,
    list_stops,
    lock_bewaren,
    toewijzing_exists,
)

MAX_REDEN: Final = 200
NINE_DIGITS: Final = re.compile(r"[0-9]{9}")
GEMEENTE: Final = re.compile(r"[0-9]{4}")


class Gezet(NamedTuple):
    """A stop that was set, and how many dossiers it holds now."""

    id: str
    dossiers: int


def stop_client(
    runtime: Runtime, wie: Wie, *, bsn: str, gemeente: str | None, reden: str, toekomst: bool = False
) -> Gezet:
    """Keep every dossier of a client, at one gemeente or at all, also what is yet to come.

    Raises InvalidInput for what is no bsn or no gemeente, and NotFound when there is no dossier yet, unless `toekomst`.
    """
    if not (NINE_DIGITS.fullmatch(bsn) and is_valid(bsn)):
        raise InvalidInput("Dit is geen bsn: negen cijfers die de 11-proef doorstaan.")
    if gemeente is not None and not GEMEENTE.fullmatch(gemeente):
        raise InvalidInput("Een gemeente is een code van vier cijfers.")
    stop = replace(_new(runtime, wie, reden), bsn=bsn, gemeente=gemeente)
    return _stop(runtime, wie, stop, may_be_none=toekomst)


def stop_toewijzing(runtime: Runtime, wie: Wie, *, gemeente: str, sleutel: str, reden: str) -> Gezet:
    """Keep the dossier that a toewijzing is in; raises NotFound when there is no such toewijzing."""
    return _stop(runtime, wie, replace(_new(runtime, wie, reden), gemeente=gemeente, sleutel=sleutel), may_be_none=True)


def stop_bericht(runtime: Runtime, wie: Wie, *, bericht_id: str, reden: str) -> Gezet:
    """Keep a bericht, and every dossier that it is in; raises NotFound when there is no such bericht."""
    return _stop(runtime, wie, replace(_new(runtime, wie, reden), bericht_id=bericht_id), may_be_none=True)


def lift(runtime: Runtime, wie: Wie, id: str) -> bool:
    """Lift a stop; False when there is none with this id."""

    def work(session: Session) -> bool:
        lock_bewaren(session)
        if not lift_stop(session, id=id, now=runtime.now()):
            return False
        note(session, runtime, wie, Logregel(handeling=Handeling.BEWAARTERMIJN_GEWIJZIGD, object_id=id))
        return True

    return runtime.storage.run(work)


def all_stops(runtime: Runtime) -> Sequence[Vernietigingsstop]:
    """Every stop, also those that were lifted, oldest first."""
    with runtime.storage.reading() as session:
        return list_stops(session)


def _new(runtime: Runtime, wie: Wie, reden: str) -> Vernietigingsstop:
    if not 0 < len(reden.strip()) <= MAX_REDEN:
        raise InvalidInput(f"Geef een reden van ten hoogste {MAX_REDEN} tekens.")
    return Vernietigingsstop(id=new_id(), reden=reden.strip(), gezet_door=wie.naam, gezet_op=runtime.now())


def _stop(runtime: Runtime, wie: Wie, stop: Vernietigingsstop, *, may_be_none: bool) -> Gezet:
    """Set a stop; what names no dossier, such as a refused bericht, may hold none."""

    def work(session: Session) -> Gezet:
        lock_bewaren(session)
        _demand(session, stop)
        held = dossiers_held(session, stop=stop)
        if held == 0 and not may_be_none:
            raise NotFound("Er is geen dossier van deze client; wat nog komt vasthouden kan met --toekomst.")
        add_stop(session, stop=stop)
        bsns = frozenset({stop.bsn} if stop.bsn else set[str]())
        regel = Logregel(handeling=Handeling.BEWAARTERMIJN_GEWIJZIGD, object_id=stop.id, bsns=bsns)
        note(session, runtime, wie, regel)
        return Gezet(stop.id, held)

    return runtime.storage.run(work)


def _demand(session: Session, stop: Vernietigingsstop) -> None:
    if stop.bericht_id is not None and not bericht_exists(session, id=stop.bericht_id):
        raise NotFound("Er is geen bericht met dit id.")
    if stop.sleutel is not None and not toewijzing_exists(session, gemeente=stop.gemeente or "", sleutel=stop.sleutel):
        raise NotFound("Deze gemeente heeft geen toewijzing met dit nummer.")
