"""A declaratie read from its text while that goes by, without a tree: of lines that are written alike, only the values.

For a message that its schema accepts, which may be judged at the same time, with nothing but elements and text in it.
How the first line is written is learned from a parser, as a pattern with a place for each value; as long as the next
ones fit the pattern no parser is needed. What fits none is parsed by itself, and a message of which too much is, or in
which anything stands that is not foreseen here, is NotPlain: it takes a tree.
"""

from __future__ import annotations

import codecs
import re
from itertools import pairwise
from typing import Any, Final, Generic, NamedTuple, TypeVar

from app.domain.declaratie import Declaratie, DeclaratieClient, DeclaratieHeader, Prestatie
from app.iwmo.line_index import LineIndex
from app.iwmo.node import Problems, Record
from app.iwmo.outline import Plan, Texts, plan_of
from app.iwmo.pad import Element, ElementTree
from app.iwmo.parsing import Unreadable, parse
from app.iwmo.values import Absurd

T = TypeVar("T")

MOST_PATTERNS: Final = 12
"""An element is held against all of them in turn, so there may not be many."""

MOST_PARSED: Final = 500
"""Elements of one message that may be parsed by themselves; each takes as long as twenty that fit a pattern."""

LEARNING: Final = 20
"""So many times the effort of parsing it takes to make a pattern of what was parsed."""

LONGEST: Final = 1 << 20
"""Characters between two places where something begins; nothing in the standard is as long."""

_BLANKS: Final = "[ \t\r\n]*"
_NAME: Final = r"(?:[^\s<>/:='\"]+:)?"
_TAG: Final = re.compile(r"<[^<>]*>")
_SIMPLE: Final = re.compile(r"<(/?)([^\s<>/='\"]+)(/?)>")
_ENTITY: Final = re.compile(r"&(#x?)?([^;]+);")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_OF_ROOT: Final = re.compile(r"<([^\s<>/?!]+)(?:[^<>'\"]|'[^'<]*'|\"[^\"<]*\")*>")
_HEADER_END: Final = re.compile(rf"</{_NAME}Header[ \t\r\n]*>")
_STRUCTURE: Final = re.compile(rf"{_BLANKS}<(/?)({_NAME}(Bericht|Clienten|Client|Prestaties|Prestatie))>")
_ANY_TAG: Final = re.compile(rf"{_BLANKS}<[^<>]*>")
_PRESTATIES: Final = re.compile(rf"<{_NAME}Prestaties>")


class NotPlain(Exception):
    """It cannot be read this way; that says nothing of whether it is right"""


class Pattern(NamedTuple):
    """What the text of an element looks like, with a group for each element in it, and what its values are for."""

    match: re.Pattern[str]
    plan: Plan


class Patterns(Generic[T]):
    """The ways in which elements of a shape were written so far. Threads may share it."""

    def __init__(self, shape: Record[T]) -> None:
        self.shape = shape
        self._known: list[Pattern] = []

    def find(self, text: str, at: int) -> tuple[Plan, Texts, int] | None:
        """How to make what is written at this place, of which texts, and where it ends; None when it is not known."""
        for pattern in self._known:
            found = pattern.match.match(text, at)
            if found is not None:
                texts = found.groups()
                if "&" in found[0]:
                    texts = tuple([_ENTITY.sub(_character, one) for one in texts])
                return pattern.plan, texts, found.end()
        return None

    def learn(self, written: str, element: Element) -> int:
        """Know it from now on, when its tags are simple, and say what that took; the parser made this element of it."""
        match = _pattern_of(written)
        if match is None:
            return 0
        kept = self._known if len(self._known) < MOST_PATTERNS else []
        self._known = [Pattern(match, plan_of(self.shape, element)), *kept]
        return LEARNING


class Way(NamedTuple):
    """How the parts of a 303 of a release are read."""

    header: Record[DeclaratieHeader]
    client: Patterns[DeclaratieClient]
    prestatie: Patterns[Prestatie]


