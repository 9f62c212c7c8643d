"""`compare` finds nothing between equals and everything between schemas that differ in one thing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.iwmo import schema_comparison
from app.iwmo.schema_comparison import Difference, compare
from app.iwmo.schema_files import SchemaFile, SchemasUnusable
from app.iwmo.schema_model import components_of_release
from app.xsd.components import Components
from tests.iwmo.documents import OUR_SCHEMAS
from tests.iwmo.official import OFFICIAL, needs_official

KEPT = ("basisschema.xsd", "WMO303.xsd")
BSN = '<xs:simpleType name="LDT_BurgerServicenummer">\n    <xs:restriction base="xs:string">\n      '
HEADER = '<xs:element name="Header" type="Header"/>'
PRESTATIES = '<xs:element name="Prestatie" type="Prestatie" maxOccurs="unbounded"/>\n    </xs:'
END_OF_TYPE = "</xs:sequence>\n  </xs:complexType>"
BASE_23 = "http://www.istandaarden.nl/iwmo/2_3/basisschema/schema"

# File, what stood there, what stands there now.
MUTATIONS = {
    "maxLength": ("basisschema.xsd", '<xs:maxLength value="9"/>', '<xs:maxLength value="10"/>'),
    "maxLength gone": ("basisschema.xsd", '<xs:maxLength value="9"/>', ""),
    "maxLength fixed": ("basisschema.xsd", '<xs:maxLength value="9"/>', '<xs:maxLength value="9" fixed="true"/>'),
    "minLength": ("basisschema.xsd", BSN + '<xs:minLength value="1"/>', BSN + '<xs:minLength value="2"/>'),
    "length for maxLength": ("basisschema.xsd", '<xs:maxLength value="200"/>', '<xs:maxLength value="201"/>'),
    "whiteSpace": ("basisschema.xsd", BSN, BSN + '<xs:whiteSpace value="collapse"/>'),
    "minInclusive": ("basisschema.xsd", '<xs:minInclusive value="0"/>', '<xs:minInclusive value="1"/>'),
    "maxInclusive": ("basisschema.xsd", 'maxInclusive value="99999999"', 'maxInclusive value="99999998"'),
    "maxExclusive": ("basisschema.xsd", 'maxInclusive value="99999999"', 'maxExclusive value="99999999"'),
    "totalDigits": ("basisschema.xsd", 'maxInclusive value="999999999999"', 'totalDigits value="12"'),
    "pattern": ("basisschema.xsd", '"[0-9]{9}"', '"[0-9]{8,9}"'),
    "pattern gone": ("basisschema.xsd", '<xs:pattern value="[0-9]{9}"/>', ""),
    "second pattern": (
        "basisschema.xsd", '<xs:pattern value="[0-9]{9}"/>', '<xs:pattern value="[0-9]{9}"/><xs:pattern value="x"/>',
    ),
    "one linear pattern for the other": ("basisschema.xsd", r"\s*\S[\s\S]*", r"[ \t]*[^\s][^\n\r]*"),
    "pattern of an own type": ("WMO303.xsd", '"416|448"', '"416|448|449"'),
    "enumeration gone": ("basisschema.xsd", '<xs:enumeration value="BY"/>', ""),
    "enumeration added": (
        "basisschema.xsd", '<xs:enumeration value="BY"/>', '<xs:enumeration value="BY"/><xs:enumeration value="XX"/>',
    ),
    "enumeration changed": ("basisschema.xsd", '<xs:enumeration value="BY"/>', '<xs:enumeration value="by"/>'),
    "enumerations joined": (
        "basisschema.xsd", '<xs:enumeration value="AB"/>\n      <xs:enumeration value="BY"/>',
        "<xs:enumeration value=\"AB', 'BY\"/>",
    ),
    "base type": ("basisschema.xsd", BSN, BSN.replace("xs:string", "xs:token")),
    "base of an own type": ("WMO303.xsd", 'base="iwmo:LDT_BerichtVersie"', 'base="iwmo:LDT_BerichtSubversie"'),
    "final of a type": ("basisschema.xsd", '"LDT_BurgerServicenummer">', '"LDT_BurgerServicenummer" final="list">'),
    "type of an element": ("WMO303.xsd", 'type="iwmo:LDT_Geslacht"', 'type="iwmo:LDT_Duur"'),
    "name of an element": ("WMO303.xsd", 'name="Geslacht"', 'name="geslacht"'),
    "minOccurs 0": ("WMO303.xsd", 'type="iwmo:LDT_Geslacht"/>', 'type="iwmo:LDT_Geslacht" minOccurs="0"/>'),
    "minOccurs 1": ("WMO303.xsd", 'type="iwmo:LDT_Commentaar" minOccurs="0"/>', 'type="iwmo:LDT_Commentaar"/>'),
    "maxOccurs": ("WMO303.xsd", 'type="Prestatie" maxOccurs="unbounded"', 'type="Prestatie" maxOccurs="20000"'),
    "occurrence of a sequence": ("WMO303.xsd", "<xs:sequence>", '<xs:sequence maxOccurs="2">'),
    "choice for sequence": (
        "WMO303.xsd",
        f"<xs:sequence>\n      {PRESTATIES}sequence>",
        f"<xs:choice>\n      {PRESTATIES}choice>",
    ),
    "order": (
        "WMO303.xsd",
        '<xs:element name="Header" type="Header"/>\n      <xs:element name="Clienten" type="Clienten"/>',
        '<xs:element name="Clienten" type="Clienten"/>\n      <xs:element name="Header" type="Header"/>',
    ),
    "element added": (
        "WMO303.xsd", '<xs:element name="Header" type="Header"/>',
        '<xs:element name="Header" type="Header"/><xs:element name="Extra" type="Header" minOccurs="0"/>',
    ),
    "element gone": ("WMO303.xsd", '<xs:element name="Geslacht" type="iwmo:LDT_Geslacht"/>', ""),
    "nillable": ("WMO303.xsd", 'name="Geslacht"', 'name="Geslacht" nillable="true"'),
    "default": ("WMO303.xsd", 'name="Geslacht"', 'name="Geslacht" default="0"'),
    "fixed": ("WMO303.xsd", 'name="Geslacht"', 'name="Geslacht" fixed="0"'),
    "unqualified element": ("WMO303.xsd", 'name="Geslacht"', 'name="Geslacht" form="unqualified"'),
    "block": ("WMO303.xsd", 'name="Geslacht"', 'name="Geslacht" block="restriction"'),
    "wildcard": ("WMO303.xsd", HEADER, f"<xs:any/>{HEADER}"),
    "mixed": ("WMO303.xsd", '<xs:complexType name="Client">', '<xs:complexType name="Client" mixed="true">'),
    "abstract": ("WMO303.xsd", '<xs:complexType name="Client">', '<xs:complexType name="Client" abstract="true">'),
    "attribute": ("WMO303.xsd", END_OF_TYPE, '</xs:sequence><xs:attribute name="x"/></xs:complexType>'),
    "any attribute": ("WMO303.xsd", END_OF_TYPE, "</xs:sequence><xs:anyAttribute/></xs:complexType>"),
    "type gone": ("WMO303.xsd", '<xs:complexType name="Prestaties">', '<xs:complexType name="Andere">'),
    "type added": ("WMO303.xsd", "</xs:schema>", '<xs:complexType name="Extra"/></xs:schema>'),
    "root added": ("WMO303.xsd", "</xs:schema>", '<xs:element name="Tweede" type="Root"/></xs:schema>'),
    "root gone": ("WMO303.xsd", '<xs:element name="Bericht" type="Root"/>', ""),
    "elementFormDefault": ("WMO303.xsd", 'elementFormDefault="qualified"', 'elementFormDefault="unqualified"'),
    "attributeFormDefault": ("WMO303.xsd", "elementForm", 'attributeFormDefault="qualified" elementForm'),
    "blockDefault": ("WMO303.xsd", "elementFormDefault=", 'blockDefault="#all" elementFormDefault='),
    "namespace of a message": ("WMO303.xsd", "2_3/wmo303/schema", "2_3/wmo303/schema/2"),
    "other message": ("WMO303.xsd", "2_3/wmo303/schema", "2_3/wmo304/schema"),
    "namespace of the types": ("basisschema.xsd", BASE_23, BASE_23 + "/2"),
    "group added": ("WMO303.xsd", "</xs:schema>", '<xs:group name="G"><xs:sequence/></xs:group></xs:schema>'),
    "attribute added": ("WMO303.xsd", "</xs:schema>", '<xs:attribute name="x"/></xs:schema>'),
    "key": (
        "WMO303.xsd", '<xs:element name="Bericht" type="Root"/>',
        '<xs:element name="Bericht" type="Root"><xs:unique name="u"><xs:selector xpath="*"/><xs:field xpath="."/>'
        "</xs:unique></xs:element>",
    ),
}  # fmt: skip


EVERYWHERE = {"namespace of a message", "other message", "namespace of the types"}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The types and one message: enough to change one thing in."""
    return _copied(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module", autouse=True)
def _models_read_once() -> Iterator[None]:
    """The same files again give the model of the first time; these tests read ours a hundred times."""
    read: dict[tuple[str, ...], dict[str, Components]] = {}

    def once(files: Mapping[str, SchemaFile]) -> dict[str, Components]:
        digests = tuple(sorted(file.sha256 for file in files.values()))
        if digests not in read:
            read[digests] = components_of_release(files)
        return read[digests]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema_comparison, "components_of_release", once)
        yield


