"""A picture is readable without colour and without eyes, and brings no style or script of its own."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from app.web.pictures import bars

SERIES = {"Toegewezen": [990, 990], "Toegekend": [690, 0], "Over": [300, 990], "Anders": [1, 2]}
NS = "{http://www.w3.org/2000/svg}"


def drawn(id: str = "beeld", *, stacked: bool = False, **series: list[int]) -> etree._Element:  # pyright: ignore[reportPrivateUsage]
    """The picture of two periods, as a tree."""
    given = series or SERIES
    return etree.fromstring(str(bars(id, "Titel", "Wat er staat.", labels=["P1", "P2"], series=given, stacked=stacked)))


def fills(tree: etree._Element, number: int) -> set[str | None]:  # pyright: ignore[reportPrivateUsage]
    """How the bars of a series are filled."""
    return {bar.get("fill") for bar in tree.findall(f".//*[@class='series serie-{number} color-{number}']//{NS}rect")}


@pytest.mark.parametrize("stacked", [False, True], ids=["beside", "stacked"])
def test_no_style_script_or_ids_of_its_own(stacked: bool):
    tree = drawn(stacked=stacked)
    assert not [one for one in tree.iter() if one.tag in {f"{NS}style", f"{NS}script"} or "style" in one.attrib]
    ids = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(id is not None and id.startswith("beeld") for id in ids)


def test_each_series_has_a_texture_that_is_there():
    tree = drawn()
    found = [fills(tree, number) for number in range(4)]
    assert all(len(one) == 1 for one in found)
    assert len({next(iter(one)) for one in found}) == 4
    named = re.findall(r"url\(#([^)]+)\)", str([next(iter(one)) for one in found]))
    assert len(named) == 2
    assert {one.get("id") for one in tree.iter(f"{NS}pattern", "pattern")} == set(named)


def test_the_legend_is_filled_as_the_bars_are():
    tree = drawn()
    for number in range(4):
        (box,) = tree.findall(f".//*[@class='color-{number} reactive']")
        assert {box.get("fill")} == fills(tree, number)


def test_one_series_is_full():
    assert fills(drawn(Uren=[1, 2]), 0) == {None}


def test_it_says_what_it_shows():
    tree = drawn()
    assert (tree.get("role"), tree.get("aria-labelledby"), tree.get("aria-describedby")) == (
        "img",
        "beeld-title",
        "beeld-desc",
    )
    said = {one.get("id"): one.text for one in tree.iter() if (one.get("id") or "").startswith("beeld-")}
    assert said["beeld-title"] == "Titel"
    assert said["beeld-desc"] == "Wat er staat."
    texts = {one.text for one in tree.iter(f"{NS}text")}
    assert {"P1", "P2", "Toegewezen", "0", "200", "1000"} <= texts


def test_what_is_below_zero_is_below_the_line():
    texts = {one.text for one in drawn(Over=[-30, 60]).iter(f"{NS}text")}
    assert {"-40", "0", "60"} <= texts


def test_text_is_text():
    hostile = "<script>alert(1)</script>"
    picture = str(bars("x", hostile, hostile, labels=[hostile], series={hostile: [1]}))
    assert "<script" not in picture
    assert "&lt;script&gt;" in picture
