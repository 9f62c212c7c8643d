"""The source of a message as lines to read: all of a small one, of a large one those that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

MOST_LINES: Final = 400
"""Lines shown of one message, whatever its size."""

FIRST_LINES: Final = 40
AROUND: Final = 4
"""Lines shown before and after one that matters."""

LONGEST: Final = 400
"""Characters shown of a line."""

CHUNK: Final = 4096
NEAR: Final = 60
MOST_CODES: Final = 50
NOT_A_FAULT: Final = frozenset({"0200", "8001"})
_PIECE: Final = re.compile(r"<[^<>]*>?|[^<]+")
_NAMED: Final = (
    rb"<(?P<open>/?)(?:[A-Za-z_][\w.-]*:)?"
    rb"(?P<naam>RetourCode|ReferentieNummer|ToewijzingNummer|Prestatie|ToegewezenProduct|Bsn)>(?P<tekst>[^<]{0,40})"
)
_CODES: Final = re.compile(_NAMED)
_NUMBER: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?ToewijzingNummer>\s*([0-9]{1,9})\s*<")
_BSN: Final = re.compile(rb"Bsn>\s*([0-9]{9})\s*<")


class _Place(NamedTuple):
    """Where a line begins."""

    line: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """A line of the source; `weg`: how many characters at its end are left out."""

    nummer: int
    tekst: str = field(repr=False)
    weg: int = 0

    @property
    def stukken(self) -> list[tuple[bool, str]]:
        """The line in pieces, each with whether it is a tag.

        >>> Regel(nummer=1, tekst="  <a>b</a>").stukken
        [(False, '  '), (True, '<a>'), (False, 'b'), (True, '</a>')]
        """
        return [(piece.startswith("<"), piece) for piece in _PIECE.findall(self.tekst)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bron:
    """The lines that are shown, in blocks that follow each other; `aantal` is how many the source has.

    `bsns`: whom the lines may name, too many rather than too few.
    """

    blokken: tuple[tuple[Regel, ...], ...]
    aantal: int
    bsns: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def getoond(self) -> int:
        """How many lines are shown."""
        return sum(map(len, self.blokken))

    @property
    def weggelaten(self) -> int:
        """How many lines are left out."""
        return self.aantal - self.getoond

    def has(self, nummer: int | None) -> bool:
        """Whether a line is shown."""
        return any(blok[0].nummer <= nummer <= blok[-1].nummer for blok in self.blokken) if nummer else False

    def around(self, nummer: int, *, above: int = 2, below: int = 2) -> tuple[Regel, ...]:
        """A line with those beside it, as far as they are shown."""
        near = range(nummer - above, nummer + below + 1)
        return tuple(regel for blok in self.blokken for regel in blok if regel.nummer in near)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOpRegel:
    """A retourcode in a message: on which line, and about which line of the sender (its ReferentieNummer)."""

    code: str
    regelnummer: int
    betreft: str | None = None


def source_of(body: bytes, at: Iterable[int], *, most: int = MOST_LINES) -> Bron:
    """The source, with the lines in `at` and those around them when it is too long to show whole.

    What is shown is bounded in lines and characters, however large or odd the body.
    """
    total = body.count(b"\n") + (bool(body) and not body.endswith(b"\n"))
    wanted = range(1, total + 1) if total <= most else sorted(_windows(at, total, most))
    blocks, bsns, place = list[tuple[Regel, ...]](), set[str](), _Place(1, 0)
    for first, last in _runs(wanted):
        start = _at_line(body, first, place)
        regels, end = _block(body, start.offset, first, last)
        bsns |= _named_near(body, start.offset, end)
        blocks.append(regels)
        place = _Place(last + 1, end)
    return Bron(blokken=tuple(blocks), aantal=total, bsns=frozenset(bsns))


def codes_in(body: bytes) -> tuple[CodeOpRegel, ...]:
    """The first 50 retourcodes in a message that say that something is wrong, each with its line."""
    found: list[CodeOpRegel] = []
    line, place, referentie = 1, 0, None
    for match in _CODES.finditer(body):
        name, closing, value = match["naam"], bool(match["open"]), match["tekst"].decode("ascii", "replace").strip()
        if name in {b"Prestatie", b"ToegewezenProduct"}:
            referentie = None
        elif not closing and name in {b"ReferentieNummer", b"ToewijzingNummer"}:
            referentie = value if name == b"ReferentieNummer" or referentie is None else referentie
        elif not closing and name == b"RetourCode" and value not in NOT_A_FAULT:
            line, place = line + body.count(b"\n", place, match.start()), match.start()
            found.append(CodeOpRegel(code=value, regelnummer=line, betreft=referentie))
            if len(found) == MOST_CODES:
                break
    return tuple(found)


def bsns_in(body: bytes) -> frozenset[str]:
    """Everybody whom a message names, also one that cannot be read as a message."""
    return frozenset(match[1].decode() for match in _BSN.finditer(body))


def toewijzing_nummers_in(body: bytes, *, most: int) -> tuple[int, ...]:
    """The first different ToewijzingNummers that a message names."""
    found: dict[int, None] = {}
    for match in _NUMBER.finditer(body):
        found[int(match[1])] = None
        if len(found) == most:
            break
    return tuple(found)


def _windows(at: Iterable[int], total: int, most: int) -> set[int]:
    wanted = set(range(1, FIRST_LINES + 1))
    for number in dict.fromkeys(at):
        window = set(range(max(number - AROUND, 1), min(number + AROUND, total) + 1))
        if len(wanted | window) > most:
            break
        wanted |= window
    return wanted


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each row of numbers that follow each other."""
    for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0]):
        row = [number for _, number in run]
        yield row[0], row[-1]


