"""Declaraties: keep what was claimed and granted, and find it again for a party."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.periode import GeslotenPeriode
from app.domain.refusals import NotFound
from app.storage.bulk import insert_values
from app.storage.columns import one_of
from app.storage.declaratie_facts import (
    ask_used_referenties,
    debets,
    geboekt,
    gecrediteerd,
    toegekend_by_period,
    used_referenties,
)
from app.storage.declaratie_lines import lines_of
from app.storage.declaratie_records import (
    DeclaratieRecord,
    DeclaratieStatus,
    PrestatieRecord,
    Uitkomst,
    declaratie_of,
    declaratie_values,
    prestatie_row,
)
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, PrestatieRow
from app.storage.factuurnummers import ask_claim, claim_factuurnummer, factuurnummer_used
from app.storage.inserts import insert_rows
from app.storage.prestatie_sommen import Sleutel, add_sommen, added
from app.storage.toewijzingen import ids_by_sleutel
from app.storage.zicht import Zicht, newest_ids

__all__ = [
    "DeclaratieRecord",
    "DeclaratieStatus",
    "PrestatieRecord",
    "Uitkomst",
    "ask_claim",
    "ask_used_referenties",
    "claim_factuurnummer",
    "debets",
    "factuurnummer_used",
    "geboekt",
    "gecrediteerd",
    "toegekend_by_period",
    "used_referenties",
]

PARTY_COLUMNS = (DeclaratieRow.gemeente, (DeclaratieRow.aanbieder, DeclaratieRow.servicebureau))


def add_declaratie(session: Session, *, declaratie: DeclaratieRecord, lines: Sequence[PrestatieRecord]) -> None:
    """Keep a declaratie with its lines and bookings.

    A ReferentieNummer that is used, or a debit that was credited already, raises IntegrityError: `Storage.run` then
    judges the declaratie again with the other visible.
    """
    insert_rows(session, DeclaratieRow, [declaratie_values(declaratie)])
    sleutels = {line.toewijzing_sleutel for line in lines if line.toewijzing_sleutel is not None}
    known = ids_by_sleutel(session, gemeente=declaratie.gemeente, sleutels=sleutels)
    ids: dict[str | None, int | None] = {None: None, **known}
    prestaties = (prestatie_row(declaratie, at, line, ids[line.toewijzing_sleutel]) for at, line in enumerate(lines))
    insert_values(session, PrestatieRow, prestaties)
    boekingen = (row for numbered in enumerate(lines) for row in _boekingen(declaratie, *numbered, ids))
    insert_values(session, BoekingRow, boekingen)
    add_sommen(session, added(_summed(declaratie, line) for line in lines))


def find_declaratie(session: Session, *, id: str, zicht: Zicht) -> DeclaratieRecord | None:
    """The declaratie, None when it does not exist or may not be seen."""
    row = session.scalars(select(DeclaratieRow).where(DeclaratieRow.id == id, _visible(zicht))).one_or_none()
    return declaratie_of(row) if row else None


def get_declaratie(session: Session, *, id: str, zicht: Zicht) -> tuple[DeclaratieRecord, tuple[PrestatieRecord, ...]]:
    """The declaratie and its lines in order; NotFound when it does not exist or may not be seen."""
    declaratie = find_declaratie(session, id=id, zicht=zicht)
    if declaratie is None:
        raise NotFound("Er is geen declaratie met dit id.")
    return declaratie, tuple(one.line for one in lines_of(session, id))


def list_declaraties(
    session: Session,
    *,
    zicht: Zicht,
    aanbieder: str | None = None,
    periode: GeslotenPeriode | None = None,
    statuses: Collection[DeclaratieStatus] | None = None,
    limit: int,
    before: str | None = None,
) -> list[DeclaratieRecord]:
    """At most `limit` declaraties, newest first; the next page is what comes `before` the last id of this one.

    `periode` keeps those whose DeclaratiePeriode lies within it.
    """
    conditions: list[ColumnElement[bool]] = []
    if aanbieder is not None:
        conditions.append(DeclaratieRow.aanbieder == aanbieder)
    if periode is not None:
        conditions += [DeclaratieRow.begindatum >= periode.begindatum, DeclaratieRow.einddatum <= periode.einddatum]
    if statuses is not None:
        conditions.append(DeclaratieRow.status.in_([status.value for status in statuses]))
    if before is not None:
        conditions.append(DeclaratieRow.id < before)
    ids = newest_ids(session, DeclaratieRow.id, zicht.parties(*PARTY_COLUMNS), conditions, limit=limit)
    rows = session.scalars(select(DeclaratieRow).where(one_of(session, DeclaratieRow.id, ids)))
    return [declaratie_of(row) for row in sorted(rows, key=lambda row: row.id, reverse=True)]


def _visible(zicht: Zicht) -> ColumnElement[bool]:
    return zicht.of(*PARTY_COLUMNS)


def _summed(declaratie: DeclaratieRecord, line: PrestatieRecord) -> tuple[Sleutel, int, int]:
    prestatie = line.prestatie
    begindatum = prestatie.product_periode.begindatum
    product = prestatie.product_categorie, prestatie.product_code
    key = (declaratie.gemeente, begindatum, declaratie.aanbieder, *product)
    return key, prestatie.ingediend.cents, line.toegekend.cents


def _boekingen(
    declaratie: DeclaratieRecord, volgorde: int, line: PrestatieRecord, toewijzing_ids: Mapping[str | None, int | None]
) -> Iterator[list[Any]]:
    """The rows of the bookings of a line, their values in the order of the columns."""
    toewijzing_id = toewijzing_ids[line.toewijzing_sleutel]
    if toewijzing_id is None:
        return
    for place, (periode_begin, volume) in enumerate(sorted(line.boekingen)):
        cents = line.toegekend.cents if place == 0 else 0
        yield [declaratie.id, volgorde, periode_begin, toewijzing_id, volume, cents]
