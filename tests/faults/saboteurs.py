"""The service with one promise broken, by name: if no scenario notices, the scenarios are no good.

README.md says which scenario catches which.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_
from sqlalchemy.orm import Session

from app import main
from app.delivery.transport import Zending
from app.domain.werk import JobSoort
from app.iwmo.reading import Inhoud
from app.processing import aflevering, declaraties, ggk_zenden, receive, toewijzingen, verwerking, werk
from app.processing.arrival import Arrival, Receipt
from app.processing.failpoints import passed
from app.processing.logboek import note_now
from app.processing.runtime import Runtime, new_id
from app.storage import engines, jobs
from app.storage.berichten import NewBericht, add_unique_bericht
from app.storage.job_tables import JobRow
from app.storage.jobs import Job, finish_job

COMMIT_LATER_SECONDS = 30
"""Much later than whoever heard the answer needs to pull the plug."""

_promised: ContextVar[str | None] = ContextVar("promised", default=None)


def acknowledge_before_commit() -> None:
    """Answer 201 with the id that the bericht will get, and keep it a moment later."""
    receive.new_id = lambda: _promised.get() or new_id()
    create_app = main.create_app
    later: set[asyncio.Task[None]] = set()

    def create_hasty_app() -> Callable[..., Any]:
        app = create_app()

        async def hasty(scope: Any, receive_: Any, send: Any) -> None:
            if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/v1/berichten"):
                await app(scope, receive_, send)
                return
            body = await _whole(receive_)
            id = str(uuid.UUID(new_id()))
            task = asyncio.create_task(_afterwards(app, scope, body, id))
            later.add(task)
            await _answer(send, {"id": id, "status": "verwerkt"})

        return hasty

    main.create_app = create_hasty_app


async def _whole(receive_: Any) -> bytes:
    body = b""
    while True:
        message = await receive_()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _afterwards(app: Any, scope: Any, body: bytes, id: str) -> None:
    await asyncio.sleep(COMMIT_LATER_SECONDS)
    _promised.set(id)

    async def again() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def nobody(_message: Any) -> None:
        return

    await app(scope, again, nobody)


async def _answer(send: Any, content: dict[str, str]) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def synchronous_normal() -> None:
    """Let SQLite say that something is on disk before it is."""
    engines.SQLITE_PRAGMAS = tuple(  # pyright: ignore[reportAttributeAccessIssue]
        pragma.replace("synchronous = FULL", "synchronous = NORMAL") for pragma in engines.SQLITE_PRAGMAS
    )


def retry_with_new_reference() -> None:
    """Give every attempt a kenmerk of its own."""
    zending_of: Callable[..., Zending] = aflevering._zending

    def renamed(*arguments: Any, **named: Any) -> Zending:
        zending = zending_of(*arguments, **named)
        return replace(zending, kenmerk=new_id())

    aflevering._zending = renamed


def envelope_made_anew() -> None:
    """Make another envelope for every attempt."""

    def none(*_arguments: Any, **_named: Any) -> None:
        return

    ggk_zenden.sent_of = none


def effect_outside_transaction() -> None:
    """Say that a 303 is settled, and settle it in a transaction after that."""

    def carry_out(runtime: Runtime, job: Job) -> None:
        arrival, declaratie = verwerking._accepted(runtime, job.bericht_id or "")
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.now()))

        def work(session: Session) -> None:
            declaraties.settle_and_answer(session, runtime, arrival, declaratie)
            passed("verwerking-geboekt")

        runtime.storage.run(work)

    werk.HANDLERS = {**werk.HANDLERS, JobSoort.VERWERKING: carry_out}  # pyright: ignore[reportAttributeAccessIssue]


def duplicates_in_memory_only() -> None:
    """Remember in this process what was received, and let the database take everything."""
    known: dict[str, str] = {}
    lock = Lock()

    def add(session: Session, _runtime: Runtime, new: NewBericht) -> str | None:
        with lock:
            holder = known.setdefault(new.uniek or new.id, new.id)
        if holder != new.id:
            return holder
        return add_unique_bericht(session, new=replace(new, uniek=f"{new.uniek} {new.id}"))

    toewijzingen.keep_once = add
    declaraties.keep_once = add


def lease_ignored() -> None:
    """Take work that another has, and record an end of work that another ended."""
    claim = jobs._claim

    def mine() -> tuple[ColumnElement[bool], ...]:
        token = bindparam("job_token")
        anyones = or_(JobRow.lease_token == token, JobRow.lease_token.is_distinct_from(token))
        return JobRow.id == bindparam("job_id"), anyones

    def none(*_arguments: Any, **_named: Any) -> None:
        return

    jobs._claim = lambda row, _until: claim(row, row.gepland_op)  # a lease that is over
    jobs._mine = mine
    werk.renew_leases = none


def audit_outside_transaction() -> None:
    """Write down that a bericht came in, once that is committed."""
    take_in = receive._take_in

    def nothing(*_arguments: Any) -> None:
        return

    def take_in_and_note(runtime: Runtime, arrival: Arrival, inhoud: Inhoud, also: receive.Also) -> Receipt:
        receipt = take_in(runtime, arrival, inhoud, also)
        note_now(runtime, arrival.principal, receive._received(receipt, receive.bsns_in(inhoud)))
        return receipt

    receive.note = nothing
    receive._take_in = take_in_and_note


SABOTEURS: dict[str, Callable[[], None]] = {
    "acknowledge-before-commit": acknowledge_before_commit,
    "synchronous-normal": synchronous_normal,
    "retry-with-new-reference": retry_with_new_reference,
    "envelope-made-anew": envelope_made_anew,
    "effect-outside-transaction": effect_outside_transaction,
    "duplicates-in-memory-only": duplicates_in_memory_only,
    "lease-ignored": lease_ignored,
    "audit-outside-transaction": audit_outside_transaction,
}
