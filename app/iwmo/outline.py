"""Reading many elements of one shape fast: which elements each holds is looked at once for all that hold the same.

A declaratie has thousands of prestaties with the same elements in the same order. The first is read as its shape says,
and how is kept as a plan; of the next only the tags are compared and the texts taken, by their place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeAlias, TypeVar

from app.iwmo.node import TEXT, Child, Constant, Group, Leaf, LoneChild, Part, Problems, Record
from app.iwmo.pad import Element
from app.iwmo.text import Text
from app.iwmo.values import Absurd

T = TypeVar("T")
Texts: TypeAlias = tuple[str | None, ...]

MOST_PLANS: Final = 256
MOST_VALUES: Final = 4_096
"""What is remembered is forgotten when there is so much of it: a message may have been made to have no two alike."""


class Outlines(Generic[T]):
    """The shape of a record that `is_flat`, else ValueError. Threads may share it."""

    def __init__(self, shape: Record[T]) -> None:
        if not is_flat(shape):
            raise ValueError("the tags in such an element do not tell which stands in which")
        self.shape = shape
        self._plans: dict[tuple[Any, ...], Plan] = {}

    def read(self, element: Element, pad: str, problems: Problems) -> T:
        """What the record itself would read."""
        nodes = list(element.iter())
        tags = tuple([node.tag for node in nodes])
        plan = self._plans.get(tags)
        if plan is None:
            plan = self._learned(element, tags)
        texts = tuple([node.text for node in nodes])
        try:
            return plan.make(**plan.values(texts), pad=pad) if self.shape.has_pad else plan.made(texts)
        except Absurd:
            return self.shape.read(element, pad, problems)  # it tells which element it is, and its line

    def write(self, out: Text, name: str, value: T) -> None:
        """Add the object as an element."""
        self.shape.write(out, name, value)

    def _learned(self, element: Element, tags: tuple[Any, ...]) -> Plan:
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        plan = self._plans[tags] = plan_of(self.shape, element)
        return plan


def is_flat(shape: Record[Any]) -> bool:
    """Whether the tags in an element and beneath it, in order, tell which stands in which.

    There is no list in it, and no child has the name of what may stand deeper.
    """
    own = {f"{{{shape.namespace}}}{part.element}" for part in shape.children}
    return all(_is_flat(part) for part in shape.children) and not own & _below(shape)


def _is_flat(part: Part) -> bool:
    inner = _inner(part)
    plain = isinstance(part, Constant) or (isinstance(part, Child) and isinstance(part.shape, Leaf))
    return not isinstance(part, LoneChild) and (plain or (inner is not None and is_flat(inner)))


def _inner(part: Part) -> Record[Any] | None:
    if isinstance(part, Group):
        return part.children
    return part.shape if isinstance(part, Child) and isinstance(part.shape, Record) else None


def _below(shape: Record[Any]) -> set[str]:
    """The tags of what stands in its children, and deeper."""
    found: set[str] = set()
    for inner in filter(None, map(_inner, shape.children)):
        found |= {*inner.by_tag} | _below(inner)
    return found


@dataclass(slots=True)
class Plan:
    """How to make an object of the texts of its element and of all beneath it.

    Places are counted from that element. What `recurs` is made once for the same texts.
    """

    make: Callable[..., Any]
    recurs: bool
    texts: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    leaves: list[tuple[str, Callable[[str], Any], int]] = field(
        default_factory=list[tuple[str, Callable[[str], Any], int]]
    )
    records: list[tuple[str, Callable[[Texts], Any], slice]] = field(
        default_factory=list[tuple[str, Callable[[Texts], Any], slice]]
    )
    made_before: dict[Texts, Any] = field(default_factory=dict[Texts, Any])

    def values(self, texts: Texts) -> dict[str, Any]:
        """What goes into the object, by name."""
        found: dict[str, Any] = {}
        for name, at in self.texts:
            found[name] = texts[at] or ""
        for name, parse, at in self.leaves:
            found[name] = parse(texts[at] or "")
        for name, made, places in self.records:
            found[name] = made(texts[places])
        return found

    def made(self, texts: Texts) -> Any:  # noqa: ANN401  (what the record makes)
        """The object."""
        if not self.recurs:
            return self.make(**self.values(texts))
        known = self.made_before.get(texts)
        if known is None:
            if len(self.made_before) >= MOST_VALUES:
                self.made_before.clear()
            known = self.made_before[texts] = self.make(**self.values(texts))
        return known


def plan_of(shape: Record[Any], element: Element) -> Plan:
    """The plan that an element of this shape gives; what stands in a list is not in it."""
    plan = Plan(shape.make, shape.recurs)
    _fill(plan, shape, element, 0)
    return plan


def _fill(plan: Plan, shape: Record[Any], element: Element, at: int) -> int:
    """Plan the children of the element at this place; gives the place after the last of all beneath it."""
    at += 1
    for child in element:
        part = shape.by_tag[child.tag]
        if isinstance(part, Group):
            at = _fill(plan, part.children, child, at)
            continue
        after = at + sum(1 for _ in child.iter())
        if isinstance(part, Child):
            _add(plan, part, child, slice(at, after))
        at = after
    return at


def _add(plan: Plan, part: Child, child: Element, places: slice) -> None:
    if part.shape is TEXT:
        plan.texts.append((part.name, places.start))
    elif isinstance(part.shape, Leaf):
        plan.leaves.append((part.name, part.shape.parse, places.start))
    elif isinstance(part.shape, Record):
        plan.records.append((part.name, plan_of(part.shape, child).made, places))
