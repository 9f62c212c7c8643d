"""Which days a version of a toewijzing decides, kept in its row: who adds up many of them reads no other versions.

The same as app.domain.versies.Toewijzing.segments: what was deleted leaves nothing, and does not come back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Select, and_, case, false, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from app.domain.codelijsten import REDEN_VERWIJDERD
from app.domain.versies import ToewijzingVersie
from app.storage.columns import one_of
from app.storage.toewijzing_tables import ToewijzingVersieRow

FOREVER: Final = date(9999, 12, 31)
"""Comes after every day, so that one index leads to what ends after a day and to what does not end."""


def days_of_first(versie: ToewijzingVersie) -> dict[str, Any]:
    """The columns about days of a version that is the only one of its toewijzing."""
    last = versie.einddatum or FOREVER
    return {"beslist_tot": None, "loopt_tot": None if versie.is_void or last < versie.ingangsdatum else last}


def settle_days(session: Session, *, toewijzing_ids: Collection[int]) -> None:
    """Write down anew which days each version of these toewijzingen decides, after one came or lapsed."""
    ranked = _ranked(one_of(session, ToewijzingVersieRow.toewijzing_id, toewijzing_ids)).subquery()
    row = ranked.c
    decides = and_(
        row.verwijderd == 0,
        or_(row.tot.is_(None), row.ingangsdatum < row.tot),
        or_(row.einddatum.is_(None), row.ingangsdatum <= row.einddatum),
    )
    last = func.coalesce(row.einddatum, literal(FOREVER, Date()))
    session.execute(
        update(ToewijzingVersieRow)
        .where(ToewijzingVersieRow.id == row.id)
        .values(beslist_tot=row.tot, loopt_tot=case((decides, last), else_=null()))
        .execution_options(synchronize_session=False)
    )


def _ranked(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Every version that counts, with what those newer than it leave of it."""
    versie = ToewijzingVersieRow
    newer: dict[str, Any] = {
        "partition_by": versie.toewijzing_id,
        "order_by": (versie.toewijzingsdatum.desc(), versie.toewijzingstijd.desc()),
        "rows": (None, -1),
    }
    is_void = and_(versie.einddatum == versie.ingangsdatum, versie.reden_wijziging == REDEN_VERWIJDERD)
    void = case((is_void, 1), else_=0)
    tot = func.min(versie.ingangsdatum).over(**newer).label("tot")
    verwijderd = (void + func.coalesce(func.max(void).over(**newer), 0)).label("verwijderd")
    columns = (versie.id, versie.ingangsdatum, versie.einddatum, tot, verwijderd)
    return select(*columns).where(versie.vervallen == false(), which)
