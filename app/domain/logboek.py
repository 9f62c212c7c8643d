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


def _aarden() -> dict[Handeling, Aard]:
    c, r, u, d, e = Actie.CREATE, Actie.READ, Actie.UPDATE, Actie.DELETE, Actie.EXECUTE
    verkeer, toekennen, declareren = Activiteit.BERICHTENVERKEER, Activiteit.TOEKENNEN, Activiteit.DECLAREREN
    toegang, beheer, toezicht = Activiteit.TOEGANG, Activiteit.BEHEER, Activiteit.TOEZICHT
    h = Handeling
    return {
        h.BERICHT_INGEDIEND: Aard(c, verkeer, "bericht"),
        h.BERICHT_HERHAALD: Aard(r, verkeer, "bericht"),
        h.BERICHT_BEPROEFD: Aard(r, verkeer, "bericht"),
        h.BERICHT_BEKEKEN: Aard(r, verkeer, "bericht"),
        h.BERICHT_GEDOWNLOAD: Aard(r, verkeer, "bericht"),
        h.BERICHTEN_BEKEKEN: Aard(r, verkeer, "bericht"),
        h.BERICHTEN_GEZOCHT: Aard(r, verkeer, "bericht"),
        h.BERICHT_OPNIEUW: Aard(u, verkeer, "bericht"),
        h.BERICHT_VERWERKT: Aard(u, verkeer, "bericht"),
        h.BERICHT_OVERGEDRAGEN: Aard(e, verkeer, "bericht"),
        h.ENVELOP_ONTVANGEN: Aard(c, verkeer, "envelop"),
        h.POSTBUS_OPGEHAALD: Aard(r, verkeer, "bericht"),
        h.ONTVANGST_BEVESTIGD: Aard(u, verkeer, "bericht"),
        h.TOEWIJZINGEN_BEKEKEN: Aard(r, toekennen, "toewijzing"),
        h.TOEWIJZING_BEKEKEN: Aard(r, toekennen, "toewijzing"),
        h.TOEWIJZING_GEWIJZIGD: Aard(u, toekennen, "toewijzing"),
        h.TOEWIJZING_BEPROEFD: Aard(r, toekennen, "toewijzing"),
        h.BUDGET_BEKEKEN: Aard(r, toekennen, "toewijzing"),
        h.TOEKENNING_GEMAAKT: Aard(c, toekennen, "toekenning"),
        h.TOEKENNING_HERHAALD: Aard(r, toekennen, "toekenning"),
        h.TOEKENNING_BEPROEFD: Aard(r, toekennen, "toekenning"),
        h.TOEKENNING_BEKEKEN: Aard(r, toekennen, "toekenning"),
        h.BESCHIKKING_BEKEKEN: Aard(r, toekennen, "toekenning"),
        h.OVERGANG_UITGEVOERD: Aard(c, toekennen, "gemeente"),
        h.DECLARATIES_BEKEKEN: Aard(r, declareren, "declaratie"),
        h.DECLARATIE_BEKEKEN: Aard(r, declareren, "declaratie"),
        h.TERMIJNEN_BEKEKEN: Aard(r, toekennen, "termijn"),
        h.TERMIJN_GEHAALD: Aard(u, toekennen, "termijn"),
        h.INRICHTING_GELADEN: Aard(u, beheer, "gemeente"),
        h.AANSLUITING_GEWIJZIGD: Aard(u, beheer, "partij"),
        h.AANSLUITING_VERWIJDERD: Aard(d, beheer, "partij"),
        h.AANSLUITING_SLEUTEL: Aard(u, beheer, "partij"),
        h.SLEUTEL_GEMAAKT: Aard(c, toegang, "sleutel"),
        h.SLEUTEL_GEWIJZIGD: Aard(u, toegang, "sleutel"),
        h.SLEUTEL_INGETROKKEN: Aard(d, toegang, "sleutel"),
        h.PERSOON_GEMAAKT: Aard(c, toegang, "persoon"),
        h.PERSOON_GEWIJZIGD: Aard(u, toegang, "persoon"),
        h.PERSOON_VERWIJDERD: Aard(d, toegang, "persoon"),
        h.INGELOGD: Aard(e, toegang, "persoon"),
        h.UITGELOGD: Aard(e, toegang, "persoon"),
        h.INLOGGEN_MISLUKT: Aard(e, toegang, "persoon"),
        h.TOEGANG_GEWEIGERD: Aard(e, toegang, "route"),
        h.LOGBOEK_BEKEKEN: Aard(r, toezicht, "logboek"),
        h.LOGBOEK_GEEXPORTEERD: Aard(e, toezicht, "logboek"),
        h.BEWAARTERMIJN_UITGEVOERD: Aard(d, toezicht, "bewaartermijn"),
        h.BEWAARTERMIJN_GEWIJZIGD: Aard(u, toezicht, "bewaartermijn"),
    }


AARD: Final[Mapping[Handeling, Aard]] = _aarden()


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
