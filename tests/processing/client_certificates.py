"""Client certificates for tests, and how a proxy passes them on."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

OIN = "00000001234567890000"
KEY = generate_private_key(SECP256R1())


def a_certificate(
    *serials: str,
    begin: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    end: datetime = datetime(2036, 1, 1, tzinfo=UTC),
    name: str = "Zorgsysteem",
) -> x509.Certificate:
    """A certificate of an invented organisation, signed by itself: that is the proxy's concern."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            *(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial) for serial in serials),
        ]
    )
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(KEY.public_key())
    return built.serial_number(1).not_valid_before(begin).not_valid_after(end).sign(KEY, SHA256())


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()


def passed_on(certificate: x509.Certificate | bytes) -> str:
    """The value of Client-Cert."""
    der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
    return f":{b64encode(der).decode()}:"


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def refused_values(now: datetime) -> dict[str, str]:
    """What a trusted proxy might pass on and is no certificate that counts, by what is wrong with it."""
    good = a_certificate(OIN)
    value = passed_on(good)
    day = timedelta(days=1)
    return {
        "empty": "",
        "nothing between colons": "::",
        "no colons": value.strip(":"),
        "one colon": value[:-1],
        "two certificates": f"{value}, {value}",
        "a parameter": f"{value};a=1",
        "base64 for URLs": value.replace("+", "-").replace("/", "_").replace("=", "") + "_:",
        "no base64": ":@@@@:",
        "padding left out": passed_on(good.public_bytes(Encoding.DER) + b"x").replace("=", "").replace("::", ":"),
        "no certificate": passed_on(b"garbage"),
        "cut off": passed_on(good.public_bytes(Encoding.DER)[:-1]),
        "something after it": passed_on(good.public_bytes(Encoding.DER) + b"\0"),
        "PEM in base64": passed_on(pem(good)),
        "PEM in the way of nginx": pem(good).decode().replace("\n", " "),
        "a name only": 'Subject="CN=Zorgsysteem"',
        "huge": passed_on(bytes(20_000)),
        "expired": passed_on(a_certificate(OIN, begin=now - 3 * day, end=now - day)),
        "not yet valid": passed_on(a_certificate(OIN, begin=now + day, end=now + 3 * day)),
    }
