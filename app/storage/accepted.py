"""Accepted berichten by what they may not share: whom a new one answers or repeats."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from app.storage.bericht_tables import BerichtRow
from app.storage.prepared import Prepared, among


class AcceptedBericht(NamedTuple):
    """An accepted bericht, for the service itself: nobody's sight limits it. `answered`: a bericht answers it.

    `eigen`: it is the 301 of a decision that was taken here.
    """

    id: str
    aanbieder: str | None
    sha256: str
    answered: bool
    eigen: bool


def find_accepted(session: Session, *, uniek: str) -> AcceptedBericht | None:
    """The bericht that holds this `uniek`."""
    row = _ACCEPTED.first(session, {"taken": uniek})
    return AcceptedBericht(row[0], row[1], row[2], answered=bool(row[3]), eigen=row[4]) if row else None


def _accepted(_dialect: str) -> Select[*tuple[Any, ...]]:
    answer = aliased(BerichtRow)
    return (
        select(BerichtRow.id, BerichtRow.aanbieder, BerichtRow.sha256, answer.id.label("answer"), BerichtRow.eigen)
        .outerjoin(answer, answer.antwoord_op_id == BerichtRow.id)
        .where(BerichtRow.uniek == bindparam("taken"))
    )


_ACCEPTED: Final = Prepared(_accepted)


def sha256_of(session: Session, *, id: str) -> str:
    """The digest of the bytes of a bericht, as hexadecimal text."""
    return session.execute(select(BerichtRow.sha256).where(BerichtRow.id == id)).scalar_one()


def set_antwoord_op(session: Session, *, id: str, antwoord_op_id: str) -> None:
    """Say which bericht this one answers; IntegrityError when another answered it first."""
    _ANSWERING.tell(session, [{"bericht": id, "antwoord_op_id": antwoord_op_id}])
    wait_no_longer(session, ids={antwoord_op_id})


def wait_no_longer(session: Session, *, ids: Collection[str]) -> None:
    """The berichten have their answer."""
    if ids:
        _ANSWERED.tell(session, [{"ids": list(ids)}])


_ANSWERING: Final = Prepared(
    lambda _dialect: update(cast("Table", BerichtRow.__table__)).where(BerichtRow.id == bindparam("bericht")),
    columns=("antwoord_op_id",),
)
_ANSWERED: Final = Prepared(
    lambda dialect: (
        update(cast("Table", BerichtRow.__table__))
        .where(among(dialect, BerichtRow.id, "ids"), BerichtRow.wacht_op_antwoord)
        .values(wacht_op_antwoord=False)
    )
)


class BerichtFeiten(NamedTuple):
    """What the service itself must know of a bericht in order to work on it; nobody's sight limits it."""

    soort: str | None
    release: str | None
    richting: str
    afzender: str | None
    ontvanger: str | None
    identificatie: str | None
    key_id: str | None
    ontvangen_op: datetime
    status: str
    antwoord_op_id: str | None


def feiten_of(session: Session, *, id: str, lock: bool = False) -> BerichtFeiten:
    """The facts of a bericht that is there; `lock` keeps its row as it is until the transaction ends."""
    columns = [getattr(BerichtRow, name) for name in BerichtFeiten._fields]
    query = select(*columns).where(BerichtRow.id == id)
    return BerichtFeiten(*session.execute(query.with_for_update() if lock else query).one())
