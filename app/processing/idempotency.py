"""A request that is done once, however often it is sent, and one that is only tried."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from app.domain.principal import Principal
from app.domain.refusals import DifferentRequest
from app.storage.base import Storage
from app.storage.idempotency import claim_key, keep_answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """A request with the Idempotency-Key that its party gave it (None: none); `vraag` is what was asked."""

    partij: str
    sleutel: str | None
    vraag: str = field(repr=False)

    @classmethod
    def of(cls, principal: Principal, sleutel: str | None, vraag: str) -> Repeatable:
        """The request of this caller: its keys are its own, apart from those of others."""
        return cls(partij=",".join(principal.partijen), sleutel=sleutel, vraag=vraag)


def once(
    session: Session, request: Repeatable, *, now: datetime, work: Callable[[], str], again: Callable[[], None]
) -> str:
    """The answer of the work; when this request was done before, what was answered then, after `again`, and no work.

    Raises DifferentRequest when the key was used for another request. A request that was refused or undone did not
    use its key.
    """
    if request.sleutel is None:
        return work()
    digest = hashlib.sha256(request.vraag.encode()).hexdigest()
    kept = claim_key(session, partij=request.partij, sleutel=request.sleutel, vraag_sha256=digest, now=now)
    if kept is None:
        antwoord = work()
        keep_answer(session, partij=request.partij, sleutel=request.sleutel, antwoord=antwoord)
        return antwoord
    if kept.vraag_sha256 != digest:
        raise DifferentRequest("Deze Idempotency-Key is eerder bij een andere vraag gebruikt.")
    again()
    return kept.antwoord


class _Undo(Exception):
    """Ends a transaction of which nothing stays."""


def on_trial(storage: Storage, work: Callable[[Session], T]) -> T:
    """The result of the work, done in a transaction that is then undone: nothing of it stays."""
    results: list[T] = []

    def work_and_undo(session: Session) -> None:
        results.append(work(session))
        raise _Undo

    with suppress(_Undo):
        storage.run(work_and_undo)
    return results[-1]
