"""Errors of libxml2 as findings: where, in Dutch, and without anything that the message itself holds.

The errors are gathered while the message streams by, not on its tree. On a tree libxml2 gives each error a path and
counts all preceding siblings for it: 50,000 wrong prestaties, 0.7 MB, took 8 s, and 25 MB would take hours. A stream
knows no places; they follow from the tag that was fed when the error came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Protocol

from lxml import etree

from app.domain.retour import MOST_FINDINGS, Finding
from app.iwmo.pad import Element, ElementTree, Pads, shown_name
from app.iwmo.xsd_meldingen import explain

REGEL = "XSD"
MOST_ERRORS = 20_000
CHUNK = 4 * 1024

Error = etree._LogEntry  # pyright: ignore[reportPrivateUsage]


def findings_on(schema: etree.XMLSchema, tree: ElementTree) -> tuple[Finding, ...]:
    """What libxml2 has against a message, in its order, and one last finding on how many more there are."""
    body = etree.tostring(tree.getroot(), encoding="utf-8", with_tail=False)
    ends = _ends_of_chunks(body)
    counts = _errors_by_chunk(schema, body, ends)
    if counts is None:
        return ()
    placed = _placed_errors(schema, body, ends, counts)
    elements = _elements_of(tree, {tag for tag, _ in placed})
    pads = Pads()
    found = [_finding(error, elements.get(tag, tree.getroot()), pads) for tag, error in placed]
    return (*_without_repetition(found), *_on_the_rest(max(counts) - len(found)), *(() if found else [_nowhere(tree)]))


class _NoTree:
    """A parser target that wants no events, so that nothing is kept of the message."""

    def close(self) -> None:
        """There is no result."""


class FeedParser(Protocol):
    """What is used of a parser here."""

    @property
    def feed_error_log(self) -> Iterable[Error]:
        """What was wrong so far."""
        ...

    def feed(self, data: bytes) -> None:
        """Go on with these bytes."""
        ...

    def close(self) -> object:
        """There is no more."""
        ...


def judging_parser(schema: etree.XMLSchema) -> FeedParser:
    """A parser that judges what it is fed, and makes nothing of it."""
    no_tree: Any = _NoTree()  # lxml looks for each method of a target, its types ask for all of them
    return etree.XMLParser(schema=schema, target=no_tree, no_network=True, resolve_entities=False)


def _errors_by_chunk(schema: etree.XMLSchema, body: bytes, ends: Sequence[int]) -> list[int] | None:
    """How many errors there are up to the end of each chunk; None when the message is valid."""
    parser = judging_parser(schema)
    counts = [0]
    # Whatever makes libxml2 give up, also on a value that it cannot judge, is an invalid message.
    with suppress(etree.XMLSyntaxError, etree.XMLSchemaValidateError):
        for start, end in pairwise(ends):
            parser.feed(body[start:end])
            counts.append(_count(parser))
            if counts[-1] > MOST_ERRORS:
                return counts
        parser.close()
        counts.append(_count(parser))
        return counts if counts[-1] else None
    return counts


def _placed_errors(
    schema: etree.XMLSchema, body: bytes, ends: Sequence[int], counts: Sequence[int]
) -> list[tuple[int, Error]]:
    """The first errors, each with the number of the tag that brought it, counted from 1."""
    parser = judging_parser(schema)
    fed = 0
    tags: list[int] = []
    with suppress(etree.XMLSyntaxError, etree.XMLSchemaValidateError):
        for (start, end), (before, after) in zip(pairwise(ends), pairwise(counts), strict=False):
            chunk = body[start:end]
            for piece in (chunk,) if before == after else _tags_of(chunk):
                parser.feed(piece)
                fed += piece.count(b">")
                tags += [fed] * (_count(parser) - len(tags))
            if len(tags) > MOST_FINDINGS:
                break
    return list(zip(tags, parser.feed_error_log, strict=False))[:MOST_FINDINGS]


def _count(parser: FeedParser) -> int:
    return sum(1 for _ in parser.feed_error_log)


def _ends_of_chunks(body: bytes) -> list[int]:
    """Where the chunks begin and end, each behind a tag: in what lxml writes, > stands in tags only."""
    ends = [0]
    while ends[-1] < len(body):
        ends.append((body.find(b">", ends[-1] + CHUNK) + 1) or len(body))
    return ends


def _tags_of(chunk: bytes) -> Iterator[bytes]:
    """The tags of a chunk, each with the text before it."""
    return (part + b">" for part in chunk.split(b">")[:-1])


def _elements_of(tree: ElementTree, wanted: set[int]) -> dict[int, Element]:
    """The elements that the tags with these numbers open or close."""
    found: dict[int, Element] = {}
    last = max(wanted, default=0)
    for tag, element in enumerate(_tagged(tree), 1):
        if tag in wanted:
            found[tag] = element
        if tag >= last:
            break
    return found


def _tagged(tree: ElementTree) -> Iterator[Element]:
    """For each tag that lxml writes its element; an element without content has one, unless it holds empty text."""
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start" or len(element) or element.text is not None:
            yield element


def _finding(error: Error, near: Element, pads: Pads) -> Finding:
    element = _named_in(error, near)
    melding, waarden = explain(error.type_name, error.message, shown_name(element))
    return Finding(
        regel=REGEL,
        retourcode=None,
        pad=pads.of(element),
        melding=melding,
        waarden=waarden,
        regelnummer=element.sourceline,
    )


def _named_in(error: Error, near: Element) -> Element:
    """The element that the error is about: the one of the tag, or one around it."""
    for element in (near, *near.iterancestors()):
        if error.message.startswith(f"Element '{element.tag}'"):
            return element
    return near


def _without_repetition(findings: Iterable[Finding]) -> Iterator[Finding]:
    """libxml2 reports text that stands between elements once for each piece of it."""
    previous: Finding | None = None
    for finding in findings:
        if finding != previous:
            yield finding
        previous = finding


def _on_the_rest(more: int) -> list[Finding]:
    if more <= 0:
        return []
    complete = more <= MOST_ERRORS - MOST_FINDINGS
    melding = f"Er zijn nog {more} fouten." if complete else f"Er zijn nog meer dan {more} fouten."
    return [
        Finding(
            regel=REGEL,
            retourcode=None,
            pad="/Bericht",
            melding=melding,
            waarden={"niet_getoond": more, "volledig": complete},
        )
    ]


def _nowhere(tree: ElementTree) -> Finding:
    root = tree.getroot()
    melding = "Het bericht voldoet niet aan het schema; de plaats is niet vast te stellen."
    return Finding(
        regel=REGEL, retourcode=None, pad=Pads().of(root), melding=melding, waarden={}, regelnummer=root.sourceline
    )
