"""The classes that 301 and 302 share, as far as they differ from release 2.1."""

from __future__ import annotations

from typing import ClassVar

from app.domain.toewijzing import Beschikking, ToegewezenProduct
from app.iwmo.basisschema import Basisschema
from app.iwmo.node import NUMMER, TEXT, Listing, Record, maybe, one
from app.iwmo.release_2_1 import toewijzing
from app.iwmo.release_2_3.basisschema import BASIS


class Toewijzingsklassen(toewijzing.Toewijzingsklassen):
    """No BeschiktProducten, no Aanbieder of a product but room for Commentaar on it."""

    basis: ClassVar[Basisschema] = BASIS
    beperking_categorie: ClassVar[str] = "Categorie"

    def beschikking(self) -> Record[Beschikking]:
        """Beschikking."""
        producten = Listing(self.namespace, "ToegewezenProduct", self.toegewezen_product())
        return self.record(Beschikking, *self.beschikking_start(), one("ToegewezenProducten", producten))

    def toegewezen_product(self) -> Record[ToegewezenProduct]:
        """ToegewezenProduct."""
        return self.record(
            ToegewezenProduct,
            maybe("ToewijzingNummer", NUMMER),
            maybe("ReferentieAanbieder", TEXT),
            one("Product", self.basis.product),
            *self.toewijzing_end(),
            maybe("Commentaar", TEXT),
        )
