"""The small world in which every test lives: its parties, dates and values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from app.domain.bericht import Achternaam, BerichtIdentificatie, Geboortedatum, Product
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.declaratie import (
    VerkorteNaam,
)
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import (
    Omvang,
    VolledigeNaam,
)

GEMEENTE = "0384"
AANBIEDER, OTHER_AANBIEDER = "42420001", "42420002"
BSN_X, BSN_Y, WRONG_BSN = "999900006", "999900018", "999900007"
GEBOREN_X, GEBOREN_Y = date(1979, 6, 10), date(1985, 1, 8)
P1 = GeslotenPeriode(date(2019, 5, 20), date(2019, 6, 16))
P2 = GeslotenPeriode(date(2019, 6, 17), date(2019, 7, 14))
P3 = GeslotenPeriode(date(2019, 7, 15), date(2019, 8, 11))
P4 = GeslotenPeriode(date(2019, 8, 12), date(2019, 9, 8))


Built = TypeVar("Built")


def made(cls: Callable[..., Built], changes: dict[str, Any], **defaults: Any) -> Built:
    """An object with the defaults, as far as the changes do not say otherwise."""
    return cls(**(defaults | changes))


def a_geboortedatum(**changes: Any) -> Geboortedatum:
    """The birth date of client X."""
    return made(Geboortedatum, changes, datum=GEBOREN_X)


def an_identificatie(**changes: Any) -> BerichtIdentificatie:
    """BerichtIdentificatie A0001 of 14 May 2019."""
    return made(BerichtIdentificatie, changes, identificatie="A0001", dagtekening=date(2019, 5, 14))


def a_volledige_naam(**changes: Any) -> VolledigeNaam:
    """A name without partner."""
    return made(VolledigeNaam, changes, geslachtsnaam=Achternaam(naam="Testmans"), naam_gebruik="1")


def a_verkorte_naam(**changes: Any) -> VerkorteNaam:
    """The same name, shortened."""
    return made(VerkorteNaam, changes, geslachtsnaam=Achternaam(naam="Testmans"))


def a_product(categorie: str = "02", code: str | None = "02A01") -> Product:
    """Product 02/02A01."""
    return Product(categorie=categorie, code=code)


def an_omvang(**changes: Any) -> Omvang:
    """850 pieces each four weeks."""
    frequentie = Frequentie.PER_VIER_WEKEN
    return made(Omvang, changes, volume=850, eenheid=Eenheid.STUKS, frequentie=frequentie)
