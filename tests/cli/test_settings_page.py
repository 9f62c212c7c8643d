"""docs/settings.md says what the settings are."""

from __future__ import annotations

import pytest

from app.cli.settings_page import PAGE, settings_page
from app.settings import Settings

CONTRACT = {
    "IWMO_DATABASE_URL": "sqlite:///data/iwmo.db",
    "IWMO_SCHEMAS_DIR": None,
    "IWMO_MAX_BERICHT_BYTES": "25000000",
    "IWMO_TODAY": None,
    "IWMO_LOG_FORMAT": "console",
}


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run `make docs`"


def test_every_setting_is_explained():
    for name, field in Settings.model_fields.items():
        assert f"`IWMO_{name.upper()}`" in settings_page()
        assert field.description


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract_has_these(name: str):
    row = next(line for line in settings_page().splitlines() if line.startswith(f"| `{name}` "))
    default = row.split("|")[2].strip()
    assert default == (f"`{CONTRACT[name]}`" if CONTRACT[name] else "(empty)")
