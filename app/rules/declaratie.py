"""Rules for a 303 as a whole: its Header, its periods and its references."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from app.domain.codelijsten import BETALING_AAN_SERVICEBUREAU, TECHNISCH_AFGEKEURD, Declaratievorm
from app.domain.declaratie import Declaratie, DeclaratieHeader, Prestatie
from app.domain.dossier import DeclaratieDossier
from app.domain.inrichting import Contract
from app.domain.periode import GeslotenPeriode
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel
from app.rules.uniqueness import repeated

DECLARATIE_PERIODE: Final = "DeclaratieFactuurIdentificatie/DeclaratiePeriode"
REFERENTIE_NUMMER: Final = "ProductReferentie/ReferentieNummer"
VORIG_REFERENTIE_NUMMER: Final = "ProductReferentie/VorigReferentieNummer"


def _prestaties(declaratie: Declaratie) -> Iterator[Prestatie]:
    for client in declaratie.clienten:
        yield from client.prestaties


def _declaratie_periode(header: DeclaratieHeader) -> GeslotenPeriode:
    return header.declaratie_factuur_identificatie.declaratie_periode


def _factuur_dagtekening(declaratie: Declaratie) -> date:
    return declaratie.header.declaratie_factuur_identificatie.factuur_dagtekening


# Within the message


@technische_regel("TR101-303", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def clienten_differ_in_bsn(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """Elke Client staat maar één keer in het bericht."""
    for client in repeated(declaratie.clienten, key=lambda client: client.bsn):
        yield mismatch(client, "Bsn")


@technische_regel("TR101-303", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def prestaties_differ_in_referentie_nummer(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """Elke Prestatie in het bericht heeft een eigen ReferentieNummer."""
    for prestatie in repeated(_prestaties(declaratie), key=lambda p: p.product_referentie.referentie_nummer):
        nummer = prestatie.product_referentie.referentie_nummer
        yield mismatch(prestatie, REFERENTIE_NUMMER, referentieNummer=nummer)


@technische_regel("R21-8171", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieHeader)
def paid_servicebureau_is_named(header: DeclaratieHeader, _bericht: object) -> Iterator[Mismatch]:
    """Wie aan een servicebureau laat betalen (BetalingAanID 01) vult Servicebureau."""
    if header.betaling_aan_id == BETALING_AAN_SERVICEBUREAU and header.servicebureau is None:
        yield mismatch(header, "Servicebureau", betalingAanID=header.betaling_aan_id, servicebureauAanwezig=False)


@technische_regel("R21-8175", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieHeader)
def declaratie_periode_ends_after_begin(header: DeclaratieHeader, _bericht: object) -> Iterator[Mismatch]:
    """De Einddatum van de DeclaratiePeriode ligt niet voor de Begindatum."""
    periode = _declaratie_periode(header)
    if periode.einddatum < periode.begindatum:
        yield mismatch(
            header, f"{DECLARATIE_PERIODE}/Einddatum", begindatum=periode.begindatum, einddatum=periode.einddatum
        )


@technische_regel("R21-8188", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def product_periode_ends_after_begin(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """De Einddatum van de ProductPeriode ligt niet voor de Begindatum."""
    periode = prestatie.product_periode
    if periode.einddatum < periode.begindatum:
        yield mismatch(
            prestatie, "ProductPeriode/Einddatum", begindatum=periode.begindatum, einddatum=periode.einddatum
        )


@technische_regel("R21-8177", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def begindatum_not_after_factuur_dagtekening(prestatie: Prestatie, declaratie: Declaratie) -> Iterator[Mismatch]:
    """De ProductPeriode begint niet na de FactuurDagtekening."""
    begindatum, dagtekening = prestatie.product_periode.begindatum, _factuur_dagtekening(declaratie)
    if begindatum > dagtekening:
        yield mismatch(prestatie, "ProductPeriode/Begindatum", begindatum=begindatum, factuurDagtekening=dagtekening)


@technische_regel("R21-8178", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def einddatum_not_after_factuur_dagtekening(prestatie: Prestatie, declaratie: Declaratie) -> Iterator[Mismatch]:
    """De ProductPeriode eindigt niet na de FactuurDagtekening."""
    einddatum, dagtekening = prestatie.product_periode.einddatum, _factuur_dagtekening(declaratie)
    if einddatum > dagtekening:
        yield mismatch(prestatie, "ProductPeriode/Einddatum", einddatum=einddatum, factuurDagtekening=dagtekening)


@technische_regel("R21-8193", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def credit_names_its_debet(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """Een creditregel noemt het VorigReferentieNummer van de debetregel."""
    if prestatie.is_credit and prestatie.product_referentie.vorig_referentie_nummer is None:
        yield mismatch(prestatie, VORIG_REFERENTIE_NUMMER, debetCredit="C", vorigReferentieNummer=None)


@technische_regel("R21-8269", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def prestaties_differ_in_vorig_referentie_nummer(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """Een VorigReferentieNummer komt in het bericht maar één keer voor."""
    for prestatie in repeated(_prestaties(declaratie), key=lambda p: p.product_referentie.vorig_referentie_nummer):
        vorig = prestatie.product_referentie.vorig_referentie_nummer
        yield mismatch(prestatie, VORIG_REFERENTIE_NUMMER, vorigReferentieNummer=vorig)


@technische_regel("R21-8062", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def vorig_referentie_nummer_is_of_another_bericht(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """Een VorigReferentieNummer verwijst niet naar een Prestatie in hetzelfde bericht."""
    here = {prestatie.product_referentie.referentie_nummer for prestatie in _prestaties(declaratie)}
    for prestatie in _prestaties(declaratie):
        vorig = prestatie.product_referentie.vorig_referentie_nummer
        if vorig in here:
            yield mismatch(prestatie, VORIG_REFERENTIE_NUMMER, vorigReferentieNummer=vorig)


# Against earlier messages and what the gemeente arranged; without inrichting only CS300 speaks of that


def _contract(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Contract | None:
    begindatum = _declaratie_periode(header).begindatum
    return dossier.inrichting.contract_on(header.aanbieder, begindatum) if dossier.inrichting else None


@technische_regel("RC-0030", retourcode="0030", niveau=Niveau.BERICHTOVERSTIJGEND, on=DeclaratieHeader)
def factuur_nummer_is_new(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """Het DeclarantFactuurNummer is de laatste vijf jaar niet eerder door deze Aanbieder gebruikt."""
    if dossier.factuurnummer_used:
        nummer = header.declaratie_factuur_identificatie.declarant_factuur_nummer
        yield mismatch(header, "DeclaratieFactuurIdentificatie/DeclarantFactuurNummer", declarantFactuurNummer=nummer)


@technische_regel("RC-0013", retourcode="0013", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def servicebureau_acts_for_aanbieder(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """Het Servicebureau staat in het contract met de Aanbieder."""
    if dossier.inrichting is None or header.servicebureau is None:
        return
    contract = _contract(header, dossier)
    if contract is None or header.servicebureau not in contract.servicebureaus:
        yield mismatch(header, "Servicebureau", servicebureau=header.servicebureau, aanbieder=header.aanbieder)


@technische_regel("RC-8847", retourcode="8847", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def declaratie_periode_has_begun(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """De DeclaratiePeriode begint niet in de toekomst."""
    begindatum = _declaratie_periode(header).begindatum
    if begindatum > dossier.today:
        yield mismatch(header, f"{DECLARATIE_PERIODE}/Begindatum", begindatum=begindatum, vandaag=dossier.today)


@technische_regel("TR135-303", retourcode="8848", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def factuur_dagtekening_not_in_future(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """De FactuurDagtekening ligt niet in de toekomst."""
    dagtekening = header.declaratie_factuur_identificatie.factuur_dagtekening
    if dagtekening > dossier.today:
        yield mismatch(
            header,
            "DeclaratieFactuurIdentificatie/FactuurDagtekening",
            factuurDagtekening=dagtekening,
            vandaag=dossier.today,
        )


@technische_regel("TR318", retourcode="8214", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def declaratie_periode_is_agreed(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """De DeclaratiePeriode is precies één periode zoals afgesproken: een CAK-periode of een kalendermaand."""
    if dossier.inrichting is None:
        return
    periode = _declaratie_periode(header)
    agreed = dossier.inrichting.declaratie_periode_on(header.aanbieder, periode.begindatum)
    if periode != agreed:
        yield mismatch(
            header,
            DECLARATIE_PERIODE,
            begindatum=periode.begindatum,
            einddatum=periode.einddatum,
            verwachteBegindatum=agreed.begindatum if agreed else None,
            verwachteEinddatum=agreed.einddatum if agreed else None,
        )


@technische_regel("RC-8855", retourcode="8855", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def factuur_where_agreed(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """Wie volgens het contract factureert stuurt een factuur (448) en geen declaratie (416)."""
    return _other_vorm(header, dossier, agreed=Declaratievorm.FACTUUR)


@technische_regel("RC-8856", retourcode="8856", niveau=Niveau.EXTERN, on=DeclaratieHeader)
def declaratie_where_agreed(header: DeclaratieHeader, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """Wie volgens het contract declareert stuurt een declaratie (416) en geen factuur (448)."""
    return _other_vorm(header, dossier, agreed=Declaratievorm.DECLARATIE)


def _other_vorm(header: DeclaratieHeader, dossier: DeclaratieDossier, agreed: Declaratievorm) -> Iterator[Mismatch]:
    contract = _contract(header, dossier)
    if contract is not None and contract.declaratievorm is agreed and header.vorm is not agreed:
        yield mismatch(header, "BerichtCode", berichtCode=header.bericht_code, declaratievorm=agreed)
