"""Splitting, changing and ending a running toewijzing: what is issued, and what that does (domain.md §4-§5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.domain.bedrag import Bedrag
from app.domain.budget import room_periods
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import REDEN_VERWIJDERD, Frequentie
from app.domain.effect import EffectRow, Stap, effect_of, sums_by_period
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding, Waarde
from app.domain.toekenning import TweedeAanbieder, verdeel
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing, ToewijzingVersie

WIJZIGING: Final = "IWB-wijziging"  # our own: the standard has no rule for it
REDEN_VERLENGD: Final = "04"
REDEN_VERKORT: Final = "05"
REDEN_ANDERE_AANBIEDER: Final = "09"
REDENEN: Final = frozenset(f"{code:02}" for code in range(1, 12))
"""LDT_RedenWijziging of 2.x."""

HIGHEST_VOLUME: Final = 99_999_999
ONE_EURO: Final = Bedrag(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lopend:
    """A toewijzing and its net granted volume in ledger units, by first day of the period it was booked on."""

    toewijzing: Toewijzing
    geboekt: Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feiten:
    """What an act may look at besides its toewijzing.

    `moment` is now in the Netherlands. `andere` are the other toewijzingen of the client. `nummers` are free
    ToewijzingNummers, as many as the act may need.
    """

    inrichting: Inrichting
    today: date
    moment: datetime
    andere: tuple[Toewijzing, ...] = ()
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

    `onderaannemer` is set when the second has no contract: then nothing else changes.
    """

    stappen: tuple[Stap, ...] = ()
    effect: tuple[EffectRow, ...] = ()
    opvolging: Opvolging | None = None
    onderaannemer: str | None = None


def split(lopend: Lopend, tweede: TweedeAanbieder, vanaf: CakPeriode, feiten: Feiten) -> Wijziging:
    """Give a second aanbieder part of the volume from a CAK period on; the first goes on under a new number.

    Raises InvalidInput with the numbers when the first was granted more than would remain, when the parts would
    not add up to the whole in every period, or when the two have another tariff on the first day.
    """
    toewijzing, begin = lopend.toewijzing, _begin(lopend.toewijzing, vanaf)
    omvang = _omvang(toewijzing)
    if omvang.frequentie is Frequentie.TOTAAL:
        raise refusal("vanaf", "Deze toewijzing heeft een totaal en geen budget per periode; ze is niet te splitsen.")
    if tweede.agb == toewijzing.aanbieder:
        raise refusal("aanbieder", "De tweede aanbieder is een andere dan de eerste.")
    verdeling = verdeel(
        omvang.volume,
        aanbieder=toewijzing.aanbieder,
        tweede=tweede,
        contracted=_is_contracted(tweede.agb, toewijzing, begin, feiten.inrichting),
        tarief=_tarief(toewijzing, begin, feiten.inrichting),
        tarief_tweede=feiten.inrichting.tarief_on(tweede.agb, toewijzing.actueel.product.code or "", begin),
        afronding=feiten.inrichting.instellingen.afronding,
        pad="",
    )
    if verdeling.tweede is None:
        return Wijziging(onderaannemer=verdeling.onderaannemer)
    first, second = feiten.nummers[:2]
    stappen = _continued(lopend, verdeling.eerste.volume, vanaf, first, REDEN_ANDERE_AANBIEDER, feiten)
    new = _new(toewijzing, begin, verdeling.tweede.volume, second, feiten, aanbieder=tweede.agb)
    _demand_no_overlap(new, begin, feiten.andere, "aanbieder")
    opvolging = _opvolging(*stappen, vanaf)
    return _judged((*stappen, Stap(voor=None, na=new, geboekt={})), feiten, opvolging, pad="vanaf", even=True)


def merge(tweede: Lopend, eerste: Lopend, *, einddatum: date, reden: str, feiten: Feiten) -> Wijziging:
    """End a split: the second's toewijzing ends, and from the next CAK period on the first has its volume as well.

    A second that is made void gives its volume back from its own first period on.
    """
    ended = _ended(tweede.toewijzing, einddatum, reden, feiten)
    _demand_volume_after(tweede.toewijzing, einddatum)
    returned, kept = _omvang(tweede.toewijzing), _omvang(eerste.toewijzing)
    if (returned.eenheid, returned.frequentie) != (kept.eenheid, kept.frequentie):
        raise refusal("samenvoegen", "De toewijzingen verschillen in eenheid of frequentie.")
    vanaf = _next_periode(ended.actueel, feiten.inrichting)
    volume = kept.volume + returned.volume
    _begin(eerste.toewijzing, vanaf)
    stappen = _continued(eerste, volume, vanaf, feiten.nummers[0], REDEN_ANDERE_AANBIEDER, feiten)
    opvolging = _opvolging(*stappen, vanaf)
    back = Stap(voor=tweede.toewijzing, na=ended, geboekt=tweede.geboekt)
    return _judged((*stappen, back), feiten, opvolging, pad="einddatum", even=True)


