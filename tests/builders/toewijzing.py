"""Builders of 301 and 302."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time
from typing import Any

from app.domain.toewijzing import (
    Adres,
    Beperking,
    BeperkingScore,
    Beschikking,
    BeschiktProduct,
    Client,
    Contact,
    Huis,
    Relatie,
    RetourHeader,
    ToegewezenProduct,
    ToewijzingHeader,
    ToewijzingRetour,
    Toewijzingsbericht,
)
from tests.builders.pads import placed_clienten
from tests.builders.world import (
    AANBIEDER,
    BSN_X,
    GEMEENTE,
    P1,
    P4,
    a_geboortedatum,
    a_product,
    a_volledige_naam,
    an_identificatie,
    an_omvang,
    made,
)


def an_adres(**changes: Any) -> Adres:
    """An address in the Netherlands."""
    return made(
        Adres,
        changes,
        huis=Huis(huisnummer=1),
        postcode="1234AB",
        straatnaam="Teststraat",
        plaatsnaam="Testdorp",
        land_code="NL",
    )


def a_contact(**changes: Any) -> Contact:
    """The home address."""
    return made(Contact, changes, soort="01", adres=an_adres())


def a_relatie(**changes: Any) -> Relatie:
    """A relative with an address."""
    return made(Relatie, changes, nummer="1", soort="07", naam=a_volledige_naam(), contact=a_contact())


def a_beperking_score(**changes: Any) -> BeperkingScore:
    """A score on question 0101."""
    return made(BeperkingScore, changes, vraag="0101", score="1")


def a_beperking(**changes: Any) -> Beperking:
    """A limitation with one score."""
    return made(Beperking, changes, categorie="1", beperking_scores=(a_beperking_score(),))


def a_beschikt_product(**changes: Any) -> BeschiktProduct:
    """What the beschikking of 2.1 grants."""
    return made(
        BeschiktProduct,
        changes,
        product=a_product(),
        ingangsdatum=P1.begindatum,
        einddatum=P4.einddatum,
        omvang=an_omvang(),
    )


def a_toegewezen_product(**changes: Any) -> ToegewezenProduct:
    """Toewijzing 1001: 02/02A01, 850 pieces each four weeks from 20 May to 8 September 2019."""
    return made(
        ToegewezenProduct,
        changes,
        toewijzing_nummer=1001,
        product=a_product(),
        toewijzingsdatum=date(2019, 5, 13),
        toewijzingstijd=time(9),
        ingangsdatum=P1.begindatum,
        einddatum=P4.einddatum,
        omvang=an_omvang(),
    )


def a_beschikking(*toegewezen_producten: ToegewezenProduct, **changes: Any) -> Beschikking:
    """A beschikking with these products, by default toewijzing 1001."""
    return made(
        Beschikking,
        changes,
        beschikking_nummer=1,
        afgiftedatum=date(2019, 5, 13),
        ingangsdatum=P1.begindatum,
        toegewezen_producten=toegewezen_producten or (a_toegewezen_product(),),
    )


def a_client(*toegewezen_producten: ToegewezenProduct, **changes: Any) -> Client:
    """Client X with these products, by default toewijzing 1001."""
    return made(
        Client,
        changes,
        bsn=BSN_X,
        geboortedatum=a_geboortedatum(),
        geslacht="2",
        naam=a_volledige_naam(),
        contactgegevens=(a_contact(),),
        beschikking=a_beschikking(*toegewezen_producten),
    )


def a_toewijzing_header(**changes: Any) -> ToewijzingHeader:
    """From gemeente 0384 to aanbieder 42420001."""
    return made(
        ToewijzingHeader,
        changes,
        afzender=GEMEENTE,
        ontvanger=AANBIEDER,
        bericht_identificatie=an_identificatie(),
        pad="/Bericht/Header",
    )


def a_toewijzingsbericht(*clienten: Client, header: ToewijzingHeader | None = None) -> Toewijzingsbericht:
    """A 301 for these clients, by default client X."""
    return Toewijzingsbericht(
        header=header or a_toewijzing_header(), clienten=placed_clienten(clienten or (a_client(),))
    )


def a_retour_header(**changes: Any) -> RetourHeader:
    """The header of the 302 on the 301 of `a_toewijzingsbericht`: accepted."""
    return made(
        RetourHeader,
        changes,
        afzender=GEMEENTE,
        ontvanger=AANBIEDER,
        bericht_identificatie=an_identificatie(),
        identificatie_retour="B0001",
        dagtekening_retour=date(2019, 5, 15),
        pad="/Bericht/Header",
    )


def a_toewijzing_retour(*clienten: Client, header: RetourHeader | None = None) -> ToewijzingRetour:
    """A 302: accepted, or with these clients (see `with_retour_codes`)."""
    return ToewijzingRetour(header=header or a_retour_header(), clienten=placed_clienten(clienten))


def with_retour_codes(client: Client, *retour_codes: str) -> Client:
    """The client with these codes on every class, as a 302 copies it back; 0200 when none are named."""
    codes = retour_codes or ("0200",)
    beschikking = client.beschikking
    return replace(
        client,
        relaties=tuple(
            replace(r, contact=replace(r.contact, retour_codes=codes), retour_codes=codes) for r in client.relaties
        ),
        contactgegevens=_coded(client.contactgegevens, codes),
        beschikking=replace(
            beschikking,
            beperkingen=tuple(
                replace(b, beperking_scores=_coded(b.beperking_scores, codes), retour_codes=codes)
                for b in beschikking.beperkingen
            ),
            beschikt_producten=_coded(beschikking.beschikt_producten, codes),
            toegewezen_producten=_coded(beschikking.toegewezen_producten, codes),
            retour_codes=codes,
        ),
        retour_codes=codes,
    )


def _coded(parts: Iterable[Any], codes: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(replace(part, retour_codes=codes) for part in parts)
