"""Which rules there are, which of them hold for which message, and where the others are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from app.domain.bericht import Berichtsoort, Onderdeel
from app.domain.declaratie import (
    ClientRetour,
    Declaratie,
    DeclaratieClient,
    DeclaratieHeader,
    DeclaratieRetour,
    DeclaratieRetourHeader,
    Prestatie,
    PrestatieRetour,
)
from app.domain.toewijzing import (
    Beperking,
    BeperkingScore,
    Beschikking,
    BeschiktProduct,
    Client,
    Contact,
    Relatie,
    RetourHeader,
    ToegewezenProduct,
    ToewijzingHeader,
    ToewijzingRetour,
    Toewijzingsbericht,
)
from app.rules import (
    algemeen,
    bedragen,
    client,
    declaratie,
    declaratie_retour,
    prestatie,
    toewijzing,
    toewijzing_retour,
)
from app.rules.technische_regel import Niveau, TechnischeRegel, collect

Bericht = Toewijzingsbericht | ToewijzingRetour | Declaratie | DeclaratieRetour

BERICHT_REGELS: Final = collect(
    algemeen, client, toewijzing, declaratie, bedragen, toewijzing_retour, declaratie_retour
)
PRESTATIE_REGELS: Final = collect(prestatie)
"""The rules that `settle` asks itself, one line after the other: what one takes, the next no longer finds."""

CATALOGUE: Final[tuple[TechnischeRegel, ...]] = BERICHT_REGELS + PRESTATIE_REGELS

CLIENT_CLASSES: Final = frozenset(
    {Client, Relatie, Contact, Beschikking, Beperking, BeperkingScore, BeschiktProduct, ToegewezenProduct}
)
CLASSES: Final[Mapping[Berichtsoort, frozenset[type]]] = {
    Berichtsoort.WMO301: frozenset({Toewijzingsbericht, ToewijzingHeader}) | CLIENT_CLASSES,
    Berichtsoort.WMO302: frozenset({ToewijzingRetour, RetourHeader}) | CLIENT_CLASSES,
    Berichtsoort.WMO303: frozenset({Declaratie, DeclaratieHeader, DeclaratieClient, Prestatie}),
    Berichtsoort.WMO304: frozenset({DeclaratieRetour, DeclaratieRetourHeader, ClientRetour, PrestatieRetour}),
}


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split())


REGELS_301: Final = _ids(
    """
    CS002 TR002 CS139 TR134-a CS050 CS318 CD007 TR006 TR061 CD025 CD034 CS089 CD005 CD009 CS003-a CS003-b CS003-c
    TR101-301 TR134-c TR302 CD041 TR056 TR135 CS300 TR300 IV013 OP033x1 CS329 IWB-contract
    """
)
REGELS_302: Final = _ids("IV028.1 IV028.2 IV028.3 IV028.4 IV028.5 IV028.7 OP090")

REGELS_2_1: Final[Mapping[Berichtsoort, frozenset[str]]] = {
    Berichtsoort.WMO301: REGELS_301,
    Berichtsoort.WMO302: REGELS_302,
}
REGELS_2_3: Final[Mapping[Berichtsoort, frozenset[str]]] = {
    Berichtsoort.WMO301: REGELS_301,
    Berichtsoort.WMO302: REGELS_302,
    Berichtsoort.WMO303: _ids(
        """
        CS002 TR002 CS139 TR134-b TR101-303 R21-8171 R21-8175 R21-8188 R21-8177 R21-8178 R21-0150 R21-8194 R21-8835
        R21-8839 R21-8064 R21-8193 R21-8269 R21-8062 R21-8215 R21-8851 R21-8837 R21-8850 R21-8817 CS300 RC-0013
        RC-0030 RC-8847 TR135-303 TR318 RC-8855 RC-8856
        """
    ),
    Berichtsoort.WMO304: _ids(
        """
        CS002 IV304.1 IV304.2 IV304.3 IV304.4 IV304.5 IV304.6 IV304.7 IV304.8 R21-8454 R21-8455 R21-8456 RC-8849
        """
    ),
}
REGELS: Final[Mapping[str, Mapping[Berichtsoort, frozenset[str]]]] = {"2.1": REGELS_2_1, "2.3": REGELS_2_3}

ELSEWHERE: Final[Mapping[str, str]] = {
    "GGK-2.2": "reading (app.iwmo): bytes that are not UTF-8, or begin with a byte order mark, are not a message",
    "OP179": "receiving: the size is counted while the bytes come in, and what is too large is not read further",
    "XSD": "reading (app.iwmo): every message is checked against the schemas of its release",
    "RS047": "the schemas (schemas/iwmo): a pattern on BerichtCode; that of a 304 is compared with its 303 in IV304.1",
    "XSD-versie": "the schemas (schemas/iwmo): patterns on BerichtVersie and BerichtSubversie",
    "IV032": "processing (app.processing): a 301 with one finding is refused as a whole",
}
"""Rules of 2.3 that hold, but are not a function here; by id, where they are kept."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "IV028.6": "a retour does not say whether its 0001 came from the official XSLT set, so nobody can check that "
    "XsltVersie is missing; the service itself does not run that set and leaves XsltVersie out",
}
"""Rules of 2.3 that nothing checks; by id, why."""


@cache
def regels_for(soort: Berichtsoort, release: str, *niveaus: Niveau) -> tuple[TechnischeRegel, ...]:
    """The rules that hold for a message of this release, at these levels (all when none are named).

    Those of PRESTATIE_REGELS are not among them. A soort without rules has none; an unknown release is a KeyError.
    """
    ids = REGELS[release].get(soort, frozenset[str]())
    classes = CLASSES.get(soort, frozenset[type]())
    wanted = niveaus or tuple(Niveau)
    return tuple(r for r in BERICHT_REGELS if r.id in ids and r.on in classes and r.niveau in wanted)


def subjects(bericht: Bericht) -> Iterator[Bericht | Onderdeel | PrestatieRetour]:
    """The message itself and every class in it that a rule may be about, in document order."""
    yield bericht
    yield bericht.header
    if isinstance(bericht, Toewijzingsbericht | ToewijzingRetour):
        for each in bericht.clienten:
            yield from each.onderdelen()
    else:
        for each in bericht.clienten:
            yield each
            yield from each.prestaties
