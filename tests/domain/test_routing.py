"""To whom a 301 goes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.routing import (
    aanbieders,
    addressed_to,
    allotments,
    clienten_at,
    goes_as_it_is,
    placed,
    without_other_aanbieders,
)
from app.domain.toewijzing import Client, Toewijzingsbericht
from tests.builders import (
    AANBIEDER,
    BSN_X,
    BSN_Y,
    OTHER_AANBIEDER,
    a_beschikking,
    a_beschikt_product,
    a_client,
    a_product,
    a_toegewezen_product,
    a_toewijzingsbericht,
    an_omvang,
)

OURS = a_toegewezen_product(toewijzing_nummer=1, aanbieder=AANBIEDER)
THEIRS = a_toegewezen_product(
    toewijzing_nummer=2, aanbieder=OTHER_AANBIEDER, product=a_product("04", "04A01"), omvang=None
)
UNNAMED = a_toegewezen_product(toewijzing_nummer=3)


def numbers(*clienten: Client) -> list[int | None]:
    return [product.toewijzing_nummer for client in clienten for product in client.beschikking.toegewezen_producten]


def a_bericht() -> Toewijzingsbericht:
    """Client X with products at both aanbieders, client Y at the other one only."""
    return a_toewijzingsbericht(a_client(OURS, THEIRS, UNNAMED), a_client(THEIRS, bsn=BSN_Y))


class TestAllotments:
    def test_every_product_for_its_aanbieder_in_order(self) -> None:
        found = [(a.aanbieder, a.client.bsn, a.product.toewijzing_nummer) for a in allotments(a_bericht())]
        assert found == [
            (AANBIEDER, BSN_X, 1),
            (OTHER_AANBIEDER, BSN_X, 2),
            (AANBIEDER, BSN_X, 3),
            (OTHER_AANBIEDER, BSN_Y, 2),
        ]

    def test_each_aanbieder_once(self) -> None:
        assert aanbieders(a_bericht()) == (AANBIEDER, OTHER_AANBIEDER)


class TestPlaced:
    def places(self, *clienten: Client) -> list[int]:
        return [vanaf for _, vanaf in placed(a_toewijzingsbericht(*clienten))]

    def test_parts_of_the_same_follow_on_each_other(self) -> None:
        parts = [
            a_toegewezen_product(toewijzing_nummer=n, aanbieder=aanbieder, omvang=an_omvang(volume=volume))
            for n, aanbieder, volume in ((1, AANBIEDER, 500), (2, OTHER_AANBIEDER, 300), (3, "42420003", 50))
        ]
        assert self.places(a_client(*parts)) == [0, 500, 800]

    @pytest.mark.parametrize(
        "other",
        [
            {"product": a_product("04", "04A01")},
            {"ingangsdatum": date(2019, 6, 1)},
            {"einddatum": None},
            {"omvang": an_omvang(frequentie=Frequentie.PER_MAAND)},
            {"omvang": an_omvang(eenheid=Eenheid.UUR)},
            {"omvang": None},
        ],
    )
    def test_another_product_or_other_days_or_units_are_no_part_of_it(self, other: dict[str, Any]) -> None:
        assert self.places(a_client(OURS, replace(OURS, aanbieder=OTHER_AANBIEDER, **other))) == [0, 0]

    def test_another_client_has_a_whole_of_its_own(self) -> None:
        assert self.places(a_client(OURS), a_client(replace(OURS, aanbieder=OTHER_AANBIEDER), bsn=BSN_Y)) == [0, 0]


class TestGoesAsItIs:
    def test_with_products_for_the_ontvanger_alone(self) -> None:
        assert goes_as_it_is(a_toewijzingsbericht(a_client(OURS, UNNAMED)))

    def test_not_with_products_for_another_as_well_or_alone(self) -> None:
        assert not goes_as_it_is(a_bericht())
        assert not goes_as_it_is(a_toewijzingsbericht(a_client(THEIRS)))


class TestClientenAt:
    def test_only_clienten_and_products_of_the_aanbieder(self) -> None:
        ours, theirs = clienten_at(a_bericht(), AANBIEDER), clienten_at(a_bericht(), OTHER_AANBIEDER)
        assert ([c.bsn for c in ours], numbers(*ours)) == ([BSN_X], [1, 3])
        assert ([c.bsn for c in theirs], numbers(*theirs)) == ([BSN_X, BSN_Y], [2, 2])
        assert clienten_at(a_bericht(), "42429999") == ()

    def test_beschikte_producten_of_others_are_left_out(self) -> None:
        granted = (a_beschikt_product(product=OURS.product), a_beschikt_product(product=THEIRS.product))
        beschikking = a_beschikking(OURS, THEIRS, beschikt_producten=granted)
        bericht = a_toewijzingsbericht(a_client(beschikking=beschikking))
        (client,) = clienten_at(bericht, OTHER_AANBIEDER)
        assert [b.product for b in client.beschikking.beschikt_producten] == [THEIRS.product]

    def test_of_what_several_deliver_each_hears_its_own_volume(self) -> None:
        whole = a_beschikt_product(product=OURS.product, omvang=an_omvang(volume=850))
        parts = [
            replace(OURS, aanbieder=aanbieder, omvang=an_omvang(volume=volume))
            for aanbieder, volume in ((AANBIEDER, 550), (OTHER_AANBIEDER, 300))
        ]
        bericht = a_toewijzingsbericht(a_client(beschikking=a_beschikking(*parts, beschikt_producten=(whole,))))
        for part in parts:
            (client,) = clienten_at(bericht, part.aanbieder or "")
            assert client.beschikking.beschikt_producten == (replace(whole, omvang=part.omvang),)

    def test_of_what_several_deliver_one_with_several_parts_hears_no_volume(self) -> None:
        whole = a_beschikt_product(product=OURS.product, omvang=an_omvang(volume=850))
        own = [replace(OURS, omvang=an_omvang(volume=volume)) for volume in (550, 600)]
        beschikking = a_beschikking(*own, replace(OURS, aanbieder=OTHER_AANBIEDER), beschikt_producten=(whole,))
        (client,) = clienten_at(a_toewijzingsbericht(a_client(beschikking=beschikking)), AANBIEDER)
        assert client.beschikking.beschikt_producten == (replace(whole, omvang=None),)

    def test_what_one_alone_delivers_is_told_as_it_was_granted(self) -> None:
        whole = a_beschikt_product(product=OURS.product, omvang=an_omvang(volume=850))
        beschikking = a_beschikking(OURS, THEIRS, beschikt_producten=(whole,))
        (client,) = clienten_at(a_toewijzingsbericht(a_client(beschikking=beschikking)), AANBIEDER)
        assert client.beschikking.beschikt_producten == (whole,)

    def test_what_was_granted_is_told_where_no_beschikt_product_says_it(self) -> None:
        beschikking = a_beschikking(OURS, THEIRS, beschikt_producten=(a_beschikt_product(product=OURS.product),))
        bericht = a_toewijzingsbericht(a_client(beschikking=beschikking))
        (client,) = clienten_at(bericht, OTHER_AANBIEDER)
        (granted,) = client.beschikking.beschikt_producten
        for name in ("product", "ingangsdatum", "einddatum", "omvang"):
            assert getattr(granted, name) == getattr(THEIRS, name)


class TestAddressedTo:
    def test_a_301_of_its_own(self) -> None:
        bericht = a_bericht()
        clienten = clienten_at(bericht, OTHER_AANBIEDER)
        own = addressed_to(bericht, OTHER_AANBIEDER, clienten, "A0009")
        assert (own.header.afzender, own.header.ontvanger) == (bericht.header.afzender, OTHER_AANBIEDER)
        assert own.header.bericht_identificatie == replace(bericht.header.bericht_identificatie, identificatie="A0009")
        assert own.clienten == clienten


class TestWithoutOtherAanbieders:
    def test_no_aanbieder_and_no_beschikt_product_is_left(self) -> None:
        client = a_client(beschikking=a_beschikking(OURS, UNNAMED, beschikt_producten=(a_beschikt_product(),)))
        newer = without_other_aanbieders(client)
        assert [product.aanbieder for product in newer.beschikking.toegewezen_producten] == [None, None]
        assert newer.beschikking.beschikt_producten == ()
        assert numbers(newer) == [1, 3]
