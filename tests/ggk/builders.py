"""Envelopes that are valid by default; a test names only what it is about."""

from __future__ import annotations

from functools import cache
from typing import Any

from app.domain.envelop import (
    Fo03,
    Fout,
    Foutbericht,
    Heenbericht,
    Ontvangstbevestiging,
    Parameters,
    Plek,
    Retour,
    Stuurgegevens,
    Systeem,
)
from app.ggk.schemas import EnvelopSchemas
from tests.ggk.official import OURS

REFERENTIE = "9c0f7b90-5c69-41e5-a837-0800200c9a66"
CROSS_REF = "78002f23-5bc5-4e3e-96ad-1d209d32a5d5"
AANBIEDER = Systeem(organisatie="98000001", applicatie="Zorgpakket")
GEMEENTE = Systeem(organisatie="1708", applicatie="GGk")
PARAMETERS = Parameters(
    applicatie_versie="0004", applicatie_subversie="0003", functie_versie="0002", functie_subversie="0003"
)
FOUT = Fout(code="StUF022", plek=Plek.CLIENT, omschrijving="Onbekend.")


@cache
def schemas() -> EnvelopSchemas:
    """Our own schema of the envelope."""
    return EnvelopSchemas.load(OURS)


def stuurgegevens(**others: Any) -> Stuurgegevens:
    """From an aanbieder to a gemeente."""
    fields = {
        "zender": AANBIEDER,
        "ontvanger": GEMEENTE,
        "referentienummer": REFERENTIE,
        "tijdstip": "20261122103000000",
    }
    return Stuurgegevens(**{**fields, **others})


def a_heenbericht(*, bestand: bytes = b"<Bericht/>", **others: Any) -> Heenbericht:
    """A WMO303 of release 2.3 in a Di01."""
    header = stuurgegevens(**{"functie": "WMO303", **others})
    return Heenbericht(stuurgegevens=header, parameters=PARAMETERS, bestand=bestand)


def a_retour(*, bestand: bytes = b"<Bericht/>", **others: Any) -> Retour:
    """A WMO302 of release 2.3 in a Du01."""
    header = stuurgegevens(**{"functie": "WMO302", "cross_ref": CROSS_REF, **others})
    return Retour(stuurgegevens=header, parameters=PARAMETERS, bestand=bestand)


def a_foutbericht(*, fout: Fout = FOUT, origineel: bytes | None = None, **others: Any) -> Foutbericht:
    """An Fo01."""
    return Foutbericht(stuurgegevens=stuurgegevens(cross_ref=CROSS_REF, **others), fout=fout, origineel=origineel)


def a_bevestiging(**others: Any) -> Ontvangstbevestiging:
    """A Bv03."""
    return Ontvangstbevestiging(stuurgegevens=stuurgegevens(**{"cross_ref": CROSS_REF, **others}))


def an_fo03(*, fout: Fout = FOUT, **others: Any) -> Fo03:
    """An Fo03."""
    return Fo03(stuurgegevens=stuurgegevens(**{"cross_ref": CROSS_REF, **others}), fout=fout)
