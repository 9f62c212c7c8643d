"""The compiled schemas: what they recognise, and what they say of a message that is wrong."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from app.domain.bericht import Berichtsoort
from app.domain.retour import Finding
from app.iwmo.pad import element_at
from app.iwmo.schema_files import SchemasUnusable
from app.iwmo.xsd import LARGEST_WHOLE, Schemas
from tests.iwmo.documents import OUR_SCHEMAS, Documents
from tests.iwmo.mutations import mutate
from tests.iwmo.official import MESSAGES, OFFICIAL, needs_official

SCHEMAS = Schemas.load(OUR_SCHEMAS)
WMO303 = Berichtsoort.WMO303
NAMESPACE = "http://www.istandaarden.nl/iwmo/2_3/wmo303/schema"
BASIS = "{http://www.istandaarden.nl/iwmo/2_3/basisschema/schema}"
SECRET = "Geheimenaar"


def _document() -> etree._ElementTree:
    return Documents(OUR_SCHEMAS, "2.3", WMO303, 7).valid()


def _element(tree: etree._ElementTree, name: str) -> etree._Element:
    element = tree.find(f".//{{*}}{name}")
    assert element is not None
    return element


def _read_again(tree: etree._ElementTree) -> etree._ElementTree:
    return etree.ElementTree(etree.fromstring(etree.tostring(tree)))


def _findings(tree: etree._ElementTree) -> tuple[Finding, ...]:
    return SCHEMAS.findings("2.3", WMO303, tree)


def _only(tree: etree._ElementTree) -> Finding:
    (finding,) = _findings(tree)
    assert (finding.regel, finding.retourcode) == ("XSD", None)
    return finding


class TestRecognition:
    def test_releases_and_soorten(self):
        assert SCHEMAS.releases == ("2.1", "2.3")
        assert SCHEMAS.soorten("2.3") == tuple(Berichtsoort)
        assert set(Berichtsoort) - set(SCHEMAS.soorten("2.1")) == {Berichtsoort.WMO303, Berichtsoort.WMO304}

    @pytest.mark.parametrize(("release", "soort"), MESSAGES)
    def test_a_namespace_and_back(self, release: str, soort: Berichtsoort):
        assert SCHEMAS.identify(SCHEMAS.namespace_of(release, soort)) == (release, soort)

    def test_both_spellings_of_the_standard(self):
        assert SCHEMAS.identify(NAMESPACE) == ("2.3", WMO303)
        before = "http://www.istandaarden.nl/iwmo/2_1/wmo301/schema/2_1"
        assert SCHEMAS.identify(before) == ("2.1", Berichtsoort.WMO301)

    @pytest.mark.parametrize(
        "namespace", ["", "urn:x", NAMESPACE + "/", NAMESPACE.replace("2_3", "3_2"), BASIS.strip("{}")]
    )
    def test_another_namespace_is_not_ours(self, namespace: str):
        assert SCHEMAS.identify(namespace) is None

    def test_digests_are_those_of_the_files(self):
        digests = SCHEMAS.digests()
        assert len(digests) == 20
        body = (OUR_SCHEMAS / "2.3" / "WMO303.xsd").read_bytes()
        assert digests["2.3/WMO303.xsd"] == hashlib.sha256(body).hexdigest()

    def test_the_folder_of_one_release(self):
        assert Schemas.load(OUR_SCHEMAS / "2.1").releases == ("2.1",)


class TestFindings:
    def test_a_valid_message_has_none(self):
        tree = _document()
        assert _findings(tree) == ()
        assert SCHEMAS.findings("2.3", WMO303, tree, size=1_000) == ()
        assert SCHEMAS.findings("2.3", WMO303, tree, size=LARGEST_WHOLE + 1) == ()

    @pytest.mark.parametrize(
        ("name", "value", "facet", "expected"),
        [
            ("Bsn", "99990000", "pattern", "[0-9]{9}"),
            ("Geslacht", "7", "enumeration", "'0', '1', '2'"),
            ("Achternaam", "", "minLength", "1"),
        ],
    )
    def test_a_facet_with_what_it_expects(self, name: str, value: str, facet: str, expected: str):
        tree = _document()
        _element(tree, name if name != "Achternaam" else "ProductCode").text = value
        finding = next(iter(_findings(tree)))
        assert (finding.waarden["facet"], finding.waarden["verwacht"]) == (facet, expected)

    def test_a_length_of_its_own(self):
        tree = _document()
        _element(tree, "ProductCode").text = "123456"
        finding = _only(tree)
        assert finding.pad.endswith("/Prestaties/Prestatie[1]/ProductCode")
        assert finding.melding == "De waarde is langer dan het schema toelaat."
        assert finding.waarden == {"element": "ProductCode", "facet": "maxLength", "verwacht": "5"}

    def test_a_bound(self):
        tree = _document()
        _element(tree, "Bedrag").text = "-1"
        assert _only(tree).waarden == {"element": "Bedrag", "facet": "minInclusive", "verwacht": "0"}
        _element(tree, "Bedrag").text = "100000000"
        assert _only(tree).waarden == {"element": "Bedrag", "facet": "maxInclusive", "verwacht": "99999999"}

    def test_a_value_of_another_type(self):
        tree = _document()
        _element(tree, "FactuurDagtekening").text = "2018-02-30"
        assert _only(tree).waarden == {"element": "FactuurDagtekening", "type": "LDT_Datum"}

    def test_a_missing_element_is_named(self):
        tree = _document()
        header = _element(tree, "Header")
        header.remove(_element(tree, "DeclaratieFactuurBedragen"))
        finding = _only(tree)
        assert (finding.pad, finding.melding) == ("/Bericht/Header", "In dit element ontbreekt een verplicht element.")
        assert finding.waarden == {"element": "Header", "verwacht": "DeclaratieFactuurBedragen"}

    def test_an_element_that_does_not_belong_there(self):
        tree = _document()
        etree.SubElement(_element(tree, "Header"), "Iets")
        finding = _only(tree)
        assert (finding.pad, finding.melding) == ("/Bericht/Header/Iets", "Dit element hoort hier niet.")

    @pytest.mark.parametrize(
        ("name", "change", "melding"),
        [
            ("Header", lambda it: it.set("x", SECRET), "Dit element mag dit attribuut niet hebben."),
            ("Bsn", lambda it: it.set("x", SECRET), "Dit element mag geen attributen hebben."),
            ("Header", lambda it: setattr(it, "text", SECRET), "Hier mogen alleen elementen staan, geen tekst."),
            ("Clienten", lambda it: setattr(it[0], "tail", SECRET), "Hier mogen alleen elementen staan, geen tekst."),
            ("Bsn", lambda it: etree.SubElement(it, "x"), "Dit element mag geen andere elementen bevatten."),
        ],
    )
    def test_what_an_element_may_not_hold(self, name: str, change, melding: str):
        tree = _document()
        change(_element(tree, name))
        finding = _findings(tree)[0]
        assert (finding.pad.rpartition("/")[2], finding.melding) == (name, melding)

    def test_another_root(self):
        tree = etree.ElementTree(etree.Element(f"{{{NAMESPACE}}}Header"))
        assert _only(tree).melding == "Dit is niet het element waarmee het bericht begint."

    def test_all_errors_are_found_not_only_the_first(self):
        tree = _document()
        for name in ("Gemeente", "Aanbieder", "Bsn", "ProductCode"):
            _element(tree, name).text = ""
        assert {finding.waarden["element"] for finding in _findings(tree)} == {
            "Gemeente", "Aanbieder", "Bsn", "ProductCode",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "bsn",
        [
            b"<wmo303:Bsn><![CDATA[]]></wmo303:Bsn>",
            b"<wmo303:Bsn><![CDATA[>]]></wmo303:Bsn>",
            b"<wmo303:Bsn>/&gt;></wmo303:Bsn>",
            b"<wmo303:Bsn/>",
            b"<wmo303:Bsn></wmo303:Bsn>",
            b"<wmo303:Bsn x='>'/>",
            b"<wmo303:Bsn xmlns:x='urn:x' x:y='/>&#10;>'>1</wmo303:Bsn>",
        ],
    )
    def test_places_do_not_shift(self, bsn: bytes):
        tree = _document()
        _element(tree, "Bsn").text = "BSN"
        _element(tree, "ProductCode").text = "123456"
        body = etree.tostring(tree).replace(b"<wmo303:Bsn>BSN</wmo303:Bsn>", bsn, 1)
        first, *_, last = _findings(etree.ElementTree(etree.fromstring(body)))
        assert first.pad == "/Bericht/Clienten/Client[1]/Bsn"
        assert last.pad == "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]/ProductCode"

    def test_the_line_is_right_far_into_a_file(self):
        body = etree.tostring(_document()).replace(b"<wmo303:Geslacht>", b"\n" * 70_000 + b"<wmo303:Geslacht>x")
        (first, *_) = _findings(etree.ElementTree(etree.fromstring(body)))
        assert first.regelnummer == 70_001

    @pytest.mark.parametrize(
        "value", [SECRET, f"{SECRET}' is not accepted by the pattern 'x", f"{SECRET}'. Expected is {SECRET}"]
    )
    def test_nothing_of_the_content_is_told(self, value: str):
        tree = _document()
        for element in tree.iter():
            if len(element) == 0:
                element.text = value
            element.set("a", value)
        findings = _findings(tree)
        assert len(findings) > 20
        assert not [finding for finding in findings if SECRET in repr(finding)]

    @pytest.mark.parametrize(("release", "soort"), MESSAGES)
    def test_every_finding_has_a_place_and_a_sentence(self, release: str, soort: Berichtsoort):
        documents = Documents(OUR_SCHEMAS, release, soort, 11)
        for _ in range(150):
            document = documents.document()
            mutate(documents.random, document)
            tree = _read_again(document.tree)
            for finding in SCHEMAS.findings(release, soort, tree):
                element = element_at(tree, finding.pad)
                assert element is not None
                assert etree.QName(element).localname == finding.waarden["element"]
                assert finding.melding.endswith(".")
                assert finding.regelnummer is not None


class TestLargeMessages:
    def _with_prestaties(self, number: int) -> etree._ElementTree:
        tree = _document()
        prestaties = _element(tree, "Prestaties")
        prestaties[:] = [etree.Element(f"{{{NAMESPACE}}}Prestatie") for _ in range(number)]
        return tree

    def test_as_many_findings_as_errors_up_to_the_limit(self):
        findings = _findings(self._with_prestaties(1_000))
        assert len(findings) == 1_000
        assert findings[-1].pad.endswith("/Prestaties/Prestatie[1000]")

    def test_one_finding_says_how_many_more_there_are(self):
        *findings, last = _findings(self._with_prestaties(5_000))
        assert len(findings) == 1_000
        assert (last.melding, last.waarden) == ("Er zijn nog 4000 fouten.", {"niet_getoond": 4_000, "volledig": True})

    def test_very_many_errors_are_not_counted_to_the_end(self):
        """On the tree libxml2 needs minutes for these; the test would not end."""
        *findings, last = _findings(self._with_prestaties(200_000))
        assert len(findings) == 1_000
        assert last.melding.startswith("Er zijn nog meer dan 19")
        assert last.waarden["volledig"] is False

    def test_errors_far_apart_have_their_own_place(self):
        tree = _document()
        prestaties = _element(tree, "Prestaties")
        one = etree.tostring(prestaties[0])
        prestaties.extend(etree.fromstring(one) for _ in range(4_000))
        wrong = (7, 1_999, 4_001)
        for number in wrong:
            etree.strip_elements(prestaties[number - 1], f"{{{NAMESPACE}}}ProductCode")
        pads = [finding.pad for finding in _findings(tree) if finding.melding == "Dit element hoort hier niet."]
        assert [pad.rpartition("/")[0].rpartition("/")[2] for pad in pads] == [
            f"Prestatie[{number}]" for number in wrong
        ]

    def test_a_name_of_a_megabyte_that_the_official_pattern_judges_in_an_hour(self):
        tree = _document()
        _element(tree, "Geslachtsnaam")[0].text = "a" * 1_000_000 + "\n"
        assert [finding.waarden["facet"] for finding in _findings(tree)] == ["maxLength", "pattern"]

    def test_a_value_that_made_libxml2_give_up(self):
        tree = Documents(OUR_SCHEMAS, "2.3", Berichtsoort.WMO301, 5).valid()
        client = _element(tree, "Client")
        commentaar = tree.find(f".//{{{SCHEMAS.namespace_of('2.3', Berichtsoort.WMO301)}}}Commentaar")
        if commentaar is None:
            commentaar = etree.SubElement(client, "Commentaar")
        commentaar.text = "." * 5_000_000 + " " * 4_900_000
        assert isinstance(SCHEMAS.findings("2.3", Berichtsoort.WMO301, tree, size=1), tuple)


def test_threads_share_the_schemas():
    documents = Documents(OUR_SCHEMAS, "2.3", WMO303, 13)
    trees = [documents.valid() for _ in range(40)]
    for number, tree in enumerate(trees):
        for prestatie in tree.iter(f"{{{NAMESPACE}}}ProductCode") if number % 2 else ():
            prestatie.text = "123456"
    bodies = [etree.tostring(tree) for tree in trees]

    def judge(number: int) -> tuple[int, tuple[Finding, ...]]:
        body = bodies[number % len(bodies)]
        tree = etree.ElementTree(etree.fromstring(body))
        return number % len(bodies), SCHEMAS.findings("2.3", WMO303, tree, size=len(body))

    alone = {number: judge(number)[1] for number in range(len(bodies))}
    with ThreadPoolExecutor(4) as threads:
        for number, findings in threads.map(judge, range(800)):
            assert findings == alone[number]
    assert {bool(findings) for findings in alone.values()} == {True, False}


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        shutil.copytree(OUR_SCHEMAS / "2.1", tmp_path / "2.1")
        return tmp_path

    def test_the_name_of_the_basisschema_may_be_written_otherwise(self, folder: Path):
        (folder / "2.1" / "basisschema.xsd").rename(folder / "2.1" / "Basisschema.xsd")
        assert Schemas.load(folder).releases == ("2.1",)

    def test_what_stands_behind_the_root_is_left_out(self, folder: Path):
        path = folder / "2.1" / "WMO301.xsd"
        path.write_bytes(path.read_bytes() + b"</xs:sequence></xs:schema>\n")
        assert Schemas.load(folder).soorten("2.1")[0] == Berichtsoort.WMO301

    @pytest.mark.parametrize(
        ("name", "body", "message"),
        [
            ("WMO301.xsd", b"geen xml", "geen leesbare XML"),
            ("basisschema.xsd", None, "ontbreekt het basisschema"),
            ("twee.xsd", (OUR_SCHEMAS / "2.1" / "WMO301.xsd").read_bytes(), "allebei WMO301"),
            (
                "WMO301.xsd",
                (OUR_SCHEMAS / "2.1" / "WMO301.xsd").read_bytes().replace(b"LDT_", b"LDX_"),
                "geen bruikbaar",
            ),
            ("WMO301.xsd", b"<!DOCTYPE x []>" + b"<x/>", "DOCTYPE"),
        ],
    )
    def test_an_unusable_folder_is_refused(self, folder: Path, name: str, body: bytes | None, message: str):
        path = folder / "2.1" / name
        path.unlink() if body is None else path.write_bytes(body)
        with pytest.raises(SchemasUnusable, match=message):
            Schemas.load(folder)

    def test_an_empty_folder_is_refused(self, tmp_path: Path):
        with pytest.raises(SchemasUnusable, match="geen XSD-bestanden"):
            Schemas.load(tmp_path)

    def test_an_import_from_elsewhere_is_not_followed(self, folder: Path, tmp_path: Path):
        path = folder / "2.1" / "WMO301.xsd"
        elsewhere = tmp_path / "elders.xsd"
        shutil.copy(folder / "2.1" / "basisschema.xsd", elsewhere)
        path.write_text(
            path.read_text(encoding="utf-8").replace('"basisschema.xsd"', f'"{elsewhere}"'), encoding="utf-8"
        )
        with pytest.raises(SchemasUnusable):
            Schemas.load(folder / "2.1")


@needs_official
def test_the_official_files_serve_as_well_and_no_other_release_comes_along():
    official = Schemas.load(OFFICIAL)
    assert official.releases == SCHEMAS.releases
    assert [official.soorten(release) for release in official.releases] == [
        SCHEMAS.soorten(release) for release in SCHEMAS.releases
    ]
    tree = _document()
    _element(tree, "Geslachtsnaam")[0].text = "a" * 1_000_000 + "\n"
    assert official.findings("2.3", WMO303, tree) == _findings(tree)