def _copied(directory: Path) -> Path:
    for name in KEPT:
        shutil.copy(OUR_SCHEMAS / "2.3" / name, directory)
    return directory


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_change_is_found(name: str, ours: Path, tmp_path: Path):
    file, before, after = MUTATIONS[name]
    path = _copied(tmp_path) / file
    text = path.read_text(encoding="utf-8")
    changed = text.replace(before, after, -1 if name in EVERYWHERE else 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")

    assert compare(ours, tmp_path) != []


@pytest.mark.parametrize("name", ["maxLength", "enumeration gone", "element added", "type added"])
def test_it_does_not_matter_which_side_has_the_change(name: str, ours: Path, tmp_path: Path):
    file, before, after = MUTATIONS[name]
    path = _copied(tmp_path) / file
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    turned = [Difference(found.release, found.component, found.theirs, found.ours) for found in compare(ours, tmp_path)]

    assert compare(tmp_path, ours) == turned != []


def test_nothing_is_found_between_copies(ours: Path, tmp_path: Path):
    assert compare(ours, _copied(tmp_path)) == []
    assert compare(OUR_SCHEMAS, OUR_SCHEMAS) == []


def test_what_says_nothing_is_no_difference(ours: Path, tmp_path: Path):
    """Comments, documentation, prefixes, the order of a codelijst and the spelling of a file name."""
    _copied(tmp_path)
    (tmp_path / "basisschema.xsd").rename(tmp_path / "Basisschema.XSD")
    types = tmp_path / "Basisschema.XSD"
    first, second = '<xs:enumeration value="AB"/>', '<xs:enumeration value="BY"/>'
    text = types.read_text(encoding="utf-8")
    swapped = text.replace(f"{first}\n      {second}", f"{second}\n      {first}")
    assert swapped != text
    types.write_text(swapped.replace("xs:", "xsd:").replace("xmlns:xs=", "xmlns:xsd="), encoding="utf-8")
    message = tmp_path / "WMO303.xsd"
    documented = "<xs:annotation><xs:documentation>Iets</xs:documentation></xs:annotation><!-- iets -->"
    message.write_text(
        message.read_text(encoding="utf-8").replace('name="Root">', f'name="Root">{documented}') + "\nrommel <",
        encoding="utf-8",
    )
    assert compare(ours, tmp_path) == []


def test_the_official_spelling_of_the_two_patterns_is_no_difference(ours: Path, tmp_path: Path):
    path = _copied(tmp_path) / "basisschema.xsd"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(r"[ \t]*[^\s][^\n\r]*", r".*[^\s].*").replace(r"\s*\S[\s\S]*", r"([.\s]*\S+[.\s]*)+"))
    assert compare(ours, tmp_path) == []


