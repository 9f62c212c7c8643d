"""Posting SOAP 1.1 envelopes; what is in them is the concern of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.delivery.destinations import NotAllowed
from app.delivery.retry_after import retry_after
from app.delivery.safe_client import NoAnswer, SafeClient
from app.delivery.transport import Later, Nooit

MAX_ANSWER_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SoapAnswer:
    """What the other side answered, of whatever status: a Fault comes with 500. A 3xx was not followed.

    `wacht`: how long it asked to wait (Retry-After), None when it did not.
    """

    status: int
    body: bytes = field(repr=False)
    wacht: timedelta | None = None


class SoapEndpoint:
    """One address that takes SOAP. Its client carries the certificate when mutual TLS is asked.

    `authorization` is the whole value of that header; a receiver that does not accept it answers with 401 or 403.
    """

    def __init__(self, client: SafeClient, *, url: str, authorization: str | None = None) -> None:
        self._client = client
        self._url = url
        self._authorization = {"Authorization": authorization} if authorization else dict[str, str]()

    def post(self, envelope: bytes, *, action: str, now: datetime) -> SoapAnswer | Later | Nooit:
        """The answer to an envelope, at most 1 MB. Later: none, or half a one; it may have arrived all the same."""
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{action}"',
            "Accept": "text/xml",
            **self._authorization,
        }
        try:
            answer = self._client.post(self._url, headers=headers, body=envelope, answer_bytes=MAX_ANSWER_BYTES)
        except NotAllowed as refused:
            return Nooit(refused.reden) if refused.permanent else Later(refused.reden, whole_lane=True)
        except NoAnswer as failure:
            return Later(failure.reden, whole_lane=failure.away)
        if not answer.complete:
            return Later("Het antwoord van de ontvanger is te groot.")
        return SoapAnswer(answer.status, answer.body, retry_after(answer.headers, now=now))
