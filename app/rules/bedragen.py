"""Rules for the amounts in a 303: totals, signs, BerekendBedrag and VAT."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.codelijsten import TECHNISCH_AFGEKEURD, DebetCredit, Declaratievorm
from app.domain.declaratie import Declaratie, DeclaratieHeader, IngediendeBedragPrestatie, Prestatie
from app.domain.dossier import DeclaratieDossier
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel

TOTAAL_BEDRAG: Final = "DeclaratieFactuurBedragen/DeclaratieFactuurTotaalBedrag"
BTW_TOTAAL_BEDRAG: Final = "DeclaratieFactuurBedragen/BtwTotaalBedrag"
INGEDIEND: Final = "IngediendeBedragPrestatie"
HUNDRED_PERCENT: Final = 10_000
NIET_VRIJGESTELD: Final = "2"


def _ingediend(declaratie: Declaratie) -> Iterator[IngediendeBedragPrestatie]:
    for client in declaratie.clienten:
        for prestatie in client.prestaties:
            yield prestatie.ingediende_bedrag_prestatie


def _is_credit_of_nothing(totaal: BedragMetDC | None) -> bool:
    return totaal == BedragMetDC(NUL, DebetCredit.CREDIT)


@technische_regel("R21-0150", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def totaal_is_sum_of_prestaties(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """Het totaalbedrag is de som van alle Prestaties, debet positief en credit negatief."""
    totaal = declaratie.header.declaratie_factuur_totaal_bedrag.saldo
    total = Bedrag(sum(ingediend.declaratie_factuur_bedrag.saldo.cents for ingediend in _ingediend(declaratie)))
    if totaal != total:
        yield mismatch(declaratie.header, TOTAAL_BEDRAG, gevondenCenten=totaal, verwachtCenten=total)


@technische_regel("R21-8194", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieHeader)
def zero_totaal_is_debet(header: DeclaratieHeader, _bericht: object) -> Iterator[Mismatch]:
    """Een totaalbedrag van 0 is debet."""
    if _is_credit_of_nothing(header.declaratie_factuur_totaal_bedrag):
        yield mismatch(header, f"{TOTAAL_BEDRAG}/DebetCredit", totaalBedragCenten=0, debetCredit="C")


@technische_regel("R21-8835", retourcode=TECHNISCH_AFGEKEURD, on=Declaratie)
def btw_totaal_is_sum_of_prestaties(declaratie: Declaratie, _bericht: object) -> Iterator[Mismatch]:
    """BtwTotaalBedrag is de som van alle BtwBedragen, en ontbreekt niet als er een BtwBedrag is."""
    bedragen = [ingediend.btw_bedrag for ingediend in _ingediend(declaratie) if ingediend.btw_bedrag is not None]
    total = sum((bedrag.saldo for bedrag in bedragen), NUL)
    totaal = declaratie.header.btw_totaal_bedrag
    if totaal is None and bedragen:
        yield mismatch(declaratie.header, BTW_TOTAAL_BEDRAG, gevondenCenten=None, verwachtCenten=total)
    if totaal is not None and totaal.saldo != total:
        yield mismatch(declaratie.header, BTW_TOTAAL_BEDRAG, gevondenCenten=totaal.saldo, verwachtCenten=total)


@technische_regel("R21-8839", retourcode=TECHNISCH_AFGEKEURD, on=DeclaratieHeader)
def zero_btw_totaal_is_debet(header: DeclaratieHeader, _bericht: object) -> Iterator[Mismatch]:
    """Een BtwTotaalBedrag van 0 is debet."""
    if _is_credit_of_nothing(header.btw_totaal_bedrag):
        yield mismatch(header, f"{BTW_TOTAAL_BEDRAG}/DebetCredit", totaalBedragCenten=0, debetCredit="C")


@technische_regel("R21-8064", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def bedragen_are_on_one_side(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """De bedragen van een Prestatie zijn allemaal debet of allemaal credit."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    side = ingediend.declaratie_factuur_bedrag.debet_credit
    named = (("BerekendBedrag", ingediend.berekend_bedrag), ("BtwBedrag", ingediend.btw_bedrag))
    for name, bedrag in named:
        if bedrag is not None and bedrag.debet_credit is not side:
            yield mismatch(prestatie, f"{INGEDIEND}/{name}/DebetCredit", gevonden=bedrag.debet_credit, verwacht=side)


