"""From the shape of a message to its bytes and back: the adapter of a berichtsoort."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.domain.bericht import Berichtsoort
from app.iwmo.node import Problems, Record
from app.iwmo.pad import Element
from app.iwmo.release import Adapter, Inhoud
from app.iwmo.skim import Way
from app.iwmo.text import Text

ROOT = "Bericht"
Content = TypeVar("Content", bound=Inhoud)


def adapter_for(
    soort: Berichtsoort, shape: Record[Content], inhoud: type[Content], basis: str, *, skim: Way | None = None
) -> Adapter:
    """The adapter of a message whose root has this shape and whose values stand in the namespace `basis`."""
    prefix = soort.value.lower()
    prefixes = {shape.namespace: prefix, basis: "iwmo"}

    def read(root: Element, problems: Problems) -> Content:
        return shape.read(root, f"/{ROOT}", problems)

    def write(value: Content, take: Callable[[bytes], object]) -> None:
        out = Text(prefixes, take)
        out.begin_root(f"{prefix}:{ROOT}")
        shape.fill(out, value)
        out.end()

    return Adapter(soort=soort, namespace=shape.namespace, inhoud=inhoud, read=read, write=write, skim=skim)
