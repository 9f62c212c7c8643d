"""The classes of the basisschema (CDT_ types), in the namespace of one release."""

from __future__ import annotations

from app.domain.bedrag import BedragMetDC
from app.domain.bericht import Achternaam, BerichtIdentificatie, Geboortedatum, Product
from app.domain.codelijsten import Eenheid
from app.domain.declaratie import (
    DeclaratieFactuurIdentificatie,
    IngediendeBedragPrestatie,
    ProductReferentie,
    VerkorteNaam,
)
from app.domain.periode import GeslotenPeriode, OpenPeriode
from app.domain.toewijzing import (
    Adres,
    Communicatie,
    Grondslagen,
    Huis,
    Omvang,
    Telefoon,
    Telefoonnummers,
    VolledigeNaam,
)
from app.iwmo.node import BEDRAG, DATUM, DEBET_CREDIT, FREQUENTIE, NUMMER, TEXT, Leaf, Record, maybe, one, record


class Basisschema:
    """The shapes of the classes that several messages hold.

    Releases differ in their namespace, in the name of the first element of CDT_Achternaam, and in how they write a
    ProductCategorie and an Eenheid.
    """

    def __init__(self, namespace: str, *, naam: str, categorie: Leaf[str], eenheid: Leaf[Eenheid]) -> None:
        self.namespace = namespace
        self.eenheid = eenheid
        self._declare_client(naam)
        self._declare_contact()
        self._declare_product(categorie)
        self._declare_declaratie()

    def _declare_client(self, naam: str) -> None:
        ns = self.namespace
        achternaam = record(ns, Achternaam, one(naam, TEXT, "naam"), maybe("Voorvoegsel", TEXT))
        self.geboortedatum = record(ns, Geboortedatum, one("Datum", DATUM), maybe("DatumGebruik", TEXT))
        self.verkorte_naam = record(
            ns,
            VerkorteNaam,
            one("Geslachtsnaam", achternaam),
            maybe("Voornamen", TEXT),
            maybe("Voorletters", TEXT),
        )
        self.volledige_naam = record(
            ns,
            VolledigeNaam,
            one("Geslachtsnaam", achternaam),
            maybe("Partnernaam", achternaam),
            maybe("Voornamen", TEXT),
            maybe("Voorletters", TEXT),
            one("NaamGebruik", TEXT),
        )
        self.communicatie = record(ns, Communicatie, one("Vorm", TEXT), maybe("Taal", TEXT))

    def _declare_contact(self) -> None:
        ns = self.namespace
        huis = record(
            ns,
            Huis,
            one("Huisnummer", NUMMER),
            maybe("Huisletter", TEXT),
            maybe("HuisnummerToevoeging", TEXT),
            maybe("AanduidingWoonadres", TEXT),
        )
        self.adres = record(
            ns,
            Adres,
            maybe("Huis", huis),
            maybe("Postcode", TEXT),
            maybe("Straatnaam", TEXT),
            maybe("Plaatsnaam", TEXT),
            maybe("LandCode", TEXT),
        )
        telefoon = record(ns, Telefoon, one("Telefoonnummer", TEXT), one("Landnummer", TEXT))
        self.telefoonnummers = record(ns, Telefoonnummers, one("Telefoon01", telefoon), maybe("Telefoon02", telefoon))
        self.open_periode = record(ns, OpenPeriode, maybe("Begindatum", DATUM), maybe("Einddatum", DATUM))

    def _declare_product(self, categorie: Leaf[str]) -> None:
        ns = self.namespace
        self.product = record(ns, Product, one("Categorie", categorie), maybe("Code", TEXT))
        self.omvang = record(
            ns, Omvang, one("Volume", NUMMER), one("Eenheid", self.eenheid), one("Frequentie", FREQUENTIE)
        )
        self.grondslagen = record(ns, Grondslagen, one("Grondslag01", TEXT), maybe("Grondslag02", TEXT))
        self.bericht_identificatie = record(
            ns, BerichtIdentificatie, one("Identificatie", TEXT), one("Dagtekening", DATUM)
        )

    def _declare_declaratie(self) -> None:
        ns = self.namespace
        self.bedrag = self._bedrag_met_dc("Bedrag")
        self.totaal_bedrag = self._bedrag_met_dc("TotaalBedrag")
        ends = one("Begindatum", DATUM), one("Einddatum", DATUM)
        self.gesloten_periode = record(ns, GeslotenPeriode, *ends, recurs=True)
        self.referentie = record(
            ns, ProductReferentie, one("ReferentieNummer", TEXT), maybe("VorigReferentieNummer", TEXT)
        )
        self.factuur_identificatie = record(
            ns,
            DeclaratieFactuurIdentificatie,
            one("DeclaratiePeriode", self.gesloten_periode),
            one("DeclarantFactuurNummer", TEXT),
            one("FactuurDagtekening", DATUM),
            maybe("BtwIDNummer", TEXT),
            one("ValutaCode", TEXT),
        )
        self._declare_ingediend()

    def _declare_ingediend(self) -> None:
        self.ingediend = record(
            self.namespace,
            IngediendeBedragPrestatie,
            one("GeleverdVolume", NUMMER),
            one("Eenheid", self.eenheid),
            maybe("Verrekenpercentage", NUMMER),
            maybe("ProductTarief", BEDRAG),
            maybe("BerekendBedrag", self.bedrag),
            maybe("BtwVrijstellingIndicatie", TEXT),
            maybe("BtwPercentage", NUMMER),
            maybe("BtwBedrag", self.bedrag),
            one("DeclaratieFactuurBedrag", self.bedrag),
            recurs=True,
        )

    def _bedrag_met_dc(self, element: str) -> Record[BedragMetDC]:
        parts = one(element, BEDRAG, "bedrag"), one("DebetCredit", DEBET_CREDIT)
        return record(self.namespace, BedragMetDC, *parts, recurs=True)
