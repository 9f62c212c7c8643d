"""What an act does to each period, by aanbieder: what is read before it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.budget import RoomPeriod
from app.domain.effect import EffectRow
from app.domain.inrichting import Inrichting
from app.web import toewijzing_woorden as w
from app.web.dutch import aantal


class Cel(NamedTuple):
    """All toewijzingen of one aanbieder in a period: room now and then, and what was granted."""

    voor: int = 0
    na: int = 0
    gedeclareerd: int = 0


class EffectPeriode(NamedTuple):
    """A period in which something changes, with a cell for each aanbieder."""

    naam: str
    cellen: tuple[Cel, ...]

    @property
    def samen(self) -> Cel:
        """All aanbieders together."""
        return Cel(*(sum(numbers) for numbers in zip(*self.cellen, strict=True)))


class Effect(NamedTuple):
    """The periods that change, and how many stay as they are."""

    aanbieders: tuple[str, ...]
    perioden: tuple[EffectPeriode, ...]
    same: int


def effect_of(rows: Sequence[EffectRow]) -> Effect:
    """The rows of an act, one for each period."""
    aanbieders = tuple(dict.fromkeys(row.toewijzing.aanbieder for row in rows))
    by_period: dict[RoomPeriod, list[EffectRow]] = {}
    for row in rows:
        by_period.setdefault(row.periode, []).append(row)
    perioden = [_periode(some, aanbieders) for some in by_period.values()]
    changed = tuple(one for one in perioden if any(cel.voor != cel.na for cel in one.cellen))
    return Effect(aanbieders, changed, len(perioden) - len(changed))


def zin(effect: Effect, inrichting: Inrichting) -> str:
    """What changes from when on, in one sentence."""
    if not effect.perioden:
        return ""
    first = effect.perioden[0]
    parts = [
        f"{w.aanbieder(inrichting, agb)} van {aantal(cel.voor)} naar {aantal(cel.na)}"
        for agb, cel in zip(effect.aanbieders, first.cellen, strict=True)
        if cel.voor != cel.na
    ]
    samen = (
        f"; samen {aantal(first.samen.na)}, net als nu" if len(parts) > 1 and first.samen.voor == first.samen.na else ""
    )
    return f"Vanaf {first.naam}: {', '.join(parts)}{samen}."


def _periode(rows: Sequence[EffectRow], aanbieders: Sequence[str]) -> EffectPeriode:
    cellen = (_cel([row for row in rows if row.toewijzing.aanbieder == agb]) for agb in aanbieders)
    return EffectPeriode(w.effect_periode(rows[0]), tuple(cellen))


def _cel(rows: Sequence[EffectRow]) -> Cel:
    return Cel(sum(row.voor for row in rows), sum(row.na for row in rows), sum(row.gedeclareerd for row in rows))
