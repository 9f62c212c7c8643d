"""Deadlines: those that were recorded with a toekenning, and the messages that wait for their answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, and_, exists, insert, not_, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.termijnen import Termijn, TermijnSoort
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import Base, Identity, one_of
from app.storage.toewijzing_tables import ToewijzingRow
from app.storage.zicht import Zicht


class TermijnRow(Base):
    """A deadline of a toewijzing; `aanbieder` is that of the toewijzing, so that a party reads its own in order."""

    __tablename__ = "termijn"
    __table_args__ = (
        ForeignKeyConstraint(["gemeente", "sleutel"], ["toewijzing.gemeente", "toewijzing.sleutel"]),
        Index(None, "gemeente", "datum", "id"),
        Index(None, "aanbieder", "datum", "id"),
        Index(None, "gemeente", "sleutel"),
        Index(None, "toekenning_id"),
    )

    id: Mapped[Identity]
    toekenning_id: Mapped[str] = mapped_column(ForeignKey("toekenning.id"))
    gemeente: Mapped[str]
    sleutel: Mapped[str]
    aanbieder: Mapped[str]
    soort: Mapped[str]
    datum: Mapped[date]
    gehaald_op: Mapped[date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wachtend:
    """What a deadline is about: a toewijzing, or a bericht without answer.

    `start` orders it within its kind: the deadline itself when it was recorded, else the date of the bericht.
    """

    id: str
    gemeente: str
    toewijzing: str | None
    bericht_id: str | None
    soort: TermijnSoort
    start: date
    gehaald_op: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of an ordered list is wanted: after (start, id), up to and including a day, at most so many."""

    after: tuple[date, str] = (date.min, "")
    until: date = date.max
    limit: int


def record_termijnen(session: Session, *, termijnen: Sequence[Termijn]) -> None:
    """Keep the deadlines of a toekenning; its toewijzingen are there already."""
    if not termijnen:
        return
    found = session.execute(
        select(ToewijzingRow.sleutel, ToewijzingRow.aanbieder).where(
            ToewijzingRow.gemeente == termijnen[0].gemeente,
            one_of(session, ToewijzingRow.sleutel, {termijn.sleutel for termijn in termijnen}),
        )
    )
    aanbieders = {sleutel: aanbieder for sleutel, aanbieder in found}
    rows = [
        {
            "toekenning_id": termijn.toekenning_id,
            "gemeente": termijn.gemeente,
            "sleutel": termijn.sleutel,
            "aanbieder": aanbieders[termijn.sleutel],
            "soort": termijn.soort.value,
            "datum": termijn.datum,
            "gehaald_op": None,
        }
        for termijn in termijnen
    ]
    session.execute(insert(TermijnRow), rows)


def move_einde(session: Session, *, gemeente: str, sleutel: str, einddatum: date) -> None:
    """A toewijzing ends on another day: so does its indication, and what would come later is no longer waited for."""
    of_toewijzing = and_(TermijnRow.gemeente == gemeente, TermijnRow.sleutel == sleutel)
    open_ = and_(of_toewijzing, TermijnRow.gehaald_op.is_(None))
    is_einde = TermijnRow.soort == TermijnSoort.EINDE_INDICATIE.value
    session.execute(update(TermijnRow).where(open_, is_einde).values(datum=einddatum))
    session.execute(
        update(TermijnRow).where(open_, ~is_einde, TermijnRow.datum > einddatum).values(gehaald_op=einddatum)
    )


def hand_over(session: Session, *, gemeente: str, van: str, naar: str) -> None:
    """What a toewijzing still waits for, its successor of the same aanbieder waits for from now on."""
    of_van = (TermijnRow.gemeente == gemeente, TermijnRow.sleutel == van, TermijnRow.gehaald_op.is_(None))
    session.execute(update(TermijnRow).where(*of_van).values(sleutel=naar))


def recorded_termijnen(
    session: Session, *, zicht: Zicht, soorten: Sequence[TermijnSoort], today: date, te_laat: bool | None, span: Span
) -> list[Wachtend]:
    """Recorded deadlines in order of (day, id): all, or only those that are late today, or only those that are not."""
    after, number = span.after
    query = select(TermijnRow).where(
        zicht.of(TermijnRow.gemeente, (TermijnRow.aanbieder,)),
        TermijnRow.soort.in_([soort.value for soort in soorten]),
        tuple_(TermijnRow.datum, TermijnRow.id) > (after, int(number or 0)),
        TermijnRow.datum <= span.until,
    )
    if te_laat is not None:
        late = and_(
            TermijnRow.datum < today,
            TermijnRow.gehaald_op.is_(None),
            TermijnRow.soort != TermijnSoort.EINDE_INDICATIE.value,
        )
        query = query.where(late if te_laat else not_(late))
    return [_of_row(row) for row in session.scalars(query.order_by(TermijnRow.datum, TermijnRow.id).limit(span.limit))]


def find_termijn(session: Session, *, zicht: Zicht, id: int) -> Wachtend | None:
    """A recorded deadline."""
    row = session.get(TermijnRow, id)
    return _of_row(row) if row is not None and zicht.shows(row.gemeente, (row.aanbieder,)) else None


def set_gehaald(session: Session, *, id: int, gehaald_op: date) -> None:
    """What the deadline was for, happened; the first day that was told stays."""
    once = (TermijnRow.id == id, TermijnRow.gehaald_op.is_(None))
    session.execute(update(TermijnRow).where(*once).values(gehaald_op=gehaald_op))


def _of_row(row: TermijnRow) -> Wachtend:
    return Wachtend(
        id=str(row.id),
        gemeente=row.gemeente,
        toewijzing=row.sleutel,
        bericht_id=None,
        soort=TermijnSoort(row.soort),
        start=row.datum,
        gehaald_op=row.gehaald_op,
    )


def unanswered(session: Session, *, zicht: Zicht, soort: TermijnSoort, release: str, span: Span) -> list[Wachtend]:
    """Accepted 301s or 303s of a release that nobody answered, in order of (dagtekening, id)."""
    berichtsoort = Berichtsoort.WMO301 if soort is TermijnSoort.RETOUR_301 else Berichtsoort.WMO303
    answer = aliased(BerichtRow)
    after, id = span.after
    query = select(BerichtRow.id, BerichtRow.gemeente, BerichtRow.dagtekening).where(
        zicht.of(BerichtRow.gemeente, (BerichtRow.aanbieder, BerichtRow.servicebureau)),
        BerichtRow.soort == berichtsoort.value,
        BerichtRow.release == release,
        BerichtRow.uniek.is_not(None),
        BerichtRow.aanbieder.is_not(None),  # else it was divided into a 301 for each aanbieder
        BerichtRow.status.not_in([BerichtStatus.BEANTWOORD.value, BerichtStatus.AFGEKEURD.value]),
        or_(BerichtRow.dagtekening > after, and_(BerichtRow.dagtekening == after, BerichtRow.id > id)),
        BerichtRow.dagtekening <= span.until,
        ~exists().where(answer.antwoord_op_id == BerichtRow.id),
    )
    rows = session.execute(query.order_by(BerichtRow.dagtekening, BerichtRow.id).limit(span.limit))
    return [
        Wachtend(id=id, gemeente=gemeente, toewijzing=None, bericht_id=id, soort=soort, start=dagtekening)
        for id, gemeente, dagtekening in rows
        if gemeente is not None and dagtekening is not None
    ]
