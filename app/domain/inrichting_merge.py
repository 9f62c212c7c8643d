"""Bring what files say together with what was loaded before (details.md 30)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from app.domain.cak_periode import CakPeriode, seeded_cak_perioden
from app.domain.inrichting import (
    Aanbieder,
    Arrangement,
    CatalogusProduct,
    Contract,
    ContractTarief,
    Inrichting,
    Productspecificatie,
)
from app.domain.inrichting_checks import findings_on
from app.domain.inrichting_file import Entries, InrichtingFile, Instelling, Placed, PlacedContract, invalid

Coded = TypeVar("Coded", CatalogusProduct, Productspecificatie, Arrangement, ContractTarief)
T = TypeVar("T")


def merge(current: Inrichting | None, *files: InrichtingFile) -> Inrichting:
    """The inrichting after loading the files, all of one gemeente; equal to `current` when they say nothing new.

    An entry takes the place of the one with the same key: (code, geldigVanaf), or (agb, geldigVanaf) for a contract.
    What the files leave out stays; `cakPerioden` replace whole years. Raises InrichtingInvalid with every finding.
    """
    start = current or Inrichting(gemeente=files[0].gemeente)
    if any(file.gemeente != start.gemeente for file in files):
        raise ValueError("files of several gemeenten cannot be merged")
    entries = _combined(_loaded_before(start), _given_by(files))
    findings = sorted(findings_on(entries), key=lambda f: (str(f.waarden["bestand"]), f.regelnummer or 0))
    if findings:
        raise invalid(tuple(findings))
    instellingen: Mapping[str, Instelling] = {name: v for file in files for name, v in file.instellingen.items()}
    return Inrichting(
        gemeente=start.gemeente,
        naam=next((file.naam for file in reversed(files) if file.naam is not None), start.naam),
        instellingen=replace(start.instellingen, **instellingen),
        producten=_values(entries.producten),
        productspecificaties=_values(entries.productspecificaties),
        arrangementen=_values(entries.arrangementen),
        aanbieders=_named((*start.aanbieders, *(a for file in files for a in file.aanbieders))),
        contracten=tuple(replace(c.contract, tarieven=_values(c.tarieven)) for c in entries.contracten),
        cak_perioden=_values(entries.cak_perioden),
    )


def perioden_in_use(replaced: Sequence[CakPeriode]) -> tuple[CakPeriode, ...]:
    """The derived periods of 2015 to 2030, in which the years that the gemeente gave itself stand instead."""
    return _values(_cak_perioden((), [Placed(periode) for periode in replaced]))


def _loaded_before(inrichting: Inrichting) -> Entries:
    return Entries(
        producten=_unplaced(inrichting.producten),
        productspecificaties=_unplaced(inrichting.productspecificaties),
        arrangementen=_unplaced(inrichting.arrangementen),
        contracten=tuple(_unplaced_contract(contract) for contract in inrichting.contracten),
        cak_perioden=_unplaced(inrichting.cak_perioden),
    )


def _unplaced_contract(contract: Contract) -> PlacedContract:
    return PlacedContract(
        contract=replace(contract, tarieven=()),
        producten=_unplaced(sorted(contract.producten)),
        tarieven=_unplaced(contract.tarieven),
    )


def _given_by(files: Sequence[InrichtingFile]) -> Entries:
    return Entries(
        producten=tuple(p for file in files for p in file.entries.producten),
        productspecificaties=tuple(s for file in files for s in file.entries.productspecificaties),
        arrangementen=tuple(a for file in files for a in file.entries.arrangementen),
        contracten=tuple(c for file in files for c in file.entries.contracten),
        cak_perioden=tuple(p for file in files for p in file.entries.cak_perioden),
    )


def _combined(before: Entries, given: Entries) -> Entries:
    return Entries(
        producten=_by_code(before.producten, given.producten),
        productspecificaties=_by_code(before.productspecificaties, given.productspecificaties),
        arrangementen=_by_code(before.arrangementen, given.arrangementen),
        contracten=_contracten(before.contracten, given.contracten),
        cak_perioden=_cak_perioden(before.cak_perioden, given.cak_perioden),
    )


def _by_code(before: Sequence[Placed[Coded]], given: Sequence[Placed[Coded]]) -> tuple[Placed[Coded], ...]:
    def key(entry: Placed[Coded]) -> tuple[str, date]:
        return entry.value.code, entry.value.geldig_van

    return _replaced(before, given, key)


def _contracten(before: Sequence[PlacedContract], given: Sequence[PlacedContract]) -> tuple[PlacedContract, ...]:
    def key(entry: PlacedContract) -> tuple[str, date]:
        return entry.contract.aanbieder, entry.contract.geldig_van

    earlier = {key(entry): entry for entry in before}
    kept = [_with_earlier_tarieven(earlier.get(key(entry)), entry) for entry in given]
    return _replaced(before, kept, key)


def _with_earlier_tarieven(earlier: PlacedContract | None, given: PlacedContract) -> PlacedContract:
    """A tariff that was not given again stays, as long as its product stays in the contract."""
    before = earlier.tarieven if earlier else ()
    still = [tarief for tarief in before if tarief.value.code in given.contract.producten]
    return replace(given, tarieven=_by_code(still, given.tarieven))


def _cak_perioden(
    before: Sequence[Placed[CakPeriode]], given: Sequence[Placed[CakPeriode]]
) -> tuple[Placed[CakPeriode], ...]:
    start = before or _unplaced(seeded_cak_perioden())
    jaren = {entry.value.jaar for entry in given}
    kept = [entry for entry in start if entry.value.jaar not in jaren]
    return tuple(sorted([*kept, *given], key=lambda entry: entry.value.jaar))


def _replaced(before: Iterable[T], given: Iterable[T], key: Callable[[T], tuple[str, date]]) -> tuple[T, ...]:
    """Both together in the order of the keys; a key given twice stays double, for the checks to find."""
    new = list(given)
    keys = {key(entry) for entry in new}
    return tuple(sorted([*(entry for entry in before if key(entry) not in keys), *new], key=key))


def _named(aanbieders: Iterable[Aanbieder]) -> tuple[Aanbieder, ...]:
    by_agb = {aanbieder.agb: aanbieder for aanbieder in aanbieders}
    return tuple(by_agb[agb] for agb in sorted(by_agb))


def _unplaced(values: Iterable[T]) -> tuple[Placed[T], ...]:
    return tuple(Placed(value) for value in values)


def _values(entries: Iterable[Placed[T]]) -> tuple[T, ...]:
    return tuple(entry.value for entry in entries)
