"""Rules for a 302."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.dossier import RetourDossier
from app.domain.toewijzing import Client
from tests.builders import (
    BSN_Y,
    a_beperking,
    a_beschikking,
    a_beschikt_product,
    a_client,
    a_relatie,
    a_retour_header,
    a_toewijzing_retour,
    a_toewijzingsbericht,
    an_identificatie,
    with_retour_codes,
)
from tests.rules.judging import found

HEADER = "/Bericht/Header"
CODES = f"{HEADER}/RetourCodes"
RIJK = a_client(
    relaties=(a_relatie(),),
    beschikking=a_beschikking(beperkingen=(a_beperking(),), beschikt_producten=(a_beschikt_product(),)),
)


def a_302(*clienten: Client, codes: tuple[str, ...] = (), **header: Any):
    return a_toewijzing_retour(*clienten, header=a_retour_header(retour_codes=codes, **header))


def a_dossier(*clienten: Client, **facts: Any) -> RetourDossier:
    return RetourDossier(**({"today": date(2019, 5, 15), "heenbericht": a_toewijzingsbericht(*clienten)} | facts))


def refused(client: Client) -> Client:
    """The client copied back, with an error on its first ToegewezenProduct."""
    coded = with_retour_codes(client)
    first, *others = coded.beschikking.toegewezen_producten
    producten = (replace(first, retour_codes=("9300",)), *others)
    return replace(coded, beschikking=replace(coded.beschikking, toegewezen_producten=producten))


class TestIV028_1:
    @pytest.mark.parametrize(
        ("change", "element", "gevonden", "verwacht"),
        [
            ({"afzender": "0505"}, "Afzender", "0505", "0384"),
            ({"ontvanger": "42420002"}, "Ontvanger", "42420002", "42420001"),
            (
                {"bericht_identificatie": an_identificatie(identificatie="a0001")},
                "BerichtIdentificatie/Identificatie",
                "a0001",
                "A0001",
            ),
            (
                {"bericht_identificatie": an_identificatie(dagtekening=date(2019, 5, 13))},
                "BerichtIdentificatie/Dagtekening",
                "2019-05-13",
                "2019-05-14",
            ),
        ],
    )
    def test_refuses_a_header_that_differs_from_the_301(self, change, element, gevonden, verwacht):
        assert found("IV028.1", a_302(**change), a_dossier()) == [
            (f"{HEADER}/{element}", {"gevonden": gevonden, "verwacht": verwacht})
        ]

    def test_refuses_an_answer_to_nothing(self):
        assert found("IV028.1", a_302(), a_dossier(heenbericht=None)) == [
            (
                f"{HEADER}/BerichtIdentificatie/Identificatie",
                {"identificatie": "A0001", "heenberichtBekend": False},
            )
        ]

    def test_accepts_the_header_of_the_301(self):
        assert found("IV028.1", a_302(), a_dossier()) == []


class TestIV028_2:
    def test_refuses_an_approval_with_a_client(self):
        assert found("IV028.2", a_302(with_retour_codes(a_client()))) == [
            (CODES, {"retourCodes": "", "clientAanwezig": True})
        ]

    def test_refuses_an_approval_with_a_code(self):
        assert found("IV028.2", a_302(codes=("0200",))) == [(CODES, {"retourCodes": "0200", "clientAanwezig": False})]

    def test_accepts_a_bare_header_and_a_refusal(self):
        assert found("IV028.2", a_302()) == []
        assert found("IV028.2", a_302(refused(a_client()), codes=("0200",))) == []
        assert found("IV028.2", a_302(codes=("0001",))) == []


class TestIV028_3:
    @pytest.mark.parametrize("code", ["0001", "9056"])
    def test_refuses_a_header_error_with_a_client(self, code):
        assert found("IV028.3", a_302(refused(a_client()), codes=("0200", code))) == [
            (CODES, {"retourCodes": code, "clientAanwezig": True})
        ]

    def test_accepts_a_header_error_alone_and_a_client_under_0200(self):
        assert found("IV028.3", a_302(codes=("0001",))) == []
        assert found("IV028.3", a_302(refused(a_client()), codes=("0200",))) == []


class TestIV028_4:
    def test_refuses_a_header_without_0200(self):
        assert found("IV028.4", a_302(refused(a_client()), codes=("9056",))) == [(CODES, {"retourCodes": "9056"})]

    def test_refuses_every_class_without_code(self):
        client = replace(refused(RIJK), relaties=RIJK.relaties)

        assert found("IV028.4", a_302(client, codes=("0200",))) == [
            ("/Bericht/Client/Relaties/Relatie[1]/RetourCodes", {"retourCodesAanwezig": False}),
            ("/Bericht/Client/Relaties/Relatie[1]/Contact/RetourCodes", {"retourCodesAanwezig": False}),
        ]

    @pytest.mark.parametrize("code", ["0200", "0233"])
    def test_refuses_a_refusal_without_an_error(self, code):
        assert found("IV028.4", a_302(with_retour_codes(RIJK, code), codes=("0200",))) == [
            (CODES, {"foutcodeAanwezig": False})
        ]

    def test_accepts_a_client_with_one_error_in_any_class(self):
        assert found("IV028.4", a_302(refused(RIJK), codes=("0200",))) == []
        on_client = replace(with_retour_codes(RIJK, "0233"), retour_codes=("9300",))
        assert found("IV028.4", a_302(on_client, codes=("0200",))) == []

    def test_accepts_a_302_without_client(self):
        assert found("IV028.4", a_302()) == []


class TestIV028_5:
    def test_refuses_a_client_that_was_changed(self):
        changed = replace(refused(RIJK), geslacht="1")

        assert found("IV028.5", a_302(changed, codes=("0200",)), a_dossier(RIJK)) == [
            ("/Bericht/Client", {"gelijkAanHeenbericht": False})
        ]

    def test_refuses_a_class_that_was_left_out(self):
        shorter = replace(refused(RIJK), relaties=())

        assert len(found("IV028.5", a_302(shorter, codes=("0200",)), a_dossier(RIJK))) == 1

    def test_accepts_a_true_copy(self):
        assert found("IV028.5", a_302(refused(RIJK), codes=("0200",)), a_dossier(RIJK)) == []

    def test_accepts_copies_of_several_clienten(self):
        clienten = (RIJK, a_client(bsn=BSN_Y))
        retour = a_302(*(refused(client) for client in clienten), codes=("0200",))

        assert found("IV028.5", retour, a_dossier(*clienten)) == []

    def test_leaves_an_unknown_301_to_the_rule_on_the_header(self):
        assert found("IV028.5", a_302(refused(RIJK), codes=("0200",)), a_dossier(heenbericht=None)) == []


class TestIV028_7:
    def test_refuses_an_identificatie_retour_that_was_used(self):
        assert found("IV028.7", a_302(), a_dossier(identificatie_retour_used=True)) == [
            (f"{HEADER}/IdentificatieRetour", {"identificatieRetour": "B0001"})
        ]

    def test_accepts_a_new_one(self):
        assert found("IV028.7", a_302(), a_dossier()) == []


class TestOP090:
    def test_refuses_a_second_answer(self):
        assert found("OP090", a_302(), a_dossier(answered=True)) == [
            (f"{HEADER}/BerichtIdentificatie/Identificatie", {"identificatie": "A0001"})
        ]

    def test_accepts_the_first(self):
        assert found("OP090", a_302(), a_dossier()) == []
