"""What differs between two states of an inrichting: what is added, changed, ended or gone, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import Arrangement, CatalogusProduct, Geldig, Inrichting, Productspecificatie
from app.domain.periode import GeslotenPeriode

Waarde: TypeAlias = str | bool | date | Bedrag | Fraction | frozenset[str] | GeslotenPeriode | None
Key: TypeAlias = tuple[str, ...]
Coded: TypeAlias = CatalogusProduct | Productspecificatie | Arrangement


class Aard(StrEnum):
    """What became of an entry."""

    TOEGEVOEGD = "toegevoegd"
    GEWIJZIGD = "gewijzigd"
    BEEINDIGD = "beëindigd"
    VERWIJDERD = "verwijderd"


class Onderdeel(StrEnum):
    """Where an entry stands."""

    GEMEENTE = "gemeente"
    INSTELLING = "instelling"
    PRODUCT = "product"
    PRODUCTSPECIFICATIE = "productspecificatie"
    ARRANGEMENT = "arrangement"
    AANBIEDER = "aanbieder"
    CONTRACT = "contract"
    TARIEF = "tarief"
    CAK_PERIODEN = "cak-perioden"


@dataclass(frozen=True, slots=True)
class Veld:
    """A value before and after; None: there was none, or there is none any more."""

    naam: str
    was: Waarde
    wordt: Waarde


@dataclass(frozen=True, slots=True, kw_only=True)
class Verschil:
    """An entry that differs. `codes` name it: of a product its code, of a tariff the aanbieder and the code.

    `vanaf`: the first day of what has a validity. `velden`: what differs; of what is new or gone all there is.
    """

    onderdeel: Onderdeel
    codes: Key
    aard: Aard
    vanaf: date | None = None
    velden: tuple[Veld, ...]


_OF_KEY: Final = frozenset({"code", "geldig_van", "aanbieder", "tarieven", "agb"})
"""What an entry is found by, and what has entries of its own."""


def verschillen(was: Inrichting | None, wordt: Inrichting) -> tuple[Verschil, ...]:
    """What is different in `wordt`, in the order of the file; None: there was nothing before."""
    start = was or Inrichting(gemeente=wordt.gemeente)
    return tuple(_all(start, wordt))


def _all(was: Inrichting, wordt: Inrichting) -> Iterator[Verschil]:
    yield from _changed(Onderdeel.GEMEENTE, (), [Veld("naam", was.naam or None, wordt.naam or None)])
    for one in fields(wordt.instellingen):
        veld = Veld(one.name, getattr(was.instellingen, one.name), getattr(wordt.instellingen, one.name))
        yield from _changed(Onderdeel.INSTELLING, (one.name,), [veld])
    for onderdeel, before, after in (
        (Onderdeel.PRODUCT, was.producten, wordt.producten),
        (Onderdeel.PRODUCTSPECIFICATIE, was.productspecificaties, wordt.productspecificaties),
        (Onderdeel.ARRANGEMENT, was.arrangementen, wordt.arrangementen),
    ):
        yield from _entries(onderdeel, _by_code(before), _by_code(after))
    yield from _namen(was, wordt)
    yield from _entries(Onderdeel.CONTRACT, _contracten(was), _contracten(wordt))
    yield from _entries(Onderdeel.TARIEF, _tarieven(was), _tarieven(wordt))
    yield from _perioden(was.cak_perioden, wordt.cak_perioden)


def _by_code(entries: Sequence[Coded]) -> dict[tuple[Key, date], Geldig]:
    return {((entry.code,), entry.geldig_van): entry for entry in entries}


def _contracten(inrichting: Inrichting) -> dict[tuple[Key, date], Geldig]:
    return {((contract.aanbieder,), contract.geldig_van): contract for contract in inrichting.contracten}


def _tarieven(inrichting: Inrichting) -> dict[tuple[Key, date], Geldig]:
    """Those of all contracts; of two contracts with one aanbieder each keeps its own."""
    return {
        ((contract.aanbieder, tarief.code, contract.geldig_van.isoformat()), tarief.geldig_van): tarief
        for contract in inrichting.contracten
        for tarief in contract.tarieven
    }


def _entries(
    onderdeel: Onderdeel, was: Mapping[tuple[Key, date], Geldig], wordt: Mapping[tuple[Key, date], Geldig]
) -> Iterator[Verschil]:
    for codes, vanaf in sorted({*was, *wordt}):
        before, after = was.get((codes, vanaf)), wordt.get((codes, vanaf))
        if before != after:
            velden = tuple(_velden(before, after))
            if velden:
                yield Verschil(
                    onderdeel=onderdeel, codes=codes, aard=_aard(before, after, velden), vanaf=vanaf, velden=velden
                )


def _velden(was: Geldig | None, wordt: Geldig | None) -> Iterator[Veld]:
    there = wordt or was
    for one in fields(there) if there is not None else ():
        before, after = getattr(was, one.name, None), getattr(wordt, one.name, None)
        if one.name not in _OF_KEY and before != after:
            yield Veld(one.name, before, after)


def _aard(was: Geldig | None, wordt: Geldig | None, velden: Sequence[Veld]) -> Aard:
    if was is None:
        return Aard.TOEGEVOEGD
    if wordt is None:
        return Aard.VERWIJDERD
    ends = [veld.naam for veld in velden] == ["geldig_tot"] and was.geldig_tot is None
    return Aard.BEEINDIGD if ends else Aard.GEWIJZIGD


def _namen(was: Inrichting, wordt: Inrichting) -> Iterator[Verschil]:
    before = {aanbieder.agb: aanbieder.naam for aanbieder in was.aanbieders}
    after = {aanbieder.agb: aanbieder.naam for aanbieder in wordt.aanbieders}
    for agb in sorted({*before, *after}):
        yield from _changed(Onderdeel.AANBIEDER, (agb,), [Veld("naam", before.get(agb), after.get(agb))])


def _perioden(was: Iterable[CakPeriode], wordt: Iterable[CakPeriode]) -> Iterator[Verschil]:
    """By year; a year that the calendar gave and the gemeente now gives with the same days does not differ."""
    before = {(one.jaar, one.periode): one.dagen for one in was}
    after = {(one.jaar, one.periode): one.dagen for one in wordt}
    if not before:  # nothing was loaded: those of the calendar come along with whatever is
        return
    for jaar in sorted({jaar for jaar, _ in {*before, *after}}):
        numbers = sorted({number for year, number in {*before, *after} if year == jaar})
        velden = [
            Veld(f"periode {number}", before.get((jaar, number)), after.get((jaar, number))) for number in numbers
        ]
        yield from _changed(Onderdeel.CAK_PERIODEN, (str(jaar),), velden)


def _changed(onderdeel: Onderdeel, codes: Key, velden: Iterable[Veld]) -> Iterator[Verschil]:
    different = tuple(veld for veld in velden if veld.was != veld.wordt)
    if not different:
        return
    aard = Aard.GEWIJZIGD
    if all(veld.was is None for veld in different):
        aard = Aard.TOEGEVOEGD
    elif all(veld.wordt is None for veld in different):
        aard = Aard.VERWIJDERD
    yield Verschil(onderdeel=onderdeel, codes=codes, aard=aard, velden=different)
