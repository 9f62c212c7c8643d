"""An act on running toewijzingen: what it may look at, what it comes to, and when it is refused (domain.md §4-§5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.domain.effect import EffectRow, Stap, effect_of, sums_by_period
from app.domain.inrichting import Inrichting
from app.domain.onderaannemer import Onderaannemers
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding, Waarde
from app.domain.versies import Toewijzing

WIJZIGING: Final = "IWB-wijziging"  # our own: the standard has no rule for it
MANY: Final = 3
"""Of how many periods that are wrong for one reason the numbers are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lopend:
    """A toewijzing, its net granted volume in ledger units by first day of the period it was booked on, and who works
    for its aanbieder.
    """

    toewijzing: Toewijzing
    geboekt: Mapping[date, int]
    onderaannemers: Onderaannemers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feiten:
    """What an act may look at besides its toewijzing.

    `moment` is now in the Netherlands. `andere` are the other toewijzingen of the client, `verwant` the sleutels of
    those that came of the same toewijzing or toekenning as this one. `nummers` are free ToewijzingNummers, as many as
    the act may need.
    """

    inrichting: Inrichting
    today: date
    moment: datetime
    andere: tuple[Toewijzing, ...] = ()
    verwant: frozenset[str] = frozenset()
    nummers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opvolging:
    """A toewijzing goes on under another sleutel: what was booked on it from a day on counts there."""

    van: str
    naar: str
    vanaf: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Wijziging:
    """What an act comes to: every toewijzing it touches, in the order in which a 301 names them, and its effect.

    `onderaannemers` is set when nothing changes but who works for the aanbieder: then there are no `stappen`.
    """

    stappen: tuple[Stap, ...] = ()
    effect: tuple[EffectRow, ...] = ()
    opvolging: Opvolging | None = None
    onderaannemers: Onderaannemers | None = None


def refusal(pad: str, melding: str, **waarden: Waarde | date) -> InvalidInput:
    """A refusal with one finding; `pad` is the field of the request."""
    return InvalidInput(melding, findings=(_finding(pad, melding, **waarden),))


def judged(
    stappen: tuple[Stap, ...],
    feiten: Feiten,
    opvolging: Opvolging | None,
    *,
    pad: str,
    even: bool = False,
    way_out: str = "",
) -> Wijziging:
    """The act, unless it takes away what was granted; `even` demands that no volume appears or vanishes.

    Raises InvalidInput with the numbers of the periods that are wrong, by the ToewijzingNummer that there is now;
    `pad` is the field of the request, `way_out` a sentence on how volumes would stay even.
    """
    effect = effect_of(stappen, feiten.inrichting, today=feiten.today)
    cut = [row for row in effect if row.is_cut_below_what_was_granted]
    if cut:
        melding = "Er is al meer gedeclareerd dan er zou overblijven."
        raise InvalidInput(melding, findings=tuple(_numbers(pad, melding, row, stappen, opvolging) for row in cut))
    if even:
        _demand_even(effect, pad, way_out)
    return Wijziging(stappen=stappen, effect=effect, opvolging=opvolging)


def _numbers(pad: str, melding: str, row: EffectRow, stappen: tuple[Stap, ...], opvolging: Opvolging | None) -> Finding:
    """A successor that is refused never gets its number: what it would take over stands on the one before it."""
    periode, sleutel = row.periode, row.toewijzing.sleutel
    running = opvolging.van if opvolging is not None and opvolging.naar == sleutel else sleutel
    return _finding(
        pad,
        melding,
        toewijzingNummer=next(stap.na.nummer for stap in stappen if stap.na.sleutel == running),
        jaar=periode.jaar,
        periode=periode.periode,
        gedeclareerd=row.gedeclareerd,
        resteert=row.na,
    )


def _demand_even(effect: Sequence[EffectRow], pad: str, way_out: str) -> None:
    melding = f"De delen zijn in deze periode samen niet gelijk aan het geheel. {way_out}".rstrip()
    wrong = [
        _finding(pad, melding, jaar=periode.jaar, periode=periode.periode, geheel=voor, delen=na)
        for periode, (voor, na) in sums_by_period(effect).items()
        if voor != na
    ]
    if wrong:
        more = f" Dit is in {len(wrong)} perioden zo; de eerste {MANY} staan erbij." if len(wrong) > MANY else ""
        raise InvalidInput(melding + more, findings=tuple(wrong[:MANY]))


def _finding(pad: str, melding: str, **waarden: Waarde | date) -> Finding:
    shown = {name: value.isoformat() if isinstance(value, date) else value for name, value in waarden.items()}
    return Finding(regel=WIJZIGING, retourcode=None, pad=pad, melding=melding, waarden=shown)