def change(lopend: Lopend, *, volume: int, vanaf: CakPeriode, feiten: Feiten) -> Wijziging:
    """Another volume from a CAK period on: under a new number, or in a new version where the volume is a total."""
    toewijzing = lopend.toewijzing
    _begin(toewijzing, vanaf)
    omvang = _omvang(toewijzing)
    if not 0 < volume <= HIGHEST_VOLUME or volume == omvang.volume:
        melding = "Het volume is een ander geheel getal dan nu, meer dan 0."
        raise refusal("volume", melding, nu=omvang.volume, hoogste=HIGHEST_VOLUME)
    if omvang.frequentie is Frequentie.TOTAAL:
        reden = REDEN_VERLENGD if volume > omvang.volume else REDEN_VERKORT
        na = _with_version(toewijzing, feiten, omvang=replace(omvang, volume=volume), reden_wijziging=reden)
        stappen: tuple[Stap, ...] = (Stap(voor=toewijzing, na=na, geboekt=lopend.geboekt),)
        return _judged(stappen, feiten, None, pad="volume")
    stappen = _continued(lopend, volume, vanaf, feiten.nummers[0], REDEN_VERKORT, feiten)
    opvolging = _opvolging(*stappen, vanaf)
    return _judged(stappen, feiten, opvolging, pad="volume")


def end(lopend: Lopend, *, einddatum: date, reden: str, feiten: Feiten) -> Wijziging:
    """Another Einddatum, earlier or later; the Ingangsdatum with reden 01 makes it void."""
    toewijzing = lopend.toewijzing
    before = toewijzing.actueel.einddatum
    na = _ended(toewijzing, einddatum, reden, feiten)
    if before is not None and einddatum > before:
        _demand_no_overlap(na, before + timedelta(days=1), feiten.andere, "einddatum")
    stappen = (Stap(voor=toewijzing, na=na, geboekt=lopend.geboekt),)
    return _judged(stappen, feiten, None, pad="einddatum")


def find_cak_periode(inrichting: Inrichting, jaar: int, periode: int) -> CakPeriode:
    """The CAK period with this name; InvalidInput when the gemeente has none."""
    found = next((p for p in inrichting.cak_perioden if (p.jaar, p.periode) == (jaar, periode)), None)
    if found is None:
        raise refusal("vanaf", "Deze CAK-periode is niet bekend.", jaar=jaar, periode=periode)
    return found


def find_eerste(tweede: Toewijzing, feiten: Feiten, einddatum: date, *, nummer: int | None = None) -> Toewijzing:
    """To whom the volume of a part goes back: the other aanbieder that delivers the product to the client after it.

    InvalidInput when there is none, or more than one and no ToewijzingNummer says which, or nothing comes after it.
    """
    _demand_volume_after(tweede, einddatum)
    day = einddatum if einddatum == tweede.actueel.ingangsdatum else einddatum + timedelta(days=1)
    found = [other for other in feiten.andere if _is_part_with(other, tweede, day) and nummer in {None, other.nummer}]
    if len(found) != 1:
        known = ", ".join(str(other.nummer) for other in found)
        melding = (
            "Er is niet precies één toewijzing van dit product bij een andere aanbieder; noem ze in samenvoegenMet."
        )
        raise refusal("samenvoegen", melding, aantal=len(found), toewijzingNummers=known)
    return found[0]


def _demand_volume_after(tweede: Toewijzing, einddatum: date) -> None:
    if einddatum >= (tweede.actueel.einddatum or date.max):
        raise refusal("einddatum", "Na deze datum is er geen volume meer om terug te geven.", einddatum=einddatum)


def _is_part_with(other: Toewijzing, tweede: Toewijzing, day: date) -> bool:
    versie = other.versie_on(day)
    if versie is None or versie.is_void:
        return False
    return other.aanbieder != tweede.aanbieder and versie.product == tweede.actueel.product


