"""A person who works with the service: login name, password, roles, and how long to wait after failures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.principal import PERSONEN, VAN_AANBIEDER, Rol
from app.domain.refusals import InvalidInput

NAAM: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
GEMEENTE_CODE: Final = re.compile(r"[0-9]{4}")
AGB_CODE: Final = re.compile(r"[0-9]{8}")
KORTSTE_WACHTWOORD: Final = 12
LANGSTE_WACHTWOORD: Final = 200
MET_TWEEDE_FACTOR: Final = frozenset({Rol.BEHEER, Rol.AUDITOR})
"""Roles that do not come in with a password alone: they see or change what is of everybody."""

WEINIG_TEKENS: Final = 5
"""A password of fewer different characters than this is too easy."""

SLECHTSTE: Final = frozenset(
    {
        "123456789012",
        "1234567890123",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "administrator",
        "administrator1",
        "beheerder1234",
        "changeme1234",
        "geheim123456",
        "gemeente1234",
        "letmein12345",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiop[]",
        "wachtwoord12",
        "wachtwoord123",
        "wachtwoord1234",
        "welkom123456",
        "welkomwelkom",
        "zomer2018zomer",
    }
)
"""Passwords that are long enough and still the first to be tried."""


class Fase(StrEnum):
    """How far a person is with logging in."""

    TWEEDE_FACTOR = "tweede-factor"
    """The password was right; the code is asked."""
    INSTELLEN = "instellen"
    """A second factor is demanded and has to be set up first."""
    INGELOGD = "ingelogd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rem:
    """What failures do: so many are free, each later one waits twice as long, and after `slot_na` comes the lock."""

    vrij: int
    langste: timedelta
    slot_na: int | None = None
    slot: timedelta = timedelta(minutes=15)

    def niet_voor(self, mislukt: int, laatste: datetime) -> datetime | None:
        """When the next attempt may come after so many failures; None: at once.

        >>> from datetime import UTC
        >>> noon = datetime(2018, 1, 1, 12, tzinfo=UTC)
        >>> [str(NAAM_REM.niet_voor(failures, noon) or noon)[11:19] for failures in (2, 3, 5, 10)]
        ['12:00:00', '12:00:01', '12:00:04', '12:15:00']
        """
        if self.slot_na is not None and mislukt >= self.slot_na:
            return laatste + self.slot
        if mislukt < self.vrij:
            return None
        doublings = min(mislukt - self.vrij, 20)  # more than that is beyond the longest anyway
        return laatste + min(timedelta(seconds=2**doublings), self.langste)


NAAM_REM: Final = Rem(vrij=3, langste=timedelta(minutes=2), slot_na=10)
"""Of a login name at one network address, of a session, and of the codes of a name."""

NAAM_OVERAL_REM: Final = Rem(vrij=100, langste=timedelta(minutes=2))
"""Of a login name from wherever: far wider, for who knows a name must not keep its owner out."""

ADRES_REM: Final = Rem(vrij=30, langste=timedelta(minutes=5))
"""Of a network address: wide, for a whole town hall may share one."""

VERGETEN_NA: Final = timedelta(minutes=15)
"""After so long without a failure the earlier ones do not count any more."""


def naam_of(typed: str) -> str:
    """A login name as it is kept: upper and lower case are the same name."""
    return typed.strip().lower()


def demand_naam(naam: str) -> None:
    """Raise InvalidInput for what cannot be a login name."""
    if not NAAM.fullmatch(naam):
        raise InvalidInput(
            "Een inlognaam heeft 1 tot 64 tekens: kleine letters, cijfers en . _ @ - (niet vooraan of achteraan)."
        )


def wachtwoord_of(typed: str) -> str:
    """A password in one form, whichever keyboard wrote its letters."""
    return unicodedata.normalize("NFC", typed)


def demand_wachtwoord(wachtwoord: str, *, naam: str) -> None:
    """Raise InvalidInput for a password that is too short, too long or the first to be tried."""
    if len(wachtwoord) < KORTSTE_WACHTWOORD:
        raise InvalidInput(f"Kies een wachtwoord van ten minste {KORTSTE_WACHTWOORD} tekens.")
    if len(wachtwoord) > LANGSTE_WACHTWOORD:
        raise InvalidInput(f"Kies een wachtwoord van ten hoogste {LANGSTE_WACHTWOORD} tekens.")
    plain = wachtwoord.strip().lower()
    if plain == naam:
        raise InvalidInput("Kies een ander wachtwoord dan uw inlognaam.")
    if plain in SLECHTSTE or len(set(plain)) < WEINIG_TEKENS:
        raise InvalidInput("Dit wachtwoord is te gemakkelijk te raden. Kies een ander.")


def demand_rol(rol: Rol, gemeenten: Collection[str], aanbieders: Collection[str] = ()) -> None:
    """Raise InvalidInput unless a person can have the role, with these gemeenten and AGB codes."""
    if rol not in PERSONEN:
        raise InvalidInput(f"Een persoon kan zijn: {', '.join(sorted(PERSONEN))}.")
    if not all(map(GEMEENTE_CODE.fullmatch, gemeenten)) or not all(map(AGB_CODE.fullmatch, aanbieders)):
        raise InvalidInput("Een gemeentecode heeft vier cijfers, een AGB-code acht.")
    if rol in VAN_AANBIEDER and (gemeenten or not aanbieders):
        raise InvalidInput(f"Noem van een {rol} de AGB-code, en geen gemeente: --{rol} 98000001.")
    if rol not in VAN_AANBIEDER and aanbieders:
        raise InvalidInput("Alleen wie bij een aanbieder of servicebureau werkt heeft een AGB-code.")
    if rol in {Rol.BEHANDELAAR, Rol.LEZER} and not gemeenten:
        raise InvalidInput("Noem de gemeenten waarvoor een behandelaar of lezer werkt: --gemeente 1708.")
    if rol is Rol.BEHEER and gemeenten:
        raise InvalidInput("Beheer ziet geen gegevens van clienten en is van geen gemeente.")
