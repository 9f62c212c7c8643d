"""The source of a message as lines to read: all of a small one, of a large one those that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Final

MOST_LINES: Final = 400
"""Lines shown of one message, whatever its size."""

FIRST_LINES: Final = 40
AROUND: Final = 4
"""Lines shown before and after one that matters."""

LONGEST: Final = 400
"""Characters shown of a line."""

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
    total = body.count(b"\n") + (not body.endswith(b"\n"))
    wanted = range(1, total + 1) if total <= most else _windows(at, total, most)
    shown, bsns = _pick(body, set(wanted))
    blocks = [tuple(r for _, r in run) for _, run in groupby(enumerate(shown), lambda item: item[1].nummer - item[0])]
    return Bron(blokken=tuple(blocks), aantal=total, bsns=bsns)


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


def _pick(body: bytes, wanted: set[int]) -> tuple[list[Regel], frozenset[str]]:
    """The wanted lines, and whom they may be about: also the client whose element holds them."""
    last, shown, bsns = max(wanted, default=0), list[Regel](), set[str]()
    current: str | None = None
    pending = False  # a wanted line may stand above the Bsn of its client
    for number, line in enumerate(BytesIO(body), 1):
        found = [match.decode() for match in _BSN.findall(line)] if b"Bsn>" in line else []
        if found and pending:
            bsns.add(found[0])
            pending = False
        if number in wanted:
            shown.append(_regel(number, line))
            bsns.update(found, (current,) if current else ())
            pending = True
        current = found[-1] if found else current
        if number > last and not pending:
            break
    return shown, frozenset(bsns)


def _regel(number: int, line: bytes) -> Regel:
    cut = line[: LONGEST * 4 + 4]  # at most four bytes make a character
    text = "".join(_visible(cut.decode("utf-8", "replace").rstrip("\r\n")))
    return Regel(nummer=number, tekst=text[:LONGEST], weg=max(len(line) - len(cut), 0) + max(len(text) - LONGEST, 0))


def _visible(text: str) -> Iterator[str]:
    """The characters, with a mark for those that cannot be seen or that would turn the others round."""
    return (" " if one == "\t" else one if one.isprintable() else "\ufffd" for one in text)


def lines_of(regelnummers: Sequence[int | None]) -> list[int]:
    """The line numbers that are known, each once, in order of first mention."""
    return list(dict.fromkeys(number for number in regelnummers if number is not None))
