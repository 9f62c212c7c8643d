"""Messages to try on /proef, and the two ways to send them there."""

from __future__ import annotations

import re

from httpx2 import Response

from tests.fixtures.messages import FIXTURES
from tests.web.browser import Browser

DEMO = FIXTURES / "demo"
NEXT_303 = (DEMO / "5-declaratie-volgende-periode.xml").read_bytes()
SAME_303 = (DEMO / "3-declaratie.xml").read_bytes()
NEW_301 = (DEMO / "1-toewijzing.xml").read_bytes().replace(b"Identificatie>T2017", b"Identificatie>N2017")
RETOUR_302 = (DEMO / "2-toewijzing-retour.xml").read_bytes().replace(b"Retour>R2017", b"Retour>N2017")
NO_XSD = NEXT_303.replace(b"Gemeente>1708", b"Gemeente>17O8")
OWN, OTHER = "42420002", "42420001"


def send(browser: Browser, body: bytes, **fields: str) -> Response:
    """Choose a file and send it."""
    form = {"formulier": browser.token("/proef"), **fields}
    return browser.client.post("/proef", data=form, files={"bestand": ("bericht.xml", body, "text/xml")})


def paste(browser: Browser, typed: str, **fields: str) -> Response:
    """Paste a text and send it, as a browser does: with two characters at the end of a line, and an empty file."""
    form = {"formulier": browser.token("/proef"), "tekst": typed.replace("\n", "\r\n"), **fields}
    empty = {"bestand": ("", b"", "application/octet-stream")}
    return browser.client.post("/proef", data=form, files=empty)


def words(response: Response) -> str:
    """What a page says, without its tags."""
    plain = re.sub(r"<[^>]*>", " ", response.text).replace("\u00a0", " ").replace("\u2212", "-")
    return re.sub(r"\s+", " ", plain.replace("&lt;", "<").replace("&gt;", ">"))
