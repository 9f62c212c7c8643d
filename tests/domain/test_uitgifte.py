"""The 301 on toewijzingen that were changed: this product only, and no remarks for another aanbieder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.effect import Stap
from app.domain.refusals import InvalidInput
from app.domain.routing import without_remarks_on_products
from app.domain.toewijzing import BeschiktProduct, Client, Toewijzingsbericht
from app.domain.uitgifte import Bron, bericht_on
from tests import builders as a
from tests.builders import AANBIEDER, OTHER_AANBIEDER

OTHER_PRODUCT = a.a_product("04", "04A01")
PRODUCT = a.a_toegewezen_product(commentaar="zie gesprek", referentie_aanbieder="V1")
BESCHIKKING = a.a_beschikking(
    PRODUCT,
    a.a_toegewezen_product(toewijzing_nummer=1002, product=OTHER_PRODUCT),
    commentaar="zie dossier",
    beschikt_producten=(a.a_beschikt_product(product=OTHER_PRODUCT),),
)
BRON = Bron(aanbieder=AANBIEDER, client=a.a_client(commentaar="belt graag", beschikking=BESCHIKKING), product=PRODUCT)

ENDED = a.a_toewijzing(a.a_versie(einddatum=date(2019, 7, 14), reden_wijziging="09"))
NEW = a.a_toewijzing(a.a_versie(ingangsdatum=date(2019, 7, 15)), nummer=2001)


def made(*stappen: Stap) -> Toewijzingsbericht:
    return bericht_on(stappen, BRON, identificatie=a.an_identificatie(), referentie="Toekenning 7")


def client_of(bericht: Toewijzingsbericht) -> Client:
    (client,) = bericht.clienten
    return client


def test_holds_the_toewijzingen_as_they_became_and_no_other_product():
    bericht = made(Stap(voor=a.a_toewijzing(), na=ENDED, geboekt={}), Stap(voor=None, na=NEW, geboekt={}))
    old, new = client_of(bericht).beschikking.toegewezen_producten
    assert (bericht.header.afzender, bericht.header.ontvanger) == (a.GEMEENTE, AANBIEDER)
    assert old == replace(PRODUCT, aanbieder=AANBIEDER, einddatum=date(2019, 7, 14), reden_wijziging="09")
    assert (new.toewijzing_nummer, new.ingangsdatum, new.reden_wijziging) == (2001, date(2019, 7, 15), None)
    assert (old.referentie_aanbieder, new.referentie_aanbieder) == ("V1", None)
    (granted,) = client_of(bericht).beschikking.beschikt_producten
    assert granted.product == PRODUCT.product


def test_keeps_the_beschikt_product_that_names_it():
    named = a.a_beschikt_product(omvang=a.an_omvang(volume=1234))
    client = replace(BRON.client, beschikking=replace(BESCHIKKING, beschikt_producten=(named,)))
    step = Stap(voor=None, na=NEW, geboekt={})
    bericht = bericht_on([step], replace(BRON, client=client), identificatie=a.an_identificatie(), referentie=None)
    assert client_of(bericht).beschikking.beschikt_producten == (named,)


def with_granted(beschikt: BeschiktProduct) -> Bron:
    client = replace(BRON.client, beschikking=replace(BESCHIKKING, beschikt_producten=(beschikt,)))
    return replace(BRON, client=client)


def granted_in(stap: Stap, bron: Bron) -> BeschiktProduct:
    bericht = bericht_on([stap], bron, identificatie=a.an_identificatie(), referentie=None)
    (granted,) = client_of(bericht).beschikking.beschikt_producten
    return granted


def test_the_beschikt_product_follows_the_volume_that_the_same_aanbieder_goes_on_with():
    named, part = a.a_beschikt_product(commentaar="zie gesprek"), a.an_omvang(volume=550)
    goes_on = a.a_toewijzing(a.a_versie(omvang=part), nummer=2001)
    assert granted_in(Stap(voor=None, na=goes_on, geboekt={}), with_granted(named)) == replace(named, omvang=part)


class TestEinddatumVanHetBeschiktProduct:
    @pytest.mark.parametrize(
        ("granted", "assigned", "expected"),
        [
            (date(2019, 9, 8), date(2019, 12, 29), date(2019, 12, 29)),
            (date(2019, 12, 31), date(2019, 12, 29), date(2019, 12, 31)),
            (None, date(2019, 12, 29), None),
            (date(2019, 9, 8), None, None),
        ],
        ids=["lengthened past it", "within", "endless", "endless assigned"],
    )
    def test_is_never_before_that_of_the_toegewezen_product(
        self, granted: date | None, assigned: date | None, expected: date | None
    ):
        voor, na = (a.a_toewijzing(a.a_versie(einddatum=day)) for day in (date(2019, 9, 8), assigned))
        named = a.a_beschikt_product(einddatum=granted)
        step = Stap(voor=voor, na=na, geboekt={})
        assert granted_in(step, with_granted(named)) == replace(named, einddatum=expected)

    def test_of_several_only_the_last_follows(self):
        first = a.a_beschikt_product(ingangsdatum=date(2018, 5, 20), einddatum=date(2019, 5, 19))
        last = a.a_beschikt_product(einddatum=date(2019, 9, 8))
        client = replace(BRON.client, beschikking=replace(BESCHIKKING, beschikt_producten=(last, first)))
        voor, na = (a.a_toewijzing(a.a_versie(einddatum=day)) for day in (date(2019, 9, 8), date(2019, 12, 29)))
        step = Stap(voor=voor, na=na, geboekt={})
        bericht = bericht_on([step], replace(BRON, client=client), identificatie=a.an_identificatie(), referentie=None)
        found = client_of(bericht).beschikking.beschikt_producten
        assert found == (replace(last, einddatum=date(2019, 12, 29)), first)


def test_another_aanbieder_does_not_see_what_the_first_was_granted():
    whole = a.a_beschikt_product(omvang=a.an_omvang(volume=1234), commentaar="zie gesprek")
    versie = a.a_versie(omvang=a.an_omvang(volume=300))
    second = a.a_toewijzing(versie, nummer=2002, aanbieder=OTHER_AANBIEDER)
    assert granted_in(Stap(voor=None, na=second, geboekt={}), with_granted(whole)) == BeschiktProduct(
        product=versie.product, ingangsdatum=versie.ingangsdatum, einddatum=versie.einddatum, omvang=versie.omvang
    )


class TestEinddatumVanDeBeschikking:
    LAST = date(2019, 12, 31)

    def issued(self, before: date | None, after: date | None, last: date | None = LAST) -> Toewijzingsbericht:
        client = replace(BRON.client, beschikking=replace(BESCHIKKING, einddatum=last))
        voor, na = (a.a_toewijzing(a.a_versie(einddatum=day)) for day in (before, after))
        step = Stap(voor=voor, na=na, geboekt={})
        return bericht_on([step], replace(BRON, client=client), identificatie=a.an_identificatie(), referentie=None)

    def test_is_not_passed_by_lengthening(self):
        with pytest.raises(InvalidInput) as refused:
            self.issued(date(2019, 9, 8), date(2020, 1, 1))
        (finding,) = refused.value.findings
        assert finding.pad == "einddatum"
        assert finding.waarden == {"einddatum": "2020-01-01", "einddatumBeschikking": "2019-12-31"}

    @pytest.mark.parametrize(
        ("before", "after", "last"),
        [
            (date(2019, 9, 8), LAST, LAST),
            (date(2019, 9, 8), date(2020, 1, 1), None),
            (date(2020, 6, 1), date(2020, 1, 1), LAST),
            (None, date(2020, 1, 1), LAST),
        ],
        ids=["up to it", "none", "shortened", "endless before"],
    )
    def test_leaves_room_for_what_does_not_pass_it_or_is_no_lengthening(
        self, before: date, after: date, last: date | None
    ):
        (product,) = client_of(self.issued(before, after, last)).beschikking.toegewezen_producten
        assert product.einddatum == after


def test_keeps_remarks_for_the_same_aanbieder():
    client = client_of(made(Stap(voor=None, na=NEW, geboekt={})))
    assert (client.commentaar, client.beschikking.commentaar) == ("belt graag", "zie dossier")
    assert client.beschikking.toegewezen_producten[0].commentaar == "zie gesprek"


def test_gives_another_aanbieder_the_reference_only():
    client = client_of(made(Stap(voor=None, na=replace(NEW, aanbieder=OTHER_AANBIEDER), geboekt={})))
    (product,) = client.beschikking.toegewezen_producten
    assert (client.commentaar, client.beschikking.commentaar, product.commentaar) == (None, "Toekenning 7", None)
    assert product.aanbieder == OTHER_AANBIEDER


def test_release_2_1_has_no_remarks_on_a_product():
    reduced = without_remarks_on_products(BRON.client)
    assert {p.commentaar for p in reduced.beschikking.toegewezen_producten} == {None}
    assert reduced.commentaar == "belt graag"
