"""Who sends a request: one question, and every way in which it may be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.domain.principal import Herkomst, Principal
from app.domain.refusals import NotAuthenticated
from app.processing.runtime import Runtime

GENERIC = "De aanmelding ontbreekt of geeft hier geen toegang."
"""What a caller hears whatever was wrong, so that nobody learns from it which half was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aanmelding:
    """What a request shows of who sends it; `headers` by their names in lower case, one that came twice with a comma.

    `via_proxy`: it came from a proxy that is trusted, so what only such a proxy may say (a certificate) counts.
    """

    method: str
    herkomst: Herkomst
    bearer: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    via_proxy: bool = False


class Identify(Protocol):
    """A way in. None: this request shows nothing of its kind. NotAuthenticated: it does, and that opens nothing."""

    def __call__(self, runtime: Runtime, aanmelding: Aanmelding, /) -> Principal | None:
        """The principal that the request shows to be."""
        ...


def identified(runtime: Runtime, ways: Sequence[Identify], aanmelding: Aanmelding) -> Principal:
    """Who sends the request, by the first way that knows its kind; raises NotAuthenticated."""
    for way in ways:
        found = way(runtime, aanmelding)
        if found is not None:
            return replace(found, herkomst=aanmelding.herkomst)
    raise NotAuthenticated(GENERIC)
