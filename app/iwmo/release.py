"""What a release of the standard is: for each berichtsoort how its messages are read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.domain.verzoek import OverigBericht
from app.iwmo.node import Problems
from app.iwmo.pad import Element
from app.iwmo.skim import Way

Inhoud: TypeAlias = Toewijzingsbericht | ToewijzingRetour | Declaratie | DeclaratieRetour | OverigBericht

Read: TypeAlias = Callable[[Element, Problems], Inhoud]
Write: TypeAlias = Callable[[Any, Callable[[bytes], object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One berichtsoort of one release.

    `read` takes the root of a message that the XSD accepts and adds what is absurd in it to the problems. `write`
    gives the bytes of an object of class `inhoud` in pieces; None for messages that are only read. `skim`
    reads a large one without a tree.
    """

    soort: Berichtsoort
    namespace: str
    inhoud: type
    read: Read
    write: Write | None = None
    skim: Way | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release, by the name that people give it ("2.3"), with its messages.

    `several_clienten` and `several_aanbieders` say whether one 301 of it may hold products for more than one.
    """

    naam: str
    adapters: Mapping[Berichtsoort, Adapter]
    several_clienten: bool = False
    several_aanbieders: bool = False

    @classmethod
    def of(cls, naam: str, *adapters: Adapter, several: bool = False) -> Release:
        """The release with these messages; `several`: a 301 of it may be for more clients and more aanbieders."""
        return cls(naam, {adapter.soort: adapter for adapter in adapters}, several, several)
