"""Values of the simple types of the standard: valid ones, and ones on either side of every facet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from lxml import etree

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
VISIBLE = LETTERS + DIGITS + ".,-'éë😀\u00a0"

BLANKS = (
    "",
    " ",
    "\u00a0",
    "\n",
    "\t",
    "\r",
    ".",
    " . ",
    " \n.",
    "a\nb",
    "\ta",
    "a\r",
    " a ",
    "\u2003",
    "😀",
    "\u00a0a",
)
INTEGERS = ("+1", "-0", "-1", "007", "0" * 40 + "1", "1.0", "1e1", " 1 ", "１", "0x1", "1 0", "")
DATES = (
    "2019-02-29", "2020-02-29", "2019-05-20Z", "2019-05-20+01:00", " 2019-05-20 ", "12018-01-01", "-0044-01-01",
    "0000-01-01", "2019-5-2", "2019-05-20T00:00:00", "20190520", "2019-13-01", "9999-12-31", "\u00a02019-05-20", "",
)  # fmt: skip
TIMES = (
    "24:00:00", "24:00:01", "12:00:00Z", "12:00:00.5", "25:00:00", "12:60:00", "12:00", "12:00:00-01:00",
    "12:00:00+01:00", " 12:00:00 ", "12:00:00.", "12:00:60", "\n12:00:00", "",
)  # fmt: skip


def _some(random: Random, alphabet: str, least: int, most: int) -> str:
    return "".join(random.choices(alphabet, k=random.randint(least, max(least, most))))


def _line(random: Random, most: int) -> str:
    return random.choice(LETTERS) + _some(random, VISIBLE + " ", 0, most - 1)


def _text(random: Random, most: int) -> str:
    return (
        _some(random, " \n\t", 0, 2)[: most - 1] + random.choice(LETTERS) + _some(random, VISIBLE + " \n", 0, most - 3)
    )


def _servicebureau(random: Random, most: int) -> str:
    return random.choice(("0" * 8, f"98{random.randint(1, 999_999):06}"))[:most]


BY_PATTERN: dict[str, Callable[[Random, int], str]] = {
    r"[ \t]*[^\s][^\n\r]*": _line,
    r"\s*\S[\s\S]*": _text,
    r"[0-9]*": lambda random, most: _some(random, DIGITS, 1, most),
    r"[0-9]{4}": lambda random, _: _some(random, DIGITS, 4, 4),
    r"[0-9]{8}": lambda random, _: _some(random, DIGITS, 8, 8),
    r"[0-9]{9}": lambda random, _: _some(random, DIGITS, 9, 9),
    r"[^\s][0-9]*": lambda random, most: random.choice("+" + DIGITS) + _some(random, DIGITS, 0, most - 1),
    r"[^\s][a-zA-Z]*": lambda random, most: random.choice(VISIBLE) + _some(random, LETTERS, 0, most - 1),
    r"([a-zA-Z0-9])+": lambda random, most: _some(random, LETTERS + DIGITS, 1, most),
    r"([a-zA-ZÀ-ỳ])+": lambda random, most: _some(random, LETTERS + "ÀÉëỳ", 1, most),
    r"NL[0-9]{9}B[0-9]{2}": lambda random, _: f"NL{_some(random, DIGITS, 9, 9)}B{_some(random, DIGITS, 2, 2)}",
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)": lambda random, _: (
        f"{random.randint(0, 20)}.0.{random.randint(0, 9)}"
    ),
    r"(0{8})|98((00000[1-9])|(0000[1-9][0-9])|(000[1-9][0-9]{2})|(00[1-9][0-9]{3})|(0[1-9][0-9]{4})|([1-9][0-9]{5}))": (
        _servicebureau
    ),
}
"""A generator for each pattern of the standard; a new pattern asks for a new one."""


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A simple type with the facets of itself and of what it restricts, its own first."""

    base: str
    enumeration: tuple[str, ...]
    pattern: str | None
    least: int
    most: int

    @classmethod
    def of(cls, restrictions: Sequence[etree._Element]) -> SimpleType:
        """The type that these restrictions make together."""
        facets: dict[str, list[str]] = {}
        for restriction in restrictions:
            own: dict[str, list[str]] = {}
            for facet in restriction:
                own.setdefault(etree.QName(facet).localname, []).append(facet.get("value", ""))
            facets = own | facets
        is_number = restrictions[-1].get("base") == "xs:integer"
        lower, upper = ("minInclusive", "maxInclusive") if is_number else ("minLength", "maxLength")
        return cls(
            base=restrictions[-1].get("base", "").removeprefix("xs:"),
            enumeration=tuple(facets.get("enumeration", ())),
            pattern=facets.get("pattern", [None])[0],
            least=int(facets.get(lower, ["0"])[0]),
            most=int(facets.get(upper, ["60"])[0]),
        )

    def valid(self, random: Random) -> str:
        """A value that the type accepts."""
        if self.base == "date":
            return f"{random.randint(1900, 2030)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        if self.base == "time":
            return f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
        if self.pattern and self.pattern.replace("|", "").isdigit():
            return random.choice(self.pattern.split("|"))
        if self.enumeration:
            return random.choice(self.enumeration)
        if self.base == "integer":
            return random.choice((str(random.randint(self.least, self.most)), str(self.most), str(self.least)))
        return BY_PATTERN[self.pattern](random, self.most) if self.pattern else _line(random, self.most)

    def edge(self, random: Random) -> str:
        """A value at or over an edge: most are refused, some are not."""
        choices = (self._of_its_kind, self._of_an_edge_length, self._spoiled, lambda _: random.choice(BLANKS))
        return random.choice(choices)(random)

    def _of_its_kind(self, random: Random) -> str:
        bounds = (self.least - 1, self.least, self.most, self.most + 1)
        of_kind = {"date": DATES, "time": TIMES, "integer": (*INTEGERS, *map(str, bounds))}
        return random.choice(of_kind.get(self.base, (*BLANKS, *INTEGERS)))

    def _of_an_edge_length(self, random: Random) -> str:
        length = random.choice((self.least - 1, self.least, self.most, self.most + 1))
        return random.choice("a0 😀\u00a0é") * max(0, min(length, 250))

    def _spoiled(self, random: Random) -> str:
        value = self.valid(random)
        at = random.randint(0, len(value))
        inserted = value[:at] + random.choice(" \n\t\r\u00a0x9.-Z:é😀") + value[at:]
        return random.choice((inserted, value[:-1], value[1:], value + value, value.lower(), f" {value} "))
