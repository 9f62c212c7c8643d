"""The releases that we speak, one line each, and writing in one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.iwmo import release_2_1, release_2_3
from app.iwmo.release import Inhoud, Release
from app.iwmo.text import CannotWrite

RELEASES: Mapping[str, Release] = {
    "2.1": release_2_1.RELEASE,
    "2.3": release_2_3.RELEASE,
}


def write(inhoud: Inhoud, release: str) -> bytes:
    """The message as the release writes it: UTF-8, indented, elements in the order of the schema.

    CannotWrite when the release does not know the berichtsoort, or has no place for something in it; nothing is left
    out silently. Lengths and code lists are the XSD's to judge.
    """
    pieces: list[bytes] = []
    write_to(pieces.append, inhoud, release)
    return b"".join(pieces)


def write_to(take: Callable[[bytes], object], inhoud: Inhoud, release: str) -> None:
    """The same for a message that may be large: `take` gets its bytes in pieces, in order.

    With CannotWrite some of it may have been given.
    """
    known = RELEASES.get(release)
    if known is None:
        raise CannotWrite(f"There is no release {release!r}; known are {', '.join(RELEASES)}")
    for adapter in known.adapters.values():
        if adapter.write is not None and isinstance(inhoud, adapter.inhoud):
            adapter.write(inhoud, take)
            return
    raise CannotWrite(f"Release {release} does not write a {type(inhoud).__name__}")
