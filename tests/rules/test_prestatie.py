"""Rules on one client or line of a 303 that look at its toewijzing."""

from datetime import date

import pytest

from app.domain.codelijsten import Eenheid
from app.domain.declaratie import Prestatie
from app.domain.dossier import DeclaratieDossier
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Finding
from app.rules import prestatie as regels
from app.rules.technische_regel import TechnischeRegel
from tests.builders import (
    BSN_X,
    BSN_Y,
    GEBOREN_X,
    OTHER_AANBIEDER,
    P1,
    P4,
    a_declaratie_client,
    a_prestatie,
    a_product,
    a_toewijzing,
    a_versie,
    an_inrichting,
    an_omvang,
)
from tests.rules.prestatie_facts import PAD, TODAY, a_credit, an_earlier, ask, facts_about, the_finding


class TestRC_8004:
    REGEL = regels.geboortedatum_belongs_to_bsn

    def findings(self, geboortedata: dict[str, date]) -> list[Finding]:
        client = a_declaratie_client(pad="/Bericht/Clienten/Client[1]")
        dossier = DeclaratieDossier(today=TODAY, inrichting=an_inrichting(), geboortedata=geboortedata)
        return list(self.REGEL.findings(client, dossier))

    def test_the_known_birth_date_is_right(self) -> None:
        assert self.findings({BSN_X: GEBOREN_X}) == []

    def test_an_unknown_bsn_is_not_judged(self) -> None:
        assert self.findings({BSN_Y: date(1979, 6, 11)}) == []

    def test_another_birth_date_is_named_without_showing_it(self) -> None:
        (finding,) = self.findings({BSN_X: date(1979, 6, 11)})
        assert (finding.regel, finding.retourcode) == ("RC-8004", "8004")
        assert finding.pad == "/Bericht/Clienten/Client[1]/Geboortedatum/Datum"
        assert finding.waarden == {}


