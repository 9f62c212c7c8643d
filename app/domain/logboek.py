"""What the logboek says of an action: what was done, by whom, about whom, and how it is sealed against change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.principal import Herkomst, Principal, Wijze


class Actie(StrEnum):
    """EventActionCode of NEN 7513: create, read, update, delete, execute (among which the transfer to another)."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


class Uitkomst(StrEnum):
    """How it ended."""

    GELUKT = "gelukt"
    GEWEIGERD = "geweigerd"
    MISLUKT = "mislukt"


class Activiteit(StrEnum):
    """The processing activities of the register (AVG 30), by the last part of their URI."""

    BERICHTENVERKEER = "berichtenverkeer"
    TOEKENNEN = "toekennen"
    DECLAREREN = "declareren"
    TOEGANG = "toegang"
    BEHEER = "beheer"
    TOEZICHT = "toezicht"


class Handeling(StrEnum):
    """What can be done to, or seen of, what the service keeps."""

    BERICHT_INGEDIEND = "bericht-ingediend"
    BERICHT_HERHAALD = "bericht-herhaald"
    BERICHT_BEPROEFD = "bericht-beproefd"
    BERICHT_BEKEKEN = "bericht-bekeken"
    BERICHT_GEDOWNLOAD = "bericht-gedownload"
    BERICHTEN_BEKEKEN = "berichten-bekeken"
    BERICHTEN_GEZOCHT = "berichten-gezocht"
    BERICHT_OPNIEUW = "bericht-opnieuw"
    OPNIEUW_GEVRAAGD = "opnieuw-gevraagd"
    OPNIEUW_GOEDGEKEURD = "opnieuw-goedgekeurd"
    OPNIEUW_AFGEWEZEN = "opnieuw-afgewezen"
    OPNIEUW_INGETROKKEN = "opnieuw-ingetrokken"
    BERICHT_VERWERKT = "bericht-verwerkt"
    BERICHT_OVERGEDRAGEN = "bericht-overgedragen"
    ENVELOP_ONTVANGEN = "envelop-ontvangen"
    POSTBUS_OPGEHAALD = "postbus-opgehaald"
    ONTVANGST_BEVESTIGD = "ontvangst-bevestigd"
    TOEWIJZINGEN_BEKEKEN = "toewijzingen-bekeken"
    TOEWIJZING_BEKEKEN = "toewijzing-bekeken"
    TOEWIJZING_GEWIJZIGD = "toewijzing-gewijzigd"
    TOEWIJZING_BEPROEFD = "toewijzing-beproefd"
    BUDGET_BEKEKEN = "budget-bekeken"
    TOEKENNING_GEMAAKT = "toekenning-gemaakt"
    TOEKENNING_HERHAALD = "toekenning-herhaald"
    TOEKENNING_BEPROEFD = "toekenning-beproefd"
    TOEKENNING_BEKEKEN = "toekenning-bekeken"
    BESCHIKKING_BEKEKEN = "beschikking-bekeken"
    OVERGANG_UITGEVOERD = "overgang-uitgevoerd"
    DECLARATIES_BEKEKEN = "declaraties-bekeken"
    DECLARATIE_BEKEKEN = "declaratie-bekeken"
    TERMIJNEN_BEKEKEN = "termijnen-bekeken"
    TERMIJN_GEHAALD = "termijn-gehaald"
    STUURINFORMATIE_BEKEKEN = "stuurinformatie-bekeken"
    INRICHTING_GELADEN = "inrichting-geladen"
    AANSLUITING_GEWIJZIGD = "aansluiting-gewijzigd"
    AANSLUITING_VERWIJDERD = "aansluiting-verwijderd"
    AANSLUITING_SLEUTEL = "aansluiting-sleutel-gemaakt"
    SLEUTEL_GEMAAKT = "sleutel-gemaakt"
    SLEUTEL_GEWIJZIGD = "sleutel-gewijzigd"
    SLEUTEL_INGETROKKEN = "sleutel-ingetrokken"
    PERSOON_GEMAAKT = "persoon-gemaakt"
    PERSOON_GEWIJZIGD = "persoon-gewijzigd"
    PERSOON_VERWIJDERD = "persoon-verwijderd"
    INGELOGD = "ingelogd"
    UITGELOGD = "uitgelogd"
    INLOGGEN_MISLUKT = "inloggen-mislukt"
    TOEGANG_GEWEIGERD = "toegang-geweigerd"
    LOGBOEK_BEKEKEN = "logboek-bekeken"
    LOGBOEK_GEEXPORTEERD = "logboek-geexporteerd"
    BEWAARTERMIJN_UITGEVOERD = "bewaartermijn-uitgevoerd"
    BEWAARTERMIJN_GEWIJZIGD = "bewaartermijn-gewijzigd"


