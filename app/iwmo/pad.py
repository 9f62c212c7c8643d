"""The place of an element in a message as a path without namespaces: `/Bericht/Clienten/Client[1]/Bsn`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

Element = etree._Element  # pyright: ignore[reportPrivateUsage]
ElementTree = etree._ElementTree  # pyright: ignore[reportPrivateUsage]

REPEATED_IN: Mapping[str, str] = {
    "AangevraagdeProducten": "AangevraagdProduct",
    "BeperkingScores": "BeperkingScore",
    "Beperkingen": "Beperking",
    "BeschiktProducten": "BeschiktProduct",
    "Clienten": "Client",
    "Contactgegevens": "Contact",
    "Prestaties": "Prestatie",
    "Producten": "Product",
    "Relaties": "Relatie",
    "RetourCodes": "RetourCode",
    "StartProducten": "StartProduct",
    "StopProducten": "StopProduct",
    "ToegewezenProducten": "ToegewezenProduct",
}
"""The elements that hold a list, and what repeats in them: the same in every 2.x release."""

LONGEST_NAME = 64
_LONG_NUMBER = re.compile(r"\d{5,}")
STEP = re.compile(r"([^/\[\]]+)(?:\[([1-9][0-9]{0,8})\])?")


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]  # a third of the time that a QName takes


def shown_name(element: Element) -> str:
    """Its name for people: of one that the sender made up no more than fits on a line, and no long number."""
    name = _LONG_NUMBER.sub("…", local_name(element))
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


class Pads:
    """The paths of elements of one tree; numbers each list once, so that a path stays cheap in a long list."""

    def __init__(self) -> None:
        self._numbers: dict[Element, dict[Element, int]] = {}

    def of(self, element: Element) -> str:
        """The path; an element that the standard lets repeat carries its number, counted from 1, others never."""
        steps = [self._step(one) for one in (element, *element.iterancestors())]
        return "/" + "/".join(reversed(steps))

    def _step(self, element: Element) -> str:
        name = local_name(element)
        parent = element.getparent()
        if parent is None or REPEATED_IN.get(local_name(parent)) != name:
            return shown_name(element)
        if parent not in self._numbers:
            self._numbers[parent] = {child: number for number, child in enumerate(_named(parent, name), 1)}
        return f"{name}[{self._numbers[parent][element]}]"


def pad_of(element: Element) -> str:
    """The path of one element; for many elements of one tree use `Pads`."""
    return Pads().of(element)


def element_at(tree: ElementTree, pad: str) -> Element | None:
    """The element at a path as `pad_of` gives it; of namesakes without a number the first. None: nothing is there."""
    steps = [STEP.fullmatch(step) for step in pad.removeprefix("/").split("/")]
    root = tree.getroot()
    if steps[0] is None or steps[0][0] != local_name(root):
        return None
    element = root
    for step in steps[1:]:
        found = None if step is None else _child(element, step[1], int(step[2] or 1))
        if found is None:
            return None
        element = found
    return element


def _child(parent: Element, name: str, number: int) -> Element | None:
    for position, child in enumerate(_named(parent, name), 1):
        if position == number:
            return child
    return None


def _named(parent: Element, name: str) -> list[Element]:
    return list(parent.iterchildren(f"{{*}}{name}"))
