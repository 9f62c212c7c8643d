"""The SOAP 1.1 frame around an envelope: from bytes that anyone may have sent to the one element in its body.

No text that leaves this module holds a word of the document, and no exception of the parser leaves it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Final, cast

from lxml import etree

from app.ggk.names import MOST_BYTES_IN, SOAP
from app.ggk.text_of_body import text_of_body
from app.ggk.tree import Element, local_name, namespace_of

MOST_TAGS: Final = 20_000
MOST_QUOTES: Final = 20_000
DEEPEST: Final = 64
_MEDIA_TYPE = "text/xml"
_BODY: Final = f"{{{SOAP}}}Body"
_HEADER: Final = f"{{{SOAP}}}Header"
_MUST_UNDERSTAND: Final = f"{{{SOAP}}}mustUnderstand"
_ABSOLUTE = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_CHARSET = re.compile(r"""charset\s*=\s*"?([^\s";]+)""", re.IGNORECASE)


class Faultcode(StrEnum):
    """What SOAP 1.1 calls the kind of a fault."""

    CLIENT = "Client"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"


@dataclass(frozen=True, slots=True)
class SoapBody:
    """The one element in the body of a SOAP message."""

    root: Element = field(repr=False)

    @property
    def digest(self) -> str:
        """The sha-256 of its canonical form: equal for the same content, however it was written or framed."""
        return _digest(self.root)

    @property
    def content(self) -> bytes:
        """The element by itself, in canonical form."""
        return _canonical(self.root)


@dataclass(frozen=True, slots=True)
class SoapUnreadable:
    """Why bytes are no SOAP message, in Dutch: answered with this status and a fault that has no detail."""

    melding: str
    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    faultcode: Faultcode = Faultcode.CLIENT


def read_soap(body: bytes, content_type: str | None) -> SoapBody | SoapUnreadable:
    """The element in the body of a SOAP 1.1 message, or what is wrong with the message.

    UTF-8 and UTF-16; no DTD, no processing instruction, nothing is fetched; size, depth and number of elements are
    bounded before the tree is built. `content_type` None leaves the media type unchecked.
    """
    refused = _refused_unread(body, content_type)
    if refused is not None:
        return refused
    charset = _CHARSET.search(content_type or "")
    text = text_of_body(body, charset[1] if charset else None)
    if text is None:
        return SoapUnreadable("Het bericht is geen UTF-8 of UTF-16, of noemt een andere codering dan het heeft.")
    problem = _structure_problem(text)
    if problem is not None:
        return problem
    root = _parsed(text)
    return root if isinstance(root, SoapUnreadable) else _in_body(root)


def canonical_digest(envelop: bytes) -> str:
    """The sha-256 of the canonical form of an envelope without its frame; ValueError when it is no XML.

    It equals the `digest` of a SoapBody with the same content.
    """
    root = _parsed(envelop)
    if isinstance(root, SoapUnreadable):
        raise ValueError(root.melding)  # noqa: TRY004  (the bytes are wrong, not their type)
    return _digest(root)


def _digest(root: Element) -> str:
    # Exclusive: prefixes that only the frame declares are no part of what was said.
    return hashlib.sha256(_canonical(root)).hexdigest()


def _canonical(root: Element) -> bytes:
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def _refused_unread(body: bytes, content_type: str | None) -> SoapUnreadable | None:
    if content_type is not None:
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type != _MEDIA_TYPE:
            return SoapUnreadable(
                "Alleen SOAP 1.1 als text/xml wordt gelezen: geen SOAP 1.2, geen bijlagen (MTOM).",
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            )
    if len(body) > MOST_BYTES_IN:
        return SoapUnreadable(f"Het bericht is groter dan {MOST_BYTES_IN} bytes.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return None


def _structure_problem(text: bytes) -> SoapUnreadable | None:
    """An envelope is a few dozen elements around one long text: anything else costs memory for nothing."""
    if b"<!DOCTYPE" in text:
        return SoapUnreadable("Het bericht bevat een DOCTYPE; die wordt nooit gelezen.")
    if text.count(b"<") > MOST_TAGS or text.count(b'"') + text.count(b"'") > MOST_QUOTES:
        return SoapUnreadable("Het bericht heeft meer elementen of attributen dan een envelop kan hebben.")
    return None


def _parsed(text: bytes) -> Element | SoapUnreadable:
    parser = etree.XMLParser(
        encoding="UTF-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=True,  # a file of more than 7.5 MB is one text of more than 10 million characters
        recover=False,
        remove_comments=True,
        remove_pis=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        return SoapUnreadable(f"De XML is niet welgevormd (regel {error.lineno}).")
    except (etree.LxmlError, LookupError, ValueError, AssertionError):
        return SoapUnreadable("De XML is niet welgevormd.")
    return _tree_problem(root) or root


def _tree_problem(root: Element) -> SoapUnreadable | None:
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None or docinfo.xml_version != "1.0":
        return SoapUnreadable("Alleen XML 1.0 zonder DOCTYPE wordt gelezen.")
    before_and_after = (*root.itersiblings(preceding=True), *root.itersiblings())
    if before_and_after or next(root.iter(etree.ProcessingInstruction), None) is not None:
        return SoapUnreadable("Het bericht bevat een verwerkingsinstructie; die mag niet in SOAP.")
    if next(root.iter(etree.Entity), None) is not None:
        return SoapUnreadable("Het bericht bevat een entiteit die XML niet kent.")
    if any(depth > DEEPEST for depth in _depths(root)):
        return SoapUnreadable(f"Het bericht is dieper genest dan {DEEPEST} elementen.")
    if not all(_ABSOLUTE.match(uri) for uri in _namespaces(root)):
        return SoapUnreadable("Het bericht noemt een namespace die geen absolute URI is.")  # it has no canonical form
    return None


def _namespaces(root: Element) -> set[str]:
    declared = cast("Iterator[tuple[str, tuple[str, str]]]", etree.iterwalk(root, events=("start-ns",)))
    return {uri for _, (_, uri) in declared if uri}


def _depths(root: Element) -> Iterator[int]:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        yield depth


def _in_body(root: Element) -> SoapBody | SoapUnreadable:
    if local_name(root) != "Envelope":
        return SoapUnreadable("Het eerste element is geen SOAP-Envelope.")
    if namespace_of(root) != SOAP:
        return SoapUnreadable("Dit is een andere versie dan SOAP 1.1.", faultcode=Faultcode.VERSION_MISMATCH)
    children = list(root)
    if children and children[0].tag == _HEADER:
        header = children.pop(0)
        if any(entry.get(_MUST_UNDERSTAND) in {"1", "true"} for entry in header):
            return SoapUnreadable("Geen enkele SOAP-header wordt begrepen.", faultcode=Faultcode.MUST_UNDERSTAND)
    if [child.tag for child in children] != [_BODY] or len(children[0]) != 1:
        return SoapUnreadable("Een SOAP-bericht heeft één Body met één element daarin, en niets erachter.")
    body = children[0]
    if any((text or "").strip() for text in (body.text, body[0].tail, body.tail)):
        return SoapUnreadable("Naast het element in de SOAP-Body staat tekst.")
    return SoapBody(body[0])
