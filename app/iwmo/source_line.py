"""The line of an element in its source, also far down, and of what stands at a path."""

from __future__ import annotations

from app.iwmo.pad import STEP, Element, ElementTree, local_name

LARGEST_KEPT = 65_535
"""libxml2 keeps no greater line with an element; it then answers with that of the text that comes first after its tag,
counted at the end of that text."""


def source_line(element: Element) -> int | None:
    """The line on which the tag of the element ends; None for an element that was not parsed."""
    line = element.sourceline
    if line is None or line < LARGEST_KEPT:
        return line
    if element.text is None and len(element) > 0:
        return source_line(element[0])
    following = element.tail if element.text is None else element.text
    return max(line - (following or "").count("\n"), LARGEST_KEPT)


class Places:
    """The elements at paths in one tree. Each list is walked once, and every step is taken once."""

    def __init__(self, tree: ElementTree) -> None:
        self.tree = tree
        self._lists: dict[Element, dict[str, list[Element]]] = {}
        self._found: dict[str, tuple[Element, bool]] = {}

    def line_of(self, pad: str) -> int | None:
        """The source line of the element at the path, or of its nearest ancestor that is there.

        None when the path does not begin at the root.
        """
        place = self._place(pad)
        return None if place is None else source_line(place[0])

    def _place(self, pad: str) -> tuple[Element, bool] | None:
        """The nearest element that is there, and whether it is the one at the path."""
        if pad in self._found:
            return self._found[pad]
        above, _, step = pad.rpartition("/")
        if not above:
            root = self.tree.getroot()
            return (root, True) if local_name(root) == step else None
        place = self._place(above)
        if place is not None and place[1]:
            child = self._child(place[0], step)
            place = (place[0], False) if child is None else (child, True)
            self._found[pad] = place
        return place

    def _child(self, parent: Element, step: str) -> Element | None:
        parts = STEP.fullmatch(step)
        if parts is None:
            return None
        if parent not in self._lists:
            self._lists[parent] = _children_by_name(parent)
        namesakes = self._lists[parent].get(parts[1], [])
        number = int(parts[2] or 1)
        return namesakes[number - 1] if number <= len(namesakes) else None


def _children_by_name(parent: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in parent:
        found.setdefault(local_name(child), []).append(child)
    return found
