"""Which message this is and between whom, as far as its header says so, even when the XSD refuses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from app.domain.bericht import RETOUREN, Berichtsoort
from app.iwmo.node import local_name
from app.iwmo.pad import Element
from app.iwmo.values import Absurd, parse_datum

LONGEST_FACT: Final = 40
ELEMENTS_LOOKED_AT: Final = 50  # no header has more; a hostile one may

AFZENDER_IS_GEMEENTE = frozenset({Berichtsoort.WMO301, Berichtsoort.WMO302})
DECLARATIES = frozenset({Berichtsoort.WMO303, Berichtsoort.WMO304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aanduiding:
    """What a header says; None for what is not there, longer than 40 characters or not printable.

    `afzender` and `ontvanger` are those of this message in the chain, whatever its header calls them: the Ontvanger of
    a 302 sends it. `identificatie` is the sender's own number of the message: BerichtIdentificatie/Identificatie, of a
    retour IdentificatieRetour, of a 303 or 304 DeclarantFactuurNummer. `dagtekening` goes with it.
    """

    afzender: str | None = None
    ontvanger: str | None = None
    gemeente: str | None = None
    aanbieder: str | None = None
    servicebureau: str | None = None
    identificatie: str | None = None
    dagtekening: date | None = None


def aanduiding_of(soort: Berichtsoort, root: Element) -> Aanduiding:
    """What the header of a message says."""
    header = _child(root, "Header")
    if soort in DECLARATIES:
        return _of_declaratie(soort, header)
    return _of_bericht(soort, header)


def _of_declaratie(soort: Berichtsoort, header: Element | None) -> Aanduiding:
    facts = _facts(header)
    identificatie = _facts(_child(header, "DeclaratieFactuurIdentificatie"))
    gemeente, aanbieder = facts.get("Gemeente"), facts.get("Aanbieder")
    is_declaratie = soort is Berichtsoort.WMO303
    dagtekening = identificatie.get("FactuurDagtekening")
    if not is_declaratie:
        dagtekening = _facts(_child(header, "RetourHeader")).get("RetourDagtekening")
    return Aanduiding(
        afzender=aanbieder if is_declaratie else gemeente,
        ontvanger=gemeente if is_declaratie else aanbieder,
        gemeente=gemeente,
        aanbieder=aanbieder,
        servicebureau=facts.get("Servicebureau"),
        identificatie=identificatie.get("DeclarantFactuurNummer"),
        dagtekening=_datum(dagtekening),
    )


def _of_bericht(soort: Berichtsoort, header: Element | None) -> Aanduiding:
    facts = _facts(header)
    identificatie = _facts(_child(header, "BerichtIdentificatie"))
    afzender, ontvanger = facts.get("Afzender"), facts.get("Ontvanger")
    from_gemeente, is_retour = soort in AFZENDER_IS_GEMEENTE, soort in RETOUREN
    return Aanduiding(
        afzender=ontvanger if is_retour else afzender,
        ontvanger=afzender if is_retour else ontvanger,
        gemeente=afzender if from_gemeente else ontvanger,
        aanbieder=ontvanger if from_gemeente else afzender,
        identificatie=facts.get("IdentificatieRetour") if is_retour else identificatie.get("Identificatie"),
        dagtekening=_datum(facts.get("DagtekeningRetour") if is_retour else identificatie.get("Dagtekening")),
    )


def _facts(parent: Element | None) -> Mapping[str, str]:
    """The first text of each child, by name."""
    found: dict[str, str] = {}
    for child in _children(parent):
        text = child.text or ""
        if text and len(text) <= LONGEST_FACT and text.isprintable():
            found.setdefault(local_name(child.tag), text)
    return found


def _child(parent: Element | None, name: str) -> Element | None:
    return next((child for child in _children(parent) if local_name(child.tag) == name), None)


def _children(parent: Element | None) -> Iterator[Element]:
    return iter(()) if parent is None else islice(parent, ELEMENTS_LOOKED_AT)


def _datum(text: str | None) -> date | None:
    try:
        return parse_datum(text) if text else None
    except Absurd:
        return None
