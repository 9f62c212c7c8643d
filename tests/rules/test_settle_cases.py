"""The worked cases of the settlement of a 303, each with its exact answer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.codelijsten import Declaratievorm, Eenheid, Frequentie
from app.domain.declaratie import Declaratie, DeclaratieClient, Prestatie
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.settlement import Uitkomst
from app.domain.versies import Toewijzing
from tests.builders import (
    BSN_X,
    BSN_Y,
    GEBOREN_Y,
    OTHER_AANBIEDER,
    P1,
    P2,
    P3,
    WRONG_BSN,
    a_contract,
    a_declaratie,
    a_declaratie_client,
    a_geboortedatum,
    a_prestatie,
    a_product,
    a_toewijzing,
    a_versie,
    an_inrichting,
    an_omvang,
)
from tests.rules.bookkeeping import Answer, Gemeente

ETMAAL = {"product_categorie": "04", "eenheid": Eenheid.ETMAAL}
T1 = a_toewijzing()
T2 = a_toewijzing(
    a_versie(product=a_product("04", "04A01"), omvang=an_omvang(volume=8, eenheid=Eenheid.ETMAAL)), nummer=1002
)
T3 = a_toewijzing(
    a_versie(
        product=a_product("04", "04A06"),
        omvang=an_omvang(volume=24, eenheid=Eenheid.ETMAAL, frequentie=Frequentie.TOTAAL),
        ingangsdatum=date(2019, 6, 3),
        einddatum=date(2019, 12, 31),
    ),
    nummer=1003,
)
T4 = a_toewijzing(a_versie(bsn=BSN_Y, geboortedatum=GEBOREN_Y, omvang=an_omvang(volume=400)), nummer=1004)


def a_gemeente(*instead: Toewijzing, **inrichting: Any) -> Gemeente:
    """The gemeente with T1-T4; a toewijzing that is named takes the place of the one with its number."""
    by_number = {t.nummer: t for t in (T1, T2, T3, T4, *instead)}
    return Gemeente(an_inrichting(**inrichting), list(by_number.values()))


def begeleiding(nummer: str, volume: int = 850, **changes: Any) -> Prestatie:
    """A line on 1001 in P1."""
    return a_prestatie(referentie_nummer=nummer, geleverd_volume=volume, **changes)


def verblijf(nummer: str, volume: int, **changes: Any) -> Prestatie:
    """A line on 1002 in P1."""
    values = ETMAAL | {"toewijzing_nummer": 1002, "product_code": "04A01", "product_tarief": Bedrag(12500)}
    return a_prestatie(**(values | {"referentie_nummer": nummer, "geleverd_volume": volume} | changes))


def verblijf_extra(nummer: str, volume: int, **changes: Any) -> Prestatie:
    """A line on 1003 in P1."""
    values = {"toewijzing_nummer": 1003, "product_code": "04A06", "product_tarief": Bedrag(20000)}
    return verblijf(nummer, volume, **(values | changes))


def client_y(*lines: Prestatie) -> DeclaratieClient:
    return a_declaratie_client(*lines, bsn=BSN_Y, geboortedatum=a_geboortedatum(datum=GEBOREN_Y))


def in_p1(nummer: str, *parts: Prestatie | DeclaratieClient, **header: Any) -> Declaratie:
    """A 303 over P1."""
    return a_declaratie(*parts, declarant_factuur_nummer=nummer, **header)


def in_p2(nummer: str, *parts: Prestatie | DeclaratieClient, **header: Any) -> Declaratie:
    """A 303 over P2."""
    later = {"declaratie_periode": P2, "factuur_dagtekening": date(2019, 7, 20)}
    return in_p1(nummer, *parts, **(later | header))


def totals(answer: Answer) -> tuple[tuple[str, ...], str, str]:
    header = answer.retour.header
    return header.retour_codes, shown(header.ingediend_totaal_bedrag), shown(header.toegekend_totaal_bedrag)


def shown(amount: BedragMetDC) -> str:
    return f"{amount.bedrag.cents} {amount.debet_credit}"


def lines(answer: Answer) -> dict[str, tuple[tuple[str, ...], str, str]]:
    """By ReferentieNummer the codes, GemeenteBerekendBedrag and ToegekendBedrag of the returned lines."""
    return {
        line.prestatie.product_referentie.referentie_nummer: (
            line.retour_codes,
            shown(line.gemeente_berekend_bedrag),
            shown(line.toegekend_bedrag),
        )
        for client in answer.retour.clienten
        for line in client.prestaties
    }


def clienten(answer: Answer) -> list[tuple[str, tuple[str, ...]]]:
    return [(client.bsn, client.retour_codes) for client in answer.retour.clienten]


def granted_in_full(answer: Answer, amount: str) -> bool:
    return totals(answer) == (("8001",), amount, amount) and answer.retour.clienten == ()


def refused_line(answer: Answer, nummer: str, amount: str, *codes: str, berekend: str = "0 D") -> bool:
    """Whether the only line was refused with these codes."""
    return (
        totals(answer) == (("0200",), amount, "0 D")
        and lines(answer) == {nummer: (codes, berekend, "0 D")}
        and clienten(answer) == [(BSN_X, ("0200",))]
    )


def refused_header(answer: Answer, amount: str, *codes: str) -> bool:
    return totals(answer) == (codes, amount, "0 D") and answer.retour.clienten == ()


class TestC06_Deleted:
    def test_a_claim_over_the_whole_period(self) -> None:
        void = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.begindatum, reden_wijziging="01")
        answer = a_gemeente(a_toewijzing(a_versie(), void)).declare(in_p1("F014", begeleiding("R0014")))
        assert refused_line(answer, "R0014", "85000 D", "9308")


class TestC07_CompletePeriod:
    def test_all_granted(self) -> None:
        answer = a_gemeente().declare(in_p1("F001", begeleiding("R0001")))
        assert granted_in_full(answer, "85000 D")


class TestC08_TariffTooHigh:
    def test_one_line_refused(self) -> None:
        too_high = verblijf("R0002", 8, product_tarief=Bedrag(13000))
        answer = a_gemeente().declare(in_p1("F002", begeleiding("R0001"), too_high))
        assert totals(answer) == (("0200",), "189000 D", "85000 D")
        assert lines(answer) == {"R0002": (("0611",), "100000 D", "0 D")}
        assert clienten(answer) == [(BSN_X, ("0200",))]


class TestC09_OverBudget:
    LINE = begeleiding("R0003", 851)

    def test_one_euro_too_much(self) -> None:
        answer = a_gemeente().declare(in_p1("F003", self.LINE))
        assert refused_line(answer, "R0003", "85100 D", "9321", berekend="85000 D")

    def test_a_part_where_the_gemeente_grants_parts(self) -> None:
        gemeente = a_gemeente(instellingen=Instellingen(deels_toekennen=True))
        answer = gemeente.declare(in_p1("F003", self.LINE))
        assert totals(answer) == (("0200",), "85100 D", "85000 D")
        assert lines(answer) == {"R0003": (("9321",), "85000 D", "85000 D")}
        assert [line.uitkomst for line in answer.settlement.clienten[0].lines] == [Uitkomst.DEELS]

    def test_never_a_part_of_a_factuur(self) -> None:
        contract = a_contract(declaratievorm=Declaratievorm.FACTUUR)
        gemeente = a_gemeente(instellingen=Instellingen(deels_toekennen=True), contracten=(contract,))
        line = begeleiding("R0003", 851, btw_vrijstelling_indicatie="1")
        answer = gemeente.declare(in_p1("F003", line, bericht_code="448"))
        assert refused_line(answer, "R0003", "85100 D", "9321", berekend="85000 D")


class TestOverBudgetTogether:
    def test_two_lines_of_one_303_in_message_order(self) -> None:
        answer = a_gemeente().declare(in_p1("F004", begeleiding("R0004", 500), begeleiding("R0005", 351)))
        assert totals(answer) == (("0200",), "85100 D", "50000 D")
        assert lines(answer) == {"R0005": (("9322",), "35000 D", "0 D")}

    def test_two_303s(self) -> None:
        gemeente = a_gemeente()
        assert granted_in_full(gemeente.declare(in_p1("F004", begeleiding("R0004", 500))), "50000 D")
        late = gemeente.declare(in_p2("F005", begeleiding("R0005", 351)))
        assert refused_line(late, "R0005", "35100 D", "9322", berekend="35000 D")
        assert granted_in_full(gemeente.declare(in_p2("F006", begeleiding("R0006", 350))), "35000 D")

    def test_a_total_over_several_periods(self) -> None:
        gemeente = a_gemeente()
        first = verblijf_extra("R1", 20, product_periode=P2)
        second = verblijf_extra("R2", 5, product_periode=P3)
        assert granted_in_full(gemeente.declare(in_p2("F1", first)), "400000 D")
        declaratie = in_p2("F2", second, declaratie_periode=P3, factuur_dagtekening=date(2019, 8, 20))
        answer = gemeente.declare(declaratie)
        assert refused_line(answer, "R2", "100000 D", "9322", berekend="80000 D")


class TestC11_StartsBeforeTheToewijzing:
    def test_its_first_day_lies_before(self) -> None:
        answer = a_gemeente().declare(in_p1("F006", verblijf_extra("R0006", 5)))
        assert refused_line(answer, "R0006", "100000 D", "9307")

    def test_from_the_first_day_on(self) -> None:
        line = verblijf_extra("R0006", 5, product_periode=GeslotenPeriode(date(2019, 6, 3), P1.einddatum))
        assert granted_in_full(a_gemeente().declare(in_p1("F006", line)), "100000 D")


class TestEndsAfterTheToewijzing:
    def test_its_last_day_lies_after(self) -> None:
        withdrawn = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=date(2019, 6, 10), reden_wijziging="02")
        answer = a_gemeente(a_toewijzing(withdrawn, a_versie())).declare(in_p1("F007", begeleiding("R0007")))
        assert refused_line(answer, "R0007", "85000 D", "9308")

    def test_wholly_after_it(self) -> None:
        ended = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=date(2019, 5, 31), reden_wijziging="02")
        line = begeleiding("R0007", product_periode=P2)
        answer = a_gemeente(a_toewijzing(ended, a_versie())).declare(in_p2("F007", line))
        assert refused_line(answer, "R0007", "85000 D", "9307", "9308")


class TestC13_TwoVersions:
    SECOND = a_versie(toewijzingsdatum=date(2019, 6, 25), einddatum=date(2019, 6, 30), reden_wijziging="02")
    NEW = a_versie(toewijzingsdatum=date(2019, 6, 25), ingangsdatum=date(2019, 7, 1), omvang=an_omvang(volume=900))
    SPLIT = (
        begeleiding("R0016", 425, product_periode=GeslotenPeriode(P2.begindatum, date(2019, 6, 30))),
        begeleiding(
            "R0017", 450, product_periode=GeslotenPeriode(date(2019, 7, 1), P2.einddatum), toewijzing_nummer=1005
        ),
    )

    def gemeente(self, **inrichting: Any) -> Gemeente:
        first = a_toewijzing(a_versie(), self.SECOND)
        return a_gemeente(first, a_toewijzing(self.NEW, nummer=1005), **inrichting)

    def test_a_one_line_for_all_of_it(self) -> None:
        answer = self.gemeente().declare(in_p2("F015", begeleiding("R0015", product_periode=P2)))
        assert refused_line(answer, "R0015", "85000 D", "9308")

    @pytest.mark.parametrize("gebroken", GebrokenPeriode)
    def test_b_split_at_the_change(self, gebroken: GebrokenPeriode) -> None:
        gemeente = self.gemeente(instellingen=Instellingen(gebroken_periode=gebroken))
        assert granted_in_full(gemeente.declare(in_p2("F016", *self.SPLIT)), "87500 D")

    def test_one_more_fits_only_where_broken_periods_count_in_full(self) -> None:
        line = replace(begeleiding("R0016", 426), product_periode=self.SPLIT[0].product_periode)
        by_days = self.gemeente(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        answer = by_days.declare(in_p2("F016", line))
        assert refused_line(answer, "R0016", "42600 D", "9321", berekend="42500 D")
        assert granted_in_full(self.gemeente().declare(in_p2("F016", line)), "42600 D")


class TestC14_UnknownToewijzing:
    def test_nothing_but_0551(self) -> None:
        line = begeleiding("R0018", 9999, toewijzing_nummer=9999, product_tarief=Bedrag(1), product_code="99A99")
        answer = a_gemeente().declare(in_p1("F017", line))
        assert refused_line(answer, "R0018", "9999 D", "0551")


class TestAnotherAanbieder:
    def test_toewijzing_of_another_aanbieder(self) -> None:
        theirs = a_toewijzing(nummer=1001, aanbieder=OTHER_AANBIEDER)
        answer = a_gemeente(theirs).declare(in_p1("F018", begeleiding("R0019")))
        assert refused_line(answer, "R0019", "85000 D", "9311")

    def test_toewijzing_of_another_client(self) -> None:
        answer = a_gemeente().declare(in_p1("F019", begeleiding("R0020", 400, toewijzing_nummer=1004)))
        assert refused_line(answer, "R0020", "40000 D", "8187")


class TestC16_WrongBsn:
    def test_the_whole_message(self) -> None:
        client = a_declaratie_client(begeleiding("R0021"), bsn=WRONG_BSN)
        assert refused_header(a_gemeente().declare(in_p1("F020", client)), "85000 D", "0001")


class TestC17_WrongBirthDate:
    def test_that_client_only(self) -> None:
        x = a_declaratie_client(begeleiding("R0022"), geboortedatum=a_geboortedatum(datum=date(1979, 6, 11)))
        answer = a_gemeente().declare(in_p1("F021", x, client_y(begeleiding("R0023", 400, toewijzing_nummer=1004))))
        assert totals(answer) == (("0200",), "125000 D", "40000 D")
        assert clienten(answer) == [(BSN_X, ("8004",))]
        assert lines(answer) == {"R0022": (("0233",), "0 D", "0 D")}


class TestAnotherProduct:
    @pytest.mark.parametrize(
        ("categorie", "code", "codes"),
        [
            ("02", "02A03", ("1142",)),
            ("01", "01A01", ("1112", "1142")),
            ("02", "01A01", ("1142", "S329")),
            ("01", "02A01", ("1112", "S329")),
        ],
    )
    def test_category_and_code(self, categorie: str, code: str, codes: tuple[str, ...]) -> None:
        line = begeleiding("R0024", product_categorie=categorie, product_code=code)
        assert refused_line(a_gemeente().declare(in_p1("F022", line)), "R0024", "85000 D", *codes)

    @pytest.mark.parametrize("eenheid", [Eenheid.UUR, Eenheid.ETMAAL, Eenheid.EUROS])
    def test_another_unit(self, eenheid: Eenheid) -> None:
        line = begeleiding("R0025", 9000, eenheid=eenheid)
        assert refused_line(a_gemeente().declare(in_p1("F023", line)), "R0025", "900000 D", "9309")
