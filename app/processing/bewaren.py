"""Delete what was kept long enough: dossier by dossier, each whole or not at all, beside a running service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.bewaren import Bewaring, dossier_bewaring, laatste, los_bewaring
from app.domain.logboek import DIENST, Handeling, Logregel, Wie
from app.domain.refusals import InvalidInput
from app.processing.bewaren_dossiers import Plan, carry_out, plan
from app.processing.bewaren_los import delete_losse_berichten, delete_losse_envelopen, purge_finished
from app.processing.failpoints import passed
from app.processing.logboek import NAMED_CLIENTS, note, note_now
from app.processing.runtime import Runtime
from app.storage.berichten import start_of_day
from app.storage.bewaren_families import as_los, families_of
from app.storage.bewaren_feiten import bsns_after, bsns_of, clients_of, dossier_standen, dutch_day
from app.storage.bewaren_stops import lock_bewaren
from app.storage.logboek import bsns_of_berichten

log = structlog.get_logger(__name__)

AT_ONCE: Final = 25
"""Dossiers in one transaction."""

VEEL: Final = f"Wmo 2015 art. 5.3.4: even lang als het langste dossier van de meer dan {NAMED_CLIENTS} cliënten erin."

LOOKED_AT: Final = 1000
"""Clients that are looked at together, to find those who are due."""


@dataclass(slots=True, kw_only=True)
class Verslag:
    """What a run deleted, or would delete on trial; it holds nothing that leads to a person.

    `berichten` are those of dossiers, `los` those of none; `rijen` counts what went of each table. `oudste` and
    `nieuwste` are the first and last day until which the dossiers were to be kept. `vastgehouden` dossiers were due
    but stopped, `mislukt` ones could not be deleted and stayed whole.
    """

    dag: date
    proef: bool
    dossiers: int = 0
    toewijzingen: int = 0
    berichten: int = 0
    los: int = 0
    vastgehouden: int = 0
    mislukt: int = 0
    oudste: date | None = None
    nieuwste: date | None = None
    seconden: float = 0
    rijen: Counter[str] = field(default_factory=Counter[str])

    def add(self, planned: Plan, gone: Counter[str]) -> None:
        """Count what went."""
        self.dossiers += len(planned.dossiers)
        self.toewijzingen += len(planned.toewijzing_ids)
        self.berichten += len(planned.bericht_ids)
        self.vastgehouden += planned.vastgehouden
        self.rijen.update(gone)
        ends = [bewaring.tot for bewaring in planned.dossiers.values() if bewaring.tot is not None]
        self.oudste = min([*ends, *([self.oudste] if self.oudste else [])], default=None)
        self.nieuwste = max([*ends, *([self.nieuwste] if self.nieuwste else [])], default=None)


def run(
    runtime: Runtime, wie: Wie = DIENST, *, until: date | None = None, trial: bool = False, at_once: int = AT_ONCE
) -> Verslag:
    """Delete everything of which the term has passed on a day (today when None), in short transactions.

    It may be stopped at any moment and run again; of runs at the same time each does a part. `trial` only counts.
    Raises InvalidInput for a day in the future, unless on trial: nothing may go early. Neither does it when the
    business date is set to a day that has yet to come.
    """
    day = until or runtime.today()
    if not trial:
        _demand_not_early(runtime, day)
    begun, verslag = monotonic(), Verslag(dag=day, proef=trial)
    for bsns in _due_clients(runtime, day, at_once):
        _delete(runtime, wie, verslag, bsns)
        passed("bewaren-dossiers-weg")
    for gone in delete_losse_berichten(runtime, day, trial=trial):
        verslag.los += gone["bericht"]
        verslag.rijen.update(gone)
    for gone in delete_losse_envelopen(runtime, day, trial=trial):
        verslag.rijen.update(gone)
    if not trial:
        verslag.rijen.update(purge_finished(runtime, start_of_day(day)))
        note_now(runtime, wie, Logregel(handeling=Handeling.BEWAARTERMIJN_UITGEVOERD, aantal=verslag.los))
        passed("bewaren-klaar")
        runtime.storage.wipe()
    verslag.seconden = round(monotonic() - begun, 3)
    _tell(verslag)
    return verslag


def latest_day(runtime: Runtime) -> date:
    """The last day of which what is due may go: the business date, yet never after the day that it really is."""
    today = runtime.today()  # asked first, so that midnight between the two puts it in no future
    return min(today, dutch_day(runtime.now()))


def tot_of(session: Session, runtime: Runtime, bericht_id: str) -> Bewaring:
    """Until when a bericht is kept and why: as long as the longest dossier in it, or for what it is itself.

    Of a bericht about very many clients no day is computed, for that would read all their dossiers.
    """
    family = next(iter(families_of(session, ids=[bericht_id])))
    if len(bsns_of_berichten(session, ids=family, limit=NAMED_CLIENTS + 1)) > NAMED_CLIENTS:
        return Bewaring(None, VEEL)
    named = {dossier for found in clients_of(session, bericht_ids=family).values() for dossier in found}
    if not named:
        return laatste(
            [los_bewaring(one.ontvangen, one.soort, runtime.bewaartermijnen) for one in as_los(session, ids=family)]
        )
    standen = dossier_standen(session, bsns=bsns_of(named))
    return laatste([dossier_bewaring(standen[one].feiten, runtime.bewaartermijnen) for one in named])


def months(runtime: Runtime) -> dict[str, int]:
    """How many dossiers are to be kept until each month (`2033-04`), and under "" those that have no end yet."""
    found: Counter[str] = Counter()
    for bsns in _clients(runtime):
        with runtime.storage.reading() as session:
            for bewaring in _bewaringen(session, runtime, bsns):
                found[f"{bewaring.tot:%Y-%m}" if bewaring.tot else ""] += 1
    return dict(sorted(found.items()))


def _demand_not_early(runtime: Runtime, day: date) -> None:
    latest = latest_day(runtime)
    if day > latest:
        raise InvalidInput(
            f"Verwijderen kan tot en met vandaag ({latest:%d-%m-%Y}); voor een latere dag ({day:%d-%m-%Y}) kan alleen "
            "een proef (--dry-run). Dat geldt ook als IWMO_TODAY op een latere dag staat."
        )


def _delete(runtime: Runtime, wie: Wie, verslag: Verslag, bsns: list[str]) -> None:
    """Delete what is due of these clients; when that fails, one client at a time, so that one holds up no other."""
    day = verslag.dag
    if verslag.proef:
        with runtime.storage.reading() as session:
            verslag.add(plan(session, runtime, bsns, day=day, trial=True), Counter())
        return

    def work(session: Session) -> tuple[Plan, Counter[str]]:
        lock_bewaren(session)
        planned = plan(session, runtime, bsns, day=day)
        gone = carry_out(session, runtime, planned, day=day)
        if planned.dossiers:
            note(session, runtime, wie, _logregel(planned))
        passed("bewaren-dossiers-geschreven")
        return planned, gone

    try:
        verslag.add(*runtime.storage.run(work))
    except IntegrityError:
        if len(bsns) == 1:
            verslag.mislukt += 1
            log.error("dossier_not_deleted")  # noqa: TRY400  (the error may name the row)
            return
        for bsn in bsns:
            _delete(runtime, wie, verslag, [bsn])


def _logregel(planned: Plan) -> Logregel:
    bsns = frozenset(bsns_of(planned.dossiers))
    return Logregel(handeling=Handeling.BEWAARTERMIJN_UITGEVOERD, aantal=len(planned.dossiers), bsns=bsns)


def _due_clients(runtime: Runtime, day: date, at_once: int) -> Iterator[list[str]]:
    """The clients with a dossier that is due, some at a time, in order of bsn."""
    for bsns in _clients(runtime):
        with runtime.storage.reading() as session:
            standen = dossier_standen(session, bsns=bsns)
        termijnen = runtime.bewaartermijnen
        due = sorted(
            {
                dossier.bsn
                for dossier, stand in standen.items()
                if dossier_bewaring(stand.feiten, termijnen).verlopen(day)
            }
        )
        for start in range(0, len(due), at_once):
            yield due[start : start + at_once]


def _clients(runtime: Runtime) -> Iterator[list[str]]:
    after = ""
    while True:
        with runtime.storage.reading() as session:
            bsns = bsns_after(session, after=after, limit=LOOKED_AT)
        if not bsns:
            return
        yield bsns
        after = bsns[-1]


def _bewaringen(session: Session, runtime: Runtime, bsns: list[str]) -> Iterator[Bewaring]:
    for stand in dossier_standen(session, bsns=bsns).values():
        yield dossier_bewaring(stand.feiten, runtime.bewaartermijnen)


def _tell(verslag: Verslag) -> None:
    log.info(
        "retention_done",
        proef=verslag.proef,
        dossiers=verslag.dossiers,
        berichten=verslag.berichten,
        los=verslag.los,
        vastgehouden=verslag.vastgehouden,
        mislukt=verslag.mislukt,
        seconden=verslag.seconden,
    )
