"""What holds for any bytes that arrive as a message, from its recognition to writing it again."""

from __future__ import annotations

import re
from functools import cache

from app.domain.refusals import RejectedBericht, UnreadableBericht
from app.domain.retour import Finding
from app.domain.verzoek import OverigBericht
from app.iwmo.pad import LONGEST_NAME, local_name
from app.iwmo.parsing import Unreadable, parse
from app.iwmo.reading import Recognised, declared, read, recognise
from app.iwmo.releases import write
from app.iwmo.schema_files import read_folder
from app.iwmo.xsd import Schemas
from app.processing.offline import judge_offline
from app.rules.judgement import findings_within
from tests.fixtures.messages import OFFICIAL, OUR_SCHEMAS
from tests.fuzz.words import not_own, words_in

LONG_FOR_OFFICIAL = 8_192
"""From about this size of one text on, the patterns of the official schemas take seconds."""


_SOORT = re.compile("wmo[0-9]{3}")


@cache
def _official() -> Schemas | None:
    return Schemas(read_folder(OFFICIAL)) if OFFICIAL.is_dir() else None


def check_bericht(body: bytes) -> None:
    """No exception but a refusal; findings in our words; both schemas agree; what is written reads the same."""
    verdict = judge_offline(OUR_SCHEMAS, body)
    check_findings(verdict.findings, names=_names(body))
    try:
        recognised = recognise(body)
    except UnreadableBericht as refusal:
        assert (refusal.findings, refusal.__cause__, refusal.__context__) == (verdict.findings, None, None)
        return
    declared(recognised)
    findings = OUR_SCHEMAS.findings(recognised.release, recognised.soort, recognised.tree, size=len(body))
    _check_official_agrees(recognised, body, findings)
    if not findings:
        _check_content(recognised)


def _names(body: bytes) -> frozenset[str]:
    """The words in names of elements: a finding on an element that does not belong says which it is."""
    found = parse(body)
    elements = () if isinstance(found, Unreadable) else found.iter("{*}*")
    return frozenset(words_in(" ".join(local_name(element)[:LONGEST_NAME] for element in elements)))


def check_findings(findings: tuple[Finding, ...], *, names: frozenset[str] = frozenset()) -> None:
    """Findings are few, short, on one line and in words of our own; `waarden` hold numbers, days and codes."""
    assert len(findings) <= 1_001
    for finding in findings:
        assert len(repr(finding)) < 2_000
        assert finding.melding.isprintable()
        assert finding.pad.startswith("/")
        said = not_own(f"{finding.melding} {finding.pad} {finding.regel}")
        assert not [word for word in said if word not in names and not _SOORT.fullmatch(word)], finding.regel


def _check_official_agrees(recognised: Recognised, body: bytes, findings: tuple[Finding, ...]) -> None:
    official = _official()
    if official is None or len(body) > LONG_FOR_OFFICIAL:
        return
    theirs = official.findings(recognised.release, recognised.soort, recognised.tree, size=len(body))
    assert bool(theirs) == bool(findings)


def _check_content(recognised: Recognised) -> None:
    try:
        inhoud = read(recognised)
    except RejectedBericht as refusal:
        check_findings(refusal.findings)
        assert refusal.findings
        return
    if isinstance(inhoud, OverigBericht):
        return
    findings_within(inhoud, recognised.soort, recognised.release)
    written = write(inhoud, recognised.release)
    again = recognise(written)
    assert (again.release, again.soort) == (recognised.release, recognised.soort)
    assert not OUR_SCHEMAS.findings(again.release, again.soort, again.tree, size=len(written))
    assert read(again) == inhoud
    assert write(read(again), again.release) == written
