"""What happened to a bericht on its way, in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import BindParameter, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import Berichtsoort, BerichtStatus
from app.storage.bericht_tables import BerichtRow
from app.storage.inserts import insert_rows
from app.storage.job_tables import GebeurtenisRow

HAS_IT_OR_NOT: Final = (GebeurtenisSoort.AFGELEVERD, GebeurtenisSoort.OPNIEUW, GebeurtenisSoort.FOUTBERICHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gebeurtenis:
    """One thing that happened; `reden` is for people, in Dutch, and holds no personal data."""

    bericht_id: str
    moment: datetime
    soort: GebeurtenisSoort
    partij: str | None = None
    poging: int | None = None
    reden: str | None = None


def add_gebeurtenissen(session: Session, gebeurtenissen: Iterable[Gebeurtenis]) -> None:
    """Keep what happened."""
    rows = [asdict(gebeurtenis) for gebeurtenis in gebeurtenissen]
    insert_rows(session, GebeurtenisRow, rows)


def gebeurtenissen_of(session: Session, *, bericht_id: str) -> list[Gebeurtenis]:
    """Everything that happened to a bericht, oldest first; whether the caller may see it was asked before."""
    rows = session.scalars(
        select(GebeurtenisRow).where(GebeurtenisRow.bericht_id == bericht_id).order_by(GebeurtenisRow.id)
    )
    return [
        Gebeurtenis(
            bericht_id=row.bericht_id,
            moment=row.moment,
            soort=GebeurtenisSoort(row.soort),
            partij=row.partij,
            poging=row.poging,
            reden=row.reden,
        )
        for row in rows
    ]


def newest_gebeurtenis(session: Session, *, bericht_id: str) -> int:
    """The number of the last thing that happened to a bericht; 0 when nothing did."""
    query = select(func.max(GebeurtenisRow.id)).where(GebeurtenisRow.bericht_id == bericht_id)
    return session.scalars(query).one() or 0


def has_it(session: Session, *, bericht_id: str, partij: str) -> bool:
    """Whether a partij got the bericht, and nobody wanted it sent again and no link refused it since."""
    return session.scalars(last_of_partij(bericht_id, partij)).one_or_none() == GebeurtenisSoort.AFGELEVERD


def last_of_partij(bericht_id: str | BindParameter[str], partij: str | BindParameter[str]) -> Select[str]:
    """The last that says whether a partij has the bericht: it does when that is `afgeleverd`."""
    of_partij = or_(GebeurtenisRow.partij == partij, GebeurtenisRow.soort != GebeurtenisSoort.AFGELEVERD)
    says = or_(*(GebeurtenisRow.soort == soort for soort in HAS_IT_OR_NOT))  # as many parameters every time
    query = select(GebeurtenisRow.soort).where(GebeurtenisRow.bericht_id == bericht_id, says, of_partij)
    return query.order_by(GebeurtenisRow.id.desc()).limit(1)


def overdue_berichten(session: Session, *, soort: Berichtsoort, release: str, before: date, limit: int) -> list[str]:
    """At most `limit` accepted berichten of before a day without an answer, of which that was not noted yet."""
    answer = aliased(BerichtRow)
    noted = exists().where(
        GebeurtenisRow.bericht_id == BerichtRow.id, GebeurtenisRow.soort == GebeurtenisSoort.TERMIJN_VERSTREKEN
    )
    query = select(BerichtRow.id).where(
        BerichtRow.soort == soort,
        BerichtRow.release == release,
        BerichtRow.dagtekening < before,
        BerichtRow.uniek.is_not(None),
        BerichtRow.aanbieder.is_not(None),  # else it was divided into a 301 for each aanbieder
        BerichtRow.status.not_in([BerichtStatus.BEANTWOORD, BerichtStatus.AFGEKEURD]),
        ~exists().where(answer.antwoord_op_id == BerichtRow.id),
        ~noted,
    )
    return list(session.scalars(query.order_by(BerichtRow.dagtekening, BerichtRow.id).limit(limit)))
