"""Deadlines: those that were recorded with a toekenning, and the messages that wait for their answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    Text,
    and_,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.bericht import Berichtsoort
from app.domain.termijnen import Moment, Termijn, TermijnSoort, TermijnStatus, Verval, VervalReden
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import Base, Identity, one_of
from app.storage.inserts import insert_rows
from app.storage.toewijzing_tables import ToewijzingRow
from app.storage.zicht import Zicht

Vraag: TypeAlias = Select[*tuple[Any, ...]]
"""A question about deadlines, to be answered with rows or with their number."""


BY_ITSELF: Final = literal_column(f"'{TermijnSoort.EINDE_INDICATIE.value}'", Text())
TO_DO: Final = f"gehaald_op IS NULL AND vervallen_op IS NULL AND soort <> {BY_ITSELF}"
"""What somebody still has to do: few of all that ever was. SQLite wants the same words in the question."""


class TermijnRow(Base):
    """A deadline of a toewijzing; `aanbieder` is that of the toewijzing, so that a party reads its own in order.

    `vervallen_op` and `vervallen_reden` are both set or both empty.
    """

    __tablename__ = "termijn"
    __table_args__ = (
        ForeignKeyConstraint(["gemeente", "sleutel"], ["toewijzing.gemeente", "toewijzing.sleutel"]),
        Index(None, "gemeente", "datum", "id"),
        Index(None, "aanbieder", "datum", "id"),
        Index(None, "gemeente", "sleutel"),
        Index(None, "toekenning_id"),
        Index(
            "ix_termijn_te_doen",
            "gemeente",
            "datum",
            "id",
            sqlite_where=text(TO_DO),
            postgresql_where=text(TO_DO),
        ),
    )

    id: Mapped[Identity]
    toekenning_id: Mapped[str] = mapped_column(ForeignKey("toekenning.id"))
    gemeente: Mapped[str]
    sleutel: Mapped[str]
    aanbieder: Mapped[str]
    soort: Mapped[str]
    datum: Mapped[date]
    gehaald_op: Mapped[date | None]
    vervallen_op: Mapped[date | None]
    vervallen_reden: Mapped[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wachtend:
    """What a deadline is about: a toewijzing, or a bericht without answer.

    `start` orders it within its kind: the deadline itself when it was recorded, else the date of the bericht.
    """

    id: str
    gemeente: str
    aanbieder: str | None
    toewijzing: str | None
    bericht_id: str | None
    soort: TermijnSoort
    start: date
    gehaald_op: date | None = None
    verval: Verval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of an ordered list is wanted: after (start, id), up to and including a day, at most so many."""

    after: tuple[date, str] = (date.min, "")
    until: date = date.max
    limit: int


def record_termijnen(session: Session, *, termijnen: Sequence[Termijn]) -> None:
    """Keep the deadlines of toekenningen of one gemeente; their toewijzingen are there already."""
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
            **_columns(termijn.moment),
        }
        for termijn in termijnen
    ]
    insert_rows(session, TermijnRow, rows)


def move_einde(session: Session, *, gemeente: str, sleutel: str, einddatum: date, sinds: date) -> None:
    """A toewijzing ends on another day: so does its indication.

    What would come later lapses, `sinds` the day on which that was decided; what had lapsed for an earlier end and
    comes before this one is waited for again.
    """
    not_met, is_einde = _not_met(gemeente, sleutel), TermijnRow.soort == TermijnSoort.EINDE_INDICATIE.value
    waiting, lapsed = TermijnRow.vervallen_op.is_(None), TermijnRow.vervallen_op.is_not(None)
    verval = _verval_columns(Verval(sinds, VervalReden.EINDIGT_EERDER))
    for which, values in (
        (is_einde, {"datum": einddatum}),
        (and_(lapsed, TermijnRow.datum <= einddatum), _verval_columns(None)),
        (and_(waiting, ~is_einde, TermijnRow.datum > einddatum), verval),
    ):
        session.execute(update(TermijnRow).where(not_met, which).values(values))


def lapse_all(session: Session, *, gemeente: str, sleutel: str, sinds: date) -> None:
    """A toewijzing is made void: nothing of it is waited for."""
    verval = _verval_columns(Verval(sinds, VervalReden.VERWIJDERD))
    session.execute(update(TermijnRow).where(_not_met(gemeente, sleutel)).values(verval))


