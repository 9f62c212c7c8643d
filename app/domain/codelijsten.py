"""The code lists on which decisions hang; lists that are only passed on stay plain strings."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class DebetCredit(StrEnum):
    """LDT_DebetCredit: the side of an unsigned amount."""

    DEBET = "D"
    CREDIT = "C"


class Eenheid(StrEnum):
    """LDT_Eenheid of 2.1 and 2.3: the unit of a volume or tariff."""

    MINUUT = "01"
    UUR = "04"
    ETMAAL = "14"
    DAGDEEL = "16"
    WEEK = "21"
    TIJDSONAFHANKELIJK = "81"
    STUKS = "82"
    EUROS = "83"


class Frequentie(StrEnum):
    """LDT_Frequentie: the period in which a Volume may be used."""

    PER_DAG = "1"
    PER_WEEK = "2"
    PER_VIER_WEKEN = "3"
    PER_MAAND = "4"
    PER_JAAR = "5"
    TOTAAL = "6"


class Declaratievorm(StrEnum):
    """What a contract agrees on: declaratie (BerichtCode 416) or factuur (448)."""

    DECLARATIE = "declaratie"
    FACTUUR = "factuur"


BERICHT_CODE_DECLARATIE: Final = "416"
BERICHT_CODE_FACTUUR: Final = "448"
REDEN_VERWIJDERD: Final = "01"
BETALING_AAN_SERVICEBUREAU: Final = "01"

TECHNISCH_AFGEKEURD: Final = "0001"
GEEN_OPMERKING: Final = "0200"
NIET_BEOORDEELD: Final = "0233"
VOLLEDIG_TOEGEKEND: Final = "8001"
NIET_UNIEK: Final = "9056"
GEMEENTE_ONBEKEND: Final = "S300"
