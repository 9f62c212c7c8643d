"""What a delivery has to know, and what it leaves with its bericht: one statement each, for there are many."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, Text, Update, and_, bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.aflevering import Aansluiting, AansluitingSoort, GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.storage.aansluitingen import ENDED
from app.storage.bericht_tables import BerichtInhoudRow, BerichtRow
from app.storage.gebeurtenissen import last_of_partij
from app.storage.job_tables import AansluitingRow
from app.storage.prepared import Prepared, Target, among


class TeBezorgen(NamedTuple):
    """A bericht for a partij, and how it is reached. `has_it`: it answered, or got it and nobody wanted it again."""

    aansluiting: Aansluiting
    soort: str
    release: str
    afzender: str
    ontvanger: str
    identificatie: str
    ontvangen_op: datetime
    body: bytes
    has_it: bool


def find_te_bezorgen(session: Session, asked: Sequence[tuple[str, str]]) -> list[TeBezorgen | None]:
    """For each (bericht id, partij) what is delivered; None: the partij fetches from its postbus."""
    rows = _TE_BEZORGEN.each(session, [{"bericht": id, "to": partij} for id, partij in asked])
    found = {(row.id, row.partij): row for row in rows}
    return [_te_bezorgen(found[key]) if key in found else None for key in asked]


def _te_bezorgen(row: Any) -> TeBezorgen:  # noqa: ANN401  (a row of the statement below)
    reached = Aansluiting(
        partij=row.partij, soort=AansluitingSoort(row.weg), adres=row.adres, sleutelversie=row.sleutelversie
    )
    return TeBezorgen(
        aansluiting=reached,
        soort=row.soort or "",
        release=row.release or "",
        afzender=row.afzender or "",
        ontvanger=row.ontvanger or "",
        identificatie=row.identificatie or "",
        ontvangen_op=row.ontvangen_op,
        body=zlib.decompress(row.inhoud),
        has_it=row.status == BerichtStatus.BEANTWOORD or row.last == GebeurtenisSoort.AFGELEVERD,
    )


def advance_status(
    session: Session, *, ids: Collection[str], after: frozenset[BerichtStatus], status: BerichtStatus
) -> None:
    """Give berichten a status that still waits for its answer, where it comes `after` the one that they have."""
    _ADVANCING.tell(session, [{"bericht": id, "after": sorted(after), "new": status} for id in sorted(set(ids))])


_REACHED: Final = (
    AansluitingRow.partij,
    AansluitingRow.soort.label("weg"),
    AansluitingRow.adres,
    AansluitingRow.sleutelversie,
)


def _finding(_dialect: str) -> Select[*tuple[Any, ...]]:
    bericht_id, partij = bindparam("bericht", type_=Text()), bindparam("to", type_=Text())
    facts = ("id", "soort", "release", "afzender", "ontvanger", "identificatie", "ontvangen_op", "status")
    columns = [getattr(BerichtRow, name) for name in facts]
    reached = and_(AansluitingRow.partij == partij, AansluitingRow.soort != ENDED)
    last = last_of_partij(bericht_id, partij).scalar_subquery()
    query = select(*columns, BerichtInhoudRow.inhoud, last.label("last"))
    query = query.add_columns(*_REACHED)
    query = query.join(BerichtInhoudRow, BerichtInhoudRow.bericht_id == BerichtRow.id).join(AansluitingRow, reached)
    return query.where(BerichtRow.id == bericht_id)


def _advancing(dialect: Target) -> Update:
    changed = update(BerichtRow).values(status=bindparam("new", type_=Text()))
    return changed.where(
        BerichtRow.id == bindparam("bericht", type_=Text()), among(dialect, BerichtRow.status, "after")
    )


_TE_BEZORGEN: Final = Prepared(_finding)
_ADVANCING: Final = Prepared(_advancing)
