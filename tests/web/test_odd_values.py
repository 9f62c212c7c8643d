"""No page breaks: not over the last day that there is, nor over what somebody types in its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from app.cli.demo import STORY
from app.domain.principal import Principal, Rol
from app.domain.refusals import Refusal
from app.iwmo.xsd import Schemas
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.web.application import ROUTERS
from app.web.berichten_vraag import FILTERS, NUMBERS
from app.web.policy import POLICY
from app.web.toewijzing_vraag import HANDELINGEN
from tests.web.browser import Browser
from tests.web.story import Story, of_aanbieder, visitor

BARE = "0384"
"""A gemeente that loaded no inrichting."""

AGB = "42420002"
BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({"0505", "1708", BARE}))
DECLARANT = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({AGB}))
LAST_DAY = "9999-12-31"
ODD = ("", "\0", "x" * 300, '€"\r\n', LAST_DAY, "-1", str(10**20))
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "/berichten": (*FILTERS, *NUMBERS, "voor", "na"),
    "/berichten/stand": (*FILTERS, "voor", "na"),
    "/berichten/lijst.csv": (*FILTERS, *NUMBERS),
    "/berichten/{id}": ("gedaan", "prestatie", "toewijzing", "voor", "vanaf", "regel"),
    "/declaraties": ("aanbieder", "jaar", "periode", "status", "factuurnummer", "voor"),
    "/declaraties/{id}": ("toon", "toegekend-vanaf", "afgewezen-vanaf"),
    "/declaraties/{id}/voorstel": ("regel", "volume-1"),
    "/declaraties/{id}/voorstel.csv": ("regel", "volume-1"),
    "/declaraties/{id}/specificatie": ("deel",),
    "/inloggen/oidc/terug": ("code", "state"),
    "/logboek": ("bericht", "toewijzing", "declaratie", "wie", "handeling", "uitkomst", "van", "tot", "voor"),
}
"""What a page reads from its address by itself."""

ROUTES = {f"GET {one.path}": one for router in ROUTERS for one in router.routes if isinstance(one, APIRoute)}
PATHS = sorted(op.removeprefix("GET ") for op in POLICY if op.startswith("GET "))
QUERIES = {
    "berichten": "SELECT id FROM bericht",
    "declaraties": "SELECT id FROM declaratie",
    "toewijzingen": "SELECT gemeente, CAST(nummer AS TEXT) AS nummer FROM toewijzing WHERE nummer IN (1001, 9001)",
}
FIELD = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def runtime(story: Story, tmp_path_factory: pytest.TempPathFactory, schemas: Schemas) -> Iterator[Runtime]:
    """The story of the demo, and then what lies at the end of time and what cannot be read."""
    runtime = story.told(tmp_path_factory.mktemp("odd"), schemas)
    receive(runtime, BACK_OFFICE, last_day(1, "1708"))
    for gemeente in ("1708", BARE):
        receive(runtime, DECLARANT, last_day(3, gemeente))
    with pytest.raises(Refusal):
        receive(runtime, BACK_OFFICE, b"\xff not a message \x00")  # kept as it came
    yield runtime
    runtime.storage.close()


@pytest.fixture(scope="module")
def visitors(runtime: Runtime) -> dict[str, Browser]:
    """A behandelaar and somebody of an aanbieder, logged in."""
    return {
        "behandelaar": visitor(runtime, gemeenten=["0505", "1708", BARE]),
        "aanbieder": of_aanbieder(runtime, AGB),
    }


def last_day(step: int, gemeente: str) -> bytes:
    """A message of the story, moved to the last month that there is."""
    (path,) = STORY.glob(f"{step}-*.xml")
    found = path.read_text()
    begin = "9999-12-31" if step == 1 else "9999-12-01"
    for old, new in {
        "T20170001": "T99990001", "70001": "79999", "D20180001": "D99990001", ">1708<": f">{gemeente}<",
        ">1001<": ">9001<", ">1002<": ">9002<", "2018-01-01": begin, "2018-12-30": LAST_DAY, "2018-01-28": LAST_DAY,
    }.items():  # fmt: skip
        found = found.replace(old, new)
    return found.encode()


def there_is(runtime: Runtime, path: str) -> list[dict[str, str]]:
    """What can be filled in on an address."""
    kind = next((kind for kind in QUERIES if path.startswith(f"/{kind}/{{")), None)
    if kind is None:
        return [{"gemeente": "1708"}]
    with runtime.storage.reading() as session:
        rows = [dict(row) for row in session.execute(text(QUERIES[kind])).mappings()]
    return [{**row, "handeling": act} for row in rows for act in (HANDELINGEN if "{handeling}" in path else ("",))]


def filled(path: str, values: Mapping[str, str]) -> str:
    """The address with these values in it."""
    return FIELD.sub(lambda found: quote(values.get(found[1], "x"), safe=""), path)


def names_of(path: str) -> list[str]:
    """The parameters of a page."""
    flat = ROUTES[f"GET {path}"].dependant
    found = {one.alias for dependant in (flat, *flat.dependencies) for one in dependant.query_params}
    return sorted(found.union(OTHER_NAMES.get(path, ())))


@pytest.mark.parametrize("path", PATHS)
def test_what_is_there_can_be_looked_at(path: str, runtime: Runtime, visitors: dict[str, Browser]):
    asked = {filled(path, values): None for values in there_is(runtime, path)}
    broken = [(who, one) for who, browser in visitors.items() for one in asked if browser.get(one).status_code >= 500]
    assert broken == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["behandelaar", "aanbieder"])
def test_odd_values_are_no_failure(path: str, who: str, runtime: Runtime, visitors: dict[str, Browser]):
    address = filled(path, there_is(runtime, path)[-1])
    together = [names_of(path)] if who == "aanbieder" else [[name] for name in names_of(path)]
    asked = [f"{address}?{urlencode(dict.fromkeys(names, odd))}" for names in together for odd in ODD if names]
    asked += [filled(path, dict.fromkeys(FIELD.findall(path), odd)) for odd in ODD[1:] if FIELD.search(path)]
    assert [one for one in asked if visitors[who].get(one).status_code >= 500] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("/toewijzingen?nummer=" + "7" * 60, 400, id="too long"),
        pytest.param("/logboek?bericht=a%00b", 400, id="nul in the question"),
        pytest.param("/toewijzingen/17%0008/1001", 400, id="nul in the path"),
    ],
)
def test_an_address_that_cannot_be(address: str, status: int, visitors: dict[str, Browser]):
    answer = visitors["behandelaar"].get(address)
    assert answer.status_code == status
    assert "Dit adres klopt niet" in answer.text
    assert "7777" not in answer.text


def test_an_id_that_is_none(visitors: dict[str, Browser]):
    answer = visitors["behandelaar"].post("/termijnen/x/gehaald", on="/account")
    assert answer.status_code == 404
    assert "Deze pagina is er niet" in answer.text


@pytest.mark.parametrize("path", ["/toewijzingen/1708/1001/wijzigen/bevestigen", "/account/wachtwoord", "/logboek"])
def test_a_form_holds_text(path: str, visitors: dict[str, Browser]):
    answer = visitors["behandelaar"].post(path, on="/account", sleutel="a\0b")
    assert answer.status_code == 400
    assert "niet te lezen" in answer.text
