"""Who asks: one party or person behind every door, whatever credential was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rol(StrEnum):
    """What a credential is for; of a person: what the work is."""

    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"
    SERVICEBUREAU = "servicebureau"
    """Sends and fetches for aanbieders whose contract names it."""
    BEHEER = "beheer"
    """Manages the service; sees no client data."""
    GGK = "ggk"
    """The adapter of the chain: brings envelopes of any party to its gemeenten, and sees nothing."""
    BEHANDELAAR = "behandelaar"
    """A person of a gemeente who acts for it."""
    LEZER = "lezer"
    """A person of a gemeente who only looks."""
    AUDITOR = "auditor"
    """A person who checks who did what, and sees no messages."""


class Recht(StrEnum):
    """What a credential may be used for: the scope of security.md §5, one of them for every operation."""

    BERICHTEN_INDIENEN = "berichten:indienen"
    BERICHTEN_LEZEN = "berichten:lezen"
    POSTBUS_OPHALEN = "postbus:ophalen"
    TOEWIJZINGEN_LEZEN = "toewijzingen:lezen"
    TOEWIJZINGEN_BEHEREN = "toewijzingen:beheren"
    DECLARATIES_LEZEN = "declaraties:lezen"
    RAPPORTAGES_LEZEN = "rapportages:lezen"
    INRICHTING_LEZEN = "inrichting:lezen"
    BEHEER = "beheer"
    LOGBOEK_LEZEN = "logboek:lezen"
    INZAGE_LEZEN = "inzage:lezen"
    """Who saw a client or an object; of all others than an auditor or beheer: those of its own gemeente."""
    GGK_BEZORGEN = "ggk:bezorgen"


_LEZEN: Final = frozenset(
    {
        Recht.BERICHTEN_LEZEN,
        Recht.TOEWIJZINGEN_LEZEN,
        Recht.DECLARATIES_LEZEN,
        Recht.RAPPORTAGES_LEZEN,
        Recht.INRICHTING_LEZEN,
    }
)
_UITWISSELEN: Final = frozenset({Recht.BERICHTEN_INDIENEN, Recht.POSTBUS_OPHALEN, Recht.GGK_BEZORGEN})
RECHTEN: Final[Mapping[Rol, frozenset[Recht]]] = {
    Rol.GEMEENTE: _LEZEN | _UITWISSELEN | {Recht.TOEWIJZINGEN_BEHEREN},
    Rol.AANBIEDER: _LEZEN | _UITWISSELEN,
    Rol.SERVICEBUREAU: _LEZEN | _UITWISSELEN,
    Rol.GGK: frozenset({Recht.GGK_BEZORGEN}),
    Rol.BEHEER: frozenset({Recht.BEHEER, Recht.INRICHTING_LEZEN, Recht.INZAGE_LEZEN}),
    Rol.BEHANDELAAR: _LEZEN | {Recht.BERICHTEN_INDIENEN, Recht.TOEWIJZINGEN_BEHEREN, Recht.INZAGE_LEZEN},
    Rol.LEZER: _LEZEN,
    Rol.AUDITOR: frozenset({Recht.LOGBOEK_LEZEN, Recht.INZAGE_LEZEN}),
}
"""What a role may have at most; a credential may have less."""

VAN_AANBIEDER: Final = frozenset({Rol.AANBIEDER, Rol.SERVICEBUREAU})
"""Who stands for aanbieders, as one of them or as their servicebureau."""

PERSONEN: Final = frozenset({Rol.BEHEER, Rol.BEHANDELAAR, Rol.LEZER, Rol.AUDITOR}) | VAN_AANBIEDER
"""What a person can be."""

PERSOON_VAN_AANBIEDER: Final = frozenset({Recht.BERICHTEN_LEZEN, Recht.TOEWIJZINGEN_LEZEN, Recht.DECLARATIES_LEZEN})
"""What a person of an aanbieder may: look at what is its own. It is its software that sends and fetches."""

MACHINES: Final = frozenset({Rol.GEMEENTE, Rol.AANBIEDER, Rol.SERVICEBUREAU, Rol.GGK, Rol.BEHEER})
"""What software can be."""

READERS: Final = frozenset(rol for rol, rechten in RECHTEN.items() if Recht.BERICHTEN_LEZEN in rechten)
"""Who may read messages, as far as they are its own."""


class Wijze(StrEnum):
    """How somebody showed who it is."""

    SLEUTEL = "sleutel"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    CERTIFICAAT = "certificaat"
    SESSIE = "sessie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Herkomst:
    """Where a request came from: its network address, its place in a W3C trace, and why, when that was said."""

    adres: str | None
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    reden: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A credential's party: the gemeenten (CBS codes) or aanbieders and servicebureaus (AGB codes) it stands for.

    `key_id` names the credential: the id of a key, or `persoon:` and a login name. `rechten` None: all of the role.
    """

    key_id: str
    rol: Rol
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()
    rechten: frozenset[Recht] | None = None
    wijze: Wijze = Wijze.SLEUTEL
    herkomst: Herkomst | None = None

    @property
    def partijen(self) -> tuple[str, ...]:
        """The addresses of its postbus, in order."""
        return (*map(gemeente_partij, sorted(self.gemeenten)), *map(aanbieder_partij, sorted(self.aanbieders)))

    @property
    def for_gemeente(self) -> bool:
        """Whether it acts for a gemeente, as its back office or as a person who may."""
        return self.rol in {Rol.GEMEENTE, Rol.BEHANDELAAR}

    @property
    def for_aanbieder(self) -> bool:
        """Whether it acts for aanbieders, as one of them or as their servicebureau."""
        return self.rol in VAN_AANBIEDER

    @property
    def role_rights(self) -> frozenset[Recht]:
        """What its role may at most."""
        return RECHTEN[self.rol]

    def may(self, recht: Recht) -> bool:
        """Whether the role has the right, and the credential was given it."""
        return recht in self.role_rights and (self.rechten is None or recht in self.rechten)


def gemeente_partij(code: str) -> str:
    """The postbus address of a gemeente."""
    return f"gemeente:{code}"


def aanbieder_partij(agb: str) -> str:
    """The postbus address of an aanbieder or servicebureau."""
    return f"aanbieder:{agb}"


def principal_of_partij(partij: str, *, key_id: str) -> Principal:
    """Who acts for one party (`gemeente:1708`, `aanbieder:98000001`) when no key does."""
    kind, _, code = partij.partition(":")
    if kind == Rol.GEMEENTE:
        return Principal(key_id=key_id, rol=Rol.GEMEENTE, gemeenten=frozenset({code}))
    return Principal(key_id=key_id, rol=Rol.AANBIEDER, aanbieders=frozenset({code}))
