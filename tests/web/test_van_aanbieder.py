"""People of an aanbieder on every page that there is: what is their own they see, and nothing of anybody else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.onderaannemer import Onderaannemer
from app.domain.principal import PERSOON_VAN_AANBIEDER, RECHTEN, Recht, Rol
from app.iwmo.xsd import Schemas
from app.processing.runtime import Runtime, new_id
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.goedkeuringen import Goedkeuring, add_goedkeuring
from app.storage.onderaannemers import set_onderaannemers
from app.web.policy import POLICY
from tests.web.browser import Browser
from tests.web.story import Story, of_aanbieder, visitor

OWN, OTHER = "42420002", "42420001"
ONDERAANNEMER, COLLEAGUE = "42429999", "consulent-die-meekeek"
"""What only the gemeente knows: who works for the aanbieder, and who of its people looked."""

READS: Final = frozenset({"POST /proef", "POST /berichten/zoek"})
"""What somebody of an aanbieder may send: it changes nothing. An operation that is not here needs another right."""

WORDS: Final = ("nderaannemer", "goedkeuring", "Bewaren")
INSIDE: Final = (ONDERAANNEMER, COLLEAGUE, *WORDS, "/termijnen", "/logboek", "/stuurinformatie")
THE_303: Final = "SELECT id FROM bericht WHERE soort = 'WMO303'"
PLACES: Final = {
    "/berichten/{id}": THE_303,
    "/declaraties/{id}/stand": THE_303,
    "/declaraties/{id}": "SELECT id FROM declaratie",
    "/termijnen/{id}": "SELECT min(id) FROM termijn",
}
"""What is meant by an id in an address: something of the one aanbieder, where the first that fits counts."""
WALKED = [operation for operation in POLICY if operation.startswith("GET ")]
WITH_ID = [operation for operation in WALKED if "{" in operation and isinstance(POLICY[operation], Recht)]
ACTIONS = [operation for operation, wanted in POLICY.items() if operation[:4] == "POST" and isinstance(wanted, Recht)]


@pytest.fixture(scope="module")
def story(story: Story, tmp_path_factory: pytest.TempPathFactory, schemas: Schemas) -> Story:
    """The story; an onderaannemer works on the toewijzing, and somebody of the gemeente looked at all."""
    folder = tmp_path_factory.mktemp("story")
    runtime = story.told(folder, schemas)
    works = (Onderaannemer(aanbieder=ONDERAANNEMER, begindatum=date(2018, 1, 1), einddatum=None),)
    sleutel = _sleutel(runtime)
    runtime.storage.run(
        lambda session: set_onderaannemers(session, gemeente="1708", sleutel=sleutel, onderaannemers=works)
    )
    runtime.storage.run(_acted)
    colleague = visitor(runtime, naam=COLLEAGUE)
    shown = "".join(colleague.get(path_of(operation, runtime)).text for operation in WALKED)
    assert [secret for secret in INSIDE if secret not in shown] == []  # who may see it all, does
    runtime.storage.close()
    return replace(story, path=folder / "story.db")


def _acted(session: Session) -> None:
    """Somebody of the gemeente tried the 303 again, and asks a colleague to do so once more."""
    id, now = session.execute(text(THE_303)).scalar_one(), datetime(2026, 11, 22, 9, tzinfo=UTC)
    again = GebeurtenisSoort.OPNIEUW
    tried = Gebeurtenis(bericht_id=id, moment=now, soort=again, partij="gemeente:1708", reden=f"Door {COLLEAGUE}.")
    add_gebeurtenissen(session, [tried])
    asked = Goedkeuring(
        id=new_id(),
        bericht_id=id,
        gemeente="1708",
        gevraagd_door=f"persoon:{COLLEAGUE}",
        gevraagd_op=now,
        verloopt_op=now + timedelta(days=20_000),
    )
    assert add_goedkeuring(session, new=asked, now=now)


def _sleutel(runtime: Runtime) -> str:
    with runtime.storage.reading() as session:
        asked = text("SELECT sleutel FROM toewijzing WHERE gemeente = '1708' AND aanbieder = :own")
        return session.execute(asked, {"own": OWN}).scalars().first() or "?"


def path_of(operation: str, runtime: Runtime) -> str:
    """The address of a page about what is of the one aanbieder."""
    path = operation.partition(" ")[2]
    for begin, query in PLACES.items():
        if path.startswith(begin) and "{id}" in path:
            with runtime.storage.reading() as session:
                path = path.replace("{id}", str(session.execute(text(query)).scalars().first()))
    path = path.replace("{gemeente}/{nummer}", f"1708/{_sleutel(runtime)}").replace("{handeling}", "splitsen")
    path = path.replace("{gemeente}", "1708")
    return path.replace("{name}", "iwmo.css").replace("{token}", "x" * 43)


def may(operation: str) -> bool:
    """Whether a person of an aanbieder has the right that a page asks."""
    wanted = POLICY[operation]
    return not isinstance(wanted, Recht) or wanted in PERSOON_VAN_AANBIEDER


class TestEveryPage:
    @pytest.mark.parametrize("operation", WALKED)
    def test_own(self, operation: str, told: Runtime):
        path = path_of(operation, told)
        assert "{" not in path, f"say in PLACES what is meant by {path}"
        answer = of_aanbieder(told, OWN).get(path)
        if not may(operation):
            assert answer.status_code == 404
        elif isinstance(POLICY[operation], Recht):
            assert answer.status_code == 200 or answer.headers.get("location") == "/berichten", answer.text
        shown = answer.text if answer.headers.get("content-type", "").startswith("text/html") else ""
        assert [secret for secret in (*INSIDE, OTHER) if secret in shown] == []

    @pytest.mark.parametrize("operation", WITH_ID)
    def test_of_another_is_as_if_it_were_not_there(self, operation: str, told: Runtime):
        browser = of_aanbieder(told, OTHER)
        foreign = browser.get(path_of(operation, told))
        assert foreign.status_code == 404
        unknown = browser.get(re.sub(r"[0-9]{4}$|[0-9]{4}(?=/)|[0-9a-f]{12}", "000000000000", path_of(operation, told)))
        assert (unknown.status_code, unknown.text) == (404, foreign.text)

    @pytest.mark.parametrize("operation", WALKED)
    def test_of_a_servicebureau_that_nobody_names(self, operation: str, told: Runtime):
        browser = of_aanbieder(told, "99999999", rol=Rol.SERVICEBUREAU)
        answer = browser.get(path_of(operation, told))
        if operation in WITH_ID:
            assert answer.status_code == 404
        shown = answer.text if "{" not in operation else ""
        assert [code for code in (OWN, OTHER, "999900006", *INSIDE) if code in shown] == []


class TestEveryAction:
    @pytest.mark.parametrize("operation", ACTIONS)
    def test_only_reads(self, operation: str, told: Runtime):
        assert (operation in READS) == may(operation)
        if not may(operation):
            browser = of_aanbieder(told, OWN)
            form = {"formulier": browser.token("/account")}
            answer = browser.client.post(path_of(operation, told), data=form)
            assert answer.status_code == 403
            assert answer.text.count("<h1>") == 1

    @pytest.mark.parametrize(("code", "found"), [(OWN, True), (OTHER, False)], ids=["own", "of another"])
    def test_searching_a_client_finds_own_messages(self, code: str, found: bool, told: Runtime):
        answer = of_aanbieder(told, code).post("/berichten/zoek", on="/berichten", zoek="999900006")
        assert answer.status_code == 200
        assert ('href="/berichten/0' in answer.text) == found


def test_may_no_more_than_its_software():
    for rol in (Rol.AANBIEDER, Rol.SERVICEBUREAU):
        assert RECHTEN[rol] > PERSOON_VAN_AANBIEDER
    assert Recht.BERICHTEN_INDIENEN not in PERSOON_VAN_AANBIEDER
    assert Recht.RAPPORTAGES_LEZEN not in PERSOON_VAN_AANBIEDER


def test_no_session_opens_the_api(told: Runtime):
    browser: Browser = of_aanbieder(told, OWN)
    for path in ("/v1/berichten", "/v1/postbus", "/v1/toewijzingen"):
        assert browser.get(path).status_code == 401
