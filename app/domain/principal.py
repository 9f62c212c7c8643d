"""Who asks: one party behind every door, whatever credential it used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rol(StrEnum):
    """What a credential is for."""

    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"
    BEHEER = "beheer"
    GGK = "ggk"
    """The adapter of the chain: brings envelopes of any party to its gemeenten, and sees nothing."""


READERS: Final = frozenset({Rol.GEMEENTE, Rol.AANBIEDER})
"""Who may read messages, as far as they are its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A credential's party: the gemeenten (CBS codes) or aanbieders and servicebureaus (AGB codes) it stands for."""

    key_id: str
    rol: Rol
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()

    @property
    def partijen(self) -> tuple[str, ...]:
        """The addresses of its postbus, in order."""
        return (*map(gemeente_partij, sorted(self.gemeenten)), *map(aanbieder_partij, sorted(self.aanbieders)))


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
