"""The beschikking as a page that stands on its own: its stylesheet is in it, and nothing else is loaded."""

from __future__ import annotations

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.beschikking.letter import letter_of
from app.domain.beschikking import BeschikkingInhoud

_environment = Environment(
    loader=PackageLoader("app.beschikking", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

STYLE = _environment.get_template("beschikking.css").render()
STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page: this one stylesheet, no script."""


def render_html(inhoud: BeschikkingInhoud) -> str:
    """The page (HTML), to print or to save; it is sent with `POLICY`."""
    return _environment.get_template("beschikking.html").render(letter=letter_of(inhoud))
