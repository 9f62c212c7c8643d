"""The words that the service may say: those of its own source. Any other word was said by the input."""

from __future__ import annotations

import re
from functools import cache

from tests.fixtures.messages import ROOT

_WORD = re.compile(r"[^\W_]{3,}")
_LONG_NUMBER = re.compile(r"[0-9]{8,}")
_OWN = (("app", "*.py"), ("schemas", "*.xsd"), ("schemas", "*.wsdl"))


@cache
def own_words() -> frozenset[str]:
    """Every word in the source of the service, without regard to case."""
    texts = (path.read_text() for folder, names in _OWN for path in sorted((ROOT / folder).rglob(names)))
    return frozenset(word for text in texts for word in words_in(text))


def words_in(text: str) -> list[str]:
    """The words of a text, without regard to case; no numbers."""
    return [word for word in _WORD.findall(text.casefold()) if not word.isdecimal()]


def not_own(text: str) -> list[str]:
    """The words of a text that no source of ours holds, and its numbers of eight digits and more; [] is right."""
    return [word for word in words_in(text) if word not in own_words()] + _LONG_NUMBER.findall(text)
