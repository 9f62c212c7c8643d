"""The logboek for others: who did it, with the names of NEN 7513, and apart from that whom it was about.

The lines about clients (Logboek Dataverwerkingen) hold no user; `trace_id` and `span_id` join the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from app.domain.logboek import Handeling, LogRecord, Logregel, Uitkomst, Wie
from app.processing.logboek import clients_by_every_key, note_now
from app.processing.runtime import Runtime
from app.storage.logboek import clients_of, logboek_after

Line: TypeAlias = dict[str, object]

AT_ONCE: Final = 500
WITH_CLIENTS_AT_ONCE: Final = 20
"""Rows whose clients are at hand together: a row may be about ten thousand."""

SOURCE: Final = "iwmo-berichtenservice"
ID_TYPE: Final = "bsn-hmac-sha256"


class Vorm(StrEnum):
    """What is exported."""

    NEN7513 = "nen7513"
    DATAVERWERKINGEN = "dataverwerkingen"


COLUMNS: Final[Mapping[Vorm, tuple[str, ...]]] = {
    Vorm.NEN7513: (
        "EventID",
        "EventActionCode",
        "EventDateTime",
        "EventOutcomeIndicator",
        "EventTypeCode",
        "UserID",
        "UserIsRequestor",
        "RoleIDCode",
        "PurposeOfUse",
        "NetworkAccessPointTypeCode",
        "NetworkAccessPointID",
        "AuditSourceID",
        "AuditSourceTypeCode",
        "AuthenticationMethod",
        "ObjectCount",
        "ParticipantObjects",
        "LogID",
        "TraceID",
        "SpanID",
    ),
    Vorm.DATAVERWERKINGEN: (
        "trace_id",
        "span_id",
        "parent_span_id",
        "status_code",
        "name",
        "start_time",
        "end_time",
        "foreign_operation",
        "resource",
        "attributes",
    ),
}
"""What a line holds, in order."""

OUTCOMES: Final[Mapping[str, int]] = {Uitkomst.GELUKT: 0, Uitkomst.GEWEIGERD: 4, Uitkomst.MISLUKT: 8}
"""EventOutcomeIndicator: success, minor and serious failure (RFC 3881)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportvraag:
    """Which rows: from moment `van` until before `tot` (both as the logboek has them), about one client."""

    vorm: Vorm
    van: str | None = None
    tot: str | None = None
    bsn: str | None = None


def export(runtime: Runtime, door: Wie, vraag: Exportvraag, *, activiteiten: str) -> Iterator[Line]:
    """The lines, oldest first, however many there are; that they leave is written down before the first does.

    `activiteiten` is what the URI of every processing activity begins with.
    """
    regel = Logregel(
        handeling=Handeling.LOGBOEK_GEEXPORTEERD,
        object_id=vraag.vorm,
        bsns=frozenset() if vraag.bsn is None else frozenset({vraag.bsn}),
    )
    note_now(runtime, door, regel)
    return _lines(runtime, vraag, activiteiten)


def _lines(runtime: Runtime, vraag: Exportvraag, activiteiten: str) -> Iterator[Line]:
    of_client = None if vraag.bsn is None else frozenset(clients_by_every_key(runtime, vraag.bsn))
    after = ""
    while True:
        with runtime.storage.reading() as session:
            records = logboek_after(
                session, after=after, limit=AT_ONCE, van=vraag.van, tot=vraag.tot, clients=of_client
            )
        for group in _small_groups(records):
            yield from _group(runtime, vraag.vorm, group, of_client, activiteiten)
        if len(records) < AT_ONCE:
            return
        after = records[-1].id


def _small_groups(records: Sequence[LogRecord]) -> Iterator[Sequence[LogRecord]]:
    for start in range(0, len(records), WITH_CLIENTS_AT_ONCE):
        yield records[start : start + WITH_CLIENTS_AT_ONCE]


def _group(
    runtime: Runtime, vorm: Vorm, records: Sequence[LogRecord], only: frozenset[str] | None, activiteiten: str
) -> Iterator[Line]:
    clients: defaultdict[str, list[str]] = defaultdict(list)
    with runtime.storage.reading() as session:
        for logboek_id, client in clients_of(session, ids=[one.id for one in records]):
            if only is None or client in only:  # an export about one client names no other
                clients[logboek_id].append(client)
    make: Callable[[LogRecord, Sequence[str], str], Iterator[Line]] = (
        nen7513_lines if vorm is Vorm.NEN7513 else dataverwerking_lines
    )
    for record in records:
        yield from make(record, clients[record.id], activiteiten)


def nen7513_lines(record: LogRecord, clients: Sequence[str], activiteiten: str) -> Iterator[Line]:
    """One line: who did what, when, from where, to what and of whom, with what outcome."""
    participants: list[Line] = []
    if record.object_id is not None:
        participants.append({"ParticipantObjectTypeCode": 2, "Type": record.object_soort, "ID": record.object_id})
    participants.extend({"ParticipantObjectTypeCode": 1, "IDTypeCode": ID_TYPE, "ID": client} for client in clients)
    yield {
        "EventID": record.gebeurtenis,
        "EventActionCode": record.actie,
        "EventDateTime": record.moment,
        "EventOutcomeIndicator": OUTCOMES.get(record.uitkomst, 12),
        "EventTypeCode": f"{activiteiten}{record.activiteit}",
        "UserID": record.wie,
        "UserIsRequestor": True,
        "RoleIDCode": record.rol,
        "PurposeOfUse": record.reden,
        "NetworkAccessPointTypeCode": 2 if record.adres else None,
        "NetworkAccessPointID": record.adres,
        "AuditSourceID": SOURCE,
        "AuditSourceTypeCode": 4,
        "AuthenticationMethod": record.wijze,
        "ObjectCount": record.aantal,
        "ParticipantObjects": participants,
        "LogID": record.id,
        "TraceID": record.trace_id,
        "SpanID": record.span_id,
    }


def dataverwerking_lines(record: LogRecord, clients: Sequence[str], activiteiten: str) -> Iterator[Line]:
    """A line for each client, or one when it was about none; who did it is not in them."""
    attributes: Line = {"dpl.core.processing_activity_id": f"{activiteiten}{record.activiteit}"}
    for client in clients or (None,):
        subject = {"dpl.core.data_subject_id": client, "dpl.core.data_subject_id_type": ID_TYPE} if client else {}
        yield {
            "trace_id": record.trace_id,
            "span_id": record.span_id,
            "parent_span_id": record.parent_span_id,
            "status_code": 2 if record.uitkomst == Uitkomst.MISLUKT else 1,
            "name": record.gebeurtenis,
            "start_time": record.begin_ms,
            "end_time": record.eind_ms,
            "foreign_operation": None,
            "resource": {"service.name": SOURCE},
            "attributes": {**attributes, **subject},
        }
