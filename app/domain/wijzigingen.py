"""Changing and ending a running toewijzing: what is issued, and what that does (domain.md §4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from app.domain.act import Feiten, Lopend, Wijziging, judged, refusal
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Frequentie
from app.domain.effect import Stap
from app.domain.geheel import demand_within_whole
from app.domain.inrichting import Inrichting
from app.domain.toekenning import Deel
from app.domain.voortzetting import (
    begin_in,
    continued,
    demand_no_overlap,
    ended,
    omvang_of,
    opvolging_of,
    with_version,
    within,
)

REDEN_VERLENGD: Final = "04"
REDEN_VERKORT: Final = "05"

HIGHEST_VOLUME: Final = 99_999_999


def change(lopend: Lopend, *, volume: int, vanaf: CakPeriode, feiten: Feiten) -> Wijziging:
    """Another volume from a CAK period on: under a new number, or in a new version where the volume is a total.

    Raises InvalidInput with the numbers when more was granted than the new volume.
    """
    toewijzing = lopend.toewijzing
    begin_in(toewijzing, vanaf)
    omvang = omvang_of(toewijzing)
    if not 0 < volume <= HIGHEST_VOLUME or volume == omvang.volume:
        melding = "Het volume is een ander geheel getal dan nu, meer dan 0."
        raise refusal("volume", melding, nu=omvang.volume, hoogste=HIGHEST_VOLUME)
    if omvang.frequentie is Frequentie.TOTAAL:
        return judged((_other_total(lopend, volume, feiten),), feiten, None, pad="volume")
    deel = within(toewijzing, Deel(toewijzing.aanbieder, volume))
    stappen = continued(lopend, deel, vanaf, feiten.nummers[0], REDEN_VERKORT, feiten)
    return judged(stappen, feiten, opvolging_of(*stappen, vanaf), pad="volume")


def _other_total(lopend: Lopend, volume: int, feiten: Feiten) -> Stap:
    toewijzing, omvang = lopend.toewijzing, omvang_of(lopend.toewijzing)
    reden = REDEN_VERLENGD if volume > omvang.volume else REDEN_VERKORT
    na = with_version(toewijzing, feiten, omvang=replace(omvang, volume=volume), reden_wijziging=reden)
    return Stap(voor=toewijzing, na=na, geboekt=lopend.geboekt, onderaannemers=lopend.onderaannemers)


def end(lopend: Lopend, *, einddatum: date, reden: str, feiten: Feiten) -> Wijziging:
    """Another Einddatum, earlier or later; the Ingangsdatum with reden 01 makes it void.

    Raises InvalidInput with the numbers when more was granted than would remain, and when the days that are added
    would be paid twice: at the same aanbieder, or by a part whose volume others have by now.
    """
    before = lopend.toewijzing.actueel.einddatum
    stap = ended(lopend, einddatum, reden, feiten)
    if before is not None and einddatum > before:
        demand_no_overlap(stap.na, before + timedelta(days=1), feiten.andere, "einddatum")
        demand_within_whole(lopend.toewijzing, stap.na, feiten, "einddatum")
    return judged((stap,), feiten, None, pad="einddatum")


def find_cak_periode(inrichting: Inrichting, jaar: int, periode: int) -> CakPeriode:
    """The CAK period with this name; InvalidInput when the gemeente has none."""
    found = next((p for p in inrichting.cak_perioden if (p.jaar, p.periode) == (jaar, periode)), None)
    if found is None:
        raise refusal("vanaf", "Deze CAK-periode is niet bekend.", jaar=jaar, periode=periode)
    return found
