"""A message on trial: what is shown is what would happen, to whom it concerns, and nothing is kept."""

from __future__ import annotations

import re
import socket
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.principal import Rol
from app.domain.retour import Ernst, Finding
from app.iwmo.aanduiding import Aanduiding
from app.iwmo.xsd import Schemas
from app.processing.controleren import Beproefd
from app.processing.keys import create_key, principal_of
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.schema import metadata
from app.web.proef_woorden import oordeel_of
from tests.fixtures.evil import EVIL, LARGE, Expectation, indexed
from tests.web.browser import Browser
from tests.web.story import BSN_1708, Story, of_aanbieder, visitor
from tests.web.trials import NEW_301, NEXT_303, NO_XSD, OTHER, OWN, RETOUR_302, SAME_303, paste, send, words

MOST_OF_A_PAGE = 2_000_000
KEPT = "logboek"
"""The tables in which a trial leaves that it was, and about whom, begin with this."""


@pytest.fixture
def zorg(told: Runtime) -> Browser:
    """Somebody of the aanbieder whose declaratie it is."""
    return of_aanbieder(told, OWN)


def rows(runtime: Runtime) -> dict[str, int]:
    """How many rows each table has."""
    with runtime.storage.reading() as session:
        names = sorted(name for name in metadata.tables if not name.startswith(KEPT))
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}  # noqa: S608


