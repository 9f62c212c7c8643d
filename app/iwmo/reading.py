"""From the bytes of a message to what it says, in two steps with the XSD between them: recognise, then read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from lxml import etree

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import AangebodenDeclaratie, Declaratie
from app.domain.refusals import RejectedBericht, UnreadableBericht
from app.domain.retour import capped
from app.iwmo.aanduiding import Aanduiding, aanduiding_of
from app.iwmo.document import ROOT
from app.iwmo.line_index import LineIndex
from app.iwmo.node import Problems, unreadable
from app.iwmo.pad import Element, ElementTree
from app.iwmo.parsing import (
    ParserFor,
    Unreadable,
    blankless_parser,
    in_pieces,
    parse,
    parse_judged,
    root_namespace,
)
from app.iwmo.release import Adapter, Inhoud
from app.iwmo.releases import RELEASES
from app.iwmo.skim import NotPlain, Skim
from app.iwmo.source_line import Places
from app.iwmo.xsd import LARGEST_WHOLE, Schemas

__all__ = ["Aanduiding", "Inhoud", "Recognised", "Skimmed", "declared", "may_be_skimmed", "read", "recognise", "skim"]

Source: TypeAlias = Callable[[], Iterable[bytes]]
"""The bytes of a message in pieces, from the start each time it is asked."""

_BY_NAMESPACE: Final[dict[str, tuple[str, Adapter]]] = {
    adapter.namespace: (release.naam, adapter) for release in RELEASES.values() for adapter in release.adapters.values()
}
_BY_ROOT: Final = {f"{{{namespace}}}{ROOT}": found for namespace, found in _BY_NAMESPACE.items()}
_IWMO = re.compile(r"http://www\.istandaarden\.nl/iwmo/([0-9]{1,2})_([0-9]{1,2})/(wmo[0-9]{3})/schema[/_0-9]*")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document that is XML and says which message of which release it is.

    `accepted`: the XSD holds for it; else that has not been judged yet. What was large has a `source`, its bytes again
    in pieces, and a tree that does not know its lines. One that was `skimmed` has no more in its tree than the Header;
    its `inhoud` was read already, and is None when something in it cannot be meant; of one that another process read
    only what is `aangeboden` is known here.
    """

    release: str
    soort: Berichtsoort
    tree: ElementTree
    accepted: bool = False
    source: Source | None = field(default=None, repr=False, compare=False)
    skimmed: LineIndex | None = field(default=None, repr=False, compare=False)
    inhoud: Inhoud | None = field(default=None, repr=False, compare=False)
    aangeboden: AangebodenDeclaratie | None = field(default=None, repr=False, compare=False)
    _places: list[Places] = field(default_factory=list, init=False, repr=False, compare=False)

    def with_lines(self) -> ElementTree:
        """The tree, parsed again when it does not know its lines: only what has findings needs them."""
        return self._looked_at().tree

    def line_of(self, pad: str) -> int | None:
        """The source line of the element at the path, or of its nearest ancestor that is there.

        None when the path does not begin at the root. Asking for every line of a large message stays cheap.
        """
        return self._looked_at().line_of(pad)

    def lines_of(self, pads: Iterable[str]) -> Mapping[str, int | None]:
        """The same for many paths; a large message is gone through once."""
        if self.skimmed is not None and self.source is not None:
            return self.skimmed.lines_of(self.source(), pads)
        return {pad: self.line_of(pad) for pad in pads}

    def _looked_at(self) -> Places:
        if not self._places:
            tree = self.tree if self.source is None else parse(b"".join(self.source()))
            if isinstance(tree, Unreadable):
                raise TypeError("what was parsed can be parsed again")
            self._places.append(Places(tree))
        return self._places[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skimmed:
    """What one process tells another of a large 303 that it read and its XSD accepts.

    `root` is its XML with the Header alone; `index` knows on which lines its parts stand.
    """

    release: str
    soort: Berichtsoort
    root: bytes = field(repr=False)
    index: LineIndex = field(repr=False)
    aangeboden: AangebodenDeclaratie

    def of(self, body: bytes) -> Recognised:
        """The same as this process has it, with the bytes that it was read from."""
        tree = parse(self.root)
        if isinstance(tree, Unreadable):
            raise TypeError("what was read can be read again")
        return Recognised(
            self.release,
            self.soort,
            tree,
            accepted=True,
            source=lambda: in_pieces(body),
            skimmed=self.index,
            aangeboden=self.aangeboden,
        )


def may_be_skimmed(body: bytes) -> bool:
    """Whether the root is that of a message that `skim` reads."""
    found = _BY_NAMESPACE.get(root_namespace(body) or "")
    return found is not None and found[1].skim is not None


def skim(pieces: Iterator[bytes], schemas: Schemas) -> Skimmed | None:
    """Read and judge a large 303 that goes by once; None for anything else, and when something in it is absurd."""
    first = next(pieces, b"")
    found = _skimmed(lambda: chain([first], pieces), first, schemas)
    if found is None or found.skimmed is None or not isinstance(found.inhoud, Declaratie):
        return None
    return Skimmed(
        release=found.release,
        soort=found.soort,
        root=etree.tostring(found.tree),
        index=found.skimmed,
        aangeboden=AangebodenDeclaratie(header=found.inhoud.header, bsns=found.inhoud.bsns),
    )


def recognise_again(source: Source) -> Recognised:
    """The same for a message that was recognised and accepted before."""
    first = next(iter(source()), b"")
    skimmed = _skimmed(source, first, None) if len(first) > LARGEST_WHOLE else None
    return skimmed or _recognised(b"".join(source()), blankless_parser)


def recognise(body: bytes, schemas: Schemas | None = None) -> Recognised:
    """The tree of the body, and which message of which release it is by the namespace of its root.

    With schemas what is large is judged while it is parsed, and a large 303 is read as well.

    UnreadableBericht, with one finding (rule LEES), for anything that is not XML 1.0 in UTF-8 without byte order mark
    and DOCTYPE, or is not a message of a known release. Its text names what and where, never content.
    """
    if schemas is None or len(body) <= LARGEST_WHOLE:
        return _recognised(body, None)
    return _skimmed(lambda: in_pieces(body), body, schemas) or _recognised(body, schemas.judging_parser)


def _skimmed(source: Source, start: bytes, schemas: Schemas | None) -> Recognised | None:
    """A large message as it is read without a tree, and judged with schemas; None when it takes a tree."""
    found = _BY_NAMESPACE.get(root_namespace(start) or "")
    if found is None or found[1].skim is None:
        return None
    release, adapter = found
    judge = schemas.judge(release, adapter.soort) if schemas else None
    skim = Skim(found[1].skim)
    try:
        for piece in source():
            if judge is not None and not judge.add(piece):
                return None
            skim.add(piece)
        tree, inhoud = skim.finish()
    except NotPlain:
        return None
    if judge is not None and not judge.holds():
        return None
    return Recognised(release, adapter.soort, tree, accepted=True, source=source, skimmed=skim.index, inhoud=inhoud)


def _recognised(body: bytes, parser_for: ParserFor | None) -> Recognised:
    judged = parse_judged(body, parser_for) if parser_for and len(body) > LARGEST_WHOLE else None
    tree = judged or parse(body)
    if isinstance(tree, Unreadable):
        raise _refusal(tree)
    root = tree.getroot()
    found = _BY_ROOT.get(str(root.tag))
    if found is None:
        raise _refusal(Unreadable(_unknown(root), root.sourceline))
    release, adapter = found
    source = (lambda: in_pieces(body)) if judged else None
    return Recognised(release, adapter.soort, tree, accepted=judged is not None, source=source)


def read(recognised: Recognised) -> Inhoud:
    """What the message says. Only for a tree that the XSD accepts.

    RejectedBericht, with findings (rule LEES), for values that the XSD allows and that cannot be meant, such as the
    year 12018.
    """
    if recognised.inhoud is not None:
        return recognised.inhoud
    adapter = RELEASES[recognised.release].adapters[recognised.soort]
    tree = recognised.with_lines() if recognised.skimmed is not None else recognised.tree
    problems: Problems = []
    inhoud = adapter.read(tree.getroot(), problems)
    if problems:
        problems = []
        adapter.read(recognised.with_lines().getroot(), problems)
        detail = f"Het bericht bevat waarden die niet bedoeld kunnen zijn: {len(problems)}."
        raise RejectedBericht(detail, findings=capped(problems))
    return inhoud


def declared(recognised: Recognised) -> Aanduiding:
    """What the header says about sender, receiver and number, as far as it can be read; also when the XSD refuses."""
    return aanduiding_of(recognised.soort, recognised.tree.getroot())


def _namespace(root: Element) -> str:
    return str(root.tag).removeprefix("{").rpartition("}")[0]


def _unknown(root: Element) -> str:
    place = f"(regel {root.sourceline})"
    known = "bekend zijn de releases " + " en ".join(RELEASES)
    namespace = _namespace(root)
    iwmo = _IWMO.fullmatch(namespace)
    if namespace in _BY_NAMESPACE:
        return f"Het eerste element van een bericht heet {ROOT} {place}."
    if iwmo is None:
        return f"Het eerste element heeft niet de namespace van een iWmo-bericht {place}; {known}."
    major, minor, soort = iwmo.groups()
    return f"{soort.upper()} van release {major}.{minor} wordt niet gelezen {place}; {known}."


def _refusal(problem: Unreadable) -> UnreadableBericht:
    finding = unreadable("/", problem.melding, problem.regelnummer)
    return UnreadableBericht(problem.melding, findings=(finding,))
