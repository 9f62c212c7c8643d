"""WMO301, the toewijzing of support to a client, and WMO302, its retour.

The retour holds the same classes as the toewijzing; there each carries its `retour_codes`, which are empty in a 301.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time

from app.domain.bericht import Achternaam, BerichtIdentificatie, Geboortedatum, Onderdeel, Product
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.periode import OpenPeriode


@dataclass(frozen=True, slots=True, kw_only=True)
class Beoordeeld(Onderdeel):
    """A class on which a retour may put its codes."""

    retour_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VolledigeNaam:
    """CDT_VolledigeNaam."""

    geslachtsnaam: Achternaam
    partnernaam: Achternaam | None = None
    voornamen: str | None = field(default=None, repr=False)
    voorletters: str | None = field(default=None, repr=False)
    naam_gebruik: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Communicatie:
    """CDT_Communicatie."""

    vorm: str
    taal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Huis:
    """CDT_Huis."""

    huisnummer: int
    huisletter: str | None = None
    huisnummer_toevoeging: str | None = None
    aanduiding_woonadres: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adres:
    """CDT_Adres."""

    huis: Huis | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    straatnaam: str | None = field(default=None, repr=False)
    plaatsnaam: str | None = field(default=None, repr=False)
    land_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telefoon:
    """CDT_Telefoon."""

    telefoonnummer: str = field(repr=False)
    landnummer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telefoonnummers:
    """CDT_Telefoonnummers."""

    telefoon01: Telefoon
    telefoon02: Telefoon | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Beoordeeld):
    """An address or other way to reach the client or a Relatie."""

    soort: str
    adres: Adres | None = None
    organisatie: str | None = field(default=None, repr=False)
    telefoon: Telefoonnummers | None = None
    emailadres: str | None = field(default=None, repr=False)
    periode: OpenPeriode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relatie(Beoordeeld):
    """A person around the client."""

    nummer: str
    volgorde: int | None = None
    soort: str
    geboortedatum: Geboortedatum | None = None
    geslacht: str | None = None
    naam: VolledigeNaam
    contact: Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class BeperkingScore(Beoordeeld):
    """The score on one question about a limitation."""

    vraag: str
    score: str
    commentaar: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beperking(Beoordeeld):
    """A limitation of the client by category; an absent list and an empty one do not differ in meaning."""

    categorie: str
    duur: str | None = None
    commentaar: str | None = field(default=None, repr=False)
    beperking_scores: tuple[BeperkingScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Omvang:
    """CDT_Omvang: `volume` units of `eenheid`, each `frequentie`."""

    volume: int
    eenheid: Eenheid
    frequentie: Frequentie


@dataclass(frozen=True, slots=True, kw_only=True)
class BeschiktProduct(Beoordeeld):
    """What the client was granted, whoever delivers it (2.1 only)."""

    product: Product
    ingangsdatum: date
    einddatum: date | None = None
    omvang: Omvang | None = None
    commentaar: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToegewezenProduct(Beoordeeld):
    """What an aanbieder may deliver, from `ingangsdatum` to `einddatum` (included; None is endless)."""

    toewijzing_nummer: int | None = None
    referentie_aanbieder: str | None = None
    product: Product
    aanbieder: str | None = None  # 2.1 only: there a 301 may hold products of several
    toewijzingsdatum: date
    toewijzingstijd: time
    ingangsdatum: date
    einddatum: date | None = None
    reden_wijziging: str | None = None
    omvang: Omvang | None = None
    commentaar: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grondslagen:
    """CDT_Grondslagen."""

    grondslag01: str
    grondslag02: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beschikking(Beoordeeld):
    """The decision of the gemeente from which the products follow."""

    beschikking_nummer: int
    grondslagen: Grondslagen | None = None
    afgiftedatum: date
    ingangsdatum: date
    einddatum: date | None = None
    commentaar: str | None = field(default=None, repr=False)
    beperkingen: tuple[Beperking, ...] = ()
    beschikt_producten: tuple[BeschiktProduct, ...] = ()  # 2.1 only
    toegewezen_producten: tuple[ToegewezenProduct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(Beoordeeld):
    """The resident who gets the support."""

    bsn: str = field(repr=False)
    geboortedatum: Geboortedatum
    geslacht: str
    naam: VolledigeNaam
    communicatie: Communicatie | None = None
    juridische_status: str | None = None
    wettelijke_vertegenwoordiging: str | None = None
    commentaar: str | None = field(default=None, repr=False)
    relaties: tuple[Relatie, ...] = ()
    contactgegevens: tuple[Contact, ...]
    beschikking: Beschikking

    def onderdelen(self) -> Iterator[Beoordeeld]:
        """The client and every class below it, in document order."""
        yield self
        for relatie in self.relaties:
            yield relatie
            yield relatie.contact
        yield from self.contactgegevens
        yield self.beschikking
        for beperking in self.beschikking.beperkingen:
            yield beperking
            yield from beperking.beperking_scores
        yield from self.beschikking.beschikt_producten
        yield from self.beschikking.toegewezen_producten


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingHeader(Onderdeel):
    """Header of a 301: from gemeente `afzender` (CBS code) to aanbieder `ontvanger` (AGB code)."""

    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie


@dataclass(frozen=True, slots=True, kw_only=True)
class Toewijzingsbericht:
    """WMO301. In 2.3 exactly one client; 2.1 allows several."""

    header: ToewijzingHeader
    clienten: tuple[Client, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourHeader(Beoordeeld):
    """Header of a 302: that of its 301 unswapped, plus the retour's own identification."""

    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie
    identificatie_retour: str
    dagtekening_retour: date
    xslt_versie: str | None = None  # 2.3 only


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingRetour:
    """WMO302: no codes and no clienten when the 301 was right, else its classes with their codes."""

    header: RetourHeader
    clienten: tuple[Client, ...] = ()
