"""What somebody asks of the list of berichten, as it stands in an address or a form, and what is wrong with it.

What may be a bsn is in no address: the search form is posted, and leads to an address only with what cannot be one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.processing.berichten_log import Vraag, Zoeksoort, digits_of, is_bsn, may_be_bsn
from app.storage.berichten_lijst import LogFilters

LIJST: Final = "/berichten"
PLAATS: Final = ("voor", "na")
NUMBERS: Final = {
    "zoek": Zoeksoort.NUMMER,
    "identificatie": Zoeksoort.IDENTIFICATIE,
    "factuurnummer": Zoeksoort.FACTUURNUMMER,
    "toewijzing": Zoeksoort.TOEWIJZING,
}
"""What may be searched for by address, under the name that it has there."""
NAME_OF: Final = {zoeksoort: name for name, zoeksoort in NUMBERS.items()}
FILTERS: Final = ("soort", "richting", "status", "partij", "van", "tot", "retourcode")
LONGEST: Final = 60

ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARTIJ: Final = re.compile(r"[0-9]{4}|[0-9]{8}")
RETOURCODE: Final = re.compile(r"[0-9]{4}")

NO_BSN: Final = "Dit is een bsn. Dat hoort niet in een adres: typ het in het zoekveld en kies Zoeken."
NO_CHOICE: Final = "Kies een waarde uit de lijst."
NO_PARTIJ: Final = "Geef een gemeentecode van 4 cijfers of een AGB-code van 8 cijfers."
NO_RETOURCODE: Final = "Een retourcode heeft 4 cijfers, bijvoorbeeld 8004."
NO_DATE: Final = "Geef een datum die bestaat, bijvoorbeeld 2018-03-01."
TOO_EARLY: Final = "De laatste dag ligt voor de eerste dag."
NO_TEXT: Final = "Typ waarnaar u zoekt."
TOO_LONG: Final = f"Een nummer is niet zo lang. Typ ten hoogste {LONGEST} tekens."
TOO_MANY: Final = "Zoek naar één nummer tegelijk."
NO_PLACE: Final = "Dit adres wijst geen plaats in de lijst aan. Begin opnieuw bij alle berichten."
UNKNOWN: Final = "In het adres staat iets wat deze pagina niet kent. Begin opnieuw bij alle berichten."
NOT_A_BSN: Final = "Dit is geen geldig bsn: een bsn heeft 9 cijfers en doorstaat de 11-proef. Controleer de cijfers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Gevraagd:
    """What was asked: `given` as it stood there, `fouten` by the name of the field."""

    vraag: Vraag = field(default_factory=Vraag)
    given: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    fouten: Mapping[str, str] = field(default_factory=dict[str, str])

    def address(self, path: str = LIJST, **changes: str | None) -> str:
        """The address of the same question with changes, from its first page on."""
        kept = {name: value for name, value in self.given.items() if name not in PLAATS}
        asked = {name: value for name, value in (kept | changes).items() if value}
        return f"{path}?{urlencode(asked)}" if asked else path

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is on."""
        return any(self.given.get(name) for name in FILTERS)


def asked_by_address(query: Mapping[str, str]) -> Gevraagd:
    """What the part of an address after the question mark asks."""
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    fouten = _fouten(given)
    if fouten:
        return Gevraagd(given=_shown_again(given, fouten), fouten=fouten)
    name = next((name for name in NUMBERS if name in given), None)
    vraag = Vraag(
        filters=_filters(given),
        zoeksoort=NUMBERS[name] if name else None,
        zoek=given[name] if name else "",
        voor=given.get("voor"),
        na=given.get("na"),
    )
    return Gevraagd(vraag=vraag, given=given)


