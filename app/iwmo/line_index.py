"""On which lines of a 303 its clients and prestaties stand, without a tree: noted while it is read, told afterwards."""

from __future__ import annotations

import codecs
import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from app.iwmo.pad import STEP

ROOT: Final = "/Bericht"
_OF_LINE: Final = re.compile(
    r"/Bericht/Clienten/Client\[([0-9]{1,9})\](?:/Prestaties/Prestatie\[([0-9]{1,9})\])?(?![^/])"
)
_TAG: Final = re.compile(
    r"<(/?)(?:[^\s<>/:?!'\"=]+:)?([^\s<>/:?!'\"=]+)(?:[^<>'\"/]|/(?!>)|'[^'<]*'|\"[^\"<]*\")*(/?)>"
)


class LineIndex:
    """Where each part begins, by character and line: the start with the Header, and each client and prestatie."""

    def __init__(self) -> None:
        self.passed = 0
        """Characters before the part that is read now."""
        self._starts, self._lines = array("q", [0]), array("q", [1])
        self._clienten = array("q")

    def client(self, line: int) -> None:
        """The next client begins here."""
        self._clienten.append(len(self._starts))
        self.prestatie(line)

    def prestatie(self, line: int) -> None:
        """The next prestatie of that client begins here."""
        self._starts.append(self.passed)
        self._lines.append(line)

    def lines_of(self, pieces: Iterable[bytes], pads: Iterable[str]) -> dict[str, int | None]:
        """The line on which the tag at each path ends, or that of the nearest above it; `pieces` is the message again.

        None for a path that does not begin at the root.
        """
        found: dict[str, int | None] = {}
        wanted: list[tuple[int, int, str]] = []
        for pad in pads:
            if pad not in found and (pad == ROOT or pad.startswith(f"{ROOT}/")):
                wanted.append((*self._part_of(pad), pad))
            found[pad] = None
        wanted.sort()
        texts = self._written(pieces, sorted({part for part, _, _ in wanted}))
        for (_, of_part), written in zip(groupby(wanted, itemgetter(0)), texts, strict=True):
            for part, above, pad in of_part:
                found[pad] = _line_in(written, self._lines[part], pad[above:].strip("/"))
        return found

    def _part_of(self, pad: str) -> tuple[int, int]:
        """The part in which a path ends, and how long the path of that part is."""
        steps = _OF_LINE.match(pad)
        client = int(steps[1]) if steps else 0
        if steps is None or not 0 < client <= len(self._clienten):
            return 0, len(ROOT)
        part = self._clienten[client - 1]
        after = self._clienten[client] if client < len(self._clienten) else len(self._starts)
        line = int(steps[2] or 0)
        if 0 < line < after - part:
            return part + line, steps.end()
        return part, pad.index("]") + 1

    def _written(self, pieces: Iterable[bytes], parts: Collection[int]) -> Iterator[str]:
        """The text of each of these parts, which are in order."""
        text, passed = "", 0
        texts = codecs.iterdecode(pieces, "utf-8")
        ends = [*self._starts[1:], -1]
        for part in parts:
            start, end = self._starts[part], ends[part]
            while (end < 0 or passed + len(text) < end) and (more := next(texts, None)) is not None:
                skip = min(max(start - passed, 0), len(text))
                text, passed = text[skip:] + more, passed + skip
            yield text[start - passed : None if end < 0 else end - passed]


def _line_in(written: str, line: int, below: str) -> int:
    """The line of the element `below` the first in this text, which begins on `line`; of the nearest that is there."""
    steps = [step and (step[1], int(step[2] or 1)) for step in map(STEP.fullmatch, below.split("/") if below else [])]
    at = depth = matched = seen = 0
    for tag in _TAG.finditer(written):
        if tag[1]:
            depth -= 1
            if depth < matched:
                break
            continue
        if depth == matched:
            wanted = steps[matched - 1] if matched else None
            if matched and wanted is not None and tag[2] == wanted[0]:
                seen += 1
            if not matched or (wanted is not None and tag[2] == wanted[0] and seen == wanted[1]):
                at, matched, seen = tag.end(), matched + 1, 0
                if tag[3] or matched > len(steps):
                    break
        depth += not tag[3]
    return line + written.count("\n", 0, at)
