"""/logboek: who looked at a client or an object, and who may know that."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from app.domain.logboek import Handeling, Logregel, Uitkomst, Wie
from app.domain.principal import Principal, Rol
from app.processing.logboek import note_now
from app.processing.logboek_inzage import LogVraag, viewed
from app.processing.runtime import Runtime
from app.processing.termijnen import TermijnVraag
from app.processing.termijnen_bekijken import termijnen_page
from app.storage import logboek_zoeken
from app.storage.logboek_zoeken import LogFilters
from app.storage.zicht import Zicht
from app.web.logboek_woorden import DOELEN, UITKOMSTEN, WOORDEN
from tests.web.browser import Browser, goes_to
from tests.web.story import BSN_0505, BSN_1708, visitor

LOOKER = Wie(naam="persoon:nieuwsgierig", rol="behandelaar", wijze="sessie")


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


def bericht(runtime: Runtime, gemeente: str, soort: str = "WMO301") -> str:
    """A bericht of the gemeente."""
    with runtime.storage.reading() as session:
        query = text("SELECT id FROM bericht WHERE gemeente = :gemeente AND soort = :soort ORDER BY id LIMIT 1")
        return session.scalars(query, {"gemeente": gemeente, "soort": soort}).one()


def asked(browser: Browser, bsn: str, **fields: str) -> str:
    """The page about a client."""
    answer = browser.post("/logboek", on="/logboek", bsn=bsn, **fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(page: str) -> list[str]:
    """The rows of the table, as text."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in body.split("<tr>")[1:]]


