"""Delete what is due, children before parents; each call says how many rows of each table went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Delete, Table, Update, delete, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.storage.bericht_tables import BerichtClientRow, BerichtInhoudRow, BerichtRow
from app.storage.bewaren_feiten import Dossier
from app.storage.columns import one_of
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, FactuurnummerRow, PrestatieRow
from app.storage.findings import BevindingRow
from app.storage.ggk_tables import GgkEnvelopRow
from app.storage.goedkeuringen import GoedkeuringRow
from app.storage.idempotency import IdempotencyKeyRow
from app.storage.job_tables import GebeurtenisRow, JobRow
from app.storage.opgehaald import OpgehaaldRow
from app.storage.overgangen import OvergangRow
from app.storage.postbus import PostbusItemRow
from app.storage.prestatie_sommen import PrestatieSomRow, take_off
from app.storage.termijnen import TermijnRow
from app.storage.toekenning_tables import ToekenningRow, ToekenningToewijzingRow
from app.storage.toewijzing_tables import (
    OnderaannemerRow,
    ToewijzingRow,
    ToewijzingVersieRow,
    VersieBerichtRow,
    VoortzettingRow,
)
from app.storage.verzoeken import VerzoekReferentieRow

Gone = Counter[str]

OF_BERICHT: Final[Sequence[InstrumentedAttribute[Any]]] = (
    BevindingRow.bericht_id,
    BerichtClientRow.bericht_id,
    BerichtInhoudRow.bericht_id,
    PostbusItemRow.bericht_id,
    OpgehaaldRow.bericht_id,
    VerzoekReferentieRow.bericht_id,
    GebeurtenisRow.bericht_id,
    GoedkeuringRow.bericht_id,
    JobRow.bericht_id,
    BerichtRow.id,
)
OF_DECLARATIE: Final[Sequence[InstrumentedAttribute[Any]]] = (
    BoekingRow.declaratie_id,
    PrestatieRow.declaratie_id,
    DeclaratieRow.id,
)
OF_TOEWIJZING: Final[Sequence[InstrumentedAttribute[Any]]] = (
    BoekingRow.toewijzing_id,
    OnderaannemerRow.toewijzing_id,
    VoortzettingRow.toewijzing_id,
    VoortzettingRow.oorsprong_id,
    ToewijzingVersieRow.toewijzing_id,
    ToewijzingRow.id,
)
OF_TOEKENNING: Final[Sequence[InstrumentedAttribute[Any]]] = (
    TermijnRow.toekenning_id,
    ToekenningToewijzingRow.toekenning_id,
    OvergangRow.toekenning_id,
    ToekenningRow.id,
)


def unieken_of(session: Session, *, bericht_ids: Collection[str]) -> list[str]:
    """What no second message may repeat, of the berichten that were accepted."""
    query = select(BerichtRow.uniek).where(one_of(session, BerichtRow.id, bericht_ids), BerichtRow.uniek.is_not(None))
    return [uniek for uniek in session.scalars(query) if uniek is not None]


def envelopen_of(session: Session, *, bericht_ids: Collection[str]) -> list[str]:
    """The ids of the envelopes that the berichten came or went in."""
    query = select(GgkEnvelopRow.id).where(one_of(session, GgkEnvelopRow.bericht_id, bericht_ids))
    return list(session.scalars(query))


def losse_envelopen(session: Session, *, before: datetime, limit: int) -> list[tuple[str, datetime]]:
    """The oldest envelopes of before a moment around no bericht, by id and moment; at most `limit`."""
    query = (
        select(GgkEnvelopRow.id, GgkEnvelopRow.gemaakt_op)
        .where(GgkEnvelopRow.bericht_id.is_(None), GgkEnvelopRow.gemaakt_op < before)
        .order_by(GgkEnvelopRow.id)
        .limit(limit)
    )
    return [(id, gemaakt) for id, gemaakt in session.execute(query)]


def delete_berichten(session: Session, *, ids: Collection[str]) -> Gone:
    """Delete berichten with all that hangs on them; whole families, and their envelopes were deleted before."""
    declaraties = session.execute(
        select(DeclaratieRow.id, DeclaratieRow.gemeente, DeclaratieRow.aanbieder, DeclaratieRow.factuurnummer).where(
            one_of(session, DeclaratieRow.bericht_id, ids)
        )
    ).all()
    gone = Gone()
    for id, *number in declaraties:
        key = tuple_(FactuurnummerRow.gemeente, FactuurnummerRow.aanbieder, FactuurnummerRow.nummer)
        used = delete(FactuurnummerRow).where(key == tuple(number), FactuurnummerRow.declaratie_id == id)
        _count(gone, FactuurnummerRow.__tablename__, _result(session, used))
    declaratie_ids = [id for id, *_ in declaraties]
    emptied = take_off(session, declaratie_ids=declaratie_ids)
    if emptied:
        gone[PrestatieSomRow.__tablename__] += emptied
    _delete_all(session, gone, OF_DECLARATIE, declaratie_ids)
    _delete_all(session, gone, OF_BERICHT, ids)
    return gone


def delete_envelopen(session: Session, *, ids: Collection[str]) -> Gone:
    """Delete envelopes, and the work of opening them."""
    gone = Gone()
    _delete_all(session, gone, (JobRow.argument, GgkEnvelopRow.id), ids)
    return gone


def toewijzingen_of(session: Session, *, dossiers: Collection[Dossier]) -> dict[int, frozenset[Dossier]]:
    """The toewijzingen that name one of these clients, by id, each with every client that it ever named."""
    rows = session.execute(
        select(ToewijzingRow.id, ToewijzingRow.gemeente, ToewijzingVersieRow.bsn)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id)
        .where(
            ToewijzingRow.id.in_(
                select(ToewijzingVersieRow.toewijzing_id).where(
                    one_of(session, ToewijzingVersieRow.bsn, {dossier.bsn for dossier in dossiers})
                )
            )
        )
    )
    found: dict[int, frozenset[Dossier]] = {}
    for id, gemeente, bsn in rows:
        found[id] = found.get(id, frozenset()) | {Dossier(gemeente, bsn)}
    return {id: clients for id, clients in found.items() if not clients.isdisjoint(dossiers)}


def delete_besluiten(session: Session, *, dossiers: Collection[Dossier], toewijzing_ids: Collection[int]) -> Gone:
    """Delete the toekenningen of dossiers and these toewijzingen, with their versions, deadlines and bookings.

    A line that stays, in a 303 that names another client too, no longer points at its toewijzing.
    """
    gone = Gone()
    _delete_all(session, gone, OF_TOEKENNING, _toekenning_ids(session, dossiers))
    for row in (TermijnRow, ToekenningToewijzingRow):
        named = tuple_(row.gemeente, row.sleutel)
        these = select(ToewijzingRow.gemeente, ToewijzingRow.sleutel).where(
            one_of(session, ToewijzingRow.id, toewijzing_ids)
        )
        _count(gone, row.__tablename__, _result(session, delete(row).where(named.in_(these))))
    versies = select(ToewijzingVersieRow.id).where(one_of(session, ToewijzingVersieRow.toewijzing_id, toewijzing_ids))
    links = delete(VersieBerichtRow).where(VersieBerichtRow.versie_id.in_(versies))
    _count(gone, VersieBerichtRow.__tablename__, _result(session, links))
    stays = one_of(session, PrestatieRow.toewijzing_id, toewijzing_ids)
    unlinked = update(PrestatieRow).where(PrestatieRow.toewijzing_id.is_not(None), stays).values(toewijzing_id=None)
    _result(session, unlinked)
    _delete_all(session, gone, OF_TOEWIJZING, toewijzing_ids)
    return gone


def nummers_of(session: Session, *, toewijzing_ids: Collection[int]) -> list[tuple[str, int]]:
    """The gemeente and ToewijzingNummer of those toewijzingen that have one."""
    query = select(ToewijzingRow.gemeente, ToewijzingRow.nummer).where(
        one_of(session, ToewijzingRow.id, toewijzing_ids), ToewijzingRow.nummer.is_not(None)
    )
    return [(gemeente, nummer) for gemeente, nummer in session.execute(query) if nummer is not None]


def delete_answers(session: Session, *, before: datetime, limit: int) -> int:
    """Delete at most `limit` answers that were kept for who repeats a request of before a moment."""
    key = tuple_(IdempotencyKeyRow.partij, IdempotencyKeyRow.sleutel)
    query = select(IdempotencyKeyRow.partij, IdempotencyKeyRow.sleutel).where(IdempotencyKeyRow.gemaakt_op < before)
    return _result(session, delete(IdempotencyKeyRow).where(key.in_(query.limit(limit)))).rowcount


def _toekenning_ids(session: Session, dossiers: Collection[Dossier]) -> list[str]:
    bsns = {dossier.bsn for dossier in dossiers}
    query = select(ToekenningRow.id, ToekenningRow.gemeente, ToekenningRow.bsn)
    rows = session.execute(query.where(one_of(session, ToekenningRow.bsn, bsns)))
    return [id for id, gemeente, bsn in rows if Dossier(gemeente, bsn) in dossiers]


def _delete_all(
    session: Session,
    gone: Gone,
    columns: Sequence[InstrumentedAttribute[Any]],
    values: Collection[str] | Collection[int],
) -> None:
    for column in columns:
        table = cast("Table", column.class_.__table__)
        _count(gone, table.name, _result(session, delete(table).where(one_of(session, column, values))))


def _count(gone: Gone, table: str, result: CursorResult[Any]) -> None:
    if result.rowcount:
        gone[table] += result.rowcount


def _result(session: Session, statement: Delete | Update) -> CursorResult[Any]:
    return session.connection().execute(statement)
