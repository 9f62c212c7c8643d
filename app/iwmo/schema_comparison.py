"""Whether two folders of schemas say the same: their complete component models, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.iwmo.schema_files import SchemaFolder, SchemasUnusable, read_folder
from app.iwmo.schema_model import Components, components_of_release

PRESENT, ABSENT = "aanwezig", "ontbreekt"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact in which two schemas differ: which release, which component, what ours and theirs say of it."""

    release: str
    component: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.release} {self.component}: onze schema's {self.ours}, de andere {self.theirs}"


def compare(ours: Path, theirs: Path) -> list[Difference]:
    """Every difference between two folders, in the releases that both have; empty: they are equivalent.

    A folder holds the files of one release, or a folder for each. Quadratic patterns are read as their linear
    equals (see `patterns`). `SchemasUnusable` when a file cannot be read as a schema at all.
    """
    our_folder, their_folder = read_folder(ours), read_folder(theirs)
    shared = [release for release in our_folder.releases if release in their_folder.releases]
    if not shared:
        return [Difference("iWmo", "schema's van een bekende release", PRESENT, ABSENT)]
    differences = [found for release in shared for found in _of_release(release, our_folder, their_folder)]
    return differences + _unknown_files(our_folder, their_folder)


def _of_release(release: str, ours: SchemaFolder, theirs: SchemaFolder) -> list[Difference]:
    our_files, their_files = ours.of(release), theirs.of(release)
    found = [
        Difference(release, f"{name}, het bestand", *_presence(name, our_files, their_files))
        for name in sorted(our_files.keys() ^ their_files.keys())
    ]
    our_models = components_of_release(our_files)
    try:
        their_models = components_of_release(their_files)
    except SchemasUnusable as unusable:
        return [*found, Difference(release, "alle bestanden samen", "bruikbaar", str(unusable))]
    for name in sorted(our_models.keys() & their_models.keys()):
        found += [
            Difference(release, f"{name}, {component}", *sides)
            for component, *sides in _different(our_models[name], their_models[name])
        ]
    return found


def _different(ours: Components, theirs: Components) -> Iterator[tuple[str, str, str]]:
    for component in sorted(ours.keys() | theirs.keys()):
        if component in ours and component in theirs:
            for fact, our_value, their_value in _different_facts(ours[component], theirs[component]):
                yield f"{component}, {fact}", our_value, their_value
        else:
            yield component, *_presence(component, ours, theirs)


def _different_facts(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for fact in sorted(ours.keys() | theirs.keys()):
        our_value, their_value = ours.get(fact, ABSENT), theirs.get(fact, ABSENT)
        if our_value != their_value:
            yield fact, our_value, their_value


def _unknown_files(ours: SchemaFolder, theirs: SchemaFolder) -> list[Difference]:
    return [
        Difference("iWmo", f"bestand {path.name} van onbekende soort", *_presence(path, ours.unknown, theirs.unknown))
        for path in (*ours.unknown, *theirs.unknown)
    ]


def _presence(sought: object, ours: Collection[object], theirs: Collection[object]) -> tuple[str, str]:
    return PRESENT if sought in ours else ABSENT, PRESENT if sought in theirs else ABSENT
