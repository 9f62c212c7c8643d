"""Rules on a client or line of a 303 that need what the gemeente knows (retour 304)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from app.domain.bedrag import Bedrag
from app.domain.budget import Room, counts_as, is_convertible, ledger_units
from app.domain.codelijsten import Declaratievorm, Eenheid
from app.domain.declaratie import DeclaratieClient, DeclaratieHeader, Prestatie
from app.domain.dossier import DeclaratieDossier, EerderePrestatie
from app.domain.inrichting import Btw, Inrichting
from app.domain.versies import Toewijzing
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel

TARIEF = "IngediendeBedragPrestatie/ProductTarief"
VOLUME = "IngediendeBedragPrestatie/GeleverdVolume"
EENHEID = "IngediendeBedragPrestatie/Eenheid"
BEDRAG = "IngediendeBedragPrestatie/DeclaratieFactuurBedrag/Bedrag"
VORIG_REFERENTIE = "ProductReferentie/VorigReferentieNummer"


class PrestatieDossier(NamedTuple):
    """The facts about one line: its client and header, the toewijzing that it is set against, the rooms left.

    - `rooms`: those that the ProductPeriode touches, as they stand when the line's turn comes.
    - `assigned`: what the line may have when nothing was granted before; `left`: what it may have of what is left.
      Both in ledger units, and never more than the days of the ProductPeriode may take of the rooms.

    A tuple, for each line of a large 303 has two of these.
    """

    header: DeclaratieHeader
    client: DeclaratieClient
    dossier: DeclaratieDossier
    inrichting: Inrichting
    toewijzing: Toewijzing | None
    debet: EerderePrestatie | None = None
    rooms: tuple[Room, ...] = ()
    assigned: int = 0
    left: int = 0

    def with_rooms(self, rooms: tuple[Room, ...], room_of_days: int | None) -> PrestatieDossier:
        """The same facts, with what is left for the line."""
        volume = sum([room.volume for room in rooms])
        assigned = volume if room_of_days is None else min(volume, room_of_days)
        left = min(assigned, sum([room.left for room in rooms if room.left > 0]))
        return PrestatieDossier(*self[:6], rooms, assigned, left)

    @property
    def has_omvang(self) -> bool:
        """Whether the toewijzing limits the volume at all."""
        return self.toewijzing is not None and self.toewijzing.actueel.omvang is not None


def tarief_of(prestatie: Prestatie, facts: PrestatieDossier) -> Bedrag | None:
    """The agreed tariff on the first day of the ProductPeriode, None when nothing was agreed."""
    return facts.inrichting.tarief_on(
        facts.header.aanbieder, prestatie.product_code, prestatie.product_periode.begindatum
    )


def assigned_eenheid(prestatie: Prestatie, facts: PrestatieDossier) -> Eenheid | None:
    """The unit of the toewijzing, or without Omvang that of the catalogue."""
    if facts.toewijzing and facts.toewijzing.actueel.omvang:
        return facts.toewijzing.actueel.omvang.eenheid
    product = facts.inrichting.product_on(prestatie.product_code, prestatie.product_periode.begindatum)
    return product.eenheid if product else None


def tarief_eenheid(prestatie: Prestatie, facts: PrestatieDossier) -> Eenheid:
    """The unit that the tariff is for: that of the catalogue, else of the toewijzing, else the claimed one.

    Only a unit in which the claimed volume can be told counts; another is the business of TR309.
    """
    claimed = prestatie.ingediende_bedrag_prestatie.eenheid
    product = facts.inrichting.product_on(prestatie.product_code, prestatie.product_periode.begindatum)
    agreed = (product.eenheid if product else None, assigned_eenheid(prestatie, facts))
    return next((eenheid for eenheid in agreed if eenheid and is_convertible(eenheid, claimed)), claimed)


def ledger_volume(prestatie: Prestatie) -> int:
    """The delivered volume in ledger units."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    return ingediend.geleverd_volume * ledger_units(ingediend.eenheid)


