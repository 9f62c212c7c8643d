"""A running toewijzing that ends, or goes on under another number: its versions, checked (domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from app.domain.act import Feiten, Lopend, Opvolging, refusal
from app.domain.budget import room_periods
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import REDEN_VERWIJDERD
from app.domain.effect import Stap
from app.domain.inrichting import Inrichting
from app.domain.onderaannemer import Onderaannemers, since, until
from app.domain.periode import GeslotenPeriode
from app.domain.toekenning import Deel
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing, ToewijzingVersie

REDENEN: Final = frozenset(f"{code:02}" for code in range(1, 12))
"""LDT_RedenWijziging of 2.x."""


def begin_in(toewijzing: Toewijzing, vanaf: CakPeriode) -> date:
    """The first day of the period on which the toewijzing holds; InvalidInput when it does not run then."""
    versie = toewijzing.actueel
    over = versie.einddatum is not None and versie.einddatum < vanaf.begindatum
    if versie.is_void or over or versie.ingangsdatum > vanaf.einddatum:
        raise refusal(
            "vanaf",
            "De toewijzing loopt niet in deze periode.",
            jaar=vanaf.jaar,
            periode=vanaf.periode,
            ingangsdatum=versie.ingangsdatum,
            einddatum=versie.einddatum,
        )
    return max(versie.ingangsdatum, vanaf.begindatum)


def omvang_of(toewijzing: Toewijzing) -> Omvang:
    """What is assigned now; InvalidInput when the toewijzing has no Omvang."""
    omvang = toewijzing.actueel.omvang
    if omvang is None:
        raise refusal("", "Deze toewijzing heeft geen omvang.")
    return omvang


def with_version(toewijzing: Toewijzing, feiten: Feiten, **changes: object) -> Toewijzing:
    """The toewijzing with a newer version, later than every other."""
    before = toewijzing.actueel
    newest = datetime.combine(before.toewijzingsdatum, before.toewijzingstijd).replace(microsecond=0)
    moment = max(feiten.moment, newest + timedelta(seconds=1))
    versie = replace(before, toewijzingsdatum=moment.date(), toewijzingstijd=moment.time(), **changes)  # pyright: ignore[reportArgumentType]
    return replace(toewijzing, versies=(*toewijzing.versies, versie))


def within(toewijzing: Toewijzing, deel: Deel) -> Deel:
    """A part of the toewijzing as a part of the whole that the toewijzing itself is part of."""
    return replace(deel, aandeel_vanaf=toewijzing.actueel.aandeel_vanaf + deel.aandeel_vanaf)


def new_toewijzing(toewijzing: Toewijzing, begin: date, deel: Deel, nummer: int, feiten: Feiten) -> Toewijzing:
    """The same product for the client from `begin` on, at the aanbieder of `deel`, under a number of its own."""
    before = toewijzing.actueel
    versie: ToewijzingVersie = replace(
        before,
        toewijzingsdatum=feiten.moment.date(),
        toewijzingstijd=feiten.moment.time(),
        ingangsdatum=begin,
        reden_wijziging=None,
        omvang=replace(omvang_of(toewijzing), volume=deel.volume),
        aandeel_vanaf=deel.aandeel_vanaf,
    )
    return Toewijzing(
        sleutel=str(nummer), gemeente=toewijzing.gemeente, nummer=nummer, aanbieder=deel.aanbieder, versies=(versie,)
    )


def continued(
    lopend: Lopend, deel: Deel, vanaf: CakPeriode, nummer: int, reden: str, feiten: Feiten
) -> tuple[Stap, Stap]:
    """The toewijzing ends before the period, and goes on with the volume of `deel` under a new number.

    One that begins in the period is made void, and has no room. What was granted from the period on moves to the new
    number, and so does whoever works for the aanbieder then.
    """
    toewijzing, begin = lopend.toewijzing, begin_in(lopend.toewijzing, vanaf)
    if begin == toewijzing.actueel.ingangsdatum:
        old = with_version(toewijzing, feiten, einddatum=begin, reden_wijziging=REDEN_VERWIJDERD)
    else:
        last = begin - timedelta(days=1)
        _demand_whole_periods(toewijzing, GeslotenPeriode(last, begin), feiten.inrichting)
        old = with_version(toewijzing, feiten, einddatum=last, reden_wijziging=reden)
    void, known = old.actueel.is_void, lopend.onderaannemers
    moved = {day: booked for day, booked in lopend.geboekt.items() if void or day >= vanaf.begindatum}
    kept = {day: booked for day, booked in lopend.geboekt.items() if day not in moved}
    new = new_toewijzing(toewijzing, begin, deel, nummer, feiten)
    before = () if void else until(known, begin - timedelta(days=1))
    return (
        Stap(voor=toewijzing, na=old, geboekt=kept, onderaannemers=before),
        Stap(voor=None, na=new, geboekt=moved, onderaannemers=since(known, begin)),
    )


def opvolging_of(old: Stap, new: Stap, vanaf: CakPeriode) -> Opvolging:
    """What was booked on the old number counts on the new: all of it when the old one is void, else from the period."""
    return Opvolging(old.na.sleutel, new.na.sleutel, date.min if old.na.actueel.is_void else vanaf.begindatum)


def ended(lopend: Lopend, einddatum: date, reden: str, feiten: Feiten) -> Stap:
    """The toewijzing with another Einddatum; a shorter one is the last day of an onderaannemer too.

    Raises InvalidInput when the reden is none, or the date is before the Ingangsdatum or no other than it is now.
    """
    na = _ended(lopend.toewijzing, einddatum, reden, feiten)
    return Stap(
        voor=lopend.toewijzing, na=na, geboekt=lopend.geboekt, onderaannemers=_remaining(lopend, na.actueel, einddatum)
    )


def _remaining(lopend: Lopend, na: ToewijzingVersie, einddatum: date) -> Onderaannemers:
    if na.is_void:
        return ()
    shorter = einddatum < (lopend.toewijzing.actueel.einddatum or date.max)
    return until(lopend.onderaannemers, einddatum) if shorter else lopend.onderaannemers


def demand_no_overlap(new: Toewijzing, begin: date, andere: Sequence[Toewijzing], pad: str) -> None:
    """The same aanbieder gets a product once at a time; then no volume counts double."""
    asked = GeslotenPeriode(begin, new.actueel.einddatum or date.max)
    for other, segment in _segments(new, andere):
        if asked.intersection(segment.begindatum, segment.einddatum):
            melding = "De aanbieder heeft in deze periode al een toewijzing van dit product."
            raise refusal(pad, melding, toewijzingNummer=other.nummer, aanbieder=other.aanbieder)


def _segments(new: Toewijzing, andere: Sequence[Toewijzing]) -> Iterator[tuple[Toewijzing, GeslotenPeriode]]:
    for other in andere:
        for segment in other.segments():
            versie = segment.versie
            same = (other.aanbieder, versie.bsn, versie.product) == (
                new.aanbieder,
                new.actueel.bsn,
                new.actueel.product,
            )
            if same and not versie.is_void and other.sleutel != new.sleutel:
                yield other, GeslotenPeriode(segment.begindatum, segment.einddatum or date.max)


def _ended(toewijzing: Toewijzing, einddatum: date, reden: str, feiten: Feiten) -> Toewijzing:
    versie = toewijzing.actueel
    demand_reden(reden)
    if versie.is_void:
        raise refusal("einddatum", "Deze toewijzing is verwijderd.")
    if einddatum < versie.ingangsdatum:
        melding = "De einddatum ligt voor de ingangsdatum."
        raise refusal("einddatum", melding, einddatum=einddatum, ingangsdatum=versie.ingangsdatum)
    deletes = einddatum == versie.ingangsdatum and reden == REDEN_VERWIJDERD
    if einddatum == versie.einddatum and not deletes:
        raise refusal("einddatum", "Dit is al de einddatum van de toewijzing.", einddatum=einddatum)
    return with_version(toewijzing, feiten, einddatum=einddatum, reden_wijziging=reden)


def demand_reden(reden: str) -> None:
    """Raise InvalidInput unless this is a RedenWijziging."""
    if reden not in REDENEN:
        raise refusal("redenWijziging", "Dit is geen RedenWijziging: kies 01 tot en met 11.")


def _demand_whole_periods(toewijzing: Toewijzing, days: GeslotenPeriode, inrichting: Inrichting) -> None:
    """A month or year that would be cut in two would have its cap twice."""
    if any(periode.dagen.encloses(days) for periode in room_periods(toewijzing, inrichting, days)):
        raise refusal(
            "vanaf", "Deze CAK-periode begint midden in een periode van de omvang.", begindatum=days.einddatum
        )
