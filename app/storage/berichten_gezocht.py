"""Berichten by what is named in them: a client, their own number, a factuurnummer or a ToewijzingNummer.

Each search gives ids, no more than MOST; who asks for the berichten limits them to what may be seen. None asks for an
order: that tempts a database to read the whole log in that order.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.columns import one_of
from app.storage.declaratie_tables import DeclaratieRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from app.storage.zicht import Zicht

MOST: Final = 10_000
LAST_NUMMER: Final = 999_999_999


def ids_of_client(session: Session, *, bsn: str) -> set[str]:
    """Those about a client."""
    return _ids(session, select(BerichtClientRow.bericht_id).where(BerichtClientRow.bsn == bsn))


def ids_by_identificatie(session: Session, *, identificatie: str) -> set[str]:
    """Those with this Identificatie."""
    return _ids(session, select(BerichtRow.id).where(BerichtRow.identificatie == identificatie))


def ids_by_factuurnummer(session: Session, *, factuurnummer: str, zicht: Zicht) -> set[str]:
    """The 303s with this factuurnummer, and what answers them."""
    return _with_answers(session, _declared(session, zicht, [DeclaratieRow.factuurnummer == factuurnummer]))


def ids_by_toewijzing_nummer(session: Session, *, nummer: int, zicht: Zicht) -> set[str]:
    """The 301s that gave the toewijzing, the 303s with a line on it, and what answers them.

    A 303 with a line on a number that is not known is found too.
    """
    if nummer > LAST_NUMMER:
        return set()
    seen = zicht.of(ToewijzingRow.gemeente, (ToewijzingRow.aanbieder,))
    toewijzingen = list(session.scalars(select(ToewijzingRow.id).where(ToewijzingRow.nummer == nummer, seen)))
    ids = _ids(
        session,
        select(VersieBerichtRow.bericht_id)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id)
        .where(one_of(session, ToewijzingVersieRow.toewijzing_id, toewijzingen)),
    )
    unknown = (PrestatieRow.toewijzing_id.is_(None), PrestatieRow.toewijzing_nummer == nummer)
    for lines in ((one_of(session, PrestatieRow.toewijzing_id, toewijzingen),), unknown):
        ids |= _declared(session, zicht, [DeclaratieRow.id.in_(select(PrestatieRow.declaratie_id).where(*lines))])
    return _with_answers(session, ids)


def _declared(session: Session, zicht: Zicht, conditions: Collection[ColumnElement[bool]]) -> set[str]:
    seen = zicht.of(DeclaratieRow.gemeente, (DeclaratieRow.aanbieder, DeclaratieRow.servicebureau))
    return _ids(session, select(DeclaratieRow.bericht_id).where(*conditions, seen))


def _with_answers(session: Session, ids: set[str]) -> set[str]:
    answers = select(BerichtRow.id).where(one_of(session, BerichtRow.antwoord_op_id, ids))
    return ids | set(session.scalars(answers))


def _ids(session: Session, query: Select[str]) -> set[str]:
    return set(session.scalars(query.limit(MOST)))
