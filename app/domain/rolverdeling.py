"""Who is what: from the words of the gemeente's identity provider to a role and parties of this service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.domain.principal import Rol


@dataclass(frozen=True, slots=True)
class Toegekend:
    """A role, and the gemeenten or aanbieders that it is for."""

    rol: Rol
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()


def toegekend(waarden: Collection[str], verdeling: Mapping[str, Toegekend]) -> Toegekend | None:
    """What the words that a person has give together; None when that is nothing, or more than one role.

    >>> verdeling = {"wmo": Toegekend(Rol.LEZER, frozenset({"1708"})), "ict": Toegekend(Rol.BEHEER)}
    >>> toegekend(["wmo", "iets anders"], verdeling)
    Toegekend(rol=<Rol.LEZER: 'lezer'>, gemeenten=frozenset({'1708'}), aanbieders=frozenset())
    >>> toegekend(["wmo", "ict"], verdeling) is None
    True
    """
    found = [verdeling[waarde] for waarde in set(waarden) if waarde in verdeling]
    if len({one.rol for one in found}) != 1:
        return None
    return Toegekend(found[0].rol, _union(one.gemeenten for one in found), _union(one.aanbieders for one in found))


def still_toegekend(
    rol: str,
    gemeenten: frozenset[str],
    verdeling: Mapping[str, Toegekend],
    aanbieders: frozenset[str] = frozenset(),
) -> bool:
    """Whether a role with these parties could be given today; otherwise the table changed since it was."""
    same = [one for one in verdeling.values() if one.rol == rol]
    fits = gemeenten <= _union(one.gemeenten for one in same) and aanbieders <= _union(one.aanbieders for one in same)
    return bool(same) and fits


def _union(parties: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*parties)
