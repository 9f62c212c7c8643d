"""What a reader is told of a toewijzing: how it stands on a day, and in what one version differs from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from app.domain.bedrag import NUL
from app.domain.budget import ledger_units, room, room_periods
from app.domain.budget_rows import BudgetRow
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.versies import Toewijzing, ToewijzingVersie


class Stand(StrEnum):
    """How a toewijzing stands on a day."""

    GEWEIGERD = "geweigerd"
    VERWIJDERD = "verwijderd"
    KOMT = "komt"
    LOOPT = "loopt"
    GEEINDIGD = "geëindigd"


def stand_of(toewijzing: Toewijzing | None, today: date) -> Stand:
    """How it stands; None is one of which every version was refused."""
    if toewijzing is None:
        return Stand.GEWEIGERD
    versie = toewijzing.actueel
    if versie.is_void:
        return Stand.VERWIJDERD
    if today < toewijzing.segments()[0].begindatum:
        return Stand.KOMT
    return Stand.GEEINDIGD if today > (versie.einddatum or date.max) else Stand.LOOPT


class Ruimte(NamedTuple):
    """What was assigned in a period and what is left of it, in units of the Omvang."""

    toegewezen: int
    resterend: int


def ruimte_on(toewijzing: Toewijzing, inrichting: Inrichting, geboekt: Mapping[date, int], day: date) -> Ruimte | None:
    """The room of the period of a day; None when no support may be delivered on it, or there is no Omvang.

    `geboekt` is the granted volume in ledger units by first day of the booked period.
    """
    omvang = toewijzing.actueel.omvang
    if omvang is None or toewijzing.versie_on(day) is None:
        return None
    unit = ledger_units(omvang.eenheid)
    for periode in room_periods(toewijzing, inrichting, GeslotenPeriode(day, day)):
        toegewezen = room(toewijzing, periode, inrichting.instellingen.gebroken_periode) // unit
        booked = sum(volume for begin, volume in geboekt.items() if periode.dagen.contains(begin))
        return Ruimte(toegewezen, toegewezen + (-booked // unit))
    return None


def row_on(rows: Sequence[BudgetRow], day: date) -> BudgetRow | None:
    """The row of the period that holds the day."""
    return next((row for row in rows if row.begindatum <= day <= (row.einddatum or date.max)), None)


def total_of(rows: Sequence[BudgetRow]) -> BudgetRow | None:
    """All rows together as one, None without rows."""
    if not rows:
        return None
    return BudgetRow(
        jaar=None,
        periode=None,
        begindatum=rows[0].begindatum,
        einddatum=rows[-1].einddatum,
        toegewezen=sum(row.toegewezen for row in rows),
        gedeclareerd=sum(row.gedeclareerd for row in rows),
        toegekend=sum((row.toegekend for row in rows), NUL),
    )


Waarde: TypeAlias = date | int | str | None


class Verschil(NamedTuple):
    """A field of a version that was something else in the one before it."""

    veld: str
    van: Waarde
    naar: Waarde


def verschillen(ouder: ToewijzingVersie, nieuwer: ToewijzingVersie) -> tuple[Verschil, ...]:
    """In what the newer version differs, the moment and the reason aside; nothing in one that was sent again."""
    before, after = _fields(ouder), _fields(nieuwer)
    return tuple(Verschil(veld, before[veld], after[veld]) for veld in before if before[veld] != after[veld])


def _fields(versie: ToewijzingVersie) -> dict[str, Waarde]:
    omvang = versie.omvang
    return {
        "product": f"{versie.product.categorie} {versie.product.code or ''}".strip(),
        "ingangsdatum": versie.ingangsdatum,
        "einddatum": versie.einddatum,
        "volume": omvang.volume if omvang else None,
        "eenheid": omvang.eenheid if omvang else None,
        "frequentie": omvang.frequentie if omvang else None,
    }
