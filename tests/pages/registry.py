"""Every page that can be opened, and how: empty, as usual, and with something wrong. A page without row here fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from playwright.sync_api import Page

from app.domain.persoon import Fase
from app.domain.principal import Rol
from app.processing.personen import create_link
from tests.pages.house import PEOPLE, House


@dataclass(frozen=True, kw_only=True)
class Look:
    """One way to see a page: who looks, where (`{b303}` and its like are filled in), and what is done there first.

    `leads_to`: the address where one ends up, when that is another.
    """

    at: str
    rol: Rol | None = Rol.BEHANDELAAR
    fase: Fase = Fase.INGELOGD
    status: int = 200
    empty: bool = False
    do: Callable[[Page], None] | None = None
    leads_to: str = ""


Ways: TypeAlias = Mapping[str, Look | str]
"""By state: how to see it, or why it does not exist."""

BSN: Final = "999900006"
"""Of the client with a 303 in the demo."""

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
    "GET /instellen": {
        "leeg": Look(at="/instellen", rol=None, status=404),
        "gewoon": Look(at="/instellen/{link}", rol=None, leads_to="/instellen"),
        "fout": Look(
            at="/instellen/{link}", rol=None, status=400, do=_press("Opslaan en inloggen", wachtwoord="een", nogmaals="twee")
        ),
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
    "GET /logboek": {
        "leeg": Look(at="/logboek", do=_press("Zoeken", bsn="999900547")),
        "gewoon": Look(at="/logboek", do=_press("Zoeken", bsn=BSN)),
        "fout": Look(at="/logboek", status=400, do=_press("Zoeken", bsn="12")),
        "van een bericht": Look(at="/logboek?bericht={b303}"),
        "van de hele dienst": Look(at="/logboek", rol=Rol.AUDITOR),
        "nog van niemand": Look(at="/logboek"),
    },
    "GET /toegankelijkheid": {"leeg": NO_DATA, "gewoon": Look(at="/toegankelijkheid", rol=None), "fout": NO_INPUT},
}
WITHOUT: Final[Mapping[str, str]] = {
    "GET /static/{name}": "a file",
    "GET /account/tweede-factor.svg": "a picture, seen in its page",
    "GET /inloggen/oidc": "leads to the identity provider",
    "GET /inloggen/oidc/terug": "leads from the identity provider to the page that was asked for",
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
    link = create_link(house.runtime, PEOPLE[Rol.LEZER])
    if house.value("SELECT count(*) FROM bericht") == "0":
        return {"link": link}
    newest = "SELECT max(id) FROM bericht WHERE soort = 'WMO{}'"
    soorten = {f"b{soort}": house.value(newest.format(soort)) for soort in ("301", "302", "303", "304")}
    toewijzing = "SELECT max(toewijzing_id) FROM prestatie"
    return {
        **soorten,
        "link": link,
        "declaratie": house.value("SELECT max(id) FROM declaratie"),
        "toewijzing": house.value(toewijzing),
        "sleutel": house.value(f"SELECT sleutel FROM toewijzing WHERE id = ({toewijzing})"),  # noqa: S608
    }
