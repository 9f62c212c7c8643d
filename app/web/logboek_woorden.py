"""What a row of the logboek says, in plain Dutch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from app.domain.logboek import Activiteit, Handeling, LogRecord, Uitkomst
from app.domain.principal import Principal, Recht
from app.processing.logboek_inzage import OBJECTEN, LogPage
from app.web.dutch import geteld

H = Handeling
WOORDEN: Final[Mapping[Handeling, str]] = {
    H.BERICHT_INGEDIEND: "diende een bericht in",
    H.BERICHT_HERHAALD: "diende een bericht nog een keer in",
    H.BERICHT_BEPROEFD: "probeerde een bericht uit, zonder gevolgen",
    H.BERICHT_BEKEKEN: "bekeek een bericht",
    H.BERICHT_GEDOWNLOAD: "haalde de tekst van een bericht op",
    H.BERICHTEN_BEKEKEN: "bekeek de lijst met berichten",
    H.BERICHTEN_GEZOCHT: "zocht de berichten van een client",
    H.BERICHT_OPNIEUW: "liet een bericht opnieuw verwerken",
    H.OPNIEUW_GEVRAAGD: "vroeg of een bericht opnieuw mag",
    H.OPNIEUW_GOEDGEKEURD: "keurde goed dat een bericht opnieuw ging",
    H.OPNIEUW_AFGEWEZEN: "wees af dat een bericht opnieuw ging",
    H.OPNIEUW_INGETROKKEN: "trok een verzoek om een bericht opnieuw in",
    H.BERICHT_VERWERKT: "verwerkte een bericht",
    H.BERICHT_OVERGEDRAGEN: "droeg een bericht over",
    H.ENVELOP_ONTVANGEN: "bracht een envelop van het knooppunt",
    H.POSTBUS_OPGEHAALD: "haalde de postbus op",
    H.ONTVANGST_BEVESTIGD: "bevestigde de ontvangst van een bericht",
    H.TOEWIJZINGEN_BEKEKEN: "bekeek de lijst met toewijzingen",
    H.TOEWIJZING_BEKEKEN: "bekeek een toewijzing",
    H.TOEWIJZING_GEWIJZIGD: "wijzigde een toewijzing",
    H.TOEWIJZING_BEPROEFD: "probeerde een wijziging uit, zonder gevolgen",
    H.BUDGET_BEKEKEN: "bekeek het budget van een toewijzing",
    H.TOEKENNING_GEMAAKT: "maakte een toekenning",
    H.TOEKENNING_HERHAALD: "stuurde een toekenning nog een keer",
    H.TOEKENNING_BEPROEFD: "probeerde een toekenning uit, zonder gevolgen",
    H.TOEKENNING_BEKEKEN: "bekeek een toekenning",
    H.BESCHIKKING_BEKEKEN: "bekeek een beschikking",
    H.OVERGANG_UITGEVOERD: "zette clienten om",
    H.DECLARATIES_BEKEKEN: "bekeek de lijst met declaraties",
    H.DECLARATIE_BEKEKEN: "bekeek een declaratie",
    H.TERMIJNEN_BEKEKEN: "bekeek de termijnen",
    H.TERMIJN_GEHAALD: "meldde dat een termijn gehaald is",
    H.STUURINFORMATIE_BEKEKEN: "bekeek stuurinformatie",
    H.INRICHTING_GELADEN: "laadde een inrichting",
    H.AANSLUITING_GEWIJZIGD: "wijzigde een aansluiting",
    H.AANSLUITING_VERWIJDERD: "verwijderde een aansluiting",
    H.AANSLUITING_SLEUTEL: "maakte een sleutel voor een aansluiting",
    H.SLEUTEL_GEMAAKT: "maakte een sleutel",
    H.SLEUTEL_GEWIJZIGD: "wijzigde een sleutel",
    H.SLEUTEL_INGETROKKEN: "trok een sleutel in",
    H.PERSOON_GEMAAKT: "maakte een persoon aan",
    H.PERSOON_GEWIJZIGD: "wijzigde een persoon",
    H.PERSOON_VERWIJDERD: "verwijderde een persoon",
    H.INGELOGD: "logde in",
    H.UITGELOGD: "logde uit",
    H.INLOGGEN_MISLUKT: "probeerde in te loggen",
    H.TOEGANG_GEWEIGERD: "vroeg iets wat niet mocht",
    H.LOGBOEK_BEKEKEN: "bekeek het logboek",
    H.LOGBOEK_GEEXPORTEERD: "exporteerde het logboek",
    H.BEWAARTERMIJN_UITGEVOERD: "verwijderde wat lang genoeg bewaard was",
    H.BEWAARTERMIJN_GEWIJZIGD: "wijzigde wat niet verwijderd mag worden",
}
UITKOMSTEN: Final[Mapping[Uitkomst, tuple[str, str]]] = {
    Uitkomst.GELUKT: ("gelukt", "success"),
    Uitkomst.GEWEIGERD: ("geweigerd", "error"),
    Uitkomst.MISLUKT: ("mislukt", "warning"),
}
DOELEN: Final[Mapping[Activiteit, str]] = {
    Activiteit.BERICHTENVERKEER: "berichtenverkeer",
    Activiteit.TOEKENNEN: "toekennen van hulp",
    Activiteit.DECLAREREN: "declareren",
    Activiteit.TOEGANG: "toegang tot de dienst",
    Activiteit.BEHEER: "beheer van de dienst",
    Activiteit.TOEZICHT: "toezicht",
}
WEIGERINGEN: Final[Mapping[str, str]] = {
    "PageRefused": "deze rol mag de pagina niet zien",
    "RoleNotAllowed": "deze rol mag dit niet",
    "RightNotGranted": "dit recht is niet gegeven",
    "SenderNotAllowed": "mag niet voor deze partij zenden",
    "ForeignForm": "het formulier was verlopen of kwam van een andere site",
    "RejectedBericht": "het bericht werd afgekeurd",
    "UnreadableBericht": "het bericht was niet te lezen",
    "DifferentBericht": "er was al een ander bericht met dit kenmerk",
    "NotFound": "het bestaat niet, of is van een ander",
    "NotAuthenticated": "geen geldige sleutel",
    "InvalidInput": "de invoer klopte niet",
    "TooManyRequests": "er werd te vaak gevraagd",
}
WIJZEN: Final[Mapping[str, str]] = {
    "sessie": "ingelogd",
    "sleutel": "met een sleutel",
    "token": "met een token",
    "certificaat": "met een certificaat",
    "opdrachtregel": "op de opdrachtregel",
    "dienst": "de dienst zelf",
    "map": "via een map",
}
KIND_OF_SOFTWARE: Final = frozenset({"sleutel", "token", "certificaat"})
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    H.TOEGANG_GEWEIGERD: ("keer", "keer"),
    H.LOGBOEK_BEKEKEN: ("regel", "regels"),
    H.OVERGANG_UITGEVOERD: ("client", "clienten"),
}
LONG_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLASS_NAME: Final = re.compile(r"[A-Z][A-Za-z]+")
PATHS: Final[Mapping[str, tuple[str, Recht]]] = {
    "bericht": ("/berichten/", Recht.BERICHTEN_LEZEN),
    "toewijzing": ("/toewijzingen/", Recht.TOEWIJZINGEN_LEZEN),
    "declaratie": ("/declaraties/", Recht.DECLARATIES_LEZEN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """A row as it is read: `pad` is the page of what it is about, else what the logboek has of that."""

    id: str
    moment: datetime
    wie: str
    rol: str
    deed: str
    waarover: str | None
    pad: str | None
    aantal: str
    doel: str
    reden: str | None
    vanaf: str | None
    wijze: str
    uitkomst: str
    kind: str


def regels_of(page: LogPage, reader: Principal) -> list[Regel]:
    """The rows of a page for its reader."""
    return [_regel(record, page, reader) for record in page.records]


def _regel(record: LogRecord, page: LogPage, reader: Principal) -> Regel:
    uitkomst, kind = UITKOMSTEN[Uitkomst(record.uitkomst)]
    return Regel(
        id=record.id,
        moment=datetime.fromisoformat(record.moment),
        wie=who(record, page.namen),
        rol=record.rol,
        deed=WOORDEN[Handeling(record.gebeurtenis)],
        waarover=_about(record, page.soorten),
        pad=_path(record, reader),
        aantal=_count(record),
        doel=DOELEN[Activiteit(record.activiteit)],
        reden=_reason(record.reden),
        vanaf=record.adres,
        wijze=WIJZEN.get(record.wijze, record.wijze),
        uitkomst=uitkomst,
        kind=kind,
    )


def who(record: LogRecord, namen: Mapping[str, str]) -> str:
    """Who it was: a login name, what a key is called, or the service itself."""
    kind, _, naam = record.wie.partition(":")
    if record.wijze in KIND_OF_SOFTWARE:
        return f"{namen[record.wie]} (software)" if record.wie in namen else f"{record.wijze} {record.wie}"
    if kind == "persoon":
        return naam
    if record.wie == "dienst":
        return "De dienst zelf"
    return naam or ("Iemand die niet is ingelogd" if record.wie == "onbekend" else record.wie)


def _about(record: LogRecord, soorten: Mapping[str, str | None]) -> str | None:
    if record.object_id is None:
        return None
    if record.object_soort == "route":
        return record.object_id
    soort = soorten.get(record.object_id) or record.object_soort
    return f"{'' if soort == 'logboek' else soort} {_short(record.object_id)}".strip()


def _short(id: str) -> str:
    """An id that is long by its last part, which differs most."""
    return f"…{id[-12:]}" if LONG_ID.fullmatch(id) else id


def _count(record: LogRecord) -> str:
    if record.aantal is None or record.aantal == 1:
        return ""
    one, more = UNITS.get(record.gebeurtenis, ("stuk", "stuks"))
    return geteld(record.aantal, one, more)


def _path(record: LogRecord, reader: Principal) -> str | None:
    soort, id = record.object_soort, record.object_id
    if id is None or soort not in OBJECTEN:
        return None
    known = PATHS.get(soort)
    if known is not None and reader.may(known[1]):
        return known[0] + quote(id, safe="/")
    return f"/logboek?{urlencode({soort: id})}"


def _reason(reden: str | None) -> str | None:
    if reden is None or not CLASS_NAME.fullmatch(reden):
        return reden
    return WEIGERINGEN.get(reden, reden)