def agreed_bedrag(prestatie: Prestatie, facts: PrestatieDossier, volume: int, tarief: Bedrag) -> Bedrag:
    """What a volume (in ledger units) costs at the tariff, with Verrekenpercentage and VAT as agreed."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    units = ledger_units(tarief_eenheid(prestatie, facts))
    factor = Fraction(volume, units) if volume % units else volume // units
    if ingediend.verrekenpercentage is not None:
        factor *= Fraction(ingediend.verrekenpercentage, 10_000)
    bedrag = tarief.times(factor)
    if facts.inrichting.instellingen.btw is Btw.EXCLUSIEF and ingediend.btw_percentage is not None:
        bedrag += bedrag.times(Fraction(ingediend.btw_percentage, 10_000))
    return bedrag


@technische_regel("RC-8004", retourcode="8004", niveau=Niveau.BERICHTOVERSTIJGEND, on=DeclaratieClient)
def geboortedatum_belongs_to_bsn(client: DeclaratieClient, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """De geboortedatum is die van de client in de nieuwste toewijzing van deze gemeente."""
    known = dossier.geboortedata.get(client.bsn)
    if known is not None and known != client.geboortedatum.datum:
        yield mismatch(client, "Geboortedatum/Datum")


@technische_regel("RC-0551", retourcode="0551", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def toewijzing_known(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Bij de prestatie hoort een toewijzing van deze gemeente."""
    if facts.toewijzing is None and not _takes_back_known_line(prestatie, facts):
        yield mismatch(prestatie, "ToewijzingNummer", toewijzingNummer=prestatie.toewijzing_nummer)


def _takes_back_known_line(prestatie: Prestatie, facts: PrestatieDossier) -> bool:
    """A credit goes where its debet went, also when no toewijzing would be found for it today.

    In the factuur flow the debet may have been refused for want of a toewijzing; there it must be credited too.
    """
    debet = facts.debet
    if not prestatie.is_credit or debet is None:
        return False
    was_matched = debet.toewijzing_sleutel is not None or facts.header.vorm is Declaratievorm.FACTUUR
    return was_matched and debet.prestatie.toewijzing_nummer == prestatie.toewijzing_nummer


