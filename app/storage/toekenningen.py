"""Toekenningen: kept as they were asked and computed, with the toewijzingen that came of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.berekening import Berekening
from app.domain.berekening_document import berekening_from_document, berekening_to_document
from app.domain.retour import Finding
from app.domain.toekenning import Toekenning
from app.storage.findings import finding_from_json, finding_to_json
from app.storage.inserts import insert_rows
from app.storage.toekenning_tables import ToekenningRow, ToekenningToewijzingRow

_TOEKENNING: Final = TypeAdapter(Toekenning)


class Uitgegeven(NamedTuple):
    """A toewijzing of a toekenning by its sleutel, and the id of the 301 that gave it."""

    sleutel: str
    bericht_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToekenningRecord:
    """A toekenning as it was asked, computed and divided; `toewijzingen` in the order in which they were given."""

    id: str
    toekenning: Toekenning = field(repr=False)
    berekening: Berekening
    onderaannemer: str | None = None
    waarschuwingen: tuple[Finding, ...] = ()
    toewijzingen: tuple[Uitgegeven, ...] = ()
    gemaakt_op: datetime
    key_id: str | None = None


def toekenning_to_json(toekenning: Toekenning) -> str:
    """What was asked, as it is kept: the same text for the same question."""
    return _TOEKENNING.dump_json(toekenning).decode()


def add_toekenning(session: Session, *, new: ToekenningRecord) -> None:
    """Keep a toekenning and what came of it; its toewijzingen and their 301s are there already."""
    add_toekenningen(session, new=[new])


def add_toekenningen(session: Session, *, new: Sequence[ToekenningRecord]) -> None:
    """Keep toekenningen and what came of them; their toewijzingen and 301s are there already."""
    insert_rows(session, ToekenningRow, [_values(one) for one in new])
    links = [_link(one.id, one.toekenning.gemeente, toewijzing) for one in new for toewijzing in one.toewijzingen]
    insert_rows(session, ToekenningToewijzingRow, links)


def _values(new: ToekenningRecord) -> dict[str, Any]:
    return {
        "id": new.id,
        "gemeente": new.toekenning.gemeente,
        "bsn": new.toekenning.client.bsn,
        "gemaakt_op": new.gemaakt_op,
        "key_id": new.key_id,
        "aanvraag": _TOEKENNING.dump_python(new.toekenning, mode="json"),
        "berekening": berekening_to_document(new.berekening),
        "onderaannemer": new.onderaannemer,
        "waarschuwingen": [finding_to_json(finding) for finding in new.waarschuwingen],
    }


def link_toewijzing(session: Session, *, toekenning_id: str, gemeente: str, uitgegeven: Uitgegeven) -> None:
    """Say that a toewijzing follows from a toekenning."""
    insert_rows(session, ToekenningToewijzingRow, [_link(toekenning_id, gemeente, uitgegeven)])


def _link(toekenning_id: str, gemeente: str, uitgegeven: Uitgegeven) -> dict[str, Any]:
    return {"toekenning_id": toekenning_id, "gemeente": gemeente, **uitgegeven._asdict()}


def find_toekenning(session: Session, *, id: str, gemeenten: Collection[str]) -> ToekenningRecord | None:
    """The toekenning when it is of one of the gemeenten, else None."""
    row = session.get(ToekenningRow, id)
    return _record_of(session, row) if row is not None and row.gemeente in gemeenten else None


def toekenning_ids_of(session: Session, *, gemeente: str, sleutel: str) -> Sequence[str]:
    """The toekenningen from which a toewijzing follows, oldest first; none when a back office assigned it."""
    query = select(ToekenningToewijzingRow.toekenning_id).where(
        ToekenningToewijzingRow.gemeente == gemeente, ToekenningToewijzingRow.sleutel == sleutel
    )
    return session.scalars(query.order_by(ToekenningToewijzingRow.toekenning_id)).all()


def _record_of(session: Session, row: ToekenningRow) -> ToekenningRecord:
    links = session.execute(
        select(ToekenningToewijzingRow.sleutel, ToekenningToewijzingRow.bericht_id)
        .where(ToekenningToewijzingRow.toekenning_id == row.id)
        .order_by(ToekenningToewijzingRow.id)
    )
    return ToekenningRecord(
        id=row.id,
        toekenning=_TOEKENNING.validate_python(row.aanvraag),
        berekening=berekening_from_document(row.berekening),
        onderaannemer=row.onderaannemer,
        waarschuwingen=tuple(finding_from_json(finding) for finding in row.waarschuwingen),
        toewijzingen=tuple(Uitgegeven(sleutel, bericht_id) for sleutel, bericht_id in links),
        gemaakt_op=row.gemaakt_op,
        key_id=row.key_id,
    )
