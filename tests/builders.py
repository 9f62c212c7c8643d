"""Builders of valid domain objects: a test names only what it is about.

Every builder takes the fields of its class by name. The messages put the pads of release 2.3 on all that they hold
(those of 2.1 when a 301 or 302 has more than one client). The values are one small world: gemeente 0384, aanbieders
42420001 and 42420002, client X with toewijzing 1001.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, time
from typing import Any

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC
from app.domain.bericht import Achternaam, BerichtIdentificatie, Geboortedatum, Product
from app.domain.cak_periode import derived_cak_perioden
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
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
    VerkorteNaam,
)
from app.domain.inrichting import CatalogusProduct, Contract, Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import (
    Adres,
    Beperking,
    BeperkingScore,
    Beschikking,
    BeschiktProduct,
    Client,
    Contact,
    Huis,
    Omvang,
    Relatie,
    RetourHeader,
    ToegewezenProduct,
    ToewijzingHeader,
    ToewijzingRetour,
    Toewijzingsbericht,
    VolledigeNaam,
)
from app.domain.versies import Toewijzing, ToewijzingVersie
from tests.pads import numbered, numbered_retouren, placed_clienten

GEMEENTE = "0384"
AANBIEDER, OTHER_AANBIEDER = "42420001", "42420002"
BSN_X, BSN_Y, WRONG_BSN = "999900006", "999900018", "999900007"
GEBOREN_X, GEBOREN_Y = date(1979, 6, 10), date(1985, 1, 8)
P1 = GeslotenPeriode(date(2019, 5, 20), date(2019, 6, 16))
P2 = GeslotenPeriode(date(2019, 6, 17), date(2019, 7, 14))
P3 = GeslotenPeriode(date(2019, 7, 15), date(2019, 8, 11))
P4 = GeslotenPeriode(date(2019, 8, 12), date(2019, 9, 8))


# Values that several messages hold


def a_geboortedatum(**changes: Any) -> Geboortedatum:
    """The birth date of client X."""
    return Geboortedatum(**({"datum": GEBOREN_X} | changes))


def an_identificatie(**changes: Any) -> BerichtIdentificatie:
    """BerichtIdentificatie A0001 of 14 May 2019."""
    return BerichtIdentificatie(**({"identificatie": "A0001", "dagtekening": date(2019, 5, 14)} | changes))


def a_volledige_naam(**changes: Any) -> VolledigeNaam:
    """A name without partner."""
    return VolledigeNaam(**({"geslachtsnaam": Achternaam(naam="Testmans"), "naam_gebruik": "1"} | changes))


def a_verkorte_naam(**changes: Any) -> VerkorteNaam:
    """The same name, shortened."""
    return VerkorteNaam(**({"geslachtsnaam": Achternaam(naam="Testmans")} | changes))


def a_product(categorie: str = "02", code: str | None = "02A01") -> Product:
    """Product 02/02A01."""
    return Product(categorie=categorie, code=code)


def an_omvang(**changes: Any) -> Omvang:
    """850 pieces each four weeks."""
    frequentie = Frequentie.PER_VIER_WEKEN
    return Omvang(**({"volume": 850, "eenheid": Eenheid.STUKS, "frequentie": frequentie} | changes))


# WMO301 and WMO302


def an_adres(**changes: Any) -> Adres:
    """An address in the Netherlands."""
    defaults = {"huis": Huis(huisnummer=1), "postcode": "1234AB", "straatnaam": "Teststraat", "plaatsnaam": "Testdorp"}
    return Adres(**(defaults | {"land_code": "NL"} | changes))


def a_contact(**changes: Any) -> Contact:
    """The home address."""
    return Contact(**({"soort": "01", "adres": an_adres()} | changes))


def a_relatie(**changes: Any) -> Relatie:
    """A relative with an address."""
    defaults = {"nummer": "1", "soort": "07", "naam": a_volledige_naam(), "contact": a_contact()}
    return Relatie(**(defaults | changes))


def a_beperking_score(**changes: Any) -> BeperkingScore:
    """A score on question 0101."""
    return BeperkingScore(**({"vraag": "0101", "score": "1"} | changes))


def a_beperking(**changes: Any) -> Beperking:
    """A limitation with one score."""
    return Beperking(**({"categorie": "1", "beperking_scores": (a_beperking_score(),)} | changes))


def a_beschikt_product(**changes: Any) -> BeschiktProduct:
    """What the beschikking of 2.1 grants."""
    defaults = {"product": a_product(), "ingangsdatum": P1.begindatum, "einddatum": P4.einddatum, "omvang": an_omvang()}
    return BeschiktProduct(**(defaults | changes))


def a_toegewezen_product(**changes: Any) -> ToegewezenProduct:
    """Toewijzing 1001: 02/02A01, 850 pieces each four weeks from 20 May to 8 September 2019."""
    defaults: dict[str, Any] = {
        "toewijzing_nummer": 1001,
        "product": a_product(),
        "toewijzingsdatum": date(2019, 5, 13),
        "toewijzingstijd": time(9),
        "ingangsdatum": P1.begindatum,
        "einddatum": P4.einddatum,
        "omvang": an_omvang(),
    }
    return ToegewezenProduct(**(defaults | changes))


def a_beschikking(*toegewezen_producten: ToegewezenProduct, **changes: Any) -> Beschikking:
    """A beschikking with these products, by default toewijzing 1001."""
    defaults: dict[str, Any] = {
        "beschikking_nummer": 1,
        "afgiftedatum": date(2019, 5, 13),
        "ingangsdatum": P1.begindatum,
        "toegewezen_producten": toegewezen_producten or (a_toegewezen_product(),),
    }
    return Beschikking(**(defaults | changes))


def a_client(*toegewezen_producten: ToegewezenProduct, **changes: Any) -> Client:
    """Client X with these products, by default toewijzing 1001."""
    defaults: dict[str, Any] = {
        "bsn": BSN_X,
        "geboortedatum": a_geboortedatum(),
        "geslacht": "2",
        "naam": a_volledige_naam(),
        "contactgegevens": (a_contact(),),
        "beschikking": a_beschikking(*toegewezen_producten),
    }
    return Client(**(defaults | changes))


def a_toewijzing_header(**changes: Any) -> ToewijzingHeader:
    """From gemeente 0384 to aanbieder 42420001."""
    defaults = {"afzender": GEMEENTE, "ontvanger": AANBIEDER, "bericht_identificatie": an_identificatie()}
    return ToewijzingHeader(**(defaults | {"pad": "/Bericht/Header"} | changes))


def a_toewijzingsbericht(*clienten: Client, header: ToewijzingHeader | None = None) -> Toewijzingsbericht:
    """A 301 for these clients, by default client X."""
    return Toewijzingsbericht(
        header=header or a_toewijzing_header(), clienten=placed_clienten(clienten or (a_client(),))
    )


def a_retour_header(**changes: Any) -> RetourHeader:
    """The header of the 302 on the 301 of `a_toewijzingsbericht`: accepted."""
    defaults: dict[str, Any] = {
        "afzender": GEMEENTE,
        "ontvanger": AANBIEDER,
        "bericht_identificatie": an_identificatie(),
        "identificatie_retour": "B0001",
        "dagtekening_retour": date(2019, 5, 15),
        "pad": "/Bericht/Header",
    }
    return RetourHeader(**(defaults | changes))


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


# WMO303 and WMO304


def an_ingediend_bedrag(**changes: Any) -> IngediendeBedragPrestatie:
    """850 pieces of one euro; DeclaratieFactuurBedrag follows from volume and tariff when it is not named."""
    defaults: dict[str, Any] = {"geleverd_volume": 850, "eenheid": Eenheid.STUKS, "product_tarief": Bedrag(100)}
    values = defaults | changes
    tarief = values["product_tarief"] or NUL
    computed = BedragMetDC(tarief.times(values["geleverd_volume"]), DebetCredit.DEBET)
    return IngediendeBedragPrestatie(**({"declaratie_factuur_bedrag": computed} | values))


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
    defaults: dict[str, Any] = {
        "toewijzing_nummer": 1001,
        "product_categorie": "02",
        "product_code": "02A01",
        "product_periode": P1,
        "ingediende_bedrag_prestatie": ingediend,
        "product_referentie": referentie,
    }
    return Prestatie(**(defaults | changes))


def a_declaratie_client(*prestaties: Prestatie, **changes: Any) -> DeclaratieClient:
    """Client X with these lines, by default R0001."""
    defaults: dict[str, Any] = {
        "bsn": BSN_X,
        "geboortedatum": a_geboortedatum(),
        "geslacht": "2",
        "naam": a_verkorte_naam(),
        "prestaties": prestaties or (a_prestatie(),),
    }
    return DeclaratieClient(**(defaults | changes))


def a_factuur_identificatie(**changes: Any) -> DeclaratieFactuurIdentificatie:
    """F001 over P1, dated 20 June 2019."""
    defaults: dict[str, Any] = {
        "declaratie_periode": P1,
        "declarant_factuur_nummer": "F001",
        "factuur_dagtekening": date(2019, 6, 20),
    }
    return DeclaratieFactuurIdentificatie(**(defaults | changes))


def a_declaratie_header(**changes: Any) -> DeclaratieHeader:
    """Declaratie F001 of 850 euro; beside its own fields those of DeclaratieFactuurIdentificatie."""
    identificatie_names = {f.name for f in fields(DeclaratieFactuurIdentificatie)}
    identificatie = {name: changes.pop(name) for name in identificatie_names & changes.keys()}
    defaults: dict[str, Any] = {
        "bericht_code": "416",
        "gemeente": GEMEENTE,
        "aanbieder": AANBIEDER,
        "betaling_aan_id": "02",
        "declaratie_factuur_identificatie": a_factuur_identificatie(**identificatie),
        "declaratie_factuur_totaal_bedrag": BedragMetDC.of(Bedrag(85000)),
        "pad": "/Bericht/Header",
    }
    return DeclaratieHeader(**(defaults | changes))


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
    defaults: dict[str, Any] = {
        "prestatie": prestatie or a_prestatie(),
        "gemeente_berekend_bedrag": NUL_DEBET,
        "toegekend_bedrag": NUL_DEBET,
        "retour_codes": retour_codes or ("0611",),
    }
    return PrestatieRetour(**(defaults | changes))


def a_client_retour(*prestaties: PrestatieRetour, **changes: Any) -> ClientRetour:
    """Client X with these lines that were not granted in full."""
    defaults: dict[str, Any] = {
        "bsn": BSN_X,
        "geboortedatum": a_geboortedatum(),
        "geslacht": "2",
        "naam": a_verkorte_naam(),
        "prestaties": prestaties or (a_prestatie_retour(),),
        "retour_codes": ("0200",),
    }
    return ClientRetour(**(defaults | changes))


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


# What the service knows


def a_versie(**changes: Any) -> ToewijzingVersie:
    """The only version of toewijzing 1001."""
    return replace(ToewijzingVersie.of(a_toegewezen_product(), bsn=BSN_X, geboortedatum=GEBOREN_X), **changes)


def a_toewijzing(*versies: ToewijzingVersie, **changes: Any) -> Toewijzing:
    """Toewijzing 1001 with these versions."""
    defaults: dict[str, Any] = {"nummer": 1001, "gemeente": GEMEENTE, "aanbieder": AANBIEDER}
    values = defaults | changes
    return Toewijzing(**({"sleutel": str(values["nummer"]), "versies": versies or (a_versie(),)} | values))


def a_catalogus_product(**changes: Any) -> CatalogusProduct:
    """02A01 at one euro apiece."""
    defaults: dict[str, Any] = {
        "geldig_van": date(2018, 1, 1),
        "categorie": "02",
        "code": "02A01",
        "naam": "Begeleiding",
        "eenheid": Eenheid.STUKS,
        "frequentie": Frequentie.PER_VIER_WEKEN,
        "tarief": Bedrag(100),
    }
    return CatalogusProduct(**(defaults | changes))


def a_contract(**changes: Any) -> Contract:
    """Every product, declaraties by CAK period, no BerekendBedrag."""
    producten = frozenset({"02A01", "02A03", "01A01", "04A01", "04A06"})
    return Contract(**({"geldig_van": date(2018, 1, 1), "aanbieder": AANBIEDER, "producten": producten} | changes))


def an_inrichting(**changes: Any) -> Inrichting:
    """Gemeente 0384 with five products, a contract for both aanbieders and the derived CAK periods."""
    etmaal = {"categorie": "04", "eenheid": Eenheid.ETMAAL}
    defaults: dict[str, Any] = {
        "gemeente": GEMEENTE,
        "naam": "Voorbeeldgemeente",
        "producten": (
            a_catalogus_product(),
            a_catalogus_product(code="02A03", naam="Begeleiding extra"),
            a_catalogus_product(categorie="01", code="01A01", naam="Hulp bij het huishouden"),
            a_catalogus_product(**etmaal, code="04A01", naam="Kortdurend verblijf", tarief=Bedrag(12500)),
            a_catalogus_product(**etmaal, code="04A06", naam="Kortdurend verblijf extra", tarief=Bedrag(20000)),
        ),
        "contracten": (a_contract(), a_contract(aanbieder=OTHER_AANBIEDER)),
        "cak_perioden": tuple(periode for jaar in range(2018, 2022) for periode in derived_cak_perioden(jaar)),
    }
    return Inrichting(**(defaults | changes))
