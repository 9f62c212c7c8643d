"""Pictures of figures: SVG that takes its colours from the stylesheet, with a text for who cannot see it.

A picture never stands alone: the page has the same figures in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, cast

import pygal  # pyright: ignore[reportMissingTypeStubs]
from lxml import etree
from markupsafe import Markup

Element = etree._Element  # pyright: ignore[reportPrivateUsage]

_NOT_OURS: Final = {"script", "style", "desc", "title"}
LOOKS: Final[Mapping[str, object]] = {
    "css": [],
    "js": [],
    "no_prefix": True,
    "height": 320,
    "width": 960,
    "margin_top": 10,
    "legend_at_bottom": True,
    "legend_box_size": 14,
    "truncate_label": -1,
    "truncate_legend": -1,
    "no_data_text": "",
    "show_minor_y_labels": False,
    "y_labels_major_count": 3,
}
MOST_UPRIGHT: Final = 8
"""So many labels stand beside each other; more of them are turned."""


class _Chart(Protocol):
    def add(self, title: str, values: list[int]) -> object: ...
    def render_tree(self) -> Element: ...


def bars(
    id: str,
    title: str,
    description: str,
    *,
    labels: Sequence[str],
    series: Mapping[str, Sequence[int]],
    shown: Callable[[int], str] = str,
    stacked: bool = False,
) -> Markup:
    """Bars per label, one of each series; `id` is unique on its page, `shown` writes a number on the axis."""

    def on_axis(value: float) -> str:
        return shown(round(value))

    make = cast(Callable[..., _Chart], pygal.StackedBar if stacked else pygal.Bar)
    turned = 30 if len(labels) > MOST_UPRIGHT else 0
    chart = make(value_formatter=on_axis, x_labels=list(labels), x_label_rotation=turned, **LOOKS)
    for name, numbers in series.items():
        chart.add(name, list(numbers))
    return _inline(chart.render_tree(), id, title, description)


def _inline(tree: Element, id: str, title: str, description: str) -> Markup:
    """The picture for within a page: without style and script of its own, which no page of ours allows."""
    for element in list(tree.iter()):
        parent = element.getparent()
        if parent is not None and (not isinstance(element.tag, str) or element.tag in _NOT_OURS):
            parent.remove(element)
        else:
            element.attrib.pop("style", None)
    for name, text in (("desc", description), ("title", title)):
        said = etree.Element(name, id=f"{id}-{name}")
        said.text = text
        tree.insert(0, said)
    tree.attrib.update({"id": id, "class": "iwmo-chart", "role": "img"})
    tree.attrib.update({"aria-labelledby": f"{id}-title", "aria-describedby": f"{id}-desc"})
    # The serializer escapes every text, and nothing here is markup that somebody gave.
    return Markup(etree.tostring(tree, encoding="unicode"))  # noqa: S704
