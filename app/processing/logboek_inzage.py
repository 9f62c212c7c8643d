"""Who did or saw something of a client or a bericht, for who may look in the logboek; looking is written down too."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.logboek import Handeling, LogRecord
from app.domain.principal import Principal, Recht, Rol
from app.domain.refusals import RoleNotAllowed
from app.processing.logboek import clients_by_every_key, viewing
from app.processing.runtime import Runtime
from app.storage.logboek import berichten_of_bsn, logboek_before

MOST_BERICHTEN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Rows, newest first; the next page is what comes `before` the `cursor` (None: there is none)."""

    records: list[LogRecord]
    cursor: str | None


def viewed(
    runtime: Runtime,
    principal: Principal,
    *,
    bsn: str | None = None,
    object_id: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> LogPage:
    """What was done with and seen of a client, or of one bericht, toewijzing, declaratie or toekenning.

    Of a client that is also what was done with the berichten that are about it. Raises RoleNotAllowed for who is
    neither auditor nor beheer, and DatabaseUnavailable when the look itself cannot be written down.
    """
    if principal.rol is not Rol.BEHEER and not principal.may(Recht.LOGBOEK_LEZEN):
        raise RoleNotAllowed("Alleen een auditor of beheerder ziet het logboek.")
    clients = clients_by_every_key(runtime, bsn) if bsn is not None else []
    with viewing(runtime, principal, Handeling.LOGBOEK_BEKEKEN, object_id=object_id) as inzage:
        objects = [object_id] if object_id is not None else []
        objects += berichten_of_bsn(inzage.session, bsn=bsn)[-MOST_BERICHTEN:] if bsn is not None else []
        found = logboek_before(inzage.session, before=before, limit=limit + 1, clients=clients, object_ids=objects)
        shown = found[:limit]
        inzage.about(bsns=() if bsn is None else (bsn,), aantal=len(shown))
    return LogPage(records=shown, cursor=shown[-1].id if len(found) > limit else None)