def refusal(pad: str, melding: str, **waarden: Waarde | date) -> InvalidInput:
    """A refusal with one finding; `pad` is the field of the request."""
    return InvalidInput(melding, findings=(_finding(pad, melding, **waarden),))


def _finding(pad: str, melding: str, **waarden: Waarde | date) -> Finding:
    shown = {name: value.isoformat() if isinstance(value, date) else value for name, value in waarden.items()}
    return Finding(regel=WIJZIGING, retourcode=None, pad=pad, melding=melding, waarden=shown)


def _begin(toewijzing: Toewijzing, vanaf: CakPeriode) -> date:
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


def _omvang(toewijzing: Toewijzing) -> Omvang:
    omvang = toewijzing.actueel.omvang
    if omvang is None:
        raise refusal("", "Deze toewijzing heeft geen omvang.")
    return omvang


def _is_contracted(aanbieder: str, toewijzing: Toewijzing, day: date, inrichting: Inrichting) -> bool:
    contract, code = inrichting.contract_on(aanbieder, day), toewijzing.actueel.product.code
    return contract is not None and (code is None or code in contract.producten)


def _tarief(toewijzing: Toewijzing, day: date, inrichting: Inrichting) -> Bedrag:
    """What a unit costs: as agreed with the first, else as the catalogue says, else one euro."""
    code = toewijzing.actueel.product.code or ""
    product = inrichting.product_on(code, day)
    return inrichting.tarief_on(toewijzing.aanbieder, code, day) or (product.tarief if product else ONE_EURO)


def _with_version(toewijzing: Toewijzing, feiten: Feiten, **changes: object) -> Toewijzing:
    """The toewijzing with a newer version, later than every other."""
    before = toewijzing.actueel
    newest = datetime.combine(before.toewijzingsdatum, before.toewijzingstijd).replace(microsecond=0)
    moment = max(feiten.moment, newest + timedelta(seconds=1))
    versie = replace(before, toewijzingsdatum=moment.date(), toewijzingstijd=moment.time(), **changes)  # pyright: ignore[reportArgumentType]
    return replace(toewijzing, versies=(*toewijzing.versies, versie))


def _new(
    toewijzing: Toewijzing, begin: date, volume: int, nummer: int, feiten: Feiten, *, aanbieder: str
) -> Toewijzing:
    before = toewijzing.actueel
    versie: ToewijzingVersie = replace(
        before,
        toewijzingsdatum=feiten.moment.date(),
        toewijzingstijd=feiten.moment.time(),
        ingangsdatum=begin,
        reden_wijziging=None,
        omvang=replace(_omvang(toewijzing), volume=volume),
    )
    return Toewijzing(
        sleutel=str(nummer), gemeente=toewijzing.gemeente, nummer=nummer, aanbieder=aanbieder, versies=(versie,)
    )


def _continued(
    lopend: Lopend, volume: int, vanaf: CakPeriode, nummer: int, reden: str, feiten: Feiten
) -> tuple[Stap, Stap]:
    """The toewijzing ends before the period, and goes on with another volume under a new number.

    One that begins in the period is made void. What was granted from the period on moves to the new number.
    """
    toewijzing, begin = lopend.toewijzing, _begin(lopend.toewijzing, vanaf)
    if begin == toewijzing.actueel.ingangsdatum:
        _demand_nothing_granted(lopend, volume, feiten.inrichting)
        ended = _with_version(toewijzing, feiten, einddatum=begin, reden_wijziging=REDEN_VERWIJDERD)
    else:
        last = begin - timedelta(days=1)
        _demand_whole_periods(toewijzing, GeslotenPeriode(last, begin), feiten.inrichting)
        ended = _with_version(toewijzing, feiten, einddatum=last, reden_wijziging=reden)
    void = ended.actueel.is_void
    moved = {day: booked for day, booked in lopend.geboekt.items() if void or day >= vanaf.begindatum}
    kept = {day: booked for day, booked in lopend.geboekt.items() if day not in moved}
    new = _new(toewijzing, begin, volume, nummer, feiten, aanbieder=toewijzing.aanbieder)
    return Stap(voor=toewijzing, na=ended, geboekt=kept), Stap(voor=None, na=new, geboekt=moved)


