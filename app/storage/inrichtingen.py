"""The inrichting of each gemeente, every version that was loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, bindparam, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.refusals import NotFound
from app.storage.columns import Base
from app.storage.prepared import Prepared
from app.storage.wire import Answer


class InrichtingVersieRow(Base):
    """The inrichting as one document, as it was after a load."""

    __tablename__ = "inrichting_versie"

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    versie: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    geladen_op: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


def latest_versie(session: Session, *, gemeente: str) -> int | None:
    """The number of the newest version, None when nothing was loaded."""
    return ask_latest_versie(session, gemeente=gemeente).get()


def ask_latest_versie(session: Session, *, gemeente: str) -> Answer[int | None]:
    """The same, to be answered along with what is asked next."""
    return _LATEST.ask(session, {"van": gemeente}).then(lambda rows: rows[0].versie)


_LATEST: Final = Prepared(
    lambda _dialect: select(func.max(InrichtingVersieRow.versie).label("versie")).where(
        InrichtingVersieRow.gemeente == bindparam("van")
    )
)


def document(session: Session, *, gemeente: str, versie: int) -> dict[str, Any]:
    """The inrichting as it was loaded; NotFound when there is no such version."""
    row = session.get(InrichtingVersieRow, (gemeente, versie))
    if row is None:
        raise NotFound("Deze versie van de inrichting bestaat niet.")
    return row.document


def add_versie(session: Session, *, gemeente: str, document: Mapping[str, Any], geladen_op: datetime) -> int:
    """Keep a new version and return its number, one more than the newest (1 at first).

    Two loads at once break the primary key; `Storage.run` does the slower one again.
    """
    versie = (latest_versie(session, gemeente=gemeente) or 0) + 1
    session.execute(
        insert(InrichtingVersieRow).values(
            gemeente=gemeente, versie=versie, geladen_op=geladen_op, document=dict(document)
        )
    )
    return versie


def gemeenten(session: Session) -> list[str]:
    """The gemeenten that have an inrichting, in order of code."""
    query = select(InrichtingVersieRow.gemeente).distinct().order_by(InrichtingVersieRow.gemeente)
    return list(session.scalars(query))


def versies(session: Session, *, gemeente: str, before: int | None, limit: int) -> list[tuple[int, datetime]]:
    """The newest versions by number, each with when it was loaded."""
    query = select(InrichtingVersieRow.versie, InrichtingVersieRow.geladen_op)
    query = query.where(InrichtingVersieRow.gemeente == gemeente)
    if before is not None:
        query = query.where(InrichtingVersieRow.versie < before)
    rows = session.execute(query.order_by(InrichtingVersieRow.versie.desc()).limit(limit))
    return [(versie, geladen_op) for versie, geladen_op in rows]
