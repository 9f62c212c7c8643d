"""A bericht as the rest of the service sees it: its facts and its links to what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.bericht import Berichtsoort
from app.domain.retour import Finding
from app.storage.bericht_tables import BerichtRow
from app.storage.declaratie_tables import DeclaratieRow, PrestatieRow
from app.storage.findings import findings_by_bericht
from app.storage.prepared import Prepared, among
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from app.storage.wire import Answer
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


def records_of(session: Session, rows: Sequence[Any], zicht: Zicht) -> list[BerichtRecord]:
    """The records of the rows, in their order, with a fixed number of queries in one trip."""
    if not rows:
        return []
    asked = _Asked(
        findings=findings_by_bericht(session, bericht_ids=[row.id for row in rows]),
        links=_links(session, rows, zicht),
        toewijzingen=_toewijzingen(session, rows),
        declaraties=_declaraties(session, rows),
    )
    return _records(rows, asked)


class _Asked(NamedTuple):
    findings: Answer[dict[str, tuple[Finding, ...]]]
    links: Answer[_Links]
    toewijzingen: Answer[dict[str, list[ToewijzingNaam]]]
    declaraties: Answer[dict[str, str]]


def _records(rows: Sequence[Any], asked: _Asked) -> list[BerichtRecord]:
    findings, links = asked.findings.get(), asked.links.get()
    toewijzingen, declaraties = asked.toewijzingen.get(), asked.declaraties.get()
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


def _links(session: Session, rows: Sequence[Any], zicht: Zicht) -> Answer[_Links]:
    answers = _pointing_at(session, _ANSWERS, [row.id for row in rows], zicht)
    derived = _pointing_at(session, _DERIVED, _of_soort(rows, Berichtsoort.WMO301), zicht)
    named = {id for row in rows for id in (row.antwoord_op_id, row.herkomst_id) if id is not None}
    seen = _pointing_at(session, _NAMED, named, zicht)
    return answers.then(
        lambda by_target: _Links({op: by[0] for op, by in by_target.items()}, derived.get(), set(seen.get()))
    )


def _pointing_at(
    session: Session, question: Prepared, ids: Collection[str], zicht: Zicht
) -> Answer[dict[str, list[str]]]:
    # Sight and order are asked in Python: as conditions they tempt SQLite to read the whole log of a party.
    def seen(rows: list[Any]) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in rows:
            if zicht.shows(row.gemeente, (row.aanbieder, row.servicebureau)):
                found[row.target].append(row.id)
        return {target: sorted(sources) for target, sources in found.items()}

    return _about(session, question, ids).then(seen)


def _toewijzingen(session: Session, rows: Sequence[Any]) -> Answer[dict[str, list[ToewijzingNaam]]]:
    given = _about(session, _GIVEN, _of_soort(rows, Berichtsoort.WMO301))
    declared_on = _about(session, _DECLARED_ON, _of_soort(rows, Berichtsoort.WMO303))

    def named(declared: list[Any]) -> dict[str, list[ToewijzingNaam]]:
        found: defaultdict[str, list[ToewijzingNaam]] = defaultdict(list)
        for row in [*given.get(), *declared]:
            found[row.bericht_id].append(ToewijzingNaam(row.gemeente, row.nummer, row.sleutel))
        return found

    return declared_on.then(named)


def _declaraties(session: Session, rows: Sequence[Any]) -> Answer[dict[str, str]]:
    found = _about(session, _DECLARATIES, _of_soort(rows, Berichtsoort.WMO303))
    return found.then(lambda rows: {row.bericht_id: row.id for row in rows})


def _of_soort(rows: Sequence[Any], soort: Berichtsoort) -> list[str]:
    return [row.id for row in rows if row.soort == soort]


def _about(session: Session, question: Prepared, ids: Collection[str]) -> Answer[list[Any]]:
    return question.ask(session, {"ids": list(ids)}) if ids else Answer(list)


def _links_by(link: InstrumentedAttribute[Any]) -> Prepared:
    parties = (BerichtRow.gemeente, BerichtRow.aanbieder, BerichtRow.servicebureau)
    query = select(link.label("target"), BerichtRow.id, *parties)
    return Prepared(lambda dialect: query.where(among(dialect, link, "ids")))


_ANSWERS: Final = _links_by(BerichtRow.antwoord_op_id)
_DERIVED: Final = _links_by(BerichtRow.herkomst_id)
_NAMED: Final = _links_by(BerichtRow.id)
_NAMEN: Final = (ToewijzingRow.gemeente, ToewijzingRow.nummer, ToewijzingRow.sleutel)
_GIVEN: Final = Prepared(
    lambda dialect: (
        select(VersieBerichtRow.bericht_id, *_NAMEN)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id)
        .join(ToewijzingRow, ToewijzingRow.id == ToewijzingVersieRow.toewijzing_id)
        .where(among(dialect, VersieBerichtRow.bericht_id, "ids"))
        .order_by(ToewijzingVersieRow.id)
    )
)
# Those of the first lines of a 303, and only of the declarant: what it may not see it may not learn here.
_DECLARED_ON: Final = Prepared(
    lambda dialect: (
        select(DeclaratieRow.bericht_id, *_NAMEN)
        .join(PrestatieRow, PrestatieRow.declaratie_id == DeclaratieRow.id)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id)
        .where(
            among(dialect, DeclaratieRow.bericht_id, "ids"),
            PrestatieRow.volgorde < LINKED_LINES,
            ToewijzingRow.aanbieder == DeclaratieRow.aanbieder,
        )
        .order_by(PrestatieRow.volgorde)
    )
)
_DECLARATIES: Final = Prepared(
    lambda dialect: select(DeclaratieRow.bericht_id, DeclaratieRow.id).where(
        among(dialect, DeclaratieRow.bericht_id, "ids")
    )
)
