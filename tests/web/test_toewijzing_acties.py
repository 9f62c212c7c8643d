"""Splitting, changing and ending a toewijzing on the pages: looked at first, done once, and only as it was shown."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response
from sqlalchemy import text

from app.cli.demo import STORY
from app.domain.principal import Principal, Rol
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.wijzigingen import Wijzig, change_toewijzing
from tests.web.browser import Browser, goes_to
from tests.web.story import visitor

PAGE = "/toewijzingen/1708/1001"
SPLIT, CHANGE, END = f"{PAGE}/splitsen", f"{PAGE}/wijzigen", f"{PAGE}/beeindigen"
A_SPLIT = {"aanbieder": "42420001", "bedrag": "300", "vanaf": "2018-4"}
BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({"1708"}))
DECLARANT = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({"42420002"}))


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


@pytest.fixture
def operator(runtime: Runtime) -> Browser:
    """A behandelaar of both gemeenten, logged in."""
    return visitor(runtime)


def plain(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]*>", " ", page).replace("\u00a0", " ").split())


def look(browser: Browser, path: str, **fields: str) -> Response:
    """Fill in the form and ask what would happen."""
    return browser.post(path, on=path, **fields)


def hidden(page: str) -> dict[str, str]:
    """What the first form with hidden fields below the preview carries."""
    form = page.partition("/bevestigen")[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def confirm(browser: Browser, path: str, fields: dict[str, str]) -> Response:
    """Press the button below the preview."""
    return browser.client.post(f"{path}/bevestigen", data=fields)


def state(runtime: Runtime) -> list[tuple[object, ...]]:
    """Everything that an act may change."""
    query = text(
        "SELECT toewijzing.aanbieder, nummer, ingangsdatum, einddatum, volume, reden_wijziging FROM toewijzing "
        "JOIN toewijzing_versie ON toewijzing_id = toewijzing.id WHERE toewijzing.gemeente = '1708' "
        "ORDER BY toewijzing_versie.id"
    )
    with runtime.storage.reading() as session:
        berichten = session.scalar(text("SELECT count(*) FROM bericht"))
        onder = session.execute(text("SELECT aanbieder, begindatum FROM onderaannemer")).all()
        return [*(tuple(row) for row in session.execute(query)), (berichten,), *(tuple(row) for row in onder)]


class TestSplitting:
    """To a second aanbieder."""

    def test_looking_changes_nothing_and_shows_all(self, operator: Browser, runtime: Runtime):
        before = state(runtime)
        page = look(operator, SPLIT, **A_SPLIT)
        assert page.status_code == 200
        said = plain(page.text)
        assert (
            "Vanaf periode 4 van 2018: Voorbeeldaanbieder B (42420002) van 990 naar 690, "
            "Voorbeeldaanbieder A (42420001) van 0 naar 300; samen 990, net als nu." in said
        )
        assert "1001 Voorbeeldaanbieder B (42420002) 01-01-2018 t/m 25-03-2018 990 stuks per vier weken" in said
        assert "nieuw nummer Voorbeeldaanbieder A (42420001) 26-03-2018 t/m 30-12-2018 300 stuks" in said
        assert "periode 4 van 2018 990 690 0 0 300 0 990 990" in said
        assert "In 3 perioden verandert niets" in said
        assert said.count("Een 301 aan Voorbeeldaanbieder") == 2
        assert "Volume&gt;300&lt;" in page.text
        assert state(runtime) == before

    def test_confirming_does_it(self, operator: Browser, runtime: Runtime):
        before = len(state(runtime))
        page = look(operator, SPLIT, **A_SPLIT).text
        there = goes_to(confirm(operator, SPLIT, hidden(page)))
        assert there == f"{PAGE}?gedaan=splitsen"
        said = plain(operator.get(there).text)
        assert "Het budget is gesplitst." in said
        assert "Einddatum: van 30-12-2018 naar 25-03-2018. Reden: naar een andere aanbieder (09)." in said
        assert "500000003 Voorbeeldaanbieder B (42420002) 26-03-2018 t/m 30-12-2018 690 stuks per vier weken" in said
        assert "500000004 Voorbeeldaanbieder A (42420001) 26-03-2018 t/m 30-12-2018 300 stuks per vier weken" in said
        assert len(state(runtime)) == before + 3

    def test_an_address_alone_does_not_say_so(self, operator: Browser, runtime: Runtime):
        for said in ("splitsen", "wijzigen", "beeindigen", "onderaannemer"):
            assert 'role="status"' not in operator.get(f"{PAGE}?gedaan={said}").text
        there = goes_to(confirm(operator, SPLIT, hidden(look(operator, SPLIT, **A_SPLIT).text)))
        assert "Het budget is gesplitst." in operator.get(there).text
        assert "Het budget is gesplitst." not in visitor(runtime, naam="collega").get(there).text

    def test_pressing_twice_does_it_once(self, operator: Browser, runtime: Runtime):
        fields = hidden(look(operator, SPLIT, **A_SPLIT).text)
        first = goes_to(confirm(operator, SPLIT, fields))
        after = state(runtime)
        assert goes_to(confirm(operator, SPLIT, fields)) == first
        assert state(runtime) == after

    def test_by_percentage(self, operator: Browser):
        said = plain(look(operator, SPLIT, aanbieder="42420001", percentage="33,5", vanaf="2018-4").text)
        assert "van 990 naar 658, Voorbeeldaanbieder A (42420001) van 0 naar 332; samen 990" in said

    def test_without_a_contract_only_an_onderaannemer(self, operator: Browser, runtime: Runtime):
        page = look(operator, SPLIT, **(A_SPLIT | {"aanbieder": "42420099"})).text
        assert "42420099 heeft geen contract voor dit product." in plain(page)
        assert "Noteer de onderaannemer" in page
        assert "Een 301 aan" not in page
        there = goes_to(confirm(operator, SPLIT, hidden(page)))
        said = plain(operator.get(there).text)
        assert "De onderaannemer is genoteerd." in said
        assert "Onderaannemer 42420099, 26-03-2018 t/m 30-12-2018" in said
        assert "Binnen deze toewijzing werkt onderaannemer 42420099" in plain(
            operator.get(f"{PAGE}/budgetpaspoort").text
        )
        assert state(runtime)[-1] == ("42420099", "2018-03-26")

    def test_below_what_was_declared_is_refused_with_the_numbers(self, operator: Browser, runtime: Runtime):
        before = state(runtime)
        page = look(operator, SPLIT, **(A_SPLIT | {"bedrag": "400", "vanaf": "2018-1"}))
        assert page.status_code == 400
        wrong = plain(page.text.partition('id="vanaf-fout"')[2].partition("</p>")[0])
        assert "Er is al meer gedeclareerd dan er zou overblijven." in wrong
        assert "periode 1 van 2018, toewijzing 1001, al gedeclareerd 690, er blijft over 590" in wrong
        assert 'value="400"' in page.text
        assert '<option value="2018-1" selected>' in page.text
        assert state(runtime) == before

    @pytest.mark.parametrize(
        ("field", "changes", "said"),
        [
            ("aanbieder", {"aanbieder": "4242"}, "8 cijfers"),
            ("aanbieder", {"aanbieder": "42420002"}, "De tweede aanbieder is een andere dan de eerste."),
            ("bedrag", {"bedrag": ""}, "Vul een bedrag of een percentage in."),
            ("bedrag", {"percentage": "30"}, "niet allebei"),
            ("bedrag", {"bedrag": "300,50"}, "hele euro"),
            ("bedrag", {"bedrag": "990"}, "Het deel moet meer dan 0 zijn en minder dan het geheel. (geheel 990)"),
            ("percentage", {"bedrag": "", "percentage": "veel"}, "zoals 30 of 33,5"),
            ("percentage", {"bedrag": "", "percentage": "101"}, "hoogstens 100"),
            ("vanaf", {"vanaf": ""}, "Kies de periode"),
            ("vanaf", {"vanaf": "2018-14"}, "Deze CAK-periode is niet bekend. (periode 14 van 2018)"),
        ],
        ids=[
            "agb", "same", "nothing", "both", "cents", "all", "no-number", "too-much", "no-period", "unknown-period",
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field(self, field: str, changes: dict[str, str], said: str, operator: Browser):
        page = look(operator, SPLIT, **(A_SPLIT | changes))
        assert page.status_code == 400
        assert said in plain(page.text.partition(f'id="{field}-fout"')[2].partition("</p>")[0])
        assert f'href="#{field}"' in page.text

    def test_filled_in_again_to_change_it(self, operator: Browser):
        page = operator.post(SPLIT, on=SPLIT, stap="aanpassen", **A_SPLIT)
        assert page.status_code == 200
        assert 'value="42420001"' in page.text
        assert '<option value="2018-4" selected>' in page.text


class TestMeanwhile:
    """Between looking and confirming something else happened."""

    @pytest.mark.parametrize("what", ["a-change", "a-303"])
    def test_it_is_said_and_shown_again(self, what: str, operator: Browser, runtime: Runtime):
        page = look(operator, SPLIT, **A_SPLIT).text
        if what == "a-change":
            vraag = Wijzig(volume=980, jaar=2018, periode=8)
            change_toewijzing(runtime, BACK_OFFICE, vraag, gemeente="1708", nummer="1001", answer=lambda _view: "")
        else:
            receive(runtime, DECLARANT, (STORY / "5-declaratie-volgende-periode.xml").read_bytes())
        between = state(runtime)
        again = confirm(operator, SPLIT, hidden(page))
        assert again.status_code == 409
        assert "De toewijzing is intussen veranderd. Er is nog niets gedaan" in plain(again.text)
        assert state(runtime) == between
        assert goes_to(confirm(operator, SPLIT, hidden(again.text))) == f"{PAGE}?gedaan=splitsen"
        assert state(runtime) != between

    def test_nothing_changed_but_the_numbers_that_are_given_out(self, operator: Browser, runtime: Runtime):
        fields = hidden(look(operator, SPLIT, **A_SPLIT).text)
        vraag = Wijzig(volume=3, jaar=2018, periode=8)
        change_toewijzing(runtime, BACK_OFFICE, vraag, gemeente="1708", nummer="1002", answer=lambda _view: "")
        assert goes_to(confirm(operator, SPLIT, fields)) == f"{PAGE}?gedaan=splitsen"

    @pytest.mark.parametrize(
        "changes", [{"stand": ""}, {"stand": "0" * 64}, {"bedrag": "301"}], ids=["none", "another", "another-amount"]
    )
    def test_what_was_not_shown_is_not_done(self, changes: dict[str, str], operator: Browser, runtime: Runtime):
        before = state(runtime)
        fields = hidden(look(operator, SPLIT, **A_SPLIT).text)
        assert confirm(operator, SPLIT, fields | changes).status_code == 409
        assert state(runtime) == before

    def test_a_form_that_was_sent_and_then_changed_is_shown_again(self, operator: Browser, runtime: Runtime):
        fields = hidden(look(operator, CHANGE, volume="800", vanaf="2018-8").text)
        confirm(operator, CHANGE, fields)
        before = state(runtime)
        again = confirm(operator, CHANGE, fields | {"vanaf": "2018-4"})
        assert again.status_code == 409
        assert "intussen veranderd" in again.text
        assert "Idempotency" not in again.text
        assert state(runtime) == before

    def test_what_cannot_be_done_any_more_is_said_at_its_field(self, operator: Browser, runtime: Runtime):
        fields = hidden(look(operator, CHANGE, volume="400", vanaf="2018-8").text)
        vraag = Wijzig(volume=400, jaar=2018, periode=2)
        change_toewijzing(runtime, BACK_OFFICE, vraag, gemeente="1708", nummer="1001", answer=lambda _view: "")
        between = state(runtime)
        answer = confirm(operator, CHANGE, fields)
        assert answer.status_code == 400
        assert 'id="vanaf-fout"' in answer.text
        assert state(runtime) == between


class TestChanging:
    """Another volume."""

    def test_from_a_period_on(self, operator: Browser):
        page = look(operator, CHANGE, volume="800", vanaf="2018-4").text
        assert "Vanaf periode 4 van 2018: Voorbeeldaanbieder B (42420002) van 990 naar 800." in plain(page)
        there = goes_to(confirm(operator, CHANGE, hidden(page)))
        assert "Het volume is gewijzigd." in operator.get(there).text
        paspoort = plain(operator.get("/toewijzingen/1708/500000003/budgetpaspoort").text)
        assert "26-03-2018 t/m 30-12-2018 800 stuks bij Voorbeeldaanbieder B (42420002), deze toewijzing" in paspoort
        assert "wat dat bericht toewijst: 990 stuks per vier weken, in toewijzing 1001" in paspoort

    @pytest.mark.parametrize(
        ("volume", "said"),
        [("990", "Het volume is een ander geheel getal dan nu, meer dan 0. (nu 990"), ("veel", "heel getal")],
        ids=["same", "no-number"],
    )
    def test_no_volume(self, volume: str, said: str, operator: Browser):
        page = look(operator, CHANGE, volume=volume, vanaf="2018-4")
        assert page.status_code == 400
        assert said in plain(page.text.partition('id="volume-fout"')[2].partition("</p>")[0])


class TestEnding:
    """Another last day."""

    def test_earlier(self, operator: Browser):
        page = look(operator, END, einddatum="2018-06-17", reden="05").text
        assert "Vanaf periode 7 van 2018: Voorbeeldaanbieder B (42420002) van 990 naar 0." in plain(page)
        there = goes_to(confirm(operator, END, hidden(page)))
        said = plain(operator.get(there).text)
        assert "Het einde is vastgelegd." in said
        assert "Einddatum: van 30-12-2018 naar 17-06-2018. Reden: verkort na herbeoordeling (05)." in said

    def test_a_part_gives_its_volume_back(self, operator: Browser):
        part = "/toewijzingen/1708/500000002/beeindigen"
        fields = {"einddatum": "2018-03-25", "reden": "09", "samenvoegen": "ja"}
        page = look(operator, part, **fields).text
        assert "Voorbeeldaanbieder A (42420001) van 690 naar 990" in plain(page)
        assert goes_to(confirm(operator, part, hidden(page))).endswith("?gedaan=beeindigen")

    @pytest.mark.parametrize(
        ("field", "changes", "said"),
        [
            ("einddatum", {"einddatum": ""}, "Vul de nieuwe einddatum in"),
            ("einddatum", {"einddatum": "2018-12-30"}, "Dit is al de einddatum van de toewijzing."),
            ("einddatum", {"einddatum": "2017-01-01"}, "ingangsdatum 01-01-2018"),
            ("reden", {"reden": ""}, "Kies waarom"),
            ("reden", {"reden": "99"}, "Dit is geen RedenWijziging"),
            ("samenvoegen", {"samenvoegen": "ja"}, "niet precies één toewijzing"),
            ("samenvoegen_met", {"samenvoegen_met": "1002"}, "Vink ook aan"),
            ("samenvoegen_met", {"samenvoegen": "ja", "samenvoegen_met": "1002"}, "van een ander product"),
        ],
        ids=["none", "same", "before", "no-reden", "unknown-reden", "no-part", "half", "another-product"],
    )
    def test_what_is_wrong_stands_at_its_field(self, field: str, changes: dict[str, str], said: str, operator: Browser):
        page = look(operator, END, **({"einddatum": "2018-06-17", "reden": "05"} | changes))
        assert page.status_code == 400
        assert said in plain(page.text.partition(f'id="{field}-fout"')[2].partition("</p>")[0])


class TestWhoMay:
    """Only a behandelaar of the gemeente does anything."""

    @pytest.mark.parametrize("path", [SPLIT, CHANGE, END, f"{SPLIT}/bevestigen"], ids=str)
    def test_a_lezer_may_not(self, path: str, runtime: Runtime):
        before = state(runtime)
        browser = visitor(runtime, rol=Rol.LEZER)
        assert browser.post(path, on="/account", **A_SPLIT).status_code == 403
        assert state(runtime) == before

    @pytest.mark.parametrize("path", [SPLIT, f"{SPLIT}/bevestigen"], ids=["look", "confirm"])
    def test_of_another_gemeente(self, path: str, runtime: Runtime):
        before = state(runtime)
        browser = visitor(runtime, gemeenten=["0505"])
        assert browser.post(path, on="/account", **A_SPLIT).status_code == 404
        assert state(runtime) == before

    def test_what_is_no_act(self, operator: Browser):
        assert operator.get(f"{PAGE}/wissen").status_code == 404
        assert operator.post(f"{PAGE}/wissen", on="/account").status_code == 404

    def test_looking_and_doing_are_written_down(self, operator: Browser, runtime: Runtime):
        page = look(operator, SPLIT, **A_SPLIT).text
        confirm(operator, SPLIT, hidden(page))
        with runtime.storage.reading() as session:
            kept = session.scalars(
                text(
                    "SELECT gebeurtenis FROM logboek WHERE object_id = '1708/1001' AND wie = 'persoon:operator' "
                    "AND gebeurtenis != 'toewijzing-bekeken' ORDER BY id"
                )
            ).all()
        assert list(kept) == ["toewijzing-beproefd", "toewijzing-gewijzigd"]
