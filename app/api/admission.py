"""Nobody gets in without this: every request is asked once who sends it, and whether that one may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import Request

from app.api.origin import herkomst_of, via_proxy
from app.api.policy import Entry, Rule, Rules
from app.domain.principal import Herkomst, Principal
from app.domain.refusals import NotFound
from app.processing.runtime import Runtime
from app.processing.toegang import Aanmelding, Identify, identified

log = structlog.get_logger(__name__)

SCHEME: Final = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """How the application lets in: the ways to be known, in the order in which they are tried, and its rules."""

    ways: Sequence[Identify]
    rules: Rules


def admit(request: Request) -> None:
    """Let the request through to its operation, with `request.state.principal` (None where it is open to all).

    It runs before anything is read of the request. `request.state.herkomst` and, as soon as it is known, the principal
    stay there for who tells of a refusal. Raises NotAuthenticated, or what the rule of the operation says no with.
    """
    request.state.principal = None
    request.state.herkomst = herkomst_of(request)
    admission: Admission = request.app.state.admission
    rule = admission.rules.get((id(request.scope.get("route")), request.method))
    if rule is None:
        log.error("route_without_policy", route=getattr(request.scope.get("route"), "path", None))
        raise NotFound("Dit bestaat niet.")
    if rule.wanted is not Entry.OPEN:
        _admit_known(request, admission, rule)


def _admit_known(request: Request, admission: Admission, rule: Rule) -> None:
    runtime: Runtime = request.app.state.runtime
    principal = identified(runtime, admission.ways, _aanmelding(request))
    request.state.principal = principal
    rule.check(principal)


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
