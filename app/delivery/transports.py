"""Which way goes to whom: a transport for every aansluiting."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from app.delivery.destinations import Destinations
from app.delivery.folder import FolderTransport
from app.delivery.http import WebhookTransport
from app.delivery.safe_client import SafeClient
from app.delivery.soap import SoapEndpoint
from app.delivery.transport import Transport
from app.domain.aflevering import Aansluiting, AansluitingSoort

OUT: Final = "uit"
"""The folder in the folder of a partij where its messages are put; what it gives us it puts into `in`."""

IN: Final = "in"


@cache
def public_transports() -> Transports:
    """To the public internet, without a secret key or certificate."""
    client = SafeClient(Destinations())
    return Transports(client=client, ggk_client=client)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transports:
    """Makes transports. `client` goes to webhooks, `ggk_client` to the adapter of the GGk, maybe with a certificate.

    `ggk_authorization` is the Authorization header for that adapter.

    The key that signs a webhook follows from `secret_key`, the partij and the version of its key, so none is stored.
    """

    client: SafeClient
    ggk_client: SafeClient
    ggk_authorization: str | None = field(default=None, repr=False)
    secret_key: Callable[[], bytes] = bytes  # asked when it is needed, for then it must be there

    def to(self, aansluiting: Aansluiting, *, clock: Callable[[], datetime]) -> Transport:
        """How to reach a partij by its folder or webhook; ValueError for an envelope, which is more than bytes.

        `clock` gives now in UTC.
        """
        match aansluiting.soort:
            case AansluitingSoort.MAP:
                return FolderTransport(Path(aansluiting.adres) / OUT)
            case AansluitingSoort.HTTP:
                secrets = self.webhook_secrets(aansluiting)
                return WebhookTransport(self.client, url=aansluiting.adres, secrets=secrets, clock=clock)
            case AansluitingSoort.GGK:
                raise ValueError("an envelope is made before it is sent")

    def ggk(self, aansluiting: Aansluiting) -> SoapEndpoint:
        """Where the envelopes for a partij go."""
        return SoapEndpoint(self.ggk_client, url=aansluiting.adres, authorization=self.ggk_authorization)

    def webhook_secrets(self, aansluiting: Aansluiting) -> Sequence[bytes]:
        """The keys that sign its webhook, newest first: also the one before, while the receiver changes over.

        ValueError when the service has no secret key.
        """
        secret_key = self.secret_key()
        if not secret_key:
            raise ValueError("signing a webhook needs a secret key")
        versions = range(aansluiting.sleutelversie, max(0, aansluiting.sleutelversie - 2), -1)
        named = (f"webhook {aansluiting.partij} {version}" for version in versions)
        return [hmac.digest(secret_key, name.encode(), "sha256") for name in named]