def test_a_missing_and_an_extra_file(ours: Path, tmp_path: Path):
    _copied(tmp_path)
    shutil.copy(OUR_SCHEMAS / "2.3" / "WMO304.xsd", tmp_path)
    assert compare(ours, tmp_path) == [Difference("2.3", "WMO304, het bestand", "ontbreekt", "aanwezig")]
    assert compare(tmp_path, ours) == [Difference("2.3", "WMO304, het bestand", "aanwezig", "ontbreekt")]


def test_a_file_of_no_release(ours: Path, tmp_path: Path):
    (_copied(tmp_path) / "x.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    assert [str(found) for found in compare(ours, tmp_path)] == [
        "iWmo bestand x.xsd van onbekende soort: onze schema's ontbreekt, de andere aanwezig"
    ]


def test_a_difference_reads_as_a_sentence(ours: Path, tmp_path: Path):
    path = _copied(tmp_path) / "WMO303.xsd"
    path.write_text(path.read_text(encoding="utf-8").replace('"416|448"', '"416"'), encoding="utf-8")
    assert [str(found) for found in compare(ours, tmp_path)] == [
        "2.3 WMO303, complexType Header, BerichtCode: eigen type, pattern: onze schema's '416|448', de andere '416'"
    ]


def test_no_known_release(tmp_path: Path):
    assert len(compare(OUR_SCHEMAS, tmp_path)) == 1


def test_no_folder(tmp_path: Path):
    with pytest.raises(SchemasUnusable, match="bestaat niet"):
        compare(OUR_SCHEMAS, tmp_path / "nergens")


@needs_official
class TestOfficial:
    def test_all_releases_are_equivalent(self):
        assert compare(OUR_SCHEMAS, OFFICIAL) == []

    @pytest.mark.parametrize("release", ["2.1", "2.3"])
    def test_a_release_on_its_own_is_equivalent(self, release: str):
        assert compare(OUR_SCHEMAS, OFFICIAL / release) == []

    def test_another_release_is_not(self):
        assert compare(OUR_SCHEMAS / "2.1", OFFICIAL / "2.3") != []
