"""Whether two folders of schemas say the same: their complete component models, side by side."""

from __future__ import annotations

from pathlib import Path

from app.iwmo.schema_files import SchemaFolder, SchemasUnusable, read_folder
from app.iwmo.schema_model import components_of_release
from app.xsd.differences import ABSENT, PRESENT, Difference, different, presence


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
        Difference(release, f"{name}, het bestand", *presence(name, our_files, their_files))
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
            for component, *sides in different(our_models[name], their_models[name])
        ]
    return found


def _unknown_files(ours: SchemaFolder, theirs: SchemaFolder) -> list[Difference]:
    return [
        Difference("iWmo", f"bestand {path.name} van onbekende soort", *presence(path, ours.unknown, theirs.unknown))
        for path in (*ours.unknown, *theirs.unknown)
    ]
