"""The client and the beschikking of a toekenning, as a request gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from app.api.fields import Datum
from app.api.shapes import Shape
from app.domain.bericht import Achternaam, Geboortedatum
from app.domain.toekenning import Clientgegevens
from app.domain.toewijzing import Adres, Contact, Huis, VolledigeNaam

HIGHEST_NUMMER = 999_999_999  # LDT_Nummer
HIGHEST_HUISNUMMER = 99_999
WOONADRES = "01"
NOT_IN_XML = r"\x00-\x1f\uFFFE\uFFFF"

Tekst = Annotated[str, Field(min_length=1, max_length=200, pattern=rf"^[^{NOT_IN_XML}]*$")]


class AchternaamIn(Shape):
    """A surname."""

    achternaam: Tekst
    voorvoegsel: Tekst | None = None

    @property
    def as_achternaam(self) -> Achternaam:
        """The same as a message has it."""
        return Achternaam(naam=self.achternaam, voorvoegsel=self.voorvoegsel)


class NaamIn(AchternaamIn):
    """A name; `naamGebruik` 1 is the own surname."""

    voorletters: Tekst | None = None
    voornamen: Tekst | None = None
    partnernaam: AchternaamIn | None = None
    naam_gebruik: str = Field(default="1", pattern=r"^[0-9]$")


class AdresIn(Shape):
    """Where the client lives."""

    straatnaam: Tekst | None = None
    huisnummer: Annotated[StrictInt, Field(ge=0, le=HIGHEST_HUISNUMMER)]
    huisletter: Tekst | None = None
    huisnummer_toevoeging: Tekst | None = None
    postcode: Tekst
    plaatsnaam: Tekst | None = None
    land_code: str = Field(default="NL", pattern=r"^[A-Z]{2}$")

    @property
    def contact(self) -> Contact:
        """The home address as a message has it."""
        huis = Huis(
            huisnummer=self.huisnummer,
            huisletter=self.huisletter,
            huisnummer_toevoeging=self.huisnummer_toevoeging,
        )
        adres = Adres(
            huis=huis,
            postcode=self.postcode,
            straatnaam=self.straatnaam,
            plaatsnaam=self.plaatsnaam,
            land_code=self.land_code,
        )
        return Contact(soort=WOONADRES, adres=adres)


class ClientIn(Shape):
    """The resident who gets the support."""

    bsn: Tekst
    geboortedatum: Datum
    datum_gebruik: str | None = Field(default=None, pattern=r"^[0-9]$")
    geslacht: str = Field(pattern=r"^[0-9]$")
    naam: NaamIn
    adres: AdresIn

    @property
    def gegevens(self) -> Clientgegevens:
        """The same as the domain knows it."""
        naam = VolledigeNaam(
            geslachtsnaam=self.naam.as_achternaam,
            partnernaam=self.naam.partnernaam.as_achternaam if self.naam.partnernaam else None,
            voornamen=self.naam.voornamen,
            voorletters=self.naam.voorletters,
            naam_gebruik=self.naam.naam_gebruik,
        )
        return Clientgegevens(
            bsn=self.bsn,
            geboortedatum=Geboortedatum(datum=self.geboortedatum, datum_gebruik=self.datum_gebruik),
            geslacht=self.geslacht,
            naam=naam,
            contactgegevens=(self.adres.contact,),
        )


class BeschikkingIn(Shape):
    """The decision of the gemeente; its number is its own."""

    beschikking_nummer: Annotated[StrictInt, Field(ge=1, le=HIGHEST_NUMMER)]
    afgiftedatum: Datum
