"""What `iwmo inrichting load` does: all files together, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from app.domain.inrichting import Inrichting
from app.domain.inrichting_file import InrichtingFile, invalid
from app.domain.inrichting_merge import merge
from app.domain.refusals import InrichtingInvalid
from app.domain.retour import Finding
from app.inrichting.yaml_file import read_file


def load(paths: Iterable[str | Path], current: Mapping[str, Inrichting]) -> Mapping[str, Inrichting]:
    """The inrichting after the load of each gemeente that the files name; `current` is what each had before.

    One that says nothing new equals the current one: there is nothing to store. Raises InrichtingInvalid with
    every error of every file; how the entries of a gemeente go together is judged when all its files are right.
    """
    by_gemeente: dict[str, list[InrichtingFile]] = {}
    findings: list[Finding] = []
    broken: set[str | None] = set()
    for path in paths:
        read = read_file(path)
        findings += read.findings
        if read.given:
            by_gemeente.setdefault(read.given.gemeente, []).append(read.given)
        else:
            broken.add(read.gemeente)
    merged: dict[str, Inrichting] = {}
    for gemeente, files in by_gemeente.items():
        if broken & {gemeente, None}:
            continue
        try:
            merged[gemeente] = merge(current.get(gemeente), *files)
        except InrichtingInvalid as refusal:
            findings += refusal.findings
    if findings:
        raise invalid(tuple(findings))
    return merged
