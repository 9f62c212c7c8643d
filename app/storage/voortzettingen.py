"""Which toewijzingen belong together: those that came of one another or are parts of the same, or of one toekenning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, func, insert, select, union, update
from sqlalchemy.orm import Session, aliased

from app.storage.columns import one_of
from app.storage.inserts import insert_rows
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


def record_verwantschap(session: Session, *, gemeente: str, groups: Sequence[Sequence[str]]) -> None:
    """Say of each group of toewijzingen (sleutels) that they are parts of one budget from now on.

    What belonged to one of them already belongs to all of them then; saying it again changes nothing.
    """
    roots = _roots(session, gemeente, {sleutel for group in groups for sleutel in group})
    joined: dict[int, int] = {}
    for group in groups:
        first, *others = (roots[sleutel] for sleutel in group)
        for root in others:
            ours, theirs = _now(joined, first), _now(joined, root)
            if ours != theirs:
                joined[theirs] = ours
    for theirs in joined:
        ours = _now(joined, theirs)
        session.execute(update(VoortzettingRow).where(VoortzettingRow.oorsprong_id == theirs).values(oorsprong_id=ours))
    rows = [{"toewijzing_id": theirs, "oorsprong_id": _now(joined, theirs)} for theirs in joined]
    insert_rows(session, VoortzettingRow, rows)


def _roots(session: Session, gemeente: str, sleutels: Collection[str]) -> dict[str, int]:
    found = session.execute(
        select(ToewijzingRow.sleutel, func.coalesce(VoortzettingRow.oorsprong_id, ToewijzingRow.id))
        .outerjoin(VoortzettingRow, VoortzettingRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == gemeente, one_of(session, ToewijzingRow.sleutel, sleutels))
    )
    return {sleutel: root for sleutel, root in found}


def _now(joined: Mapping[int, int], root: int) -> int:
    while root in joined:
        root = joined[root]
    return root


def verwante_sleutels(session: Session, *, gemeente: str, sleutel: str) -> frozenset[str]:
    """The toewijzingen that came of the same one as this, or follow from the same toekenning; itself included."""
    origin = _oorsprong(gemeente, sleutel)
    came_of_it = select(VoortzettingRow.toewijzing_id).where(VoortzettingRow.oorsprong_id.in_(origin))
    # As one list of ids: two lists with "or" between them make PostgreSQL read the whole table.
    ids = union(origin, came_of_it).subquery()
    of_one_toewijzing = select(ToewijzingRow.sleutel).join(ids, ids.c.id == ToewijzingRow.id)
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
