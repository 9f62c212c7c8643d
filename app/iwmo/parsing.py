"""From bytes that anyone may have sent to an XML tree, or to what is wrong with them.

Nothing is resolved, loaded or fetched; comments and processing instructions are gone from the tree, so that text is
whole. No text that leaves this module holds a word of the document, and no exception of the parser leaves it.
"""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lxml import etree

from app.iwmo.pad import Element, ElementTree

CHUNK_BYTES: Final = 1 << 16
LONGEST_DECLARATION: Final = 60
"""Of XML in UTF-8; in a longer one, or behind it, there may be more question marks."""

PIECE_BYTES: Final = 1 << 18
"""Of a message that is read without a tree."""

JUDGED_BYTES: Final = 1 << 20
"""Between two looks at whether a large message is still valid."""

BYTE_ORDER_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_BLANKS = re.compile(rb"[ \t\r\n]*")
_USUAL: Final = re.compile(rb"""(?:<\?xml version=["']1\.0["'] encoding=["']UTF-8["'] ?\?>[ \t\r\n]*)?<[A-Za-z]""")
_DECLARED_ENCODING = re.compile(rb"""[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")

_NOT_FINISHED = "Het bericht breekt af: niet alles wat begint, wordt ook gesloten"
_REASONS: Final[dict[int, str]] = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: "Er staat geen XML-element in het bericht",
    etree.ErrorTypes.ERR_DOCUMENT_END: "Na het einde van het bericht staat nog iets",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: _NOT_FINISHED,
    etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED: _NOT_FINISHED,
    etree.ErrorTypes.ERR_CDATA_NOT_FINISHED: _NOT_FINISHED,
    etree.ErrorTypes.ERR_XMLDECL_NOT_FINISHED: _NOT_FINISHED,
    etree.ErrorTypes.ERR_GT_REQUIRED: "Een tag is niet met > gesloten, of het bericht breekt af",
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH: "Een begintag en een eindtag horen niet bij elkaar",
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: "Er staat een entiteit in die XML niet kent",
    etree.ErrorTypes.ERR_INVALID_CHAR: "Er staat een teken in dat in XML niet mag",
    etree.ErrorTypes.ERR_ATTRIBUTE_REDEFINED: "Een attribuut staat er dubbel",
    etree.ErrorTypes.ERR_RESOURCE_LIMIT: "Het bericht is te diep genest of bevat een te lange tekst",
    etree.ErrorTypes.ERR_NAME_TOO_LONG: "Een naam is te lang",
    etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE: "Een prefix hoort niet bij een namespace",
}
_NOT_WELL_FORMED = "De XML is niet welgevormd"


ParserFor: TypeAlias = Callable[[str], etree.XMLParser | None]
"""The parser for a message, by the namespace of its root; None when there is none."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why bytes are not a message: a Dutch sentence with its place, and the line when there is one."""

    melding: str
    regelnummer: int | None = None


HARMLESS: Final[dict[str, Any]] = {
    "encoding": "UTF-8",
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "no_network": True,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}
"""What a parser is told that reads what anyone may have sent."""

WHOLE: Final[dict[str, Any]] = HARMLESS | {"resolve_entities": "internal", "remove_blank_text": True}
"""The same for text that declares nothing. Told to keep entities, lxml forgets beside a schema that XML is broken."""


class _Parsers(threading.local):
    """One parser for each thread, because a parser serves one document at a time."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(**HARMLESS)


_PARSERS = _Parsers()


def parse(body: bytes) -> ElementTree | Unreadable:
    """The tree of a document in UTF-8 without byte order mark or DOCTYPE, or what is wrong with it."""
    problem = _before_parsing(body)
    if problem is not None:
        return problem
    parsed = _parsed(body)
    if isinstance(parsed, Unreadable):
        return _utf8_problem(body) or parsed  # the parser is as strict, but does not say which byte it is
    return _harmless(parsed)


def blankless_parser(_namespace: str) -> etree.XMLParser:
    """A parser for `parse_judged` of what was judged before."""
    return etree.XMLParser(**WHOLE)


def in_pieces(body: bytes) -> Iterator[bytes]:
    """The body, a part at a time."""
    return (body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES))


def root_namespace(body: bytes) -> str | None:
    """The namespace of the root of what may be a message; None for what is none, or is for `parse` to refuse."""
    if _before_parsing(body) is not None:
        return None
    with suppress(etree.LxmlError, LookupError, ValueError, AssertionError):
        return _root_namespace(body)
    return None


def parse_judged(body: bytes, parser_for: ParserFor) -> ElementTree | None:
    """The tree of a document that the schema of its root accepts, without the blanks between its elements.

    In one pass, faster than parsing and judging apart. None for what is not accepted, and for what has anything but
    elements and text in it: then it takes `parse` to say what is wrong, or to read it.
    """
    if _before_parsing(body) is not None or _has_more_than_elements(body):
        return None
    with suppress(etree.LxmlError, LookupError, ValueError, AssertionError):
        parser = parser_for(_root_namespace(body))
        if parser is not None:
            tree = _harmless(_fed(parser, body))
            return None if isinstance(tree, Unreadable) else tree
    return None


def _fed(parser: etree.XMLParser, body: bytes) -> Element:
    """The root; raises LxmlError at the first error, for there may be one on every line."""
    for start in range(0, len(body), JUDGED_BYTES):
        parser.feed(body[start : start + JUDGED_BYTES])
        if any(True for _ in parser.feed_error_log):
            raise etree.LxmlError("not valid")
    return parser.close()


def _root_namespace(body: bytes) -> str:
    parser = etree.XMLPullParser(("start",), **HARMLESS)
    parser.feed(body[:CHUNK_BYTES])
    return next((etree.QName(root).namespace or "" for _, root in parser.read_events()), "")


def _has_more_than_elements(body: bytes) -> bool:
    """Whether there is a comment, CDATA or processing instruction: the blanks beside those may be part of a text."""
    # Single bytes are found ten times as fast, and few messages have these.
    marked = body if body.rfind(b"?") > LONGEST_DECLARATION else body[:LONGEST_DECLARATION]
    return (b"!" in body and b"<!" in body) or marked.rfind(b"<?") > 0


def _harmless(root: Element) -> ElementTree | Unreadable:
    tree = root.getroottree()
    docinfo = tree.docinfo
    if docinfo.xml_version != "1.0":
        return Unreadable("Alleen XML 1.0 wordt gelezen (regel 1).", 1)
    if docinfo.internalDTD is not None:
        return Unreadable("Het bericht bevat een DOCTYPE; die wordt nooit gelezen.")
    return tree


def _before_parsing(body: bytes) -> Unreadable | None:
    if _USUAL.match(body) and b"\0" not in body:  # nearly every message, and nothing of what follows
        return None
    return _unusual_problem(body)


def _unusual_problem(body: bytes) -> Unreadable | None:
    start = _skip_blanks(body, 0)
    if start == len(body):
        return Unreadable("Het bericht is leeg.")
    if body.startswith(BYTE_ORDER_MARKS):
        return Unreadable("Het bericht begint met een byte order mark; het moet UTF-8 zijn zonder (regel 1).", 1)
    return _nul_problem(body) or _prolog_problem(body, start)


def _nul_problem(body: bytes) -> Unreadable | None:
    at = body.find(b"\0")
    if at < 0:
        return None
    line = _line_at(body, at)
    return Unreadable(f"Byte {at + 1} is nul (regel {line}): het bericht is geen UTF-8, misschien UTF-16.", line)


def _utf8_problem(body: bytes) -> Unreadable | None:
    """The first byte that is not UTF-8; in chunks, so that a large body is not held twice."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(body), CHUNK_BYTES):
        chunk = body[start : start + CHUNK_BYTES]
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=start + CHUNK_BYTES >= len(body))
        except UnicodeDecodeError as error:
            at = start - kept + error.start
            line = _line_at(body, at)
            return Unreadable(f"Byte {at + 1} (regel {line}) is geen UTF-8.", line)
    return None


