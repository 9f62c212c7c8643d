"""Counts for the start page: each stops at a limit, and is read from the end of an index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.bericht import BerichtStatus, Richting
from app.domain.werk import JobSoort, JobStatus
from app.storage.bericht_records import PARTY_COLUMNS
from app.storage.bericht_tables import BerichtRow
from app.storage.declaratie_tables import DeclaratieRow
from app.storage.declaraties import PARTY_COLUMNS as DECLARATIE_PARTIES
from app.storage.declaraties import DeclaratieStatus
from app.storage.inrichtingen import InrichtingVersieRow
from app.storage.job_banen import IS_OPEN
from app.storage.job_tables import JobRow
from app.storage.logboek_tables import LogboekRow
from app.storage.measures import first_id_at
from app.storage.zicht import PartyColumn, Zicht

Soort = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many were found, at most the limit, and when the oldest of those was made."""

    aantal: int
    oudste: datetime | None


def berichten_with(
    session: Session,
    *,
    zicht: Zicht,
    status: BerichtStatus,
    since: datetime | None = None,
    before: datetime | None = None,
    richting: Richting | None = None,
    limit: int,
) -> Found:
    """Berichten in a status that came since or before a moment, the oldest first."""
    conditions = [BerichtRow.status == status.value]
    if since is not None:
        conditions.append(BerichtRow.id >= first_id_at(since))
    if before is not None:
        conditions.append(BerichtRow.id < first_id_at(before))
    if richting is not None:
        conditions.append(BerichtRow.richting == richting.value)
    return _found(_oldest(session, BerichtRow.id, _each(zicht, *PARTY_COLUMNS), conditions, limit))


def declaraties_with_refusal(session: Session, *, zicht: Zicht, since: datetime, limit: int) -> Found:
    """Declaraties since a moment that were judged and not granted in full, the oldest first."""
    conditions = [
        DeclaratieRow.id >= first_id_at(since),
        DeclaratieRow.status == DeclaratieStatus.BEOORDEELD.value,
        DeclaratieRow.ingediend_cents != DeclaratieRow.toegekend_cents,
    ]
    return _found(_oldest(session, DeclaratieRow.id, _each(zicht, *DECLARATIE_PARTIES), conditions, limit))


def traffic_since(session: Session, *, zicht: Zicht, since: datetime, limit: int) -> dict[Soort, int]:
    """How many berichten came since a moment, by soort (empty: unreadable) and richting; of the newest `limit`."""
    ends = [
        select(BerichtRow.id)
        .where(party, BerichtRow.id >= first_id_at(since))
        .order_by(BerichtRow.id.desc())
        .limit(limit)
        .subquery()
        for party in _each(zicht, *PARTY_COLUMNS)
    ]
    if not ends:
        return {}
    found = union(*(select(end.c.id) for end in ends)).subquery()
    newest = select(found.c.id).order_by(found.c.id.desc()).limit(limit)
    columns = (func.coalesce(BerichtRow.soort, ""), BerichtRow.richting)
    query = select(*columns, func.count()).where(BerichtRow.id.in_(newest)).group_by(*columns)
    return {(soort, richting): count for soort, richting, count in session.execute(query)}


def statuses_since(session: Session, *, since: datetime, limit: int) -> dict[str, int]:
    """How many berichten of all parties came since a moment, by status; of the newest `limit`."""
    newest = select(BerichtRow.id, BerichtRow.status).where(BerichtRow.id >= first_id_at(since))
    part = newest.order_by(BerichtRow.id.desc()).limit(limit).subquery()
    query = select(part.c.status, func.count()).group_by(part.c.status)
    return {status: count for status, count in session.execute(query)}


def anything_sent(session: Session, *, zicht: Zicht) -> bool:
    """Whether there is any bericht of the parties."""
    return any(
        session.execute(select(BerichtRow.id).where(party).limit(1)).first() is not None
        for party in _each(zicht, *PARTY_COLUMNS)
    )


