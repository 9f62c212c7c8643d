"""Deciding a 303: the header, the order of lines, what stops what, and what the gemeente finds right."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.budget import Boekingen
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.declaratie import DeclaratieClient, Prestatie
from app.domain.dossier import DeclaratieDossier
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Ernst, Finding
from app.domain.settlement import LineOutcome, Settlement, Uitkomst
from app.rules.settle import settle
from tests.builders import (
    BSN_X,
    BSN_Y,
    OTHER_AANBIEDER,
    P1,
    P2,
    a_catalogus_product,
    a_declaratie,
    a_declaratie_client,
    a_prestatie,
    a_product,
    a_toewijzing,
    a_versie,
    an_inrichting,
    an_omvang,
)
from tests.rules.prestatie_facts import a_credit, an_earlier

TODAY = date(2019, 7, 20)
BOOKED: Boekingen = ((P1.begindatum, 850),)


def a_dossier(**changes: Any) -> DeclaratieDossier:
    """Toewijzing 1001 is known and nothing was granted yet."""
    values: dict[str, Any] = {"today": TODAY, "inrichting": an_inrichting(), "toewijzingen": {1001: a_toewijzing()}}
    return DeclaratieDossier(**(values | changes))


def a_finding(retourcode: str | None, ernst: Ernst = Ernst.FOUT) -> Finding:
    return Finding(regel="TR000", retourcode=retourcode, pad="/Bericht/Header", melding="", ernst=ernst)


def settled(
    *parts: Prestatie | DeclaratieClient, dossier: DeclaratieDossier | None = None, **header: Any
) -> Settlement:
    declaratie = a_declaratie(*parts, **({"declaratie_periode": P2} | header))
    return settle(declaratie, dossier or a_dossier(), technisch=(), header=())


def line_of(*parts: Prestatie | DeclaratieClient, **context: Any) -> LineOutcome:
    ((line,),) = [client.lines for client in settled(*parts, **context).clienten]
    return line


class TestHeader:
    def judged(self, *, technisch: tuple[Finding, ...] = (), header: tuple[Finding, ...] = ()) -> Settlement:
        return settle(a_declaratie(), a_dossier(), technisch=technisch, header=header)

    def test_a_technical_finding_wins_over_header_codes(self) -> None:
        settlement = self.judged(technisch=(a_finding("0001"), a_finding("0001")), header=(a_finding("0030"),))
        assert (settlement.retour_codes, settlement.clienten) == (("0001",), ())
        assert settlement.technically_refused

    def test_a_technical_code_among_the_header_findings_wins_too(self) -> None:
        settlement = self.judged(header=(a_finding("8214"), a_finding("0001")))
        assert settlement.retour_codes == ("0001",)

    def test_every_header_code_once_in_order(self) -> None:
        settlement = self.judged(header=(a_finding("8847"), a_finding("0030"), a_finding("8847")))
        assert (settlement.retour_codes, settlement.clienten) == (("8847", "0030"), ())
        assert [finding.retourcode for finding in settlement.findings] == ["8847", "0030", "8847"]
        assert not settlement.technically_refused

    def test_a_warning_is_kept_and_refuses_nothing(self) -> None:
        warning = a_finding("8847", Ernst.WAARSCHUWING)
        settlement = self.judged(technisch=(replace(warning, retourcode="0001"),), header=(warning,))
        assert settlement.retour_codes == ("8001",)
        assert settlement.toegekend == Bedrag(85000)
        assert len(settlement.findings) == 2

    def test_a_finding_without_code_never_grants_unseen(self) -> None:
        settlement = self.judged(header=(a_finding(None),))
        assert len(settlement.clienten) == 1

    def test_nothing_is_granted_at_an_unknown_gemeente(self) -> None:
        warning = a_finding("8847", Ernst.WAARSCHUWING)
        settlement = settle(a_declaratie(), a_dossier(inrichting=None), technisch=(), header=(warning,))
        assert (settlement.retour_codes, settlement.toegekend) == (("S300",), NUL)
        assert settlement.findings == (warning,)


class TestOrder:
    def test_credits_before_debits_over_all_clienten_and_outcomes_in_message_order(self) -> None:
        debit = a_prestatie(referentie_nummer="R1")
        dossier = a_dossier(
            debets={"R0001": an_earlier(boekingen=BOOKED)},
            geboekt={("1001", P1.begindatum): 850},
            toewijzingen_by_bsn={},
        )
        settlement = settled(a_declaratie_client(debit), a_declaratie_client(a_credit()), dossier=dossier)
        lines = [line for client in settlement.clienten for line in client.lines]
        assert [line.uitkomst for line in lines] == [Uitkomst.TOEGEKEND, Uitkomst.TOEGEKEND]
        assert [line.prestatie.product_referentie.referentie_nummer for line in lines] == ["R1", "R0037"]

    def test_of_two_debits_the_first_gets_the_room(self) -> None:
        first, second = a_prestatie(referentie_nummer="R1"), a_prestatie(referentie_nummer="R2")
        lines = settled(first, second).clienten[0].lines
        assert [line.retour_codes for line in lines] == [(), ("9322",)]

    def test_a_refused_line_takes_nothing(self) -> None:
        first = a_prestatie(referentie_nummer="R1", product_tarief=Bedrag(99))
        lines = settled(first, a_prestatie(referentie_nummer="R2")).clienten[0].lines
        assert [line.uitkomst for line in lines] == [Uitkomst.AFGEWEZEN, Uitkomst.TOEGEKEND]

    def test_lines_that_are_alike_are_judged_each_on_its_own_toewijzing(self) -> None:
        later = a_toewijzing(a_versie(ingangsdatum=P2.begindatum), nummer=1005)
        dossier = a_dossier(toewijzingen={1001: a_toewijzing(), 1005: later})
        second = a_prestatie(referentie_nummer="R2", toewijzing_nummer=1005)
        (client,) = settled(a_prestatie(referentie_nummer="R1"), second, dossier=dossier).clienten
        assert [line.retour_codes for line in client.lines] == [(), line_of(second, dossier=dossier).retour_codes]

    def test_lines_of_a_refused_client_take_and_give_nothing(self) -> None:
        dossier = a_dossier(geboortedata={BSN_X: date(1980, 1, 1)}, debets={"R0001": an_earlier(boekingen=BOOKED)})
        settlement = settled(a_prestatie(), a_credit(), dossier=dossier)
        (client,) = settlement.clienten
        assert client.retour_codes == ("8004",)
        assert [line.retour_codes for line in client.lines] == [("0233",), ("0233",)]
        assert [line.uitkomst for line in client.lines] == [Uitkomst.AFGEWEZEN, Uitkomst.AFGEWEZEN]
        assert [line.boekingen for line in client.lines] == [(), ()]
        assert [(line.toegekend, line.gemeente_berekend) for line in client.lines] == [(NUL, NUL), (NUL, NUL)]
        assert [finding.retourcode for finding in settlement.findings] == ["8004"]


class TestGranted:
    def test_amount_room_and_toewijzing(self) -> None:
        line = line_of(a_prestatie())
        assert (line.uitkomst, line.toegekend, line.gemeente_berekend) == (
            Uitkomst.TOEGEKEND,
            Bedrag(85000),
            Bedrag(85000),
        )
        assert (line.toewijzing_sleutel, line.boekingen) == ("1001", BOOKED)

    def test_minutes_are_booked_on_hours(self) -> None:
        hours = a_toewijzing(a_versie(omvang=an_omvang(eenheid=Eenheid.UUR)))
        inrichting = an_inrichting(producten=(a_catalogus_product(eenheid=Eenheid.UUR, tarief=Bedrag(6001)),))
        prestatie = a_prestatie(
            eenheid=Eenheid.MINUUT,
            geleverd_volume=90,
            product_tarief=Bedrag(6001),
            declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(9002)),
        )
        line = line_of(prestatie, dossier=a_dossier(toewijzingen={1001: hours}, inrichting=inrichting))
        assert (line.retour_codes, line.boekingen) == ((), ((P1.begindatum, 90),))

    def test_without_omvang_nothing_is_booked(self) -> None:
        dossier = a_dossier(toewijzingen={1001: a_toewijzing(a_versie(omvang=None))})
        line = line_of(a_prestatie(geleverd_volume=99_999), dossier=dossier)
        assert (line.uitkomst, line.boekingen) == (Uitkomst.TOEGEKEND, ())

    @pytest.mark.parametrize(("gebroken", "most"), [(GebrokenPeriode.VOLLEDIG, 80), (GebrokenPeriode.NAAR_RATO, 60)])
    def test_two_versions_per_week_as_the_gemeente_counts_them(self, gebroken: GebrokenPeriode, most: int) -> None:
        weekly = a_toewijzing(
            a_versie(omvang=an_omvang(volume=10, frequentie=Frequentie.PER_WEEK)),
            a_versie(
                omvang=an_omvang(volume=20, frequentie=Frequentie.PER_WEEK),
                toewijzingsdatum=date(2019, 6, 1),
                ingangsdatum=date(2019, 6, 3),
            ),
        )
        inrichting = an_inrichting(instellingen=Instellingen(gebroken_periode=gebroken))
        dossier = a_dossier(toewijzingen={1001: weekly}, inrichting=inrichting)
        assert line_of(a_prestatie(geleverd_volume=most), dossier=dossier).retour_codes == ()
        assert line_of(a_prestatie(geleverd_volume=most + 1), dossier=dossier).retour_codes == ("9321",)

    def test_a_line_over_two_months_is_booked_on_both(self) -> None:
        monthly = a_toewijzing(a_versie(omvang=an_omvang(volume=500, frequentie=Frequentie.PER_MAAND)))
        line = line_of(a_prestatie(), dossier=a_dossier(toewijzingen={1001: monthly}))
        assert line.boekingen == ((date(2019, 5, 1), 500), (date(2019, 6, 1), 350))


class TestWithoutToewijzingNummer:
    LINE = a_prestatie(toewijzing_nummer=None)

    def dossier(self, *toewijzingen: Any, bsn: str = BSN_X) -> DeclaratieDossier:
        return a_dossier(toewijzingen={}, toewijzingen_by_bsn={bsn: toewijzingen})

    def test_the_only_match(self) -> None:
        other = a_toewijzing(a_versie(product=a_product("04", "04A01")), nummer=1002)
        line = line_of(self.LINE, dossier=self.dossier(other, a_toewijzing()))
        assert (line.uitkomst, line.toewijzing_sleutel) == (Uitkomst.TOEGEKEND, "1001")

    def test_a_toewijzing_without_product_code_matches_its_category(self) -> None:
        line = line_of(self.LINE, dossier=self.dossier(a_toewijzing(a_versie(product=a_product(code=None)))))
        assert line.uitkomst is Uitkomst.TOEGEKEND

    def test_two_matches_are_none(self) -> None:
        twin = a_toewijzing(nummer=None, sleutel="b")
        line = line_of(self.LINE, dossier=self.dossier(a_toewijzing(), twin))
        assert line.retour_codes == ("0551",)

    @pytest.mark.parametrize(
        "other",
        [
            a_toewijzing(aanbieder=OTHER_AANBIEDER),
            a_toewijzing(a_versie(bsn=BSN_Y)),
            a_toewijzing(a_versie(product=a_product("01", "02A01"))),
            a_toewijzing(a_versie(product=a_product("02", "02A03"))),
            a_toewijzing(a_versie(ingangsdatum=date(2019, 5, 21))),
            a_toewijzing(a_versie(einddatum=date(2019, 6, 15))),
        ],
        ids=["aanbieder", "client", "category", "code", "begins later", "ends earlier"],
    )
    def test_every_part_of_the_match_counts(self, other: Any) -> None:
        assert line_of(self.LINE, dossier=self.dossier(other)).retour_codes == ("0551",)

    def test_a_client_without_toewijzing(self) -> None:
        line = line_of(self.LINE, dossier=self.dossier(a_toewijzing(), bsn=BSN_Y))
        assert (line.retour_codes, line.toewijzing_sleutel) == (("0551",), None)


class TestWhatStopsWhat:
    def test_every_code_in_the_order_of_the_rules(self) -> None:
        line = a_prestatie(
            product_categorie="01",
            product_code="99A99",
            product_periode=GeslotenPeriode(date(2019, 5, 19), date(2019, 9, 9)),
            eenheid=Eenheid.ETMAAL,
        )
        outcome = line_of(
            a_declaratie_client(line, bsn=BSN_Y),
            dossier=a_dossier(used_referenties=frozenset({"R0001"})),
            aanbieder=OTHER_AANBIEDER,
        )
        assert outcome.retour_codes == (
            *("8187", "9311", "1112", "1142", "S329", "9307", "9308", "9309", "0611", "9319", "8021"),
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"product_periode": GeslotenPeriode(date(2019, 5, 19), date(2019, 5, 19))}, "9307"),
            ({"eenheid": Eenheid.ETMAAL}, "9309"),
            ({"product_periode": GeslotenPeriode(P1.einddatum, P2.begindatum)}, "9319"),
        ],
    )
    def test_no_volume_check_after(self, changes: dict[str, Any], code: str) -> None:
        codes = line_of(a_prestatie(geleverd_volume=9999, **changes)).retour_codes
        assert code in codes
        assert not {"9321", "9322"} & set(codes)

    def test_no_volume_check_after_9308(self) -> None:
        ended = a_toewijzing(a_versie(einddatum=date(2019, 6, 1)))
        line = line_of(a_prestatie(geleverd_volume=9999), dossier=a_dossier(toewijzingen={1001: ended}))
        assert line.retour_codes == ("9308",)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"product_tarief": Bedrag(99)}, "0611"),
            ({"product_code": "02A03"}, "1142"),
        ],
    )
    def test_a_volume_check_after(self, changes: dict[str, Any], code: str) -> None:
        assert line_of(a_prestatie(geleverd_volume=851, **changes)).retour_codes == (code, "9321")

    def test_9322_only_without_9321(self) -> None:
        dossier = a_dossier(geboekt={("1001", P1.begindatum): 850})
        assert line_of(a_prestatie(geleverd_volume=851), dossier=dossier).retour_codes == ("9321",)
        assert line_of(a_prestatie(geleverd_volume=850), dossier=dossier).retour_codes == ("9322",)

    def test_0611_once_for_a_wrong_tariff_and_its_amount(self) -> None:
        line = line_of(a_prestatie(product_tarief=Bedrag(99)))
        assert [finding.regel for finding in line.findings] == ["RC-0611"]

    def test_another_aanbieder_learns_codes_but_no_values(self) -> None:
        own = line_of(a_prestatie(geleverd_volume=851))
        other = line_of(a_prestatie(geleverd_volume=851), aanbieder=OTHER_AANBIEDER)
        assert any(finding.waarden for finding in own.findings)
        assert "9321" in other.retour_codes
        assert not any(finding.waarden for finding in other.findings)

    def test_a_wrong_amount_at_the_right_tariff(self) -> None:
        line = line_of(a_prestatie(product_tarief=None, geleverd_volume=850))
        assert [finding.regel for finding in line.findings] == ["IWB-bedrag"]
        assert (line.retour_codes, line.gemeente_berekend) == (("0611",), Bedrag(85000))


class TestGemeenteBerekend:
    @pytest.mark.parametrize(
        ("volume", "tarief", "geboekt", "codes", "berekend"),
        [
            (800, 99, 0, ("0611",), 80000),
            (800, 99, 100, ("0611", "9322"), 75000),
            (851, 100, 0, ("9321",), 85000),
            (851, 100, 50, ("9321",), 80000),
            (851, 99, 50, ("0611", "9321"), 80000),
            (100, 100, 800, ("9322",), 5000),
            (1, 100, 850, ("9322",), 0),
            (1, 100, 900, ("9322",), 0),
        ],
    )
    def test_the_volume_that_fits_at_the_agreed_tariff(
        self, volume: int, tarief: int, geboekt: int, codes: tuple[str, ...], berekend: int
    ) -> None:
        dossier = a_dossier(geboekt={("1001", P1.begindatum): geboekt})
        line = line_of(a_prestatie(geleverd_volume=volume, product_tarief=Bedrag(tarief)), dossier=dossier)
        assert (line.retour_codes, line.gemeente_berekend) == (codes, Bedrag(berekend))

    def test_nothing_with_any_other_code(self) -> None:
        dossier = a_dossier(used_referenties=frozenset({"R0001"}))
        line = line_of(a_prestatie(geleverd_volume=851), dossier=dossier)
        assert (line.retour_codes, line.gemeente_berekend) == (("8021", "9321"), NUL)

    def test_nothing_without_a_tariff(self) -> None:
        line = line_of(a_prestatie(), dossier=a_dossier(inrichting=an_inrichting(contracten=())))
        assert (line.retour_codes, line.gemeente_berekend) == (("0611",), NUL)

    def test_the_whole_volume_without_omvang(self) -> None:
        dossier = a_dossier(toewijzingen={1001: a_toewijzing(a_versie(omvang=None))})
        line = line_of(a_prestatie(product_tarief=Bedrag(99)), dossier=dossier)
        assert line.gemeente_berekend == Bedrag(85000)

    def test_no_more_than_the_days_of_the_product_periode_allow(self) -> None:
        weekly = a_toewijzing(a_versie(omvang=an_omvang(volume=10, frequentie=Frequentie.PER_WEEK)))
        week = GeslotenPeriode(P1.begindatum, date(2019, 5, 26))
        line = line_of(
            a_prestatie(geleverd_volume=11, product_periode=week), dossier=a_dossier(toewijzingen={1001: weekly})
        )
        assert (line.retour_codes, line.gemeente_berekend) == (("9321",), Bedrag(1000))

    @pytest.mark.parametrize(("volume", "berekend"), [(9_999_999, 99_999_990), (10_000_000, 0)])
    def test_an_amount_that_no_message_can_hold_is_zero(self, volume: int, berekend: int) -> None:
        product = a_catalogus_product(tarief=Bedrag(10))
        unlimited = {1001: a_toewijzing(a_versie(omvang=None))}
        dossier = a_dossier(toewijzingen=unlimited, inrichting=an_inrichting(producten=(product,)))
        amount = BedragMetDC.of(Bedrag(1))
        line = line_of(
            a_prestatie(geleverd_volume=volume, product_tarief=None, declaratie_factuur_bedrag=amount), dossier=dossier
        )
        assert (line.retour_codes, line.gemeente_berekend) == (("0611",), Bedrag(berekend))

    def test_the_highest_amount_is_one_that_a_message_can_hold(self) -> None:
        product = a_catalogus_product(tarief=Bedrag(99_999_999))
        unlimited = {1001: a_toewijzing(a_versie(omvang=None))}
        dossier = a_dossier(toewijzingen=unlimited, inrichting=an_inrichting(producten=(product,)))
        line = line_of(a_prestatie(geleverd_volume=1), dossier=dossier)
        assert line.gemeente_berekend == Bedrag(99_999_999)

    def test_nothing_fits_where_no_cak_period_is_known(self) -> None:
        inrichting = an_inrichting(cak_perioden=())
        line = line_of(a_prestatie(), dossier=a_dossier(inrichting=inrichting), declaratie_periode=P1)
        assert (line.retour_codes, line.gemeente_berekend) == (("9321",), NUL)


class TestCredit:
    def dossier(self, **changes: Any) -> DeclaratieDossier:
        return a_dossier(**({"debets": {"R0001": an_earlier(boekingen=BOOKED)}} | changes))

    def test_gives_back_what_its_debet_took(self) -> None:
        line = line_of(a_credit(), dossier=self.dossier())
        assert (line.uitkomst, line.toegekend) == (Uitkomst.TOEGEKEND, Bedrag(-85000))
        assert (line.toewijzing_sleutel, line.boekingen) == ("1001", ((P1.begindatum, -850),))

    def test_gemeente_berekend_is_zero_also_for_wrong_credits(self) -> None:
        assert line_of(a_credit(), dossier=self.dossier()).gemeente_berekend == NUL
        assert line_of(a_credit(), dossier=a_dossier()).gemeente_berekend == NUL

    def test_what_changed_since_does_not_matter(self) -> None:
        gone = a_toewijzing(a_versie(einddatum=P1.begindatum, omvang=an_omvang(volume=1, eenheid=Eenheid.ETMAAL)))
        dossier = self.dossier(toewijzingen={1001: gone}, inrichting=an_inrichting(contracten=(), producten=()))
        assert line_of(a_credit(), dossier=dossier).uitkomst is Uitkomst.TOEGEKEND

    def test_8017_stops_the_other_checks(self) -> None:
        dossier = a_dossier(gecrediteerd=frozenset({"R0001"}), used_referenties=frozenset({"R0037"}))
        assert line_of(a_credit(), dossier=dossier).retour_codes == ("8017",)

    def test_8853_stops_the_other_checks(self) -> None:
        refused = an_earlier(granted=False, toegekend=NUL)
        dossier = self.dossier(debets={"R0001": refused}, used_referenties=frozenset({"R0037"}))
        assert line_of(a_credit(), dossier=dossier).retour_codes == ("8853",)

    def test_0551_stops_the_other_checks(self) -> None:
        line = line_of(a_credit(toewijzing_nummer=9999), dossier=self.dossier(toewijzingen={}))
        assert line.retour_codes == ("0551",)

    def test_the_others_all_count(self) -> None:
        dossier = self.dossier(gecrediteerd=frozenset({"R0001"}), used_referenties=frozenset({"R0037"}))
        before = GeslotenPeriode(date(2019, 4, 22), date(2019, 5, 19))
        line = line_of(a_credit(), dossier=dossier, declaratie_periode=before)
        assert line.retour_codes == ("8854", "9319", "8021")
        assert (line.toegekend, line.boekingen) == (NUL, ())