class TestOfAClient:
    """Who looked at a client, for somebody of its gemeente."""

    def test_from_the_menu(self, runtime: Runtime):
        looked_at = bericht(runtime, "1708")
        note_now(runtime, LOOKER, Logregel(handeling=Handeling.BERICHT_BEKEKEN, object_id=looked_at))
        browser = visitor(runtime)
        assert '<a class="iwmo-nav__link" href="/logboek"' in browser.get("/").text
        found = rows(asked(browser, BSN_1708))
        assert "nieuwsgierig bekeek een bericht Rol: behandelaar" in found[0]
        assert f"…{looked_at[-12:]}" in found[0]
        assert any("aanbieder-42420002 (software) diende een bericht in" in row for row in found)

    def test_looking_is_seen_at_the_next_look(self, runtime: Runtime):
        browser = visitor(runtime)
        before = rows(asked(browser, BSN_1708))
        after = rows(asked(browser, BSN_1708))
        assert len(after) == len(before) + 1
        assert f"operator bekeek het logboek ({len(before)} regels)" in after[0]

    def test_a_client_of_another_gemeente_is_as_one_that_does_not_exist(self, runtime: Runtime):
        browser = visitor(runtime, gemeenten=["0505"])
        answers = [re.sub("[0-9]{9}|[0-9a-f]{64}", "", asked(browser, bsn)) for bsn in (BSN_1708, "999990019")]
        assert answers[0] == answers[1]
        assert "Er staat niets over deze client" in answers[0]

    def test_what_is_of_another_gemeente_stays_there(self, runtime: Runtime):
        """The client is known in both; somebody of the other gemeente looked at what that has."""
        bsns = frozenset({BSN_0505})
        create = [
            (LOOKER, Logregel(handeling=Handeling.BERICHT_BEKEKEN, object_id=bericht(runtime, "1708"), bsns=bsns)),
            (LOOKER, Logregel(handeling=Handeling.BERICHTEN_GEZOCHT, bsns=bsns)),
            (LOOKER, Logregel(handeling=Handeling.TOEWIJZING_BEKEKEN, object_id="1708/1001", bsns=bsns)),
        ]
        for wie, regel in create:
            note_now(runtime, wie, regel)
        visitor(runtime, gemeenten=["1708"], naam="nieuwsgierig")
        assert "nieuwsgierig" not in asked(visitor(runtime, gemeenten=["0505"]), BSN_0505)
        assert asked(visitor(runtime, Rol.AUDITOR, naam="auditor"), BSN_0505).count("nieuwsgierig") == 3

    def test_a_search_by_a_colleague_is_shown(self, runtime: Runtime):
        visitor(runtime, gemeenten=["0505"], naam="nieuwsgierig")
        note_now(runtime, LOOKER, Logregel(handeling=Handeling.BERICHTEN_GEZOCHT, bsns=frozenset({BSN_0505})))
        assert "nieuwsgierig" in asked(visitor(runtime, gemeenten=["0505"]), BSN_0505)

    def test_page_by_page_each_row_once(self, runtime: Runtime):
        looked_at = bericht(runtime, "1708")
        note_now(
            runtime,
            LOOKER,
            *[Logregel(handeling=Handeling.BERICHT_BEKEKEN, object_id=looked_at, aantal=n) for n in range(2, 122)],
        )
        browser = visitor(runtime)
        page, seen = asked(browser, BSN_1708), list[str]()
        for _ in range(2):
            seen += rows(page)
            cursor = re.search(r'name="voor" value="([0-9a-f-]+)"', page)
            assert cursor
            assert "<form" in page.partition("</tbody>")[2], "a bsn goes on by POST"
            page = asked(browser, BSN_1708, voor=cursor[1])
        seen += [row for row in rows(page) if "stuks" in row]
        assert len([row for row in seen if "stuks" in row]) == 120
        assert 'name="voor"' not in page

    def test_too_many(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("IWMO_BSN_SEARCHES_PER_MINUTE", "1")
        browser = visitor(runtime)
        asked(browser, BSN_1708)
        answer = browser.post("/logboek", on="/logboek", bsn=BSN_1708)
        assert answer.status_code == 429
        assert BSN_1708 not in answer.text

    @pytest.mark.parametrize("bsn", ["", "12345678", "99990000x", "9999000061"])
    def test_what_is_no_bsn(self, bsn: str, runtime: Runtime):
        answer = visitor(runtime).post("/logboek", on="/logboek", bsn=bsn)
        assert answer.status_code == 400
        assert '<a href="#bsn">' in answer.text

    def test_never_by_address(self, runtime: Runtime):
        page = visitor(runtime).get(f"/logboek?bsn={BSN_1708}")
        assert page.status_code == 200
        assert BSN_1708 not in page.text
        assert rows(page.text) == []


class TestOfAnObject:
    """Who looked at a bericht, toewijzing or declaratie."""

    def test_bericht(self, runtime: Runtime):
        id = bericht(runtime, "1708", "WMO303")
        page = visitor(runtime).get(f"/logboek?bericht={id}").text
        assert [row for row in rows(page) if "diende een bericht in" in row]
        assert f'href="/berichten/{id}"' in page

    def test_toewijzing(self, runtime: Runtime):
        note_now(runtime, LOOKER, Logregel(handeling=Handeling.TOEWIJZING_BEKEKEN, object_id="1708/1001"))
        found = rows(visitor(runtime).get("/logboek?toewijzing=1708/1001").text)
        assert ["nieuwsgierig bekeek een toewijzing" in row for row in found] == [True]

    @pytest.mark.parametrize("of", ["bericht", "toewijzing", "onbekend"])
    def test_of_another_gemeente_is_not_there(self, of: str, runtime: Runtime):
        paths = {
            "bericht": f"bericht={bericht(runtime, '1708')}",
            "toewijzing": "toewijzing=1708/1001",
            "onbekend": "toewijzing=0505/bestaat-niet",
        }
        assert visitor(runtime, gemeenten=["0505"]).get(f"/logboek?{paths[of]}").status_code == 404


class TestNoBsn:
    """A bsn comes neither in an address nor in the logboek."""

    @pytest.mark.parametrize(
        "query",
        [
            *(f"{soort}={BSN_1708}" for soort in ("bericht", "toewijzing", "declaratie", "toekenning")),
            "bericht=1708/1001",
            "declaratie=01a203bb-f905-7353-8022-af2b87179498&toewijzing=" + BSN_1708,
        ],
    )
    @pytest.mark.parametrize("rol", [Rol.BEHANDELAAR, Rol.AUDITOR])
    def test_what_is_no_name_of_an_object_is_not_there(self, rol: Rol, query: str, runtime: Runtime):
        browser = visitor(runtime, rol)
        before = written(runtime)
        fields = dict(part.split("=") for part in query.split("&"))
        answers = [browser.get(f"/logboek?{query}"), browser.post("/logboek", on="/account", **fields)]
        assert [(answer.status_code, BSN_1708 in answer.text) for answer in answers] == [(404, False)] * 2
        assert written(runtime) == before

    @pytest.mark.parametrize("field", ["wie", "handeling", "uitkomst", "van"])
    def test_in_another_field_is_said_there_and_not_repeated(self, field: str, runtime: Runtime):
        browser = visitor(runtime, Rol.AUDITOR)
        before = written(runtime)
        typed = {field: "9999.00.006"}
        answers = [browser.get(f"/logboek?{urlencode(typed)}"), browser.post("/logboek", on="/account", **typed)]
        for answer in answers:
            assert answer.status_code == 400
            assert f'<a href="#{field}">Dit is een bsn.' in answer.text
            assert typed[field] not in answer.text
        assert written(runtime) == before


def written(runtime: Runtime) -> int:
    """How many looks in the logboek were written down."""
    with runtime.storage.reading() as session:
        query = text("SELECT count(*) FROM logboek WHERE gebeurtenis = 'logboek-bekeken'")
        return session.execute(query).scalar_one()


class TestWhoMay:
    """The logboek by role."""

    def test_a_lezer_does_not(self, runtime: Runtime):
        browser = visitor(runtime, Rol.LEZER)
        assert browser.get("/logboek").status_code == 404
        token = browser.token("/account")
        assert browser.client.post("/logboek", data={"formulier": token, "bsn": BSN_1708}).status_code == 403
        assert "/logboek" not in browser.get("/").text

    def test_a_behandelaar_does_not_see_the_whole_service(self, runtime: Runtime):
        browser = visitor(runtime)
        for path in ("/logboek", "/logboek?wie=backoffice", "/logboek?handeling=inrichting-geladen"):
            assert rows(browser.get(path).text) == []
        assert browser.get(f"/logboek?wie={'x' * 101}").status_code == 200  # it has no field to put that right

    @pytest.mark.parametrize("rol", [Rol.AUDITOR, Rol.BEHEER])
    def test_the_whole_service(self, rol: Rol, runtime: Runtime):
        page = visitor(runtime, rol).get("/logboek").text
        assert any("backoffice (software) maakte een toekenning" in row for row in rows(page))
        assert not re.search("9999[0-9]{5}", page)
        assert 'href="/berichten/' not in page


class TestNarrowed:
    """By whom, what, how it ended, and when."""

    @pytest.fixture
    def browser(self, runtime: Runtime) -> Browser:
        """An auditor."""
        return visitor(runtime, Rol.AUDITOR)

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            pytest.param({"wie": "backoffice"}, "backoffice (software)", id="a key by its name"),
            pytest.param({"wie": "nieuwsgierig"}, "nieuwsgierig", id="a person"),
            pytest.param({"handeling": "inrichting-geladen"}, "laadde een inrichting", id="what"),
            pytest.param({"uitkomst": "geweigerd"}, "geweigerd", id="outcome"),
        ],
    )
    def test_only_those(self, browser: Browser, runtime: Runtime, fields: dict[str, str], says: str):
        refused = Logregel(handeling=Handeling.BERICHT_BEKEKEN, uitkomst=Uitkomst.GEWEIGERD, reden="NotFound")
        note_now(runtime, LOOKER, refused)
        path = goes_to(browser.post("/logboek", on="/logboek", **fields))
        found = rows(browser.get(path).text)
        assert found
        assert [row for row in found if says not in row] == []

    def test_by_day(self, browser: Browser):
        today = datetime.now(UTC).date()  # two days off: in the Netherlands it may be tomorrow already, or become so
        before, after, later = ((today + timedelta(days=days)).isoformat() for days in (-2, 2, 3))
        assert rows(browser.get(f"/logboek?van={before}&tot={after}").text)
        assert rows(browser.get(f"/logboek?van={after}&tot={later}").text) == []
        assert rows(browser.get(f"/logboek?tot={before}").text) == []

    def test_a_day_that_is_none(self, browser: Browser):
        answer = browser.get("/logboek?van=31-01-2026")
        assert answer.status_code == 400
        assert '<a href="#van">' in answer.text

    def test_what_is_rare_is_found_bit_by_bit(
        self, browser: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(logboek_zoeken, "WINDOW", 3)
        path, steps, found = "/logboek?handeling=toekenning-gemaakt", 0, list[str]()
        while path:
            page = browser.get(path).text
            found += rows(page)
            onward = re.search(r'href="(/logboek\?[^"]*voor=[^"]*)">Ouder', page)
            path, steps = onward[1].replace("&amp;", "&") if onward else "", steps + 1
        assert len(found) == 1
        assert steps > 3

    def test_the_pages_follow_each_other(self, browser: Browser, runtime: Runtime):
        note_now(runtime, LOOKER, *[Logregel(handeling=Handeling.BERICHT_BEKEKEN, aantal=n) for n in range(2, 122)])
        path, seen = "/logboek?wie=nieuwsgierig", list[str]()
        while path:
            page = browser.get(path).text
            seen += re.findall(r"\((\d+) stuks\)", page)
            onward = re.search(r'href="(/logboek\?[^"]*voor=[^"]*)">Ouder', page)
            path = onward[1].replace("&amp;", "&") if onward else ""
        assert sorted(map(int, seen)) == list(range(2, 122))


def test_on_each_database(runtime_on_each: Runtime):
    runtime, bsns = runtime_on_each, frozenset({BSN_1708})
    note_now(runtime, LOOKER, Logregel(handeling=Handeling.BERICHTEN_GEZOCHT, bsns=bsns))
    auditor = Principal(key_id="persoon:auditor", rol=Rol.AUDITOR)
    filters = LogFilters(handeling=Handeling.BERICHTEN_GEZOCHT, uitkomst=Uitkomst.GELUKT)
    for vraag in (LogVraag(wie="nieuwsgierig", filters=filters), LogVraag(bsn=BSN_1708, filters=filters)):
        assert [one.wie for one in viewed(runtime, auditor, vraag).records] == ["persoon:nieuwsgierig"]
    other = Principal(key_id="persoon:ander", rol=Rol.BEHANDELAAR, gemeenten=frozenset({"0505"}))
    assert viewed(runtime, other, LogVraag(bsn=BSN_1708)).records == []
    zicht, vraag = Zicht(gemeenten=frozenset({"1708"})), TermijnVraag(openstaand=True, aanbieder="42420001")
    found = termijnen_page(runtime, other, zicht, vraag, cursor=None, limit=10)
    assert (found.regels, found.tellingen.nabij) == ([], 0)


def test_everything_has_words():
    assert set(WOORDEN) == set(Handeling)
    assert set(UITKOMSTEN) == set(Uitkomst)
    assert len(DOELEN) == 6
