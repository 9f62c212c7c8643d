"""WMO303, the declaratie (416) or factuur (448) of an aanbieder, and WMO304, its retour (417 or 449)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.bericht import Achternaam, Geboortedatum, Onderdeel
from app.domain.codelijsten import BERICHT_CODE_FACTUUR, DebetCredit, Declaratievorm, Eenheid
from app.domain.periode import GeslotenPeriode


@dataclass(frozen=True, slots=True, kw_only=True)
class VerkorteNaam:
    """CDT_VerkorteNaam."""

    geslachtsnaam: Achternaam
    voornamen: str | None = field(default=None, repr=False)
    voorletters: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngediendeBedragPrestatie:
    """CDT_IngediendeBedragPrestatie: what was delivered and what is asked for it.

    Percentages are in hundredths of a percent (10000 is 100 %).
    """

    geleverd_volume: int
    eenheid: Eenheid
    verrekenpercentage: int | None = None
    product_tarief: Bedrag | None = None
    berekend_bedrag: BedragMetDC | None = None
    btw_vrijstelling_indicatie: str | None = None
    btw_percentage: int | None = None
    btw_bedrag: BedragMetDC | None = None
    declaratie_factuur_bedrag: BedragMetDC


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductReferentie:
    """CDT_Referentie: the aanbieder's own number of a prestatie, and the one that a credit takes back."""

    referentie_nummer: str
    vorig_referentie_nummer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prestatie(Onderdeel):
    """One line of a 303: support delivered in `product_periode`."""

    beschikking_nummer: int | None = None
    toewijzing_nummer: int | None = None
    product_categorie: str
    product_code: str
    product_periode: GeslotenPeriode
    ingediende_bedrag_prestatie: IngediendeBedragPrestatie
    product_referentie: ProductReferentie
    commentaar: str | None = field(default=None, repr=False)

    @property
    def is_credit(self) -> bool:
        """Whether the line takes an earlier one back."""
        return self.ingediende_bedrag_prestatie.declaratie_factuur_bedrag.debet_credit is DebetCredit.CREDIT

    @property
    def ingediend(self) -> Bedrag:
        """The signed amount that is asked."""
        return self.ingediende_bedrag_prestatie.declaratie_factuur_bedrag.saldo


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieClient(Onderdeel):
    """A client in a 303, with the prestaties for that client."""

    bsn: str = field(repr=False)
    geboortedatum: Geboortedatum
    geslacht: str
    naam: VerkorteNaam
    commentaar: str | None = field(default=None, repr=False)
    prestaties: tuple[Prestatie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieFactuurIdentificatie:
    """CDT_DeclaratieFactuurIdentificatie."""

    declaratie_periode: GeslotenPeriode
    declarant_factuur_nummer: str
    factuur_dagtekening: date
    btw_id_nummer: str | None = None
    valuta_code: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieHeader(Onderdeel):
    """Header of a 303: aanbieder (AGB code), or a servicebureau for it, to gemeente (CBS code)."""

    bericht_code: str
    gemeente: str
    servicebureau: str | None = None
    aanbieder: str
    betaling_aan_id: str
    declaratie_factuur_identificatie: DeclaratieFactuurIdentificatie
    declaratie_factuur_totaal_bedrag: BedragMetDC
    btw_totaal_bedrag: BedragMetDC | None = None

    @property
    def vorm(self) -> Declaratievorm:
        """Declaratie or factuur, as the BerichtCode says."""
        factuur = self.bericht_code == BERICHT_CODE_FACTUUR
        return Declaratievorm.FACTUUR if factuur else Declaratievorm.DECLARATIE


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaratie:
    """WMO303."""

    header: DeclaratieHeader
    clienten: tuple[DeclaratieClient, ...]

    @property
    def bsns(self) -> frozenset[str]:
        """Whom it is about."""
        return frozenset([client.bsn for client in self.clienten])


@dataclass(frozen=True, slots=True, kw_only=True)
class AangebodenDeclaratie:
    """A WMO303 that was read and is settled later, when its lines are read again: its header, and whom it is about."""

    header: DeclaratieHeader
    bsns: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrestatieRetour:
    """A line that was not granted in full: as submitted, what the gemeente found right and what it grants."""

    prestatie: Prestatie
    gemeente_berekend_bedrag: BedragMetDC
    toegekend_bedrag: BedragMetDC
    retour_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRetour(Onderdeel):
    """A client with at least one line that was not granted in full."""

    bsn: str = field(repr=False)
    geboortedatum: Geboortedatum
    geslacht: str
    naam: VerkorteNaam
    commentaar: str | None = field(default=None, repr=False)
    prestaties: tuple[PrestatieRetour, ...]
    retour_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieRetourHeader(Onderdeel):
    """Header of a 304: copied from the 303, plus the outcome."""

    bericht_code: str
    gemeente: str
    servicebureau: str | None = None
    aanbieder: str
    betaling_aan_id: str
    declaratie_factuur_identificatie: DeclaratieFactuurIdentificatie
    gemeente_referentie_nummer: str
    retour_dagtekening: date
    ingediend_totaal_bedrag: BedragMetDC
    toegekend_totaal_bedrag: BedragMetDC
    xslt_versie: str | None = None
    retour_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieRetour:
    """WMO304."""

    header: DeclaratieRetourHeader
    clienten: tuple[ClientRetour, ...] = ()
