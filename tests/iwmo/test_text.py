"""What is written as text is, byte for byte, what lxml makes of a tree of the same message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.domain.bericht import Berichtsoort
from app.iwmo import text
from app.iwmo.releases import write, write_to
from app.iwmo.text import CannotWrite, Text
from tests import builders as a
from tests.iwmo.strategies import WRITTEN

NS, OTHER = "urn:example", "urn:other"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def as_tree(body: bytes) -> bytes:
    """The message as lxml writes the tree that it reads, laid out anew."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
    for element in root.iter():
        element.tail = None
        if len(element):
            element.text = None
        elif element.text is None and b"></" in body:
            element.text = "" if f"></{element.prefix}:{etree.QName(element).localname}>".encode() in body else None
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


@pytest.mark.parametrize(("release", "soort"), WRITTEN, ids=str)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_message_is_what_its_tree_gives(release: str, soort: Berichtsoort, data: st.DataObject):
    body = write(data.draw(WRITTEN[release, soort]), release)
    assert body == as_tree(body)


@settings(max_examples=300, deadline=None)
@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_what_its_tree_gives(value: str):
    root = etree.Element(f"{{{NS}}}R", nsmap={"a": NS, "b": OTHER})
    try:
        etree.SubElement(root, f"{{{OTHER}}}T").text = value
    except ValueError:
        with pytest.raises(CannotWrite, match=r"^T holds a character that XML has not$"):
            _written(value)
    else:
        expected = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        assert _written(value) == expected


def _written(value: str) -> bytes:
    pieces: list[bytes] = []
    out = Text({NS: "a", OTHER: "b"}, pieces.append)
    out.begin_root("a:R")
    out.leaf("b:T", value)
    out.end()
    return b"".join(pieces)


def test_an_element_without_content_has_one_tag():
    pieces: list[bytes] = []
    out = Text({NS: "a"}, pieces.append)
    out.begin_root("a:R")
    out.begin("a:Empty")
    out.end()
    out.end()
    body = b"".join(pieces)
    assert b"  <a:Empty/>\n" in body
    assert body == as_tree(body)


def test_a_large_message_goes_on_in_pieces_that_are_it_together(monkeypatch: pytest.MonkeyPatch):
    lines = [a.a_prestatie_retour(a.a_prestatie(referentie_nummer=f"R{n}")) for n in range(40)]
    retour = a.a_declaratie_retour(a.a_client_retour(*lines), a.a_client_retour(*lines[:3], bsn=a.BSN_Y))
    whole = write(retour, "2.3")
    monkeypatch.setattr(text, "PASSED_ON", 50)
    pieces: list[bytes] = []
    write_to(pieces.append, retour, "2.3")
    assert len(pieces) > 10
    assert b"".join(pieces) == whole == as_tree(whole)


def test_what_recurs_is_written_at_its_own_depth_and_under_its_own_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text, "MOST_REMEMBERED", 1)
    line = a.a_prestatie()
    retour = a.a_declaratie_retour(a.a_client_retour(a.a_prestatie_retour(line), a.a_prestatie_retour(line)))
    body = write(retour, "2.3")
    assert body == as_tree(body)
    assert body.count(b"<iwmo:Begindatum>") == 3
