"""Splitting a running toewijzing over two aanbieders, and ending that (domain.md §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from app.domain.act import Feiten, Lopend, Wijziging, judged, refusal
from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Frequentie
from app.domain.effect import Stap
from app.domain.inrichting import GebrokenPeriode, Inrichting
from app.domain.onderaannemer import Onderaannemer, added, between, working_on
from app.domain.toekenning import Deel, TweedeAanbieder, Verdeling, verdeel
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing, ToewijzingVersie
from app.domain.voortzetting import (
    begin_in,
    continued,
    demand_no_overlap,
    demand_reden,
    ended,
    new_toewijzing,
    omvang_of,
    opvolging_of,
    within,
)

REDEN_ANDERE_AANBIEDER: Final = "09"

ONE_EURO: Final = Bedrag(100)


def split(lopend: Lopend, tweede: TweedeAanbieder, vanaf: CakPeriode, feiten: Feiten) -> Wijziging:
    """Give a second aanbieder part of the volume from a CAK period on; the first goes on under a new number.

    A second without a contract becomes onderaannemer, and nothing else changes. Raises InvalidInput with the numbers
    when the first was granted more than would remain, when the parts would not add up to the whole in every period,
    when the two have another tariff on the first day, or when an onderaannemer works already.
    """
    toewijzing, begin = lopend.toewijzing, begin_in(lopend.toewijzing, vanaf)
    omvang = omvang_of(toewijzing)
    if omvang.frequentie is Frequentie.TOTAAL:
        raise refusal("vanaf", "Deze toewijzing heeft een totaal en geen budget per periode; ze is niet te splitsen.")
    if tweede.agb == toewijzing.aanbieder:
        raise refusal("aanbieder", "De tweede aanbieder is een andere dan de eerste.")
    verdeling = _divided(toewijzing, omvang, tweede, begin, feiten.inrichting)
    if verdeling.tweede is None:
        return _with_onderaannemer(lopend, Onderaannemer(aanbieder=tweede.agb, begindatum=begin))
    first, second = feiten.nummers[:2]
    eerste, other = (within(toewijzing, deel) for deel in (verdeling.eerste, verdeling.tweede))
    stappen = continued(lopend, eerste, vanaf, first, REDEN_ANDERE_AANBIEDER, feiten)
    new = new_toewijzing(toewijzing, begin, other, second, feiten)
    demand_no_overlap(new, begin, feiten.andere, "aanbieder")
    opvolging = opvolging_of(*stappen, vanaf)
    return judged((*stappen, Stap(voor=None, na=new, geboekt={})), feiten, opvolging, pad="vanaf", even=True)


def _divided(
    toewijzing: Toewijzing, omvang: Omvang, tweede: TweedeAanbieder, begin: date, inrichting: Inrichting
) -> Verdeling:
    return verdeel(
        omvang.volume,
        aanbieder=toewijzing.aanbieder,
        tweede=tweede,
        contracted=_is_contracted(tweede.agb, toewijzing, begin, inrichting),
        tarief=_tarief(toewijzing, begin, inrichting),
        tarief_tweede=inrichting.tarief_on(tweede.agb, toewijzing.actueel.product.code or "", begin),
        afronding=inrichting.instellingen.afronding,
        pad="",
    )


def _with_onderaannemer(lopend: Lopend, new: Onderaannemer) -> Wijziging:
    """One at a time: the share of an onderaannemer is not kept apart, so two on a day cannot be told apart."""
    for other in between(lopend.onderaannemers, new.begindatum, new.einddatum):
        raise refusal(
            "aanbieder",
            "In deze periode is er al een onderaannemer; beëindig die eerst.",
            toewijzingNummer=lopend.toewijzing.nummer,
            aanbieder=other.aanbieder,
            begindatum=other.begindatum,
            einddatum=other.einddatum,
        )
    return Wijziging(onderaannemers=added(lopend.onderaannemers, new))


def has_onderaannemer_to_end(lopend: Lopend, einddatum: date, verwant: frozenset[str]) -> bool:
    """Whether the day can be the last one of an onderaannemer, rather than of a part of the budget.

    It works on the day, or begins on the next; or later, on a toewijzing that was never divided.
    """
    if working_on(lopend.onderaannemers, einddatum) is not None:
        return True
    coming = _coming(lopend, einddatum)
    undivided = verwant <= {lopend.toewijzing.sleutel}
    return coming is not None and (undivided or coming.begindatum == einddatum + timedelta(days=1))


def _coming(lopend: Lopend, einddatum: date) -> Onderaannemer | None:
    return next((one for one in lopend.onderaannemers if one.begindatum > einddatum), None)


def end_onderaannemer(lopend: Lopend, *, einddatum: date, reden: str) -> Wijziging:
    """Let this be the last day of the onderaannemer who works on it; for the aanbieder nothing changes.

    Of one that has yet to begin on that day nothing remains. Raises InvalidInput when there is neither, or when it is
    the last day already.
    """
    demand_reden(reden)
    last, coming = working_on(lopend.onderaannemers, einddatum), _coming(lopend, einddatum)
    if last is None and coming is not None:
        return Wijziging(onderaannemers=tuple(one for one in lopend.onderaannemers if one is not coming))
    if last is None or last.einddatum == einddatum:
        melding = "Er is geen onderaannemer die na deze dag nog werkt."
        raise refusal("einddatum", melding, einddatum=einddatum)
    if einddatum > (lopend.toewijzing.actueel.einddatum or date.max):
        raise refusal("einddatum", "De toewijzing loopt dan niet meer.", einddatum=einddatum)
    shortened = replace(last, einddatum=einddatum)
    return Wijziging(onderaannemers=tuple(shortened if one is last else one for one in lopend.onderaannemers))


def merge(tweede: Lopend, eerste: Lopend, *, einddatum: date, reden: str, feiten: Feiten) -> Wijziging:
    """End a split: the second's toewijzing ends, and from the next CAK period on the first has its volume as well.

    A second that is made void gives its volume back from its own first period on. Raises InvalidInput when nothing
    would come back, and with the numbers when the two have another tariff on the day on which it does.
    """
    back = ended(tweede, einddatum, reden, feiten)
    _demand_volume_after(tweede.toewijzing, einddatum)
    returned, kept = omvang_of(tweede.toewijzing), omvang_of(eerste.toewijzing)
    if (returned.eenheid, returned.frequentie) != (kept.eenheid, kept.frequentie):
        raise refusal("samenvoegen", "De toewijzingen verschillen in eenheid of frequentie.")
    vanaf = _next_periode(back.na.actueel, feiten.inrichting)
    begin = begin_in(eerste.toewijzing, vanaf)
    _demand_same_tarief(tweede.toewijzing, eerste.toewijzing, begin, feiten.inrichting)
    both = _together(eerste.toewijzing, tweede.toewijzing)
    stappen = continued(eerste, both, vanaf, feiten.nummers[0], REDEN_ANDERE_AANBIEDER, feiten)
    opvolging, way_out = opvolging_of(*stappen, vanaf), _way_out(back.na.actueel, feiten.inrichting)
    return judged((*stappen, back), feiten, opvolging, pad="einddatum", even=True, way_out=way_out)


def _way_out(ended: ToewijzingVersie, inrichting: Inrichting) -> str:
    """Where days are counted, the rest of a broken period would be nobody's."""
    by_days = inrichting.instellingen.gebroken_periode is GebrokenPeriode.NAAR_RATO
    current = inrichting.cak_periode_on(ended.einddatum) if ended.einddatum is not None else None
    if not by_days or ended.is_void or current is None or ended.einddatum == current.einddatum:
        return ""
    return f"Kies als einddatum de laatste dag van een CAK-periode, zoals {current.einddatum.isoformat()}."


