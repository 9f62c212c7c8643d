"""Set, list and lift a stop on deletion; each is written down in the logboek."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, Logregel, Wie
from app.domain.refusals import InvalidInput, NotFound
from app.processing.logboek import note
from app.processing.runtime import Runtime, new_id
from app.storage.bewaren_stops import (
    Vernietigingsstop,
    add_stop,
    bericht_exists,
    lift_stop,
    list_stops,
    lock_bewaren,
    toewijzing_exists,
)

MAX_REDEN = 200


def stop_client(runtime: Runtime, wie: Wie, *, bsn: str, gemeente: str | None, reden: str) -> str:
    """Keep every dossier of a client, at one gemeente or at all, also what is yet to come; the id of the stop."""
    return _stop(runtime, wie, replace(_new(runtime, wie, reden), bsn=bsn, gemeente=gemeente))


def stop_toewijzing(runtime: Runtime, wie: Wie, *, gemeente: str, sleutel: str, reden: str) -> str:
    """Keep the dossier that a toewijzing is in; raises NotFound when there is no such toewijzing."""
    return _stop(runtime, wie, replace(_new(runtime, wie, reden), gemeente=gemeente, sleutel=sleutel))


def stop_bericht(runtime: Runtime, wie: Wie, *, bericht_id: str, reden: str) -> str:
    """Keep a bericht, and every dossier that it is in; raises NotFound when there is no such bericht."""
    return _stop(runtime, wie, replace(_new(runtime, wie, reden), bericht_id=bericht_id))


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


def _stop(runtime: Runtime, wie: Wie, stop: Vernietigingsstop) -> str:
    def work(session: Session) -> str:
        lock_bewaren(session)
        _demand(session, stop)
        add_stop(session, stop=stop)
        bsns = frozenset({stop.bsn} if stop.bsn else set[str]())
        regel = Logregel(handeling=Handeling.BEWAARTERMIJN_GEWIJZIGD, object_id=stop.id, bsns=bsns)
        note(session, runtime, wie, regel)
        return stop.id

    return runtime.storage.run(work)


def _demand(session: Session, stop: Vernietigingsstop) -> None:
    if stop.bericht_id is not None and not bericht_exists(session, id=stop.bericht_id):
        raise NotFound("Er is geen bericht met dit id.")
    if stop.sleutel is not None and not toewijzing_exists(session, gemeente=stop.gemeente or "", sleutel=stop.sleutel):
        raise NotFound("Deze gemeente heeft geen toewijzing met dit nummer.")
