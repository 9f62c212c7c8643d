"""What must hold after every fault, once all work is done: nothing lost, nothing doubled, not a cent off."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.werk import DELIVERIES, JobSoort, JobStatus
from app.iwmo.reading import read, recognise
from app.storage.bericht_tables import BerichtRow
from app.storage.berichten import body_of
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, PrestatieRow
from app.storage.job_tables import GebeurtenisRow, JobRow
from app.storage.postbus import PostbusItemRow
from app.storage.schema import metadata
from app.storage.toewijzing_tables import ToewijzingRow
from tests.faults.ggk_invariants import envelopes_are_right
from tests.faults.house import PARTIJEN, House
from tests.faults.logboek_invariants import logboek_is_right
from tests.faults.messages import GRANTED_OF_EACH, ROOM, TARIEF


def check(house: House, *, delivered: bool = True) -> None:
    """Raise AssertionError with everything that does not hold; `delivered`: also what the receivers must have."""
    found = broken(house, delivered=delivered)
    if found:
        raise AssertionError("\n".join(found[:20]))


def broken(house: House, *, delivered: bool = True) -> list[str]:
    """What does not hold, each with the name of the invariant: I1 to I6, D, and E of envelopes."""
    with house.storage.reading() as session:
        found = [
            *acknowledged_is_stored(house, session),
            *nothing_is_doubled(session),
            *everything_has_an_end(session),
            *books_are_right(house, session),
            *what_happened_is_written_once(session),
            *logboek_is_right(house, session),
            *(deliveries_are_right(house, session) if delivered else ()),
            *(envelopes_are_right(house.adapter, session) if house.adapter else ()),
        ]
    return [*found, *database_is_whole(house)]


def acknowledged_is_stored(house: House, session: Session) -> Iterator[str]:
    """I1: what was answered with 2xx is there, byte for byte."""
    stored = {row.id: row.sha256 for row in session.scalars(select(BerichtRow))}
    for id, body in house.acknowledged.berichten:
        if stored.get(id) != hashlib.sha256(body).hexdigest():
            yield f"I1: bericht {id} was acknowledged and is not there"
    for id in list(stored)[:50]:
        if hashlib.sha256(body_of(session, id=id)).hexdigest() != stored[id]:
            yield f"I1: the bytes of {id} changed"


def nothing_is_doubled(session: Session) -> Iterator[str]:
    """I2: one bericht for each identification, one retour and one declaratie for each 303."""
    accepted = list(session.scalars(select(BerichtRow).where(BerichtRow.uniek.is_not(None))))
    names = Counter((row.soort, row.afzender, row.identificatie) for row in accepted)
    yield from (f"I2: {name[0]} {name[2]} is stored {count} times" for name, count in names.items() if count > 1)
    answers = Counter(session.scalars(select(BerichtRow.antwoord_op_id).where(BerichtRow.antwoord_op_id.is_not(None))))
    declaraties = Counter(session.scalars(select(DeclaratieRow.bericht_id)))
    for row in accepted:
        settled = row.soort == Berichtsoort.WMO303 and row.status != BerichtStatus.MISLUKT
        if settled and not answers[row.id] == declaraties[row.id] == 1:
            yield f"I2: 303 {row.id} has {answers[row.id]} retouren and {declaraties[row.id]} declaraties"


def everything_has_an_end(session: Session) -> Iterator[str]:
    """I3: nothing is under way without work that sees to it, and every delivery that is due is work or was."""
    jobs = {(row.soort, row.bericht_id, row.partij): row.status for row in session.scalars(select(JobRow))}
    for row in session.scalars(select(BerichtRow)):
        if row.status == BerichtStatus.IN_VERWERKING:
            yield f"I3: bericht {row.id} is still in-verwerking ({jobs.get((JobSoort.VERWERKING, row.id, None))})"
    for item in session.scalars(select(PostbusItemRow)):
        if (JobSoort.AFLEVERING, item.bericht_id, item.partij) not in jobs:
            yield f"I3: nobody brings {item.bericht_id} to {item.partij}"
    ended = Counter(status for (soort, _, _), status in jobs.items() if soort == JobSoort.AFLEVERING)
    if ended[JobStatus.OPEN]:
        yield f"I3: {ended[JobStatus.OPEN]} deliveries never ended"


def books_are_right(house: House, session: Session) -> Iterator[str]:
    """I4: what is booked follows from the messages themselves, and is never more than the room."""
    booked: defaultdict[str, int] = defaultdict(int)
    volumes: Counter[int] = Counter()
    nummers = {row.id: row.sleutel for row in session.scalars(select(ToewijzingRow))}
    for row in session.scalars(select(BoekingRow)):
        booked[row.declaratie_id] += row.toegekend_cents
        volumes[int(nummers[row.toewijzing_id])] += row.volume
        if row.toegekend_cents != row.volume * TARIEF:
            yield f"I4: {row.volume} pieces were booked as {row.toegekend_cents} cents"
    yield from (f"I4: toewijzing {nummer} granted {taken}" for nummer, taken in volumes.items() if taken > ROOM)
    for nummer in house.acknowledged.chains:
        if volumes[nummer] != GRANTED_OF_EACH:
            yield f"I4: toewijzing {nummer} granted {volumes[nummer]}, not {GRANTED_OF_EACH}"
    lines = Counter(session.scalars(select(PrestatieRow.declaratie_id)))
    retouren = dict((row.antwoord_op_id, row.id) for row in session.scalars(select(BerichtRow)))
    for declaratie in session.scalars(select(DeclaratieRow)):
        if (retour_id := retouren.get(declaratie.bericht_id)) is not None:
            yield from _one_declaratie(session, declaratie, retour_id, booked[declaratie.id], lines[declaratie.id])


def _one_declaratie(session: Session, row: DeclaratieRow, retour_id: str, booked: int, lines: int) -> Iterator[str]:
    sent = read(recognise(body_of(session, id=row.bericht_id)))
    retour = read(recognise(body_of(session, id=retour_id)))
    assert isinstance(sent, Declaratie)
    assert isinstance(retour, DeclaratieRetour)
    asked = [prestatie for client in sent.clienten for prestatie in client.prestaties]
    back = {
        line.prestatie.product_referentie.referentie_nummer for client in retour.clienten for line in client.prestaties
    }
    granted = sum(p.ingediend.cents for p in asked if p.product_referentie.referentie_nummer not in back)
    said = retour.header.toegekend_totaal_bedrag.saldo.cents
    if not granted == said == booked == row.toegekend_cents:
        yield f"I4: 303 {row.bericht_id}: {granted} asked and not returned, {said} in the 304, {booked} booked"
    if len(asked) != lines:
        yield f"I4: 303 {row.bericht_id} has {len(asked)} lines, of which {lines} have an outcome"


def what_happened_is_written_once(session: Session) -> Iterator[str]:
    """I5: each delivery that is done is written down once, and no other."""
    done = select(JobRow.bericht_id, JobRow.partij).where(
        JobRow.soort.in_(DELIVERIES), JobRow.status == JobStatus.GEDAAN
    )
    written = select(GebeurtenisRow.bericht_id, GebeurtenisRow.partij).where(
        GebeurtenisRow.soort.in_([GebeurtenisSoort.AFGELEVERD, GebeurtenisSoort.VERZONDEN])
    )
    jobs, events = Counter(map(tuple, session.execute(done))), Counter(map(tuple, session.execute(written)))
    unneeded = _answered(session)
    for key in sorted(jobs.keys() | events.keys(), key=str):
        if events[key] == 0 and key[0] in unneeded:
            continue
        if not jobs[key] == events[key] == 1:
            yield f"I5: delivery of {key[0]} to {key[1]}: {jobs[key]} jobs done, {events[key]} times written down"


def _answered(session: Session) -> set[str]:
    """The 301s whose answer came: who answers has it, so when it came before its delivery, that is not done."""
    query = select(BerichtRow.id).where(
        BerichtRow.soort == Berichtsoort.WMO301, BerichtRow.status == BerichtStatus.BEANTWOORD
    )
    return set(session.scalars(query))


def deliveries_are_right(house: House, session: Session) -> Iterator[str]:
    """D: each party has exactly what is in its postbus, under one webhook-id each, byte for byte."""
    unneeded = _answered(session)
    for partij in set(PARTIJEN.values()) - (house.adapter.partijen if house.adapter else set()):
        due = set(session.scalars(select(PostbusItemRow.bericht_id).where(PostbusItemRow.partij == partij)))
        had = house.had_by(partij)
        yield from (f"D: {partij} never got {id}" for id in sorted(due - had.keys() - unneeded))
        yield from (f"D: {partij} got {id}, which is no message for it" for id in sorted(had.keys() - due))
        bodies = Counter(had.values())
        yield from (f"D: {partij} got one message {count} times" for count in bodies.values() if count > 1)
        for id in sorted(due & had.keys()):
            if had[id] != body_of(session, id=id):
                yield f"D: {partij} got other bytes for {id}"


def database_is_whole(house: House) -> Iterator[str]:
    """I6: the database itself finds nothing wrong."""
    if house.storage.dialect == "sqlite":
        with house.storage.reading() as session:
            found = session.execute(text("PRAGMA integrity_check")).scalars().all()
            foreign = session.execute(text("PRAGMA foreign_key_check")).all()
        if found != ["ok"] or foreign:
            yield f"I6: {found} {len(foreign)}"
        return
    with house.storage.reading() as session:
        for table in metadata.sorted_tables:
            keys = select(*table.primary_key).order_by(*table.primary_key)
            counted: list[int] = []
            for scan in ("on", "off"):  # the table and its index must tell the same
                session.execute(text(f"SET LOCAL enable_seqscan = {scan}"))
                counted.append(len(session.execute(keys).all()))
            if len(set(counted)) > 1:
                yield f"I6: {table.name} has {counted[0]} rows and its index {counted[1]}"
