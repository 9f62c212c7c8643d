"""Delete what belongs to no dossier: refused and unreadable messages, envelopes around nothing, work, kept answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bewaren import Bewaarsoort, los_bewaring
from app.processing.bewaren_dossiers import delete_berichten, delete_envelopen
from app.processing.failpoints import passed
from app.processing.runtime import Runtime
from app.storage.berichten import start_of_day
from app.storage.bewaren_families import families_of, losse_berichten
from app.storage.bewaren_feiten import clients_of
from app.storage.bewaren_stops import gestopt, lock_bewaren
from app.storage.bewaren_verwijderen import Gone, delete_answers, losse_envelopen
from app.storage.jobs import purge_jobs

AT_ONCE: Final = 200
COUNTED: Final = 1_000_000
"""On trial; of more envelopes it counts so many."""


def delete_losse_berichten(runtime: Runtime, day: date, *, trial: bool) -> Iterator[Gone]:
    """Delete the berichten of no dossier that are due, some in each transaction; what went of each table."""
    for ids in _due_berichten(runtime, day):

        def work(session: Session, ids: list[str] = ids) -> Gone:
            lock_bewaren(session)
            return delete_berichten(session, runtime, _families(session, ids), day=day)

        if trial:
            with runtime.storage.reading() as session:
                yield Gone(bericht=len(_families(session, ids)))
        else:
            yield runtime.storage.run(work)
            passed("bewaren-los-weg")


def delete_losse_envelopen(runtime: Runtime, day: date, *, trial: bool) -> Iterator[Gone]:
    """Delete the envelopes around no bericht that are due, some in each transaction."""
    before = start_of_day(day - timedelta(days=runtime.bewaartermijnen.geweigerd_dagen))

    def due(session: Session, limit: int) -> list[str]:
        return [id for id, _ in losse_envelopen(session, before=before, limit=limit)]

    def work(session: Session) -> Gone:
        lock_bewaren(session)
        return delete_envelopen(session, runtime, due(session, AT_ONCE), day=day)

    if trial:
        with runtime.storage.reading() as session:
            yield +Gone(ggk_envelop=len(due(session, COUNTED)))
        return
    while gone := runtime.storage.run(work):
        yield gone


def purge_finished(runtime: Runtime, moment: datetime) -> Gone:
    """Delete work that was done and answers that were kept long enough; in batches."""
    termijnen, gone = runtime.bewaartermijnen, Gone()
    work_before = moment - timedelta(days=termijnen.werk_dagen)
    answers_before = moment - timedelta(days=termijnen.antwoord_dagen)
    while count := runtime.storage.run(lambda session: purge_jobs(session, before=work_before, limit=AT_ONCE)):
        gone["job"] += count
        passed("opruimen-verwijderd")
    while count := runtime.storage.run(lambda session: delete_answers(session, before=answers_before, limit=AT_ONCE)):
        gone["idempotency_key"] += count
    return gone


def _due_berichten(runtime: Runtime, day: date) -> Iterator[list[str]]:
    after = ""
    while True:
        with runtime.storage.reading() as session:
            found = losse_berichten(session, after=after, received_before=start_of_day(day), limit=AT_ONCE)
        if not found:
            return
        after = found[-1].id
        due = [one.id for one in found if _is_due(runtime, one.ontvangen, one.soort, day)]
        if due:
            yield due


def _is_due(runtime: Runtime, ontvangen: date, soort: Bewaarsoort, day: date) -> bool:
    return los_bewaring(ontvangen, soort, runtime.bewaartermijnen).verlopen(day)


def _families(session: Session, ids: list[str]) -> list[str]:
    """The berichten with their families, unless these name a client or something stops them."""
    stopped = gestopt(session).berichten
    families = families_of(session, ids=ids)
    named = clients_of(session, bericht_ids=[id for family in families for id in family])
    free = [family for family in families if family.isdisjoint(stopped) and family.isdisjoint(named)]
    return sorted(id for family in free for id in family)
