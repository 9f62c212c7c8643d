"""Two of our services talk StUF-GGk over a line that loses answers: one of the gemeente, one at the other end.

The other end is a whole service too, as the chain of the GGk and its aanbieder: it passes the 301 on to the aanbieder,
takes its 302 and 303s and sends them to the gemeente. It keeps books of its own, so it answers a 303 for itself as
well; the 304 of the gemeente it keeps beside that, without a second booking.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain import werk
from app.domain.aflevering import AansluitingSoort
from app.domain.principal import Rol, aanbieder_partij, gemeente_partij
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing.aansluitingen import connect
from app.processing.werk import PERIODIC
from app.storage.ggk_envelopen import EnvelopRichting
from app.storage.ggk_tables import GgkEnvelopRow
from app.storage.job_tables import JobRow
from tests import builders as a
from tests.conftest import new_postgres_database
from tests.e2e.instances import PATH, SHORT_WAITS, Line, a_line, an_instance, key_of, until
from tests.e2e.service import Service
from tests.faults.messages import CLAIMS, GRANTED_OF_EACH, RELEASE, ROOM, TARIEF, VOLUME

CLIENTS = int(os.environ.get("CHAIN_CLIENTS", "6"))
SEED = int(os.environ.get("CHAIN_SEED", "1"))
LOSS = 0.3
SECONDS = 240 + 10 * CLIENTS
"""After so long a stage of the chain is stuck."""

AGB = a.OTHER_AANBIEDER
"""The aanbieder that makes its own 302."""

FIRST = 200_000


@dataclass(frozen=True)
class Client:
    """A client with one toewijzing, on which its aanbieder claims more than there is room for."""

    nummer: int
    bsn: str

    @property
    def toewijzing(self) -> bytes:
        """The 301."""
        client = a.a_client(a.a_toegewezen_product(toewijzing_nummer=self.nummer), bsn=self.bsn)
        header = a.a_toewijzing_header(
            bericht_identificatie=a.an_identificatie(identificatie=f"A{self.nummer}"), ontvanger=AGB
        )
        return write(a.a_toewijzingsbericht(client, header=header), RELEASE)

    @property
    def retour(self) -> bytes:
        """The 302 that accepts it."""
        header = a.a_retour_header(
            ontvanger=AGB,
            bericht_identificatie=a.an_identificatie(identificatie=f"A{self.nummer}"),
            identificatie_retour=f"B{self.nummer}",
            dagtekening_retour=date(2019, 5, 15),
        )
        return write(a.a_toewijzing_retour(header=header), RELEASE)

    def declaratie(self, number: int) -> bytes:
        """One of its 303s."""
        line = a.a_prestatie(
            toewijzing_nummer=self.nummer, referentie_nummer=f"R{self.nummer}C{number}", geleverd_volume=VOLUME
        )
        client = a.a_declaratie_client(line, bsn=self.bsn)
        number_of_it = f"F{self.nummer}C{number}"
        return write(a.a_declaratie(client, aanbieder=AGB, declarant_factuur_nummer=number_of_it), RELEASE)


@dataclass
class Chain:
    """The service of the gemeente, the one at the other end, and the lines between them."""

    gemeente: Service
    aanbieder: Service
    heen: Line
    terug: Line

    @property
    def both(self) -> tuple[Service, Service]:
        return self.gemeente, self.aanbieder

    def idle(self) -> bool:
        """Whether neither has work left, at one moment: nothing happened at the first while the other was asked."""
        first, other, again = (jobs_of(one) for one in (self.gemeente, self.aanbieder, self.gemeente))
        if any(job.status == JobStatus.OPEN for job in (*first, *other, *again)):
            return False
        return {job.id for job in first} == {job.id for job in again}

    def left(self) -> list[tuple[str, str, str | None]]:
        """What is not done."""
        jobs = [job for one in self.both for job in jobs_of(one) if job.status != JobStatus.GEDAAN]
        return [(job.soort, job.status, job.reden) for job in jobs]


def jobs_of(service: Service) -> list[JobRow]:
    """What was ever to be done, without what comes back every day."""
    with service.runtime.storage.reading() as session:
        return list(session.scalars(select(JobRow).where(JobRow.soort.not_in(PERIODIC))))


def envelopen(service: Service, richting: EnvelopRichting) -> list[GgkEnvelopRow]:
    """What a service sent or received."""
    with service.runtime.storage.reading() as session:
        return list(session.scalars(select(GgkEnvelopRow).where(GgkEnvelopRow.richting == richting)))


def clients(number: int) -> list[Client]:
    """So many, each with a bsn for tests."""
    found = (str(number) for number in count(999_900_000) if _passes_the_11_proef(str(number)))
    return [Client(FIRST + place, bsn) for place, bsn in enumerate(islice(found, number))]


def _passes_the_11_proef(bsn: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, bsn, strict=True)) % 11 == 0


@contextmanager
def two_instances(urls: tuple[str, str], folder: Path) -> Iterator[Chain]:
    """Both, connected to each other."""
    with ExitStack() as stack:
        heen = stack.enter_context(a_line(loss=LOSS, seed=SEED))
        terug = stack.enter_context(a_line(loss=LOSS, seed=SEED + 1))
        known_there = f"Bearer {key_of(urls[1], Rol.GEMEENTE, gemeenten=[a.GEMEENTE])}"
        known_here = f"Bearer {key_of(urls[0], Rol.GGK, gemeenten=[a.GEMEENTE])}"
        gemeente = stack.enter_context(
            an_instance(urls[0], folder / "gemeente", heen.port, ggk_authorization=known_there)
        )
        aanbieder = stack.enter_context(
            an_instance(urls[1], folder / "aanbieder", terug.port, ggk_authorization=known_here)
        )
        heen.to, terug.to = (f"{one.client.base_url}{PATH}" for one in (aanbieder, gemeente))
        connect(gemeente.runtime, partij=aanbieder_partij(AGB), soort=AansluitingSoort.GGK, adres=heen.url)
        connect(aanbieder.runtime, partij=gemeente_partij(a.GEMEENTE), soort=AansluitingSoort.GGK, adres=terug.url)
        yield Chain(gemeente, aanbieder, heen, terug)


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Two empty databases of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"
    server = request.getfixturevalue("postgres_url")
    return new_postgres_database(server, "iwmo_chain_one"), new_postgres_database(server, "iwmo_chain_two")


@pytest.fixture
def chain(urls: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    """Two services that try again at once."""
    monkeypatch.setattr(werk, "ONTVANGER_WAITS", SHORT_WAITS)
    monkeypatch.setattr(werk, "BAAN_RUSTEN", SHORT_WAITS)
    with two_instances(urls, tmp_path) as running:
        yield running


def test_the_chain_from_301_to_304_ends_right(chain: Chain):
    known = clients(CLIENTS)
    for client in known:
        chain.gemeente.accept(client.toewijzing, as_=a.GEMEENTE)
    waiting = {f"A{client.nummer}": client for client in known}
    until(lambda: the_aanbieder_answers(chain, waiting), SECONDS, chain.left)
    until(chain.idle, SECONDS, chain.left)
    assert chain.left() == []
    every_301_is_answered(chain)
    every_303_has_one_304_with_the_right_cents(chain, known)
    every_envelope_arrived_once(chain)
    the_other_end_has_every_304_of_the_gemeente(chain)


def the_aanbieder_answers(chain: Chain, waiting: dict[str, Client]) -> bool:
    """It answers a 301 at once, maybe while that is sent again for want of an answer; whether it had them all."""
    for bericht in chain.aanbieder.postbus(as_=AGB):
        client = waiting.pop(bericht["identificatie"], None) if bericht["soort"] == "WMO301" else None
        if client is not None:
            chain.aanbieder.accept(client.retour, as_=AGB)
            for number in range(CLAIMS):
                chain.aanbieder.accept(client.declaratie(number), as_=AGB)
    return not waiting


def soorten(berichten: list[dict[str, Any]]) -> dict[str, int]:
    """How many there are of each."""
    return dict(Counter(bericht["soort"] for bericht in berichten))


def of_soort(service: Service, soort: str) -> list[dict[str, Any]]:
    """The berichten of one soort, as the gemeente sees them."""
    return service.berichten(soort=soort)


def every_301_is_answered(chain: Chain) -> None:
    assert soorten(chain.gemeente.postbus(as_=a.GEMEENTE)) == {"WMO302": CLIENTS, "WMO303": CLIENTS * CLAIMS}
    for service in chain.both:
        sent = of_soort(service, "WMO301")
        assert [bericht["status"] for bericht in sent] == ["beantwoord"] * CLIENTS
        answers = {bericht["_links"]["antwoord"]["href"] for bericht in sent}
        assert len(answers) == CLIENTS == len(of_soort(service, "WMO302"))


def every_303_has_one_304_with_the_right_cents(chain: Chain, known: list[Client]) -> None:
    gemeente = chain.gemeente
    declaraties = of_soort(gemeente, "WMO303")
    retouren = of_soort(gemeente, "WMO304")
    assert len(declaraties) == len({bericht["identificatie"] for bericht in declaraties}) == CLIENTS * CLAIMS
    assert {bericht["status"] for bericht in retouren} == {"verzonden"}
    assert len(retouren) == CLIENTS * CLAIMS
    said: Counter[str] = Counter()
    for declaratie in declaraties:
        retour = gemeente.read304(declaratie, as_=AGB)
        cents = retour.header.toegekend_totaal_bedrag.saldo.cents
        assert cents in {0, VOLUME * TARIEF}
        said[declaratie["identificatie"].partition("C")[0]] += cents
    for client in known:
        assert said[f"F{client.nummer}"] == GRANTED_OF_EACH * TARIEF
        for service in chain.both:
            assert service.granted(client.nummer) == (GRANTED_OF_EACH, GRANTED_OF_EACH * TARIEF)
    assert GRANTED_OF_EACH < ROOM < CLAIMS * VOLUME


def every_envelope_arrived_once(chain: Chain) -> None:
    for sender, receiver, line in (
        (chain.gemeente, chain.aanbieder, chain.heen),
        (chain.aanbieder, chain.gemeente, chain.terug),
    ):
        assert line.lost > 0
        assert line.refused == []
        sent = {one.referentienummer: one for one in envelopen(sender, EnvelopRichting.UIT)}
        received = {one.referentienummer: one for one in envelopen(receiver, EnvelopRichting.IN)}
        assert len(sent) == len(envelopen(sender, EnvelopRichting.UIT)) == CLIENTS * (1 + CLAIMS)
        assert len(received) == len(envelopen(receiver, EnvelopRichting.IN))
        assert {name: (one.digest, one.cross_ref) for name, one in sent.items()} == {
            name: (one.digest, one.cross_ref) for name, one in received.items()
        }
        unacknowledged = [one for one in sent.values() if one.aangeboden_op is None]
        assert all(one.functie == "WMO301" for one in unacknowledged)  # its 302 came before it went again
        assert all(one.fout is None for one in sent.values())
        assert len({one.tijdstip for one in sent.values()}) == len(sent)
        assert all(one.bericht_id is not None for one in received.values())
        assert line.bodies.keys() == sent.keys()
        assert all(len(bodies) == 1 for bodies in line.bodies.values())
        assert line.attempts == len(sent) - len(unacknowledged) + line.lost
        assert {(job.soort, job.status) for job in jobs_of(sender)} == {
            (JobSoort.AFLEVERING, JobStatus.GEDAAN),
            (JobSoort.ENVELOP, JobStatus.GEDAAN),
        }


def the_other_end_has_every_304_of_the_gemeente(chain: Chain) -> None:
    kept = of_soort(chain.aanbieder, "WMO304")
    from_gemeente = [bericht for bericht in kept if bericht["status"] == "afgekeurd"]
    for_itself = [bericht for bericht in kept if bericht["status"] != "afgekeurd"]
    assert len(from_gemeente) == len(for_itself) == CLIENTS * CLAIMS
    numbers = {bericht["identificatie"] for bericht in of_soort(chain.gemeente, "WMO304")}
    assert {bericht["identificatie"] for bericht in from_gemeente} == numbers
    for bericht in from_gemeente:
        assert [finding["regel"] for finding in bericht["bevindingen"]] == ["IV304.1"]
