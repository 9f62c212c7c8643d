"""A message that is judged in pieces is judged as when it is parsed as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.bericht import Berichtsoort
from app.iwmo.reading import recognise
from app.iwmo.releases import write
from app.iwmo.xsd import LARGEST_WHOLE, Schemas
from tests import builders as a

SCHEMAS = Schemas.load(Path(__file__).parents[2] / "schemas" / "iwmo")


def retour(lines: int) -> bytes:
    of_client = [a.a_prestatie_retour(a.a_prestatie(referentie_nummer=f"R{n}")) for n in range(lines)]
    return write(a.a_declaratie_retour(a.a_client_retour(*of_client)), "2.3")


def holds(body: bytes, piece: int) -> bool:
    judge = SCHEMAS.judge("2.3", Berichtsoort.WMO304)
    for start in range(0, len(body), piece):
        judge.add(body[start : start + piece])
    return judge.holds()


SMALL, LARGE = retour(2), retour(90)
WRONG = [
    lambda body: body.replace(b">82<", b">99<", 1),
    lambda body: b">99<".join(body.rsplit(b">82<", 1)),
    lambda body: body[:-3],
    lambda body: body[: len(body) // 2],
    lambda body: body.replace(b"</wmo304:Prestatie>", b"", 1),
    lambda body: body.replace(b">Testmans", b">a & b"),
    lambda body: body.replace(b">Testmans", b">&geheim;"),
    lambda body: body + b"<meer/>",
    lambda _: b"",
]


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
class TestJudge:
    def test_accepts_what_holds(self, body: bytes):
        assert len(SMALL) < LARGEST_WHOLE < len(LARGE)
        assert not SCHEMAS.findings("2.3", Berichtsoort.WMO304, recognise(body).tree)
        assert all(holds(body, piece) for piece in (1_000, LARGEST_WHOLE, len(body)))

    @pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
    @pytest.mark.parametrize("piece", [997, LARGEST_WHOLE, 1 << 20])
    def test_refuses_what_does_not(self, body: bytes, wrong, piece: int):
        assert wrong(body) != body
        assert not holds(wrong(body), piece)
