"""Pictures of figures: SVG that takes its colours from the stylesheet, with a text for who cannot see it.

A picture never stands alone: the page has the same figures in a table. Each series has a texture as well as a colour.
docs/decisions/0029-pictures.md says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, cast

import pygal  # pyright: ignore[reportMissingTypeStubs]
from lxml import etree
from markupsafe import Markup

# pygal hooks into every import for plugins that we do not have, in a way of which Python warns.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

Element = etree._Element  # pyright: ignore[reportPrivateUsage]

_NOT_OURS: Final = {"script", "style", "desc", "title"}
_FOR_A_POINTER: Final = {"plot overlay", "plot text-overlay", "plot tooltip-overlay", "titles"}
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
}
MOST_UPRIGHT: Final = 90
"""So many characters of labels stand beside each other; more of them are turned."""

LINES: Final = 5
"""How many steps the axis has at most."""

OUTLINE, SOLID = "none", "currentColor"
STRIPES, DOTS = "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "M2,2 h2 v2 h-2 z M6,6 h2 v2 h-2 z"
TEXTURES: Final = (OUTLINE, SOLID, STRIPES, DOTS)
"""What tells the series apart without colour, in their order; a path is repeated every 8 pixels."""


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
    turned = 30 if sum(len(label) + 2 for label in labels) > MOST_UPRIGHT else 0
    chart = make(
        value_formatter=on_axis,
        x_labels=list(labels),
        x_label_rotation=turned,
        y_labels=_ticks(*_span(list(series.values()), stacked=stacked)),
        legend_at_bottom_columns=max(len(series), 1),
        **LOOKS,
    )
    for name, numbers in series.items():
        chart.add(name, list(numbers))
    return _inline(chart.render_tree(), id, title, description, alone=len(series) == 1)


def _span(series: Sequence[Sequence[int]], *, stacked: bool) -> tuple[int, int]:
    """The lowest and highest end of a bar."""
    if not stacked:
        every = [number for numbers in series for number in numbers]
        return min((0, *every)), max((0, *every))
    columns = list(zip(*series, strict=True))
    above = [sum(number for number in column if number > 0) for column in columns]
    below = [sum(number for number in column if number < 0) for column in columns]
    return min((0, *below)), max((0, *above))


def _ticks(low: int, high: int) -> list[int]:
    """Round numbers for the axis, from at most the lowest to at least the highest.

    >>> _ticks(0, 990), _ticks(-30, 300), _ticks(0, 0)
    ([0, 200, 400, 600, 800, 1000], [-100, 0, 100, 200, 300], [0, 1])
    """
    size = max(high - low, 1)
    step = next(
        factor * 10**power
        for power in range(len(str(size)) + 1)
        for factor in (1, 2, 5)
        if factor * 10**power * LINES >= size
    )
    return list(range(low // step * step, max(-(-high // step), 0 if low else 1) * step + 1, step))


def _inline(tree: Element, id: str, title: str, description: str, *, alone: bool) -> Markup:
    """The picture for within a page: without style and script of its own, which no page of ours allows."""
    for element in list(tree.iter()):
        parent = element.getparent()
        if parent is not None and (not isinstance(element.tag, str) or _is_needless(element)):
            parent.remove(element)
        else:
            element.attrib.pop("style", None)
            element.attrib.pop("id", None)  # of two pictures on a page the same
    if not alone:
        _give_texture(tree, id)
    for name, text in (("desc", description), ("title", title)):
        said = etree.Element(name, id=f"{id}-{name}")
        said.text = text
        tree.insert(0, said)
    tree.attrib.update({"id": id, "class": "iwmo-chart", "role": "img"})
    tree.attrib.update({"aria-labelledby": f"{id}-title", "aria-describedby": f"{id}-desc"})
    # The serializer escapes every text, and nothing here is markup that somebody gave.
    return Markup(etree.tostring(tree, encoding="unicode"))  # noqa: S704


def _is_needless(element: Element) -> bool:
    return etree.QName(element).localname in _NOT_OURS or element.get("class") in _FOR_A_POINTER


def _give_texture(tree: Element, id: str) -> None:
    """Fill the bars of each series, and its box in the legend, in a way of its own."""
    patterns = etree.SubElement(tree, "defs")
    for number, texture in enumerate(TEXTURES):
        fill = texture
        if texture not in {OUTLINE, SOLID}:
            fill = f"url(#{id}-texture-{number})"
            box = {"width": "8", "height": "8", "patternUnits": "userSpaceOnUse", "class": f"color-{number}"}
            pattern = etree.SubElement(patterns, "pattern", {"id": f"{id}-texture-{number}", **box})
            drawn = {"stroke": "currentColor", "stroke-width": "2"} if texture == STRIPES else {"fill": "currentColor"}
            etree.SubElement(pattern, "path", {"d": texture, **drawn})
        for bar in _bars(tree, number):
            bar.set("fill", fill)


def _bars(tree: Element, number: int) -> list[Element]:
    in_plot = f".//*[@class='series serie-{number} color-{number}']//*[@height]"
    in_legend = f".//*[@class='color-{number} reactive']"
    return [*tree.findall(in_plot), *tree.findall(in_legend)]
