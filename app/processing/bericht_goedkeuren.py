"""Four eyes: where money may move one person asks for a bericht to be tried again, and a colleague decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal, Rol, Wijze
from app.domain.refusals import NotFound, NothingToDo, RoleNotAllowed
from app.processing.logboek import Poging, note, refusals_noted
from app.processing.opnieuw import Opnieuw, do_again, needs_two, stand_of, vooruitzicht
from app.processing.runtime import Runtime, new_id
from app.storage.accepted import feiten_of
from app.storage.berichten import BerichtRecord, get_bericht
from app.storage.goedkeuringen import (
    Goedkeuring,
    GoedkeuringStatus,
    add_goedkeuring,
    decide_goedkeuring,
    find_goedkeuring,
    open_goedkeuringen,
)
from app.storage.logboek import bsns_of_berichten
from app.storage.zicht import Zicht

GELDIG: Final = timedelta(days=7)
"""After so long a request is over."""

MOST_OPEN: Final = 100
OVER: Final = "Dit verzoek is er niet meer: er is al over beslist, of het is verlopen. Er is nu niets veranderd."
MEANWHILE: Final = "Er gebeurde intussen al iets met dit bericht. Er is nu niets beslist: kijk eerst opnieuw."
BUSY: Final = "Er wordt al aan dit bericht gewerkt. Er is nu niets beslist: kijk straks hoe het afliep."
HANDELING: Final = {
    GoedkeuringStatus.GOEDGEKEURD: Handeling.OPNIEUW_GOEDGEKEURD,
    GoedkeuringStatus.AFGEWEZEN: Handeling.OPNIEUW_AFGEWEZEN,
    GoedkeuringStatus.INGETROKKEN: Handeling.OPNIEUW_INGETROKKEN,
}


def ask(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str, *, stand: str) -> bool:
    """Ask colleagues to approve; nothing happens to the bericht until one does.

    False: more happened than the asker saw, up to `stand`, or it was asked already; then nothing changes. Raises
    RoleNotAllowed for who is no behandelaar, NotFound, and NothingToDo when there is nothing to try.
    """
    poging = Poging(Logregel(handeling=Handeling.OPNIEUW_GEVRAAGD, object_id=bericht_id))

    def work(session: Session) -> bool:
        record = _own_bericht(session, principal, zicht, bericht_id, poging)
        if not needs_two(principal, record.soort):
            raise NothingToDo("Dit bericht kunt u zelf opnieuw laten verwerken of verzenden.")
        feiten_of(session, id=record.id, lock=True)
        if stand != stand_of(session, record.id):
            return False
        outlook = vooruitzicht(session, record)
        if outlook.wat is Opnieuw.NIETS:
            raise NothingToDo(outlook.reden)
        asked = _request(record, principal, runtime.now())
        if outlook.wat is Opnieuw.LOOPT or not add_goedkeuring(session, new=asked, now=asked.gevraagd_op):
            return False
        note(session, runtime, principal, poging.regel)
        return True

    with refusals_noted(runtime, principal, poging):
        return runtime.storage.run(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Besluit:
    """What a person decides on a request; `stand`: up to where it saw what happened to the bericht."""

    goedkeuring_id: str
    akkoord: bool
    stand: str


def decide(
    runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str, besluit: Besluit
) -> GoedkeuringStatus:
    """Approve what a colleague asked, which does it at once, or decline it; who asked may only take it back.

    Raises RoleNotAllowed for who asked it or is no behandelaar, NotFound, and NothingToDo (nothing changes) when it is
    not open any more, or for who approves when there is nothing to try by now or more happened than was seen.
    """
    handeling = Handeling.OPNIEUW_GOEDGEKEURD if besluit.akkoord else Handeling.OPNIEUW_AFGEWEZEN
    poging = Poging(Logregel(handeling=handeling, object_id=bericht_id))

    def work(session: Session) -> GoedkeuringStatus:
        record = _own_bericht(session, principal, zicht, bericht_id, poging)
        asked = find_goedkeuring(session, id=besluit.goedkeuring_id)
        if asked is None or asked.bericht_id != record.id:
            raise NothingToDo(OVER)
        status = _decision(principal, asked, akkoord=besluit.akkoord)
        poging.regel = replace(poging.regel, handeling=HANDELING[status])
        feiten_of(session, id=record.id, lock=True)
        seen, now = stand_of(session, record.id), runtime.now()
        if decide_goedkeuring(session, id=asked.id, status=status, door=principal.key_id, now=now) is None:
            raise NothingToDo(OVER)
        note(session, runtime, principal, poging.regel)
        if status is GoedkeuringStatus.GOEDGEKEURD:
            _demand_work(session, record, seen_all=seen == besluit.stand)
            do_again(session, now, record, _door(asked, principal))
        return status

    with refusals_noted(runtime, principal, poging):
        return runtime.storage.run(work)


def awaiting(runtime: Runtime, principal: Principal) -> Sequence[Goedkeuring]:
    """What colleagues asked and this person may decide on, at most 100; those that end first in front."""
    if principal.rol is not Rol.BEHANDELAAR or not principal.gemeenten:
        return ()
    with runtime.storage.reading() as session:
        return open_goedkeuringen(
            session,
            gemeenten=principal.gemeenten,
            not_of=principal.key_id,
            now=runtime.now(),
            limit=MOST_OPEN,
        )


def is_own(principal: Principal, asked: Goedkeuring) -> bool:
    """Whether this person asked it; one who spells the name otherwise is the same."""
    return principal.key_id.casefold() == asked.gevraagd_door.casefold()


def naam_of(key_id: str) -> str:
    """A person by the name that one logs in with."""
    return key_id.removeprefix("persoon:")


def _door(asked: Goedkeuring, principal: Principal) -> str:
    return f"Gevraagd door {naam_of(asked.gevraagd_door)}, goedgekeurd door {naam_of(principal.key_id)}."


def _request(record: BerichtRecord, principal: Principal, now: datetime) -> Goedkeuring:
    return Goedkeuring(
        id=new_id(),
        bericht_id=record.id,
        gemeente=record.gemeente or "",
        gevraagd_door=principal.key_id,
        gevraagd_op=now,
        verloopt_op=now + GELDIG,
    )


def _decision(principal: Principal, asked: Goedkeuring, *, akkoord: bool) -> GoedkeuringStatus:
    own = is_own(principal, asked)
    if own and akkoord:
        raise RoleNotAllowed("U vroeg dit zelf. Alleen een collega kan het goedkeuren.")
    if akkoord:
        return GoedkeuringStatus.GOEDGEKEURD
    return GoedkeuringStatus.INGETROKKEN if own else GoedkeuringStatus.AFGEWEZEN


def _demand_work(session: Session, record: BerichtRecord, *, seen_all: bool) -> None:
    """Raise NothingToDo unless approving does something, and that is what the approver saw."""
    if not seen_all:
        raise NothingToDo(MEANWHILE)
    outlook = vooruitzicht(session, record)
    if outlook.wat in {Opnieuw.LOOPT, Opnieuw.NIETS}:
        raise NothingToDo(outlook.reden or BUSY)


def _own_bericht(
    session: Session, principal: Principal, zicht: Zicht, bericht_id: str, poging: Poging
) -> BerichtRecord:
    """The bericht of a gemeente that this person acts for."""
    if principal.rol is not Rol.BEHANDELAAR or principal.wijze is not Wijze.SESSIE:
        raise RoleNotAllowed("Alleen een behandelaar van de gemeente vraagt of beslist hierover.")
    record = get_bericht(session, id=bericht_id, zicht=zicht)
    if record.gemeente not in principal.gemeenten:
        raise NotFound("Er is geen bericht met dit id.")
    poging.regel = replace(poging.regel, bsns=bsns_of_berichten(session, ids=[record.id]))
    return record
