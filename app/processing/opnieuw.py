"""An operator has the work for a bericht tried again, or has it sent once more: the same bytes, the same kenmerk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import Aansluiting, GebeurtenisSoort
from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal, Rol, Wijze, gemeente_partij
from app.domain.refusals import NothingToDo, RoleNotAllowed
from app.domain.werk import JobSoort
from app.processing.bezorgen import aflevering
from app.processing.logboek import Poging, note, refusals_noted
from app.processing.runtime import Runtime
from app.storage.aansluitingen import aansluitingen_of
from app.storage.accepted import feiten_of
from app.storage.berichten import BerichtRecord, get_bericht, set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen, newest_gebeurtenis
from app.storage.goedkeuringen import newest_goedkeuring
from app.storage.jobs import add_jobs, failed_soorten, has_open_jobs, reopen_jobs
from app.storage.logboek import bsns_of_berichten
from app.storage.postbus import partijen_with
from app.storage.zicht import Zicht

SENT: Final = frozenset({BerichtStatus.VERZONDEN, BerichtStatus.AFGELEVERD, BerichtStatus.MISLUKT})
WORK: Final = (JobSoort.VERWERKING, JobSoort.ENVELOP, JobSoort.AFLEVERING, JobSoort.FOUTBERICHT)
MOVES_MONEY: Final = frozenset({Berichtsoort.WMO303, Berichtsoort.WMO304})


class Opnieuw(StrEnum):
    """What trying again comes down to."""

    VERWERKEN = "verwerken"
    VERZENDEN = "verzenden"
    LOOPT = "loopt"
    """The work is still to be done: nothing changes."""
    NIETS = "niets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vooruitzicht:
    """What trying again would do now; `partijen`: to whom it would be brought, `reden`: why there is nothing to do."""

    wat: Opnieuw
    partijen: tuple[str, ...] = ()
    reden: str = ""


def vooruitzicht(session: Session, record: BerichtRecord) -> Vooruitzicht:
    """What `try_again` would do, when nothing changes in between."""
    failed = failed_soorten(session, bericht_id=record.id, soorten=WORK)
    if failed & {JobSoort.VERWERKING, JobSoort.ENVELOP}:
        return Vooruitzicht(wat=Opnieuw.VERWERKEN)
    if failed:
        return Vooruitzicht(wat=Opnieuw.VERZENDEN, partijen=tuple(partijen_with(session, bericht_id=record.id)))
    if has_open_jobs(session, bericht_id=record.id, soorten=WORK):
        return Vooruitzicht(wat=Opnieuw.LOOPT)
    try:
        elsewhere = _reached_elsewhere(session, record.id, record.status)
    except NothingToDo as nothing:
        return Vooruitzicht(wat=Opnieuw.NIETS, reden=nothing.detail)
    return Vooruitzicht(wat=Opnieuw.VERZENDEN, partijen=tuple(sorted(elsewhere)))


def stand_of(session: Session, bericht_id: str) -> str:
    """Up to where one saw what happened to a bericht: who acts on an older view does nothing."""
    goedkeuring = newest_goedkeuring(session, bericht_id=bericht_id)
    asked = f"{goedkeuring.id}-{goedkeuring.status}" if goedkeuring else ""
    return f"{newest_gebeurtenis(session, bericht_id=bericht_id)}-{asked}"


def needs_two(principal: Principal, soort: str | None) -> bool:
    """Whether it takes two persons to have a bericht tried again: money may move, or what is in it is not known.

    Software is trusted by its key; what it does was decided by those who made it.
    """
    is_person = principal.wijze is Wijze.SESSIE or principal.rol is Rol.BEHANDELAAR
    return is_person and (soort is None or soort in MOVES_MONEY)


def try_again(
    runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str, *, stand: str | None = None
) -> bool:
    """Let what failed for a bericht be tried again; when nothing did, bring it once more to who is connected.

    While the work is still to be done nothing changes. False: more happened to it than the caller saw, up to `stand`,
    so nothing was done. Raises RoleNotAllowed for who is no gemeente or may not do it alone, NotFound for a bericht
    that it may not see, NothingToDo when there is nothing to try.
    """
    if not principal.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente laat een bericht opnieuw verwerken of verzenden.")
    poging = Poging(Logregel(handeling=Handeling.BERICHT_OPNIEUW))

    def work(session: Session) -> bool:
        record = get_bericht(session, id=bericht_id, zicht=zicht)
        poging.regel = replace(poging.regel, object_id=record.id, bsns=bsns_of_berichten(session, ids=[record.id]))
        if needs_two(principal, record.soort):
            raise RoleNotAllowed("Dit bericht gaat over geld: een collega moet het goedkeuren.")
        feiten_of(session, id=record.id, lock=True)
        if stand is not None and stand != stand_of(session, record.id):
            return False
        note(session, runtime, principal, poging.regel)
        do_again(session, runtime.now(), record, f"Door {_named(principal)}.")
        return True

    with refusals_noted(runtime, principal, poging):
        return runtime.storage.run(work)


def do_again(session: Session, now: datetime, record: BerichtRecord, door: str) -> None:
    """Do it, for who may; `door` says who. Raises NothingToDo."""
    bericht_id = record.id
    status = feiten_of(session, id=bericht_id, lock=True).status
    again = [soort for soort in WORK if reopen_jobs(session, bericht_id=bericht_id, soorten=[soort], now=now)]
    if not again:
        if has_open_jobs(session, bericht_id=bericht_id, soorten=WORK):
            return
        elsewhere = _reached_elsewhere(session, bericht_id, status)
        add_jobs(session, [aflevering(aansluiting, bericht_id, now) for aansluiting in elsewhere.values()], now=now)
    if JobSoort.VERWERKING in again or JobSoort.ENVELOP in again:
        set_status(session, id=bericht_id, status=BerichtStatus.IN_VERWERKING)
    elif status in SENT:
        set_status(session, id=bericht_id, status=BerichtStatus.TE_VERZENDEN)
    who = Gebeurtenis(
        bericht_id=bericht_id,
        moment=now,
        soort=GebeurtenisSoort.OPNIEUW,
        partij=gemeente_partij(record.gemeente or ""),
        reden=door,
    )
    add_gebeurtenissen(session, [who])


def _reached_elsewhere(session: Session, bericht_id: str, status: str) -> Mapping[str, Aansluiting]:
    """Who is brought the bericht, and how; raises NothingToDo when nobody is."""
    if status == BerichtStatus.BEANTWOORD:
        raise NothingToDo("Dit bericht is al beantwoord.")
    partijen = partijen_with(session, bericht_id=bericht_id)
    if not partijen and status == BerichtStatus.AFGEKEURD:
        raise NothingToDo("Dit bericht is geweigerd. De afzender moet een verbeterd bericht sturen.")
    if not partijen:
        raise NothingToDo("Er mislukte niets, en dit bericht gaat naar niemand.")
    elsewhere = aansluitingen_of(session, partijen=partijen)
    if not elsewhere:
        raise NothingToDo("Er mislukte niets, en de ontvanger haalt dit bericht zelf uit zijn postbus.")
    return elsewhere


def _named(principal: Principal) -> str:
    """Who acts, for the eyes of its gemeente."""
    naam = principal.key_id.removeprefix("persoon:")
    return naam if principal.wijze is Wijze.SESSIE else f"sleutel {principal.key_id}"