@technische_regel("R21-8215", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def berekend_bedrag_is_volume_times_tarief(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """BerekendBedrag is GeleverdVolume maal ProductTarief, en maal Verrekenpercentage als dat is ingevuld, afgerond op
    hele centen."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    if ingediend.berekend_bedrag is None or ingediend.product_tarief is None:
        return
    percentage = HUNDRED_PERCENT if ingediend.verrekenpercentage is None else ingediend.verrekenpercentage
    verwacht = ingediend.product_tarief.times(Fraction(ingediend.geleverd_volume * percentage, HUNDRED_PERCENT))
    if ingediend.berekend_bedrag.bedrag != verwacht:
        yield mismatch(
            prestatie,
            f"{INGEDIEND}/BerekendBedrag/Bedrag",
            gevondenCenten=ingediend.berekend_bedrag.bedrag,
            verwachtCenten=verwacht,
            geleverdVolume=ingediend.geleverd_volume,
            productTariefCenten=ingediend.product_tarief,
            verrekenpercentage=ingediend.verrekenpercentage,
        )


@technische_regel("R21-8851", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def factuur_says_whether_btw_applies(prestatie: Prestatie, declaratie: Declaratie) -> Iterator[Mismatch]:
    """In een factuur (448) heeft elke Prestatie een BtwVrijstellingIndicatie."""
    if declaratie.header.vorm is not Declaratievorm.FACTUUR:
        return
    if prestatie.ingediende_bedrag_prestatie.btw_vrijstelling_indicatie is None:
        yield mismatch(
            prestatie,
            f"{INGEDIEND}/BtwVrijstellingIndicatie",
            berichtCode=declaratie.header.bericht_code,
            btwVrijstellingIndicatie=None,
        )


@technische_regel("R21-8837", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def btw_is_given_where_it_applies(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """Een Prestatie die niet van btw is vrijgesteld (indicatie 2) heeft BtwPercentage en BtwBedrag."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    if ingediend.btw_vrijstelling_indicatie != NIET_VRIJGESTELD:
        return
    for name, value in (("BtwPercentage", ingediend.btw_percentage), ("BtwBedrag", ingediend.btw_bedrag)):
        if value is None:
            yield mismatch(
                prestatie,
                f"{INGEDIEND}/{name}",
                btwVrijstellingIndicatie=ingediend.btw_vrijstelling_indicatie,
                aanwezig=False,
            )


@technische_regel("R21-8850", retourcode=TECHNISCH_AFGEKEURD, on=Prestatie)
def no_btw_where_it_does_not_apply(prestatie: Prestatie, _bericht: object) -> Iterator[Mismatch]:
    """Een Prestatie die van btw is vrijgesteld, of daar niets over zegt, heeft geen BtwBedrag."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    if ingediend.btw_vrijstelling_indicatie != NIET_VRIJGESTELD and ingediend.btw_bedrag is not None:
        yield mismatch(
            prestatie,
            f"{INGEDIEND}/BtwBedrag",
            btwVrijstellingIndicatie=ingediend.btw_vrijstelling_indicatie,
            btwBedragCenten=ingediend.btw_bedrag.bedrag,
        )


@technische_regel("R21-8817", retourcode=TECHNISCH_AFGEKEURD, niveau=Niveau.EXTERN, on=Declaratie)
def berekend_bedrag_only_where_agreed(declaratie: Declaratie, dossier: DeclaratieDossier) -> Iterator[Mismatch]:
    """BerekendBedrag is alleen ingevuld als het contract dat toestaat."""
    if dossier.inrichting is None:
        return
    header = declaratie.header
    begindatum = header.declaratie_factuur_identificatie.declaratie_periode.begindatum
    contract = dossier.inrichting.contract_on(header.aanbieder, begindatum)
    if contract is not None and contract.berekend_bedrag:
        return
    for client in declaratie.clienten:
        for prestatie in client.prestaties:
            bedrag = prestatie.ingediende_bedrag_prestatie.berekend_bedrag
            if bedrag is not None:
                yield mismatch(prestatie, f"{INGEDIEND}/BerekendBedrag", berekendBedragCenten=bedrag.bedrag)
