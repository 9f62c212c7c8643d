"""How parties are reached, and what may happen to a bericht on its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.werk import MAP_BAAN


class AansluitingSoort(StrEnum):
    """How a partij gets its messages, besides its postbus."""

    MAP = "map"
    """Files in a folder, for a user of the portal of the GGk; `adres` is the folder."""

    HTTP = "http"
    """A signed POST to an endpoint of the partij; `adres` is its URL."""

    GGK = "ggk"
    """A StUF-GGk 2.1 envelope to the adapter in front of the national exchange; `adres` is its URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aansluiting:
    """How one partij is reached; `sleutelversie` counts the changes of its signing key."""

    partij: str
    soort: AansluitingSoort
    adres: str
    sleutelversie: int = 1

    @property
    def baan(self) -> str:
        """What it shares with others that hang when it hangs: the host of its URL, of a folder nothing."""
        if self.soort is AansluitingSoort.MAP:
            return f"{MAP_BAAN}uit:{self.partij}"
        host = self.adres.partition("//")[2].partition("/")[0].lower()
        return f"{self.soort}:{host}"


class GebeurtenisSoort(StrEnum):
    """What may happen to a bericht."""

    ONTVANGEN = "ontvangen"
    VERWERKT = "verwerkt"
    AFGEKEURD = "afgekeurd"
    POGING_MISLUKT = "poging-mislukt"
    VERZONDEN = "verzonden"
    """The next link in the chain took it over."""
    AFGELEVERD = "afgeleverd"
    """The partij has it."""
    BEANTWOORD = "beantwoord"
    MISLUKT = "mislukt"
    OPNIEUW = "opnieuw"
    """An operator had it tried again."""
    FOUTBERICHT = "foutbericht"
    """A link in the chain refused it afterwards (Fo01)."""
    TERMIJN_VERSTREKEN = "termijn-verstreken"
    """Its answer is overdue."""
