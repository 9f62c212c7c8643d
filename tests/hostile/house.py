"""A service of its own in this process, and its doors: a body in, a few words out on what it was answered."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree

from app.cli import main
from app.domain.aflevering import AansluitingSoort
from app.domain.werk import JobSoort, JobStatus
from app.ggk.names import SOAP
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.aansluitingen import connect
from app.processing.werk import carry_out
from app.storage.base import create_storage
from tests.builders import GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import ADAPTER, Clock, Service, a_runtime, drain, serving
from tests.processing.ggk_envelopen import XML, di01, du01, soap
from tests.processing.working import claimed, jobs

REFERENTIE = b"9c0f7b90-5c69-41e5-a837-0800200c9a66"
"""Of every request in tests.hostile.envelopes; each that is sent has one of its own."""

MOST_LINES = 2_000
PARTIJ = f"gemeente:{GEMEENTE}"


class House:
    """The service with gemeente 0384, a folder for what it brings, and a database of its own."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.folder = folder
        self.looks = 1

    def bericht(self, body: bytes, *, to: str = "/v1/berichten") -> str:
        """What a message gets that is posted."""
        return _told(self.service.post(body, as_=GEMEENTE, to=to))

    def controleer(self, body: bytes) -> str:
        """What a message gets on trial."""
        return self.bericht(body, to="/v1/berichten/_controleer")

    def soap(self, body: bytes, *, content_type: str = XML, headers: Mapping[str, str] | None = None) -> str:
        """What a SOAP request gets; then all the work that followed is done."""
        sent = {"Content-Type": content_type, "Authorization": f"Bearer {self.service.key(ADAPTER)}", **(headers or {})}
        again = body.replace(REFERENTIE, str(uuid.uuid4()).encode())  # so that no request is another one said otherwise
        response = self.service.client.post("/soap/ggk0210", content=again, headers=sent)
        drain(self.service.runtime)
        return f"{response.status_code} {_in_soap(response.content)}".strip()

    def in_di01(self, body: bytes) -> str:
        """What a Di01 of an aanbieder gets that says it holds a 303."""
        return self.soap(soap(di01(body)))

    def in_du01(self, body: bytes) -> str:
        """What a Du01 gets that holds an answer to nothing that we sent."""
        return self.soap(soap(du01(body, "78002f23-5bc5-4e3e-96ad-1d209d32a5d5")))

    def json(self, body: bytes, *, path: str) -> str:
        """What a JSON body gets."""
        headers = {"Content-Type": "application/json"}
        return _told(self.service.request("POST", path, as_=GEMEENTE, content=body, headers=headers))

    def asked(self, path: str, **query: str) -> str:
        """What a question gets."""
        return _told(self.service.request("GET", path, as_=GEMEENTE, params=query))

    def picked_up(self, name: str | bytes, body: bytes) -> str:
        """Where a file in the folder goes: its name is `name` or one that is chosen when there is none."""
        inside = os.fsencode(self.folder / "in")
        with open(inside + b"/" + os.fsencode(name), "wb") as file:  # noqa: PTH123  (names that are no text)
            file.write(body)
        self.look()
        return " ".join(self._put_aside(inside)) or "in"

    def _put_aside(self, inside: bytes) -> Iterator[str]:
        for aside in ("verwerkt", "afgekeurd"):
            files = list(os.scandir(inside + b"/" + aside.encode())) if (self.folder / "in" / aside).is_dir() else []
            for file in files:
                os.unlink(file.path)  # noqa: PTH108
            if files:
                yield aside

    def look(self) -> None:
        """The next look into the folder, whenever it is due."""
        later = timedelta(days=self.looks)
        self.looks += 1
        runtime = replace(self.service.runtime, now=lambda: datetime.now(UTC) + later, shared_clock=False)
        for job in claimed(runtime, JobSoort.OPHALEN):
            carry_out(runtime, job)

    def failed_work(self) -> list[str]:
        """The kinds of work that did not go well."""
        return [soort.value for soort in JobSoort if jobs(self.service.runtime, soort, JobStatus.MISLUKT)]

    def command(self, *arguments: str) -> str:
        """The status of a command on the database of this house; it prints few lines, which harm no terminal."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = main(arguments)
        lines = out.getvalue().splitlines()
        assert len(lines) < MOST_LINES
        assert all(line.isprintable() for line in lines)
        return f"exit {status}"

    def quoted(self, text: str) -> str:
        """As one step of a path."""
        return quote(text, safe="")

    def works(self) -> bool:
        """Whether a message that is right is taken in as ever."""
        bericht = a_toewijzingsbericht()
        answer = self.service.post(write(bericht, "2.3"), as_=GEMEENTE)
        return answer.status_code in {200, 201}


def _told(response: Any) -> str:
    status = response.status_code
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        return f"{status} {json.loads(response.content)['type'].removeprefix('/problems/')}"
    return str(status)


def _in_soap(content: bytes) -> str:
    if not content.startswith(b"<"):
        return ""
    root = etree.fromstring(content)
    code = root.find(".//{*}Fo03Bericht//{*}code")
    if code is not None:
        return code.text or ""
    fault = root.find(f".//{{{SOAP}}}Fault/faultcode")
    if fault is not None:
        return f"soap:{(fault.text or '').rpartition(':')[2]}"
    return re.sub(r".*\}|Bericht$", "", str(root[0][0].tag))


@contextmanager
def a_house(folder: Path, database: Path) -> Iterator[House]:
    """A house with a database that has its tables, and a folder for the gemeente."""
    os.environ["IWMO_DATABASE_URL"] = f"sqlite:///{database}"
    storage, clock = create_storage(f"sqlite:///{database}"), Clock()
    storage.upgrade()
    runtime = a_runtime(storage, Schemas.load(OWN_SCHEMAS), clock)
    connect(runtime, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(folder))
    with serving(runtime, clock) as service:
        drain(runtime)
        yield House(service, folder)
