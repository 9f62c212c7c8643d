"""What a toekenning is refused for, every field named at once, and what it is warned about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from stdnum.nl import bsn

from app.domain.bericht import Product
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Ernst, Finding, Waarde
from app.domain.toekenning import VERDELING, Domein, Resultaat, Toekenning
from app.domain.versies import Segment, Toewijzing
from app.rules.toewijzing import NOT_IN_CONTRACT

# Our own: the standard has no rules for what comes before a message.
GELDIGHEID: Final = "IWB-geldigheid"
RESULTAAT: Final = "IWB-resultaat"
OVERLAP: Final = "IWB-overlap"
DUBBEL: Final = "IWB-dubbel"

NINE_DIGITS: Final = re.compile(r"[0-9]{9}")
EARLIEST_AFGIFTEDATUM: Final = date(1900, 1, 1)
ONE_YEAR: Final = timedelta(days=366)
LOWEST_SCORE, HIGHEST_SCORE = 1, 5
BEGELEIDING: Final = "02A01"
VERBLIJF_MET_BEGELEIDING: Final = "04A06"  # its tariff includes begeleiding: next to it that is paid twice
DOUBLE_FUNDING: Final = {BEGELEIDING: VERBLIJF_MET_BEGELEIDING, VERBLIJF_MET_BEGELEIDING: BEGELEIDING}


def request_findings(toekenning: Toekenning, inrichting: Inrichting, today: date) -> Iterator[Finding]:
    """What is wrong with the request itself."""
    if not NINE_DIGITS.fullmatch(toekenning.client.bsn) or not bsn.is_valid(toekenning.client.bsn):
        yield _fout("CS002", "client.bsn", "Het bsn doorstaat de 11-proef niet.")
    yield from _afgiftedatum(toekenning.afgiftedatum, today)
    yield from _validity(toekenning, inrichting)
    if toekenning.evaluatiedatum is not None and not _holds_on(toekenning, toekenning.evaluatiedatum):
        yield _fout(GELDIGHEID, "evaluatiedatum", "De evaluatie valt binnen de geldigheid van de toekenning.")
    for number, resultaat in enumerate(toekenning.resultaten):
        yield from _resultaat(toekenning, resultaat, f"resultaten[{number}]")
    if toekenning.tweede is not None and toekenning.tweede.agb == toekenning.aanbieder:
        yield _fout(VERDELING, "tweedeAanbieder.agb", "De tweede aanbieder is een andere dan de eerste.")


def _afgiftedatum(day: date, today: date) -> Iterator[Finding]:
    """A year that was mistyped: no beschikking is as old, or decided so far ahead."""
    latest = today + ONE_YEAR
    if not EARLIEST_AFGIFTEDATUM <= day <= latest:
        melding = "De afgiftedatum ligt niet tussen 1 januari 1900 en vandaag over een jaar."
        waarden: dict[str, Waarde] = {"afgiftedatum": day.isoformat(), "uiterlijk": latest.isoformat()}
        yield _fout(GELDIGHEID, "beschikking.afgiftedatum", melding, waarden)


def _holds_on(toekenning: Toekenning, day: date) -> bool:
    return toekenning.ingangsdatum <= day and (toekenning.einddatum is None or day <= toekenning.einddatum)


def contract_findings(toekenning: Toekenning, inrichting: Inrichting, code: str | None) -> Iterator[Finding]:
    """Whether the first aanbieder has a contract for the product (`code`, None when unknown) on the first day."""
    contract = inrichting.contract_on(toekenning.aanbieder, toekenning.ingangsdatum)
    waarden: dict[str, Waarde] = {
        "aanbieder": toekenning.aanbieder,
        "ingangsdatum": toekenning.ingangsdatum.isoformat(),
    }
    if contract is None:
        yield _fout(NOT_IN_CONTRACT, "aanbieder", "De aanbieder heeft op de ingangsdatum geen contract.", waarden)
    elif code is not None and code not in contract.producten:
        waarden["code"] = code
        yield _fout(
            NOT_IN_CONTRACT, "aanbieder", "Het product valt op de ingangsdatum niet onder het contract.", waarden
        )


def overlap_findings(toekenning: Toekenning, product: Product, known: Iterable[Toewijzing]) -> Iterator[Finding]:
    """The running toewijzingen of the same client and product, at whatever aanbieder, that share a day with it."""
    asked = GeslotenPeriode(toekenning.ingangsdatum, toekenning.einddatum or date.max)
    for toewijzing, segment in _sharing_a_day(asked, toekenning.client.bsn, known):
        other = segment.versie.product
        if other.categorie == product.categorie and other.code in {None, product.code}:
            melding = "De client heeft dit product al in deze periode."
            yield _fout(OVERLAP, "ingangsdatum", melding, _named(toewijzing, segment))


def double_funding(toekenning: Toekenning, product: Product, known: Iterable[Toewijzing]) -> Iterator[Finding]:
    """A warning for each toewijzing that pays for the same begeleiding: 04A06 next to 02A01."""
    asked = GeslotenPeriode(toekenning.ingangsdatum, toekenning.einddatum or date.max)
    yield from _paid_twice(asked, toekenning.client.bsn, product, known, "ingangsdatum")


def double_funding_of_added_days(
    before: Toewijzing, after: Toewijzing, known: Iterable[Toewijzing]
) -> Iterator[Finding]:
    """The same warning for the days that a later Einddatum adds to a toewijzing."""
    last, versie = before.actueel.einddatum, after.actueel
    einddatum = versie.einddatum or date.max
    if last is not None and last < einddatum:
        added = GeslotenPeriode(last + timedelta(days=1), einddatum)
        yield from _paid_twice(added, versie.bsn, versie.product, known, "einddatum")


def _paid_twice(
    asked: GeslotenPeriode, bsn_of_client: str, product: Product, known: Iterable[Toewijzing], pad: str
) -> Iterator[Finding]:
    for toewijzing, segment in _sharing_a_day(asked, bsn_of_client, known):
        other = segment.versie.product.code
        if other is not None and DOUBLE_FUNDING.get(product.code or "") == other:
            yield Finding(
                regel=DUBBEL,
                retourcode=None,
                pad=pad,
                melding="Dubbele financiering: in het tarief van 04A06 zit begeleiding die ook met 02A01 is toegekend.",
                waarden=_named(toewijzing, segment),
                ernst=Ernst.WAARSCHUWING,
            )


def _validity(toekenning: Toekenning, inrichting: Inrichting) -> Iterator[Finding]:
    begin, end = toekenning.ingangsdatum, toekenning.einddatum
    if inrichting.cak_periode_on(begin) is None:
        melding = "Van de ingangsdatum is geen CAK-periode bekend."
        yield _fout(GELDIGHEID, "ingangsdatum", melding, {"ingangsdatum": begin.isoformat()})
    if end is not None and end < begin:
        waarden: dict[str, Waarde] = {"ingangsdatum": begin.isoformat(), "einddatum": end.isoformat()}
        yield _fout(GELDIGHEID, "einddatum", "De einddatum ligt voor de ingangsdatum.", waarden)


def _resultaat(toekenning: Toekenning, resultaat: Resultaat, pad: str) -> Iterator[Finding]:
    if resultaat.domein not in set(Domein):
        yield _fout(RESULTAAT, f"{pad}.domein", f"Kies uit {', '.join(Domein)}.")
    for name, score in (("baseline", resultaat.baseline), ("doel", resultaat.doel)):
        if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
            yield _fout(RESULTAAT, f"{pad}.{name}", "Een score is 1 tot en met 5.")
    day, begin, end = resultaat.streefdatum, toekenning.ingangsdatum, toekenning.einddatum
    if day < begin or (end is not None and day > end):
        melding = "De streefdatum ligt niet binnen de geldigheid."
        yield _fout(RESULTAAT, f"{pad}.streefdatum", melding, {"streefdatum": day.isoformat()})


def _sharing_a_day(
    asked: GeslotenPeriode, bsn_of_client: str, known: Iterable[Toewijzing]
) -> Iterator[tuple[Toewijzing, Segment]]:
    for toewijzing in known:
        for segment in toewijzing.segments():
            own = segment.versie.bsn == bsn_of_client and not segment.versie.is_void
            if own and asked.intersection(segment.begindatum, segment.einddatum):
                yield toewijzing, segment


def _named(toewijzing: Toewijzing, segment: Segment) -> dict[str, Waarde]:
    return {
        "toewijzingNummer": toewijzing.nummer,
        "aanbieder": toewijzing.aanbieder,
        "begindatum": segment.begindatum.isoformat(),
        "einddatum": segment.einddatum.isoformat() if segment.einddatum else None,
    }


def _fout(regel: str, pad: str, melding: str, waarden: dict[str, Waarde] | None = None) -> Finding:
    return Finding(regel=regel, retourcode=None, pad=pad, melding=melding, waarden=waarden or {})
