"""The first page after logging in: whether all is well, and what is to be done; and the files of every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.domain.overzicht import Aandacht, Onderwerp, Telling, to_do
from app.processing.bericht_goedkeuren import naam_of
from app.processing.overzicht import Overzicht, Verkeer, overzicht
from app.processing.personen import find_record
from app.web.dutch import aantal, geteld, voluit
from app.web.pages import page
from app.web.visit import Visit

router = APIRouter()

DAGEN: Final = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
KOPPEN: Final = (("Wat nu aandacht vraagt", True), ("Goed om te weten", False))
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vorm:
    """How a subject is shown: its words for one and for more, the page with the rows, and how bad it is."""

    one: str
    more: str
    href: str
    kind: str = "warning"


VORMEN: Final = {
    Onderwerp.MISLUKT: Vorm(
        one="mislukt bericht", more="mislukte berichten", href="/berichten?status=mislukt", kind="error"
    ),
    Onderwerp.LANG_TE_VERZENDEN: Vorm(
        one="bericht is na een dag nog niet afgeleverd",
        more="berichten zijn na een dag nog niet afgeleverd",
        href="/berichten?status=te-verzenden",
    ),
    Onderwerp.LANG_IN_VERWERKING: Vorm(
        one="bericht is na een kwartier nog niet verwerkt",
        more="berichten zijn na een kwartier nog niet verwerkt",
        href="/berichten?status=in-verwerking",
    ),
    Onderwerp.GOEDKEUREN: Vorm(
        one="verzoek van een collega wacht op uw akkoord",
        more="verzoeken van collega's wachten op uw akkoord",
        href="#goedkeuren",
    ),
    Onderwerp.TERMIJN_GEMEENTE: Vorm(
        one="verlopen termijn, de gemeente is aan zet",
        more="verlopen termijnen, de gemeente is aan zet",
        href="/termijnen?status=te-laat&aanZet=gemeente",
    ),
    Onderwerp.TERMIJN_AANBIEDER: Vorm(
        one="verlopen termijn, de aanbieder is aan zet",
        more="verlopen termijnen, de aanbieder is aan zet",
        href="/termijnen?status=te-laat&aanZet=aanbieder",
    ),
    Onderwerp.AFGEKEURD: Vorm(
        one="afgekeurd inkomend bericht in de laatste 7 dagen",
        more="afgekeurde inkomende berichten in de laatste 7 dagen",
        href="/berichten?status=afgekeurd&richting=inkomend&van={since}",
    ),
    Onderwerp.AFWIJZING: Vorm(
        one="declaratie met een afwijzing in de laatste 7 dagen",
        more="declaraties met een afwijzing in de laatste 7 dagen",
        href="/declaraties?status=verwerkt",
    ),
    Onderwerp.WERK_MISLUKT: Vorm(one="opgegeven taak", more="opgegeven taken", href="", kind="error"),
}

VORMEN_VAN_AANBIEDER: Final = {
    **VORMEN,
    Onderwerp.AFGEKEURD: replace(
        VORMEN[Onderwerp.AFGEKEURD],
        one="bericht van u is afgekeurd in de laatste 7 dagen",
        more="berichten van u zijn afgekeurd in de laatste 7 dagen",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tegel:
    """A count on the page, with the page where its rows are."""

    getal: str
    naam: str
    sinds: str
    href: str
    kind: str


@router.get("/")
def start(bezoek: Visit) -> HTMLResponse:
    """Whether everything is well, what needs the visitor now, and since when."""
    found = overzicht(bezoek.runtime, bezoek.visitor, bezoek.zicht)
    today = bezoek.runtime.today()
    van_aanbieder = bezoek.visitor.for_aanbieder
    vormen = VORMEN_VAN_AANBIEDER if van_aanbieder else VORMEN
    return page(
        bezoek,
        "start.html",
        persoon=find_record(bezoek.runtime, bezoek.own_sessie.naam),
        found=found,
        today=today,
        naam_of=naam_of,
        headline=headline(found, today),
        weekdag=DAGEN[today.weekday()],
        groepen=[(kop, list(_tegels(found, today, vormen, nu=nu))) for kop, nu in KOPPEN],
        verkeer=_verkeer_rows(found.verkeer),
        richtingen=("Van u", "Aan u") if van_aanbieder else ("Inkomend", "Uitgaand"),
        ligt=next((since(one.telling.sinds, today) for one in found.aandacht if _lies(one) and one.telling.sinds), ""),
    )


def headline(found: Overzicht, today: date) -> str:
    """The page in one sentence."""
    if found.zonder_berichten or (found.zonder_inrichting and found.verkeer is None):
        return "De dienst is nog niet in gebruik"
    todo = to_do(found.aandacht)
    if not todo.aantal:
        return "Alles loopt"
    many = geteld(todo.aantal, "ding vraagt", "dingen vragen")
    much = f"Meer dan {many}" if todo.meer else many
    oldest = f", het oudste {since(todo.sinds, today)}" if todo.sinds and todo.aantal > 1 else ""
    only = f", {since(todo.sinds, today)}" if todo.sinds and todo.aantal == 1 else ""
    return f"{much} aandacht{oldest}{only}"


def since(day: date, today: date) -> str:
    """From which day on, as one says it.

    >>> since(date(2018, 2, 27), date(2018, 3, 1)), since(date(2018, 3, 1), date(2018, 3, 1))
    ('sinds dinsdag 27 februari', 'sinds vandaag')
    """
    if day == today:
        return "sinds vandaag"
    if day == today - DAY:
        return "sinds gisteren"
    said = voluit(day) if day.year != today.year else voluit(day).removesuffix(f" {day.year}")
    return f"sinds {DAGEN[day.weekday()]} {said}"


def _tegels(found: Overzicht, today: date, vormen: Mapping[Onderwerp, Vorm], *, nu: bool) -> Iterator[Tegel]:
    """What there is something of comes first."""
    for one in sorted(found.aandacht, key=lambda one: not one.telling.aantal):
        vorm = vormen.get(one.onderwerp)
        if vorm is None or one.nu is not nu:
            continue
        telling = one.telling
        yield Tegel(
            getal=f"{aantal(telling.aantal)}{'+' if telling.meer else ''}",
            naam=vorm.one if telling.aantal == 1 else vorm.more,
            sinds=_oldest(telling, today),
            href=vorm.href.format(since=found.since) if telling.aantal else "",
            kind=vorm.kind if telling.aantal else "success",
        )


def _oldest(telling: Telling, today: date) -> str:
    if telling.sinds is None or not telling.aantal:
        return ""
    said = since(telling.sinds, today)
    return said if telling.aantal == 1 else f"oudste {said}"


def _lies(one: Aandacht) -> bool:
    return one.onderwerp is Onderwerp.WERK_LIGT and bool(one.telling.aantal)


def _verkeer_rows(verkeer: Verkeer | None) -> list[tuple[str, int, int]]:
    """Per soort how many came in and went out."""
    counts: Mapping[tuple[str, str], int] = verkeer.aantallen if verkeer else {}
    soorten = sorted({soort for soort, _ in counts})
    return [
        (soort or "onleesbaar", counts.get((soort, "inkomend"), 0), counts.get((soort, "uitgaand"), 0))
        for soort in soorten
    ]
