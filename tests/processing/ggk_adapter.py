"""An adapter of the GGk on 127.0.0.1: takes envelopes and answers as one should, or as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from app.delivery.destinations import Destinations
from app.delivery.exchange import Limits
from app.delivery.safe_client import SafeClient
from app.delivery.transports import Transports
from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.envelop import Fo03, Fout, Foutbericht, Heenbericht, Ontvangstbevestiging, Plek, Retour
from app.domain.werk import JobSoort
from app.ggk.answering import bevestiging_of, fo03_of
from app.ggk.reading import read_envelop
from app.ggk.soap import SoapUnreadable, read_soap
from app.ggk.writing import soap_fault, soap_message, write_envelop
from app.processing.runtime import Runtime
from app.processing.werk import carry_out, claim
from app.storage.aansluitingen import set_aansluiting
from tests.delivery.servers import Server, serving, then

SECRET = b"a secret key of at least thirty-two bytes"
LEASE = timedelta(seconds=30)
Request: TypeAlias = Heenbericht | Retour | Foutbericht


@dataclass
class Adapter:
    """What came in, in order, and how the next is answered: an HTTP answer for an envelope."""

    runtime: Runtime
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    answer: Callable[[Adapter, Request], bytes] | None = None

    @property
    def envelopen(self) -> list[Request]:
        """The envelopes that came in."""
        return [self.read(body) for body in self.bodies]

    def read(self, body: bytes) -> Request:
        """The Di01, Du01 or Fo01 in a request."""
        soap = read_soap(body, "text/xml; charset=utf-8")
        assert not isinstance(soap, SoapUnreadable)
        found = read_envelop(soap, self.runtime.envelop_schemas)
        assert isinstance(found, Request)
        return found

    def bevestiging(self, envelop: Request, cross_ref: str | None = None) -> bytes:
        """A Bv03, as an HTTP answer."""
        made = bevestiging_of(envelop.stuurgegevens, referentienummer="bv-1", tijdstip="20261122120000000")
        if cross_ref is not None:
            made = Ontvangstbevestiging(stuurgegevens=replace(made.stuurgegevens, cross_ref=cross_ref))
        return http("200 OK", soap_message(write_envelop(made, self.runtime.envelop_schemas)))

    def fo03(self, envelop: Request, code: str, plek: Plek) -> bytes:
        """A fault with an Fo03, as an HTTP answer."""
        fout = Fout(code=code, plek=plek, omschrijving="Fout")
        made: Fo03 = fo03_of(envelop.stuurgegevens, fout, referentienummer="fo-1", tijdstip="20261122120000000")
        return http("500 Internal Server Error", soap_fault(made))


def http(status: str, body: bytes) -> bytes:
    """An HTTP answer with a SOAP message."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def local_transports(port: int, *, seconds: float = 60) -> Transports:
    """Transports that reach one port on this machine, without TLS, within `seconds`."""
    destinations = Destinations(networks=["127.0.0.0/8"], ports=[port], plain_http=True)
    client = SafeClient(destinations, limits=Limits(connect_seconds=seconds, total_seconds=seconds))
    return Transports(client=client, ggk_client=client, secret_key=lambda: SECRET)


@contextmanager
def an_adapter(runtime: Runtime, *partijen: str) -> Iterator[tuple[Runtime, Adapter]]:
    """An adapter that parties are reached by, and the service that knows it."""
    adapter = Adapter(runtime)

    def behave(connection, server: Server) -> None:
        body = server.requests[-1].split(b"\r\n\r\n", 1)[1]
        adapter.bodies.append(body)
        envelop = adapter.read(body)
        connection.sendall(adapter.answer(adapter, envelop) if adapter.answer else adapter.bevestiging(envelop))

    with serving(then(behave)) as server:
        adapter.url = f"http://127.0.0.1:{server.port}/ggk"
        local = replace(runtime, transports=local_transports(server.port))
        for partij in partijen:
            aansluiting = Aansluiting(partij=partij, soort=AansluitingSoort.GGK, adres=adapter.url)
            local.storage.run(lambda s, which=aansluiting: set_aansluiting(s, aansluiting=which, now=local.now()))
        yield local, adapter


def work(runtime: Runtime) -> int:
    """Do everything that is due; how many jobs that were."""
    done = 0
    while jobs := claim(runtime, frozenset(JobSoort), lease=LEASE, limit=10):
        for job in jobs:
            carry_out(runtime, job)
            done += 1
    return done
