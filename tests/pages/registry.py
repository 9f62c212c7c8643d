"""Every page that can be opened, and how: empty, as usual, and with something wrong. A page without row here fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from playwright.sync_api import Page

from app.domain.persoon import Fase
from app.domain.principal import Rol
from tests.pages.house import House


@dataclass(frozen=True, kw_only=True)
class Look:
    """One way to see a page: who looks, where (`{303}` and its like are filled in), and what is done there first."""

    at: str
    rol: Rol | None = Rol.BEHANDELAAR
    fase: Fase = Fase.INGELOGD
    status: int = 200
    empty: bool = False
    do: Callable[[Page], None] | None = None


Ways: TypeAlias = Mapping[str, Look | str]
"""By state: how to see it, or why it does not exist."""

NO_DATA: Final = "it shows nothing that could be missing"
NO_INPUT: Final = "it asks for nothing that could be wrong"


def _press(button: str, **fields: str) -> Callable[[Page], None]:
    """Fill in fields and press Enter in the last, or the button when there are none."""

    def do(page: Page) -> None:
        for name, value in fields.items():
            page.locator(f"[name={name}]").first.fill(value)
        page.get_by_role("button", name=button, exact=True).first.press("Enter")

    return do


def _at_login(page: Page) -> None:
    _press("Inloggen", naam="operator", wachtwoord="dit is het niet")(page)


PAGES: Final[Mapping[str, Ways]] = {
    "GET /": {"leeg": Look(at="/", empty=True), "gewoon": Look(at="/"), "fout": NO_INPUT},
    "GET /inloggen": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/inloggen?naar=/account", rol=None),
        "fout": Look(at="/inloggen", rol=None, status=400, do=_at_login),
    },
    "GET /inloggen/code": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/inloggen/code", fase=Fase.TWEEDE_FACTOR),
        "fout": Look(at="/inloggen/code", fase=Fase.TWEEDE_FACTOR, status=400, do=_press("Verder", code="000000")),
    },
    "GET /account": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/account"),
        "fout": Look(
            at="/account", status=400, do=_press("Veranderen", huidig="een", nieuw="twee twee twee", nogmaals="drie")
        ),
    },
    "GET /account/tweede-factor": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/account/tweede-factor"),
        "fout": Look(at="/account/tweede-factor", status=400, do=_press("Instellen", huidig="een", code="000000")),
    },
    "GET /toegankelijkheid": {"leeg": NO_DATA, "gewoon": Look(at="/toegankelijkheid", rol=None), "fout": NO_INPUT},
}
WITHOUT: Final[Mapping[str, str]] = {
    "GET /static/{name}": "a file",
    "GET /account/tweede-factor.svg": "a picture, seen in its page",
    "GET /inloggen/oidc": "leads to the identity provider",
    "GET /inloggen/oidc/terug": "leads from the identity provider to the page that was asked for",
    "GET /instellen": "needs a link: seen in test_sessions",
    "GET /instellen/{token}": "leads to /instellen",
}
STATES: Final = ("leeg", "gewoon", "fout")
LOOKS: Final = {
    f"{operation[4:]} {state}": look
    for operation, ways in PAGES.items()
    for state, look in ways.items()
    if isinstance(look, Look)
}


def places(house: House) -> Mapping[str, object]:
    """What is filled in in an address: the newest message of each soort, a declaratie, a toewijzing."""
    if not house.number("SELECT count(*) FROM bericht"):
        return {}
    newest = "SELECT max(id) FROM bericht WHERE soort = 'WMO{}'"
    soorten = {soort: house.number(newest.format(soort)) for soort in ("301", "302", "303", "304")}
    return {**soorten, "declaratie": house.number("SELECT max(id) FROM declaratie")}
