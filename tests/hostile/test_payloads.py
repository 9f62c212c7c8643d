"""Texts that hurt come back as they came, as data: in JSON, in XML as an attachment, in logs and in letters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import structlog
from lxml import etree

from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.observability import configure_logging
from app.processing.runtime import Runtime
from app.storage.base import create_storage
from tests.builders import GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import Clock, Service, a_runtime, serving
from tests.hostile.payloads import FORMULAS, IN_XML, SCRIPTS, TERMINAL

BODY = write(a_toewijzingsbericht(), "2.3")
SAFE = {"x-content-type-options": "nosniff"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Service]:
    """A service that takes in every text."""
    path = tmp_path_factory.mktemp("payloads") / "iwmo.db"
    shutil.copy(migrated_sqlite, path)
    clock = Clock()
    runtime: Runtime = a_runtime(create_storage(f"sqlite:///{path}"), Schemas.load(OWN_SCHEMAS), clock)
    with serving(runtime, clock) as running:
        yield running
    runtime.storage.close()


def test_there_are_enough_of_them():
    assert len(set(SCRIPTS)) >= 40
    assert len(set(FORMULAS)) >= 10
    assert len(set(TERMINAL)) >= 10


@pytest.mark.parametrize("number", range(len(IN_XML)))
def test_a_name_comes_back_as_it_was_and_as_data(number: int, service: Service):
    text = IN_XML[number]
    identificatie = f"P{number:05}".encode()
    known = etree.fromstring(BODY).findtext(".//{*}Identificatie")
    body = BODY.replace(b">Testmans<", f">{escape(text)}<".encode()).replace((known or "").encode(), identificatie)
    posted = service.post(body, as_=GEMEENTE)
    assert posted.status_code in {201, 400}, posted.text
    assert posted.headers["content-type"].partition(";")[0] in {"application/json", "application/problem+json"}
    assert text not in posted.text
    found = service.berichten(identificatie=identificatie.decode())
    for bericht in found:
        content = service.request("GET", f"/v1/berichten/{bericht['id']}/xml", as_=GEMEENTE)
        assert content.headers["content-disposition"].startswith("attachment")
        assert content.headers["x-content-type-options"] == "nosniff"
        assert "script" not in content.headers["content-security-policy"]
        if bericht["soort"] == "WMO301":
            assert content.content == body


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("text", [*TERMINAL, *SCRIPTS])
def test_a_log_stays_one_printable_line(log_format: str, text: str, capfd: pytest.CaptureFixture[str]):
    configure_logging(log_format, "info")
    structlog.get_logger().info("it_was_said", reason=text)
    [line] = capfd.readouterr().err.splitlines()
    assert line.isprintable()
