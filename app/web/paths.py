"""Where somebody wants to be after logging in: a page of ours, and nowhere else."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

START: Final = "/"
NAAR: Final = "naar"
"""What the address or form says it in."""

LONGEST: Final = 500
_OWN: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path from the root: no scheme, no host (`//`), no backslash (a browser reads it as a slash), nothing invisible."""

_NOT_AFTER: Final = ("/inloggen", "/uitloggen")


def own_path(given: str) -> str:
    r"""The path as it was given when it is one of ours, else the start page.

    >>> [own_path(given) for given in ("/account?a=1", "//evil.example", r"/\evil.example", "https://evil.example")]
    ['/account?a=1', '/', '/', '/']
    """
    if len(given) > LONGEST or not _OWN.fullmatch(given) or given.startswith(_NOT_AFTER):
        return START
    return given


def with_naar(path: str, naar: str) -> str:
    """The address of a page that leads on to another; a form needs no more than that."""
    return path if naar == START else f"{path}?{NAAR}={quote(naar, safe='/')}"
