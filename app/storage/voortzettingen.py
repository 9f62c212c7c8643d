"""Which toewijzingen belong together: those that came of one another, and those of one toekenning."""

from __future__ import annotations

from sqlalchemy import Select, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from app.storage.toekenning_tables import ToekenningToewijzingRow
from app.storage.toewijzing_tables import ToewijzingRow, VoortzettingRow


def record_voortzetting(session: Session, *, gemeente: str, van: str, naar: str) -> None:
    """Say that the new toewijzing `naar` (sleutel) came of `van`, by a split, a change or a merge."""
    named = select(ToewijzingRow.id).where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == naar)
    origin = _oorsprong(gemeente, van)
    session.execute(
        insert(VoortzettingRow).values(
            toewijzing_id=session.execute(named).scalar_one(), oorsprong_id=session.execute(origin).scalar_one()
        )
    )


def verwante_sleutels(session: Session, *, gemeente: str, sleutel: str) -> frozenset[str]:
    """The toewijzingen that came of the same one as this, or follow from the same toekenning; itself included."""
    origin = _oorsprong(gemeente, sleutel)
    of_one_toewijzing = select(ToewijzingRow.sleutel).where(
        or_(
            ToewijzingRow.id.in_(origin),
            ToewijzingRow.id.in_(select(VoortzettingRow.toewijzing_id).where(VoortzettingRow.oorsprong_id.in_(origin))),
        )
    )
    own, other = aliased(ToekenningToewijzingRow), aliased(ToekenningToewijzingRow)
    of_one_toekenning = (
        select(other.sleutel)
        .join(own, own.toekenning_id == other.toekenning_id)
        .where(own.gemeente == gemeente, own.sleutel == sleutel, other.gemeente == gemeente)
    )
    return frozenset(session.scalars(of_one_toewijzing.union(of_one_toekenning)))


def _oorsprong(gemeente: str, sleutel: str) -> Select[int]:
    """The toewijzing from which this one came, or itself."""
    return (
        select(func.coalesce(VoortzettingRow.oorsprong_id, ToewijzingRow.id).label("id"))
        .select_from(ToewijzingRow)
        .outerjoin(VoortzettingRow, VoortzettingRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
    )
