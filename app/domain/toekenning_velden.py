"""Which field of a toekenning's request an element of its 301 comes from: a consulent never saw the message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.domain.retour import Finding

POSITION: Final = re.compile(r"\[[0-9]+\]")
ROOT: Final = re.compile(r"^/Bericht/(Clienten/)?")

NAAM: Final = {
    "Naam": "naam",
    "Naam/Geslachtsnaam": "naam",
    "Naam/Geslachtsnaam/Naam": "naam.achternaam",  # 2.1
    "Naam/Geslachtsnaam/Achternaam": "naam.achternaam",
    "Naam/Geslachtsnaam/Voorvoegsel": "naam.voorvoegsel",
    "Naam/Partnernaam": "naam.partnernaam",
    "Naam/Partnernaam/Naam": "naam.partnernaam.achternaam",  # 2.1
    "Naam/Partnernaam/Achternaam": "naam.partnernaam.achternaam",
    "Naam/Partnernaam/Voorvoegsel": "naam.partnernaam.voorvoegsel",
    "Naam/Voornamen": "naam.voornamen",
    "Naam/Voorletters": "naam.voorletters",
    "Naam/NaamGebruik": "naam.naamGebruik",
}
ADRES: Final = {
    "Huis": "adres",
    "Huis/Huisnummer": "adres.huisnummer",
    "Huis/Huisletter": "adres.huisletter",
    "Huis/HuisnummerToevoeging": "adres.huisnummerToevoeging",
    "Postcode": "adres.postcode",
    "Straatnaam": "adres.straatnaam",
    "Plaatsnaam": "adres.plaatsnaam",
    "LandCode": "adres.landCode",
}
CLIENT: Final = {
    "Bsn": "bsn",
    "Geboortedatum": "geboortedatum",
    "Geboortedatum/Datum": "geboortedatum",
    "Geboortedatum/DatumGebruik": "datumGebruik",
    "Geslacht": "geslacht",
    "Contactgegevens/Contact/Adres": "adres",
    **NAAM,
    **{f"Contactgegevens/Contact/Adres/{element}": field for element, field in ADRES.items()},
}
BESCHIKKING: Final = {
    "Beschikking": "beschikking",
    "Beschikking/BeschikkingNummer": "beschikking.beschikkingNummer",
    "Beschikking/Afgiftedatum": "beschikking.afgiftedatum",
}
VALIDITY: Final = {
    f"{holder}/{element}": element.lower()
    for holder in (
        "Beschikking",
        "Beschikking/BeschiktProducten/BeschiktProduct",
        "Beschikking/ToegewezenProducten/ToegewezenProduct",
    )
    for element in ("Ingangsdatum", "Einddatum")
}
FIELD_BY_ELEMENT: Final = {
    "Header/Afzender": "gemeente",
    "Client": "client",
    **{f"Client/{element}": f"client.{field}" for element, field in CLIENT.items()},
    **{f"Client/{element}": field for element, field in {**BESCHIKKING, **VALIDITY}.items()},
}


def field_of(pad: str) -> str:
    """The field of the request, as a JSON path; empty where the element does not come from one field.

    A rule that judged a 301 before it was written names the end of the path only.

    >>> field_of("/Adres/Postcode")
    'client.adres.postcode'
    >>> field_of("/Bericht/Client/Naam/Voorletters")
    'client.naam.voorletters'
    >>> field_of("/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]/Omvang/Volume")
    ''
    """
    path = POSITION.sub("", pad)
    if path.startswith("/Bericht"):
        return FIELD_BY_ELEMENT.get(ROOT.sub("", path), "")
    found = {field for element, field in FIELD_BY_ELEMENT.items() if path[:1] == "/" and f"/{element}".endswith(path)}
    return found.pop() if len(found) == 1 else ""


def in_request(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings on a 301 that the service made, as findings on the request that it was made from."""
    return tuple(replace(finding, pad=field_of(finding.pad), regelnummer=None) for finding in findings)
