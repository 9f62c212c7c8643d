"""A browser that has no script, and the people of a service who use one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx2 import Response
from pyotp.totp import TOTP
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from app.domain.principal import Rol
from app.iwmo.xsd import Schemas
from app.main import create_app
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.settings import Settings
from app.storage.base import Storage
from tests.e2e.service import Clock

WACHTWOORD = "een lange zin is goed"
NAAM, CHEF = "consulent", "chef"


class Now:
    """The moment; a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **much: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**much)


class Browser:
    """A browser: it keeps cookies, and sends forms as its page has them."""

    def __init__(self, runtime: Runtime, url: str = "https://testserver") -> None:
        self.client = TestClient(_application(runtime), base_url=url, follow_redirects=False)

    def get(self, path: str, **headers: str) -> Response:
        """A page."""
        return self.client.get(path, headers=headers)

    def token(self, path: str) -> str:
        """What the forms of a page carry."""
        found = re.search(r'name="formulier" value="([0-9a-f]{64})"', self.get(path).text)
        assert found, path
        return found[1]

    def post(self, path: str, *, on: str, headers: Any = None, **fields: str) -> Response:
        """Send a form that stands on a page."""
        return self.client.post(path, data={"formulier": self.token(on), **fields}, headers=headers)

    def log_in(self, naam: str = NAAM, wachtwoord: str = WACHTWOORD) -> Response:
        """Fill in name and password."""
        return self.post("/inloggen", on="/inloggen", naam=naam, wachtwoord=wachtwoord)

    def give_code(self, code: str) -> Response:
        """Fill in the code of the second factor."""
        return self.post("/inloggen/code", on="/inloggen/code", code=code)

    def add_totp(self, moment: datetime, **fields: str) -> str:
        """Set up a second factor; its secret."""
        page = self.get("/account/tweede-factor").text
        found = re.search(r'iwmo-code">([A-Z2-7 ]+)<', page)
        assert found
        geheim = found[1].replace(" ", "")
        code = TOTP(geheim).at(moment)
        answer = self.post("/account/tweede-factor", on="/account/tweede-factor", headers=None, code=code, **fields)
        assert answer.status_code == 303, answer.text
        return geheim

    @property
    def cookie(self) -> str | None:
        """The value of the session cookie."""
        return self.client.cookies.get("__Host-iwmo")

    @property
    def is_in(self) -> bool:
        """Whether it sees the start page."""
        return self.get("/").status_code == 200


_applications: list[tuple[Runtime, ASGIApp]] = []
"""The last one: browsers of one test share it."""


def _application(runtime: Runtime) -> ASGIApp:
    if not _applications or _applications[0][0] is not runtime:
        _applications[:] = [(runtime, create_app(Settings(log_level="error", worker=False), runtime))]
    return _applications[0][1]


def goes_to(response: Response) -> str:
    """Where an answer leads."""
    assert response.status_code == 303, response.text
    return response.headers["location"]


def with_people(storage: Storage, schemas: Schemas, now: Now) -> Runtime:
    """A service with a behandelaar and a beheerder."""
    runtime = Runtime(storage=storage, schemas=schemas, today=Clock(), now=now)
    create_persoon(runtime, naam=NAAM, rol=Rol.BEHANDELAAR, gemeenten=["1708"], wachtwoord=WACHTWOORD)
    create_persoon(runtime, naam=CHEF, rol=Rol.BEHEER, wachtwoord=WACHTWOORD)
    return runtime
