"""Base64 there and back, and nothing that only looks like it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelop import OnjuisteEnvelop
from app.ggk.bestand import decoded, encoded
from app.ggk.reading import read_envelop
from app.ggk.soap import SoapBody, read_soap
from app.ggk.writing import soap_message, write_envelop
from tests.ggk.builders import a_retour, schemas

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


@given(st.binary())
def test_there_and_back(content: bytes):
    assert decoded(encoded(content)) == content


@given(st.text(BASE64, max_size=12))
def test_one_text_for_each_file(text: str):
    """The converse: whatever is taken, is exactly what would have been written."""
    found = decoded(text)
    assert found is None or encoded(found) == text


@given(st.binary(min_size=1), st.integers(0), st.sampled_from(("\n", "\r\n", " ", "\t")))
def test_blanks_say_nothing(content: bytes, at: int, blank: str):
    text = encoded(content)
    at %= len(text)
    assert decoded(text[:at] + blank + text[at:]) == content


@given(st.binary(min_size=1), st.integers(0), st.sampled_from("@!-_.,é\u00a0\x0b"))
def test_any_other_character_does(content: bytes, at: int, other: str):
    text = encoded(content)
    at %= len(text)
    assert decoded(text[:at] + other + text[at:]) is None


@pytest.mark.parametrize(
    "text", ["Q", "QQ", "QQ=", "QQ===", "=", "====", "QQ==QQ==", "QR==", "QUF=", "Q=Q=", "QUJD=", "QUJD===="]
)
def test_what_is_none(text: str):
    assert decoded(text) is None


def test_a_retour_without_base64_is_refused():
    envelop = write_envelop(a_retour(), schemas()).replace(base64.b64encode(b"<Bericht/>"), b"@@@")
    soap = read_soap(soap_message(envelop), None)
    assert isinstance(soap, SoapBody)
    found = read_envelop(soap, schemas())
    assert isinstance(found, OnjuisteEnvelop)
    assert found.stuurgegevens == a_retour().stuurgegevens
