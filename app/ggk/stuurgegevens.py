"""The header of an envelope as it stands there, also when the schema refuses the envelope."""

from __future__ import annotations

from typing import Final

from app.domain.envelop import Stuurgegevens, Systeem
from app.ggk.tree import Element, local_name

_LONGEST: Final = {
    "organisatie": 200,
    "applicatie": 50,
    "administratie": 50,
    "gebruiker": 100,
    "referentienummer": 40,
    "crossRefnummer": 40,
    "tijdstipBericht": 17,
    "functie": 30,
    "berichtcode": 4,
}
SHORTEST_APPLICATIE: Final = 3


def find_header(root: Element) -> Element | None:
    """The stuurgegevens, whatever their namespace: what is refused may be of another version."""
    return find_child(root, "stuurgegevens")


def find_child(parent: Element | None, name: str) -> Element | None:
    """The first child with this local name."""
    if parent is None:
        return None
    return next((child for child in parent.iterchildren("*") if local_name(child) == name), None)


def text_in(parent: Element | None, name: str) -> str | None:
    """The text of a child; None when it is not there, or longer than the standard lets it be."""
    child = find_child(parent, name)
    if child is None:
        return None
    text = child.text or ""
    return text if len(text) <= _LONGEST[name] else None


def stuurgegevens_of(root: Element) -> Stuurgegevens | None:
    """Sender, receiver and reference; None when one of them is missing, so that no answer can name them."""
    header = find_header(root)
    zender, ontvanger = (_systeem(find_child(header, name)) for name in ("zender", "ontvanger"))
    referentienummer = text_in(header, "referentienummer")
    if zender is None or ontvanger is None or referentienummer is None:
        return None
    return Stuurgegevens(
        zender=zender,
        ontvanger=ontvanger,
        referentienummer=referentienummer,
        tijdstip=text_in(header, "tijdstipBericht") or "",
        cross_ref=text_in(header, "crossRefnummer"),
        functie=text_in(header, "functie"),
    )


def _systeem(element: Element | None) -> Systeem | None:
    applicatie = text_in(element, "applicatie")
    if applicatie is None or len(applicatie) < SHORTEST_APPLICATIE:
        return None
    return Systeem(
        organisatie=text_in(element, "organisatie") or "",
        applicatie=applicatie,
        administratie=text_in(element, "administratie"),
        gebruiker=text_in(element, "gebruiker"),
    )
