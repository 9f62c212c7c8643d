"""The page of a bericht says what it is, what became of it, what is wrong and where, and what belongs to it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.principal import Rol
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.web.dutch import NO_BREAK
from tests.builders import (
    AANBIEDER,
    BSN_X,
    BSN_Y,
    GEBOREN_Y,
    GEMEENTE,
    OTHER_AANBIEDER,
    a_declaratie,
    a_declaratie_client,
    a_geboortedatum,
    a_prestatie,
    a_toewijzing_header,
    a_toewijzingsbericht,
)
from tests.e2e.test_flow import retour_on
from tests.e2e.test_overige import document
from tests.web.bericht_wereld import Wereld, refused, text_in, wereld_on_copy
from tests.web.story import of_aanbieder, visitor

TOO_MUCH = a_prestatie(geleverd_volume=900, referentie_nummer="R0002")


@pytest.fixture
def wereld(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> Iterator[Wereld]:
    """A gemeente, its aanbieders, and two behandelaars."""
    with wereld_on_copy(tmp_path, migrated_sqlite, schemas) as one:
        yield one


@pytest.fixture
def claim(wereld: Wereld) -> str:
    """The id of a 303 of which one line of two is refused: 850 were assigned, 500 and 900 are asked."""
    wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
    lines = (a_prestatie(geleverd_volume=500), TOO_MUCH)
    return wereld.service.accept(a_declaratie(*lines), as_=AANBIEDER)["id"]


def sentence(page: str) -> str:
    found = re.search(r'<p class="iwmo-bericht__zin">(.*?)</p>', page, re.S)
    assert found
    return text_in(found[1]).replace(NO_BREAK, " ")


def answer_of(wereld: Wereld, id: str) -> str:
    bericht = wereld.service.get(f"/v1/berichten/{id}", as_=GEMEENTE)
    return bericht["_links"]["antwoord"]["href"].rpartition("/")[2]


class TestSentence:
    def test_of_a_303(self, wereld: Wereld, claim: str):
        assert sentence(wereld.page(claim)) == (
            "Declaratie F001 van aanbieder Voorbeeldaanbieder A (42420001) aan gemeente Voorbeeld (0384) over "
            "20-05-2019 t/m 16-06-2019: € 500,00 van € 1.400,00 toegekend, 1 van 2 regels afgewezen."
        ).replace("gemeente Voorbeeld (0384)", named(wereld, claim))

    def test_of_its_304(self, wereld: Wereld, claim: str):
        said = sentence(wereld.page(answer_of(wereld, claim)))
        assert said.startswith("Antwoord op een declaratie F001 van gemeente ")
        assert said.endswith("€ 500,00 van € 1.400,00 toegekend, 1 van 2 regels afgewezen.")

    @pytest.mark.parametrize(
        ("is_sent_back", "said"),
        [(False, "is mislukt"), (True, "stuurde het terug met een foutbericht (Fo01)")],
        ids=["failed", "sent-back"],
    )
    def test_of_a_304_that_did_not_arrive(self, is_sent_back: bool, said: str, wereld: Wereld, claim: str):
        id = answer_of(wereld, claim)
        change(wereld, "UPDATE bericht SET status = 'mislukt' WHERE id = :id", id)
        if is_sent_back:
            happened = "INSERT INTO gebeurtenis (bericht_id, moment, soort) VALUES (:id, '2019-06-21', 'foutbericht')"
            change(wereld, happened, id)
        told = sentence(wereld.page(id))
        assert 0 < told.index(said) < told.index("De beoordeling zelf: € 500,00 van € 1.400,00 toegekend")

    def test_of_a_303_that_was_granted(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        id = wereld.service.accept(a_declaratie(), as_=AANBIEDER)["id"]
        assert sentence(wereld.page(id)).endswith("€ 850,00 van € 850,00 toegekend, alle 1 regel toegekend.")
        assert "Wat er mis is" not in wereld.page(id)

    def test_of_a_303_that_was_refused_as_a_whole(self, wereld: Wereld, claim: str):
        again = a_declaratie(a_prestatie(geleverd_volume=1, referentie_nummer="R0009"))
        id = wereld.service.accept(again, as_=AANBIEDER)["id"]
        assert sentence(wereld.page(id)).endswith(
            "in zijn geheel afgewezen met code 0030; van € 1,00 is niets toegekend."
        )
        assert "factuurnummer dat nog niet gebruikt is" in text_in(wereld.page(id))

    def test_of_a_301_and_its_302(self, wereld: Wereld):
        id = wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        assert sentence(wereld.page(id)).startswith("Toewijzingsbericht A0001 van gemeente ")
        assert sentence(wereld.page(id)).endswith("zonder opmerkingen beantwoord.")
        assert sentence(wereld.page(answer_of(wereld, id))).endswith("zonder opmerkingen: alles is goedgekeurd.")

    def test_of_a_302_that_refuses(self, wereld: Wereld):
        message = a_toewijzingsbericht(header=a_toewijzing_header(ontvanger=OTHER_AANBIEDER))
        heen = wereld.service.accept(message, as_=GEMEENTE)["id"]
        retour = wereld.service.accept(retour_on(message, "RX1", retour_codes=("0001",)), as_=OTHER_AANBIEDER)["id"]
        assert sentence(wereld.page(heen)).endswith("met opmerkingen beantwoord.")
        page = wereld.page(retour)
        assert sentence(page).endswith("met 1 retourcode die iets afkeuren.")
        assert "Het bericht is technisch afgekeurd" in text_in(page)
        assert re.search(r'class="iwmo-source__regel iwmo-source__regel--raak" id="r\d+".*?0001', page, re.S)

    @pytest.mark.parametrize(
        ("soort", "said"),
        [("WMO305", "Startbericht"), ("WMO307", "Stopbericht"), ("WMO315", "Verzoek om toewijzing")],
        ids=["305", "307", "315"],
    )
    def test_of_others(self, soort: str, said: str, wereld: Wereld):
        id = wereld.service.accept(document(soort), as_=AANBIEDER)["id"]
        assert sentence(wereld.page(id)).startswith(f"{said} Z0001 van aanbieder Voorbeeldaanbieder A (42420001)")

    def test_of_what_is_refused(self, wereld: Wereld):
        body = write(a_declaratie(), "2.3").replace(b">82<", b">xx<")
        wereld.service.refuse(body, as_=AANBIEDER)
        id = wereld.service.berichten()[0]["id"]
        page = wereld.page(id)
        assert sentence(page).endswith("geweigerd met 1 fout; er is niets mee gedaan.")
        assert "De waarde komt niet voor in de codelijst" in page
        assert "xx" in page.split("iwmo-source__regel--raak", 1)[1].partition("</li>")[0]

    def test_of_what_cannot_be_read(self, wereld: Wereld):
        id = refused(wereld, b"<geen", as_=GEMEENTE)
        page = wereld.page(id)
        assert "geen leesbaar iWmo-bericht" in sentence(page)
        assert "Onleesbaar bericht" in page
        assert "&lt;geen" in page

    def test_of_what_the_chain_sent_back(self, wereld: Wereld):
        id = wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        change(wereld, "UPDATE bericht SET status = 'mislukt' WHERE id = :id", id)
        change(
            wereld,
            "INSERT INTO gebeurtenis (bericht_id, moment, soort, reden)"
            " VALUES (:id, '2019-06-21', 'foutbericht', 'StUF055')",
            id,
        )
        page = wereld.page(id)
        assert sentence(page).endswith("stuurde het terug met een foutbericht (Fo01); de ontvanger heeft het niet.")
        assert "StUF055" in page

    def test_of_an_envelope_that_was_not_opened(self, wereld: Wereld):
        id = refused(wereld, b"<geen", as_=GEMEENTE)
        change(wereld, "DELETE FROM bevinding WHERE bericht_id = :id", id)
        change(wereld, "UPDATE bericht SET status = 'mislukt' WHERE id = :id", id)
        assert "die niet geopend kon worden" in sentence(wereld.page(id))


def named(wereld: Wereld, id: str) -> str:
    """The gemeente as the page calls it."""
    found = re.search(r"aan (gemeente .*? \(0384\))", sentence(wereld.page(id)))
    assert found
    return found[1]


def change(wereld: Wereld, statement: str, id: str) -> None:
    from sqlalchemy import text

    wereld.runtime.storage.run(lambda session: session.execute(text(statement), {"id": id}))


class TestFindings:
    def test_stand_beside_their_line_and_link_both_ways(self, wereld: Wereld, claim: str):
        page = wereld.page(claim)
        finding = page.split('id="bevinding-1"', 1)[1].partition("</article>")[0]
        line = re.search(r'href="#r(\d+)"', finding)
        assert line
        source = page.split(f'id="r{line[1]}"', 1)[1].partition("</li>")[0]
        assert "GeleverdVolume" in source
        assert "900" in source
        assert 'href="#bevinding-1"' in source
        assert "GeleverdVolume" in finding  # the same line, beside the finding

    def test_say_what_was_compared_and_what_to_do(self, wereld: Wereld, claim: str):
        seen = text_in(wereld.page(claim))
        assert "Het volume is groter dan toegewezen" in seen
        assert "geleverd 900" in seen
        assert "toegewezen 850" in seen
        assert "Aan zet: de aanbieder" in seen
        assert "retourcode 9321" in seen

    def test_a_refused_line_has_a_sentence_without_personal_data(self, wereld: Wereld, claim: str):
        page = wereld.page(claim)
        said = text_in(page.split("<textarea", 1)[1].partition(">")[2].partition("</textarea>")[0]).replace(
            NO_BREAK, " "
        )
        assert said.startswith(
            "Regel R0002 van declaratie F001 (product 02A01, 20-05-2019 t/m 16-06-2019, toewijzing 1001, € 900,00)"
            " is afgewezen. Het volume is groter dan toegewezen (code 9321: geleverd 900, toegewezen 850"
        )
        assert BSN_X not in said
        assert "Testmans" not in said
        assert page.count("<textarea") == 1

    def test_the_304_explains_its_codes_too(self, wereld: Wereld, claim: str):
        page = wereld.page(answer_of(wereld, claim))
        assert "Zin voor de aanbieder over regel R0002" in text_in(page)
        assert "over over" not in text_in(page)
        assert re.search(r'iwmo-source__regel--raak" id="r\d+".*?RetourCode.*?9321', page, re.S)
        assert "Regel R0002 van declaratie F001" in page

    def test_to_the_aanbieder_it_is_its_own_line(self, wereld: Wereld, claim: str):
        own = of_aanbieder(wereld.runtime, AANBIEDER)
        seen = text_in(wereld.page(answer_of(wereld, claim), by=own))
        assert "In het kort over regel R0002" in seen
        assert "Zin voor de aanbieder" not in seen

    def test_a_message_on_one_line_is_laid_out(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        body = re.sub(rb">\s+<", b"><", write(a_declaratie(TOO_MUCH), "2.3")).replace(b"\n", b"")
        id = wereld.service.accept(body, as_=AANBIEDER)["id"]
        page = wereld.page(id)
        assert "staat dit bericht op één regel" in page
        marked = page.split('<div class="iwmo-xml"', 1)[1].split("iwmo-source__regel--raak", 1)[1].partition("</li>")[0]
        assert "GeleverdVolume" in marked
        assert wereld.jan.get(f"/berichten/{id}/xml").content == body

    def test_many_are_shown_some_at_a_time(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        lines = [a_prestatie(geleverd_volume=851, referentie_nummer=f"R{number:04}") for number in range(50)]
        id = wereld.service.accept(a_declaratie(*lines), as_=AANBIEDER)["id"]
        first, second = wereld.page(id), wereld.page(id, "?vanaf=20&prestatie=19")
        assert first.count('class="iwmo-finding ') == second.count('class="iwmo-finding ') == 20
        assert first.count("<textarea") == 20
        assert 'id="bevinding-21"' in second
        assert 'id="bevinding-1"' not in second
        assert "Zin voor de aanbieder over regel R0020" in text_in(second)
        assert "?vanaf=40" in second
        assert "?prestatie=39" in second

    def test_how_it_should_be_is_not_told_as_if_it_were(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        body = write(a_declaratie(), "2.3").replace(b"TotaalBedrag>85000", b"TotaalBedrag>85001")
        id = wereld.service.accept(body, as_=AANBIEDER)["id"]
        seen = text_in(wereld.page(id)).replace(NO_BREAK, " ")
        assert "fout Zo hoort het: Het totaalbedrag is de som van alle Prestaties" in seen
        assert "staat in het bericht € 850,01 verwacht € 850,00" in seen

    @pytest.mark.parametrize(
        "evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'], ids=["tag", "img"]
    )
    def test_what_somebody_sent_is_text(self, evil: str, wereld: Wereld):
        page = wereld.page(refused(wereld, f"<a>{evil}".encode(), as_=GEMEENTE))
        assert evil not in page
        assert evil in text_with_tags(page)


class TestThread:
    def test_holds_every_message_about_the_toewijzing(self, wereld: Wereld, claim: str):
        start = document("WMO305", ToewijzingNummer="1001")
        other = document("WMO307", ToewijzingNummer="1002", Identificatie="Z0002")
        wereld.service.accept(start, as_=AANBIEDER)
        wereld.service.accept(other, as_=AANBIEDER)
        thread = wereld.page(claim).split('id="draad"', 1)[1].partition("</section>")[0]
        for said in ("Toewijzingsbericht A0001", "Antwoord op een toewijzingsbericht", "Declaratie F001"):
            assert said in thread
        assert "Antwoord op een declaratie F001" in thread
        assert "Startbericht Z0001" in thread
        assert "Stopbericht" not in thread

    def test_leads_from_a_start_back_to_its_toewijzing(self, wereld: Wereld, claim: str):
        id = wereld.service.accept(document("WMO305", ToewijzingNummer="1001"), as_=AANBIEDER)["id"]
        page = wereld.page(id)
        assert "Alle berichten over toewijzing 1001" in page
        assert f'href="/berichten/{claim}"' in page

    def test_goes_on_when_it_is_long(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        for number in range(25):
            line = a_prestatie(geleverd_volume=1, referentie_nummer=f"R{number:04}")
            id = wereld.service.accept(a_declaratie(line, declarant_factuur_nummer=f"F{number:03}"), as_=AANBIEDER)[
                "id"
            ]
        first = wereld.page(id)
        onward = re.search(r'href="/berichten/[^"]*\?(toewijzing=1001&amp;voor=[^"#]+)#draad"', first)
        assert onward
        second = wereld.page(id, "?" + onward[1].replace("&amp;", "&"))
        assert "Declaratie F024" in first
        assert "Declaratie F000" not in first
        assert "Declaratie F000" in second
        assert "Toewijzingsbericht A0001" in second


class TestWhoMaySee:
    def test_another_gemeente_sees_nothing(self, wereld: Wereld, claim: str):
        stranger = visitor(wereld.runtime, Rol.BEHANDELAAR, ["1708"], "vreemd")
        for path in ("", "/xml", "/opnieuw"):
            assert stranger.get(f"/berichten/{claim}{path}").status_code == 404

    def test_another_aanbieder_sees_nothing_and_its_own_no_logboek(self, wereld: Wereld, claim: str):
        own, other = (of_aanbieder(wereld.runtime, code, naam=f"zorg-{code}") for code in (AANBIEDER, OTHER_AANBIEDER))
        assert other.get(f"/berichten/{claim}").status_code == 404
        page = wereld.page(claim, by=own)
        assert "Wie dit bekeek" not in page
        assert "Verwerk opnieuw" not in page
        assert "Verstuur opnieuw" not in page
        assert own.get(f"/berichten/{claim}/opnieuw").status_code == 404

    @pytest.mark.parametrize("id", ["x", "1", "0" * 36, "%2e%2e%2finloggen", "ffffffff-ffff-7fff-8fff-ffffffffffff"])
    def test_what_is_not_there(self, id: str, wereld: Wereld):
        assert wereld.jan.get(f"/berichten/{id}").status_code == 404

    def test_a_look_is_written_down_with_its_clients(self, wereld: Wereld, claim: str):
        wereld.page(claim)
        assert wereld.logged(claim)[-1] == ("persoon:jan", "bericht-bekeken", "gelukt")
        found = wereld.jan.post("/logboek", on="/logboek", bsn=BSN_X).text
        assert "bekeek een bericht" in found

    def test_of_a_long_message_the_clients_that_are_shown(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        others = [f"{900000000 + number}" for number in range(0, 4000)]
        bsns = [bsn for bsn in others if is_bsn(bsn)][:110]
        clients = [
            a_declaratie_client(a_prestatie(geleverd_volume=1, referentie_nummer=f"R{n:04}"), bsn=bsn)
            for n, bsn in enumerate([*bsns, BSN_Y])
        ]
        clients[-1] = replace(clients[-1], geboortedatum=a_geboortedatum(datum=GEBOREN_Y))
        id = wereld.service.accept(a_declaratie(*clients), as_=AANBIEDER)["id"]
        page = wereld.page(id)
        assert BSN_Y not in page
        assert BSN_Y in wereld.page(id, f"?regel={line_with(wereld, id, BSN_Y)}")
        seen = [counted(wereld, id, bsn) for bsn in (bsns[0], bsns[60], BSN_Y)]
        assert seen == [2, 0, 1]

    def test_who_looked_before_is_shown(self, wereld: Wereld, claim: str):
        wereld.page(claim, by=wereld.piet)
        rows = wereld.page(claim).split('id="inzage"', 1)[1]
        assert "<td>piet</td>" in rows
        assert "bekeek een bericht" in rows


def text_with_tags(page: str) -> str:
    """The source as a reader sees it."""
    return html.unescape(re.sub(r"</?(span|code)[^>]*>", "", page))


def is_bsn(text: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 11 == 0


def line_with(wereld: Wereld, id: str, bsn: str) -> int:
    body = wereld.jan.get(f"/berichten/{id}/xml").content
    return body[: body.index(bsn.encode())].count(b"\n") + 1


def counted(wereld: Wereld, id: str, bsn: str, deed: str = "bericht-bekeken") -> int:
    """How often the logboek has somebody look at the bericht and see this client."""
    from app.processing.logboek import clients_by_every_key
    from app.storage.logboek import logboek_before

    with wereld.runtime.storage.reading() as session:
        clients = clients_by_every_key(wereld.runtime, bsn)
        rows = logboek_before(session, before=None, limit=100, clients=clients, object_ids=[])
    return sum(row.object_id == id and row.gebeurtenis == deed for row in rows)


class TestDownload:
    def test_gives_the_exact_bytes_as_a_file(self, wereld: Wereld, claim: str):
        answer = wereld.jan.get(f"/berichten/{claim}/xml")
        assert answer.content == wereld.service.xml(claim, as_=AANBIEDER)
        assert answer.headers["content-disposition"] == f'attachment; filename="{claim}.xml"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["cache-control"] == "no-store"
        assert wereld.logged(claim)[-2] == ("persoon:jan", "bericht-gedownload", "gelukt")