def _together(eerste: Toewijzing, tweede: Toewijzing) -> Deel:
    """Both volumes at the first, from where the earlier of the two parts begins in the whole."""
    vanaf = min(eerste.actueel.aandeel_vanaf, tweede.actueel.aandeel_vanaf)
    return Deel(eerste.aanbieder, omvang_of(eerste).volume + omvang_of(tweede).volume, aandeel_vanaf=vanaf)


def _demand_same_tarief(tweede: Toewijzing, eerste: Toewijzing, day: date, inrichting: Inrichting) -> None:
    """A volume holds units: at another tariff the same units are another amount."""
    own, other = _tarief(eerste, day, inrichting), _tarief(tweede, day, inrichting)
    if own != other:
        raise refusal(
            "samenvoegen",
            "De tarieven van de aanbieders voor dit product verschillen; zo is het budget niet terug te geven.",
            begindatum=day,
            tariefEersteCenten=own.cents,
            tariefTweedeCenten=other.cents,
        )


def find_eerste(tweede: Toewijzing, feiten: Feiten, einddatum: date, *, nummer: int | None = None) -> Toewijzing:
    """To whom the volume of a part goes back: the other aanbieder that delivers the product to the client after it.

    Without a ToewijzingNummer it must have come of the same toewijzing or toekenning (`feiten.verwant`). InvalidInput
    when there is none, or more than one and nothing says which, or nothing comes after it; and with what is wrong with
    the one that the number names.
    """
    _demand_volume_after(tweede, einddatum)
    day = einddatum if einddatum == tweede.actueel.ingangsdatum else einddatum + timedelta(days=1)
    if nummer is not None:
        return _named(nummer, tweede, feiten, day)
    possible = [other for other in feiten.andere if _why_no_part_with(other, tweede, day) is None]
    found = [other for other in possible if other.sleutel in feiten.verwant]
    if len(found) != 1:
        known = ", ".join(str(other.nummer) for other in found or possible)
        melding = (
            "Er is niet precies één toewijzing van dit product bij een andere aanbieder waarvan dit een deel is; "
            "noem ze in samenvoegenMet."
        )
        raise refusal("samenvoegen", melding, aantal=len(found), toewijzingNummers=known)
    return found[0]


