"""The beschikking as a PDF that a screen reader can read (PDF/UA-1: tagged, with language, title and table headers)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from importlib.resources import files

import typst

from app.beschikking.letter import letter_of
from app.domain.beschikking import BeschikkingInhoud

LAYOUT = (files("app.beschikking") / "templates" / "beschikking.typ").read_bytes()


def render_pdf(inhoud: BeschikkingInhoud) -> bytes:
    """The PDF; the same bytes for the same beschikking, on any day."""
    document = {**letter_of(inhoud).document(), "date": inhoud.afgiftedatum.isoformat()}
    given = {"letter": json.dumps(document)}
    made = datetime.combine(inhoud.afgiftedatum, time(), UTC)
    try:
        return typst.compile(
            LAYOUT, sys_inputs=given, ignore_system_fonts=True, pdf_standards="ua-1", timestamp=made, format="pdf"
        )
    except typst.TypstError:
        # A character that the fonts lack is against PDF/UA; the client still gets a letter.
        return typst.compile(LAYOUT, sys_inputs=given, timestamp=made, format="pdf")
