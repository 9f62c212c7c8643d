"""What holds for any bytes in a file of an operator: a CSV with clients, or a YAML with the inrichting."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

from app.domain.inrichting_merge import merge
from app.domain.overgang import FoutieveClient, OvergangClient
from app.domain.refusals import InrichtingInvalid, InvalidInput
from app.inrichting.document import from_document, to_document
from app.inrichting.show import show
from app.inrichting.yaml_file import read_content
from app.overgang.clients import open_clients
from tests.fuzz.words import not_own

_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None


def check_overgang(body: bytes) -> None:
    """The file is refused as a whole, or each client is read or told what is wrong, in our words."""
    descriptor, name = tempfile.mkstemp(suffix=".csv", dir=_FOLDER)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        _check_clients(path)
    finally:
        path.unlink()


def _check_clients(path: Path) -> None:
    try:
        bestand = open_clients(path)
    except InvalidInput as refusal:
        assert len(refusal.detail) < 2_000
        return
    clients = list(bestand.clients())
    assert len(clients) == bestand.clienten
    for client in clients:
        assert isinstance(client, (OvergangClient, FoutieveClient))
        if isinstance(client, FoutieveClient):
            assert client.fouten
            for fout in client.fouten:
                assert not not_own(fout.reden)
                assert fout.reden.isprintable()
        else:
            assert isinstance(client.client.geboortedatum.datum, date)


def check_inrichting(body: bytes) -> None:
    """Findings on printable lines, or an inrichting that is the same after it was shown, or stored, and read."""
    found = read_content(body, "x.yaml")
    for finding in found.findings:
        assert finding.melding.isprintable()
        assert finding.pad.isprintable()
        assert len(finding.melding) + len(finding.pad) < 2_000
    if found.given is None:
        assert found.findings
        return
    try:
        inrichting = merge(None, found.given)
    except InrichtingInvalid as refusal:
        assert refusal.findings
        return
    assert from_document(to_document(inrichting)) == inrichting
    shown = read_content(show(inrichting).encode(), "x.yaml")
    assert shown.given is not None
    assert merge(None, shown.given) == inrichting