class TestRC_0551:
    REGEL = regels.toewijzing_known

    def test_a_known_toewijzing(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_an_unknown_one(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(toewijzing_nummer=9999), facts_about(toewijzing=None))
        assert (finding.retourcode, finding.pad) == ("0551", f"{PAD}/ToewijzingNummer")
        assert finding.waarden == {"toewijzingNummer": 9999}

    def test_a_credit_goes_where_its_debet_went(self) -> None:
        debet = an_earlier(a_prestatie(toewijzing_nummer=None))
        facts = facts_about(toewijzing=None, debet=debet)
        assert ask(self.REGEL, a_credit(toewijzing_nummer=None), facts) == []
        assert ask(self.REGEL, a_prestatie(toewijzing_nummer=None), facts) != []

    def test_a_credit_with_another_number_than_its_debet(self) -> None:
        facts = facts_about(toewijzing=None, debet=an_earlier())
        assert ask(self.REGEL, a_credit(toewijzing_nummer=9999), facts) != []

    def test_a_credit_of_a_line_without_toewijzing_is_only_for_facturen(self) -> None:
        unmatched = an_earlier(a_prestatie(toewijzing_nummer=9999), granted=False, toewijzing_sleutel=None)
        credit = a_credit(toewijzing_nummer=9999)
        assert ask(self.REGEL, credit, facts_about(toewijzing=None, debet=unmatched)) != []
        assert ask(self.REGEL, credit, facts_about(toewijzing=None, debet=unmatched, bericht_code="448")) == []

    def test_a_credit_of_an_unknown_debet(self) -> None:
        assert ask(self.REGEL, a_credit(toewijzing_nummer=9999), facts_about(toewijzing=None)) != []


class TestTR304:
    REGEL = regels.client_is_that_of_toewijzing

    def test_the_client_of_the_toewijzing(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_another_client(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(), facts_about(client=a_declaratie_client(bsn=BSN_Y)))
        assert (finding.retourcode, finding.waarden) == ("8187", {"toewijzingNummer": 1001})

    def test_the_newest_version_says_who_the_client_is(self) -> None:
        corrected = a_versie(bsn=BSN_Y, toewijzingsdatum=date(2019, 6, 1))
        assert ask(self.REGEL, a_prestatie(), facts_about(toewijzing=a_toewijzing(corrected, a_versie()))) != []


class TestTR311:
    REGEL = regels.aanbieder_is_that_of_toewijzing

    def test_the_aanbieder_of_the_toewijzing(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_a_servicebureau_may_declare_for_it(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about(servicebureau="98000001")) == []

    def test_another_aanbieder(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(), facts_about(aanbieder=OTHER_AANBIEDER))
        assert finding.retourcode == "9311"
        assert finding.waarden == {"toewijzingNummer": 1001, "aanbieder": OTHER_AANBIEDER}


class TestRC_1112:
    REGEL = regels.categorie_is_assigned

    def test_the_assigned_category(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_another_category(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(product_categorie="01"), facts_about())
        assert (finding.retourcode, finding.pad) == ("1112", f"{PAD}/ProductCategorie")
        assert finding.waarden == {"gedeclareerd": "01", "toegewezen": "02"}


class TestRC_1142:
    REGEL = regels.code_is_assigned

    def test_the_assigned_code(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_any_code_where_none_was_assigned(self) -> None:
        toewijzing = a_toewijzing(a_versie(product=a_product(code=None)))
        assert ask(self.REGEL, a_prestatie(product_code="02A03"), facts_about(toewijzing=toewijzing)) == []

    def test_another_code(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(product_code="02A03"), facts_about())
        assert (finding.retourcode, finding.pad) == ("1142", f"{PAD}/ProductCode")
        assert finding.waarden == {"gedeclareerd": "02A03", "toegewezen": "02A01"}


class TestCS329_Prestatie:
    REGEL = regels.code_stands_under_categorie

    def test_a_code_of_the_category(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    @pytest.mark.parametrize(("categorie", "code"), [("02", "01A01"), ("01", "02A01"), ("02", "99A99")])
    def test_a_code_of_another_category_or_of_none(self, categorie: str, code: str) -> None:
        line = a_prestatie(product_categorie=categorie, product_code=code)
        finding = the_finding(self.REGEL, line, facts_about())
        assert (finding.retourcode, finding.pad) == ("S329", f"{PAD}/ProductCode")
        assert finding.waarden == {"categorie": categorie, "productcode": code}


class DayWithinToewijzing:
    """What TR307 and TR308 share: which days the toewijzing has."""

    REGEL: TechnischeRegel
    retourcode: str
    element: str

    def line(self, day: date) -> Prestatie:
        raise NotImplementedError

    @pytest.mark.parametrize("day", [P1.begindatum, P4.einddatum])
    def test_first_and_last_day_count(self, day: date) -> None:
        assert ask(self.REGEL, self.line(day), facts_about()) == []

    @pytest.mark.parametrize("day", [date(2019, 5, 19), date(2019, 9, 9), date(1800, 1, 1), date(9999, 12, 31)])
    def test_a_day_outside(self, day: date) -> None:
        finding = the_finding(self.REGEL, self.line(day), facts_about())
        assert (finding.retourcode, finding.pad) == (self.retourcode, f"{PAD}/ProductPeriode/{self.element}")
        assert finding.waarden == {
            self.element.lower(): day.isoformat(),
            "toewijzingIngangsdatum": "2019-05-20",
            "toewijzingEinddatum": "2019-09-08",
        }

    def test_an_open_end_has_every_later_day(self) -> None:
        toewijzing = a_toewijzing(a_versie(einddatum=None))
        assert ask(self.REGEL, self.line(date(9999, 12, 31)), facts_about(toewijzing=toewijzing)) == []

    def test_a_day_after_a_withdrawal(self) -> None:
        withdrawn = a_versie(toewijzingsdatum=date(2019, 7, 1), einddatum=date(2019, 6, 30))
        facts = facts_about(toewijzing=a_toewijzing(withdrawn, a_versie()))
        assert ask(self.REGEL, self.line(date(2019, 6, 30)), facts) == []
        assert the_finding(self.REGEL, self.line(date(2019, 7, 1)), facts).retourcode == self.retourcode

    def test_a_void_toewijzing_keeps_its_day(self) -> None:
        void = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.begindatum, reden_wijziging="01")
        facts = facts_about(toewijzing=a_toewijzing(a_versie(), void))
        assert ask(self.REGEL, self.line(P1.begindatum), facts) == []
        assert ask(self.REGEL, self.line(date(2019, 5, 21)), facts) != []

    def test_a_toewijzing_without_any_day(self) -> None:
        nothing = a_toewijzing(a_versie(einddatum=date(2019, 5, 19)))
        finding = the_finding(self.REGEL, self.line(P1.begindatum), facts_about(toewijzing=nothing))
        assert finding.waarden["toewijzingIngangsdatum"] is None


class TestTR307(DayWithinToewijzing):
    REGEL = regels.begindatum_within_toewijzing
    retourcode, element = "9307", "Begindatum"

    def line(self, day: date) -> Prestatie:
        return a_prestatie(product_periode=GeslotenPeriode(day, date.max))


class TestTR308(DayWithinToewijzing):
    REGEL = regels.einddatum_within_toewijzing
    retourcode, element = "9308", "Einddatum"

    def line(self, day: date) -> Prestatie:
        return a_prestatie(product_periode=GeslotenPeriode(date.min, day))


class TestTR309:
    REGEL = regels.eenheid_is_assigned

    def findings(self, assigned: Eenheid | None, claimed: Eenheid) -> list[Finding]:
        omvang = an_omvang(eenheid=assigned) if assigned else None
        facts = facts_about(toewijzing=a_toewijzing(a_versie(omvang=omvang)))
        return ask(self.REGEL, a_prestatie(eenheid=claimed), facts)

    def test_the_assigned_unit(self) -> None:
        assert self.findings(Eenheid.ETMAAL, Eenheid.ETMAAL) == []

    def test_minutes_for_hours_and_not_hours_for_minutes(self) -> None:
        assert self.findings(Eenheid.UUR, Eenheid.MINUUT) == []
        assert self.findings(Eenheid.MINUUT, Eenheid.UUR) != []

    def test_another_unit(self) -> None:
        (finding,) = self.findings(Eenheid.STUKS, Eenheid.ETMAAL)
        assert (finding.retourcode, finding.waarden) == ("9309", {"gedeclareerd": "14", "toegewezen": "82"})

    def test_without_omvang_the_unit_of_the_catalogue(self) -> None:
        assert self.findings(None, Eenheid.STUKS) == []
        assert self.findings(None, Eenheid.ETMAAL) != []

    def test_without_omvang_or_catalogue_any_unit(self) -> None:
        facts = facts_about(toewijzing=a_toewijzing(a_versie(omvang=None)), inrichting=an_inrichting(producten=()))
        assert ask(self.REGEL, a_prestatie(eenheid=Eenheid.ETMAAL), facts) == []
