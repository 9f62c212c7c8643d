"""Whoever finds a weakness finds whom to tell, in the form of RFC 9116, and that is still right."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from app.api.security_txt import RELEASED, Disclosure
from app.processing.runtime import Runtime
from app.settings import Settings
from tests.e2e.service import Clock, Service, serving

PATH = "/.well-known/security.txt"
FIELD = re.compile(r"[A-Za-z-]+: \S.*")


def fields(text: str) -> dict[str, str]:
    """The fields by name; each stands there once."""
    lines = [line for line in text.split("\n")[:-1] if not line.startswith("#")]
    assert [line for line in lines if not FIELD.fullmatch(line)] == []
    found = dict(line.split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_is_as_the_standard_says(service: Service):
    answer = service.client.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text.endswith("\n")
    found = fields(answer.text)
    assert set(found) == {"Contact", "Expires", "Canonical", "Preferred-Languages", "Policy"}
    assert found["Contact"].startswith(("mailto:", "https://", "tel:"))
    assert found["Preferred-Languages"] == "nl, en"
    for name in ("Canonical", "Policy"):
        assert found[name].startswith("https://")
    assert found["Canonical"].endswith(PATH)


def test_holds_for_a_while_and_less_than_a_year(service: Service):
    """A release with an old day here does not pass: look at it again, and set RELEASED to the day of the release."""
    expires = datetime.fromisoformat(fields(service.client.get(PATH).text)["Expires"])
    assert expires - datetime.now(UTC) > timedelta(days=30)
    assert expires.date() - RELEASED < timedelta(days=365)


def test_says_so_while_it_is_an_example(service: Service):
    assert service.client.get(PATH).text.startswith("# Voorbeeld")


def test_is_that_of_who_runs_the_service(sqlite_runtime: Runtime, clock: Clock):
    own = {
        "security_contact": "https://gemeente.nl/melden",
        "security_policy": "https://gemeente.nl/regels",
        "public_url": "https://iwmo.gemeente.nl",
        "security_expires": date(2027, 1, 31),
    }
    with serving(sqlite_runtime, clock, **own) as service:
        assert fields(service.client.get(PATH).text) == {
            "Contact": "https://gemeente.nl/melden",
            "Expires": "2027-01-31T00:00:00Z",
            "Canonical": f"https://iwmo.gemeente.nl{PATH}",
            "Preferred-Languages": "nl, en",
            "Policy": "https://gemeente.nl/regels",
        }
        assert "#" not in service.client.get(PATH).text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security_contact", "gemeente@gemeente.nl"),
        ("security_contact", "mailto:x@y.nl\nContact: mailto:evil@z.nl"),
        ("security_policy", "http://gemeente.nl"),
        ("public_url", "https://gemeente.nl/pad"),
        ("contact_url", "javascript:x"),
        ("contact_email", "x y@z"),
        ("cors_origins", ("*",)),
        ("cors_origins", ("null",)),
        ("cors_origins", ("https://x.nl/",)),
        ("body_seconds", 0),
        ("body_bytes_per_second", 0),
    ],
)
def test_a_wrong_setting_stops_the_service(name: str, value: object):
    with pytest.raises(ValidationError):
        Settings(**{name: value})  # pyright: ignore[reportArgumentType]


def test_a_value_breaks_no_line():
    with pytest.raises(ValidationError):
        Settings(security_policy="https://x.nl\nExpires: 2099-01-01T00:00:00Z")
    assert Disclosure(contact="tel:+31", policy="https://x.nl").text.count("\n") == 5
