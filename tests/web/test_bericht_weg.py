"""The way of a bericht in time, as its page tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.delivery.transport import Afgeleverd, Later, Nooit
from app.domain.principal import Rol
from app.iwmo.xsd import Schemas
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.processing.working import connected
from tests.web.bericht_wereld import Wereld, refused, text_in, wereld_on_copy
from tests.web.story import of_aanbieder, visitor
from tests.web.test_bericht import counted

LATER = Later("De ontvanger is niet bereikbaar.")


@pytest.fixture
def wereld(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> Iterator[Wereld]:
    """A gemeente, its aanbieders, one of them with a connection, and two behandelaars."""
    with wereld_on_copy(tmp_path, migrated_sqlite, schemas) as one:
        connected(one.runtime)
        yield one


def a_301(wereld: Wereld) -> str:
    return wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]


def way_of(wereld: Wereld, id: str) -> str:
    return text_in(wereld.page(id).split('id="weg"', 1)[1].partition("</section>")[0])


def set_status(wereld: Wereld, id: str, status: str) -> None:
    statement = text("UPDATE bericht SET status = :status WHERE id = :id")
    wereld.runtime.storage.run(lambda session: session.execute(statement, {"id": id, "status": status}))


def test_shows_every_attempt(wereld: Wereld):
    wereld.transport.outcomes = [LATER, Afgeleverd()]
    id = a_301(wereld)
    wereld.service.work()
    wereld.moment.pass_(minutes=2)
    wereld.service.work()
    way = way_of(wereld, id)
    steps = ["Ontvangen", "Gecontroleerd", "Bezorgen lukte niet", "De ontvanger is niet bereikbaar.", "Afgeleverd"]
    places = [way.index(step) for step in steps]
    assert places == sorted(places)
    assert "aan aanbieder Voorbeeldaanbieder A (42420001) 20-06-2019 12:02" in way


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (LATER, "gecontroleerd : gedaan verwerkt : gedaan verzonden : nu bezig afgeleverd : nog niet"),
        (Nooit("Nee."), "gecontroleerd : gedaan verwerkt : gedaan verzonden : mislukt afgeleverd : nog niet"),
        (Afgeleverd(), "gecontroleerd : gedaan verwerkt : gedaan verzonden : gedaan afgeleverd : gedaan"),
    ],
    ids=["waits", "failed", "delivered"],
)
def test_says_how_far_it_came(outcome: Later | Nooit | Afgeleverd, said: str, wereld: Wereld):
    wereld.transport.outcomes = [outcome]
    id = a_301(wereld)
    wereld.service.work()
    assert said in way_of(wereld, id)


def test_what_failed_was_not_processed(wereld: Wereld):
    a_301(wereld)
    id = wereld.service.accept(a_declaratie(), as_=AANBIEDER)["id"]
    assert "Verwerkt 20-06-2019" in way_of(wereld, id)
    set_status(wereld, id, "mislukt")
    assert "Verwerkt 20-06-2019" not in way_of(wereld, id)
    assert "verwerkt : mislukt" in way_of(wereld, id)


def test_what_was_refused_ends_there(wereld: Wereld):
    wereld.service.refuse(b"<geen", as_=GEMEENTE)
    id = wereld.service.berichten()[0]["id"]
    assert way_of(wereld, id).endswith("Geweigerd 20-06-2019 12:00 Er is verder niets mee gedaan.")
    assert "afgeleverd" not in way_of(wereld, id)


def test_a_message_of_our_own_was_made_here(wereld: Wereld):
    a_301(wereld)
    claim = wereld.service.accept(a_declaratie(), as_=AANBIEDER)
    way = way_of(wereld, claim["_links"]["antwoord"]["href"].rpartition("/")[2])
    assert "gemaakt : gedaan verzonden : nu bezig" in way
    assert "Gemaakt door deze dienst" in way


def test_while_it_is_under_way_the_page_can_be_followed(wereld: Wereld):
    id = a_301(wereld)
    state = re.search(r'data-refresh="([^"]+)"[^>]* data-refresh-state="([^"]+)"', wereld.page(id))
    assert state
    assert wereld.jan.get(state[1]).text == state[2]
    wereld.service.work()
    assert wereld.jan.get(state[1]).text != state[2]
    stranger = visitor(wereld.runtime, Rol.BEHANDELAAR, ["1708"], "vreemd")
    assert stranger.get(state[1]).status_code == 404


def test_while_it_is_processed_that_is_told(wereld: Wereld):
    a_301(wereld)
    id = wereld.service.accept(a_declaratie(), as_=AANBIEDER)["id"]
    set_status(wereld, id, "in-verwerking")
    assert "gecontroleerd : nu bezig verwerkt : nog niet" in way_of(wereld, id)
    assert "wordt nu verwerkt." in text_in(wereld.page(id))


def test_what_its_gemeente_decides_changes_nothing_for_an_aanbieder(wereld: Wereld):
    claim = a_301(wereld)
    own = of_aanbieder(wereld.runtime, AANBIEDER)
    before = [browser.get(f"/berichten/{claim}/stand").text for browser in (own, wereld.jan)]
    asked = text(
        "INSERT INTO goedkeuring (id, bericht_id, gemeente, gevraagd_door, gevraagd_op, verloopt_op, status)"
        " VALUES ('g1', :id, '0384', 'persoon:piet', '2019-06-21', '2019-06-28', 'open')",
    )
    wereld.runtime.storage.run(lambda session: session.execute(asked, {"id": claim}))
    after = [browser.get(f"/berichten/{claim}/stand").text for browser in (own, wereld.jan)]
    assert [then == now for then, now in zip(before, after, strict=True)] == [True, False]
    assert [re.fullmatch(r"[0-9a-f]{32}", one) is None for one in after] == [False, False]


def test_to_download_what_was_refused_names_the_clients_in_it(wereld: Wereld):
    id = refused(wereld, f"<a><Bsn>{BSN_X}</Bsn>".encode(), as_=GEMEENTE)
    for times, look in enumerate((wereld.jan.get, lambda _: wereld.service.xml(id, as_=GEMEENTE)), start=1):
        look(f"/berichten/{id}/xml")
        assert counted(wereld, id, BSN_X, "bericht-gedownload") == times
