"""Where two component models differ, fact by fact."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from app.xsd.components import Components

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


def different(ours: Components, theirs: Components) -> Iterator[tuple[str, str, str]]:
    """Of each fact in which the two differ: component and fact, what ours says, what theirs says."""
    for component in sorted(ours.keys() | theirs.keys()):
        if component in ours and component in theirs:
            for fact, our_value, their_value in _different_facts(ours[component], theirs[component]):
                yield f"{component}, {fact}", our_value, their_value
        else:
            yield component, *presence(component, ours, theirs)


def _different_facts(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for fact in sorted(ours.keys() | theirs.keys()):
        our_value, their_value = ours.get(fact, ABSENT), theirs.get(fact, ABSENT)
        if our_value != their_value:
            yield fact, our_value, their_value


def presence(sought: object, ours: Collection[object], theirs: Collection[object]) -> tuple[str, str]:
    """The words for whether each of the two has it."""
    return PRESENT if sought in ours else ABSENT, PRESENT if sought in theirs else ABSENT
