"""Builders of 303 and 304."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit, Eenheid
from app.domain.declaratie import (
    ClientRetour,
    Declaratie,
    DeclaratieClient,
    DeclaratieFactuurIdentificatie,
    DeclaratieHeader,
    DeclaratieRetour,
    DeclaratieRetourHeader,
    IngediendeBedragPrestatie,
    Prestatie,
    PrestatieRetour,
    ProductReferentie,
)
from tests.builders.pads import numbered, numbered_retouren
from tests.builders.world import AANBIEDER, BSN_X, GEMEENTE, P1, a_geboortedatum, a_verkorte_naam, made


def an_ingediend_bedrag(**changes: Any) -> IngediendeBedragPrestatie:
    """850 pieces of one euro; DeclaratieFactuurBedrag follows from volume and tariff when it is not named."""
    defaults: dict[str, Any] = {"geleverd_volume": 850, "eenheid": Eenheid.STUKS, "product_tarief": Bedrag(100)}
    values = defaults | changes
    tarief = values["product_tarief"] or NUL
    computed = BedragMetDC(tarief.times(values["geleverd_volume"]), DebetCredit.DEBET)
    return made(IngediendeBedragPrestatie, values, declaratie_factuur_bedrag=computed)


def a_prestatie(**changes: Any) -> Prestatie:
    """R0001 on toewijzing 1001 in P1: 850 pieces of one euro.

    Beside the fields of Prestatie: `referentie_nummer`, `vorig_referentie_nummer`, `credit` (the side of the computed
    amount) and the fields of IngediendeBedragPrestatie, such as `geleverd_volume` or `product_tarief`.
    """
    amount_names = {f.name for f in fields(IngediendeBedragPrestatie)}
    amounts = {name: changes.pop(name) for name in amount_names & changes.keys()}
    credit = changes.pop("credit", False)
    ingediend = an_ingediend_bedrag(**amounts)
    if credit:
        side = replace(ingediend.declaratie_factuur_bedrag, debet_credit=DebetCredit.CREDIT)
        ingediend = replace(ingediend, declaratie_factuur_bedrag=side)
    referentie = ProductReferentie(
        referentie_nummer=changes.pop("referentie_nummer", "R0001"),
        vorig_referentie_nummer=changes.pop("vorig_referentie_nummer", None),
    )
    return made(
        Prestatie,
        changes,
        toewijzing_nummer=1001,
        product_categorie="02",
        product_code="02A01",
        product_periode=P1,
        ingediende_bedrag_prestatie=ingediend,
        product_referentie=referentie,
    )


def a_declaratie_client(*prestaties: Prestatie, **changes: Any) -> DeclaratieClient:
    """Client X with these lines, by default R0001."""
    return made(
        DeclaratieClient,
        changes,
        bsn=BSN_X,
        geboortedatum=a_geboortedatum(),
        geslacht="2",
        naam=a_verkorte_naam(),
        prestaties=prestaties or (a_prestatie(),),
    )


def a_factuur_identificatie(**changes: Any) -> DeclaratieFactuurIdentificatie:
    """F001 over P1, dated 20 June 2019."""
    return made(
        DeclaratieFactuurIdentificatie,
        changes,
        declaratie_periode=P1,
        declarant_factuur_nummer="F001",
        factuur_dagtekening=date(2019, 6, 20),
    )


def a_declaratie_header(**changes: Any) -> DeclaratieHeader:
    """Declaratie F001 of 850 euro; beside its own fields those of DeclaratieFactuurIdentificatie."""
    identificatie_names = {f.name for f in fields(DeclaratieFactuurIdentificatie)}
    identificatie = {name: changes.pop(name) for name in identificatie_names & changes.keys()}
    return made(
        DeclaratieHeader,
        changes,
        bericht_code="416",
        gemeente=GEMEENTE,
        aanbieder=AANBIEDER,
        betaling_aan_id="02",
        declaratie_factuur_identificatie=a_factuur_identificatie(**identificatie),
        declaratie_factuur_totaal_bedrag=BedragMetDC.of(Bedrag(85000)),
        pad="/Bericht/Header",
    )


def a_declaratie(*lines_or_clients: Prestatie | DeclaratieClient, **header: Any) -> Declaratie:
    """A 303 with these clients, or with these lines for client X; by default one line.

    The other arguments are those of `a_declaratie_header`; the total is that of the lines unless it is named.
    """
    lines = tuple(x for x in lines_or_clients if isinstance(x, Prestatie))
    clienten = tuple(x for x in lines_or_clients if isinstance(x, DeclaratieClient))
    if lines or not clienten:
        clienten = (a_declaratie_client(*lines), *clienten)
    totaal = sum((p.ingediend for client in clienten for p in client.prestaties), NUL)
    header.setdefault("declaratie_factuur_totaal_bedrag", BedragMetDC.of(totaal))
    placed = (
        replace(client, prestaties=numbered(client.prestaties, f"{client.pad}/Prestaties/Prestatie"))
        for client in numbered(clienten, "/Bericht/Clienten/Client")
    )
    return Declaratie(header=a_declaratie_header(**header), clienten=tuple(placed))


def a_prestatie_retour(prestatie: Prestatie | None = None, *retour_codes: str, **changes: Any) -> PrestatieRetour:
    """The line with these codes (by default 0611), of which nothing was granted."""
    return made(
        PrestatieRetour,
        changes,
        prestatie=prestatie or a_prestatie(),
        gemeente_berekend_bedrag=NUL_DEBET,
        toegekend_bedrag=NUL_DEBET,
        retour_codes=retour_codes or ("0611",),
    )


def a_client_retour(*prestaties: PrestatieRetour, **changes: Any) -> ClientRetour:
    """Client X with these lines that were not granted in full."""
    return made(
        ClientRetour,
        changes,
        bsn=BSN_X,
        geboortedatum=a_geboortedatum(),
        geslacht="2",
        naam=a_verkorte_naam(),
        prestaties=prestaties or (a_prestatie_retour(),),
        retour_codes=("0200",),
    )


def a_declaratie_retour(*clienten: ClientRetour, **header: Any) -> DeclaratieRetour:
    """The 304 on `a_declaratie()`: all granted, or with these clients; the other arguments are header fields."""
    defaults: dict[str, Any] = {
        "bericht_code": "417",
        "gemeente": GEMEENTE,
        "aanbieder": AANBIEDER,
        "betaling_aan_id": "02",
        "declaratie_factuur_identificatie": a_factuur_identificatie(),
        "gemeente_referentie_nummer": "G0001",
        "retour_dagtekening": date(2019, 6, 20),
        "ingediend_totaal_bedrag": BedragMetDC.of(Bedrag(85000)),
        "toegekend_totaal_bedrag": NUL_DEBET if clienten else BedragMetDC.of(Bedrag(85000)),
        "retour_codes": ("0200",) if clienten else ("8001",),
        "pad": "/Bericht/Header",
    }
    placed = (
        replace(client, prestaties=numbered_retouren(client.prestaties, f"{client.pad}/Prestaties/Prestatie"))
        for client in numbered(clienten, "/Bericht/Clienten/Client")
    )
    return DeclaratieRetour(header=DeclaratieRetourHeader(**(defaults | header)), clienten=tuple(placed))
