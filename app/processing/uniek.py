"""The key under which an accepted message exists once, whatever arrives at the same moment."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import DeclaratieHeader
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.processing.arrival import Arrival


def of_toewijzing(bericht: Toewijzingsbericht) -> str:
    """Of a 301: sender, soort and Identificatie (TR056)."""
    header = bericht.header
    return f"{Berichtsoort.WMO301}|{header.afzender}|{header.bericht_identificatie.identificatie}"


def of_heenbericht(retour: ToewijzingRetour) -> str:
    """Of the 301 that a 302 answers: its header is a copy (IV028.1)."""
    header = retour.header
    return f"{Berichtsoort.WMO301}|{header.afzender}|{header.bericht_identificatie.identificatie}"


def of_retour(retour: ToewijzingRetour) -> str:
    """Of a 302: its sender, the Ontvanger of the 301, and IdentificatieRetour."""
    return f"{Berichtsoort.WMO302}|{retour.header.ontvanger}|{retour.header.identificatie_retour}"


def of_declaratie(header: DeclaratieHeader, sha256: str) -> str:
    """Of a 303: its number and its bytes, for other bytes under a used number are judged (RC-0030)."""
    nummer = header.declaratie_factuur_identificatie.declarant_factuur_nummer
    return f"{Berichtsoort.WMO303}|{header.gemeente}|{header.aanbieder}|{nummer}|{sha256}"


def of_overig(arrival: Arrival) -> str:
    """Of any other message: sender, soort and its own identification."""
    return f"{arrival.soort}|{arrival.aanduiding.afzender}|{arrival.aanduiding.identificatie}"
