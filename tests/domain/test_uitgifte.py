"""The 301 on toewijzingen that were changed: this product only, and no remarks for another aanbieder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.effect import Stap
from app.domain.routing import without_remarks_on_products
from app.domain.toewijzing import Client, Toewijzingsbericht
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
