"""How a key is written: `iwmo_<keyid>_<secret>_<crc>`, of which the last part tells a typing error from a wrong key."""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Final, Self

PREFIX: Final = "iwmo_"
KEY: Final = re.compile(r"iwmo_([0-9a-f]{16})_([A-Za-z0-9_-]{43})(?:_([0-9a-f]{8}))?")
"""A key of before had no crc."""


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key in its parts: `keyid` (16 hex digits) may be known to all, `secret` is 256 random bits in base64url."""

    keyid: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A key that nobody had before."""
        return cls(secrets.token_hex(8), secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The parts of what may be a key; None when it is none, or has a typing error."""
        match = KEY.fullmatch(text)
        if match is None:
            return None
        found = cls(match[1], match[2])
        return found if match[3] in {None, found._crc()} else None

    def written(self) -> str:
        """The whole key."""
        return f"{self._unchecked()}_{self._crc()}"

    def _unchecked(self) -> str:
        return f"{PREFIX}{self.keyid}_{self.secret}"

    def _crc(self) -> str:
        return f"{zlib.crc32(self._unchecked().encode()):08x}"
