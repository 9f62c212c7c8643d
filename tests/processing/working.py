"""A clock that a test moves, transports that say what they are told, and questions to ask afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.delivery.transport import Afgeleverd, Transport, Uitkomst, Zending
from app.delivery.transports import Transports, public_transports
from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.principal import Principal, Rol
from app.domain.werk import JobSoort, JobStatus
from app.processing.aansluitingen import connect
from app.processing.runtime import Runtime
from app.processing.werk import claim
from app.storage.accepted import feiten_of
from app.storage.gebeurtenissen import Gebeurtenis, gebeurtenissen_of
from app.storage.job_tables import JobRow
from app.storage.jobs import Job
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
PARTIJ = f"aanbieder:{AANBIEDER}"
OTHER_PARTIJ = f"aanbieder:{OTHER_AANBIEDER}"
URL = "https://ontvanger.example/berichten"
LEASE = timedelta(seconds=30)


class Moment:
    """Now, until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2019, 6, 20, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Scripted:
    """A transport: gives the outcomes one after the other, then the last for ever, and keeps what it was sent."""

    outcomes: list[Uitkomst | Exception] = field(default_factory=lambda: [Afgeleverd()])
    sent: list[Zending] = field(default_factory=list)
    meanwhile: Callable[[Zending], None] = lambda _zending: None

    def send(self, zending: Zending) -> Uitkomst:
        self.sent.append(zending)
        self.meanwhile(zending)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTransports(Transports):
    """Every aansluiting leads to the same transport."""

    transport: Scripted

    def to(self, aansluiting: Aansluiting, *, clock: Callable[[], datetime]) -> Transport:
        return self.transport


def scripted(transport: Scripted) -> ScriptedTransports:
    """Transports that all lead to this one."""
    ways = public_transports()
    return ScriptedTransports(client=ways.client, ggk_client=ways.ggk_client, transport=transport)


def connected(runtime: Runtime, partij: str = PARTIJ, url: str = URL) -> Aansluiting:
    """The partij has a webhook from now on."""
    return connect(runtime, partij=partij, soort=AansluitingSoort.HTTP, adres=url)


def claimed(runtime: Runtime, *soorten: JobSoort, limit: int = 100) -> list[Job]:
    """What a worker may take now."""
    return claim(runtime, frozenset(soorten or JobSoort), lease=LEASE, limit=limit)


def status_of(runtime: Runtime, bericht_id: str) -> str:
    with runtime.storage.reading() as session:
        return feiten_of(session, id=bericht_id).status


def events(runtime: Runtime, bericht_id: str) -> list[Gebeurtenis]:
    with runtime.storage.reading() as session:
        return gebeurtenissen_of(session, bericht_id=bericht_id)


def kinds(runtime: Runtime, bericht_id: str) -> list[str]:
    """What happened, in order."""
    return [one.soort.value for one in events(runtime, bericht_id)]


def jobs(runtime: Runtime, soort: JobSoort, status: JobStatus | None = None) -> list[JobRow]:
    """The rows of a kind of work, oldest first."""
    query = select(JobRow).where(JobRow.soort == soort).order_by(JobRow.id)
    with runtime.storage.reading() as session:
        return list(session.scalars(query if status is None else query.where(JobRow.status == status)))
