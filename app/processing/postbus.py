"""A party fetches its messages, and says which it has."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.domain.refusals import NotFound
from app.processing.bezorgen import aflevering_sleutel
from app.processing.logboek import note, viewing
from app.processing.runtime import Runtime
from app.storage.accepted import feiten_of
from app.storage.berichten import BerichtRecord, berichten_by_id, get_bericht, set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.jobs import end_jobs
from app.storage.logboek import bsns_of_berichten
from app.storage.postbus import partijen_with, postbus_after
from app.storage.zicht import Zicht

UNDERWAY = frozenset({BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT})
"""A bericht that was refused, or is answered, stays that; one that was given up may still be fetched."""


def fetch(
    runtime: Runtime, principal: Principal, zicht: Zicht, *, after: str | None, limit: int
) -> tuple[list[BerichtRecord], str]:
    """At most `limit` berichten for the party after the cursor, oldest first, and the next cursor."""
    with viewing(runtime, principal, Handeling.POSTBUS_OPGEHAALD) as view:
        ids, cursor = postbus_after(view.session, partijen=principal.partijen, cursor=after, limit=limit)
        records = berichten_by_id(view.session, ids=ids, zicht=zicht)
        view.about(aantal=len(records))
        if not records:  # asked many times a day, and nothing was seen
            view.nothing()
    return records, cursor


def confirm(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> BerichtRecord:
    """The party has the bericht: `afgeleverd`, unless it was refused or answered, and not brought to it any more.

    Raises NotFound for a bericht that is not in the party's postbus.
    """
    return runtime.storage.run(lambda session: _confirm(session, runtime, principal, zicht, bericht_id))


def _confirm(session: Session, runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> BerichtRecord:
    get_bericht(session, id=bericht_id, zicht=zicht)
    partijen = set(principal.partijen).intersection(partijen_with(session, bericht_id=bericht_id))
    if not partijen:
        raise NotFound("Dit bericht zit niet in uw postbus.")
    now = runtime.moment(session)
    end_jobs(session, sleutels=[aflevering_sleutel(partij, bericht_id) for partij in partijen], now=now)
    if feiten_of(session, id=bericht_id, lock=True).status in UNDERWAY | {BerichtStatus.MISLUKT}:
        set_status(session, id=bericht_id, status=BerichtStatus.AFGELEVERD)
        soort = GebeurtenisSoort.AFGELEVERD
        add_gebeurtenissen(
            session,
            (Gebeurtenis(bericht_id=bericht_id, moment=now, soort=soort, partij=one) for one in sorted(partijen)),
        )
    bsns = bsns_of_berichten(session, ids=[bericht_id])
    regel = Logregel(handeling=Handeling.ONTVANGST_BEVESTIGD, object_id=bericht_id, bsns=bsns)
    note(session, runtime, principal, regel)
    return get_bericht(session, id=bericht_id, zicht=zicht)