class TestDeclaratie:
    @pytest.mark.parametrize("way", ["file", "text"])
    def test_tells_what_every_line_gets_and_why(self, way: str, zorg: Browser):
        answer = send(zorg, NEXT_303) if way == "file" else paste(zorg, NEXT_303.decode())
        assert answer.status_code == 200
        page = words(answer)
        assert "Van de € 961,00 wordt -€ 30,00 toegekend. 1 van de 3 regels krijgt niet wat is gevraagd." in page
        assert "Declaratie (303), release 2.3" in page
        assert "Van aanbieder 42420002 Aan gemeente 1708 Kenmerk D20180002 Dagtekening 27-02-2018" in page
        assert f"P0006 {BSN_1708} 1001" in page
        assert "€ 991,00 € 0,00 afgewezen 9321: Het volume is groter dan toegewezen." in page
        assert f"P0005 {BSN_1708} 1001 02 02A01 1 t/m 28 januari 2018 € 660,00 € 660,00 toegekend" in page
        assert page.index("P0006") < page.index("P0004") < page.index("P0005")

    def test_shows_a_finding_beside_its_line(self, zorg: Browser):
        page = send(zorg, NEXT_303).text
        line = NEXT_303[: NEXT_303.index(b"<iwmo:GeleverdVolume>991")].count(b"\n") + 1
        shown = re.findall(r'iwmo-source__regel--raak" value="([0-9]+)">(.*?)</li>', page, re.DOTALL)
        assert [(int(number), "991" in source) for number, source in shown] == [(line, True)]
        assert "Declareer opnieuw, met hoogstens het toegewezen" in page

    def test_in_full(self, zorg: Browser):
        begin = NEXT_303.index(b"<wmo303:Prestatie>", NEXT_303.index(b"P0005"))
        rest = NEXT_303[:begin] + NEXT_303[NEXT_303.index(b"</wmo303:Prestaties>") :]
        total = rest.replace(b"<iwmo:TotaalBedrag>96100<", b"<iwmo:TotaalBedrag>3000<")
        signed = re.sub(rb"(TotaalBedrag>3000</iwmo:TotaalBedrag>\s*<iwmo:DebetCredit>)D", rb"\1C", total)
        page = words(send(zorg, signed))
        assert "Deze declaratie wordt volledig toegekend: -€ 30,00." in page
        assert "8001: De declaratie of factuur is volledig toegekend." in page
        assert "bevinding" not in page

    def test_as_a_whole(self, zorg: Browser):
        page = words(send(zorg, NEXT_303.replace(b"TotaalBedrag>96100", b"TotaalBedrag>96200")))
        assert "Deze declaratie wordt als geheel afgekeurd: er wordt niets toegekend." in page
        assert "hetzelfde factuurnummer opnieuw" in page
        assert "0001: " in page

    def test_that_breaks_the_schema_gets_no_answer(self, zorg: Browser):
        answer = send(zorg, NO_XSD)
        assert answer.status_code == 200
        assert "wordt geweigerd: er is 1 fout." in words(answer)
        assert "17O8" in answer.text
        assert "Het antwoord" not in answer.text

    def test_that_was_received_before(self, zorg: Browser, told: Runtime):
        answer = send(zorg, SAME_303)
        assert "Precies dit bericht is al ontvangen." in words(answer)
        assert "niets bewaard" not in words(answer)
        found = re.search(r'href="(/berichten/[0-9a-f-]{36})"', answer.text)
        assert found
        assert zorg.get(found[1]).status_code == 200

    def test_its_answer_as_a_file(self, zorg: Browser):
        page = send(zorg, NEXT_303).text
        again = re.search(r'<textarea name="tekst" hidden[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        assert again
        typed = again[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
        answer = paste(zorg, typed, download="ja")
        assert answer.headers["content-type"] == "application/xml"
        assert answer.headers["content-disposition"] == 'attachment; filename="proef-antwoord-op-303.xml"'
        assert answer.headers["cache-control"] == "no-store"
        assert b"<wmo304:Bericht" in answer.content
        assert b"P0006" in answer.content
        assert b"P0005" not in answer.content

    def test_is_what_then_happens(self, zorg: Browser, told: Runtime):
        trial = send(zorg, NEXT_303)
        key = create_key(told, rol=Rol.AANBIEDER, aanbieders=[OWN], naam="zorgsoftware")
        receive(told, principal_of(told, key), NEXT_303)
        with told.storage.reading() as session:
            asked = text("SELECT toegekend_cents FROM declaratie WHERE factuurnummer = 'D20180002'")
            assert session.execute(asked).scalar_one() == -3000
        assert "-€ 30,00 toegekend" in words(trial)


class TestToewijzing:
    def test_tells_what_the_aanbieder_would_answer(self, told: Runtime):
        page = words(send(visitor(told), NEW_301.replace(b"ToewijzingNummer>1001", b"ToewijzingNummer>7001")))
        assert "Dit toewijzingsbericht (301) wordt aangenomen. Er is niets op aan te merken." in page
        assert "Zo zou de aanbieder antwoorden, met een 302. Er is geen opmerking: de toewijzing is akkoord." in page

    def test_tells_what_is_wrong_with_it(self, told: Runtime):
        wrong = NEW_301.replace(b"<iwmo:Dagtekening>2017-12-20", b"<iwmo:Dagtekening>2019-12-20")
        page = words(send(visitor(told), wrong))
        assert "Dit toewijzingsbericht (301) wordt geweigerd: er is 1 fout." in page
        assert "het hele bericht 8848: De dagtekening ligt in de toekomst." in page or "Header" in page
        assert "8848" in page

    @pytest.mark.parametrize(("count", "said"), [(1, "de waarschuwing"), (2, "de waarschuwingen")], ids=["one", "two"])
    def test_warnings_are_counted(self, count: int, said: str):
        one = Finding(regel="x", retourcode=None, pad="/Bericht", melding="Let op.", ernst=Ernst.WAARSCHUWING)
        facts = {"soort": Berichtsoort.WMO301, "release": "2.3", "aanduiding": Aanduiding()}
        proef = Beproefd(status=BerichtStatus.VERWERKT, findings=(one,) * count, **facts)
        assert oordeel_of(proef).zin.endswith(f"wordt aangenomen. Let op {said} hieronder.")


class TestWhose:
    def test_of_another_aanbieder(self, told: Runtime):
        answer = send(of_aanbieder(told, OTHER), NEXT_303)
        assert answer.status_code == 403
        assert (
            "Dit bericht is van een ander. U kunt hier proberen: berichten van uzelf (AGB-code 42420001)."
            in answer.text
        )
        assert BSN_1708 not in answer.text
        assert 'aria-describedby="bestand-uitleg bestand-fout"' in answer.text

    @pytest.mark.parametrize("rol", [Rol.BEHANDELAAR, Rol.LEZER])
    @pytest.mark.parametrize("body", [NEXT_303, NEW_301, RETOUR_302], ids=["303", "301", "302"])
    def test_people_of_the_gemeente_try_what_goes_to_and_from_it(self, body: bytes, rol: Rol, told: Runtime):
        assert send(visitor(told, rol, ["1708"]), body).status_code == 200

    @pytest.mark.parametrize("body", [NEXT_303, NEW_301], ids=["303", "301"])
    def test_of_another_gemeente(self, body: bytes, told: Runtime):
        assert send(visitor(told, Rol.BEHANDELAAR, ["0505"]), body).status_code == 403

    def test_an_aanbieder_tries_no_301(self, zorg: Browser):
        assert send(zorg, NEW_301).status_code == 403

    @pytest.mark.parametrize("sender", [OWN, "99999999"], ids=["own code", "code of the bureau"])
    def test_a_servicebureau_needs_to_be_named(self, sender: str, told: Runtime):
        bureau = of_aanbieder(told, sender, rol=Rol.SERVICEBUREAU)
        assert send(bureau, NEXT_303).status_code == 403
        named = NEXT_303.replace(
            b"<wmo303:Aanbieder>", b"<wmo303:Servicebureau>99999999</wmo303:Servicebureau><wmo303:Aanbieder>"
        )
        assert send(bureau, named).status_code == 403  # the contract does not name it

    @pytest.mark.parametrize("rol", [Rol.BEHEER, Rol.AUDITOR])
    def test_not_for_who_reads_no_messages(self, rol: Rol, told: Runtime):
        browser = visitor(told, rol)
        assert browser.get("/proef").status_code == 404
        form = {"formulier": browser.token("/account")}
        assert browser.client.post("/proef", data=form, files={"bestand": ("a", NEXT_303)}).status_code == 403
        assert "Proefbericht" not in browser.get("/").text

    def test_who_guesses_at_clients_is_stopped(self, told: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("IWMO_BSN_SEARCHES_PER_MINUTE", "1")
        browser = of_aanbieder(told, OWN)
        strange = NEXT_303.replace(BSN_1708.encode(), b"999900171")
        assert send(browser, strange).status_code == 200
        answer = send(browser, strange)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert "te veel clienten zonder toewijzing aan u" in answer.text


class TestNothingIsKept:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (NEXT_303, 200),
            (SAME_303, 200),
            (RETOUR_302, 200),
            (NO_XSD, 200),
            (NEW_301, 403),
            (b"\xef\xbb\xbf" + NEXT_303, 400),
            (b"", 400),
        ],
        ids=["303", "303 again", "302", "against the schema", "of another", "unreadable", "nothing"],
    )
    def test_but_that_there_was_a_trial(self, body: bytes, status: int, zorg: Browser, told: Runtime):
        zorg.get("/proef")
        before = rows(told)
        assert send(zorg, body).status_code == status
        assert rows(told) == before

    def test_who_and_about_whom_is_written_down(self, zorg: Browser, told: Runtime):
        send(zorg, NEXT_303)
        send(zorg, NEW_301)
        with told.storage.reading() as session:
            asked = "SELECT wie, rol, uitkomst, reden FROM logboek WHERE gebeurtenis = 'bericht-beproefd' ORDER BY id"
            found = [tuple(row) for row in session.execute(text(asked))]
        assert found == [
            ("persoon:zorg", "aanbieder", "gelukt", None),
            ("persoon:zorg", "aanbieder", "geweigerd", "SenderNotAllowed"),
        ]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("body", "advice"),
        [
            (b"\xef\xbb\xbf" + NEXT_303, "niet als ‘UTF-8 met BOM’"),
            (NEXT_303.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "Sla het op als ‘UTF-8’"),
            (NEXT_303.decode().encode("utf-16-le"), "Sla het op als ‘UTF-8’"),
            (b"<!DOCTYPE a>" + NEXT_303.partition(b"?>")[2], "&lt;!DOCTYPE"),
            (b"PK\x03\x04" + bytes(20), "zip-bestand"),
            (b"%PDF-1.7", "pdf"),
            (b"{}", "JSON"),
            (NEXT_303[:-10], "leverancier"),
        ],
        ids=["BOM", "UTF-16", "UTF-16 without BOM", "DOCTYPE", "zip", "pdf", "json", "truncated"],
    )
    def test_is_told_with_what_to_do(self, body: bytes, advice: str, zorg: Browser):
        answer = send(zorg, body)
        assert answer.status_code == 400
        assert advice in answer.text
        assert "<title>Fout: Proefbericht" in answer.text
        assert 'id="bestand-fout"' in answer.text

    def test_of_a_text_is_told_at_the_text(self, zorg: Browser):
        answer = paste(zorg, "<a>\n<b></a>")
        assert answer.status_code == 400
        assert 'id="tekst-fout"' in answer.text
        assert "&lt;a&gt;\r\n&lt;b&gt;&lt;/a&gt;</textarea>" in answer.text

    def test_nothing_or_both(self, zorg: Browser):
        assert "Kies een bestand, of plak een bericht." in paste(zorg, " \n ").text
        assert "Doe één van beide." in send(zorg, NEXT_303, tekst="<a/>").text

    def test_markup_in_a_message_stays_text(self, zorg: Browser):
        evil = NEXT_303.replace(b"D20180002", b"&lt;b&gt;x&lt;/b&gt;").replace(b"P0006", b"&lt;script&gt;1")
        page = send(zorg, evil).text
        assert "<b>x" not in page
        assert "<script>1" not in page
        assert "<dd>&lt;b&gt;x&lt;/b&gt;</dd>" in page


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was called outside this process."""
    seen: list[str] = []

    def refuse(*arguments: object, **_more: object) -> None:
        seen.append(str(arguments))
        raise OSError("no connections here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return seen


def test_every_hostile_message_is_answered(told: Runtime, calls: list[str]):
    """Bounded by the time limit of a test; what the parser itself would open is looked at in tests/hostile."""
    browser = visitor(told)
    before, allowed = rows(told), {Expectation.UNREADABLE: {400}}
    wrong = {}
    for name, expectation in indexed().items():
        answer = send(browser, (EVIL / name).read_bytes())
        if answer.status_code not in allowed.get(expectation, {200, 403}):
            wrong[name] = answer.status_code
        assert "root:" not in answer.text, name
    assert wrong == {}
    assert calls == []
    assert rows(told) == before


@pytest.mark.parametrize("name", LARGE)
def test_every_large_hostile_message_is_answered(name: str, told: Runtime):
    expectation, make = LARGE[name]
    answer = send(visitor(told), make())
    assert answer.status_code in ({400} if expectation is Expectation.UNREADABLE else {200, 403})
    assert len(answer.content) < MOST_OF_A_PAGE


def test_a_day_that_is_not_today(story: Story, tmp_path: Path, schemas: Schemas):
    runtime = story.told(tmp_path, schemas, date(2018, 2, 1))
    page = words(send(of_aanbieder(runtime, OWN), NEXT_303))
    assert "8848: De dagtekening ligt in de toekomst." in page
    runtime.storage.close()
