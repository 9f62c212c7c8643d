"""From a toekenning as it was kept to what its beschikking says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.domain.bedrag import NUL, Bedrag
from app.domain.berekening import CENTS_PER_EURO, PERIODS_PER_YEAR, ArrangementKeuze, Berekening, Etmalen
from app.domain.beschikking import (
    BeschikkingInhoud,
    BeschikteAanbieder,
    BeschiktResultaat,
    VerwachteInzet,
    aantal_in_indicatie,
    adresregels,
    schrijfnaam,
)
from app.domain.inrichting import Inrichting
from app.domain.toekenning import Clientgegevens, Deel, Resultaat, Toekenning

ETMAAL = "etmaal"


def inhoud_of(
    toekenning: Toekenning, berekening: Berekening, delen: Sequence[Deel], inrichting: Inrichting
) -> BeschikkingInhoud:
    """The content of the beschikking; `delen` are what the aanbieders got, the first one first.

    Names of gemeente, aanbieders and products are those of the inrichting; everything else is as it was kept.
    """
    client, budget = toekenning.client, budget_of(berekening)
    return BeschikkingInhoud(
        gemeente=inrichting.naam or inrichting.gemeente,
        beschikking_nummer=toekenning.beschikking_nummer,
        afgiftedatum=toekenning.afgiftedatum,
        naam=schrijfnaam(client.naam),
        geslacht=client.geslacht,
        adres=_adres(client),
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        resultaten=tuple(_resultaat(resultaat) for resultaat in toekenning.resultaten),
        inzet=_inzet(toekenning, berekening, inrichting),
        arrangement=_arrangement(berekening, inrichting),
        budget=budget,
        aanbieders=_aanbieders(delen, budget, inrichting),
    )


def budget_of(berekening: Berekening) -> Bedrag:
    """The amount per four weeks: exact for etmalen, which are paid by their tariff, else the rounded budget."""
    if berekening.soort == "etmalen":
        return berekening.bedrag_per_periode
    return Bedrag(berekening.budget_euro * CENTS_PER_EURO)


def _adres(client: Clientgegevens) -> tuple[str, ...]:
    return next((adresregels(contact.adres) for contact in client.contactgegevens if contact.adres is not None), ())


def _resultaat(resultaat: Resultaat) -> BeschiktResultaat:
    domein = resultaat.domein.replace("-", " ").replace("financien", "financiën")
    return BeschiktResultaat(domein=domein, omschrijving=resultaat.omschrijving, streefdatum=resultaat.streefdatum)


def _inzet(toekenning: Toekenning, berekening: Berekening, inrichting: Inrichting) -> tuple[VerwachteInzet, ...]:
    expected = [(regel.naam, regel.eenheid, regel.aantal_per_jaar) for regel in berekening.regels]
    if isinstance(berekening.grondslag, Etmalen):
        product = inrichting.product_on(berekening.grondslag.product, berekening.peildatum)
        naam = product.naam if product else berekening.grondslag.product
        expected = [(naam, ETMAAL, Fraction(berekening.volume * PERIODS_PER_YEAR))]
    return tuple(
        VerwachteInzet(
            naam=naam,
            eenheid=eenheid,
            aantal_per_jaar=per_jaar,
            aantal_in_indicatie=aantal_in_indicatie(per_jaar, toekenning.ingangsdatum, toekenning.einddatum),
        )
        for naam, eenheid, per_jaar in expected
    )


def _arrangement(berekening: Berekening, inrichting: Inrichting) -> str | None:
    keuze = berekening.grondslag
    if not isinstance(keuze, ArrangementKeuze):
        return None
    known = (a.naam for a in inrichting.arrangementen if a.code == keuze.code and a.holds_on(berekening.peildatum))
    return f"{next(known, keuze.code)}{' met opslag' if keuze.opslag else ''}"


def _aanbieders(delen: Sequence[Deel], budget: Bedrag, inrichting: Inrichting) -> tuple[BeschikteAanbieder, ...]:
    """Each with its part of the budget by volume; the first keeps the rest, so that together they are the whole."""
    namen = {aanbieder.agb: aanbieder.naam for aanbieder in inrichting.aanbieders}
    whole = sum(deel.volume for deel in delen)
    shares = [budget.times(Fraction(deel.volume, whole)) for deel in delen[1:]]
    amounts = [budget - sum(shares, NUL), *shares]
    return tuple(
        BeschikteAanbieder(naam=namen.get(deel.aanbieder, f"de aanbieder met AGB-code {deel.aanbieder}"), budget=amount)
        for deel, amount in zip(delen, amounts, strict=True)
    )
