"""A bericht goes out in a StUF-GGk envelope."""

from __future__ import annotations

from app.delivery.transport import Nooit, Uitkomst, Zending
from app.domain.aflevering import Aansluiting
from app.processing.runtime import Runtime


def send(_runtime: Runtime, _aansluiting: Aansluiting, _zending: Zending) -> Uitkomst:
    """Post the envelope of the bericht, the same one each time."""
    return Nooit("Verzenden over het GGk kan nog niet.")
