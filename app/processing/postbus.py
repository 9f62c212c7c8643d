"""A party fetches its messages, and says which it has."""

from __future__ import annotations

from app.domain.bericht import BerichtStatus
from app.domain.principal import Principal
from app.domain.refusals import NotFound
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtRecord, berichten_by_id, get_bericht, set_status
from app.storage.postbus import is_in_postbus, postbus_after
from app.storage.zicht import Zicht

UNDERWAY = frozenset({BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT})


def fetch(
    runtime: Runtime, principal: Principal, zicht: Zicht, *, after: str | None, limit: int
) -> tuple[list[BerichtRecord], str]:
    """At most `limit` berichten for the party after the cursor, oldest first, and the next cursor."""
    with runtime.storage.reading() as session:
        ids, cursor = postbus_after(session, partijen=principal.partijen, cursor=after, limit=limit)
        return berichten_by_id(session, ids=ids, zicht=zicht), cursor


def confirm(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> BerichtRecord:
    """The party has the bericht: `afgeleverd`, unless it was refused or answered.

    Raises NotFound for a bericht that is not in the party's postbus.
    """
    with runtime.storage.writing() as session:
        record = get_bericht(session, id=bericht_id, zicht=zicht)
        if not is_in_postbus(session, partijen=principal.partijen, bericht_id=bericht_id):
            raise NotFound("Dit bericht zit niet in uw postbus.")
        if record.status in UNDERWAY:
            set_status(session, id=bericht_id, status=BerichtStatus.AFGELEVERD)
        return get_bericht(session, id=bericht_id, zicht=zicht)
