"""Which of some dossiers go on a day, with which messages, and their deletion in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.domain.bewaren import Bewaring, dossier_bewaring
from app.processing.bewaren_sporen import Spoorsoort, envelop_name, leave, nummer_name
from app.processing.failpoints import passed
from app.processing.runtime import Runtime
from app.storage import bewaren_verwijderen as stored
from app.storage.bewaren_families import Family, berichten_to_decide, families_of
from app.storage.bewaren_feiten import Dossier, DossierStand, bsns_of, clients_of, dossier_standen
from app.storage.bewaren_stops import Gestopt, gestopt
from app.storage.ggk_envelopen import zenders_of
from app.storage.toewijzing_nummers import last_nummer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes in one transaction: dossiers, each with its term, their toewijzingen, and whole families of berichten.

    `vastgehouden` counts the dossiers that would have gone but for a stop.
    """

    dossiers: Mapping[Dossier, Bewaring] = field(repr=False)
    vastgehouden: int
    toewijzing_ids: Sequence[int]
    bericht_ids: Sequence[str]


def plan(session: Session, runtime: Runtime, bsns: Sequence[str], *, day: date, trial: bool = False) -> Plan:
    """What of these clients goes on a day.

    A bericht goes with the last of its clients in order of bsn, when nothing but messages is left of the others: so
    each dossier loses all it has alone at once, and a message that others are in too goes when none of them needs it.
    `trial`: as if the dossiers before these were deleted already.
    """
    scale = _Scale(session, runtime, day, trial=trial)
    due = scale.weigh(bsns)
    going = {dossier: bewaring for dossier, bewaring in due.items() if not scale.stops.holds(dossier)}
    return Plan(
        dossiers=going,
        vastgehouden=len(due) - len(going),
        toewijzing_ids=_toewijzingen(scale, going),
        bericht_ids=_berichten(scale, going, max(bsns)),
    )


def carry_out(session: Session, runtime: Runtime, planned: Plan, *, day: date) -> stored.Gone:
    """Delete what was planned, and leave traces; how many rows of each table went."""
    _leave_nummers(session, runtime, planned.toewijzing_ids, day)
    gone = stored.delete_besluiten(session, dossiers=planned.dossiers.keys(), toewijzing_ids=planned.toewijzing_ids)
    passed("bewaren-besluiten-weg")
    return gone + delete_berichten(session, runtime, planned.bericht_ids, day=day)


def delete_berichten(session: Session, runtime: Runtime, ids: Sequence[str], *, day: date) -> stored.Gone:
    """Delete whole families of berichten with their envelopes, and leave traces of what must not be taken in again."""
    leave(session, runtime, Spoorsoort.BERICHT, stored.unieken_of(session, bericht_ids=ids), today=day)
    gone = delete_envelopen(session, runtime, stored.envelopen_of(session, bericht_ids=ids), day=day)
    passed("bewaren-enveloppen-weg")
    return gone + stored.delete_berichten(session, ids=ids)


def delete_envelopen(session: Session, runtime: Runtime, ids: Sequence[str], *, day: date) -> stored.Gone:
    """Delete envelopes, and leave traces of those that came in."""
    names = [envelop_name(*zender) for zender in zenders_of(session, ids=ids)]
    leave(session, runtime, Spoorsoort.ENVELOP, names, today=day)
    return stored.delete_envelopen(session, ids=ids)


class _Scale:
    """Which dossiers are due, asked of the database once for each."""

    def __init__(self, session: Session, runtime: Runtime, day: date, *, trial: bool) -> None:
        self.session = session
        self.stops: Gestopt = gestopt(session)
        self._runtime = runtime
        self._day = day
        self._trial = trial
        self._standen: dict[Dossier, DossierStand] = {}

    def weigh(self, bsns: Collection[str]) -> dict[Dossier, Bewaring]:
        """The dossiers of these clients that are due."""
        found = dossier_standen(self.session, bsns=bsns)
        self._standen |= found
        bewaringen = {dossier: self._bewaring(stand) for dossier, stand in found.items()}
        return {dossier: one for dossier, one in bewaringen.items() if one.verlopen(self._day)}

    def know(self, dossiers: Collection[Dossier]) -> None:
        """Ask about those that were not asked about before."""
        unknown = [dossier for dossier in dossiers if dossier not in self._standen]
        if unknown:
            self._standen |= dossier_standen(self.session, bsns=bsns_of(unknown))

    def may_go(self, dossier: Dossier) -> bool:
        """Whether a dossier is due and nothing stops it."""
        stand = self._standen[dossier]
        return self._bewaring(stand).verlopen(self._day) and not self.stops.holds(dossier)

    def is_done(self, dossier: Dossier) -> bool:
        """Whether a dossier may go, and what it had alone has gone."""
        return self.may_go(dossier) and (self._trial or not self._standen[dossier].heeft_besluit)

    def _bewaring(self, stand: DossierStand) -> Bewaring:
        return dossier_bewaring(stand.feiten, self._runtime.bewaartermijnen)


def _toewijzingen(scale: _Scale, going: Mapping[Dossier, Bewaring]) -> list[int]:
    """Those of the dossiers; one that named another client too waits until that may go as well."""
    clients = stored.toewijzingen_of(scale.session, dossiers=going.keys())
    scale.know({one for found in clients.values() for one in found} - going.keys())
    return [id for id, found in clients.items() if all(one in going or scale.may_go(one) for one in found)]


def _berichten(scale: _Scale, going: Mapping[Dossier, Bewaring], last_bsn: str) -> list[str]:
    ids = berichten_to_decide(scale.session, dossiers=going.keys(), last_bsn=last_bsn)
    families = families_of(scale.session, ids=ids)
    clients = clients_of(scale.session, bericht_ids=[id for family in families for id in family])
    scale.know({one for found in clients.values() for one in found} - going.keys())

    def goes(family: Family) -> bool:
        named = {dossier for id in family for dossier in clients.get(id, ())}
        return family.isdisjoint(scale.stops.berichten) and all(one in going or scale.is_done(one) for one in named)

    return sorted(id for family in families if goes(family) for id in family)


def _leave_nummers(session: Session, runtime: Runtime, toewijzing_ids: Sequence[int], day: date) -> None:
    """Of numbers that the counter is not past yet; it gives out no other one again."""
    nummers = stored.nummers_of(session, toewijzing_ids=toewijzing_ids)
    laatste = {gemeente: last_nummer(session, gemeente=gemeente) for gemeente, _ in nummers}
    ahead = [nummer_name(gemeente, nummer) for gemeente, nummer in nummers if nummer > laatste[gemeente]]
    leave(session, runtime, Spoorsoort.NUMMER, ahead, today=day)
