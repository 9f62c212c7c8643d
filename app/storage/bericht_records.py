"""A bericht as the rest of the service sees it: its facts and its links to what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.retour import Finding
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import one_of
from app.storage.declaratie_tables import DeclaratieRow, PrestatieRow
from app.storage.findings import findings_by_bericht
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from app.storage.zicht import Zicht


class ToewijzingNaam(NamedTuple):
    """What names a toewijzing; `nummer` is None when its 301 gave none."""

    gemeente: str
    nummer: int | None
    sleutel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BerichtRecord:
    """A bericht in the log. Links name only berichten that the asker may see.

    `antwoord_id` is its answer, `antwoord_op_id` what it answers, `afgeleide_ids` the 301s that were made from it
    and `herkomst_id` the one it was made from; `toewijzing_nummers` are those of which this 301 gave a version, or
    on which the first lines of this 303 were judged.
    """

    id: str
    soort: str | None
    release: str | None
    richting: str
    afzender: str | None
    ontvanger: str | None
    gemeente: str | None
    aanbieder: str | None
    servicebureau: str | None
    key_id: str | None
    identificatie: str | None
    dagtekening: date | None
    ontvangen_op: datetime
    status: str
    omvang_bytes: int
    sha256: str
    uniek: str | None
    findings: tuple[Finding, ...] = ()
    antwoord_id: str | None = None
    antwoord_op_id: str | None = None
    herkomst_id: str | None = None
    afgeleide_ids: tuple[str, ...] = ()
    toewijzing_nummers: tuple[ToewijzingNaam, ...] = ()
    declaratie_id: str | None = None


LINKED_LINES = 100
PARTY_COLUMNS = (BerichtRow.gemeente, (BerichtRow.aanbieder, BerichtRow.servicebureau))
FACTS = tuple(BerichtRecord.__dataclass_fields__)[:17]


def records_of(session: Session, rows: Sequence[BerichtRow], zicht: Zicht) -> list[BerichtRecord]:
    """The records of the rows, in their order, with a fixed number of queries."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    findings = findings_by_bericht(session, bericht_ids=ids)
    links = _links(session, rows, zicht)
    toewijzingen = _toewijzingen(session, ids)
    declaraties = _declaraties(session, ids)
    return [
        BerichtRecord(
            **{name: getattr(row, name) for name in FACTS},
            findings=findings.get(row.id, ()),
            antwoord_id=links.antwoorden.get(row.id),
            antwoord_op_id=row.antwoord_op_id if row.antwoord_op_id in links.visible else None,
            herkomst_id=row.herkomst_id if row.herkomst_id in links.visible else None,
            afgeleide_ids=tuple(links.afgeleide.get(row.id, ())),
            toewijzing_nummers=tuple(dict.fromkeys(toewijzingen.get(row.id, ()))),
            declaratie_id=declaraties.get(row.id),
        )
        for row in rows
    ]


def visible_bericht(zicht: Zicht) -> ColumnElement[bool]:
    """Whether a bericht may be seen."""
    return zicht.of(*PARTY_COLUMNS)


class _Links(NamedTuple):
    antwoorden: dict[str, str]
    afgeleide: dict[str, list[str]]
    visible: set[str]


def _links(session: Session, rows: Sequence[BerichtRow], zicht: Zicht) -> _Links:
    ids = [row.id for row in rows]
    antwoorden = {op: next(iter(by)) for op, by in _pointing_at(session, BerichtRow.antwoord_op_id, ids, zicht).items()}
    afgeleide = _pointing_at(session, BerichtRow.herkomst_id, ids, zicht)
    named = {id for row in rows for id in (row.antwoord_op_id, row.herkomst_id) if id is not None}
    seen = _pointing_at(session, BerichtRow.id, named, zicht) if named else {}
    return _Links(antwoorden, afgeleide, set(seen))


def _pointing_at(
    session: Session,
    link: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    ids: Collection[str],
    zicht: Zicht,
) -> dict[str, list[str]]:
    # Sight and order are asked in Python: as conditions they tempt SQLite to read the whole log of a party.
    query = select(link, BerichtRow.id, BerichtRow.gemeente, BerichtRow.aanbieder, BerichtRow.servicebureau)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for target, id, gemeente, aanbieder, servicebureau in session.execute(query.where(one_of(session, link, ids))):
        if target is not None and zicht.shows(gemeente, (aanbieder, servicebureau)):
            found[target].append(id)
    return {target: sorted(sources) for target, sources in found.items()}


def _toewijzingen(session: Session, ids: Collection[str]) -> dict[str, list[ToewijzingNaam]]:
    rows = session.execute(
        select(VersieBerichtRow.bericht_id, ToewijzingRow.gemeente, ToewijzingRow.nummer, ToewijzingRow.sleutel)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id)
        .join(ToewijzingRow, ToewijzingRow.id == ToewijzingVersieRow.toewijzing_id)
        .where(one_of(session, VersieBerichtRow.bericht_id, ids))
        .order_by(ToewijzingVersieRow.id)
    )
    found: defaultdict[str, list[ToewijzingNaam]] = defaultdict(list)
    for row in [*rows, *_declared_on(session, ids)]:
        found[row.bericht_id].append(ToewijzingNaam(row.gemeente, row.nummer, row.sleutel))
    return found


def _declared_on(session: Session, ids: Collection[str]) -> Sequence[Any]:
    # Those of the first lines of a 303, and only of the declarant: what it may not see it may not learn here.
    return session.execute(
        select(DeclaratieRow.bericht_id, ToewijzingRow.gemeente, ToewijzingRow.nummer, ToewijzingRow.sleutel)
        .join(PrestatieRow, PrestatieRow.declaratie_id == DeclaratieRow.id)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id)
        .where(
            one_of(session, DeclaratieRow.bericht_id, ids),
            PrestatieRow.volgorde < LINKED_LINES,
            ToewijzingRow.aanbieder == DeclaratieRow.aanbieder,
        )
        .order_by(PrestatieRow.volgorde)
    ).all()


def _declaraties(session: Session, ids: Collection[str]) -> dict[str, str]:
    query = select(DeclaratieRow.bericht_id, DeclaratieRow.id).where(one_of(session, DeclaratieRow.bericht_id, ids))
    return {bericht_id: id for bericht_id, id in session.execute(query)}
