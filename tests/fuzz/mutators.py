"""Changes that keep most of an input as it was, so that they reach what lies behind the first refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random

from lxml import etree

MARKUP = (b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ?>", b"&#0;", b"&#x1F600;", b"<!DOCTYPE x>", b"\xef\xbb\xbf")

Mutator = Callable[[bytes, Random], bytes]

TEXTS = (
    "", " ", "0", "-1", "00", "+1", "1e3", "NaN", "850", "99999999999", "2018-02-29", "2019-01-01", "9999-12-31",
    "12018-01-01", "0001-01-01", "2019-01-01Z", "24:00:00", "10:00:00", "999900006", "999900007", "000000000", "01",
    "02A01", "WMO301", "WMO303", "true", "null", "&amp;", "\u2028", "\ue000", "\U0001f600", "e\u0301", "\u202e",
    "'", '"', ";", ",", "a" * 300, "\n", "\t", "\r\n", "QQ==", "@@@", "Di01", "StUF022", "20261122103000000",
    "=1+1", "%s", "{0}", "\\ud800", "*a", "&a [*a]", "!!python/object:x", "<<: *a", "- ", "? ", "| ", ": ", "#",
    "{", "}", "[", "]", "1_000", "0x1F", "1.5", "~", "yes",
)  # fmt: skip
"""What fields are tried with: the edges of numbers, days and codes, and what other notations mean something by."""


def mutated_xml(body: bytes, random: Random) -> bytes:
    """The document with one to three of its elements changed; bytes when it is no document."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.LxmlError, ValueError):
        return mutated_bytes(body, random)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        _change_element(root, random)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=random.random() < 0.8)


def _change_element(root: etree._Element, random: Random) -> None:
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element = random.choice(elements)
    match random.randrange(11):
        case 0 | 1:
            element.text = random.choice(TEXTS)
        case 2 | 7 | 8 | 9:
            leaf = random.choice([each for each in elements if len(each) == 0] or [element])
            leaf.text = _like(leaf.text or "", random)
        case 3:
            _take_away(element)
        case 4:
            element.addnext(deepcopy(element)) if element is not root else None
        case 5:
            element.append(deepcopy(random.choice(elements)))
        case 6:
            element.tag = random.choice(elements).tag
        case _:
            element.set(random.choice(("a", "{urn:x}b", etree.QName(element).localname)), random.choice(TEXTS))


def _like(text: str, random: Random) -> str:
    """A text of the same form: one of its characters is another digit or letter."""
    at = random.randrange(len(text) + 1)
    other = random.choice("0123456789") if text[at : at + 1].isdecimal() else random.choice("aZé -")
    return text[:at] + other + text[at + 1 :]


def _take_away(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def mutated_lines(body: bytes, random: Random) -> bytes:
    """The text with parts between its separators changed, left out, doubled or moved."""
    separator = random.choice((b"\n", b",", b";", b":", b" ", b'"'))
    parts = body.split(separator)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(parts))
        match random.randrange(5):
            case 0 | 1:
                parts[at] = random.choice(TEXTS).encode()
            case 2 if len(parts) > 1:
                del parts[at]
            case 3:
                parts.insert(at, random.choice(parts))
            case _:
                parts[at] = mutated_bytes(parts[at], random)
    return separator.join(parts)


def mutated_bytes(body: bytes, random: Random) -> bytes:
    """One run of bytes replaced by another, by nothing or by bytes that mean something."""
    start = random.randint(0, len(body))
    end = min(len(body), start + random.randint(0, 4))
    return body[:start] + random.choice(_runs(random)) + body[end:]


def _runs(random: Random) -> Sequence[bytes]:
    return (
        b"",
        random.randbytes(random.randint(1, 4)),
        random.choice(TEXTS).encode(),
        random.choice(MARKUP),
    )
