"""A page of another site that sends our forms, with the cookies and even the token of who is logged in."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import text

from app.domain.principal import Rol
from app.storage.schema import metadata
from app.web.policy import POLICY, Deur
from tests.pages.house import House

FORMS = [op[5:] for op, wanted in POLICY.items() if op.startswith("POST ") and wanted is not Deur.AANBIEDER]
ELSEWHERE = {"another site": "http://kwaad.example", "a neighbour on the same host": "http://127.0.0.1:9"}
WRITTEN_BY_A_REFUSAL = {"logboek", "logboek_wachtrij"}
FORM = """<!DOCTYPE html><title>x</title><form method="post" action="{action}">
<input name="formulier" value="{token}"><input name="naam" value="operator">
<input name="bevestigd" value="ja"></form>"""


def everything(house: House) -> dict[str, object]:
    """All rows, of all tables but those that a refusal is written in."""
    with house.runtime.storage.reading() as session:
        return {
            table.name: session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608  (names of our own)
            for table in metadata.sorted_tables
            if table.name not in WRITTEN_BY_A_REFUSAL
        }


def send_from(page: Page, elsewhere: str, action: str, token: str) -> int:
    """Send a form on a page of another site; the status of the answer."""

    def answer(route: Route) -> None:
        route.fulfill(body=FORM.format(action=action, token=token), content_type="text/html")

    page.route(f"{elsewhere}/**", answer)
    page.goto(f"{elsewhere}/lok")
    with page.expect_navigation() as done:
        page.evaluate("document.forms[0].submit()")
    assert done.value is not None
    return done.value.status


@pytest.mark.parametrize("elsewhere", ELSEWHERE.values(), ids=ELSEWHERE)
def test_changes_nothing(elsewhere: str, browser: Browser, demo_house: House):
    with closing(demo_house.open(browser, Rol.BEHANDELAAR)) as context:
        page = context.new_page()
        page.goto("/account")
        token = page.locator("[name=formulier]").first.input_value()
        before = everything(demo_house)
        found = {
            path: send_from(page, elsewhere, demo_house.url + path.format_map(ANYTHING), token)
            for path in FORMS
            if not path.startswith("/inloggen/code")
        }
        assert set(found.values()) == {403}, found
        assert everything(demo_house) == before


def test_the_same_form_on_our_own_page_works(browser: Browser, own_house: House):
    with closing(own_house.open(browser, Rol.BEHANDELAAR)) as context:
        page = context.new_page()
        page.goto("/account")
        before = everything(own_house)
        token = page.locator("[name=formulier]").first.input_value()
        assert send_from(page, f"{own_house.url}/eigen", f"{own_house.url}/uitloggen", token) == 200
        assert page.url == f"{own_house.url}/inloggen"
        assert everything(own_house) != before


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


ANYTHING = _Anything()
"""In place of what an address names: the form is refused before that is looked at."""
