"""What answers an envelope: the parties change places, and the request is named by its reference."""

from __future__ import annotations

from dataclasses import replace

from app.domain.envelop import (
    Fo03,
    Fout,
    Foutbericht,
    Heenbericht,
    Ontvangstbevestiging,
    Retour,
    Stuurgegevens,
    Systeem,
)
from app.domain.envelop_functies import release_of
from app.ggk.names import GGK_APPLICATIE


def bevestiging_of(request: Stuurgegevens, *, referentienummer: str, tijdstip: str) -> Ontvangstbevestiging:
    """The Bv03 that says a request is stored; its own reference and time are new."""
    return Ontvangstbevestiging(stuurgegevens=_turned(request, referentienummer, tijdstip))


def fo03_of(request: Stuurgegevens, fout: Fout, *, referentienummer: str, tijdstip: str) -> Fo03:
    """The Fo03 that says why a request was not taken over."""
    return Fo03(stuurgegevens=_turned(request, referentienummer, tijdstip), fout=fout)


def fo01_of(
    refused: Heenbericht | Retour,
    fout: Fout,
    origineel: bytes | None,
    *,
    applicatie: str,
    referentienummer: str,
    tijdstip: str,
) -> Foutbericht:
    """The Fo01 that says afterwards that the message inside cannot be read.

    `applicatie` is the name of the sending product, without version; `origineel` the refused envelope as XML.
    """
    parameters, request = refused.parameters, refused.stuurgegevens
    details = f"{request.functie}-{parameters.applicatie_versie}{parameters.applicatie_subversie}"
    stuurgegevens = Stuurgegevens(
        zender=Systeem(organisatie=request.ontvanger.organisatie, applicatie=applicatie),
        ontvanger=Systeem(organisatie=request.zender.organisatie, applicatie=GGK_APPLICATIE),
        referentienummer=referentienummer,
        tijdstip=tijdstip,
        cross_ref=request.referentienummer,
    )
    return Foutbericht(stuurgegevens=stuurgegevens, fout=replace(fout, details=details), origineel=origineel)


def release_in(envelop: Heenbericht | Retour) -> str:
    """The release of the message inside, as the envelope names it: `2.3`."""
    return release_of(envelop.parameters.functie_versie, envelop.parameters.functie_subversie)


def _turned(request: Stuurgegevens, referentienummer: str, tijdstip: str) -> Stuurgegevens:
    return Stuurgegevens(
        zender=request.ontvanger,
        ontvanger=request.zender,
        referentienummer=referentienummer,
        tijdstip=tijdstip,
        cross_ref=request.referentienummer,
    )
