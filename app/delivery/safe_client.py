"""One request over the network: to where it may go, with certificates checked, within limits of time and size."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpcore2
import ssrfguard

from app.delivery.destinations import Destinations
from app.delivery.exchange import Deadline, Limits, TimedStream, connected

IN_A_PATH: Final = "/?%:@!$&'()*+,;=[]"  # what may stand in a path or query as it is


class NoAnswer(Exception):
    """The other side did not answer, or not in full: it may or may not have got the message. `reden` is Dutch.

    `away`: there was no connection or nothing came in time, so it does not look like something about this message.
    """

    def __init__(self, reden: str, *, away: bool = True) -> None:
        super().__init__(reden)
        self.reden = reden
        self.away = away


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. Header names are in lower case; of a header that came twice the last counts.

    `complete` is False when there was more than was asked for; the rest was not read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    complete: bool = True


class SafeClient:
    """Asks and tells other parties. It follows nothing, uses no proxy, keeps no cookies and unpacks no answers.

    Every exchange has a connection of its own, so there is none that went stale. Threads may share a client.
    """

    def __init__(
        self, destinations: Destinations, *, limits: Limits | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._destinations = destinations
        self._limits = limits or Limits()
        self._tls = tls or tls_context()

    def check(self, url: str) -> None:
        """NotAllowed unless something may be posted to the URL, as far as that can be told without a name server."""
        self._destinations.target(url)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, answer_bytes: int) -> Answer:
        """What the other side says, with at most `answer_bytes` of its body.

        NotAllowed: nothing was sent. NoAnswer: nothing certain can be said. Neither holds parts of the URL or the body.
        """
        return self._ask("POST", url, {"Content-Length": str(len(body)), **headers}, body, answer_bytes)

    def get(self, url: str, *, headers: Mapping[str, str], answer_bytes: int) -> Answer:
        """What is at the URL, with at most `answer_bytes` of it. NotAllowed, NoAnswer: as with `post`."""
        return self._ask("GET", url, headers, b"", answer_bytes)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes, answer_bytes: int) -> Answer:
        target = self._destinations.target(url)
        total = Deadline(self._limits.total_seconds)
        stream = self._stream(target, total)
        try:
            return _exchange(stream, _request(method, url, target, headers, body), answer_bytes)
        except httpcore2.TimeoutException:
            raise NoAnswer("De ontvanger gaf geen volledig antwoord binnen de tijd.") from None
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError):
            raise NoAnswer("De verbinding brak af voor het antwoord volledig was.", away=False) from None
        finally:
            stream.close()

    def _stream(self, target: ssrfguard.Target, total: Deadline) -> TimedStream:
        limits = self._limits
        connecting = Deadline(min(limits.connect_seconds, limits.total_seconds))
        try:
            return TimedStream(connected(self._destinations, target, self._tls, connecting), total)
        except TimeoutError:
            raise NoAnswer("De ontvanger is niet bereikbaar binnen de tijd.") from None
        except ssl.SSLCertVerificationError:
            raise NoAnswer("Het certificaat van de ontvanger is niet te vertrouwen.") from None
        except ssl.SSLError:
            raise NoAnswer("Er kwam geen beveiligde verbinding met de ontvanger tot stand.") from None
        except OSError:
            raise NoAnswer("De ontvanger is niet bereikbaar.") from None


def tls_context(
    *, certificate: Path | None = None, key: Path | None = None, authorities: Path | None = None
) -> ssl.SSLContext:
    """TLS 1.2 or newer that checks certificates and names; `certificate` and `key` (PEM) say who we are.

    `authorities` (PEM) are trusted instead of those of the system: PKIoverheid Private Root is in none.
    OSError, ssl.SSLError: a file that cannot be read or is something else.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def _request(
    method: str, url: str, target: ssrfguard.Target, headers: Mapping[str, str], body: bytes
) -> httpcore2.Request:
    # Only the path is taken from the URL itself: where it goes was decided by the guard, with its own reading of it.
    parts = urlsplit(url)
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=IN_A_PATH)
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    fields = {
        "Host": host if target.port == usual else f"{host}:{target.port}",
        "Connection": "close",
        **headers,
    }
    destination = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=path)
    return httpcore2.Request(method, destination, headers=list(fields.items()), content=body)


def _exchange(stream: TimedStream, request: httpcore2.Request, answer_bytes: int) -> Answer:
    connection = httpcore2.HTTP11Connection(origin=request.url.origin, stream=stream)
    response = connection.handle_request(request)
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > answer_bytes:
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    return Answer(response.status, headers, bytes(body[:answer_bytes]), complete=len(body) <= answer_bytes)