def _at_line(body: bytes, number: int, place: _Place) -> _Place:
    """Where a line begins, counting on from a place before it."""
    line, offset = place
    while line < number:
        end = offset + CHUNK
        passed = body.count(b"\n", offset, end)
        if line + passed >= number:
            break
        line, offset = line + passed, end
    while line < number:
        line, offset = line + 1, body.index(b"\n", offset) + 1
    return _Place(line, offset)


def _block(body: bytes, offset: int, first: int, last: int) -> tuple[tuple[Regel, ...], int]:
    """The lines from one that begins at an offset, and where the line after the last begins."""
    regels: list[Regel] = []
    for number in range(first, last + 1):
        end = body.find(b"\n", offset)
        end = len(body) if end < 0 else end
        regels.append(_regel(number, body, offset, end))
        offset = end + 1
    return tuple(regels), offset


def _named_near(body: bytes, start: int, end: int) -> set[str]:
    """Whom a block may be about: who is named in it, last before it, and first after it, for a name may stand above."""
    found = {match[1].decode() for match in _BSN.finditer(body, start, end)}
    before = body.rfind(b"Bsn>", 0, start)
    if before >= 0:
        found.update(match.decode() for match in _BSN.findall(body, max(before - NEAR, 0), before + NEAR)[-1:])
    after = _BSN.search(body, end)
    return found | ({after[1].decode()} if after else set[str]())


def _regel(number: int, body: bytes, start: int, end: int) -> Regel:
    cut = body[start : min(end, start + LONGEST * 4)]  # at most four bytes make a character
    text = "".join(_visible(cut.decode("utf-8", "replace").rstrip("\r")))
    weg = (end - start - len(cut)) + max(len(text) - LONGEST, 0)
    return Regel(nummer=number, tekst=text[:LONGEST], weg=weg)


def _visible(text: str) -> Iterator[str]:
    """The characters, with a mark for those that cannot be seen or that would turn the others round."""
    return (" " if one == "\t" else one if one.isprintable() else "\ufffd" for one in text)


def lines_of(regelnummers: Sequence[int | None]) -> list[int]:
    """The line numbers that are known, each once, in order of first mention."""
    return list(dict.fromkeys(number for number in regelnummers if number is not None))