def _demand_volume_after(tweede: Toewijzing, einddatum: date) -> None:
    if einddatum >= (tweede.actueel.einddatum or date.max):
        raise refusal("einddatum", "Na deze datum is er geen volume meer om terug te geven.", einddatum=einddatum)


def _named(nummer: int, tweede: Toewijzing, feiten: Feiten, day: date) -> Toewijzing:
    other = next((other for other in feiten.andere if other.nummer == nummer), None)
    if other is None:
        own = nummer == tweede.nummer
        melding = "Dit is de toewijzing zelf." if own else "De client heeft geen andere toewijzing met dit nummer."
        raise refusal("samenvoegenMet", melding, toewijzingNummer=nummer)
    why = _why_no_part_with(other, tweede, day)
    if why is not None:
        versie = other.actueel
        raise refusal(
            "samenvoegenMet",
            why,
            toewijzingNummer=nummer,
            aanbieder=other.aanbieder,
            ingangsdatum=versie.ingangsdatum,
            einddatum=versie.einddatum,
        )
    return other


def _why_no_part_with(other: Toewijzing, tweede: Toewijzing, day: date) -> str | None:
    """Why the volume cannot go there from the day on; None when it can."""
    versie = other.versie_on(day) or other.actueel
    if versie.product != tweede.actueel.product:
        return "Deze toewijzing is van een ander product."
    if other.aanbieder == tweede.aanbieder:
        return "Deze toewijzing is van dezelfde aanbieder."
    if versie.is_void:
        return "Deze toewijzing is verwijderd."
    return None if other.versie_on(day) is not None else "Deze toewijzing loopt niet na de einddatum."


def _is_contracted(aanbieder: str, toewijzing: Toewijzing, day: date, inrichting: Inrichting) -> bool:
    contract, code = inrichting.contract_on(aanbieder, day), toewijzing.actueel.product.code
    return contract is not None and (code is None or code in contract.producten)


def _tarief(toewijzing: Toewijzing, day: date, inrichting: Inrichting) -> Bedrag:
    """What a unit costs: as agreed with the first, else as the catalogue says, else one euro."""
    code = toewijzing.actueel.product.code or ""
    product = inrichting.product_on(code, day)
    return inrichting.tarief_on(toewijzing.aanbieder, code, day) or (product.tarief if product else ONE_EURO)


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
