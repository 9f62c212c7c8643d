"""The thread of a bericht: what happened to it in time, how far it is, its references, and when its answer is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.bewaren import Bewaring
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.processing.bewaren import tot_of
from app.processing.logboek import Inzage, viewing
from app.processing.runtime import Runtime
from app.processing.termijnen import answer_due
from app.storage.accepted import feiten_of
from app.storage.berichten import BerichtRecord, get_bericht
from app.storage.gebeurtenissen import Gebeurtenis, gebeurtenissen_of
from app.storage.ggk_envelopen import newest_envelop
from app.storage.jobs import voortgang_of
from app.storage.zicht import Zicht


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenties:
    """By what a bericht is known: its own number, and those of the envelope it came or went in last."""

    identificatie: str | None
    ggk_referentienummer: str | None = None
    ggk_cross_refnummer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A bericht with its thread, as one party sees it.

    `voortgang` is a percentage while it is being processed, else None; `antwoord_uiterlijk` None when no answer is
    waited for. Until when it is kept is for its gemeente alone: it follows from what other parties sent too.
    """

    record: BerichtRecord
    verloop: tuple[Gebeurtenis, ...]
    voortgang: int | None
    referenties: Referenties
    antwoord_uiterlijk: date | None
    bewaring: Bewaring | None


def thread_of(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> Thread:
    """A bericht and what happened to it; of deliveries a party sees its own, and the gemeente all.

    Raises NotFound for a bericht that may not be seen.
    """
    with viewing(runtime, principal, Handeling.BERICHT_BEKEKEN, object_id=bericht_id) as view:
        return thread_in(view, runtime, principal, zicht, bericht_id)


def thread_in(view: Inzage, runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> Thread:
    """The same as part of a view that shows more; raises NotFound."""
    session = view.session
    record = get_bericht(session, id=bericht_id, zicht=zicht)
    view.about_berichten([record.id], every_client=False)
    partijen = None if record.gemeente in principal.gemeenten else frozenset(principal.partijen)
    busy = record.status == BerichtStatus.IN_VERWERKING
    return Thread(
        record=record,
        verloop=_verloop(session, record, partijen),
        voortgang=voortgang_of(session, bericht_id=record.id) if busy else None,
        referenties=_referenties(session, record, partijen),
        antwoord_uiterlijk=answer_due(record),
        bewaring=tot_of(session, runtime, record.id) if record.gemeente in principal.gemeenten else None,
    )


def _verloop(session: Session, record: BerichtRecord, partijen: frozenset[str] | None) -> tuple[Gebeurtenis, ...]:
    """In order of time; what happened at one moment in the order in which it was noted."""
    ontvangen = Gebeurtenis(bericht_id=record.id, moment=record.ontvangen_op, soort=GebeurtenisSoort.ONTVANGEN)
    noted = (one for one in gebeurtenissen_of(session, bericht_id=record.id) if _concerns(one.partij, partijen))
    return tuple(sorted(chain([ontvangen], noted, _beantwoord(session, record)), key=lambda one: one.moment))


def _beantwoord(session: Session, record: BerichtRecord) -> list[Gebeurtenis]:
    if record.antwoord_id is None:
        return []
    moment = feiten_of(session, id=record.antwoord_id).ontvangen_op
    return [Gebeurtenis(bericht_id=record.id, moment=moment, soort=GebeurtenisSoort.BEANTWOORD)]


def _referenties(session: Session, record: BerichtRecord, partijen: frozenset[str] | None) -> Referenties:
    envelop = newest_envelop(session, bericht_id=record.id)
    if envelop is None or not _concerns(envelop.partij, partijen):
        return Referenties(identificatie=record.identificatie)
    return Referenties(
        identificatie=record.identificatie,
        ggk_referentienummer=envelop.referentienummer,
        ggk_cross_refnummer=envelop.cross_ref,
    )


def _concerns(partij: str | None, partijen: frozenset[str] | None) -> bool:
    return partij is None or partijen is None or partij in partijen
