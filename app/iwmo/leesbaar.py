"""A message that stands on one line, laid out over lines to be read; what is kept and sent stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lxml import etree

from app.domain.refusals import UnreadableBericht
from app.iwmo.reading import recognise

FEW_LINES: Final = 5
SHORT: Final = 600
"""Bytes that one reads on a few lines just as well."""

LARGEST: Final = 2_000_000


class Leesbaar(NamedTuple):
    """The same message over lines, and on which of them the element at a path stands."""

    body: bytes
    line_of: Callable[[str], int | None]


def laid_out(body: bytes) -> Leesbaar | None:
    """The message over lines; None when it is so already, is no message, or is too large to do this while one waits."""
    if not SHORT < len(body) <= LARGEST or body.count(b"\n") > FEW_LINES:
        return None
    try:
        root = recognise(body).tree.getroot()
        etree.indent(root)
        pretty = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        return Leesbaar(pretty, recognise(pretty).line_of)
    except UnreadableBericht:
        return None
