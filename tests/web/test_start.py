"""The start page: is everything well, what needs the visitor now, since when."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from app.domain.bericht import BerichtStatus
from app.domain.overzicht import Aandacht, Onderwerp, Telling
from app.domain.principal import Rol
from app.processing.inrichtingen import load_files
from app.processing.overzicht import Dienst, Overzicht
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.bericht_tables import BerichtRow
from app.storage.declaratie_tables import DeclaratieRow
from app.storage.goedkeuringen import Goedkeuring, add_goedkeuring
from app.storage.job_tables import JobRow
from app.storage.measures import first_id_at
from app.web.start import headline, since
from tests.web.browser import CHEF, WACHTWOORD, Browser, Now

TODAY = date(2018, 3, 1)
INRICHTING = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
NUMBERS = iter(range(1, 10_000))


def add_bericht(runtime: Runtime, status: BerichtStatus, moment: datetime, **values: object) -> str:
    """A bericht in the log that came at a moment."""
    id = f"{first_id_at(moment)[:24]}{next(NUMBERS):012d}"
    facts = {
        "id": id, "soort": "WMO301", "release": "2.3", "richting": "uitgaand", "gemeente": "1708",
        "aanbieder": "42420001", "ontvangen_op": moment, "status": status.value, "omvang_bytes": 1,
        "sha256": "0" * 64, "eigen": False, "wacht_op_antwoord": False, **values,
    }  # fmt: skip
    runtime.storage.run(lambda session: session.execute(insert(BerichtRow).values(facts)))
    return id


@pytest.fixture
def in_use(runtime: Runtime, now: Now) -> Runtime:
    """A service with an inrichting and a message of long ago."""
    load_files(runtime, [INRICHTING])
    add_bericht(runtime, BerichtStatus.BEANTWOORD, now.moment - timedelta(days=400))
    return runtime


@pytest.fixture
def inside(in_use: Runtime, browser: Browser) -> Browser:
    """A behandelaar who is logged in."""
    browser.log_in()
    return browser


def seen(browser: Browser, naam: str) -> str:
    """The text of the tile of this name."""
    for tile in browser.get("/").text.split('<li class="iwmo-tile ')[1:]:
        if naam in tile.partition("</li>")[0]:
            return tile.partition("</li>")[0]
    raise AssertionError(naam)


class TestHeadline:
    def overzicht(self, *found: tuple[Onderwerp, int, date | None, bool]) -> Overzicht:
        aandacht = tuple(
            Aandacht(onderwerp=one, telling=Telling(aantal=count, sinds=day), nu=nu) for one, count, day, nu in found
        )
        return Overzicht(aandacht=aandacht, dienst=Dienst(wacht_sinds=None, wacht={}), since=TODAY)

    def test_of_nothing(self):
        assert headline(self.overzicht(), TODAY) == "Alles loopt"

    def test_of_what_others_have_to_do(self):
        others = (Onderwerp.TERMIJN_AANBIEDER, 3, date(2018, 2, 1), False)
        assert headline(self.overzicht(others), TODAY) == "Alles loopt"

    def test_of_several(self):
        found = self.overzicht(
            (Onderwerp.MISLUKT, 1, date(2018, 2, 28), True),
            (Onderwerp.TERMIJN_GEMEENTE, 2, date(2018, 2, 27), True),
            (Onderwerp.AFGEKEURD, 5, date(2018, 2, 1), False),
        )
        assert headline(found, TODAY) == "3 dingen vragen aandacht, het oudste sinds dinsdag 27 februari"

    def test_of_one(self):
        found = self.overzicht((Onderwerp.MISLUKT, 1, date(2018, 2, 28), True))
        assert headline(found, TODAY) == "1 ding vraagt aandacht, sinds gisteren"

    def test_of_more_than_is_counted(self):
        telling = Telling(aantal=1000, meer=True, sinds=TODAY)
        found = Overzicht(
            aandacht=(Aandacht(onderwerp=Onderwerp.MISLUKT, telling=telling),),
            dienst=Dienst(wacht_sinds=None, wacht={}),
            since=TODAY,
        )
        assert headline(found, TODAY) == "Meer dan 1.000 dingen vragen aandacht, het oudste sinds vandaag"

    def test_another_year_is_named(self):
        assert since(date(2017, 12, 31), TODAY) == "sinds zondag 31 december 2017"


class TestFirstUse:
    def test_says_what_to_do(self, browser: Browser):
        browser.log_in()
        page = browser.get("/").text
        assert "<h1>De dienst is nog niet in gebruik</h1>" in page
        assert "iwmo inrichting load" in page
        assert "iwmo key create --role gemeente --gemeente 1708" in page
        assert "iwmo-tile" not in page

    def test_an_inrichting_of_another_gemeente_is_none(self, runtime: Runtime, browser: Browser):
        load_files(runtime, [next((PROJECT / "fixtures" / "inrichting" / "drechtsteden-2016").glob("*.yaml"))])
        browser.log_in()
        assert "iwmo inrichting load" in browser.get("/").text

    def test_messages_without_inrichting_are_not_hidden(self, runtime: Runtime, browser: Browser, now: Now):
        add_bericht(runtime, BerichtStatus.MISLUKT, now.moment)
        browser.log_in()
        page = browser.get("/").text
        assert "<h1>1 ding vraagt aandacht" in page
        assert "iwmo inrichting load" in page
        assert "iwmo key create" not in page

    def test_of_who_manages(self, runtime: Runtime, now: Now):
        browser = Browser(runtime)
        browser.log_in(CHEF)
        browser.add_totp(now.moment)
        page = browser.get("/").text
        assert "<h1>De dienst is nog niet in gebruik</h1>" in page
        assert "Laad die met <code>iwmo inrichting load" in page

    def test_is_over_once_there_is_something(self, inside: Browser):
        page = inside.get("/").text
        assert "<h1>Alles loopt</h1>" in page
        assert "Zo begint u" not in page
        assert "Er is vandaag nog geen bericht" in page


class TestTiles:
    def test_mislukt(self, inside: Browser, in_use: Runtime, now: Now):
        add_bericht(in_use, BerichtStatus.MISLUKT, now.moment - timedelta(days=3))
        add_bericht(in_use, BerichtStatus.MISLUKT, now.moment - timedelta(days=1))
        tile = seen(inside, "mislukte berichten")
        assert tile.startswith("iwmo-tile--error")
        assert '<span class="iwmo-tile__number">2</span>' in tile
        assert "oudste sinds donderdag 19 november" in tile
        assert '<a href="/berichten?status=mislukt">' in tile

    @pytest.mark.parametrize(
        ("status", "naam", "minutes", "count"),
        [
            pytest.param(BerichtStatus.TE_VERZENDEN, "afgeleverd", 23 * 60, 0, id="sent-in-time"),
            pytest.param(BerichtStatus.TE_VERZENDEN, "afgeleverd", 25 * 60, 1, id="not-sent"),
            pytest.param(BerichtStatus.IN_VERWERKING, "verwerkt", 14, 0, id="processed-in-time"),
            pytest.param(BerichtStatus.IN_VERWERKING, "verwerkt", 16, 1, id="not-processed"),
        ],
    )
    def test_too_long(
        self, status: BerichtStatus, naam: str, minutes: int, count: int, inside: Browser, in_use: Runtime, now: Now
    ):
        add_bericht(in_use, status, now.moment - timedelta(minutes=minutes))
        assert f'number">{count}<' in seen(inside, f"nog niet {naam}")

    def test_refused_lately(self, inside: Browser, in_use: Runtime, now: Now):
        refused = BerichtStatus.AFGEKEURD
        add_bericht(in_use, refused, now.moment - timedelta(days=2), richting="inkomend", soort="WMO303")
        add_bericht(in_use, refused, now.moment - timedelta(days=2), richting="uitgaand")
        add_bericht(in_use, refused, now.moment - timedelta(days=20), richting="inkomend")
        tile = seen(inside, "afgekeurd inkomend bericht")
        assert 'number">1<' in tile
        assert "richting=inkomend" in tile
        assert "<h1>Alles loopt</h1>" in inside.get("/").text  # it is for the sender to do

    def test_a_declaratie_is_counted_once(self, inside: Browser, in_use: Runtime, now: Now):
        for status, bericht in (("header-afgekeurd", BerichtStatus.AFGEKEURD), ("beoordeeld", BerichtStatus.VERWERKT)):
            id = add_bericht(in_use, bericht, now.moment - timedelta(days=1), richting="inkomend", soort="WMO303")
            facts = {
                "id": id, "bericht_id": id, "gemeente": "1708", "aanbieder": "42420001", "factuurnummer": status,
                "vorm": "declaratie", "begindatum": TODAY, "einddatum": TODAY, "factuur_dagtekening": TODAY,
                "status": status, "ingediend_cents": 100, "toegekend_cents": 0, "retour_codes": [],
                "ontvangen_op": now.moment, "geboekt": True,
            }  # fmt: skip
            in_use.storage.run(lambda session, facts=facts: session.execute(insert(DeclaratieRow).values(facts)))
        assert 'number">1<' in seen(inside, "afgekeurd inkomend bericht")
        tile = seen(inside, "declaratie met een afwijzing")
        assert 'number">1<' in tile
        assert 'href="/declaraties?status=verwerkt"' in tile
        assert re.findall(r"(header-afgekeurd|beoordeeld)</a>", inside.get("/declaraties?status=verwerkt").text) == [
            "beoordeeld"
        ]

    def test_count_no_further_than_needed(
        self, inside: Browser, in_use: Runtime, now: Now, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("app.processing.overzicht.MOST", 2)
        for _ in range(3):
            add_bericht(in_use, BerichtStatus.MISLUKT, now.moment - timedelta(days=1))
        assert 'number">2+<' in seen(inside, "mislukte berichten")

    def test_of_others_are_not_there(self, inside: Browser, in_use: Runtime, now: Now):
        add_bericht(in_use, BerichtStatus.MISLUKT, now.moment - timedelta(days=3), gemeente="0505")
        assert 'number">0<' in seen(inside, "mislukte berichten")
        assert "<h1>Alles loopt</h1>" in inside.get("/").text

    def test_late_deadlines_by_turn(self, inside: Browser, in_use: Runtime, now: Now):
        late = {"wacht_op_antwoord": True, "dagtekening": date(2017, 1, 2)}
        add_bericht(in_use, BerichtStatus.VERZONDEN, now.moment - timedelta(days=1), **late)
        add_bericht(in_use, BerichtStatus.VERWERKT, now.moment - timedelta(days=1), soort="WMO303", **late)
        assert 'number">1<' in seen(inside, "verlopen termijn, de aanbieder is aan zet")
        assert 'number">1<' in seen(inside, "verlopen termijn, de gemeente is aan zet")
        assert "<h1>1 ding vraagt aandacht" in inside.get("/").text


def test_todays_messages(inside: Browser, in_use: Runtime, now: Now):
    midnight = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    add_bericht(in_use, BerichtStatus.VERWERKT, midnight + timedelta(seconds=1))
    add_bericht(in_use, BerichtStatus.VERWERKT, midnight - timedelta(seconds=1))
    add_bericht(in_use, BerichtStatus.VERWERKT, now.moment, soort=None, richting="inkomend")
    rows = inside.get("/").text.partition("Berichten per soort")[2].partition("</table>")[0].split("<tr>")
    assert [row.count(">1<") for row in rows if "WMO301" in row] == [1]
    assert [row.count(">1<") for row in rows if "onleesbaar" in row] == [1]


def test_work_that_lies(inside: Browser, in_use: Runtime, now: Now):
    moment = now.moment - timedelta(minutes=6)
    job = {
        "id": "1", "soort": "aflevering", "baan": "", "gemaakt_op": moment, "gepland_op": moment, "pogingen": 0,
        "onverwacht": 0, "afgebroken": 0, "status": "open", "voortgang": 0,
    }  # fmt: skip
    in_use.storage.run(lambda session: session.execute(insert(JobRow).values(job)))
    page = inside.get("/").text
    assert "Het werk op de achtergrond ligt stil" in page
    assert "<h1>1 ding vraagt aandacht, sinds vandaag</h1>" in page.replace(
        "sinds zondag 22 november 2026", "sinds vandaag"
    )
    in_use.storage.run(lambda session: session.execute(text("UPDATE job SET gepland_op = :op"), {"op": now.moment}))
    assert "ligt stil" not in inside.get("/").text


class TestRoles:
    def test_beheer_sees_the_service_and_no_clients(self, in_use: Runtime, now: Now):
        browser = Browser(in_use)
        browser.log_in(CHEF)
        browser.add_totp(now.moment)
        add_bericht(in_use, BerichtStatus.MISLUKT, now.moment - timedelta(hours=1))
        page = browser.get("/").text
        assert "1 mislukt" in page
        assert "Wat per gemeente het laatst is geladen" in page
        assert "opgegeven taken" in page
        assert "mislukt bericht" not in page
        assert "Berichten per soort" not in page

    @pytest.mark.parametrize("rol", [Rol.AANBIEDER, Rol.SERVICEBUREAU])
    def test_an_aanbieder_sees_its_own(self, inside: Browser, in_use: Runtime, now: Now, rol: Rol):
        create_persoon(in_use, naam="zorg", rol=rol, aanbieders=["42420001"], wachtwoord=WACHTWOORD)
        browser = Browser(in_use)
        browser.log_in("zorg")
        refused = {"richting": "inkomend", "soort": "WMO303"}
        for aanbieder in ("42420001", "42420002"):
            moment = now.moment - timedelta(days=1)
            add_bericht(in_use, BerichtStatus.AFGEKEURD, moment, aanbieder=aanbieder, **refused)
        add_bericht(in_use, BerichtStatus.VERWERKT, now.moment, richting="inkomend", soort="WMO303")
        page = browser.get("/").text
        assert 'number">1<' in seen(browser, "bericht van u is afgekeurd")
        assert "inkomend " not in page.lower()
        assert '">Van u</th>' in page
        assert "<h1>1 ding vraagt aandacht" in page
        assert "verlopen termijn" not in page
        assert "42420001" in page
        assert "42420002" not in page
        assert "Werk op de achtergrond" not in page
        assert "Werk op de achtergrond" in inside.get("/").text


class TestApprovals:
    def ask(self, runtime: Runtime, now: Now, wie: str) -> None:
        id = add_bericht(runtime, BerichtStatus.VERZONDEN, now.moment)
        new = Goedkeuring(
            id=id,
            bericht_id=id,
            gemeente="1708",
            gevraagd_door=f"persoon:{wie}",
            gevraagd_op=now.moment,
            verloopt_op=now.moment + timedelta(days=1),
        )
        assert runtime.storage.run(lambda session: add_goedkeuring(session, new=new, now=now.moment))

    def test_of_a_colleague_wait_for_you(self, inside: Browser, in_use: Runtime, now: Now):
        self.ask(in_use, now, "collega")
        page = inside.get("/").text
        assert 'number">1<' in seen(inside, "verzoek van een collega wacht op uw akkoord")
        assert "Verzoek van collega van 22-11-2026 10:00" in page
        assert "<h1>1 ding vraagt aandacht" in page

    def test_of_your_own_do_not(self, inside: Browser, in_use: Runtime, now: Now):
        self.ask(in_use, now, "consulent")
        assert "Wacht op uw akkoord" not in inside.get("/").text
