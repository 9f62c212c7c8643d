"""/toewijzingen: which there are, narrowed by what is known of one, with what is left of each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.principal import Rol
from app.iwmo.xsd import Schemas
from app.processing.runtime import Runtime
from app.storage import toewijzing_records
from app.storage.base import create_storage
from app.web import toewijzingen
from tests.web.browser import Browser, Now, with_people
from tests.web.story import BSN_0505, BSN_1708, visitor

OF_0505 = ["500000004", "500000003", "500000002", "500000001", "2002", "2001"]
OF_1708 = ["500000002", "500000001", "1002", "1001"]
ALL = [*OF_0505[:4], *OF_1708[:2], *OF_0505[4:], *OF_1708[2:]]


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


def nummers(page: str) -> list[str]:
    """The numbers in the list, in order."""
    return re.findall(r'<th scope="row"><a href="/toewijzingen/[0-9]{4}/([^"]+)"', page)


def row(page: str, nummer: str) -> str:
    """The row of a toewijzing, as text."""
    rows = page.partition("<tbody>")[2].split("<tr>")
    return " ".join(re.sub("<[^>]*>", " ", next(one for one in rows if f'/{nummer}"' in one)).split())


def test_the_newest_stand_on_top(runtime: Runtime):
    browser = visitor(runtime)
    assert '<a class="iwmo-nav__link" href="/toewijzingen"' in browser.get("/").text
    page = browser.get("/toewijzingen").text
    assert nummers(page) == ALL
    assert "10 toewijzingen, de nieuwste bovenaan." in page


def test_the_field_of_a_number_says_where_a_bsn_belongs(runtime: Runtime):
    page = visitor(runtime).get("/toewijzingen").text
    assert '<p class="iwmo-form-field-description" id="nummer-uitleg">Geen bsn: een client zoekt u bij Ber' in page
    assert 'aria-describedby="nummer-uitleg"' in page


def test_a_row_says_what_is_left_today(runtime: Runtime):
    browser = visitor(runtime, gemeenten=["1708"])
    page = browser.get("/toewijzingen").text
    assert row(page, "1002").startswith(
        "Toewijzing 1002 loopt 4 van 4 4 etmalen per vier weken 01-01-2018 t/m 30-12-2018"
    )
    assert "690 van 690 690 stuks per vier weken" in row(page, "500000001")
    assert "Voorbeeldaanbieder A (42420001) Steenwijkerland" in row(page, "500000001")


def test_what_is_over_has_nothing_left(runtime: Runtime):
    page = visitor(runtime).get("/toewijzingen?nummer=2001").text
    assert row(page, "2001").startswith("Toewijzing 2001 geëindigd – 400 stuks per vier weken")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nummer=1002", ["1002"]),
        ("nummer=500000001", ["500000001", "500000001"]),
        ("product=04A01", ["1002"]),
        ("aanbieder=42420001&actiefOp=2018-05-01", ["500000001"]),
        ("actiefOp=1-5-2018", OF_1708),
        ("actiefOp=2017-05-01", []),
        ("aanbieder=42420009", []),
        ("nummer=1002&product=02A01", []),
    ],
    ids=["nummer", "nummer-of-two", "product", "aanbieder-and-day", "day", "no-day", "no-aanbieder", "both"],
)
def test_filters(query: str, found: list[str], runtime: Runtime):
    page = visitor(runtime).get(f"/toewijzingen?{query}")
    assert page.status_code == 200
    assert nummers(page.text) == found
    assert ("Geen toewijzing past bij dit filter." in page.text) == (not found)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nummer=1001a", "Een nummer is ten hoogste 9 cijfers."),
        ("aanbieder=4242", "Een AGB-code is 8 cijfers."),
        ("product=%3Cb%3E", "Een productcode is 5 cijfers of hoofdletters."),
        ("actiefOp=31-2-2018", "Dit is geen datum."),
    ],
    ids=["nummer", "aanbieder", "product", "actiefOp"],
)
def test_what_cannot_be_a_filter(query: str, said: str, runtime: Runtime):
    page = visitor(runtime).get(f"/toewijzingen?{query}")
    assert page.status_code == 400
    assert said in page.text
    assert f'href="#{query.partition("=")[0]}"' in page.text
    assert nummers(page.text) == []


def test_pages_follow_on_each_other(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(toewijzingen, "ON_A_PAGE", 3)
    browser = visitor(runtime)
    seen, page = [], browser.get("/toewijzingen").text
    while following := re.search(r'href="(/toewijzingen\?[^"]*)" rel="next"', page):
        seen.append(nummers(page))
        page = browser.get(following[1].replace("&amp;", "&")).text
    assert [*seen, nummers(page)] == [ALL[:3], ALL[3:6], ALL[6:9], ALL[9:]]
    assert "Naar de nieuwste" in page


def test_a_filter_that_few_pass_says_where_to_go_on(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(toewijzing_records, "SPAN", 2)
    monkeypatch.setattr(toewijzing_records, "MOST_SPANS", 2)
    browser = visitor(runtime)
    page = browser.get("/toewijzingen?product=04A01").text
    assert nummers(page) == []
    assert "Zoek verder bij oudere." in page
    looked = 0
    while not nummers(page):
        following = re.search(r'href="(/toewijzingen\?[^"]*)" rel="next"', page)
        assert following
        page = browser.get(following[1].replace("&amp;", "&")).text
        looked += 1
    assert nummers(page) == ["1002"]
    assert looked == 2


def test_each_sees_its_own_gemeente(runtime: Runtime):
    assert nummers(visitor(runtime, gemeenten=["0505"]).get("/toewijzingen").text) == OF_0505
    other = visitor(runtime, rol=Rol.LEZER, gemeenten=["1708"], naam="lezer")
    assert nummers(other.get("/toewijzingen").text) == OF_1708


@pytest.mark.parametrize("rol", [Rol.AUDITOR, Rol.BEHEER], ids=str)
def test_who_sees_no_clients_sees_no_list(rol: Rol, runtime: Runtime):
    assert visitor(runtime, rol=rol).get("/toewijzingen").status_code == 404


def test_no_client_is_named_and_looking_is_written_down(runtime: Runtime):
    page = visitor(runtime).get("/toewijzingen").text
    assert BSN_1708 not in page
    assert BSN_0505 not in page
    with runtime.storage.reading() as session:
        kept = session.execute(text("SELECT wie, aantal FROM logboek WHERE gebeurtenis = 'toewijzingen-bekeken'")).all()
        named = session.scalar(
            text(
                "SELECT count(*) FROM logboek_client WHERE logboek_id IN "
                "(SELECT id FROM logboek WHERE gebeurtenis = 'toewijzingen-bekeken')"
            )
        )
    assert [tuple(one) for one in kept] == [("persoon:operator", 10)]
    assert named == 7


def test_without_any(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas, now: Now):
    shutil.copy(migrated_sqlite, tmp_path / "empty.db")
    storage = create_storage(f"sqlite:///{tmp_path}/empty.db")
    browser = Browser(with_people(storage, schemas, now))
    browser.log_in()
    assert "Er zijn nog geen toewijzingen." in browser.get("/toewijzingen").text
    storage.close()