def _opvolging(old: Stap, new: Stap, vanaf: CakPeriode) -> Opvolging:
    return Opvolging(old.na.sleutel, new.na.sleutel, date.min if old.na.actueel.is_void else vanaf.begindatum)


def _demand_whole_periods(toewijzing: Toewijzing, days: GeslotenPeriode, inrichting: Inrichting) -> None:
    """A month or year that would be cut in two would have its cap twice."""
    if any(periode.dagen.encloses(days) for periode in room_periods(toewijzing, inrichting, days)):
        raise refusal(
            "vanaf", "Deze CAK-periode begint midden in een periode van de omvang.", begindatum=days.einddatum
        )


def _demand_nothing_granted(lopend: Lopend, volume: int, inrichting: Inrichting) -> None:
    """A toewijzing is only deleted when nothing was granted on it."""
    stap = Stap(voor=lopend.toewijzing, na=lopend.toewijzing, geboekt=lopend.geboekt)
    granted = [row for row in effect_of([stap], inrichting, today=date.min) if row.gedeclareerd]
    if granted:
        melding = "De toewijzing begint in deze periode; omdat er al op gedeclareerd is kan ze niet vervallen."
        raise InvalidInput(melding, findings=tuple(_numbers("vanaf", melding, row, volume) for row in granted))


def _ended(toewijzing: Toewijzing, einddatum: date, reden: str, feiten: Feiten) -> Toewijzing:
    versie = toewijzing.actueel
    if reden not in REDENEN:
        raise refusal("redenWijziging", "Dit is geen RedenWijziging: kies 01 tot en met 11.")
    if versie.is_void:
        raise refusal("einddatum", "Deze toewijzing is verwijderd.")
    if einddatum < versie.ingangsdatum:
        melding = "De einddatum ligt voor de ingangsdatum."
        raise refusal("einddatum", melding, einddatum=einddatum, ingangsdatum=versie.ingangsdatum)
    deletes = einddatum == versie.ingangsdatum and reden == REDEN_VERWIJDERD
    if einddatum == versie.einddatum and not deletes:
        raise refusal("einddatum", "Dit is al de einddatum van de toewijzing.", einddatum=einddatum)
    return _with_version(toewijzing, feiten, einddatum=einddatum, reden_wijziging=reden)


def _next_periode(ended: ToewijzingVersie, inrichting: Inrichting) -> CakPeriode:
    """The period from which the volume of an ended toewijzing is free."""
    last = ended.einddatum or date.max
    current = inrichting.cak_periode_on(last)
    if current is not None and ended.is_void:
        return current
    found = current and inrichting.cak_periode_on(current.einddatum + timedelta(days=1))
    if found is None:
        raise refusal("einddatum", "Na deze datum is geen CAK-periode bekend.", einddatum=last)
    return found


def _demand_no_overlap(new: Toewijzing, begin: date, andere: Sequence[Toewijzing], pad: str) -> None:
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


def _judged(
    stappen: tuple[Stap, ...], feiten: Feiten, opvolging: Opvolging | None, *, pad: str, even: bool = False
) -> Wijziging:
    """The act, unless it takes away what was granted; `even` demands that no volume appears or vanishes."""
    effect = effect_of(stappen, feiten.inrichting, today=feiten.today)
    cut = [row for row in effect if row.is_cut_below_what_was_granted]
    if cut:
        melding = "Er is al meer gedeclareerd dan er zou overblijven."
        raise InvalidInput(melding, findings=tuple(_numbers(pad, melding, row, row.na) for row in cut))
    if even:
        _demand_even(effect, pad)
    return Wijziging(stappen=stappen, effect=effect, opvolging=opvolging)


def _numbers(pad: str, melding: str, row: EffectRow, resteert: int) -> Finding:
    periode = row.periode
    return _finding(
        pad,
        melding,
        toewijzingNummer=row.toewijzing.nummer,
        jaar=periode.jaar,
        periode=periode.periode,
        gedeclareerd=row.gedeclareerd,
        resteert=resteert,
    )


def _demand_even(effect: Sequence[EffectRow], pad: str) -> None:
    melding = "De delen zijn in deze periode samen niet gelijk aan het geheel."
    wrong = [
        _finding(pad, melding, jaar=periode.jaar, periode=periode.periode, geheel=voor, delen=na)
        for periode, (voor, na) in sums_by_period(effect).items()
        if voor != na
    ]
    if wrong:
        raise InvalidInput(melding, findings=tuple(wrong))
