"""Our schema of the envelope and the official one give the same verdict on many envelopes, right and wrong."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from lxml import etree

from app.ggk.schemas import EnvelopSchemas
from tests.ggk.envelopes import ROOTS, draw
from tests.ggk.official import OFFICIAL, OURS, needs_official
from tests.ggk.test_schema_comparison import MUTATIONS, changed
from tests.iwmo.mutations import mutate

DOCUMENTS = int(os.environ.get("GGK_DOCUMENTS", "400"))
CHANGES_PER_DOCUMENT = 10


def _judged(root: str, amount: int) -> Iterator[etree._ElementTree]:
    """Envelopes right and wrong; each must be judged before the next is asked for."""
    random = Random(f"ggk {root}")
    for _ in range(amount // CHANGES_PER_DOCUMENT):
        drawn = draw(random, root)
        for number in range(CHANGES_PER_DOCUMENT):
            undo = mutate(random, cast("Any", drawn)) if number % 3 else lambda: None
            yield drawn.tree
            undo()


@needs_official
@pytest.mark.parametrize("root", ROOTS)
def test_both_judge_alike(root: str):
    ours, theirs = EnvelopSchemas.load(OURS), EnvelopSchemas.load(OFFICIAL)
    verdicts: Counter[bool] = Counter()
    for tree in _judged(root, DOCUMENTS):
        wrong = ours.wrong_elements(tree.getroot())
        assert wrong == theirs.wrong_elements(tree.getroot()), etree.tostring(tree, encoding="unicode")
        verdicts[wrong == ()] += 1
    assert verdicts.total() == DOCUMENTS
    assert min(verdicts[True], verdicts[False]) >= 0.1 * DOCUMENTS


@needs_official
def test_the_official_files_compile_as_they_stand_and_judge_the_same():
    """Not by way of our own joining of files."""
    as_published = etree.XMLSchema(file=str(OFFICIAL / "ggk0210/ggkberichten/ggk0210_msg_ggkberichten.xsd"))
    ours = EnvelopSchemas.load(OURS)
    for root in ROOTS:
        for tree in _judged(root, 100):
            assert as_published.validate(tree) == (ours.wrong_elements(tree.getroot()) == ())


@pytest.mark.parametrize("name", ["plek", "length of a code", "uuid pattern", "tijdstip pattern", "least length"])
def test_one_facet_that_differs_shows_in_the_verdicts(name: str, tmp_path: Path):
    """The converse: these envelopes are varied enough to tell two schemas apart."""
    changed(tmp_path, *MUTATIONS[name])
    ours, other = EnvelopSchemas.load(OURS), EnvelopSchemas.load(tmp_path)

    assert any(
        ours.wrong_elements(tree.getroot()) != other.wrong_elements(tree.getroot())
        for root in ROOTS
        for tree in _judged(root, 2000)
    )
