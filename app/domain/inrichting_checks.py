"""What must hold between the entries of an inrichting (details.md 26, 30, 31; domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

from app.domain.cak_periode import PERIODS_PER_YEAR, CakPeriode
from app.domain.codelijsten import Frequentie
from app.domain.inrichting import CatalogusProduct, Declaratieperiode, Geldig
from app.domain.inrichting_file import Entries, Place, Placed, PlacedContract
from app.domain.retour import Finding


def findings_on(entries: Entries) -> Iterator[Finding]:
    """Everything that is wrong between entries, as far as a file that is now loaded has to do with it."""
    yield from _overlaps("Product", ((p.value.code, p) for p in entries.producten))
    yield from _overlaps("Productspecificatie", ((s.value.code, s) for s in entries.productspecificaties))
    yield from _overlaps("Arrangement", ((a.value.code, a) for a in entries.arrangementen))
    yield from _overlaps(
        "Het contract met", ((c.contract.aanbieder, Placed(c.contract, c.place)) for c in entries.contracten)
    )
    yield from _unknown_products(entries)
    for contract in entries.contracten:
        yield from _overlaps("Het tarief van", ((t.value.code, t) for t in contract.tarieven))
        yield from _tarieven_outside(contract)
        yield from _four_weekly_per_month(contract, entries.producten)
    yield from _wrong_perioden(entries.cak_perioden)


def _overlaps(what: str, entries: Iterable[tuple[str, Placed[Geldig]]]) -> Iterator[Finding]:
    """The entries come in order of code and first day, so each has to begin after the longest one before it."""
    for code, same_code in groupby(entries, key=lambda entry: entry[0]):
        longest: Placed[Geldig] | None = None
        for _, entry in same_code:
            if longest and entry.value.geldig_van <= _last_day(longest.value):
                yield from _overlap(f"{what} {code}", longest, entry)
            if longest is None or _last_day(entry.value) > _last_day(longest.value):
                longest = entry


def _overlap(what: str, earlier: Placed[Geldig], later: Placed[Geldig]) -> Iterator[Finding]:
    if later.place and earlier.place:
        other = earlier.place
        bestand = "" if other.bestand == later.place.bestand else f"{other.bestand}, "
        yield later.place.finding(
            f"{what} ({_validity(later.value)}) overlapt met {bestand}regel {other.regel} ({_validity(earlier.value)})",
            anderBestand=other.bestand,
            andereRegel=other.regel,
        )
    elif later.place:
        yield later.place.finding(
            f"{what} ({_validity(later.value)}) overlapt met wat al geladen is ({_validity(earlier.value)}); "
            "geef dat in het bestand nog eens, met een geldigTot"
        )
    elif earlier.place:
        yield earlier.place.finding(
            f"{what} ({_validity(earlier.value)}) overlapt met wat al geladen is ({_validity(later.value)})"
        )


def _last_day(geldig: Geldig) -> date:
    return geldig.geldig_tot or date.max


def _validity(geldig: Geldig) -> str:
    tot = f"tot en met {geldig.geldig_tot}" if geldig.geldig_tot else "zonder einde"
    return f"geldig vanaf {geldig.geldig_van} {tot}"


def _unknown_products(entries: Entries) -> Iterator[Finding]:
    known = {product.value.code for product in entries.producten}
    leads_to = [*entries.productspecificaties, *entries.arrangementen]
    named = [(entry.value.product, entry.place.at("product") if entry.place else None) for entry in leads_to]
    named += [(code.value, code.place) for contract in entries.contracten for code in contract.producten]
    for code, place in named:
        if place and code not in known:
            yield place.finding(f"Product {code} staat niet in de producten van deze gemeente")


def _tarieven_outside(contract: PlacedContract) -> Iterator[Finding]:
    for tarief in contract.tarieven:
        if tarief.place and tarief.value.code not in contract.contract.producten:
            yield tarief.place.at("code").finding(
                f"Product {tarief.value.code} hoort niet bij de producten van dit contract"
            )


def _four_weekly_per_month(
    contract: PlacedContract, producten: Sequence[Placed[CatalogusProduct]]
) -> Iterator[Finding]:
    agreed = contract.contract
    if agreed.declaratieperiode is not Declaratieperiode.MAAND:
        return
    places = {code.value: code.place for code in contract.producten}
    for product in producten:
        place = places.get(product.value.code) or product.place
        four_weekly = product.value.frequentie is Frequentie.PER_VIER_WEKEN
        if place and four_weekly and product.value.code in places and _meet(agreed, product.value):
            yield place.finding(
                f"Product {product.value.code} heeft Frequentie 3 (per vier weken); "
                f"het contract met {agreed.aanbieder} vanaf {agreed.geldig_van} declareert per maand"
            )


def _meet(one: Geldig, other: Geldig) -> bool:
    return one.geldig_van <= _last_day(other) and other.geldig_van <= _last_day(one)


def _wrong_perioden(entries: Sequence[Placed[CakPeriode]]) -> Iterator[Finding]:
    whole = True
    for jaar, rows in groupby(entries, key=lambda entry: entry.value.jaar):
        for finding in _wrong_year(jaar, list(rows)):
            whole = False
            yield finding
    if whole:
        for earlier, later in pairwise(entries):
            yield from _gap(earlier, later)


def _wrong_year(jaar: int, rows: Sequence[Placed[CakPeriode]]) -> Iterator[Finding]:
    place = rows[0].place
    if place and [row.value.periode for row in rows] != list(range(1, PERIODS_PER_YEAR + 1)):
        yield place.finding(f"Van {jaar} horen alle perioden er te staan, 1 tot en met 13 en in die volgorde")
    for row in rows:
        if not row.place:
            continue
        begindatum, einddatum = row.value.begindatum, row.value.einddatum
        if einddatum < begindatum:
            yield row.place.at("einddatum").finding("De einddatum ligt vóór de begindatum")
        elif jaar not in (begindatum.year, einddatum.year):
            yield row.place.finding(f"Deze periode ligt buiten {jaar}")


def _gap(earlier: Placed[CakPeriode], later: Placed[CakPeriode]) -> Iterator[Finding]:
    if later.value.begindatum - timedelta(days=1) == earlier.value.einddatum:
        return
    text = (
        f"De perioden sluiten niet aan: {_periode(earlier)} eindigt op {earlier.value.einddatum}, "
        f"{_periode(later)} begint op {later.value.begindatum}"
    )
    if later.place:
        yield later.place.finding(text)
    elif earlier.place:
        yield earlier.place.finding(text)


def _periode(entry: Placed[CakPeriode]) -> str:
    return f"periode {entry.value.periode} van {entry.value.jaar}" + _origin(entry.place)


def _origin(place: Place | None) -> str:
    return f" (regel {place.regel})" if place else ""
