"""Two of our services talk StUF-GGk with the keys that they gave each other, as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain import werk
from app.domain.aflevering import AansluitingSoort
from app.domain.envelop import Systeem
from app.domain.principal import Rol, aanbieder_partij, gemeente_partij
from app.processing.aansluitingen import connect
from app.processing.ggk_zenden import keep_outgoing, post
from app.storage.aansluitingen import find_aansluiting
from app.storage.ggk_envelopen import EnvelopRecord, find_sent
from tests.builders import GEMEENTE
from tests.e2e.instances import PATH, SHORT_WAITS, Line, a_line, an_instance, key_of, until
from tests.e2e.service import Service
from tests.e2e.test_two_instances import AGB, of_soort
from tests.e2e.test_two_instances import clients as known_clients
from tests.processing.ggk_envelopen import di01

(CLIENT,) = known_clients(1)
AT_AANBIEDER, AT_GEMEENTE = aanbieder_partij(AGB), gemeente_partij(GEMEENTE)


@dataclass(frozen=True)
class Pair:
    """Both services."""

    gemeente: Service
    aanbieder: Service

    def sees(self, service: Service, soort: str, status: str) -> None:
        """Wait until a bericht of this soort is so far."""
        until(lambda: status in {one["status"] for one in of_soort(service, soort)}, said=service.berichten)


def talking(stack: ExitStack, folder: Path, keys: dict[str, str]) -> Pair:
    """Both services, connected, each with the key for the other."""
    urls = {name: f"sqlite:///{folder / name}.db" for name in ("gemeente", "aanbieder")}
    keys = {
        "gemeente": key_of(urls["aanbieder"], Rol.GEMEENTE, gemeenten=[GEMEENTE]),
        "aanbieder": key_of(urls["gemeente"], Rol.GGK, gemeenten=[GEMEENTE]),
        **keys,
    }
    lines: dict[str, Line] = {name: stack.enter_context(a_line(loss=0, seed=1)) for name in urls}
    made = {
        name: stack.enter_context(
            an_instance(urls[name], folder / name, lines[name].port, ggk_authorization=f"Bearer {keys[name]}")
        )
        for name in urls
    }
    pair = Pair(made["gemeente"], made["aanbieder"])
    ggk = AansluitingSoort.GGK
    lines["gemeente"].to, lines["aanbieder"].to = (
        f"{one.client.base_url}{PATH}" for one in (pair.aanbieder, pair.gemeente)
    )
    connect(pair.gemeente.runtime, partij=AT_AANBIEDER, soort=ggk, adres=lines["gemeente"].url)
    connect(pair.aanbieder.runtime, partij=AT_GEMEENTE, soort=ggk, adres=lines["aanbieder"].url)
    return pair


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    """What runs until the end of the test, and tries again at once."""
    monkeypatch.setattr(werk, "ONTVANGER_WAITS", SHORT_WAITS)
    with ExitStack() as opened:
        yield opened


def test_the_chain_from_301_to_304(stack: ExitStack, tmp_path: Path):
    pair = talking(stack, tmp_path, {})
    pair.gemeente.accept(CLIENT.toewijzing, as_=GEMEENTE)
    pair.sees(pair.gemeente, "WMO301", "verzonden")
    until(lambda: pair.aanbieder.postbus(as_=AGB) != [])
    pair.aanbieder.accept(CLIENT.retour, as_=AGB)
    pair.sees(pair.gemeente, "WMO301", "beantwoord")
    pair.aanbieder.accept(CLIENT.declaratie(0), as_=AGB)
    pair.sees(pair.gemeente, "WMO304", "verzonden")
    until(lambda: len(of_soort(pair.aanbieder, "WMO304")) == 2)  # its own, and that of the gemeente


def test_what_cannot_be_read_comes_back_as_an_fo01(stack: ExitStack, tmp_path: Path):
    pair = talking(stack, tmp_path, {})
    sent = unreadable(pair.aanbieder)

    def refusal() -> str | None:
        with pair.aanbieder.runtime.storage.reading() as session:
            found = find_sent(session, referentienummer=sent.referentienummer)
        return found.fout if found else None

    until(lambda: refusal() is not None)
    assert (refusal() or "").startswith("StUF055")


def unreadable(service: Service) -> EnvelopRecord:
    """An envelope from the aanbieder with no message in it, which the other side took."""
    runtime, envelop = service.runtime, di01(b"no XML", zender=Systeem(organisatie=AGB, applicatie="Zorgpakket"))
    kept = runtime.storage.run(
        lambda session: keep_outgoing(session, runtime, envelop, "Di01", bericht_id=None, partij=AT_GEMEENTE)
    )
    with runtime.storage.reading() as session:
        aansluiting = find_aansluiting(session, partij=AT_GEMEENTE)
    assert aansluiting is not None
    post(runtime, aansluiting, kept)
    return kept


def test_a_wrong_key_is_told_and_waits_for_the_right_one(stack: ExitStack, tmp_path: Path):
    pair = talking(stack, tmp_path, {"gemeente": "iwmo_0000000000000000_wrong"})
    id = pair.gemeente.accept(CLIENT.toewijzing, as_=GEMEENTE)["id"]

    def redenen() -> list[str]:
        verloop = pair.gemeente.get(f"/v1/berichten/{id}", as_=GEMEENTE)["verloop"]
        return [one["reden"] or "" for one in verloop if one["gebeurtenis"] == "poging-mislukt"]

    until(lambda: redenen() != [])
    assert "HTTP 401" in redenen()[0]
    assert "IWMO_GGK_AUTHORIZATION" in redenen()[0]
    pair.sees(pair.gemeente, "WMO301", "te-verzenden")
