"""Envelopes drawn by seed: valid ones, with for each value others on the edges of its type."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from lxml import etree

from app.ggk.names import FO03, FOUTBERICHT, GGK, HEENBERICHT, ONTVANGSTBEVESTIGING, RETOUR, STUF

OPTIONAL = 0.4
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.é😀"
UUIDS = (
    "9c0f7b90-5c69-11e5-a837-0800200c9a66", "9C0F7B90-5C69-41E5-A837-0800200C9A66",
    "9c0f7b90-5c69-41e5-c837-0800200c9a66", " 9c0f7b90-5c69-41e5-a837-0800200c9a66",
    "9c0f7b90-5c69-41e5-a837-0800200c9a66\n", "9c0f7b905c6941e5a8370800200c9a66", "", "x" * 40, "x" * 41,
)  # fmt: skip
TIMES = ("20261122", "2026112", "20261122103000123", "202611221030001234", "2026-11-22T10:30:00", "99999999999999", "")
FILES = ("", " ", "@@@", "QQ==", "QQ=", "Q", "QUJD\nREVG", "QQ==QQ==", "-_-_", "é", "QQ= =")


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one type: valid ones by seed, and ones on its edges."""

    valid: Callable[[Random], str]
    edges: Sequence[str]

    def edge(self, random: Random) -> str:
        """One on an edge, right or wrong."""
        return random.choice((*self.edges, self.valid(random)))


def _text(least: int, most: int) -> Values:
    def valid(random: Random) -> str:
        return "".join(random.choices(LETTERS, k=random.randint(least, most)))

    lengths = (0, least - 1, least, most, most + 1)
    return Values(valid, (*tuple("x" * max(length, 0) for length in lengths), " " * (most + 1)))


def _fixed(code: str, *others: str) -> Values:
    return Values(lambda _: code, ("", f" {code} ", code.lower(), *others))


def uuid4(random: Random) -> str:
    """A version 4 UUID in lower case."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{random.choice('89ab')}{digits[17:20]}-{digits[20:]}"


def _file(random: Random) -> str:
    return b64encode(random.randbytes(random.randint(0, 30))).decode()


def _digits(random: Random) -> str:
    return f"{random.randrange(10**17):017}"[: random.randint(8, 17)]


UUID = Values(uuid4, UUIDS)
REFERENCE = _text(0, 40)
TIME = Values(_digits, TIMES)
VERSION = Values(lambda random: f"{random.randrange(10_000):04}", ("3", "00003", "000x", "", "-001", "１２３４"))
FILE = Values(_file, FILES)
NAME = Values(lambda random: f"b{random.randrange(1000)}.csv", ("", "abc", "....", "a b.csv", "x" * 255, "x" * 256))
PLEK = Values(lambda random: random.choice(("client", "server")), ("Client", "", "servers"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """An envelope with its elements, those that hold a value with the values of their type."""

    tree: etree._ElementTree
    declared: list[tuple[etree._Element, Values | None]]

    @property
    def leaves(self) -> list[tuple[etree._Element, Values]]:
        """The elements that hold a value."""
        return [(element, values) for element, values in self.declared if values is not None]


class _Drawing:
    def __init__(self, random: Random, root: str) -> None:
        self.random = random
        self.root = etree.Element(root, nsmap={"GGK": GGK, "StUF": STUF})
        self.declared: list[tuple[etree._Element, Values | None]] = [(self.root, None)]

    def node(self, parent: etree._Element, namespace: str, name: str) -> etree._Element:
        element = etree.SubElement(parent, f"{{{namespace}}}{name}")
        self.declared.append((element, None))
        return element

    def leaf(self, parent: etree._Element, namespace: str, name: str, values: Values) -> etree._Element:
        element = etree.SubElement(parent, f"{{{namespace}}}{name}")
        element.text = values.valid(self.random)
        self.declared.append((element, values))
        return element

    def maybe(self) -> bool:
        return self.random.random() < OPTIONAL


def draw(random: Random, root: str) -> Drawn:
    """A valid envelope, or answer to one, with this root element."""
    drawing = _Drawing(random, root)
    if root in {HEENBERICHT, RETOUR}:
        _stuurgegevens(drawing, GGK, "Di01" if root == HEENBERICHT else "Du01", root == RETOUR)
        _parameters(drawing)
    else:
        _stuurgegevens(drawing, STUF, etree.QName(root).localname[:4], crossed=True)
        if root != ONTVANGSTBEVESTIGING:
            _body(drawing)
    return Drawn(etree.ElementTree(drawing.root), drawing.declared)


ROOTS = (HEENBERICHT, RETOUR, FOUTBERICHT, ONTVANGSTBEVESTIGING, FO03)


def _stuurgegevens(drawing: _Drawing, namespace: str, code: str, crossed: bool) -> None:
    enveloped = namespace == GGK
    reference = UUID if enveloped else REFERENCE
    node = drawing.node(drawing.root, namespace, "stuurgegevens")
    drawing.leaf(node, STUF, "berichtcode", _fixed(code, "Lk01", "Fo01"))
    for name in ("zender", "ontvanger"):
        party = drawing.node(node, STUF, name)
        if enveloped or drawing.maybe():
            drawing.leaf(party, STUF, "organisatie", _text(0, 200))
        drawing.leaf(party, STUF, "applicatie", _text(3, 50))
        for optional, most in (("administratie", 50), ("gebruiker", 100)):
            if drawing.maybe():
                drawing.leaf(party, STUF, optional, _text(0, most))
    drawing.leaf(node, STUF, "referentienummer", reference)
    drawing.leaf(node, STUF, "tijdstipBericht", TIME)
    if crossed:
        drawing.leaf(node, STUF, "crossRefnummer", reference)
    if enveloped:
        drawing.leaf(node, STUF, "functie", _text(0, 30))


def _parameters(drawing: _Drawing) -> None:
    node = drawing.node(drawing.root, GGK, "parameters")
    for name in ("applicatieVersie", "applicatieSubversie", "functieVersie", "functieSubversie"):
        drawing.leaf(node, GGK, name, VERSION)
    bericht = drawing.node(node, GGK, "bericht")
    if drawing.maybe():
        drawing.leaf(bericht, GGK, "tekstBestand", FILE).set("bestandsnaam", NAME.edge(drawing.random))
        if drawing.random.random() < OPTIONAL:
            bericht[0].set("bestandsnaam", NAME.valid(drawing.random))
    else:
        drawing.leaf(bericht, GGK, "xmlBestand", FILE)


def _body(drawing: _Drawing) -> None:
    node = drawing.node(drawing.root, STUF, "body")
    drawing.leaf(node, STUF, "code", _text(0, 7))
    drawing.leaf(node, STUF, "plek", PLEK)
    drawing.leaf(node, STUF, "omschrijving", _text(0, 200))
    if drawing.maybe():
        drawing.leaf(node, STUF, "details", _text(0, 1000))
    if drawing.maybe():
        details = drawing.node(node, STUF, "detailsXML")
        for name in drawing.random.choices(("x", "{urn:x}y", f"{{{GGK}}}envelopHeenbericht-ggk_Di01"), k=2):
            drawing.declared.append((etree.SubElement(details, name), None))
