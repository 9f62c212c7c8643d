"""Rules that several messages share: bsn, birth date, identification, gemeente."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from stdnum.nl import bsn

from app.domain.bericht import Geboortedatum, Onderdeel
from app.domain.codelijsten import NIET_UNIEK, TECHNISCH_AFGEKEURD
from app.domain.declaratie import ClientRetour, Declaratie, DeclaratieClient, DeclaratieHeader
from app.domain.dossier import DeclaratieDossier, ToewijzingDossier
from app.domain.toewijzing import Client, Relatie, ToewijzingHeader, Toewijzingsbericht
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel

OLDEST: Final = 120
BSN_DIGITS: Final = 9
UNKNOWN_DATE: Final = date(1900, 1, 1)
DATE_UNKNOWN: Final = "3"
GEBOORTEDATUM: Final = "Geboortedatum/Datum"


def _bsn_passes_elfproef(client: Client | DeclaratieClient | ClientRetour, _bericht: object) -> Iterator[Mismatch]:
    """Het Bsn van de Client doorstaat de 11-proef en bestaat niet alleen uit nullen."""
    if not _passes(client.bsn):
        yield mismatch(client, "Bsn")


def _passes(nummer: str) -> bool:
    """What `stdnum` says; of nine digits at a tenth of its time, for a declaratie has thousands."""
    if len(nummer) != BSN_DIGITS or not (nummer.isascii() and nummer.isdigit()):
        return bsn.is_valid(nummer)
    a, b, c, d, e, f, g, h, last = map(int, nummer)
    total = 9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - last
    return total % 11 == 0 and nummer != "0" * BSN_DIGITS


client_bsn = technische_regel("CS002", retourcode=TECHNISCH_AFGEKEURD, on=Client)(_bsn_passes_elfproef)
declaratie_client_bsn = technische_regel("CS002", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieClient)(
    _bsn_passes_elfproef
)
client_retour_bsn = technische_regel("CS002", retourcode=TECHNISCH_AFGEKEURD, on=ClientRetour)(_bsn_passes_elfproef)


def _too_old(onderdeel: Onderdeel, geboortedatum: Geboortedatum, dagtekening: date) -> Iterator[Mismatch]:
    if geboortedatum.datum == UNKNOWN_DATE and geboortedatum.datum_gebruik == DATE_UNKNOWN:
        return
    born = geboortedatum.datum
    # as numbers: 29 February has no date in every year, and the year may pass 9999
    if (born.year + OLDEST, born.month, born.day) < (dagtekening.year, dagtekening.month, dagtekening.day):
        yield mismatch(onderdeel, GEBOORTEDATUM, dagtekening=dagtekening, datumGebruik=geboortedatum.datum_gebruik)


@technische_regel("TR002", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def client_at_most_120(client: Client, bericht: Toewijzingsbericht) -> Iterator[Mismatch]:
    """De Client is op de Dagtekening van het bericht niet ouder dan 120 jaar, tenzij de geboortedatum onbekend is."""
    return _too_old(client, client.geboortedatum, bericht.header.bericht_identificatie.dagtekening)


@technische_regel("TR002", retourcode=TECHNISCH_AFGEKEURD, on=Relatie)
def relatie_at_most_120(relatie: Relatie, bericht: Toewijzingsbericht) -> Iterator[Mismatch]:
    """De Relatie is op de Dagtekening van het bericht niet ouder dan 120 jaar, tenzij de geboortedatum onbekend is."""
    if relatie.geboortedatum is not None:
        yield from _too_old(relatie, relatie.geboortedatum, bericht.header.bericht_identificatie.dagtekening)


@technische_regel("TR002", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieClient)
def declaratie_client_at_most_120(client: DeclaratieClient, declaratie: Declaratie) -> Iterator[Mismatch]:
    """De Client is op de FactuurDagtekening niet ouder dan 120 jaar, tenzij de geboortedatum onbekend is."""
    return _too_old(client, client.geboortedatum, _factuur_dagtekening(declaratie))


def _fits_datum_gebruik(geboortedatum: Geboortedatum) -> bool:
    datum = geboortedatum.datum
    match geboortedatum.datum_gebruik:
        case "1":
            return datum.day == 1
        case "2":
            return (datum.month, datum.day) == (1, 1)
        case "3":
            return datum == UNKNOWN_DATE
        case _:
            return True


def _datum_fits_datum_gebruik(part: Client | Relatie | DeclaratieClient, _bericht: object) -> Iterator[Mismatch]:
    """Het onbekende deel van de geboortedatum is ingevuld zoals DatumGebruik voorschrijft: 01, 01-01 of 1900-01-01."""
    if part.geboortedatum is not None and not _fits_datum_gebruik(part.geboortedatum):
        yield mismatch(part, GEBOORTEDATUM, datumGebruik=part.geboortedatum.datum_gebruik)


client_datum_gebruik = technische_regel("CS139", retourcode=TECHNISCH_AFGEKEURD, on=Client)(_datum_fits_datum_gebruik)
relatie_datum_gebruik = technische_regel("CS139", retourcode=TECHNISCH_AFGEKEURD, on=Relatie)(_datum_fits_datum_gebruik)
declaratie_client_datum_gebruik = technische_regel("CS139", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieClient)(
    _datum_fits_datum_gebruik
)


@technische_regel("TR134-a", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def client_born_before_dagtekening(client: Client, bericht: Toewijzingsbericht) -> Iterator[Mismatch]:
    """De geboortedatum van de Client ligt niet na de Dagtekening van het bericht."""
    dagtekening = bericht.header.bericht_identificatie.dagtekening
    if client.geboortedatum.datum > dagtekening:
        yield mismatch(client, GEBOORTEDATUM, dagtekening=dagtekening)


@technische_regel("TR134-b", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieClient)
def client_born_before_factuur_dagtekening(client: DeclaratieClient, declaratie: Declaratie) -> Iterator[Mismatch]:
    """De geboortedatum van de Client ligt niet na de FactuurDagtekening."""
    dagtekening = _factuur_dagtekening(declaratie)
    if client.geboortedatum.datum > dagtekening:
        yield mismatch(client, GEBOORTEDATUM, factuurDagtekening=dagtekening)


def _factuur_dagtekening(declaratie: Declaratie) -> date:
    return declaratie.header.declaratie_factuur_identificatie.factuur_dagtekening


@technische_regel("TR056", retourcode=NIET_UNIEK, niveau=Niveau.BERICHTOVERSTIJGEND, on=ToewijzingHeader)
def identificatie_is_new(header: ToewijzingHeader, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De Identificatie van het bericht is door deze Afzender niet eerder voor een bericht van deze soort gebruikt."""
    if dossier.identificatie_used:
        identificatie = header.bericht_identificatie.identificatie
        yield mismatch(header, "BerichtIdentificatie/Identificatie", identificatie=identificatie)


@technische_regel("TR135", retourcode="8848", niveau=Niveau.EXTERN, on=ToewijzingHeader)
def dagtekening_not_in_future(header: ToewijzingHeader, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De Dagtekening van het bericht ligt niet in de toekomst."""
    dagtekening = header.bericht_identificatie.dagtekening
    if dagtekening > dossier.today:
        yield mismatch(header, "BerichtIdentificatie/Dagtekening", dagtekening=dagtekening, vandaag=dossier.today)


@technische_regel("CS300", retourcode="S300", niveau=Niveau.EXTERN, on=ToewijzingHeader)
def afzender_is_known_gemeente(header: ToewijzingHeader, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De Afzender is een bekende gemeente."""
    if dossier.inrichting is None:
        yield mismatch(header, "Afzender", gemeente=header.afzender)


@technische_regel("CS300", retourcode="S300", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def gemeente_is_known(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """De Gemeente in de Header is een bekende gemeente."""
    if dossier.inrichting is None:
        yield mismatch(header, "Gemeente", gemeente=header.gemeente)
