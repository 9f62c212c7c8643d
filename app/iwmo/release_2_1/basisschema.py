"""The namespaces of release 2.1 and the classes of its basisschema."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.codelijsten import Eenheid
from app.iwmo import values
from app.iwmo.basisschema import Basisschema
from app.iwmo.node import Leaf, Part, constant
from app.iwmo.text import CannotWrite

_PATTERN = "http://www.istandaarden.nl/iwmo/2_1/{}/schema/2_1"


def namespace_of(soort: Berichtsoort) -> str:
    """The namespace of a message."""
    return _PATTERN.format(soort.value.lower())


def versie() -> tuple[Part, ...]:
    """The elements that name the release in each header."""
    return constant("BerichtVersie", "2"), constant("BerichtSubversie", "1")


def _render_eenheid(eenheid: Eenheid) -> str:
    if eenheid in (Eenheid.WEEK, Eenheid.TIJDSONAFHANKELIJK):
        raise CannotWrite("Eenheid has a code that this release has not")
    return eenheid.value


BASIS = Basisschema(
    _PATTERN.format("basisschema"),
    naam="Naam",
    categorie=Leaf(values.parse_two_digits, values.same_text, ""),
    eenheid=Leaf(values.parse_eenheid, _render_eenheid, Eenheid.STUKS),
)
