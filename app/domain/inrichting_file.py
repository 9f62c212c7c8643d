"""What one file says about the inrichting of a gemeente, each entry with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, TypeVar

from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import (
    Aanbieder,
    Afronding,
    Arrangement,
    Btw,
    CatalogusProduct,
    Contract,
    ContractTarief,
    GebrokenPeriode,
    Productspecificatie,
)
from app.domain.refusals import InrichtingInvalid
from app.domain.retour import Finding, Waarde

T = TypeVar("T", covariant=True)

Instelling = Fraction | Afronding | GebrokenPeriode | bool | Btw


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file as it was named, the line (from 1) and the path of keys.

    `sleutels` are the lines of the keys below it.
    """

    bestand: str
    regel: int
    pad: str
    sleutels: Mapping[str, int] = field(default_factory=dict[str, int])

    def at(self, sleutel: str) -> Place:
        """The place of one of its keys; its own line when the key is not there."""
        pad = f"{self.pad}.{sleutel}" if self.pad else sleutel
        return Place(self.bestand, self.sleutels.get(sleutel, self.regel), pad)

    def finding(self, melding: str, **compared: Waarde) -> Finding:
        """A finding about this place; `melding` is Dutch and says what to do."""
        waarden: dict[str, Waarde] = {"bestand": self.bestand, "regel": self.regel, **compared}
        return Finding(
            regel="INRICHTING",
            retourcode=None,
            pad=self.pad,
            melding=melding,
            waarden=waarden,
            regelnummer=self.regel,
        )


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value with its place; without one it was loaded earlier."""

    value: T
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedContract:
    """A contract, whose own `tarieven` stay empty, with the places of its products and tariffs."""

    contract: Contract
    place: Place | None = None
    producten: tuple[Placed[str], ...] = ()
    tarieven: tuple[Placed[ContractTarief], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Everything of an inrichting that has a validity or a year, entry by entry."""

    producten: tuple[Placed[CatalogusProduct], ...] = ()
    productspecificaties: tuple[Placed[Productspecificatie], ...] = ()
    arrangementen: tuple[Placed[Arrangement], ...] = ()
    contracten: tuple[PlacedContract, ...] = ()
    cak_perioden: tuple[Placed[CakPeriode], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InrichtingFile:
    """One file that was read without errors: what it gives, and nothing that it leaves out.

    `instellingen` holds the given settings by field of `Instellingen`; `naam` is None when the file has none.
    """

    gemeente: str
    naam: str | None = None
    instellingen: Mapping[str, Instelling] = field(default_factory=dict[str, Instelling])
    aanbieders: tuple[Aanbieder, ...] = ()
    entries: Entries = field(default_factory=Entries)


def invalid(findings: tuple[Finding, ...]) -> InrichtingInvalid:
    """The refusal with every finding; its text has one line for each: file, line, path, what is wrong."""
    detail = "\n".join(_readable(finding) for finding in findings)
    return InrichtingInvalid(detail, findings=findings)


def _readable(finding: Finding) -> str:
    place = f"{finding.waarden['bestand']}, regel {finding.regelnummer}"
    return f"{place}, {finding.pad}: {finding.melding}" if finding.pad else f"{place}: {finding.melding}"
