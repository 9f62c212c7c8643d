"""What tests of the list of berichten read in a page, ask of it and find in the logboek."""

from __future__ import annotations

import re
from html import unescape

from httpx2 import Response
from sqlalchemy import text

from app.domain.retour import Finding
from app.processing.runtime import Runtime
from app.storage.declaraties import PrestatieRecord, add_declaratie
from tests.storage.rows import a_declaratie
from tests.web.browser import Browser

FINDING = Finding(regel="TR304", retourcode="8187", pad="/Bericht", melding="Hoort niet bij deze client.")


def links(answer: Response) -> list[str]:
    """The berichten on a page, in order."""
    return re.findall(r'href="/berichten/([0-9a-f-]{36})"', answer.text)


def href(answer: Response, id: str) -> str | None:
    """Where the link with an id leads."""
    found = re.search(rf'<a id="{id}" href="([^"]+)"', answer.text)
    return unescape(found[1]) if found else None


def words(answer: Response) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def logged(runtime: Runtime) -> list[tuple[str, int | None]]:
    """The views of berichten in the logboek, with how many were shown."""
    query = text("SELECT gebeurtenis, aantal FROM logboek WHERE gebeurtenis LIKE 'berichten-%' ORDER BY id")
    with runtime.storage.reading() as session:
        return [(row[0], row[1]) for row in session.execute(query)]


def search(browser: Browser, zoek: str, **fields: str) -> Response:
    """Send the search form."""
    return browser.post("/berichten/zoek", on="/berichten", zoek=zoek, **fields)


def declare(runtime: Runtime, bericht_id: str, line: PrestatieRecord) -> None:
    """Keep a declaratie of one line for a 303."""
    with runtime.storage.writing() as session:
        add_declaratie(session, declaratie=a_declaratie(bericht_id), lines=[line])
