"""The classes that 301 and 302 share."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from app.domain.toewijzing import (
    Beoordeeld,
    Beperking,
    BeperkingScore,
    Beschikking,
    BeschiktProduct,
    Client,
    Contact,
    Relatie,
    ToegewezenProduct,
)
from app.iwmo.basisschema import Basisschema
from app.iwmo.node import DATUM, NUMMER, TEXT, TIJD, Listing, Part, Record, maybe, one, record
from app.iwmo.release_2_1.basisschema import BASIS

Class = TypeVar("Class", bound=Beoordeeld)


class Toewijzingsklassen:
    """The shapes of a 301, or with `retour` of a 302, where each class has its RetourCodes."""

    basis: ClassVar[Basisschema] = BASIS
    beperking_categorie: ClassVar[str] = "Beperking"

    def __init__(self, namespace: str, *, retour: bool) -> None:
        self.namespace = namespace
        self._own_codes = (one("RetourCodes", self.retour_codes),) if retour else ()

    @property
    def retour_codes(self) -> Listing[str]:
        """RetourCodes."""
        return Listing(self.namespace, "RetourCode", TEXT)

    def client(self) -> Record[Client]:
        """Client and all that it holds."""
        basis, contact = self.basis, self.contact()
        return self.record(
            Client,
            one("Bsn", TEXT),
            one("Geboortedatum", basis.geboortedatum),
            one("Geslacht", TEXT),
            one("Naam", basis.volledige_naam),
            maybe("Communicatie", basis.communicatie),
            maybe("JuridischeStatus", TEXT),
            maybe("WettelijkeVertegenwoordiging", TEXT),
            maybe("Commentaar", TEXT),
            maybe("Relaties", Listing(self.namespace, "Relatie", self.relatie(contact))),
            one("Contactgegevens", Listing(self.namespace, "Contact", contact)),
            one("Beschikking", self.beschikking()),
        )

    def contact(self) -> Record[Contact]:
        """Contact, of the client or of a Relatie."""
        return self.record(
            Contact,
            one("Soort", TEXT),
            maybe("Adres", self.basis.adres),
            maybe("Organisatie", TEXT),
            maybe("Telefoon", self.basis.telefoonnummers),
            maybe("Emailadres", TEXT),
            maybe("Periode", self.basis.open_periode),
        )

    def relatie(self, contact: Record[Contact]) -> Record[Relatie]:
        """Relatie."""
        return self.record(
            Relatie,
            one("Nummer", TEXT),
            maybe("Volgorde", NUMMER),
            one("Soort", TEXT),
            maybe("Geboortedatum", self.basis.geboortedatum),
            maybe("Geslacht", TEXT),
            one("Naam", self.basis.volledige_naam),
            one("Contact", contact),
        )

    def beschikking(self) -> Record[Beschikking]:
        """Beschikking."""
        beschikt_product = self.beschikt_product()
        return self.record(
            Beschikking,
            *self.beschikking_start(),
            one("BeschiktProducten", Listing(self.namespace, "BeschiktProduct", beschikt_product)),
            one("ToegewezenProducten", Listing(self.namespace, "ToegewezenProduct", self.toegewezen_product())),
        )

    def beschikking_start(self) -> tuple[Part, ...]:
        """What a Beschikking holds before its products."""
        return (
            one("BeschikkingNummer", NUMMER),
            maybe("Grondslagen", self.basis.grondslagen),
            one("Afgiftedatum", DATUM),
            one("Ingangsdatum", DATUM),
            maybe("Einddatum", DATUM),
            maybe("Commentaar", TEXT),
            maybe("Beperkingen", Listing(self.namespace, "Beperking", self.beperking())),
        )

    def beperking(self) -> Record[Beperking]:
        """Beperking."""
        score = self.record(BeperkingScore, one("Vraag", TEXT), one("Score", TEXT), maybe("Commentaar", TEXT))
        return self.record(
            Beperking,
            one(self.beperking_categorie, TEXT, "categorie"),
            maybe("Duur", TEXT),
            maybe("Commentaar", TEXT),
            maybe("BeperkingScores", Listing(self.namespace, "BeperkingScore", score)),
        )

    def beschikt_product(self) -> Record[BeschiktProduct]:
        """BeschiktProduct."""
        return self.record(
            BeschiktProduct,
            one("Product", self.basis.product),
            one("Ingangsdatum", DATUM),
            maybe("Einddatum", DATUM),
            maybe("Omvang", self.basis.omvang),
            maybe("Commentaar", TEXT),
        )

    def toegewezen_product(self) -> Record[ToegewezenProduct]:
        """ToegewezenProduct; here it names its Aanbieder."""
        return self.record(
            ToegewezenProduct,
            maybe("ToewijzingNummer", NUMMER),
            maybe("ReferentieAanbieder", TEXT),
            one("Product", self.basis.product),
            one("Aanbieder", TEXT),
            *self.toewijzing_end(),
        )

    def toewijzing_end(self) -> tuple[Part, ...]:
        """What a ToegewezenProduct holds from its Toewijzingsdatum on."""
        return (
            one("Toewijzingsdatum", DATUM),
            one("Toewijzingstijd", TIJD),
            one("Ingangsdatum", DATUM),
            maybe("Einddatum", DATUM),
            maybe("RedenWijziging", TEXT),
            maybe("Omvang", self.basis.omvang),
        )

    def record(self, cls: type[Class], *children: Part) -> Record[Class]:
        """The shape of a class on which a 302 may put its codes."""
        return record(self.namespace, cls, *children, *self._own_codes)