class Aard(NamedTuple):
    """What kind of action a handeling is, under which activity, and what it is done to."""

    actie: Actie
    activiteit: Activiteit
    object_soort: str


AARD: Final[Mapping[Handeling, Aard]] = {
    Handeling.BERICHT_INGEDIEND: Aard(Actie.CREATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_HERHAALD: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_BEPROEFD: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_BEKEKEN: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_GEDOWNLOAD: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHTEN_BEKEKEN: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHTEN_GEZOCHT: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_OPNIEUW: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.OPNIEUW_GEVRAAGD: Aard(Actie.CREATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.OPNIEUW_GOEDGEKEURD: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.OPNIEUW_AFGEWEZEN: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.OPNIEUW_INGETROKKEN: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_VERWERKT: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.BERICHT_OVERGEDRAGEN: Aard(Actie.EXECUTE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.ENVELOP_ONTVANGEN: Aard(Actie.CREATE, Activiteit.BERICHTENVERKEER, "envelop"),
    Handeling.POSTBUS_OPGEHAALD: Aard(Actie.READ, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.ONTVANGST_BEVESTIGD: Aard(Actie.UPDATE, Activiteit.BERICHTENVERKEER, "bericht"),
    Handeling.TOEWIJZINGEN_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "toewijzing"),
    Handeling.TOEWIJZING_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "toewijzing"),
    Handeling.TOEWIJZING_GEWIJZIGD: Aard(Actie.UPDATE, Activiteit.TOEKENNEN, "toewijzing"),
    Handeling.TOEWIJZING_BEPROEFD: Aard(Actie.READ, Activiteit.TOEKENNEN, "toewijzing"),
    Handeling.BUDGET_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "toewijzing"),
    Handeling.TOEKENNING_GEMAAKT: Aard(Actie.CREATE, Activiteit.TOEKENNEN, "toekenning"),
    Handeling.TOEKENNING_HERHAALD: Aard(Actie.READ, Activiteit.TOEKENNEN, "toekenning"),
    Handeling.TOEKENNING_BEPROEFD: Aard(Actie.READ, Activiteit.TOEKENNEN, "toekenning"),
    Handeling.TOEKENNING_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "toekenning"),
    Handeling.BESCHIKKING_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "toekenning"),
    Handeling.OVERGANG_UITGEVOERD: Aard(Actie.CREATE, Activiteit.TOEKENNEN, "gemeente"),
    Handeling.DECLARATIES_BEKEKEN: Aard(Actie.READ, Activiteit.DECLAREREN, "declaratie"),
    Handeling.DECLARATIE_BEKEKEN: Aard(Actie.READ, Activiteit.DECLAREREN, "declaratie"),
    Handeling.TERMIJNEN_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "termijn"),
    Handeling.TERMIJN_GEHAALD: Aard(Actie.UPDATE, Activiteit.TOEKENNEN, "termijn"),
    Handeling.STUURINFORMATIE_BEKEKEN: Aard(Actie.READ, Activiteit.TOEKENNEN, "rapportage"),
    Handeling.INRICHTING_GELADEN: Aard(Actie.UPDATE, Activiteit.BEHEER, "gemeente"),
    Handeling.AANSLUITING_GEWIJZIGD: Aard(Actie.UPDATE, Activiteit.BEHEER, "partij"),
    Handeling.AANSLUITING_VERWIJDERD: Aard(Actie.DELETE, Activiteit.BEHEER, "partij"),
    Handeling.AANSLUITING_SLEUTEL: Aard(Actie.UPDATE, Activiteit.BEHEER, "partij"),
    Handeling.SLEUTEL_GEMAAKT: Aard(Actie.CREATE, Activiteit.TOEGANG, "sleutel"),
    Handeling.SLEUTEL_GEWIJZIGD: Aard(Actie.UPDATE, Activiteit.TOEGANG, "sleutel"),
    Handeling.SLEUTEL_INGETROKKEN: Aard(Actie.DELETE, Activiteit.TOEGANG, "sleutel"),
    Handeling.PERSOON_GEMAAKT: Aard(Actie.CREATE, Activiteit.TOEGANG, "persoon"),
    Handeling.PERSOON_GEWIJZIGD: Aard(Actie.UPDATE, Activiteit.TOEGANG, "persoon"),
    Handeling.PERSOON_VERWIJDERD: Aard(Actie.DELETE, Activiteit.TOEGANG, "persoon"),
    Handeling.INGELOGD: Aard(Actie.EXECUTE, Activiteit.TOEGANG, "persoon"),
    Handeling.UITGELOGD: Aard(Actie.EXECUTE, Activiteit.TOEGANG, "persoon"),
    Handeling.INLOGGEN_MISLUKT: Aard(Actie.EXECUTE, Activiteit.TOEGANG, "persoon"),
    Handeling.TOEGANG_GEWEIGERD: Aard(Actie.EXECUTE, Activiteit.TOEGANG, "route"),
    Handeling.LOGBOEK_BEKEKEN: Aard(Actie.READ, Activiteit.TOEZICHT, "logboek"),
    Handeling.LOGBOEK_GEEXPORTEERD: Aard(Actie.EXECUTE, Activiteit.TOEZICHT, "logboek"),
    Handeling.BEWAARTERMIJN_UITGEVOERD: Aard(Actie.DELETE, Activiteit.TOEZICHT, "bewaartermijn"),
    Handeling.BEWAARTERMIJN_GEWIJZIGD: Aard(Actie.UPDATE, Activiteit.TOEZICHT, "bewaartermijn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wie:
    """Who acts when no request does: the service itself, or who works at the command line."""

    naam: str
    rol: str
    wijze: str
    herkomst: Herkomst | None = None


DIENST: Final = Wie(naam="dienst", rol="dienst", wijze="dienst")
"""The service, for work that nobody waits for."""

OPDRACHTREGEL: Final = Wie(naam="opdrachtregel", rol="beheer", wijze="opdrachtregel")
"""Who works at the command line, when it is not known who that is."""

NIEMAND: Final = Wie(naam="onbekend", rol="onbekend", wijze="onbekend")
"""Who did not show who it is."""


def at_command_line(user: str) -> Wie:
    """Who works at the command line, by the name that the machine knows."""
    return Wie(naam=f"opdrachtregel:{user}", rol="beheer", wijze="opdrachtregel")


def wie_of(principal: Principal) -> Wie:
    """The party or person of a credential; of a folder, where no key is used, which party it is of."""
    is_key = principal.wijze is not Wijze.SLEUTEL or principal.key_id != FOLDER
    naam = principal.key_id if is_key else f"{FOLDER}:{','.join(principal.partijen)}"
    return Wie(naam=naam, rol=principal.rol, wijze=principal.wijze if is_key else FOLDER, herkomst=principal.herkomst)


FOLDER: Final = "map"
"""What stands in the place of a key for a message that came by folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logregel:
    """Something that was done. `aantal`: how many were shown, found or done; `bsns`: whom it was about.

    `reden`: in our own words, without personal data; without it that of the request.
    """

    handeling: Handeling
    object_id: str | None = None
    aantal: int | None = None
    uitkomst: Uitkomst = Uitkomst.GELUKT
    reden: str | None = None
    bsns: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """A row of the logboek as it is kept: text and numbers only, so that what is signed is what is stored.

    - `moment`: UTC, to the microsecond, always as long; `bewaren_tot`: the last day it must be kept.
    - `begin_ms`, `eind_ms`: since 1970, in milliseconds.
    - `mac`: over all the rest and the clients.
    """

    id: str
    moment: str
    gebeurtenis: str
    actie: str
    wie: str
    rol: str
    wijze: str
    uitkomst: str
    object_soort: str
    object_id: str | None
    aantal: int | None
    reden: str | None
    adres: str | None
    trace_id: str
    span_id: str
    parent_span_id: str | None
    begin_ms: int
    eind_ms: int
    activiteit: str
    bewaren_tot: str
    mac: str = ""


COLUMNS: Final = tuple(one.name for one in fields(LogRecord))
_SIGNED: Final = COLUMNS[:-1]


def signed_text(record: LogRecord, clients_digest: str) -> bytes:
    """What the mac of a row is made over; `clients_digest`: of its clients in order."""
    values: list[str | int | None] = [getattr(record, name) for name in _SIGNED]
    return json.dumps([*values, clients_digest], ensure_ascii=True, separators=(",", ":")).encode()


def link_text(keten: str, volgnummer: int, mac: str) -> bytes:
    """What the next link of the chain is made over: the link before it, its number, and the mac of its row."""
    return f"{keten}|{volgnummer}|{mac}".encode()


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th.

    >>> years_later(date(2024, 2, 29), 5)
    datetime.date(2029, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
