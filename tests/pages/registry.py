"""Every page that can be opened, and how: empty, as usual, and with something wrong. A page without row here fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from playwright.sync_api import Page

from app.cli.demo import STORY
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

TOEWIJZING: Final = "/toewijzingen/1708/{sleutel}"
PREVIEW: Final = "Bekijk wat er zou gebeuren"
CHANGES: Final = "Bekijk wat er verandert"
INRICHTING: Final = """\
gemeente: {code: "1708"}
producten:
  - {categorie: "02", code: "02A02", naam: Begeleiding licht, eenheid: "82", frequentie: "3", tariefCenten: 90,
     geldigVanaf: 2018-03-01}
"""
VOLGENDE_PERIODE: Final = (STORY / "5-declaratie-volgende-periode.xml").read_text(encoding="utf-8")

NO_DATA: Final = "it shows nothing that could be missing"
NO_INPUT: Final = "it asks for nothing that could be wrong"


def _press(button: str, **fields: str) -> Callable[[Page], None]:
    """Fill in fields, of a list the option with this place, and press Enter on the button."""

    def do(page: Page) -> None:
        for name, value in fields.items():
            field = page.locator(f"[name={name}]").first
            if field.evaluate("field => field.matches('select')"):
                field.select_option(index=int(value))
            else:
                field.fill(value)
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
            at="/instellen/{link}",
            rol=None,
            status=400,
            do=_press("Opslaan en inloggen", wachtwoord="een", nogmaals="twee"),
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
    "GET /berichten": {
        "leeg": Look(at="/berichten", empty=True),
        "gewoon": Look(at="/berichten"),
        "fout": Look(at="/berichten?retourcode=acht&van=gisteren", status=400),
        "niets gevonden": Look(at="/berichten?soort=WMO304&partij=0505"),
        "een client": Look(at="/berichten", do=_press("Zoeken", zoek=BSN)),
        "een onbekende client": Look(at="/berichten", do=_press("Zoeken", zoek="999900547")),
    },
    "GET /berichten/{id}": {
        "leeg": Look(at="/berichten/{b302}"),
        "gewoon": Look(at="/berichten/{b303}"),
        "fout": Look(at="/berichten/00000000-0000-7000-8000-000000000000", status=404),
        "301": Look(at="/berichten/{b301}"),
        "304": Look(at="/berichten/{b304}"),
        "voor wie alleen leest": Look(at="/berichten/{b303}", rol=Rol.LEZER),
    },
    "GET /berichten/{id}/opnieuw": {
        "leeg": Look(at="/berichten/{b302}/opnieuw"),
        "gewoon": Look(at="/berichten/{b301}/opnieuw"),
        "fout": Look(at="/berichten/00000000-0000-7000-8000-000000000000/opnieuw", status=404),
        "over geld": Look(at="/berichten/{b304}/opnieuw"),
    },
    "GET /declaraties": {
        "leeg": Look(at="/declaraties", empty=True),
        "gewoon": Look(at="/declaraties"),
        "fout": Look(at="/declaraties?jaar=nul", status=400),
        "niets gevonden": Look(at="/declaraties?factuurnummer=D0"),
    },
    "GET /declaraties/{id}": {
        "leeg": Look(at="/declaraties/{declaratie}?toon=toegekend"),
        "gewoon": Look(at="/declaraties/{declaratie}"),
        "fout": Look(at="/declaraties/00000000-0000-7000-8000-000000000000", status=404),
    },
    "GET /declaraties/{id}/voorstel": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/declaraties/{declaratie}/voorstel"),
        "fout": Look(at="/declaraties/{declaratie}/voorstel?regel=1&volume-1=veel", status=400),
        "van toegekende regels": Look(at="/declaraties/{declaratie}/voorstel?regel=1"),
    },
    "GET /declaraties/{id}/specificatie": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/declaraties/{declaratie}/specificatie"),
        "fout": Look(at="/declaraties/00000000-0000-7000-8000-000000000000/specificatie", status=404),
    },
    "GET /proef": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/proef"),
        "fout": Look(at="/proef", status=400, do=_press(PREVIEW)),
        "een 303 die niet past": Look(at="/proef", do=_press(PREVIEW, tekst=VOLGENDE_PERIODE)),
        "wat geen bericht is": Look(at="/proef", status=400, do=_press(PREVIEW, tekst="<a/>")),
    },
    "GET /stuurinformatie": {
        "leeg": Look(at="/stuurinformatie", empty=True),
        "gewoon": Look(at="/stuurinformatie"),
        "fout": Look(at="/stuurinformatie?gemeente=0000", status=404),
    },
    "GET /stuurinformatie/stapeling": {
        "leeg": Look(at="/stuurinformatie/stapeling", empty=True),
        "gewoon": Look(at="/stuurinformatie/stapeling"),
        "fout": Look(at="/stuurinformatie/stapeling?gemeente=0000", status=404),
    },
    "GET /toewijzingen": {
        "leeg": Look(at="/toewijzingen", empty=True),
        "gewoon": Look(at="/toewijzingen"),
        "fout": Look(at="/toewijzingen?nummer=drie", status=400),
        "niets gevonden": Look(at="/toewijzingen?nummer=9"),
    },
    "GET /toewijzingen/{gemeente}/{nummer}": {
        "leeg": Look(at="/toewijzingen/0505/2001"),
        "gewoon": Look(at=TOEWIJZING),
        "fout": Look(at="/toewijzingen/1708/404", status=404),
        "voor wie alleen leest": Look(at=TOEWIJZING, rol=Rol.LEZER),
    },
    "GET /toewijzingen/{gemeente}/{nummer}/budgetpaspoort": {
        "leeg": Look(at="/toewijzingen/0505/2001/budgetpaspoort"),
        "gewoon": Look(at=f"{TOEWIJZING}/budgetpaspoort"),
        "fout": Look(at="/toewijzingen/1708/404/budgetpaspoort", status=404),
        "met een toekenning": Look(at="/toewijzingen/1708/500000001/budgetpaspoort"),
    },
    "GET /toewijzingen/{gemeente}/{nummer}/{handeling}": {
        "leeg": Look(at=f"{TOEWIJZING}/splitsen"),
        "gewoon": Look(at=f"{TOEWIJZING}/wijzigen", do=_press(PREVIEW, volume="800", vanaf="2")),
        "fout": Look(at=f"{TOEWIJZING}/splitsen", status=400, do=_press(PREVIEW, aanbieder="1")),
        "wijzigen": Look(at=f"{TOEWIJZING}/wijzigen"),
        "beeindigen": Look(at=f"{TOEWIJZING}/beeindigen"),
    },
    "GET /termijnen": {
        "leeg": Look(at="/termijnen", empty=True),
        "gewoon": Look(at="/termijnen?status=alles"),
        "fout": Look(at="/termijnen?aanbieder=acht", status=400),
        "voor wie alleen leest": Look(at="/termijnen", rol=Rol.LEZER),
    },
    "GET /inrichting": {
        "leeg": Look(at="/inrichting", empty=True),
        "gewoon": Look(at="/inrichting?gemeente=1708"),
        "fout": Look(at="/inrichting?dag=gisteren", status=400),
        "alles": Look(at="/inrichting?gemeente=0505&alles=ja", rol=Rol.BEHEER),
    },
    "GET /inrichting/laden": {
        "leeg": Look(at="/inrichting/laden", rol=Rol.BEHEER),
        "gewoon": Look(at="/inrichting/laden", rol=Rol.BEHEER, do=_press(CHANGES, tekst=INRICHTING)),
        "fout": Look(
            at="/inrichting/laden", rol=Rol.BEHEER, status=400, do=_press(CHANGES, tekst="gemeente: {code: 17}")
        ),
    },
    "GET /inrichting/{gemeente}/versies": {
        "leeg": NO_DATA,
        "gewoon": Look(at="/inrichting/1708/versies"),
        "fout": Look(at="/inrichting/9999/versies", status=404),
        "vergeleken": Look(at="/inrichting/1708/versies?van=1&naar=1"),
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
    "GET /berichten/stand": "a word for the script",
    "GET /berichten/lijst.csv": "a file",
    "GET /berichten/zoek": "leads to /berichten",
    "GET /berichten/{id}/stand": "a word for the script",
    "GET /berichten/{id}/xml": "a file",
    "GET /declaraties/{id}/stand": "a word for the script",
    "GET /declaraties/{id}/voorstel.csv": "a file",
    "GET /stuurinformatie/uitnutting.csv": "a file",
    "GET /stuurinformatie/uitnutting.xlsx": "a file",
    "GET /stuurinformatie/stapeling.csv": "a file",
    "GET /stuurinformatie/stapeling.xlsx": "a file",
    "GET /termijnen/csv": "a file",
    "GET /inrichting/{gemeente}/yaml": "a file",
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
