"""`iwmo demo`: its story goes as it says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli.demo import (
    AANBIEDER,
    AANBIEDER_A,
    AANBIEDER_B,
    BACK_OFFICE,
    BEHEER,
    DEMO_DAY,
    OPERATOR,
    STORY,
    connect_aanbieder,
    let_aanbieder_in,
    let_operator_in,
    tell_story,
)
from app.cli.listening import MOST_HEADER_BYTES
from app.main import create_app, opened_runtime
from app.processing.personen_inloggen import log_in
from app.processing.sessies import Vanaf, sessie_of
from app.settings import Settings
from tests.cli.conftest import Iwmo
from tests.e2e.service import drain


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """The service after the story, and the keys by name."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/demo.db", data_dir=tmp_path, today=DEMO_DAY, log_level="error"
    )
    with opened_runtime(settings) as runtime:
        keys = tell_story(runtime)
        with TestClient(create_app(settings, runtime)) as client:
            yield client, keys


def look(demo: tuple[TestClient, dict[str, str]], path: str, as_: str = BACK_OFFICE) -> Any:
    """The JSON at a path."""
    client, keys = demo
    answer = client.get(path, headers={"Authorization": f"Bearer {keys[as_]}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_bericht_is_as_it_should_be(demo: tuple[TestClient, dict[str, str]]):
    page = look(demo, "/v1/berichten?limiet=500")
    found = [(row["soort"], row["release"], row["ontvanger"], row["status"]) for row in page["resultaten"][::-1]]
    assert found == [
        ("WMO301", "2.3", "42420002", "beantwoord"),
        ("WMO302", "2.3", "1708", "verwerkt"),
        ("WMO303", "2.3", "1708", "verwerkt"),
        ("WMO304", "2.3", "42420002", "te-verzenden"),
        ("WMO301", "2.1", found[4][2], "verwerkt"),
        *found[5:],
    ]
    made = [(release, ontvanger) for soort, release, ontvanger, _ in found[5:] if soort == "WMO301"]
    assert sorted(made[:2]) == [("2.1", "42420001"), ("2.1", "42420002")]  # of the 2.1 301 for both
    assert sorted(made[2:4]) == [("2.3", "42420001"), ("2.3", "42420002")]  # of the toekenning
    assert [release for release, _ in made[4:]] == ["2.1"] * 4  # of the conversion
    assert {row[0] for row in found[5:]} <= {"WMO301", "WMO302"}


def test_the_400_did_not_fit(demo: tuple[TestClient, dict[str, str]]):
    (row,) = look(demo, "/v1/declaraties")["resultaten"]
    regels = look(demo, row["_links"]["self"]["href"], AANBIEDER_B)["regels"]
    assert {(regel["uitkomst"], tuple(regel["retourcodes"])) for regel in regels} == {
        ("toegekend", ()),
        ("afgewezen", ("9322",)),
    }
    first = look(demo, "/v1/toewijzingen/1708/1001/budget")["resultaten"][0]
    assert (first["toegewezen"], first["gedeclareerd"], first["resterend"]) == (990, 690, 300)


def test_what_it_says_to_try_works(demo: tuple[TestClient, dict[str, str]]):
    client, keys = demo
    for path in (
        "/v1/berichten",
        "/v1/toewijzingen/1708/1001/budget",
        "/v1/declaraties",
        "/v1/toewijzingen?aanbieder=42420001",
        "/v1/rapportages/termijnen",
    ):
        assert look(demo, path)["resultaten"]
    headers = {"Authorization": f"Bearer {keys[AANBIEDER_B]}", "Content-Type": "application/xml"}
    body = (STORY / "5-declaratie-volgende-periode.xml").read_bytes()
    answer = client.post("/v1/berichten", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (201, "verwerkt")
    regels = look(demo, answer.json()["_links"]["declaratie"]["href"])["regels"]
    assert sorted(regel["uitkomst"] for regel in regels) == ["afgewezen", "toegekend", "toegekend"]
    assert [row["soort"] for row in look(demo, "/v1/postbus", AANBIEDER_B)["resultaten"]].count("WMO304") == 2


def test_every_key_is_for_its_party(demo: tuple[TestClient, dict[str, str]]):
    _, keys = demo
    assert set(keys) == {BACK_OFFICE, AANBIEDER_A, AANBIEDER_B, BEHEER}
    assert {row["gemeente"] for row in look(demo, "/v1/producten", BEHEER)["resultaten"]} >= {"1708", "0505"}
    assert look(demo, "/v1/declaraties", AANBIEDER_A)["resultaten"] == []


def test_a_port_that_is_taken(iwmo: Iwmo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = iwmo("demo", "--port", port)
    assert (outcome.status, outcome.out) == (2, "")
    assert str(port) in outcome.err


def test_listens_as_the_service_does(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    """A local proxy would put what it passes on in the place of the address that is judged."""
    told: dict[str, Any] = {}
    monkeypatch.setattr("app.cli.listening.uvicorn.run", lambda _app, **settings: told.update(settings))
    assert iwmo("demo", "--port", "0").status == 0
    assert (told["host"], told["proxy_headers"], told["access_log"]) == ("127.0.0.1", False, False)
    assert told["h11_max_incomplete_event_size"] == MOST_HEADER_BYTES


def test_the_operator_comes_in(tmp_path: Path):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/demo.db", data_dir=tmp_path, log_level="error")
    with opened_runtime(settings) as runtime:
        wachtwoord = let_operator_in(runtime)
        binnen = log_in(runtime, OPERATOR, wachtwoord, Vanaf())
        assert binnen is not None
        sessie = sessie_of(runtime, binnen.cookie)
    assert sessie is not None
    assert (sessie.rol, sessie.gemeenten) == ("behandelaar", {"1708", "0505"})


def test_an_aanbieder_comes_in(tmp_path: Path):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/demo.db", data_dir=tmp_path, log_level="error")
    with opened_runtime(settings) as runtime:
        wachtwoord = let_aanbieder_in(runtime)
        binnen = log_in(runtime, AANBIEDER, wachtwoord, Vanaf())
        assert binnen is not None
        sessie = sessie_of(runtime, binnen.cookie)
        assert sessie is not None
        assert sessie.aanbieders == {"42420002"}


def test_what_was_brought_to_a_folder_can_be_sent_once_more(tmp_path: Path):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/demo.db", data_dir=tmp_path, today=DEMO_DAY)
    with opened_runtime(settings) as runtime:
        keys = tell_story(runtime)
        connect_aanbieder(runtime, tmp_path)
        drain(runtime)
        assert len(list((tmp_path / AANBIEDER_A / "uit").glob("*.xml"))) == 4
        with TestClient(create_app(settings.model_copy(update={"worker": False}), runtime)) as client:
            delivered = look((client, keys), "/v1/berichten?status=afgeleverd")["resultaten"]
    assert {row["ontvanger"] for row in delivered} == {"42420001"}
