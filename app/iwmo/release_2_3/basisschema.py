"""The namespaces of release 2.3 and the classes of its basisschema."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.iwmo.basisschema import Basisschema
from app.iwmo.node import EENHEID, TEXT, Part, constant

_PATTERN = "http://www.istandaarden.nl/iwmo/2_3/{}/schema"


def namespace_of(soort: Berichtsoort) -> str:
    """The namespace of a message."""
    return _PATTERN.format(soort.value.lower())


def versie() -> tuple[Part, ...]:
    """The elements that name the release in each header."""
    return constant("BerichtVersie", "2"), constant("BerichtSubversie", "3")


BASIS = Basisschema(_PATTERN.format("basisschema"), naam="Achternaam", categorie=TEXT, eenheid=EENHEID)
