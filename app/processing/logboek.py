"""Who did or saw what, of whom: written with the effect, and of a view before what was seen may leave.

A view reads in a session that can change nothing; its row is committed after that and before the answer. So there is
no answer without a row; a row without an answer, when the connection is lost, says more than was seen and never less.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from app.domain.logboek import (
    AARD,
    Handeling,
    LogRecord,
    Logregel,
    Uitkomst,
    Wie,
    signed_text,
    wie_of,
    years_later,
)
from app.domain.principal import Herkomst, Principal
from app.domain.refusals import Refusal
from app.processing.geheimen import Doel
from app.processing.runtime import Runtime, new_id
from app.storage.logboek import add_logboek, bsns_of_berichten

Actor: TypeAlias = Principal | Wie

NAMED_CLIENTS: Final = 100
"""Of a bericht about more clients, a look at its facts names the bericht alone: they say nothing of a client."""


def note(session: Session, runtime: Runtime, actor: Actor, *regels: Logregel) -> None:
    """Write down what was done, in the transaction that does it."""
    wie = wie_of(actor) if isinstance(actor, Principal) else actor
    herkomst = wie.herkomst or Herkomst(adres=None, trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8))
    now, key = runtime.now(), runtime.geheimen.key(Doel.LOGBOEK)
    clients = [clients_in(runtime, regel.bsns) for regel in regels]
    records = [_record(runtime, wie, herkomst, regel, now) for regel in regels]
    signed = [replace(one, mac=mac_of(key, one, digest_of(own))) for one, own in zip(records, clients, strict=True)]
    add_logboek(session, records=signed, clients=clients)


def note_now(runtime: Runtime, actor: Actor, *regels: Logregel) -> None:
    """Write down what was done or seen in a transaction of its own; raises DatabaseUnavailable."""
    runtime.storage.run(lambda session: note(session, runtime, actor, *regels))


@dataclass(slots=True)
class Inzage:
    """A view under way: `session` reads what is shown; whom it is about is said before the view ends."""

    session: Session
    regel: Logregel
    empty: bool = False

    def about(self, *, bsns: Iterable[str] = (), object_id: str | None = None, aantal: int | None = None) -> None:
        """Say what was shown, and of whom."""
        self.regel = replace(
            self.regel,
            bsns=self.regel.bsns | frozenset(bsns),
            object_id=object_id or self.regel.object_id,
            aantal=self.regel.aantal if aantal is None else aantal,
        )

    def about_berichten(self, ids: Collection[str], *, every_client: bool = True) -> None:
        """Say that these berichten were shown, of whoever they are about.

        Without `every_client` those about very many clients name none of them.
        """
        most = None if every_client else NAMED_CLIENTS + 1
        bsns = bsns_of_berichten(self.session, ids=ids, limit=most)
        self.about(bsns=bsns if most is None or len(bsns) < most else ())

    def nothing(self) -> None:
        """Say that nothing was there to be seen, so that there is nothing to write down."""
        self.empty = True


@contextmanager
def viewing(runtime: Runtime, actor: Actor, handeling: Handeling, *, object_id: str | None = None) -> Generator[Inzage]:
    """A view: what is read within the block is written down when the block ends.

    What was read may leave only after the block. When nothing can be written it raises DatabaseUnavailable.
    """
    with runtime.storage.reading() as session:
        inzage = Inzage(session, Logregel(handeling=handeling, object_id=object_id))
        yield inzage
    if not inzage.empty:
        note_now(runtime, actor, inzage.regel)


@dataclass(slots=True)
class Poging:
    """What is tried, as far as it is known."""

    regel: Logregel


@contextmanager
def refusals_noted(runtime: Runtime, actor: Actor, poging: Poging) -> Generator[None]:
    """What is refused within the block is written down as an attempt; nothing else of it was kept."""
    try:
        yield
    except Refusal as refusal:
        note_now(runtime, actor, replace(poging.regel, uitkomst=Uitkomst.GEWEIGERD, reden=type(refusal).__name__))
        raise


def clients_in(runtime: Runtime, bsns: Collection[str]) -> list[str]:
    """How clients are named in the logboek: by a hash that only who has the secret of the service can make."""
    if not bsns:
        return []
    key = runtime.geheimen.key(Doel.CLIENT)
    return sorted(_client(key, bsn) for bsn in bsns)


def clients_by_every_key(runtime: Runtime, bsn: str) -> list[str]:
    """All names that a client has in the logboek, those under earlier secrets too."""
    return [_client(key, bsn) for key in runtime.geheimen.keys(Doel.CLIENT)]


def digest_of(clients: Iterable[str]) -> str:
    """One digest of clients in order."""
    digest = hashlib.sha256()
    for client in clients:
        digest.update(client.encode() + b"\n")
    return digest.hexdigest()


def mac_of(key: bytes, record: LogRecord, clients_digest: str) -> str:
    """What shows that a row and its clients are as they were written."""
    return hmac.digest(key, signed_text(record, clients_digest), "sha256").hex()


def text_of(moment: datetime) -> str:
    """A moment as the logboek has it: UTC, always as long, so that text sorts as time.

    >>> text_of(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    '2026-11-22T09:00:00.000000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _client(key: bytes, bsn: str) -> str:
    return hmac.digest(key, bsn.encode(), "sha256").hex()


def _record(runtime: Runtime, wie: Wie, herkomst: Herkomst, regel: Logregel, now: datetime) -> LogRecord:
    aard, ms = AARD[regel.handeling], int(now.timestamp() * 1000)
    return LogRecord(
        id=new_id(),
        moment=text_of(now),
        gebeurtenis=regel.handeling,
        actie=aard.actie,
        wie=wie.naam,
        rol=wie.rol,
        wijze=wie.wijze,
        uitkomst=regel.uitkomst,
        object_soort=aard.object_soort,
        object_id=regel.object_id,
        aantal=regel.aantal,
        reden=regel.reden or herkomst.reden,
        adres=herkomst.adres,
        trace_id=herkomst.trace_id,
        span_id=herkomst.span_id,
        parent_span_id=herkomst.parent_span_id,
        begin_ms=ms,
        eind_ms=ms,
        activiteit=aard.activiteit,
        bewaren_tot=years_later(now.date(), runtime.logboek_jaren).isoformat(),
    )