@technische_regel("TR304", retourcode="8187", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def client_is_that_of_toewijzing(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De client van de prestatie is de client van de toewijzing."""
    if facts.toewijzing and facts.toewijzing.actueel.bsn != facts.client.bsn:
        yield mismatch(prestatie, "ToewijzingNummer", toewijzingNummer=prestatie.toewijzing_nummer)


@technische_regel("TR311", retourcode="9311", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def aanbieder_is_that_of_toewijzing(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De declarerende aanbieder is de aanbieder van de toewijzing."""
    if facts.toewijzing and facts.toewijzing.aanbieder != facts.header.aanbieder:
        yield mismatch(
            prestatie,
            "ToewijzingNummer",
            toewijzingNummer=prestatie.toewijzing_nummer,
            aanbieder=facts.header.aanbieder,
        )


@technische_regel("RC-1112", retourcode="1112", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def categorie_is_assigned(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De productcategorie is die van de toewijzing."""
    assigned = facts.toewijzing.actueel.product.categorie if facts.toewijzing else None
    if assigned is not None and assigned != prestatie.product_categorie:
        yield mismatch(prestatie, "ProductCategorie", gedeclareerd=prestatie.product_categorie, toegewezen=assigned)


@technische_regel("RC-1142", retourcode="1142", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def code_is_assigned(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De productcode is die van de toewijzing, als die een code noemt."""
    assigned = facts.toewijzing.actueel.product.code if facts.toewijzing else None
    if assigned is not None and assigned != prestatie.product_code:
        yield mismatch(prestatie, "ProductCode", gedeclareerd=prestatie.product_code, toegewezen=assigned)


@technische_regel("CS329", retourcode="S329", niveau=Niveau.EXTERN, on=Prestatie)
def code_stands_under_categorie(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De productcode staat in de productlijst van de gemeente onder de categorie."""
    if not facts.inrichting.knows_product(prestatie.product_categorie, prestatie.product_code):
        yield mismatch(
            prestatie, "ProductCode", categorie=prestatie.product_categorie, productcode=prestatie.product_code
        )


@technische_regel("TR307", retourcode="9307", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def begindatum_within_toewijzing(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De ProductPeriode begint op een dag waarop de toewijzing geldt."""
    yield from _day_within(prestatie, facts, "Begindatum", prestatie.product_periode.begindatum)


@technische_regel("TR308", retourcode="9308", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def einddatum_within_toewijzing(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De ProductPeriode eindigt op een dag waarop de toewijzing geldt."""
    yield from _day_within(prestatie, facts, "Einddatum", prestatie.product_periode.einddatum)


def _day_within(prestatie: Prestatie, facts: PrestatieDossier, element: str, day: date) -> Iterator[Mismatch]:
    if facts.toewijzing and facts.toewijzing.versie_on(day) is None:
        segments = facts.toewijzing.segments()
        first, last = (segments[0].begindatum, segments[-1].einddatum) if segments else (None, None)
        yield mismatch(
            prestatie,
            f"ProductPeriode/{element}",
            **{element.lower(): day},
            toewijzingIngangsdatum=first,
            toewijzingEinddatum=last,
        )


@technische_regel("TR309", retourcode="9309", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def eenheid_is_assigned(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De eenheid is die van de toewijzing, of minuten waar uren zijn toegewezen."""
    assigned = assigned_eenheid(prestatie, facts)
    claimed = prestatie.ingediende_bedrag_prestatie.eenheid
    if facts.toewijzing and assigned is not None and not counts_as(assigned, claimed):
        yield mismatch(prestatie, EENHEID, gedeclareerd=claimed, toegewezen=assigned)


@technische_regel("RC-0611", retourcode="0611", niveau=Niveau.EXTERN, on=Prestatie)
def tarief_is_agreed(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Het tarief is dat van het contract op de eerste dag van de ProductPeriode."""
    agreed = tarief_of(prestatie, facts)
    claimed = prestatie.ingediende_bedrag_prestatie.product_tarief
    if agreed is None or (claimed is not None and claimed != agreed):
        yield mismatch(
            prestatie,
            TARIEF,
            gedeclareerdTariefCenten=claimed.cents if claimed else None,
            contractTariefCenten=agreed.cents if agreed else None,
        )


@technische_regel("IWB-bedrag", retourcode="0611", niveau=Niveau.EXTERN, on=Prestatie)
def bedrag_is_volume_times_tarief(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Het gedeclareerde bedrag is het geleverde volume maal het afgesproken tarief."""
    tarief = tarief_of(prestatie, facts)
    if tarief is None:
        return
    agreed = agreed_bedrag(prestatie, facts, ledger_volume(prestatie), tarief)
    claimed = prestatie.ingediende_bedrag_prestatie.declaratie_factuur_bedrag.bedrag
    if claimed != agreed:
        yield mismatch(prestatie, BEDRAG, gedeclareerdCenten=claimed, berekendCenten=agreed)


@technische_regel("TR319", retourcode="9319", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def periode_within_one_declaratieperiode(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """De ProductPeriode ligt geheel in de DeclaratiePeriode of geheel in één eerdere periode."""
    periode = prestatie.product_periode
    current = facts.header.declaratie_factuur_identificatie.declaratie_periode
    own = facts.inrichting.declaratie_periode_on(facts.header.aanbieder, periode.begindatum)
    earlier = own is not None and own.einddatum < current.begindatum and own.encloses(periode)
    if not current.encloses(periode) and not earlier:
        yield mismatch(
            prestatie,
            "ProductPeriode",
            begindatum=periode.begindatum,
            einddatum=periode.einddatum,
            declaratiePeriodeBegindatum=current.begindatum,
            declaratiePeriodeEinddatum=current.einddatum,
        )


@technische_regel("TR314", retourcode="8021", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def referentie_nummer_is_new(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Het ReferentieNummer kwam niet eerder voor bij deze aanbieder."""
    nummer = prestatie.product_referentie.referentie_nummer
    if nummer in facts.dossier.used_referenties:
        yield mismatch(prestatie, "ProductReferentie/ReferentieNummer", referentieNummer=nummer)


@technische_regel("TR323", retourcode="8017", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def debet_of_credit_known(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Een credit neemt een bekende debetregel in alle gegevens gelijk terug."""
    if not prestatie.is_credit:
        return
    vorig = prestatie.product_referentie.vorig_referentie_nummer
    if facts.debet is None or facts.debet.prestatie.is_credit:
        yield mismatch(prestatie, VORIG_REFERENTIE, vorigReferentieNummer=vorig, debetBekend=False)
    elif different := ",".join(_differences(prestatie, facts.client, facts.debet)):
        yield mismatch(prestatie, VORIG_REFERENTIE, vorigReferentieNummer=vorig, verschil=different)


def _differences(credit: Prestatie, client: DeclaratieClient, debet: EerderePrestatie) -> Iterator[str]:
    if debet.bsn != client.bsn:
        yield "client"
    for name in ("beschikking_nummer", "toewijzing_nummer", "product_categorie", "product_code", "product_periode"):
        if getattr(credit, name) != getattr(debet.prestatie, name):
            yield name
    ours, theirs = credit.ingediende_bedrag_prestatie, debet.prestatie.ingediende_bedrag_prestatie
    for name in (field.name for field in fields(ours)):
        one, other = getattr(ours, name), getattr(theirs, name)
        if getattr(one, "bedrag", one) != getattr(other, "bedrag", other):
            yield name


@technische_regel("RC-8853", retourcode="8853", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def debet_was_not_refused(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """In een declaratie (416) wordt geen afgewezen regel gecrediteerd."""
    vorm = facts.header.vorm
    if prestatie.is_credit and facts.debet and not facts.debet.granted and vorm is Declaratievorm.DECLARATIE:
        vorig = prestatie.product_referentie.vorig_referentie_nummer
        yield mismatch(prestatie, VORIG_REFERENTIE, vorigReferentieNummer=vorig)


@technische_regel("RC-8854", retourcode="8854", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def debet_was_not_credited(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Een debetregel wordt één keer gecrediteerd."""
    vorig = prestatie.product_referentie.vorig_referentie_nummer
    if prestatie.is_credit and vorig in facts.dossier.gecrediteerd:
        yield mismatch(prestatie, VORIG_REFERENTIE, vorigReferentieNummer=vorig)


@technische_regel("TR321", retourcode="9321", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def volume_fits_room(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Het volume van de regel past in de toegewezen ruimte van de periode."""
    if facts.has_omvang and ledger_volume(prestatie) > facts.assigned:
        yield _too_much(prestatie, facts)


@technische_regel("TR322", retourcode="9322", niveau=Niveau.BERICHTOVERSTIJGEND, on=Prestatie)
def volume_fits_what_is_left(prestatie: Prestatie, facts: PrestatieDossier) -> Iterator[Mismatch]:
    """Het volume van de regel past in wat er van de ruimte van de periode over is."""
    if facts.has_omvang and ledger_volume(prestatie) > facts.left:
        yield _too_much(prestatie, facts)


def _too_much(prestatie: Prestatie, facts: PrestatieDossier) -> Mismatch:
    unit = ledger_units(assigned_eenheid(prestatie, facts) or Eenheid.STUKS)
    return mismatch(
        prestatie,
        VOLUME,
        geleverdVolume=prestatie.ingediende_bedrag_prestatie.geleverd_volume,
        toegewezen=facts.assigned // unit,
        resterend=facts.left // unit,
    )