def asked_by_form(form: Mapping[str, str]) -> Gevraagd:
    """What the search form asks: without a choice nine digits that pass the 11-proef are a bsn, the rest a number."""
    zoek, chosen = form.get("zoek", "").strip(), form.get("waarin", "")
    given = {"zoek": zoek, "waarin": chosen}
    if chosen not in {"", *Zoeksoort}:
        return Gevraagd(given=given, fouten={"waarin": NO_CHOICE})
    digits = digits_of(zoek)
    zoeksoort = Zoeksoort(chosen) if chosen else Zoeksoort.BSN if is_bsn(digits) else Zoeksoort.NUMMER
    wrong = _wrong_text(zoek) or (NOT_A_BSN if zoeksoort is Zoeksoort.BSN and not is_bsn(digits) else "")
    if wrong:
        return Gevraagd(given=given, fouten={"zoek": wrong})
    voor, na = form.get("voor") or None, form.get("na") or None
    if not all(_is_id(place) for place in (voor, na) if place):
        return Gevraagd(given=given, fouten={"zoek": NO_PLACE})
    number = digits if zoeksoort in {Zoeksoort.BSN, Zoeksoort.TOEWIJZING} else zoek
    return Gevraagd(vraag=Vraag(zoeksoort=zoeksoort, zoek=number, voor=voor, na=na), given=given)


def address_of(gevraagd: Gevraagd) -> str | None:
    """The address where the search of a form can be seen again; None for what may be a bsn."""
    zoeksoort, zoek = gevraagd.vraag.zoeksoort, gevraagd.vraag.zoek
    if zoeksoort is None or zoeksoort is Zoeksoort.BSN or may_be_bsn(zoek):
        return None
    return f"{LIJST}?{urlencode({NAME_OF[zoeksoort]: zoek})}"


def _shown_again(given: Mapping[str, str], fouten: Mapping[str, str]) -> dict[str, str]:
    """What may stand in its field again: no bsn, and no text where only a date can stand."""
    no_date = {name for name in ("van", "tot") if name in fouten and _date(given[name]) is None}
    return {name: value for name, value in given.items() if name not in no_date and not is_bsn(digits_of(value))}


def _fouten(given: Mapping[str, str]) -> dict[str, str]:
    checks = {
        "soort": NO_CHOICE if given.get("soort", Berichtsoort.WMO301) not in set(Berichtsoort) else "",
        "richting": NO_CHOICE if given.get("richting", Richting.INKOMEND) not in set(Richting) else "",
        "status": NO_CHOICE if given.get("status", BerichtStatus.VERWERKT) not in set(BerichtStatus) else "",
        "partij": NO_PARTIJ if not PARTIJ.fullmatch(given.get("partij", "0000")) else "",
        "van": NO_DATE if "van" in given and _date(given["van"]) is None else "",
        "tot": _wrong_end(given),
        "retourcode": NO_RETOURCODE if not RETOURCODE.fullmatch(given.get("retourcode", "0000")) else "",
        "zoek": _wrong_search(given),
    }
    return {name: text for name, text in checks.items() if text}


def _wrong_end(given: Mapping[str, str]) -> str:
    begin, end = _date(given.get("van")), _date(given.get("tot"))
    if "tot" in given and end is None:
        return NO_DATE
    return TOO_EARLY if begin and end and end < begin else ""


def _wrong_search(given: Mapping[str, str]) -> str:
    """What is wrong beyond the filters; all of it is told at the search field."""
    if any(is_bsn(digits_of(value)) for name, value in given.items() if name != "toewijzing"):
        return NO_BSN
    if set(given) - {*NUMBERS, *FILTERS, *PLAATS}:
        return UNKNOWN
    places = [given[name] for name in PLAATS if name in given]
    if len(places) > 1 or not all(map(_is_id, places)):
        return NO_PLACE
    numbers = [given[name] for name in NUMBERS if name in given]
    return TOO_MANY if len(numbers) > 1 else "".join(map(_wrong_text, numbers))


def _wrong_text(text: str) -> str:
    if not text or not text.isprintable():
        return NO_TEXT
    return TOO_LONG if len(text) > LONGEST else ""


def _filters(given: Mapping[str, str]) -> LogFilters:
    return LogFilters(
        soort=given.get("soort"),
        richting=given.get("richting"),
        status=given.get("status"),
        partij=given.get("partij"),
        van=_date(given.get("van")),
        tot=_date(given.get("tot")),
        retourcode=given.get("retourcode"),
    )


def _date(text: str | None) -> date | None:
    """The day; None without text, or when it is no day."""
    try:
        return date.fromisoformat(text) if text and ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
