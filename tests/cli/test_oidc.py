"""The settings with which people log in through an identity provider, and what cannot be together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.principal import Rol
from app.main import SettingsUnsafe, identity_provider
from app.processing.oidc_client import OwnKey, SharedSecret
from app.settings import Settings
from tests.cli.conftest import Iwmo
from tests.processing.token_issuer import ec_key

ROLES = {"wmo": {"rol": "behandelaar", "gemeenten": ["1708"]}, "ict": {"rol": "beheer"}}
WHOLE = {
    "IWMO_OIDC_ISSUER": "https://inloggen.gemeente.example/realm",
    "IWMO_OIDC_CLIENT_ID": "iwmo",
    "IWMO_OIDC_CLIENT_SECRET": "geheim",
    "IWMO_OIDC_ROLES": json.dumps(ROLES),
    "IWMO_PUBLIC_URL": "https://iwmo.gemeente.example",
}


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in {**WHOLE, **changes}.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_whole(monkeypatch: pytest.MonkeyPatch):
    found = identity_provider(settings(monkeypatch, IWMO_OIDC_AMR='["mfa"]', IWMO_LOCAL_LOGIN="uit"))
    assert found is not None
    assert found.issuer == "https://inloggen.gemeente.example/realm"
    assert found.redirect_uri == "https://iwmo.gemeente.example/inloggen/oidc/terug"
    assert isinstance(found.credential, SharedSecret)
    assert found.verdeling["wmo"].gemeenten == {"1708"}
    assert found.verdeling["ict"].rol is Rol.BEHEER
    assert found.amr == ("mfa",)


def test_with_a_key_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "key.pem"
    path.write_bytes(ec_key().as_pem(private=True))
    found = identity_provider(settings(monkeypatch, IWMO_OIDC_CLIENT_SECRET="", IWMO_OIDC_CLIENT_KEY=str(path)))
    assert found is not None
    assert isinstance(found.credential, OwnKey)
    path.write_text("x")
    with pytest.raises(SettingsUnsafe, match="IWMO_OIDC_CLIENT_KEY"):
        identity_provider(Settings())


@pytest.mark.parametrize(
    "changes",
    [
        *({name: ""} for name in WHOLE if name != "IWMO_OIDC_ISSUER"),
        {"IWMO_OIDC_CLIENT_KEY": "key.pem"},
        {"IWMO_OIDC_ISSUER": "", "IWMO_LOCAL_LOGIN": "uit"},
        {"IWMO_OIDC_ISSUER": "", "IWMO_LOCAL_LOGIN": "false"},
    ],
    ids=str,
)
def test_does_not_start(changes: dict[str, str], folder: Path, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    settings(monkeypatch, **changes)
    outcome = iwmo("serve", "--port", "1")
    assert outcome.status == 2
    assert "IWMO_" in outcome.err
    assert "geheim" not in outcome.out + outcome.err
    assert not (folder / "data" / "iwmo.db").exists()


@pytest.mark.parametrize(
    "roles",
    [
        '{"a": {"rol": "gemeente"}}',
        '{"a": {"rol": "lezer"}}',
        '{"a": {"rol": "beheer", "gemeenten": ["1708"]}}',
        "[]",
        '{"a": {"rol": "aanbieder"}}',
        '{"a": {"rol": "lezer", "gemeenten": ["1708"], "aanbieders": ["98000001"]}}',
    ],
)
def test_a_role_that_nobody_can_have(roles: str, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    settings_of = {**WHOLE, "IWMO_OIDC_ROLES": roles}
    for name, value in settings_of.items():
        monkeypatch.setenv(name, value)
    outcome = iwmo("operator", "list")
    assert outcome.status == 2
    assert "IWMO_OIDC_ROLES" in outcome.err


def test_operator_still_works_and_warns(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    assert "let op" not in iwmo("operator", "create", "een", "--rol", "beheer", "--link").err
    settings(monkeypatch, IWMO_LOCAL_LOGIN="uit")
    outcome = iwmo("operator", "create", "nood", "--rol", "beheer", "--link")
    assert outcome.status == 0
    assert "IWMO_LOCAL_LOGIN" in outcome.err
    assert "/instellen/" in outcome.out