def find_evaluatie(session: Session, *, toekenning_id: str, sleutel: str) -> Moment | None:
    """The evaluation of a toekenning as it stands with a toewijzing, else with the first that has one."""
    query = (
        select(TermijnRow)
        .where(TermijnRow.toekenning_id == toekenning_id, TermijnRow.soort == TermijnSoort.EVALUATIE.value)
        .order_by(TermijnRow.sleutel != sleutel, TermijnRow.id)
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    return Moment(row.datum, row.gehaald_op, _verval_of(row)) if row is not None else None


def hand_over(session: Session, *, gemeente: str, van: str, naar: str) -> None:
    """What was not met on a toewijzing, its successor of the same aanbieder has from now on."""
    session.execute(update(TermijnRow).where(_not_met(gemeente, van)).values(sleutel=naar))


def _not_met(gemeente: str, sleutel: str) -> ColumnElement[bool]:
    return and_(TermijnRow.gemeente == gemeente, TermijnRow.sleutel == sleutel, TermijnRow.gehaald_op.is_(None))


def _columns(moment: Moment) -> dict[str, object]:
    return {"datum": moment.datum, "gehaald_op": moment.gehaald_op, **_verval_columns(moment.verval)}


def _verval_columns(verval: Verval | None) -> dict[str, object]:
    return {
        "vervallen_op": verval.sinds if verval else None,
        "vervallen_reden": verval.reden.value if verval else None,
    }


def _verval_of(row: TermijnRow) -> Verval | None:
    if row.vervallen_op is None or row.vervallen_reden is None:
        return None
    return Verval(row.vervallen_op, VervalReden(row.vervallen_reden))


def recorded_termijnen(
    *,
    zicht: Zicht,
    soorten: Sequence[TermijnSoort],
    statussen: Collection[TermijnStatus],
    today: date,
    span: Span,
    aanbieder: str | None = None,
) -> Vraag:
    """Recorded deadlines that have one of the statuses today, in order of (day, id)."""
    after, number = span.after
    query = select(TermijnRow).where(
        zicht.of(TermijnRow.gemeente, (TermijnRow.aanbieder,)),
        TermijnRow.soort.in_([soort.value for soort in soorten]),
        tuple_(TermijnRow.datum, TermijnRow.id) > (after, int(number or 0)),
        TermijnRow.datum <= span.until,
        _has_status(statussen, today),
    )
    if aanbieder is not None:
        query = query.where(TermijnRow.aanbieder == aanbieder)
    if WAITED_FOR.issuperset(statussen) and TermijnSoort.EINDE_INDICATIE not in soorten:
        query = query.where(
            TermijnRow.gehaald_op.is_(None), TermijnRow.vervallen_op.is_(None), TermijnRow.soort != BY_ITSELF
        )
    return query.order_by(TermijnRow.datum, TermijnRow.id).limit(span.limit)


def waiting_of(session: Session, query: Vraag, *, soort: TermijnSoort | None) -> list[Wachtend]:
    """What a question about deadlines finds; `soort` is that of messages, None for what was recorded."""
    if soort is None:
        return [_of_row(row) for row in session.scalars(query)]
    return [
        Wachtend(
            id=id,
            gemeente=gemeente,
            aanbieder=aanbieder,
            toewijzing=None,
            bericht_id=id,
            soort=soort,
            start=dagtekening,
        )
        for id, gemeente, aanbieder, dagtekening in session.execute(query)
        if gemeente is not None and dagtekening is not None
    ]


def count_of(session: Session, query: Vraag) -> int:
    """How many it finds, no more than its own limit."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


WAITED_FOR: Final = frozenset({TermijnStatus.OPEN, TermijnStatus.TE_LAAT})


def _has_status(statussen: Collection[TermijnStatus], today: date) -> ColumnElement[bool]:
    """The same question as app.domain.termijnen.status_of, about columns."""
    if set(statussen) == set(TermijnStatus):
        return true()
    met, lapsed = TermijnRow.gehaald_op.is_not(None), TermijnRow.vervallen_op.is_not(None)
    passed, by_itself = TermijnRow.datum < today, TermijnRow.soort == TermijnSoort.EINDE_INDICATIE.value
    waiting = and_(not_(met), not_(lapsed))
    conditions = {
        TermijnStatus.OPEN: and_(waiting, not_(passed)),
        TermijnStatus.TE_LAAT: and_(waiting, passed, not_(by_itself)),
        TermijnStatus.GEHAALD: or_(met, and_(waiting, passed, by_itself)),
        TermijnStatus.VERVALLEN: and_(not_(met), lapsed),
    }
    return or_(false(), *(conditions[status] for status in statussen))


def find_termijn(session: Session, *, zicht: Zicht, id: int) -> Wachtend | None:
    """A recorded deadline."""
    row = session.get(TermijnRow, id)
    return _of_row(row) if row is not None and zicht.shows(row.gemeente, (row.aanbieder,)) else None


def set_gehaald(session: Session, *, id: int, gehaald_op: date) -> None:
    """What the deadline was for, happened; the first day that was told stays.

    An evaluation is one of the toekenning as a whole: it has happened for each of its aanbieders.
    """
    row = session.get(TermijnRow, id)
    if row is None:
        return
    whole = and_(TermijnRow.toekenning_id == row.toekenning_id, TermijnRow.soort == row.soort)
    which = whole if row.soort == TermijnSoort.EVALUATIE.value else TermijnRow.id == id
    waiting = (TermijnRow.gehaald_op.is_(None), TermijnRow.vervallen_op.is_(None))
    session.execute(update(TermijnRow).where(which, *waiting).values(gehaald_op=gehaald_op))


def _of_row(row: TermijnRow) -> Wachtend:
    return Wachtend(
        id=str(row.id),
        gemeente=row.gemeente,
        aanbieder=row.aanbieder,
        toewijzing=row.sleutel,
        bericht_id=None,
        soort=TermijnSoort(row.soort),
        start=row.datum,
        gehaald_op=row.gehaald_op,
        verval=_verval_of(row),
    )


def unanswered(*, zicht: Zicht, soort: TermijnSoort, release: str, span: Span, aanbieder: str | None = None) -> Vraag:
    """Accepted 301s or 303s of a release that nobody answered, in order of (dagtekening, id)."""
    berichtsoort = Berichtsoort.WMO301 if soort is TermijnSoort.RETOUR_301 else Berichtsoort.WMO303
    query = select(BerichtRow.id, BerichtRow.gemeente, BerichtRow.aanbieder, BerichtRow.dagtekening).where(
        zicht.of(BerichtRow.gemeente, (BerichtRow.aanbieder, BerichtRow.servicebureau)),
        BerichtRow.wacht_op_antwoord,
        BerichtRow.soort == berichtsoort.value,
        BerichtRow.release == release,
        tuple_(BerichtRow.dagtekening, BerichtRow.id) > span.after,
        BerichtRow.dagtekening <= span.until,
    )
    if aanbieder is not None:
        query = query.where(BerichtRow.aanbieder == aanbieder)
    return query.order_by(BerichtRow.dagtekening, BerichtRow.id).limit(span.limit)
