"""Which page asks for what: the only such table. What has no row here does not start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final, TypeAlias

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.domain.principal import Recht


class Deur(Enum):
    """What a page asks of its visitor besides a right."""

    BESTAND = "bestand"
    """Nothing: it is a file, the same for everybody."""
    AANBIEDER = "aanbieder"
    """No browser: it is the identity provider that says something, and signs it."""
    OPEN = "open"
    """Nothing."""
    CODE = "code"
    """The password was right, the code of the second factor is asked."""
    TWEEDE_FACTOR = "tweede-factor"
    """Logged in, or on the way to it with a second factor to set up."""
    BEGONNEN = "begonnen"
    """Any session, also one that is halfway."""
    PERSOON = "persoon"
    """Logged in, with whatever role."""


Wanted: TypeAlias = Recht | Deur

POLICY: Final[Mapping[str, Wanted]] = {
    "GET /": Deur.PERSOON,
    "GET /static/{name}": Deur.BESTAND,
    "GET /toegankelijkheid": Deur.OPEN,
    "GET /inloggen": Deur.OPEN,
    "POST /inloggen": Deur.OPEN,
    "GET /inloggen/code": Deur.CODE,
    "POST /inloggen/code": Deur.CODE,
    "GET /inloggen/oidc": Deur.OPEN,
    "GET /inloggen/oidc/terug": Deur.OPEN,
    "POST /inloggen/oidc/uitgelogd": Deur.AANBIEDER,
    "POST /uitloggen": Deur.BEGONNEN,
    "GET /instellen": Deur.OPEN,
    "POST /instellen": Deur.OPEN,
    "GET /instellen/{token}": Deur.OPEN,
    "GET /logboek": Recht.INZAGE_LEZEN,
    "POST /logboek": Recht.INZAGE_LEZEN,
    "GET /proef": Recht.BERICHTEN_LEZEN,
    "POST /proef": Recht.BERICHTEN_LEZEN,
    "GET /stuurinformatie": Recht.RAPPORTAGES_LEZEN,
    "GET /stuurinformatie/uitnutting.csv": Recht.RAPPORTAGES_LEZEN,
    "GET /stuurinformatie/uitnutting.xlsx": Recht.RAPPORTAGES_LEZEN,
    "GET /stuurinformatie/stapeling": Recht.RAPPORTAGES_LEZEN,
    "GET /stuurinformatie/stapeling.csv": Recht.RAPPORTAGES_LEZEN,
    "GET /stuurinformatie/stapeling.xlsx": Recht.RAPPORTAGES_LEZEN,
    "GET /termijnen": Recht.RAPPORTAGES_LEZEN,
    "GET /termijnen/csv": Recht.RAPPORTAGES_LEZEN,
    "POST /termijnen/{id}/gehaald": Recht.TOEWIJZINGEN_BEHEREN,
    "GET /inrichting": Recht.INRICHTING_LEZEN,
    "GET /inrichting/laden": Recht.BEHEER,
    "POST /inrichting/laden": Recht.BEHEER,
    "POST /inrichting/bevestigen": Recht.BEHEER,
    "GET /inrichting/{gemeente}/versies": Recht.INRICHTING_LEZEN,
    "GET /inrichting/{gemeente}/yaml": Recht.INRICHTING_LEZEN,
    "GET /account": Deur.PERSOON,
    "POST /account/wachtwoord": Deur.PERSOON,
    "GET /account/tweede-factor": Deur.TWEEDE_FACTOR,
    "POST /account/tweede-factor": Deur.TWEEDE_FACTOR,
    "GET /account/tweede-factor.svg": Deur.TWEEDE_FACTOR,
    "POST /account/tweede-factor/verwijderen": Deur.PERSOON,
    "POST /account/sessies/beeindigen": Deur.PERSOON,
    "GET /berichten": Recht.BERICHTEN_LEZEN,
    "GET /berichten/stand": Recht.BERICHTEN_LEZEN,
    "GET /berichten/lijst.csv": Recht.BERICHTEN_LEZEN,
    "GET /berichten/zoek": Recht.BERICHTEN_LEZEN,
    "POST /berichten/zoek": Recht.BERICHTEN_LEZEN,
    "GET /berichten/{id}": Recht.BERICHTEN_LEZEN,
    "GET /berichten/{id}/stand": Recht.BERICHTEN_LEZEN,
    "GET /berichten/{id}/xml": Recht.BERICHTEN_LEZEN,
    "GET /berichten/{id}/opnieuw": Recht.BERICHTEN_INDIENEN,
    "POST /berichten/{id}/opnieuw": Recht.BERICHTEN_INDIENEN,
    "POST /berichten/{id}/goedkeuring": Recht.BERICHTEN_INDIENEN,
    "GET /toewijzingen": Recht.TOEWIJZINGEN_LEZEN,
    "GET /toewijzingen/{gemeente}/{nummer}": Recht.TOEWIJZINGEN_LEZEN,
    "GET /toewijzingen/{gemeente}/{nummer}/budgetpaspoort": Recht.TOEWIJZINGEN_LEZEN,
    "GET /toewijzingen/{gemeente}/{nummer}/{handeling}": Recht.TOEWIJZINGEN_BEHEREN,
    "POST /toewijzingen/{gemeente}/{nummer}/{handeling}": Recht.TOEWIJZINGEN_BEHEREN,
    "POST /toewijzingen/{gemeente}/{nummer}/{handeling}/bevestigen": Recht.TOEWIJZINGEN_BEHEREN,
    "GET /declaraties": Recht.DECLARATIES_LEZEN,
    "GET /declaraties/{id}": Recht.DECLARATIES_LEZEN,
    "GET /declaraties/{id}/stand": Recht.DECLARATIES_LEZEN,
    "GET /declaraties/{id}/voorstel": Recht.DECLARATIES_LEZEN,
    "GET /declaraties/{id}/voorstel.csv": Recht.DECLARATIES_LEZEN,
    "GET /declaraties/{id}/specificatie": Recht.DECLARATIES_LEZEN,
}

WITH_PASSWORD: Final = frozenset(
    {
        "POST /inloggen",
        "GET /inloggen/code",
        "POST /inloggen/code",
        "GET /instellen",
        "POST /instellen",
        "GET /instellen/{token}",
        "POST /account/wachtwoord",
        "GET /account/tweede-factor",
        "POST /account/tweede-factor",
        "GET /account/tweede-factor.svg",
        "POST /account/tweede-factor/verwijderen",
    }
)
"""What is not there when people log in with the identity provider alone."""


UPLOADS: Final = frozenset({"POST /proef", "POST /inrichting/laden", "POST /inrichting/bevestigen"})
"""What may come with a file; every other form is small."""


class NoPolicy(Exception):
    """A page has no row in the policy, or a row has no page"""


def demand_complete(routes: Iterable[BaseRoute]) -> None:
    """Raise NoPolicy unless pages and rows are the same."""
    found = {operation for route in routes for operation in operations(route)}
    if wrong := found ^ set(POLICY):
        raise NoPolicy(f"app.web.policy.POLICY and the pages differ in: {', '.join(sorted(wrong))}")


def operations(route: BaseRoute) -> Iterable[str]:
    """Every operation of a route, as in the table; what is no page has one that is not in it."""
    if not isinstance(route, APIRoute):
        return [f"* {getattr(route, 'path', '?')}"]
    return [f"{method} {route.path}" for method in sorted(route.methods or ())]
