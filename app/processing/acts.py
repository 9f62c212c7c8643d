"""An act of a gemeente: done once however often it is asked, or only tried; and in the logboek either way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.processing.idempotency import Repeatable, on_trial, once
from app.processing.logboek import Poging, note, note_now, refusals_noted
from app.processing.runtime import Runtime


def do_once(
    runtime: Runtime,
    principal: Principal,
    request: Repeatable,
    poging: Poging,
    *,
    work: Callable[[Session], str],
    again: Callable[[Session], Logregel],
) -> str:
    """The answer of the work, which notes what it does; of a request that was done before, as `again` says it."""

    def once_only(session: Session) -> str:
        return once(
            session,
            request,
            now=runtime.now(),
            work=lambda: work(session),
            again=lambda: note(session, runtime, principal, again(session)),
        )

    with refusals_noted(runtime, principal, poging):
        return runtime.storage.run(once_only)


def only_try(
    runtime: Runtime, principal: Principal, poging: Poging, handeling: Handeling, work: Callable[[Session], str]
) -> str:
    """The answer of the work, of which nothing stays but that it was tried."""
    tried = on_trial(runtime.storage, work)
    note_now(runtime, principal, replace(poging.regel, handeling=handeling))
    return tried
