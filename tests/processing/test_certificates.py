"""Client certificates: read when a trusted proxy passes them on, refused when anybody else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.domain.principal import Herkomst
from app.domain.refusals import NotAuthenticated
from app.processing.certificates import Certificate, shown_certificate
from app.processing.toegang import Aanmelding
from tests.processing.client_certificates import OIN, a_certificate, fingerprint, passed_on, refused_values

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = a_certificate(OIN)


def shown(
    value: str | None, *, via_proxy: bool = True, believed: bool = True, now: datetime = NOW
) -> Certificate | None:
    headers = {} if value is None else {"client-cert": value}
    herkomst = Herkomst(adres="192.0.2.7", trace_id="0" * 32, span_id="0" * 16)
    aanmelding = Aanmelding(method="POST", herkomst=herkomst, headers=headers, via_proxy=via_proxy)
    return shown_certificate(aanmelding, believed=believed, now=now)


def test_is_known_by_its_fingerprint_and_its_oin():
    assert shown(passed_on(GOOD)) == Certificate(fingerprint=fingerprint(GOOD), oin=OIN)


def test_space_around_it_is_none_of_it():
    assert shown(f" {passed_on(GOOD)} ") == shown(passed_on(GOOD))


@pytest.mark.parametrize("serials", [(), ("123",), (OIN + "1",), ("OIN:" + OIN,), (OIN, OIN)])
def test_another_serial_number_is_no_oin(serials: tuple[str, ...]):
    certificate = a_certificate(*serials)
    assert shown(passed_on(certificate)) == Certificate(fingerprint=fingerprint(certificate), oin=None)


def test_a_request_without_one_shows_none():
    assert shown(None) is None
    assert shown(None, via_proxy=False) is None


@pytest.fixture
def every_level() -> Iterator[None]:
    """Whatever level another test left, everything is heard."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("every_level")
@pytest.mark.parametrize("believed", [True, False])
@pytest.mark.parametrize("value", [passed_on(GOOD), "garbage", ""], ids=["genuine", "garbage", "empty"])
def test_past_no_proxy_it_is_made_up_whatever_it_says(value: str, believed: bool):
    with capture_logs() as logs, pytest.raises(NotAuthenticated):
        shown(value, via_proxy=False, believed=believed)
    assert [(line["event"], line["adres"]) for line in logs] == [("client_certificate_forged", "192.0.2.7")]


@pytest.mark.parametrize("value", [passed_on(GOOD), "garbage"])
def test_of_a_proxy_that_does_not_remove_it_nothing_counts(value: str):
    assert shown(value, believed=False) is None


@pytest.mark.parametrize("what", refused_values(NOW))
def test_anything_but_one_valid_certificate_is_refused(what: str):
    with pytest.raises(NotAuthenticated) as refused:
        shown(refused_values(NOW)[what])
    assert refused.value.__suppress_context__


def test_is_valid_from_its_first_moment_to_its_last():
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    value = passed_on(a_certificate(OIN, begin=begin, end=end))
    for moment in (begin, end):
        assert shown(value, now=moment)
    for moment in (begin - timedelta(seconds=1), end + timedelta(seconds=1)):
        with pytest.raises(NotAuthenticated):
            shown(value, now=moment)


DER = GOOD.public_bytes(Encoding.DER)


@pytest.mark.filterwarnings("ignore")  # cryptography has a word to say about some
@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
@example(DER.index(b"\xa0\x03\x02\x01\x02") + 4, 1)  # another version
@example(DER.index(b"\x55\x04\x05") + 4, 3)  # a name that is no text
def test_with_any_byte_changed_it_is_another_or_none(place: int, other: int):
    changed = DER[:place] + bytes([other]) + DER[place + 1 :]
    try:
        found = shown(passed_on(changed))
    except NotAuthenticated:
        assert changed != DER
    else:
        assert found is not None
        assert (found.fingerprint == fingerprint(GOOD)) is (changed == DER)


@given(st.text(max_size=100) | st.binary(max_size=300).map(passed_on))
def test_whatever_is_passed_on_breaks_nothing(value: str):
    with pytest.raises(NotAuthenticated):
        shown(value)
