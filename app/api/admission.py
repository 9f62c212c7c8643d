"""Nobody gets in without this: every request is asked once who sends it, and whether that one may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from fastapi import BackgroundTasks, Request

from app.api.origin import herkomst_of, via_proxy
from app.api.policy import Entry, Rules
from app.domain.principal import Herkomst, Principal
from app.domain.refusals import NotAuthenticated, NotFound
from app.processing.key_uses import KeyUses
from app.processing.runtime import Runtime
from app.processing.tempo import Tempo
from app.processing.toegang import Aanmelding, Identify, identified

log = structlog.get_logger(__name__)

SCHEME: Final = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """How the application lets in: the ways to be known, in the order in which they are tried, and its rules."""

    ways: Sequence[Identify]
    rules: Rules
    tempo: Tempo = field(default_factory=Tempo)
    uses: KeyUses = field(default_factory=KeyUses)


def admit(request: Request, afterwards: BackgroundTasks) -> None:
    """Let the request through to its operation, with `request.state.principal` (None where it is open to all).

    It runs before anything is read of the request. `request.state.herkomst` and, as soon as it is known, the principal
    stay there for who tells of a refusal. Raises NotAuthenticated, TooManyRequests, or what the rule of the operation
    says no with.
    """
    request.state.principal = None
    request.state.herkomst = herkomst_of(request)
    admission: Admission = request.app.state.admission
    rule = admission.rules.get((id(request.scope.get("route")), request.method))
    if rule is None:
        log.error("route_without_policy", route=getattr(request.scope.get("route"), "path", None))
        raise NotFound("Dit bestaat niet.")
    request.state.operation = rule.operation
    if rule.wanted is not Entry.OPEN:
        principal = _identified(request, admission)
        request.state.principal = principal
        admission.tempo.request(principal)
        rule.check(principal)
        if rule.searches_bsn:
            admission.tempo.bsn_search(principal)
        if admission.uses.is_due(principal, request.app.state.runtime.now()):
            afterwards.add_task(admission.uses.note, request.app.state.runtime, principal)


def _identified(request: Request, admission: Admission) -> Principal:
    runtime: Runtime = request.app.state.runtime
    try:
        return identified(runtime, admission.ways, _aanmelding(request))
    except NotAuthenticated:
        admission.tempo.failure(request.state.herkomst.adres)
        raise


def principal_in(request: Request) -> Principal | None:
    """Who was let in; None where everybody is."""
    return request.state.principal


def _aanmelding(request: Request) -> Aanmelding:
    herkomst: Herkomst = request.state.herkomst
    return Aanmelding(
        method=request.method,
        herkomst=herkomst,
        bearer=_bearer(request),
        headers={name: ", ".join(request.headers.getlist(name)) for name in request.headers},
        cookies=request.cookies,
        via_proxy=via_proxy(request),
    )


def _bearer(request: Request) -> str | None:
    """What comes after `Bearer` in the Authorization header; of two such headers none counts."""
    said = request.headers.getlist("authorization")
    if len(said) != 1 or not said[0].lower().startswith(SCHEME):
        return None
    return said[0][len(SCHEME) :].strip() or None
