"""The line of an element in its source, also far down."""

from __future__ import annotations

from app.iwmo.pad import Element

LARGEST_KEPT = 65_535
"""libxml2 keeps no greater line with an element; it then answers with that of the text that comes first after its tag,
counted at the end of that text."""


def source_line(element: Element) -> int | None:
    """The line on which the tag of the element ends; None for an element that was not parsed."""
    line = element.sourceline
    if line is None or line < LARGEST_KEPT:
        return line
    if element.text is None and len(element) > 0:
        return source_line(element[0])
    following = element.tail if element.text is None else element.text
    return max(line - (following or "").count("\n"), LARGEST_KEPT)
