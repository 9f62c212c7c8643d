"""A form with a file: whose it is, how large it may be, and what is no form at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.processing.room import Room
from app.processing.runtime import Runtime
from tests.web.browser import Browser
from tests.web.story import of_aanbieder
from tests.web.trials import NEW_301, NEXT_303, OWN, paste, send

BOUND = "multipart/form-data; boundary=b"


@pytest.fixture
def zorg(told: Runtime) -> Browser:
    """Somebody of the aanbieder whose declaratie it is."""
    return of_aanbieder(told, OWN)


class TestForm:
    def test_needs_the_token_of_this_browser(self, zorg: Browser):
        zorg.get("/proef")
        for fields in ({}, {"formulier": "x" * 64}):
            answer = zorg.client.post("/proef", data=fields, files={"bestand": ("a", NEXT_303)})
            assert answer.status_code == 403
            assert "verlopen" in answer.text

    def test_comes_from_our_own_pages(self, zorg: Browser):
        form = {"formulier": zorg.token("/proef")}
        headers = {"sec-fetch-site": "cross-site"}
        answer = zorg.client.post("/proef", data=form, files={"bestand": ("a", NEXT_303)}, headers=headers)
        assert answer.status_code == 403

    def test_of_a_stranger_is_not_even_read(self, told: Runtime):
        read: list[bytes] = []

        def body() -> Iterator[bytes]:
            read.append(b"x")
            yield b"x" * 1000

        browser = Browser(told)
        headers = {"content-type": "multipart/form-data; boundary=b"}
        answer = browser.client.post("/proef", content=b"", headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/inloggen")
        assert read == []
        assert list(body()) == [b"x" * 1000]

    def test_with_a_file_is_for_this_page_alone(self, zorg: Browser):
        form = {"formulier": zorg.token("/account"), "huidig": "a", "nieuw": "b", "nogmaals": "b"}
        answer = zorg.client.post("/account/wachtwoord", data=form, files={"bestand": ("a", b"x")})
        assert answer.status_code == 400
        assert "niet te lezen" in answer.text

    def test_holds_text_in_its_fields(self, zorg: Browser):
        assert send(zorg, NEXT_303, namens="4242\x000002").status_code == 400

    @pytest.mark.parametrize("size", [70_000, 1_000_000])
    def test_may_be_larger_than_others(self, size: int, zorg: Browser):
        padded = NEXT_303.replace(b"</wmo303:Bericht>", b" " * size + b"</wmo303:Bericht>")
        assert send(zorg, padded).status_code == 200
        assert paste(zorg, padded.decode()).status_code == 200

    @pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
    def test_has_room_for_the_largest_message(self, more: int, status: int, told: Runtime):
        browser = of_aanbieder(replace(told, max_bericht_bytes=100_000 - more), OWN)
        padded = NEXT_303.replace(b"</wmo303:Bericht>", b" " * (100_000 - len(NEXT_303)) + b"</wmo303:Bericht>")
        assert send(browser, padded).status_code == status

    @pytest.mark.parametrize("announced", [True, False], ids=["announced", "in parts"])
    def test_is_not_larger_than_a_message(self, announced: bool, told: Runtime):
        browser = of_aanbieder(replace(told, max_bericht_bytes=100_000), OWN)
        token = browser.token("/proef").encode()
        head = b'--b\r\nContent-Disposition: form-data; name="formulier"\r\n\r\n' + token
        file = b'\r\n--b\r\nContent-Disposition: form-data; name="bestand"; filename="a"\r\n\r\n'
        whole = head + file + b"x" * 200_000 + b"\r\n--b--\r\n"
        headers = {"content-type": "multipart/form-data; boundary=b"}
        sent = whole if announced else (whole[at : at + 9_000] for at in range(0, len(whole), 9_000))
        answer = browser.client.post("/proef", content=sent, headers=headers)
        assert answer.status_code == 413
        assert "te groot" in answer.text

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("multipart/form-data", b"--b--"),
            ("multipart/form-data; boundary=", b"--b--"),
            ("multipart/form-data; boundary=" + "b" * 5_000, b"--b--"),
            (BOUND, b""),
            (BOUND, b"hello"),
            (BOUND, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'),
            (BOUND, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
            (BOUND, b'--b\r\nContent-Disposition: file; name="a"\r\n\r\nx\r\n--b--'),
            (BOUND, b"--b\r\n\r\nx\r\n--b--"),
            (BOUND, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--'),
            (BOUND, b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--'),
            (
                BOUND,
                b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 11 + b"--b--",
            ),
            (BOUND, b"--b\r\n" + b"A: b\r\n" * 50 + b"\r\nx\r\n--b--"),
            (BOUND, b"--b\r\nA: " + b"b" * 100_000 + b"\r\n\r\nx\r\n--b--"),
        ],
        ids=[
            "no boundary", "empty boundary", "endless boundary", "empty", "no parts", "no end", "no name",
            "no form data", "no headers", "no UTF-8", "name without UTF-8", "too many parts", "too many headers",
            "endless header",
        ],
    )  # fmt: skip
    def test_that_is_none(self, kind: str, body: bytes, zorg: Browser):
        zorg.get("/proef")
        answer = zorg.client.post("/proef", content=body, headers={"content-type": kind})
        assert answer.status_code in {400, 403}
        assert "Er is niets veranderd" in answer.text


class TestRoom:
    @pytest.fixture
    def room(self, monkeypatch: pytest.MonkeyPatch) -> Room:
        """The room of the service, of which everything counts."""
        made = Room(1_000_000, small=0)
        monkeypatch.setattr("app.main.Room", lambda _limit: made)
        return made

    def test_is_given_back(self, room: Room, told: Runtime):
        browser = of_aanbieder(told, OWN)
        for body in (NEXT_303, b"", NEW_301, b"x" * 300_000):
            send(browser, body)
            assert room.used == 0

    def test_is_shared_with_what_software_sends(self, room: Room, told: Runtime):
        browser = of_aanbieder(told, OWN)
        with room.share("software") as others:
            others.grow_to(room.limit)
            answer = send(browser, NEXT_303)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "te veel berichten tegelijk" in answer.text
        assert send(browser, NEXT_303).status_code == 200
