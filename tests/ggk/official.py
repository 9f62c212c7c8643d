"""Where the files of the envelope are that tests compare with: ours, and the official ones when they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ROOT / "schemas" / "ggk"
OFFICIAL = ROOT.parent / "shared" / "ggk" / "official"

needs_official = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official XSDs are not next to this checkout (../shared/ggk/official)"
)
