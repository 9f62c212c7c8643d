"""Rules that several messages share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from stdnum.nl import bsn

from app.domain.dossier import DeclaratieDossier, ToewijzingDossier
from app.domain.toewijzing import Toewijzingsbericht
from tests.builders import (
    BSN_Y,
    WRONG_BSN,
    a_client,
    a_client_retour,
    a_declaratie,
    a_declaratie_client,
    a_declaratie_retour,
    a_geboortedatum,
    a_relatie,
    a_toewijzing_header,
    a_toewijzingsbericht,
    an_identificatie,
    an_inrichting,
)
from tests.rules.judging import findings, found

TODAY = date(2019, 5, 14)
BORN = "Geboortedatum/Datum"


def a_301_of(**geboortedatum: Any) -> Toewijzingsbericht:
    return a_toewijzingsbericht(a_client(geboortedatum=a_geboortedatum(**geboortedatum)))


def a_301_with_relatie_of(**geboortedatum: Any) -> Toewijzingsbericht:
    relatie = a_relatie(geboortedatum=a_geboortedatum(**geboortedatum))
    return a_toewijzingsbericht(a_client(relaties=(relatie,)))


def a_303_of(**geboortedatum: Any):
    return a_declaratie(a_declaratie_client(geboortedatum=a_geboortedatum(**geboortedatum)))


def test_the_elfproef_is_that_of_stdnum():
    numbers = [f"{n * 987_659 % 10**9:09}" for n in range(2_000)]
    odd = ["", "0", "12345678", "0999900006", "9999 0000 6", "99990000x", "٩٩٩٩٠٠٠٠٦", "²99900006", "000000000"]
    for number in [*numbers, *odd]:
        refused = bool(found("CS002", a_toewijzingsbericht(a_client(bsn=number))))
        assert refused != bsn.is_valid(number), number


class TestCS002:
    @pytest.mark.parametrize("wrong", [WRONG_BSN, "000000000"])
    def test_refuses_a_wrong_bsn_and_does_not_repeat_it(self, wrong):
        assert found("CS002", a_toewijzingsbericht(a_client(bsn=wrong))) == [("/Bericht/Client/Bsn", {})]

    def test_looks_at_every_client_of_a_303_and_a_304(self):
        place = ("/Bericht/Clienten/Client[2]/Bsn", {})

        assert found("CS002", a_declaratie(a_declaratie_client(), a_declaratie_client(bsn=WRONG_BSN))) == [place]
        assert found("CS002", a_declaratie_retour(a_client_retour(), a_client_retour(bsn=WRONG_BSN))) == [place]

    def test_accepts_bsns_that_pass_the_elfproef(self):
        assert found("CS002", a_toewijzingsbericht(a_client(bsn=BSN_Y))) == []
        assert found("CS002", a_declaratie()) == []
        assert found("CS002", a_declaratie_retour(a_client_retour())) == []


class TestTR002:
    dagtekening = {"dagtekening": "2019-05-14", "datumGebruik": None}

    def test_refuses_a_client_of_over_120(self):
        bericht = a_301_of(datum=date(1899, 5, 13))

        assert found("TR002", bericht) == [(f"/Bericht/Client/{BORN}", self.dagtekening)]

    def test_accepts_a_client_of_exactly_120(self):
        assert found("TR002", a_301_of(datum=date(1899, 5, 14))) == []

    def test_refuses_a_relatie_of_over_120(self):
        bericht = a_301_with_relatie_of(datum=date(1899, 5, 13))

        assert found("TR002", bericht) == [(f"/Bericht/Client/Relaties/Relatie[1]/{BORN}", self.dagtekening)]

    def test_accepts_a_relatie_without_geboortedatum_or_of_120(self):
        assert found("TR002", a_toewijzingsbericht(a_client(relaties=(a_relatie(),)))) == []
        assert found("TR002", a_301_with_relatie_of(datum=date(1899, 5, 14))) == []

    def test_in_a_303_counts_to_the_factuur_dagtekening(self):
        waarden = {"dagtekening": "2019-06-20", "datumGebruik": None}

        assert found("TR002", a_303_of(datum=date(1899, 6, 20))) == []
        assert found("TR002", a_303_of(datum=date(1899, 6, 19))) == [(f"/Bericht/Clienten/Client[1]/{BORN}", waarden)]

    def test_an_unknown_date_has_no_age_but_only_when_it_says_so(self):
        late = an_identificatie(dagtekening=date(2021, 1, 1))
        unknown, known = a_301_of(datum=date(1900, 1, 1), datum_gebruik="3"), a_301_of(datum=date(1900, 1, 1))

        assert found("TR002", replace(unknown, header=a_toewijzing_header(bericht_identificatie=late))) == []
        assert len(found("TR002", replace(known, header=a_toewijzing_header(bericht_identificatie=late)))) == 1

    def test_someone_born_on_29_february_is_judged_when_there_is_no_such_day(self):
        header = a_toewijzing_header(bericht_identificatie=an_identificatie(dagtekening=date(2100, 3, 1)))

        assert len(found("TR002", replace(a_301_of(datum=date(1980, 2, 29)), header=header))) == 1


class TestCS139:
    @pytest.mark.parametrize(
        ("gebruik", "datum"),
        [
            ("1", date(1979, 6, 2)),
            ("2", date(1979, 2, 1)),
            ("2", date(1979, 1, 2)),
            ("3", date(1900, 1, 2)),
            ("3", date(1979, 1, 1)),
        ],
    )
    def test_refuses_a_date_that_says_more_than_is_known(self, gebruik, datum):
        waarden = {"datumGebruik": gebruik}
        values = {"datum": datum, "datum_gebruik": gebruik}

        assert found("CS139", a_301_of(**values)) == [(f"/Bericht/Client/{BORN}", waarden)]
        assert found("CS139", a_301_with_relatie_of(**values)) == [
            (f"/Bericht/Client/Relaties/Relatie[1]/{BORN}", waarden)
        ]
        assert found("CS139", a_303_of(**values)) == [(f"/Bericht/Clienten/Client[1]/{BORN}", waarden)]

    @pytest.mark.parametrize(
        ("gebruik", "datum"),
        [
            (None, date(1979, 6, 10)),
            ("1", date(1979, 6, 1)),
            ("2", date(1979, 1, 1)),
            ("3", date(1900, 1, 1)),
        ],
    )
    def test_accepts_a_date_as_it_must_be_written(self, gebruik, datum):
        values = {"datum": datum, "datum_gebruik": gebruik}

        assert found("CS139", a_301_of(**values)) == []
        assert found("CS139", a_301_with_relatie_of(**values)) == []
        assert found("CS139", a_303_of(**values)) == []

    def test_accepts_a_relatie_without_geboortedatum(self):
        assert found("CS139", a_toewijzingsbericht(a_client(relaties=(a_relatie(),)))) == []


class TestTR134_a:
    def test_refuses_a_client_born_after_the_message(self):
        bericht = a_301_of(datum=date(2019, 5, 15))

        assert found("TR134-a", bericht) == [(f"/Bericht/Client/{BORN}", {"dagtekening": "2019-05-14"})]

    def test_accepts_a_client_born_that_day(self):
        assert found("TR134-a", a_301_of(datum=date(2019, 5, 14))) == []


class TestTR134_b:
    def test_refuses_a_client_born_after_the_declaratie(self):
        place = f"/Bericht/Clienten/Client[1]/{BORN}"

        assert found("TR134-b", a_303_of(datum=date(2019, 6, 21))) == [(place, {"factuurDagtekening": "2019-06-20"})]

    def test_accepts_a_client_born_that_day(self):
        assert found("TR134-b", a_303_of(datum=date(2019, 6, 20))) == []


class TestTR056:
    def test_refuses_an_identificatie_that_was_used(self):
        dossier = ToewijzingDossier(today=TODAY, inrichting=an_inrichting(), identificatie_used=True)

        assert found("TR056", a_toewijzingsbericht(), dossier) == [
            ("/Bericht/Header/BerichtIdentificatie/Identificatie", {"identificatie": "A0001"})
        ]

    def test_accepts_a_new_one(self):
        dossier = ToewijzingDossier(today=TODAY, inrichting=an_inrichting())

        assert found("TR056", a_toewijzingsbericht(), dossier) == []


class TestTR135:
    def test_refuses_a_message_from_the_future(self):
        dossier = ToewijzingDossier(today=date(2019, 5, 13), inrichting=an_inrichting())

        assert found("TR135", a_toewijzingsbericht(), dossier) == [
            (
                "/Bericht/Header/BerichtIdentificatie/Dagtekening",
                {"dagtekening": "2019-05-14", "vandaag": "2019-05-13"},
            )
        ]

    def test_accepts_a_message_of_today(self):
        dossier = ToewijzingDossier(today=TODAY, inrichting=an_inrichting())

        assert found("TR135", a_toewijzingsbericht(), dossier) == []


class TestCS300:
    def test_refuses_a_301_from_an_unknown_gemeente(self):
        dossier = ToewijzingDossier(today=TODAY, inrichting=None)

        assert found("CS300", a_toewijzingsbericht(), dossier) == [("/Bericht/Header/Afzender", {"gemeente": "0384"})]

    def test_refuses_a_303_for_an_unknown_gemeente(self):
        dossier = DeclaratieDossier(today=date(2019, 6, 20), inrichting=None)

        assert found("CS300", a_declaratie(), dossier) == [("/Bericht/Header/Gemeente", {"gemeente": "0384"})]

    def test_accepts_a_known_gemeente(self):
        assert found("CS300", a_toewijzingsbericht(), ToewijzingDossier(today=TODAY, inrichting=an_inrichting())) == []
        assert found("CS300", a_declaratie(), DeclaratieDossier(today=TODAY, inrichting=an_inrichting())) == []

    def test_without_inrichting_no_other_rule_that_needs_it_speaks(self):
        wide = a_declaratie(servicebureau="98000001", bericht_code="448")

        assert [f.regel for f in findings(a_toewijzingsbericht(), ToewijzingDossier(today=TODAY, inrichting=None))] == [
            "CS300"
        ]
        dossier = DeclaratieDossier(today=date(2019, 6, 20), inrichting=None)
        assert [f.regel for f in findings(wide, dossier) if f.retourcode != "0001"] == ["CS300"]
