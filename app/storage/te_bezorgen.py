"""What a delivery has to know, and what it leaves with its bericht: one statement each, for there are many."""

from __future__ import annotations

import zlib
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
from app.storage.prepared import Prepared, among


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


def find_te_bezorgen(session: Session, *, bericht_id: str, partij: str) -> TeBezorgen | None:
    """What is delivered to the partij; None: it fetches from its postbus."""
    row = _TE_BEZORGEN.first(session, {"bericht": bericht_id, "to": partij})
    if row is None:
        return None
    reached = Aansluiting(
        partij=partij, soort=AansluitingSoort(row.weg), adres=row.adres, sleutelversie=row.sleutelversie
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


def advance_status(session: Session, *, id: str, after: frozenset[BerichtStatus], status: BerichtStatus) -> None:
    """Give the bericht a status that still waits for its answer, when it comes `after` the one that it has."""
    _ADVANCING.tell(session, [{"bericht": id, "after": sorted(after), "new": status}])


def _te_bezorgen(_dialect: str) -> Select[*tuple[Any, ...]]:
    bericht_id, partij = bindparam("bericht", type_=Text()), bindparam("to", type_=Text())
    facts = ("soort", "release", "afzender", "ontvanger", "identificatie", "ontvangen_op", "status")
    columns = [getattr(BerichtRow, name) for name in facts]
    reached = and_(AansluitingRow.partij == partij, AansluitingRow.soort != ENDED)
    last = last_of_partij(bericht_id, partij).scalar_subquery()
    query = select(*columns, BerichtInhoudRow.inhoud, last.label("last"))
    query = query.add_columns(AansluitingRow.soort.label("weg"), AansluitingRow.adres, AansluitingRow.sleutelversie)
    query = query.join(BerichtInhoudRow, BerichtInhoudRow.bericht_id == BerichtRow.id).join(AansluitingRow, reached)
    return query.where(BerichtRow.id == bericht_id)


def _advancing(dialect: str) -> Update:
    changed = update(BerichtRow).values(status=bindparam("new", type_=Text()))
    return changed.where(
        BerichtRow.id == bindparam("bericht", type_=Text()), among(dialect, BerichtRow.status, "after")
    )


_TE_BEZORGEN: Final = Prepared(_te_bezorgen)
_ADVANCING: Final = Prepared(_advancing)
