"""Paths of elements, and back."""

from __future__ import annotations

import pytest
from lxml import etree

from app.iwmo.pad import REPEATED_IN, Pads, element_at, pad_of
from tests.iwmo.documents import OUR_SCHEMAS, Declaration, Documents
from tests.iwmo.official import MESSAGES

TREE = etree.ElementTree(
    etree.fromstring(
        '<w:Bericht xmlns:w="urn:w" xmlns:i="urn:i"><w:Header/><w:Clienten><w:Client/><w:Client><w:Prestaties>'
        "<w:Prestatie/><w:Prestatie><i:Begindatum/></w:Prestatie></w:Prestaties></w:Client></w:Clienten></w:Bericht>"
    )
)
BEGINDATUM = "/Bericht/Clienten/Client[2]/Prestaties/Prestatie[2]/Begindatum"


def test_the_path_of_an_element():
    assert pad_of(TREE.getroot()) == "/Bericht"
    assert pad_of(TREE.getroot()[0]) == "/Bericht/Header"
    (begindatum,) = TREE.iter("{urn:i}Begindatum")
    assert pad_of(begindatum) == BEGINDATUM


def test_the_element_at_a_path():
    assert element_at(TREE, "/Bericht") is TREE.getroot()
    assert element_at(TREE, BEGINDATUM) is TREE.find(".//{urn:i}Begindatum")


@pytest.mark.parametrize(
    "pad",
    ["", "/", "/Client", "/Bericht/Clienten/Client[3]", "/Bericht/Niets", "/Bericht/Clienten/Client[0]", "/Bericht//"],
)
def test_nothing_is_there(pad: str):
    assert element_at(TREE, pad) is None


def test_a_client_that_stands_alone_has_no_number():
    tree = etree.ElementTree(etree.fromstring("<Bericht><Client><Relaties><Relatie/></Relaties></Client></Bericht>"))
    assert pad_of(tree.getroot()[0][0][0]) == "/Bericht/Client/Relaties/Relatie[1]"


def test_an_absurdly_long_name_is_cut():
    assert pad_of(etree.Element("a" * 40_000)) == "/" + "a" * 64 + "…"


@pytest.mark.parametrize(("release", "soort"), MESSAGES)
def test_every_path_leads_back_to_its_element(release, soort):
    documents = Documents(OUR_SCHEMAS, release, soort, 3)
    for _ in range(10):
        tree, pads = documents.valid(), Pads()
        for element in tree.iter():
            assert pads.of(element) == pad_of(element)
            assert element_at(tree, pad_of(element)) is element


@pytest.mark.parametrize(("release", "soort"), MESSAGES)
def test_the_lists_are_those_of_the_schemas(release, soort):
    root = Documents(OUR_SCHEMAS, release, soort, 3).root
    for parent, child in _pairs(root):
        parent_name, name = etree.QName(parent.tag).localname, etree.QName(child.tag).localname
        assert child.unbounded == (REPEATED_IN.get(parent_name) == name), f"{parent_name}/{name}"


def test_every_list_is_somewhere_in_the_schemas():
    roots = [Documents(OUR_SCHEMAS, release, soort, 3).root for release, soort in MESSAGES]
    found = {etree.QName(parent.tag).localname for root in roots for parent, child in _pairs(root) if child.unbounded}
    assert found == set(REPEATED_IN)


def _pairs(declaration: Declaration):
    for child in declaration.children:
        yield declaration, child
        yield from _pairs(child)
