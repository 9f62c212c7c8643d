"""Which right every operation asks for: the only such table. What has no row here does not start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from app.domain.principal import Principal, Recht
from app.domain.refusals import NotFound, Refusal, RightNotGranted, RoleNotAllowed, SenderNotAllowed


class Entry(Enum):
    """An operation that asks for no right."""

    OPEN = "open"
    """Everybody, without any credential."""
    EVERYBODY_KNOWN = "known"
    """Everybody with a credential, whatever it is for."""


Wanted: TypeAlias = Recht | Entry

POLICY: Final[Mapping[str, Wanted]] = {
    "GET /healthz": Entry.OPEN,
    "GET /readyz": Entry.OPEN,
    "GET /docs": Entry.OPEN,
    "GET /docs/start.js": Entry.OPEN,
    "GET /docs/swagger-ui.css": Entry.OPEN,
    "GET /docs/swagger-ui-bundle.js": Entry.OPEN,
    "GET /v1/openapi.json": Entry.OPEN,
    "GET /.well-known/security.txt": Entry.OPEN,
    "GET /metrics": Recht.BEHEER,
    "GET /soap/ggk0210": Entry.EVERYBODY_KNOWN,
    "POST /soap/ggk0210": Recht.GGK_BEZORGEN,
    "POST /v1/berichten": Recht.BERICHTEN_INDIENEN,
    "POST /v1/berichten/_controleer": Recht.BERICHTEN_INDIENEN,
    "POST /v1/berichten/_zoek": Recht.BERICHTEN_LEZEN,
    "GET /v1/berichten": Recht.BERICHTEN_LEZEN,
    "GET /v1/berichten/{id}": Recht.BERICHTEN_LEZEN,
    "GET /v1/berichten/{id}/xml": Recht.BERICHTEN_LEZEN,
    "POST /v1/berichten/{id}/_opnieuw": Recht.BERICHTEN_INDIENEN,
    "GET /v1/postbus": Recht.POSTBUS_OPHALEN,
    "POST /v1/postbus/{id}/_ontvangen": Recht.POSTBUS_OPHALEN,
    "GET /v1/toewijzingen": Recht.TOEWIJZINGEN_LEZEN,
    "GET /v1/toewijzingen/{gemeente}/{nummer}": Recht.TOEWIJZINGEN_LEZEN,
    "GET /v1/toewijzingen/{gemeente}/{nummer}/budget": Recht.TOEWIJZINGEN_LEZEN,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_wijzig": Recht.TOEWIJZINGEN_BEHEREN,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_beeindig": Recht.TOEWIJZINGEN_BEHEREN,
    "POST /v1/toewijzingen/{gemeente}/{nummer}/_splits": Recht.TOEWIJZINGEN_BEHEREN,
    "POST /v1/toekenningen": Recht.TOEWIJZINGEN_BEHEREN,
    "GET /v1/toekenningen/{id}": Recht.TOEWIJZINGEN_LEZEN,
    "GET /v1/toekenningen/{id}/beschikking": Recht.TOEWIJZINGEN_LEZEN,
    "POST /v1/budgetberekeningen": Recht.INRICHTING_LEZEN,
    "GET /v1/declaraties": Recht.DECLARATIES_LEZEN,
    "GET /v1/declaraties/{id}": Recht.DECLARATIES_LEZEN,
    "GET /v1/rapportages/termijnen": Recht.RAPPORTAGES_LEZEN,
    "POST /v1/rapportages/termijnen/{id}/_gehaald": Recht.BERICHTEN_INDIENEN,
    "GET /v1/aansluitingen": Recht.BEHEER,
    "GET /v1/cak-perioden/{jaar}": Recht.INRICHTING_LEZEN,
    "GET /v1/producten": Recht.INRICHTING_LEZEN,
    "GET /v1/contracten": Recht.INRICHTING_LEZEN,
    "GET /v1/retourcodes/{code}": Recht.INRICHTING_LEZEN,
}
READING: Final = frozenset({"POST /v1/berichten/_zoek", "POST /v1/budgetberekeningen"})
"""What changes nothing though it is a POST: there, what a role may not see does not exist."""

SEARCHES: Final = frozenset({"POST /v1/berichten/_zoek"})
SENDING: Final = frozenset({"POST /v1/berichten", "POST /v1/berichten/_controleer"})


class NoPolicy(Exception):
    """A route has no row in the policy"""


class Rule(NamedTuple):
    """What an operation (`POST /v1/berichten`) asks for."""

    operation: str
    wanted: Wanted

    @property
    def searches_bsn(self) -> bool:
        """Whether it finds what there is about a bsn."""
        return self.operation in SEARCHES

    def check(self, principal: Principal) -> None:
        """Raise RightNotGranted when the credential was not given the right, else what a role without it hears."""
        if isinstance(self.wanted, Entry) or principal.may(self.wanted):
            return
        if self.wanted in principal.role_rights:
            raise RightNotGranted(f"Dit toegangsmiddel heeft het recht {self.wanted} niet.")
        raise self._denied()

    def _denied(self) -> Refusal:
        if self.operation in READING or self.operation.startswith("GET "):
            return NotFound("Dit bestaat niet.")
        if self.operation in SENDING:
            return SenderNotAllowed("Deze sleutel hoort niet bij de afzender van het bericht.")
        return RoleNotAllowed("Deze sleutel mag dit niet.")


Rules: TypeAlias = Mapping[tuple[int, str], Rule]
"""By the identity of the route, and the method."""


def rules_of(routes: Iterable[BaseRoute]) -> Rules:
    """The rule of every operation of the application; raises NoPolicy for one that has none."""
    found: dict[tuple[int, str], Rule] = {}
    for context in iter_route_contexts(list(routes)):
        for operation, method in _operations(context):
            if operation not in POLICY:
                raise NoPolicy(f"{operation} has no row in app.api.policy.POLICY")
            found[id(context.original_route), method] = Rule(operation, POLICY[operation])
    return found


def _operations(context: RouteContext) -> Iterable[tuple[str, str]]:
    """Every operation of a route with its method; a mount has one, of all methods."""
    path = context.path_format or context.path
    for method in sorted(context.methods or {"*"}):
        if method != "HEAD":
            yield f"{method} {path}", method