class Skim:
    """Reads one 303 that comes in pieces."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._left = ""
        self._line = 1
        self._parsed = 0
        self._root = "", ""
        self._tree: ElementTree | None = None
        self._header: DeclaratieHeader | None = None
        self._clienten: list[DeclaratieClient] = []
        self._client: dict[str, Any] = {}
        self._prestaties: list[Prestatie] = []
        self._ended = False
        self.absurd = False
        self.index = LineIndex()

    def add(self, piece: bytes) -> None:
        """Read on; NotPlain when it cannot. When something absurd was read the rest is passed over."""
        if self.absurd:
            return
        left = self._left
        try:
            text = left + self._decode(piece)
        except UnicodeDecodeError:
            raise NotPlain from None
        if _more_than_elements(text, max(len(left) - 1, 0), begins=self._tree is None):
            raise NotPlain
        try:
            self._left = text[self._take(text) :]
        except Absurd:
            self.absurd = True
        if len(self._left) > LONGEST + len(piece):
            raise NotPlain

    def finish(self) -> tuple[ElementTree, Declaratie | None]:
        """The tree of the root and the Header alone, and the declaratie: None when something in it is absurd."""
        if self._tree is None or self._header is None or not (self.absurd or (self._ended and not self._left.strip())):
            raise NotPlain
        if self.absurd:
            return self._tree, None
        return self._tree, Declaratie(header=self._header, clienten=tuple(self._clienten))

    def _take(self, text: str) -> int:
        """Read what is complete; how far that goes."""
        at = 0
        while (end := self._next(text, at)) > at:
            self._line += text.count("\n", at, end)
            self.index.passed += end - at
            at = end
        return at

    def _next(self, text: str, at: int) -> int:
        if self._tree is None:
            return self._begin(text)
        return self._in_client(text, at) if self._client else self._between_clienten(text, at)

    def _begin(self, text: str) -> int:
        end = _HEADER_END.search(text)
        root = _OF_ROOT.search(text)
        if end is None or root is None:
            return 0
        self._root = root[0], f"</{root[1]}>"
        tree = parse(f"{text[: end.end()]}{self._root[1]}".encode())
        if isinstance(tree, Unreadable):
            raise NotPlain
        problems: Problems = []
        self._tree = tree
        self._header = self._way.header.read(tree.getroot()[0], "/Bericht/Header", problems)
        _demand_none(problems)
        return end.end()

    def _between_clienten(self, text: str, at: int) -> int:
        found = self._way.client.find(text, at)
        if found is not None:
            plan, texts, end = found
            self._begin_client(plan.values(texts))
            return end
        tag = _STRUCTURE.match(text, at)
        if tag is None:
            return _waiting(text, at)
        if tag[1] and tag[3] == "Bericht":
            self._ended = True
        elif tag[3] == "Client" and not tag[1]:
            return self._parse_client(text, at, tag[2])
        elif tag[3] != "Clienten":
            raise NotPlain
        return tag.end()

    def _parse_client(self, text: str, at: int, name: str) -> int:
        list_begins = _PRESTATIES.search(text, at)
        if list_begins is None:
            return at
        written = text[at : list_begins.end()]
        element = self._element(f"{written}</{list_begins[0][1:]}</{name}>")
        self._parsed += self._way.client.learn(written, element)
        values: dict[str, Any] = {}
        problems: Problems = []
        for child in element:
            self._way.client.shape.by_tag[child.tag].read_into(values, child, "", problems)
        _demand_none(problems)
        self._begin_client(values)
        return list_begins.end()

    def _begin_client(self, values: dict[str, Any]) -> None:
        self._client = {**values, "pad": f"/Bericht/Clienten/Client[{len(self._clienten) + 1}]"}
        self.index.client(self._line)

    def _in_client(self, text: str, at: int) -> int:
        found = self._way.prestatie.find(text, at)
        if found is not None:
            plan, texts, end = found
            self._add(self._way.prestatie.shape.make(**plan.values(texts), pad=self._pad()))
            return end
        tag = _STRUCTURE.match(text, at)
        if tag is None:
            return _waiting(text, at)
        if tag[3] == "Prestatie" and not tag[1]:
            return self._parse_prestatie(text, at, tag[2])
        if not tag[1]:
            raise NotPlain
        if tag[3] == "Client":
            prestaties = tuple(self._prestaties)
            self._clienten.append(self._way.client.shape.make(**{**self._client, "prestaties": prestaties}))
            self._client, self._prestaties = {}, []
        return tag.end()

    def _parse_prestatie(self, text: str, at: int, name: str) -> int:
        end_tag = f"</{name}>"
        end = text.find(end_tag, at)
        if end < 0:
            return at
        end += len(end_tag)
        written = text[at:end]
        element = self._element(written)
        self._parsed += self._way.prestatie.learn(written, element)
        problems: Problems = []
        self._add(self._way.prestatie.shape.read(element, self._pad(), problems))
        _demand_none(problems)
        return end

    def _add(self, prestatie: Prestatie) -> None:
        self._prestaties.append(prestatie)
        self.index.prestatie(self._line)

    def _pad(self) -> str:
        return f"{self._client['pad']}/Prestaties/Prestatie[{len(self._prestaties) + 1}]"

    def _element(self, written: str) -> Element:
        """What a parser makes of an element, within the root that declares the namespaces."""
        self._parsed += 1
        begin, end = self._root
        tree = parse(f"{begin}{written}{end}".encode())
        if isinstance(tree, Unreadable) or self._parsed > MOST_PARSED or len(tree.getroot()) != 1:
            raise NotPlain
        return tree.getroot()[0]


def _more_than_elements(text: str, start: int, *, begins: bool) -> bool:
    """Whether there is a comment, CDATA or processing instruction from `start` on; the message may begin with one."""
    # A single character is found much faster, and few messages have these.
    asked = text.find("<?", max(start, int(begins))) if "?" in text else -1
    return asked >= 0 or ("!" in text and text.find("<!", start) >= 0)


def _demand_none(problems: Problems) -> None:
    if problems:
        raise Absurd


def _waiting(text: str, at: int) -> int:
    """Stay here until there is more; a tag that is all there is one that is not foreseen."""
    if _ANY_TAG.match(text, at):
        raise NotPlain
    return at


def _pattern_of(written: str) -> re.Pattern[str] | None:
    """The pattern of what is written so; None when a tag in it holds more than a name."""
    tags = _TAG.findall(written)
    pattern: list[str] = []
    for tag, following in pairwise([*tags, ""]):
        simple = _SIMPLE.fullmatch(tag)
        if simple is None:
            return None
        is_leaf = following == f"</{simple[2]}>" and not simple[3]
        group = "" if simple[1] else r"([^<\r]*)" if is_leaf else "()"
        pattern.append(f"{re.escape(tag)}{group}{'' if is_leaf and not simple[1] else _BLANKS}")
    return re.compile(_BLANKS + "".join(pattern)) if pattern else None


def _character(found: re.Match[str]) -> str:
    """What an entity stands for; the parser that accepted the message knows no others."""
    base, name = found.groups()
    return chr(int(name, 16 if base == "#x" else 10)) if base else _ENTITIES[name]
