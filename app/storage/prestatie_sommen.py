"""What was asked and granted, added up while it is booked: reading it takes as long, however many lines there were.

A sum changes in the transaction that adds or deletes its lines, so it is always what adding them up would give.
`iwmo db sommen` compares them all with their lines, and makes them anew when told to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, Select, Table, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_in_dialect, is_postgresql, one_of
from app.storage.declaratie_tables import PrestatieRow
from app.storage.prepared import Prepared

KEY: Final[tuple[str, ...]] = ("gemeente", "begindatum", "aanbieder", "categorie", "code")
SUMS: Final[tuple[str, ...]] = ("aantal", "bedrag_cents", "toegekend_cents")


class PrestatieSomRow(Base):
    """What lines that began on a day come to, with their sign; `aantal` is how many lines, so that none means no row.

    A day, and not a period: periods are of the inrichting, which may change.
    """

    __tablename__ = "prestatie_som"

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    begindatum: Mapped[date] = mapped_column(primary_key=True)
    aanbieder: Mapped[str] = mapped_column(primary_key=True)
    categorie: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    aantal: Mapped[int]
    bedrag_cents: Mapped[int]
    toegekend_cents: Mapped[int]


class Som(NamedTuple):
    """A sum, or what is added to one: cents with their sign."""

    aantal: int
    bedrag_cents: int
    toegekend_cents: int


Sleutel = tuple[str, date, str, str, str]
"""The columns of KEY."""


def add_sommen(session: Session, sommen: Mapping[Sleutel, Som]) -> None:
    """Count lines in; to be done last in a transaction, for others wait here for its end.

    Sums are taken in the order of their key, so that two transactions cannot wait for each other.
    """
    names = (*KEY, *SUMS)
    rows: list[dict[str, Any]] = [dict(zip(names, (*key, *som), strict=True)) for key, som in sorted(sommen.items())]
    _ADD.tell(session, rows)


def take_off(session: Session, *, declaratie_ids: Collection[str]) -> int:
    """Count out the lines of declaraties that are about to be deleted; how many sums came to nothing and went."""
    of_these = one_of(session, PrestatieRow.declaratie_id, declaratie_ids)
    gone = {key: Som(*(-value for value in som)) for key, som in _added_up(session, of_these).items()}
    add_sommen(session, gone)
    if not gone:
        return 0
    days = [begindatum for _, begindatum, *_ in gone]
    empty = delete(PrestatieSomRow).where(
        PrestatieSomRow.gemeente.in_({gemeente for gemeente, *_ in gone}),
        PrestatieSomRow.begindatum.between(min(days), max(days)),
        PrestatieSomRow.aantal == 0,
    )
    return cast("CursorResult[Any]", session.connection().execute(empty)).rowcount


def added(lines: Iterable[tuple[Sleutel, int, int]]) -> dict[Sleutel, Som]:
    """What lines (key, cents asked, cents granted) come to."""
    found: dict[Sleutel, list[int]] = {}
    for key, bedrag, toegekend in lines:
        som = found.setdefault(key, [0, 0, 0])
        som[0] += 1
        som[1] += bedrag
        som[2] += toegekend
    return {key: Som(*som) for key, som in found.items()}


def differing(session: Session) -> list[Sleutel]:
    """The sums that are not what their lines come to; empty, or there is a bug. Reads every line."""
    truth = _added_up(session)
    columns = [getattr(PrestatieSomRow, name) for name in (*KEY, *SUMS)]
    kept = {_key(row): Som(*row[len(KEY) :]) for row in session.execute(select(*columns))}
    return sorted(key for key in truth.keys() | kept.keys() if truth.get(key) != kept.get(key))


def rebuild(session: Session) -> None:
    """Make every sum anew from the lines; who books meanwhile waits until the transaction ends."""
    if is_postgresql(session):
        session.execute(text("LOCK TABLE prestatie IN SHARE MODE"))
    session.execute(delete(PrestatieSomRow))
    table = cast("Table", PrestatieSomRow.__table__)
    session.execute(insert(table).from_select([*KEY, *SUMS], _query()))


def _upsert(dialect: str) -> postgresql.Insert | sqlite.Insert:
    statement, table = insert_in_dialect(dialect, PrestatieSomRow), PrestatieSomRow.__table__
    summed = {name: table.c[name] + statement.excluded[name] for name in SUMS}
    return statement.on_conflict_do_update(index_elements=[table.c[name] for name in KEY], set_=summed)


_ADD: Final = Prepared(_upsert, columns=(*KEY, *SUMS))


def _added_up(session: Session, *which: ColumnElement[bool]) -> dict[Sleutel, Som]:
    rows = session.execute(_query(*which))
    return {_key(row): Som(*map(int, row[len(KEY) :])) for row in rows}


def _query(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row = PrestatieRow
    key = [getattr(row, name) for name in KEY]
    return (
        select(*key, func.count(), func.sum(row.bedrag_cents), func.sum(row.toegekend_cents))
        .where(*which)
        .group_by(*key)
    )


def _key(row: Any) -> Sleutel:  # noqa: ANN401  (columns of several types)
    return cast("Sleutel", tuple(row[: len(KEY)]))
