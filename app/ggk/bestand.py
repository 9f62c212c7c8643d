"""The file in an envelope: base64, as strict as the standard means it and libxml2 is not."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_BLANKS: Final = str.maketrans("", "", " \t\r\n")
_QUANTUM: Final = 4


def decoded(text: str) -> bytes | None:
    """The bytes of a base64 text, in which blanks say nothing; None when it is no base64.

    >>> decoded("QUJD\\nRA==")
    b'ABCD'
    >>> decoded("@@@") is None
    True
    """
    compact = text.translate(_BLANKS)
    try:
        found = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return None
    # The bits that the last character has too many must be zero, or two texts would mean one file.
    rest = found[len(found) - len(found) % 3 :]
    if rest and base64.b64encode(rest).decode("ascii") != compact[-_QUANTUM:]:
        return None
    return found


def encoded(content: bytes) -> str:
    """The base64 text of bytes, without blanks."""
    return base64.b64encode(content).decode("ascii")
