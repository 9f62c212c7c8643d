"""Client certificates that a proxy has checked: what they say about who holds them. No chain is built here."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from app.domain.refusals import NotAuthenticated
from app.processing.toegang import GENERIC, Aanmelding

log = structlog.get_logger(__name__)

HEADER: Final = "client-cert"
"""RFC 9440: the DER of the certificate as a byte sequence of RFC 8941, `:…:` around base64."""
MOST_CHARACTERS: Final = 12_000
"""About 9 KB of DER; one with an OIN has 2."""
BYTE_SEQUENCE: Final = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
OIN: Final = re.compile(r"[0-9]{20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate by what it is known by: `fingerprint` is SHA-256 over the DER, in hex.

    `oin` is the organisatie-identificatienummer of Logius, in the serialNumber of the subject; None: it has none.
    """

    fingerprint: str
    oin: str | None


def shown_certificate(aanmelding: Aanmelding, *, believed: bool, now: datetime) -> Certificate | None:
    """The certificate that the request was made with, as a trusted proxy tells; None: it was made without.

    `believed`: proxies are known to remove the header that a caller sends; else what they pass on tells nothing.
    NotAuthenticated: the header came past no proxy, so somebody made it up; or it holds no certificate that is valid
    at `now` (UTC).
    """
    said = aanmelding.headers.get(HEADER)
    if said is None:
        return None
    if not aanmelding.via_proxy:
        log.warning("client_certificate_forged", adres=aanmelding.herkomst.adres)
        raise NotAuthenticated(GENERIC)
    return _read(_bytes(said), now) if believed else None


def _bytes(said: str) -> bytes:
    match = BYTE_SEQUENCE.fullmatch(said.strip(" ")) if len(said) <= MOST_CHARACTERS else None
    try:
        return b64decode(match[1], validate=True) if match else _refuse("form")
    except binascii.Error:
        _refuse("form")


def _read(der: bytes, now: datetime) -> Certificate:
    try:
        found = x509.load_der_x509_certificate(der)
        serials = [str(name.value) for name in found.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
        valid = found.not_valid_before_utc <= now <= found.not_valid_after_utc
    except (ValueError, TypeError, x509.InvalidVersion):
        _refuse("form")
    if not valid:
        _refuse("validity")
    oin = serials[0] if len(serials) == 1 and OIN.fullmatch(serials[0]) else None
    return Certificate(fingerprint=found.fingerprint(SHA256()).hex(), oin=oin)


def _refuse(reden: str) -> NoReturn:
    log.warning("client_certificate_refused", reden=reden)
    raise NotAuthenticated(GENERIC) from None
