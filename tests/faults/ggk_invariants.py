"""What must hold of envelopes after every fault: none lost, none twice, and the same bytes each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.envelop import Foutbericht, Heenbericht, Retour
from app.domain.envelop_functies import Berichtcode
from app.storage.berichten import body_of
from app.storage.ggk_envelopen import EnvelopRichting, bytes_of
from app.storage.ggk_tables import GgkEnvelopRow
from app.storage.job_tables import GebeurtenisRow
from app.storage.postbus import PostbusItemRow
from tests.faults.adapter import Adapter, opened


def envelopes_are_right(adapter: Adapter, session: Session) -> Iterator[str]:
    """E1 to E4, each with its name."""
    rows = list(session.scalars(select(GgkEnvelopRow)))
    yield from _what_was_acknowledged_is_stored(adapter, session, rows)
    yield from _what_came_was_kept_first(adapter, session, rows)
    yield from _each_is_sent_in_one_envelope(adapter, session)
    yield from _each_has_an_end(adapter, session, rows)


def _what_was_acknowledged_is_stored(adapter: Adapter, session: Session, rows: list[GgkEnvelopRow]) -> Iterator[str]:
    """E1: what we gave a Bv03 is there once, byte for byte, and each time the Bv03 was the same."""
    stored = [row for row in rows if row.richting == EnvelopRichting.IN]
    times = Counter(row.referentienummer for row in stored)
    yield from (f"E1: {reference} is stored {count} times" for reference, count in times.items() if count > 1)
    kept = {bytes_of(session, id=row.id): row.antwoord for row in stored}
    for body, answers in adapter.brought.items():
        reference = opened(body).stuurgegevens.referentienummer
        if body not in kept:
            yield f"E1: {reference} was acknowledged and is not there"
        elif {kept[body]} != set(answers):
            yield f"E1: {reference} was answered in {len(set(answers))} ways, or otherwise than is kept"


def _what_came_was_kept_first(adapter: Adapter, session: Session, rows: list[GgkEnvelopRow]) -> Iterator[str]:
    """E2: under one reference the adapter always got the same bytes, and we know them."""
    sent = {row.referentienummer: bytes_of(session, id=row.id) for row in rows if row.richting == EnvelopRichting.UIT}
    for reference, bodies in adapter.came.items():
        if set(bodies) != {sent.get(reference)}:
            yield f"E2: {reference} came in {len(set(bodies))} ways, or otherwise than is kept"
    yield from (f"E2: {reference} was kept and never came" for reference in sorted(sent.keys() - adapter.came.keys()))


def _each_is_sent_in_one_envelope(adapter: Adapter, session: Session) -> Iterator[str]:
    """E3: whatever is in the postbus of a party behind the adapter came there, under one reference."""
    due = session.scalars(select(PostbusItemRow.bericht_id).where(PostbusItemRow.partij.in_(adapter.partijen)))
    envelopen = [opened(bodies[0]) for bodies in adapter.came.values()]
    times = Counter(envelop.bestand for envelop in envelopen if isinstance(envelop, Heenbericht | Retour))
    for id in due:
        if (count := times.pop(body_of(session, id=id), 0)) != 1:
            yield f"E3: bericht {id} came in {count} envelopes"
    if times:
        yield f"E3: {times.total()} envelopes hold what is in no postbus"


def _each_has_an_end(adapter: Adapter, session: Session, rows: list[GgkEnvelopRow]) -> Iterator[str]:
    """E4: of each that we took a message came, or it is written down once that it was refused; each refusal is told."""
    incoming = [row for row in rows if row.richting == EnvelopRichting.IN]
    refusals = [row for row in incoming if row.berichtcode == "Fo01"]
    yield from (
        f"E4: {row.referentienummer} became nothing"
        for row in incoming
        if row.bericht_id is None and row not in refusals
    )
    sent = {row.referentienummer: row.bericht_id for row in rows if row.richting == EnvelopRichting.UIT}
    written = Counter(
        session.scalars(select(GebeurtenisRow.bericht_id).where(GebeurtenisRow.soort == GebeurtenisSoort.FOUTBERICHT))
    )
    expected = Counter(sent[row.cross_ref or ""] for row in refusals)
    if written != expected:
        yield f"E4: {expected.total()} foutberichten were taken, {written.total()} written down"
    told = Counter(
        envelop.stuurgegevens.cross_ref
        for envelop in (opened(bodies[0]) for bodies in adapter.came.values())
        if isinstance(envelop, Foutbericht)
    )
    unreadable = {
        row.referentienummer
        for row in incoming
        if row.berichtcode == Berichtcode.DI01 and _cannot_be_read(session, row)
    }
    if told != Counter(unreadable):
        yield f"E4: {len(unreadable)} could not be read, of which {len(told)} were told in {told.total()} Fo01s"


def _cannot_be_read(session: Session, row: GgkEnvelopRow) -> bool:
    envelop = opened(bytes_of(session, id=row.id))
    return isinstance(envelop, Heenbericht) and not envelop.bestand.startswith(b"<")
