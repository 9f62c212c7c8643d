"""Stops on deletion: set, listed, lifted, and which dossiers and berichten they keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, insert, or_, select, text, update
from sqlalchemy.orm import Session

from app.storage.bericht_tables import BerichtRow
from app.storage.bewaren_families import families_of
from app.storage.bewaren_feiten import Dossier, clients_of, dossier_standen
from app.storage.bewaren_tables import VernietigingsstopRow
from app.storage.columns import is_postgresql, one_of
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow

BEWAREN_LOCK = 1708_0303  # any number, the same on every node


@dataclass(frozen=True, slots=True, kw_only=True)
class Vernietigingsstop:
    """A stop; one of `bsn` (at one gemeente or at all), `sleutel` and `bericht_id` says what it is about."""

    id: str
    gemeente: str | None = None
    bsn: str | None = field(default=None, repr=False)
    sleutel: str | None = None
    bericht_id: str | None = None
    reden: str
    gezet_door: str
    gezet_op: datetime
    opgeheven_op: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gestopt:
    """What may not be deleted: clients at one gemeente or at all (`""`), dossiers, and berichten of no dossier."""

    bsns: frozenset[str] = field(repr=False)
    dossiers: frozenset[Dossier] = field(repr=False)
    berichten: frozenset[str]

    def holds(self, dossier: Dossier) -> bool:
        """Whether a dossier stays."""
        return dossier.bsn in self.bsns or dossier in self.dossiers


def lock_bewaren(session: Session) -> None:
    """Let nobody else delete, set or lift a stop until the end of the transaction; SQLite has one writer already."""
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": BEWAREN_LOCK})


def add_stop(session: Session, *, stop: Vernietigingsstop) -> None:
    """Keep a stop; the caller has the lock."""
    values = {name: getattr(stop, name) for name in Vernietigingsstop.__dataclass_fields__}
    session.execute(insert(VernietigingsstopRow).values(values))


def lift_stop(session: Session, *, id: str, now: datetime) -> bool:
    """Lift a stop and forget what it was about; False when there is none. The caller has the lock."""
    lifted = session.execute(
        update(VernietigingsstopRow)
        .where(VernietigingsstopRow.id == id, VernietigingsstopRow.opgeheven_op.is_(None))
        .values(opgeheven_op=now, bsn=None, sleutel=None, bericht_id=None)
        .returning(VernietigingsstopRow.id)
    )
    return lifted.scalar_one_or_none() is not None


def list_stops(session: Session) -> Sequence[Vernietigingsstop]:
    """Every stop, also those that were lifted, oldest first."""
    stop = VernietigingsstopRow
    rows = session.scalars(select(stop).order_by(stop.gezet_op, stop.id))
    return [
        Vernietigingsstop(**{name: getattr(row, name) for name in Vernietigingsstop.__dataclass_fields__})
        for row in rows
    ]


def gestopt(session: Session) -> Gestopt:
    """What may not be deleted now: of a toewijzing or bericht every dossier that it is in."""
    return _stopped_by(session, [stop for stop in list_stops(session) if stop.opgeheven_op is None])


def dossiers_held(session: Session, *, stop: Vernietigingsstop) -> int:
    """How many dossiers that there are a stop holds."""
    found = _stopped_by(session, [stop])
    bsns = found.bsns | {dossier.bsn for dossier in found.dossiers}
    return sum(found.holds(dossier) for dossier in dossier_standen(session, bsns=bsns))


def _stopped_by(session: Session, stops: Sequence[Vernietigingsstop]) -> Gestopt:
    of_clients = [stop for stop in stops if stop.bsn is not None]
    everywhere = frozenset(stop.bsn for stop in of_clients if stop.bsn and stop.gemeente is None)
    dossiers = {Dossier(stop.gemeente, stop.bsn) for stop in of_clients if stop.gemeente and stop.bsn}
    families = families_of(session, ids={stop.bericht_id for stop in stops if stop.bericht_id is not None})
    berichten = frozenset(id for family in families for id in family)
    dossiers |= {one for found in clients_of(session, bericht_ids=berichten).values() for one in found}
    return Gestopt(everywhere, frozenset(dossiers | _of_toewijzingen(session, stops)), berichten)


def _of_toewijzingen(session: Session, stops: Sequence[Vernietigingsstop]) -> set[Dossier]:
    named = [
        and_(ToewijzingRow.gemeente == stop.gemeente, ToewijzingRow.sleutel == stop.sleutel)
        for stop in stops
        if stop.sleutel is not None
    ]
    if not named:
        return set()
    rows = session.execute(
        select(ToewijzingRow.gemeente, ToewijzingVersieRow.bsn)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id)
        .where(or_(*named))
        .distinct()
    )
    return {Dossier(gemeente, bsn) for gemeente, bsn in rows}


def bericht_exists(session: Session, *, id: str) -> bool:
    """Whether there is a bericht with this id."""
    return session.scalars(select(BerichtRow.id).where(one_of(session, BerichtRow.id, [id]))).one_or_none() is not None


def toewijzing_exists(session: Session, *, gemeente: str, sleutel: str) -> bool:
    """Whether a gemeente has a toewijzing with this sleutel."""
    query = select(ToewijzingRow.id).where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
    return session.scalars(query).one_or_none() is not None
