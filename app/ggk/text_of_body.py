"""The character encodings that SOAP 1.1 lets a sender choose: UTF-8 and UTF-16, each with or without mark."""

from __future__ import annotations

import codecs
import re
from typing import Final

_UTF_8: Final = {"utf-8", "utf8"}
_UTF_16: Final = {"utf-16": "", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(rb"^<\?xml[ \t\r\n][^>]*\?>")
_DECLARED = re.compile(rb"""[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")


def text_of_body(body: bytes, charset: str | None) -> bytes | None:
    """The document as UTF-8 without a mark; None when it is no UTF-8 or UTF-16, or says that it is something else.

    `charset` is that of the Content-Type; a byte order mark decides over it, as SOAP and XML prescribe.
    """
    said = (charset or "").lower()
    if said and said not in _UTF_8 and said not in _UTF_16:
        return None
    encoding, start = _encoding(body, said)
    try:
        if encoding == "utf-8":
            text = body[start:]
            text.decode("utf-8")
        else:
            text = body[start:].decode(encoding).encode("utf-8")
    except (UnicodeError, LookupError):
        return None
    return _without_encoding(text, encoding)


def _encoding(body: bytes, said: str) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding, len(mark)
    if body.startswith(b"<\0"):
        return "utf-16-le", 0
    if body.startswith(b"\0<"):
        return "utf-16-be", 0
    return _UTF_16.get(said, "utf-8"), 0


def _without_encoding(text: bytes, encoding: str) -> bytes | None:
    """The document without what its declaration says of the encoding; None when that is not the encoding it has."""
    declaration = _DECLARATION.match(text)
    if declaration is None:
        return text
    declared = _DECLARED.search(declaration[0])
    if declared is None:
        return text
    names = _UTF_8 if encoding == "utf-8" else _UTF_16
    if declared[1].decode("latin-1").lower() not in names:
        return None
    return text[: declared.start()] + text[declared.end() :]
