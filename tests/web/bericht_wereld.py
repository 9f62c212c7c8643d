"""A gemeente with its messages, and people of it who look at the page of one of them."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.principal import Rol
from app.iwmo.xsd import Schemas
from app.processing.runtime import Runtime
from app.storage.base import Storage, create_storage
from app.storage.logboek import logboek_before
from tests.builders import GEMEENTE
from tests.e2e.service import Clock, Service, a_runtime, serving
from tests.processing.working import Moment, Scripted, scripted
from tests.web.browser import Browser
from tests.web.story import visitor

JAN, PIET = "jan", "piet"


@dataclass(frozen=True)
class Wereld:
    """The parties over the API, two behandelaars of gemeente 0384 in their browsers, and what goes out of the door."""

    service: Service
    jan: Browser
    piet: Browser
    moment: Moment
    transport: Scripted

    @property
    def runtime(self) -> Runtime:
        """The parts of the service."""
        return self.service.runtime

    def page(self, id: str, query: str = "", *, by: Browser | None = None) -> str:
        """The text of the page of a bericht."""
        answer = (by or self.jan).get(f"/berichten/{id}{query}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def logged(self, id: str) -> list[tuple[str, str, str]]:
        """Who did what with a bericht, and how it ended, oldest first."""
        with self.runtime.storage.reading() as session:
            rows = logboek_before(session, before=None, limit=100, clients=[], object_ids=[id])
        return [(row.wie, row.gebeurtenis, row.uitkomst) for row in reversed(rows)]


def text_in(page: str) -> str:
    """What a reader sees: without tags, with single spaces."""
    seen = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", seen)).split())


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    form = page.split(f'action="{action}"', 1)[1].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', form))


def refused(wereld: Wereld, message: Any, *, as_: str) -> str:
    """The id of a message that is refused."""
    wereld.service.refuse(message, as_=as_)
    return wereld.service.berichten(as_=as_)[0]["id"]


@contextmanager
def wereld_on(storage: Storage, schemas: Schemas) -> Iterator[Wereld]:
    """The world on a database."""
    clock, moment, transport = Clock(), Moment(), Scripted()
    runtime = replace(a_runtime(storage, schemas, clock), now=moment, transports=scripted(transport))
    with serving(runtime, clock) as service:
        jan, piet = (visitor(runtime, Rol.BEHANDELAAR, [GEMEENTE], naam) for naam in (JAN, PIET))
        yield Wereld(service, jan, piet, moment, transport)


@contextmanager
def wereld_on_copy(folder: Path, empty: Path, schemas: Schemas) -> Iterator[Wereld]:
    """The world in a copy of an empty database."""
    path = folder / "wereld.db"
    shutil.copy(empty, path)
    storage = create_storage(f"sqlite:///{path}")
    with wereld_on(storage, schemas) as wereld:
        yield wereld
    storage.close()
