"""What a way of delivering takes and says, whatever the way is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

BUSY: Final = frozenset({429, 503})
"""Statuses of HTTP by which a receiver asks to be left alone for a while."""

KENMERK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zending:
    """One bericht on its way to one partij.

    `kenmerk` stays the same at every attempt, so the receiver can tell a repeat from something new. It names a file
    and stands in headers: letters, digits, dot, dash and underscore, at most 100, no personal data. ValueError
    otherwise. `tijdstip` is when the bericht was put in line, in UTC; it too stays the same. `body` is sent as it is.
    """

    bericht_id: str
    partij: str
    soort: str
    release: str
    afzender: str
    ontvanger: str
    identificatie: str
    tijdstip: datetime
    kenmerk: str
    body: bytes = field(repr=False)  # a repr ends up in logs, and this holds clients

    def __post_init__(self) -> None:
        if not KENMERK.fullmatch(self.kenmerk):
            raise ValueError("a kenmerk is 1 to 100 letters, digits, dots, dashes and underscores")


@dataclass(frozen=True, slots=True)
class Afgeleverd:
    """The partij has it."""


@dataclass(frozen=True, slots=True)
class Overgedragen:
    """The next link in the chain has it; the partij may not."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the same bytes may go again. `wacht` is how long the receiver asked to wait, None when it did not.

    `whole_lane`: nothing else would arrive there either. False: it may be about this message alone.
    `reden` is for an operator: a short sentence in Dutch, with no content of the message, personal data or URL in it.
    """

    reden: str
    wacht: timedelta | None = None
    whole_lane: bool = False


@dataclass(frozen=True, slots=True)
class Nooit:
    """Trying again by itself is no use: the receiver refuses it, or may not be reached. `reden` as with `Later`."""

    reden: str


Uitkomst: TypeAlias = Afgeleverd | Overgedragen | Later | Nooit


class Transport(Protocol):
    """One way to one partij."""

    def send(self, zending: Zending) -> Uitkomst:
        """Deliver it, or say why not. What goes wrong on the way is a `Later` or `Nooit`, never an exception.

        Sending the same zending again is always safe: the receiver gets the same bytes with the same kenmerk.
        """
        ...
