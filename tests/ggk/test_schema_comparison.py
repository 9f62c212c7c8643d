"""`compare_envelopes` finds nothing between equals and everything between schemas that differ in one thing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.ggk.schema_comparison import compare_envelopes
from app.ggk.schema_files import holds_envelope, read_envelop_folder
from app.ggk.schemas import EnvelopSchemas
from app.xsd.components import SchemasUnusable
from tests.ggk.official import OFFICIAL, OURS, needs_official

BESTANDSNAAM = '<xs:attribute name="bestandsnaam" use="required">'
CHOICE = "xs:choice"

# File, what stood there, what stands there now (the first time that it stands there).
MUTATIONS = {
    "root gone": ("stuf0301.xsd", '<xs:element name="Bv03Bericht">', '<xs:element name="Bv02Bericht">'),
    "fixed code": ("stuf0301.xsd", ' fixed="Fo03"', ' fixed="Fo01"'),
    "fixed code gone": ("stuf0301.xsd", ' fixed="Bv03"', ""),
    "body optional": ("stuf0301.xsd", 'type="StUF:Foutbericht"/>', 'type="StUF:Foutbericht" minOccurs="0"/>'),
    "details required": ("stuf0301.xsd", 'type="StUF:Foutdetails" minOccurs="0"/>', 'type="StUF:Foutdetails"/>'),
    "details repeated": ("stuf0301.xsd", 'type="StUF:Foutdetails" min', 'type="StUF:Foutdetails" maxOccurs="2" min'),
    "type of an element": ("stuf0301.xsd", 'name="code" type="StUF:Foutcode"', 'name="code" type="StUF:Functie"'),
    "name of an element": ("stuf0301.xsd", 'name="plek"', 'name="Plek"'),
    "order": (
        "ggk0210.xsd",
        '<xs:element name="applicatieVersie" type="StUF:Versienr"/>\n      <xs:element name="applicatieSubversie"',
        '<xs:element name="applicatieSubversie" type="StUF:Versienr"/>\n      <xs:element name="applicatieVersie"',
    ),
    "wildcard skips": ("stuf0301.xsd", 'processContents="skip"', 'processContents="lax"'),
    "wildcard namespace": ("stuf0301.xsd", 'namespace="##any"', 'namespace="##other"'),
    "wildcard once": ("stuf0301.xsd", ' minOccurs="0" maxOccurs="unbounded"', ' minOccurs="0"'),
    "organisatie required": ("stuf0301.xsd", 'type="StUF:Organisatie" minOccurs="0"', 'type="StUF:Organisatie"'),
    "uuid pattern": ("stuf0301.xsd", "-4[0-9a-f]{3}-", "-[14][0-9a-f]{3}-"),
    "uuid pattern gone": (
        "stuf0301.xsd",
        '<xs:pattern value="[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/>',
        "",
    ),
    "tijdstip pattern": ("stuf0301.xsd", "[0-9]{8,17}", "[0-9]{8,18}"),
    "versie pattern": ("stuf0301.xsd", '"[0-9]{4}"', '"[0-9]*"'),
    "length of a code": ("stuf0301.xsd", '<xs:maxLength value="7"/>', '<xs:maxLength value="8"/>'),
    "length of a text": ("stuf0301.xsd", '<xs:maxLength value="1000"/>', ""),
    "least length": ("stuf0301.xsd", '<xs:minLength value="3"/>', '<xs:minLength value="2"/>'),
    "plek": ("stuf0301.xsd", '<xs:enumeration value="server"/>', '<xs:enumeration value="Server"/>'),
    "plek gone": ("stuf0301.xsd", '<xs:enumeration value="server"/>', ""),
    "berichtcode gone": ("stuf0301.xsd", '<xs:enumeration value="Lk05"/>', ""),
    "berichtcode added": (
        "stuf0301.xsd", '<xs:enumeration value="Lk05"/>', '<xs:enumeration value="Lk05"/><xs:enumeration value="X"/>',
    ),
    "base of a code": ("stuf0301.xsd", 'base="StUF:Berichtcode"', 'base="xs:string"'),
    "base64": ("stuf0301.xsd", '<xs:restriction base="xs:base64Binary"/>', '<xs:restriction base="xs:hexBinary"/>'),
    "bestandsnaam optional": ("stuf0301.xsd", BESTANDSNAAM, BESTANDSNAAM.replace("required", "optional")),
    "bestandsnaam called otherwise": ("stuf0301.xsd", BESTANDSNAAM, BESTANDSNAAM.replace("naam", "Naam")),
    "bestandsnaam qualified": ("stuf0301.xsd", BESTANDSNAAM, BESTANDSNAAM.replace(" use", ' form="qualified" use')),
    "bestandsnaam pattern": ("stuf0301.xsd", r"[A-Za-z0-9\-\._]+", r"[A-Za-z0-9\-\._ ]+"),
    "bestandsnaam base": ("stuf0301.xsd", '"StUF:bestandsnaampattern"/>', '"StUF:Organisatie"/>'),
    "attribute on xmlBestand": (
        "ggk0210.xsd", '"StUF:BinaireInhoud-basis_ggkbericht_xml"', '"StUF:BinaireInhoud-basis_ggkbericht_tekst"',
    ),
    "attribute added": (
        "ggk0210.xsd", "</xs:sequence>\n  </xs:complexType>", '</xs:sequence><xs:attribute name="x"/></xs:complexType>',
    ),
    "any attribute": (
        "ggk0210.xsd", "</xs:sequence>\n  </xs:complexType>", "</xs:sequence><xs:anyAttribute/></xs:complexType>",
    ),
    "crossRefnummer in Di01": (
        "stuf0301.xsd",
        '<xs:element name="berichtcode" type="StUF:BerichtcodeDi01"/>',
        '<xs:element name="berichtcode" type="StUF:BerichtcodeDi01" nillable="true"/>',
    ),
    "parameters optional": (
        "ggk0210.xsd", 'type="GGK:Parameters_ggkberichten"/>', 'type="GGK:Parameters_ggkberichten" minOccurs="0"/>',
    ),
    "stuurgegevens of the other": (
        "ggk0210.xsd", "StUF:StuurgegevensDi01-envelopHeenbericht", "StUF:StuurgegevensDu01-envelopRetourbericht",
    ),
    "mixed": ("ggk0210.xsd", '"Parameters_ggkberichten">', '"Parameters_ggkberichten" mixed="true">'),
    "abstract": ("stuf0301.xsd", '<xs:complexType name="Systeem">', '<xs:complexType name="Systeem" abstract="true">'),
    "unqualified": ("ggk0210.xsd", 'elementFormDefault="qualified"', 'elementFormDefault="unqualified"'),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_change_is_found(name: str, tmp_path: Path):
    changed(tmp_path, *MUTATIONS[name])

    assert compare_envelopes(OURS, tmp_path) != []


def test_it_does_not_matter_which_side_has_the_change(tmp_path: Path):
    changed(tmp_path, *MUTATIONS["length of a code"])
    one, other = compare_envelopes(OURS, tmp_path), compare_envelopes(tmp_path, OURS)

    assert [(found.component, found.ours, found.theirs) for found in one] == [
        (found.component, found.theirs, found.ours) for found in other
    ]
    assert [str(found) for found in one] == [
        "ggk0210 type {http://www.egem.nl/StUF/StUF0301}Foutcode, maxLength: onze schema's 7, de andere 8"
    ]


def test_a_choice_that_became_a_sequence(tmp_path: Path):
    path = _copied(tmp_path) / "ggk0210.xsd"
    path.write_text(path.read_text(encoding="utf-8").replace(CHOICE, "xs:sequence"), encoding="utf-8")

    assert compare_envelopes(OURS, tmp_path) != []


def test_layout_names_and_what_no_envelope_has_say_nothing(tmp_path: Path):
    """Where a file stands, what it is called, and types of StUF that no envelope holds."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    shutil.copy(OURS / "ggk0210.xsd", tmp_path / "Envelop.XSD")
    text = (OURS / "stuf0301.xsd").read_text(encoding="utf-8")
    more = '<xs:simpleType name="Anders"><xs:restriction base="xs:string"/></xs:simpleType><xs:element name="Bv04"/>'
    (tmp_path / "deep" / "er" / "x.xsd").write_text(text.replace("</xs:schema>", f"{more}</xs:schema>"))

    assert compare_envelopes(OURS, tmp_path) == []


