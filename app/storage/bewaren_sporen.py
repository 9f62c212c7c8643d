"""Keyed traces of what was deleted, so that it does not come back unnoticed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.storage.bewaren_tables import VerwijderdSpoorRow
from app.storage.columns import insert_or_conflict
from app.storage.prepared import Prepared, among
from app.storage.wire import Answer


def add_sporen(session: Session, *, sporen: Iterable[str], verwijderd_op: date) -> None:
    """Keep traces; one that is there stays."""
    rows = [{"spoor": spoor, "verwijderd_op": verwijderd_op} for spoor in sorted(set(sporen))]
    if rows:
        session.execute(insert_or_conflict(session, VerwijderdSpoorRow).on_conflict_do_nothing(), rows)


def known_sporen(session: Session, *, sporen: Collection[str]) -> Answer[frozenset[str]]:
    """Which of the traces are there."""
    return _KNOWN.ask(session, {"sporen": list(sporen)}).then(lambda rows: frozenset(spoor for (spoor,) in rows))


_KNOWN: Final = Prepared(
    lambda dialect: select(VerwijderdSpoorRow.spoor).where(among(dialect, VerwijderdSpoorRow.spoor, "sporen"))
)