def work_failed(session: Session, *, limit: int) -> Found:
    """Work that was given up."""
    part = select(JobRow.klaar_op).where(JobRow.status == JobStatus.MISLUKT).limit(limit).subquery()
    aantal, oudste = session.execute(select(func.count(), func.min(part.c.klaar_op))).one()
    return Found(aantal=aantal, oudste=oudste)


def work_waiting(session: Session, *, limit: int) -> dict[JobSoort, int]:
    """How much work is to be done, by soort; of the first `limit`."""
    part = select(JobRow.soort).where(IS_OPEN).limit(limit).subquery()
    query = select(part.c.soort, func.count()).group_by(part.c.soort)
    return {JobSoort(soort): count for soort, count in session.execute(query)}


def newest_inrichtingen(session: Session) -> list[tuple[str, int, datetime]]:
    """Every gemeente with the number of its newest inrichting and when that was loaded."""
    newest = select(InrichtingVersieRow.gemeente, func.max(InrichtingVersieRow.versie).label("versie"))
    last = newest.group_by(InrichtingVersieRow.gemeente).subquery()
    query = select(InrichtingVersieRow.gemeente, InrichtingVersieRow.versie, InrichtingVersieRow.geladen_op).join(
        last, (last.c.gemeente == InrichtingVersieRow.gemeente) & (last.c.versie == InrichtingVersieRow.versie)
    )
    rows = session.execute(query.order_by(InrichtingVersieRow.gemeente))
    return [(gemeente, versie, geladen_op) for gemeente, versie, geladen_op in rows]


def has_inrichting(session: Session, *, gemeenten: Collection[str] | None = None) -> bool:
    """Whether any gemeente, or any of these, has an inrichting."""
    query = select(InrichtingVersieRow.gemeente).limit(1)
    if gemeenten is not None:
        query = query.where(InrichtingVersieRow.gemeente.in_(sorted(gemeenten)))
    return session.execute(query).first() is not None


def logboek_outcomes_since(session: Session, *, since: datetime, limit: int) -> dict[str, int]:
    """How many rows of the logboek were written since a moment, by uitkomst; of the newest `limit`."""
    newest = select(LogboekRow.id, LogboekRow.uitkomst).where(LogboekRow.id >= first_id_at(since))
    part = newest.order_by(LogboekRow.id.desc()).limit(limit).subquery()
    query = select(part.c.uitkomst, func.count()).group_by(part.c.uitkomst)
    return {uitkomst: count for uitkomst, count in session.execute(query)}


def moment_of_id(id: str) -> datetime:
    """When an identifier of ours was made (UUID version 7).

    >>> moment_of_id("0160af04-9000-7000-8000-000000000000").isoformat()
    '2018-01-01T00:00:00+00:00'
    """
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(id[:8] + id[9:13], 16))


def _found(ids: Sequence[str]) -> Found:
    return Found(aantal=len(ids), oudste=moment_of_id(ids[0]) if ids else None)


def _oldest(
    session: Session,
    id: InstrumentedAttribute[str],
    parties: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[str]:
    """The lowest `limit` ids, read for each party from the begin of its own index."""
    if not parties:
        return []
    begins = [select(id).where(party, *conditions).order_by(id).limit(limit).subquery() for party in parties]
    found = union(*(select(begin.c.id) for begin in begins)).subquery()
    return list(session.scalars(select(found.c.id).order_by(found.c.id).limit(limit)))


def _each(zicht: Zicht, gemeente: PartyColumn, aanbieders: Sequence[PartyColumn]) -> list[ColumnElement[bool]]:
    """A condition for each party, on one value: only then does an index give the rows in the order of id."""
    own = [gemeente == code for code in sorted(zicht.gemeenten)]
    return own + [column == code for column in aanbieders for code in sorted(zicht.aanbieders)]