def test_a_folder_without_a_namespace_or_with_broken_xml(tmp_path: Path):
    with pytest.raises(SchemasUnusable, match="bestaat niet"):
        read_envelop_folder(tmp_path / "nergens")
    with pytest.raises(SchemasUnusable, match="ggk0210"):
        read_envelop_folder(tmp_path)
    assert not holds_envelope(tmp_path)
    _copied(tmp_path)
    assert holds_envelope(tmp_path)
    (tmp_path / "stuf0301.xsd").write_text("<x xmlns='http://www.egem.nl/StUF/StUF0301'>")
    assert "geen leesbare XML" in compare_envelopes(OURS, tmp_path)[0].theirs


def test_a_schema_that_does_not_compile_is_said(tmp_path: Path):
    changed(tmp_path, "stuf0301.xsd", 'name="Foutcode"', 'name="Foutcodes"')
    with pytest.raises(SchemasUnusable, match="niet bruikbaar"):
        EnvelopSchemas.load(tmp_path)
    assert "bruikbaar" in compare_envelopes(OURS, tmp_path)[0].ours


@needs_official
def test_ours_equal_the_official_ones():
    assert compare_envelopes(OURS, OFFICIAL) == []


def _copied(directory: Path) -> Path:
    for name in ("ggk0210.xsd", "stuf0301.xsd"):
        shutil.copy(OURS / name, directory)
    return directory


def changed(directory: Path, file: str, before: str, after: str) -> None:
    """A copy of ours in the folder, with one change in it."""
    path = _copied(directory) / file
    text = path.read_text(encoding="utf-8")
    edited = text.replace(before, after, 1)
    assert edited != text
    path.write_text(edited, encoding="utf-8")
