"""Our schemas and the official ones give the same verdict on very many messages, right and wrong."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from app.domain.bericht import Berichtsoort
from app.iwmo.xsd import Schemas
from tests.iwmo.documents import OUR_SCHEMAS, Documents
from tests.iwmo.mutations import mutate
from tests.iwmo.official import MESSAGES, OFFICIAL, needs_official

DOCUMENTS = 10_000
CHANGES_PER_DOCUMENT = 50
SEED = 20_190_401


def _compiled(directory: Path, release: str, soort: Berichtsoort) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(directory / release / f"{soort.value}.xsd"))


def _judged(soort: Berichtsoort, release: str = "2.3") -> Iterator[etree._ElementTree]:
    """Messages right and wrong; each must be judged before the next is asked for."""
    documents = Documents(OUR_SCHEMAS, release, soort, SEED)
    for _ in range(DOCUMENTS // CHANGES_PER_DOCUMENT):
        document = documents.document()
        for number in range(CHANGES_PER_DOCUMENT):
            element, simple = documents.random.choice(document.leaves)
            element.text = simple.valid(documents.random)
            undo = mutate(documents.random, document) if number % 3 else lambda: None
            yield document.tree
            undo()


@needs_official
@pytest.mark.parametrize(("release", "soort"), MESSAGES)
def test_both_judge_alike(release: str, soort: Berichtsoort):
    ours, theirs = _compiled(OUR_SCHEMAS, release, soort), _compiled(OFFICIAL, release, soort)
    verdicts: Counter[bool] = Counter()
    for tree in _judged(soort, release):
        verdict = ours.validate(tree)
        assert verdict == theirs.validate(tree), etree.tostring(tree, encoding="unicode")
        verdicts[verdict] += 1
    assert verdicts.total() == DOCUMENTS
    assert min(verdicts[True], verdicts[False]) >= 0.2 * DOCUMENTS


@pytest.mark.parametrize(("release", "soort"), MESSAGES)
def test_generated_messages_are_valid_and_findings_agree_with_the_verdict(release: str, soort: Berichtsoort):
    schema, schemas = _compiled(OUR_SCHEMAS, release, soort), Schemas.load(OUR_SCHEMAS / release)
    documents = Documents(OUR_SCHEMAS, release, soort, SEED + 1)
    for _ in range(40):
        document = documents.document()
        assert schema.validate(document.tree), schema.error_log
        mutate(documents.random, document)
        assert schema.validate(document.tree) == (schemas.findings(release, soort, document.tree) == ())


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("basisschema.xsd", '<xs:maxLength value="5"/>', '<xs:maxLength value="6"/>'),
        ("basisschema.xsd", '"[0-9]{9}"', '"[0-9]{8,9}"'),
        ("basisschema.xsd", r"[ \t]*[^\s][^\n\r]*", r"[^\s][^\n\r]*"),
        ("basisschema.xsd", 'maxInclusive value="99999999"', 'maxInclusive value="99999998"'),
        ("basisschema.xsd", '<xs:pattern value="[^:Z]*"/>', '<xs:pattern value="[^Z]*"/>'),
        ("basisschema.xsd", '<xs:enumeration value="C"/>', ""),
        ("WMO303.xsd", 'type="iwmo:LDT_Geslacht"/>', 'type="iwmo:LDT_Geslacht" minOccurs="0"/>'),
        ("WMO303.xsd", 'type="Client" maxOccurs="unbounded"', 'type="Client"'),
    ],
)
def test_one_facet_that_differs_shows_in_the_verdicts(file: str, before: str, after: str, tmp_path: Path):
    """The converse: these messages are varied enough to tell two schemas apart."""
    other = Path(shutil.copytree(OUR_SCHEMAS, tmp_path / "other"))
    path = other / "2.3" / file
    changed = path.read_text(encoding="utf-8").replace(before, after)
    path.write_text(changed, encoding="utf-8")
    first, second = (_compiled(directory, "2.3", Berichtsoort.WMO303) for directory in (OUR_SCHEMAS, other))
    assert any(first.validate(tree) != second.validate(tree) for tree in _judged(Berichtsoort.WMO303))


def test_the_same_seed_gives_the_same_messages():
    first, second = (Documents(OUR_SCHEMAS, "2.3", Berichtsoort.WMO303, 1) for _ in range(2))
    assert [etree.tostring(first.valid()) for _ in range(3)] == [etree.tostring(second.valid()) for _ in range(3)]
