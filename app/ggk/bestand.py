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
    return found if _is_written_so(compact, found) else None


def _is_written_so(compact: str, content: bytes) -> bool:
    """Whether the end is exact: Python forgives padding too many, and bits of the last character that are not zero."""
    last = content[-(len(content) % 3 or 3) :]
    as_long = len(compact) == (len(content) + 2) // 3 * _QUANTUM
    return as_long and compact[-_QUANTUM:] == encoded(last)


def encoded(content: bytes) -> str:
    """The base64 text of bytes, without blanks."""
    return base64.b64encode(content).decode("ascii")
