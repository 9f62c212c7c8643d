"""Rules for the client of a 301: name, Communicatie, Contactgegevens and Relaties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.domain.codelijsten import TECHNISCH_AFGEKEURD
from app.domain.toewijzing import Client, Contact, Relatie
from app.rules.technische_regel import Mismatch, mismatch, technische_regel
from app.rules.uniqueness import repeated

NEDERLAND: Final = "NL"
NEDERLANDSE_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[A-Za-z]{2}")
TAALTOLK: Final = "1"
GEEN_NATUURLIJK_PERSOON: Final = "6"
WITH_PARTNERNAAM: Final = frozenset("1234")
WITHOUT_PARTNERNAAM: Final = frozenset({"1", GEEN_NATUURLIJK_PERSOON})
TIJDELIJK_ADRES: Final = "04"
PERMANENT_ADRES: Final = frozenset({"01", "02", "03"})
ADRES_WITH_POSTCODE: Final = frozenset({"01", "03"})


def _naam_gebruik_fits_partnernaam(person: Client | Relatie, _bericht: object) -> Iterator[Mismatch]:
    """NaamGebruik is 1, 2, 3 of 4 als er een Partnernaam is, en anders 1 of 6."""
    naam = person.naam
    has_partnernaam = naam.partnernaam is not None
    if naam.naam_gebruik not in (WITH_PARTNERNAAM if has_partnernaam else WITHOUT_PARTNERNAAM):
        yield mismatch(person, "Naam/NaamGebruik", naamGebruik=naam.naam_gebruik, partnernaamAanwezig=has_partnernaam)


client_naam_gebruik = technische_regel("CS050", retourcode=TECHNISCH_AFGEKEURD, on=Client)(
    _naam_gebruik_fits_partnernaam
)
relatie_naam_gebruik = technische_regel("CS050", retourcode=TECHNISCH_AFGEKEURD, on=Relatie)(
    _naam_gebruik_fits_partnernaam
)


@technische_regel("CS318", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def client_is_natural_person(client: Client, _bericht: object) -> Iterator[Mismatch]:
    """NaamGebruik van de Client is niet 6, want een Client is een natuurlijk persoon."""
    if client.naam.naam_gebruik == GEEN_NATUURLIJK_PERSOON:
        yield mismatch(client, "Naam/NaamGebruik", naamGebruik=client.naam.naam_gebruik)


@technische_regel("CD007", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def taal_fits_communicatievorm(client: Client, _bericht: object) -> Iterator[Mismatch]:
    """Taal is gevuld als de Vorm van Communicatie 1 (taaltolk) is, en anders leeg."""
    communicatie = client.communicatie
    if communicatie is not None and (communicatie.taal is not None) != (communicatie.vorm == TAALTOLK):
        yield mismatch(client, "Communicatie/Taal", vorm=communicatie.vorm, taalAanwezig=communicatie.taal is not None)


@technische_regel("TR006", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def contact_can_be_reached(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """Een Contact heeft een Telefoon, of een Adres met Huis en Postcode."""
    adres = contact.adres
    complete = adres is not None and adres.huis is not None and adres.postcode is not None
    if contact.telefoon is None and not complete:
        yield mismatch(contact, "", telefoonAanwezig=False, adresVolledig=False)


@technische_regel("TR061", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def client_has_permanent_contact(client: Client, _bericht: object) -> Iterator[Mismatch]:
    """Minstens één Contact in de Contactgegevens van de Client heeft Soort 01, 02 of 03."""
    soorten = {contact.soort for contact in client.contactgegevens}
    if not soorten & PERMANENT_ADRES:
        yield mismatch(client, "Contactgegevens", soorten=", ".join(sorted(soorten)))


@technische_regel("CD025", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def adres_in_nederland_has_huis(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """Een Adres met LandCode NL heeft een Huis met Huisnummer."""
    adres = contact.adres
    if adres is not None and adres.land_code == NEDERLAND and adres.huis is None:
        yield mismatch(contact, "Adres/Huis", landCode=adres.land_code, huisAanwezig=False)


@technische_regel("CD034", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def adres_has_postcode(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """Het Adres van een Contact met Soort 01 of 03 heeft een Postcode."""
    adres = contact.adres
    if contact.soort in ADRES_WITH_POSTCODE and adres is not None and adres.postcode is None:
        yield mismatch(contact, "Adres/Postcode", soort=contact.soort, postcodeAanwezig=False)


@technische_regel("CS089", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def postcode_in_nederland_is_valid(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """Bij LandCode NL heeft de Postcode vier cijfers (niet beginnend met 0) en direct daarna twee letters."""
    adres = contact.adres
    if adres is None or adres.land_code != NEDERLAND or adres.postcode is None:
        return
    if not NEDERLANDSE_POSTCODE.fullmatch(adres.postcode):
        yield mismatch(contact, "Adres/Postcode", landCode=adres.land_code)


@technische_regel("CD005", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def land_code_goes_with_postcode(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """LandCode en Postcode zijn in een Adres allebei gevuld of allebei leeg."""
    adres = contact.adres
    if adres is not None and (adres.land_code is None) != (adres.postcode is None):
        yield mismatch(contact, "Adres/LandCode", landCode=adres.land_code, postcodeAanwezig=adres.postcode is not None)


@technische_regel("CD009", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def only_temporary_contact_has_periode(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """Alleen een Contact met Soort 04 heeft een Periode."""
    if contact.periode is not None and contact.soort != TIJDELIJK_ADRES:
        yield mismatch(contact, "Periode", soort=contact.soort)


@technische_regel("CS003-a", retourcode=TECHNISCH_AFGEKEURD, on=Contact)
def periode_ends_after_begin(contact: Contact, _bericht: object) -> Iterator[Mismatch]:
    """De Einddatum van de Periode van een Contact ligt niet voor de Begindatum."""
    periode = contact.periode
    if periode is None or periode.begindatum is None or periode.einddatum is None:
        return
    if periode.einddatum < periode.begindatum:
        yield mismatch(contact, "Periode/Einddatum", begindatum=periode.begindatum, einddatum=periode.einddatum)


@technische_regel("TR101-301", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def contacten_differ_in_soort(client: Client, _bericht: object) -> Iterator[Mismatch]:
    """Elk Contact in de Contactgegevens van de Client heeft een eigen Soort."""
    for contact in repeated(client.contactgegevens, key=lambda contact: contact.soort):
        yield mismatch(contact, "Soort", soort=contact.soort)


@technische_regel("TR101-301", retourcode=TECHNISCH_AFGEKEURD, on=Client)
def relaties_differ_in_nummer(client: Client, _bericht: object) -> Iterator[Mismatch]:
    """Elke Relatie van de Client heeft een eigen Nummer."""
    for relatie in repeated(client.relaties, key=lambda relatie: relatie.nummer):
        yield mismatch(relatie, "Nummer")
