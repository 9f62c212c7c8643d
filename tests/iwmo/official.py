"""Where the files of the standard are that tests compare with, when they are there."""

from __future__ import annotations

import pytest

from app.domain.bericht import Berichtsoort
from app.iwmo.schema_files import read_folder
from tests.iwmo.documents import OUR_SCHEMAS, ROOT

OFFICIAL = ROOT.parent / "shared" / "iwmo" / "official"

needs_official = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official XSDs are not next to this checkout (../shared/iwmo/official)"
)

MESSAGES = tuple(
    (file.release, file.soort) for file in read_folder(OUR_SCHEMAS).files if isinstance(file.soort, Berichtsoort)
)
