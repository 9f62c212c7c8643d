"""What decides how long dossiers are kept: the clients there are, and when their last thing came or ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import case, func, select, union_all
from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort
from app.domain.bewaren import DossierFeiten
from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.berichten import DUTCH_TIME
from app.storage.columns import one_of
from app.storage.toekenning_tables import ToekenningRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow


class Dossier(NamedTuple):
    """A client at a gemeente; `""` where a message names a client but no gemeente."""

    gemeente: str
    bsn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierStand:
    """The facts of a dossier; `heeft_besluit`: toewijzingen or toekenningen are still there, not messages alone."""

    feiten: DossierFeiten
    heeft_besluit: bool


class _Versie(NamedTuple):
    rank: tuple[object, ...]
    einddatum: date | None


@dataclass(slots=True)
class _Found:
    ontvangen: date | None = None
    gedeclareerd: date | None = None
    besluit: bool = False
    versies: Mapping[int, _Versie] | None = None

    def stand(self) -> DossierStand:
        ends = [versie.einddatum for versie in (self.versies or {}).values()]
        feiten = DossierFeiten(
            laatst_ontvangen=self.ontvangen,
            laatst_gedeclareerd=self.gedeclareerd,
            einde=max((end for end in ends if end is not None), default=None),
            loopt=None in ends,
        )
        return DossierStand(feiten=feiten, heeft_besluit=self.besluit)


def bsns_after(session: Session, *, after: str, limit: int) -> list[str]:
    """The next clients in order of bsn, whatever names them; at most `limit`."""
    columns = (BerichtClientRow.bsn, ToewijzingVersieRow.bsn, ToekenningRow.bsn)
    parts = [
        select(select(column).where(column > after).distinct().order_by(column).limit(limit).subquery().c.bsn)
        for column in columns
    ]
    found = union_all(*parts).subquery()
    return list(session.scalars(select(found.c.bsn).distinct().order_by(found.c.bsn).limit(limit)))


def dossier_standen(session: Session, *, bsns: Collection[str]) -> dict[Dossier, DossierStand]:
    """Every dossier of the clients with its facts; a few questions, however many there are."""
    found: defaultdict[Dossier, _Found] = defaultdict(_Found)
    _berichten(session, bsns, found)
    _toewijzingen(session, bsns, found)
    _toekenningen(session, bsns, found)
    return {dossier: one.stand() for dossier, one in found.items()}


def _berichten(session: Session, bsns: Collection[str], found: defaultdict[Dossier, _Found]) -> None:
    is_303 = BerichtRow.soort == Berichtsoort.WMO303.value
    rows = session.execute(
        select(
            BerichtRow.gemeente,
            BerichtClientRow.bsn,
            func.max(BerichtRow.ontvangen_op),
            func.max(case((is_303, BerichtRow.ontvangen_op))),
        )
        .join(BerichtClientRow, BerichtClientRow.bericht_id == BerichtRow.id)
        .where(one_of(session, BerichtClientRow.bsn, bsns))
        .group_by(BerichtRow.gemeente, BerichtClientRow.bsn)
    )
    for gemeente, bsn, ontvangen, gedeclareerd in rows:
        one = found[Dossier(gemeente or "", bsn)]
        one.ontvangen, one.gedeclareerd = dutch_day(ontvangen), dutch_day(gedeclareerd) if gedeclareerd else None


def _toewijzingen(session: Session, bsns: Collection[str], found: defaultdict[Dossier, _Found]) -> None:
    versie = ToewijzingVersieRow
    rows = session.execute(
        select(
            ToewijzingRow.gemeente,
            versie.bsn,
            versie.toewijzing_id,
            versie.vervallen,
            versie.toewijzingsdatum,
            versie.toewijzingstijd,
            versie.einddatum,
        )
        .join(versie, versie.toewijzing_id == ToewijzingRow.id)
        .where(one_of(session, versie.bsn, bsns))
    )
    for gemeente, bsn, id, vervallen, datum, tijd, einddatum in rows:
        one = found[Dossier(gemeente, bsn)]
        one.besluit = True
        newest = dict(one.versies or {})
        if not vervallen and (id not in newest or newest[id].rank < (datum, tijd)):
            newest[id] = _Versie((datum, tijd), einddatum)
        one.versies = newest


def _toekenningen(session: Session, bsns: Collection[str], found: defaultdict[Dossier, _Found]) -> None:
    rows = session.execute(
        select(ToekenningRow.gemeente, ToekenningRow.bsn, func.max(ToekenningRow.gemaakt_op))
        .where(one_of(session, ToekenningRow.bsn, bsns))
        .group_by(ToekenningRow.gemeente, ToekenningRow.bsn)
    )
    for gemeente, bsn, gemaakt in rows:
        one = found[Dossier(gemeente, bsn)]
        one.besluit = True
        one.ontvangen = max(filter(None, (one.ontvangen, dutch_day(gemaakt))))


def clients_of(session: Session, *, bericht_ids: Collection[str]) -> dict[str, frozenset[Dossier]]:
    """The dossiers that each of the berichten is in; one that names no client is absent."""
    rows = session.execute(
        select(BerichtClientRow.bericht_id, BerichtRow.gemeente, BerichtClientRow.bsn)
        .join(BerichtRow, BerichtRow.id == BerichtClientRow.bericht_id)
        .where(one_of(session, BerichtClientRow.bericht_id, bericht_ids))
    )
    found: defaultdict[str, set[Dossier]] = defaultdict(set)
    for bericht_id, gemeente, bsn in rows:
        found[bericht_id].add(Dossier(gemeente or "", bsn))
    return {bericht_id: frozenset(dossiers) for bericht_id, dossiers in found.items()}


def bsns_of(dossiers: Iterable[Dossier]) -> list[str]:
    """Their clients, each once, in order."""
    return sorted({dossier.bsn for dossier in dossiers})


def dutch_day(moment: datetime) -> date:
    """The day in the Netherlands on which a moment falls."""
    return moment.astimezone(DUTCH_TIME).date()