def _prolog_problem(body: bytes, start: int) -> Unreadable | None:
    if not body.startswith(b"<", start):
        line = _line_at(body, start)
        return _utf8_problem(body) or Unreadable(
            f"Het bericht is geen XML: het begint niet met < (regel {line}).", line
        )
    if body.startswith(b"<?xml"):
        declared = _DECLARED_ENCODING.search(body, 0, max(body.find(b"?>"), 0))
        if declared is not None and declared[1].upper() != b"UTF-8":
            return Unreadable("De XML-declaratie noemt een andere codering dan UTF-8 (regel 1).", 1)
    at = _end_of_prolog(body, start)
    if body.startswith(b"<!", at):
        line = _line_at(body, at)
        return Unreadable(f"Het bericht bevat een DOCTYPE; die wordt nooit gelezen (regel {line}).", line)
    return None


def _end_of_prolog(body: bytes, start: int) -> int:
    """Where the first markup stands that is not a declaration, processing instruction or comment."""
    at = start
    while True:
        if body.startswith(b"<?", at):
            end = body.find(b"?>", at)
        elif body.startswith(b"<!--", at):
            end = body.find(b"-->", at + len(b"<!--")) + 1
        else:
            return at
        if end <= 0:
            return len(body)  # not finished: the parser says so
        at = _skip_blanks(body, end + len(b"?>"))


def _skip_blanks(body: bytes, at: int) -> int:
    blanks = _BLANKS.match(body, at)
    return blanks.end() if blanks else at


def _line_at(body: bytes, at: int) -> int:
    return body.count(b"\n", 0, at) + 1


def _parsed(body: bytes) -> Element | Unreadable:
    try:
        return etree.fromstring(body, _PARSERS.parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = _REASONS.get(error.code, _NOT_WELL_FORMED)
        return Unreadable(f"{reason} (regel {line}, kolom {column}).", line)
    except (etree.LxmlError, LookupError, ValueError, AssertionError):
        return Unreadable(f"{_NOT_WELL_FORMED}.")
