"""The webhook: a bericht as a signed CloudEvent, posted to an endpoint of its partij."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from app.delivery.destinations import NotAllowed
from app.delivery.retry_after import retry_after
from app.delivery.safe_client import Answer, NoAnswer, SafeClient
from app.delivery.signature import sign
from app.delivery.transport import BUSY, Afgeleverd, Later, Nooit, Uitkomst, Zending

MAX_ANSWER_BYTES: Final = 65_536
TRY_AGAIN: Final = frozenset({408, 425, 429})
NOT_HERE_NOW: Final = frozenset({401, 403, 404})
"""What a receiver also says while it is being installed, with a key or an address that is wrong for a moment."""

GEMEENTE_DIGITS: Final = 4


class WebhookTransport:
    """One endpoint of one partij.

    `secrets` sign each request; two while the receiver changes over from one to the other. `clock` gives now in UTC:
    the moment of the attempt is signed too, so that a receiver can refuse what was caught and sent again.
    """

    def __init__(
        self, client: SafeClient, *, url: str, secrets: Sequence[bytes], clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._url = url
        self._secrets = tuple(secrets)
        self._clock = clock

    def send(self, zending: Zending) -> Uitkomst:
        """Afgeleverd on any 2xx; an answer that is not whole counts as none, and the same bytes go again."""
        now = self._clock()
        timestamp = int(now.timestamp())
        headers = {
            **cloud_event(zending),
            "webhook-id": zending.kenmerk,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._secrets, kenmerk=zending.kenmerk, timestamp=timestamp, body=zending.body),
        }
        try:
            answer = self._client.post(self._url, headers=headers, body=zending.body, answer_bytes=MAX_ANSWER_BYTES)
        except NotAllowed as refused:
            return Nooit(refused.reden) if refused.permanent else Later(refused.reden, whole_lane=True)
        except NoAnswer as failure:
            return Later(failure.reden, whole_lane=failure.away)
        return _uitkomst(answer, now)


def cloud_event(zending: Zending) -> dict[str, str]:
    """The headers that make a request with the bericht as its body a CloudEvent 1.0, in binary mode.

    The names follow the NL GOV profile: `source` a URN in the namespace nld, `type` in reverse domain notation.
    """
    return {
        "Content-Type": "application/xml",
        "ce-specversion": "1.0",
        "ce-id": zending.kenmerk,
        "ce-source": source(zending.afzender),
        "ce-type": f"nl.iwmo.bericht-verzonden.{zending.soort.lower()}",
        "ce-time": zending.tijdstip.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce-subject": zending.bericht_id,
        "ce-iwmorelease": zending.release,
    }


def source(afzender: str) -> str:
    """Whose event it is: a gemeentecode has four digits, an AGB-code eight.

    >>> source("1708")
    'urn:nld:gemeentecode:1708:systeem:iwmo-berichtenservice'
    """
    kind = "gemeentecode" if len(afzender) == GEMEENTE_DIGITS else "agbcode"
    return f"urn:nld:{kind}:{afzender}:systeem:iwmo-berichtenservice"


def _uitkomst(answer: Answer, now: datetime) -> Uitkomst:
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of HTTP
        return Afgeleverd()
    if 300 <= status < 400:  # noqa: PLR2004
        return Nooit(f"De ontvanger verwijst door (HTTP {status}); een doorverwijzing wordt niet gevolgd.")
    if status == 410:  # noqa: PLR2004
        return Nooit("De ontvanger heeft dit adres opgeheven (HTTP 410).")
    if 400 <= status < 500 and status not in TRY_AGAIN | NOT_HERE_NOW:  # noqa: PLR2004
        return Nooit(f"De ontvanger weigert het bericht (HTTP {status}).")
    wacht = retry_after(answer.headers, now=now)
    if status in NOT_HERE_NOW:
        return Later(f"De ontvanger laat ons niet toe of kent het adres niet (HTTP {status}).", wacht)
    return Later(f"De ontvanger kan het bericht nu niet aannemen (HTTP {status}).", wacht, whole_lane=status in BUSY)
