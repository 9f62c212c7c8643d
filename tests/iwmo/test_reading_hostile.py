"""Whatever bytes arrive: refused with what and where, never with content, and nothing is resolved or fetched."""

from __future__ import annotations

import socket
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.refusals import UnreadableBericht
from app.iwmo.reading import Recognised, recognise
from app.iwmo.releases import write
from tests import builders as a

SECRET = "Geheim999900006"
BODY = write(a.a_toewijzingsbericht(a.a_client(commentaar=SECRET)), "2.3")
DECLARATION, CONTENT = BODY.split(b"\n", 1)
TEXT = BODY.decode()
BARE = CONTENT.decode()
NAMESPACE = "http://www.istandaarden.nl/iwmo/2_3/wmo301/schema"
BOMB = "<!DOCTYPE b [<!ENTITY a0 'x'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"


def declared_as(encoding: str, text: str = BARE) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'


def root_in(namespace: str, name: str = "Bericht") -> bytes:
    return f'<x:{name} xmlns:x="{namespace}">{SECRET}</x:{name}>'.encode()


def with_doctype(doctype: str) -> bytes:
    return f"{doctype}\n{BARE}".encode()


def within_comment(text: str) -> bytes:
    return BODY.replace(SECRET.encode(), text.encode())


HOSTILE: dict[str, tuple[bytes, str]] = {
    # nothing, or not XML
    "empty": (b"", "leeg"),
    "only blanks": (b" \r\n\t ", "leeg"),
    "plain text": (SECRET.encode(), "geen XML: het begint niet met < (regel 1)"),
    "text before": (b"\n\n" + SECRET.encode() + BODY, "geen XML: het begint niet met < (regel 3)"),
    "json": (b'{"bsn": "999900006"}', "geen XML"),
    "edifact": (b"UNH+1+GEHEIM'", "geen XML"),
    "zip": (b"PK\x03\x04" + b"\x01" * 20, "geen XML"),
    "gzip": (b"\x1f\x8b\x08\x08" + BODY, "geen UTF-8"),
    "only a declaration": (DECLARATION, "geen XML-element"),
    "only a comment": (f"<!-- {SECRET} -->".encode(), "geen XML-element"),
    "html": (f"<html><body>{SECRET}<br></body></html>".encode(), "horen niet bij elkaar (regel 1, kolom"),
    # truncated
    "truncated in text": (BODY[: BODY.index(b"heim9999")], "breekt af"),
    "truncated in a tag": (BODY[: BODY.index(b"mentaar>")], "breekt af (regel"),
    "truncated in a comment": (BODY[: BODY.index(b"<wmo301:Bsn>")] + b"<!-- x", "breekt af"),
    "truncated in CDATA": (BODY[: BODY.index(b"<wmo301:Bsn>")] + b"<![CDATA[ x", "breekt af"),
    "truncated in the declaration": (b'<?xml version="1.0"', "regel 1"),
    "truncated in an end tag": (BODY[:-3], "breekt af (regel"),
    "truncated in a first comment": (b"<!-- x", "breekt af"),
    "truncated in a first instruction": (b"<?php echo", "regel 1"),
    "truncated in a character": (BODY[: BODY.index(SECRET.encode())] + "é".encode()[:1], "geen UTF-8"),
    # not well-formed
    "wrong end tag": (BODY.replace(b"</wmo301:Bsn>", b"</wmo301:Sofi>"), "horen niet bij elkaar"),
    "second root": (BODY + CONTENT, "Na het einde"),
    "text after": (BODY + SECRET.encode(), "Na het einde"),
    "declaration twice": (DECLARATION + b"\n" + BODY, "niet welgevormd"),
    "blanks before the declaration": (b"\n" + BODY, "niet welgevormd (regel 2"),
    "bare ampersand": (within_comment("Jansen & Zn"), "welgevormd"),
    "bare less-than": (within_comment("1 < 2"), "welgevormd"),
    "unknown entity": (within_comment("&geheim;"), "entiteit"),
    "html entity": (within_comment("caf&eacute;"), "entiteit"),
    "attribute twice": (BODY.replace(b"<wmo301:Client>", b"<wmo301:Client a='1' a='2'>"), "attribuut staat er dubbel"),
    "attribute without quotes": (BODY.replace(b"<wmo301:Client>", b"<wmo301:Client a=1>"), "welgevormd"),
    "undeclared prefix": (BODY.replace(b"wmo301:Client>", b"geheim:Client>"), "prefix"),
    "control character": (within_comment("a\x01b"), "teken"),
    "reference to a control character": (within_comment("a&#1;b"), "teken"),
    "reference to a surrogate": (within_comment("a&#xD800;b"), "teken"),
    "noncharacter": (within_comment("a\uffffb"), "teken"),
    "CDATA end in text": (within_comment("a]]>b"), "welgevormd"),
    "XML 1.1": (b'<?xml version="1.1"?>' + CONTENT, "XML 1.0"),
    # encodings
    "BOM of UTF-8": (b"\xef\xbb\xbf" + BODY, "byte order mark"),
    "BOM of UTF-16": (declared_as("UTF-16").encode("utf-16"), "byte order mark"),
    "BOM of UTF-16 big-endian": (b"\xfe\xff" + declared_as("UTF-16").encode("utf-16-be"), "byte order mark"),
    "BOM of UTF-32": (declared_as("UTF-32").encode("utf-32"), "byte order mark"),
    "UTF-16 without BOM": (declared_as("UTF-16").encode("utf-16-le"), "UTF-16"),
    "UTF-16 big-endian without BOM": (BARE.encode("utf-16-be"), "UTF-16"),
    "UTF-32 without BOM": (BARE.encode("utf-32-be"), "is nul"),
    "NUL": (within_comment("a\x00b"), "is nul (regel"),
    "declared ISO-8859-1": (declared_as("ISO-8859-1").encode(), "andere codering"),
    "declared and real ISO-8859-1": (declared_as("ISO-8859-1", BARE.replace("Test", "é")).encode("latin-1"), "UTF-8"),
    "declared UTF-16, real UTF-8": (declared_as("UTF-16").encode(), "andere codering"),
    "declared UTF-7": (declared_as("UTF-7", "+ADwAIQ-DOCTYPE a+AD4-").encode(), "andere codering"),
    "declared ASCII": (declared_as("US-ASCII").encode(), "andere codering"),
    "declared nonsense": (declared_as("geheim").encode(), "andere codering"),
    "real ISO-8859-1": (TEXT.replace("Testdorp", "Tést").encode("latin-1"), "geen UTF-8"),
    "real windows-1252": (TEXT.replace("Testdorp", "€").encode("cp1252"), "geen UTF-8"),
    "overlong slash": (BODY.replace(b"Testdorp", b"\xc0\xaf"), "geen UTF-8"),
    "encoded surrogate": (BODY.replace(b"Testdorp", b"\xed\xa0\x80"), "geen UTF-8"),
    "above Unicode": (BODY.replace(b"Testdorp", b"\xf4\x90\x80\x80"), "geen UTF-8"),
    "EBCDIC": (BARE.encode("cp500"), "UTF-8"),
    # DTD and entities
    "DOCTYPE": (with_doctype("<!DOCTYPE Bericht>"), "DOCTYPE; die wordt nooit gelezen (regel 1)"),
    "DOCTYPE after a comment": (
        with_doctype("<!-- x --><?p q?>\n<!DOCTYPE Bericht>"),
        "DOCTYPE; die wordt nooit gelezen (regel 2)",
    ),
    "DOCTYPE with an entity": (with_doctype("<!DOCTYPE b [<!ENTITY e 'x'>]>"), "DOCTYPE"),
    "a billion laughs": (with_doctype(BOMB).replace(SECRET.encode(), b"&a9;"), "DOCTYPE"),
    "external entity": (with_doctype("<!DOCTYPE b [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"), "DOCTYPE"),
    "parameter entity": (with_doctype("<!DOCTYPE b [<!ENTITY % e SYSTEM 'http://127.0.0.1:9/'> %e;]>"), "DOCTYPE"),
    "external DTD": (with_doctype("<!DOCTYPE b SYSTEM 'http://127.0.0.1:9/a.dtd'>"), "DOCTYPE"),
    "broken DOCTYPE": (with_doctype("<!doctype"), "DOCTYPE"),
    "DOCTYPE inside": (within_comment("<!DOCTYPE b>"), "welgevormd"),
    # size and depth
    "deep": (b"<a>" * 100_000, "te diep"),
    "long text": (within_comment("x" * 10_000_001), "te lange tekst"),
    "long attribute": (b'<a b="' + b"c" * 11_000_000 + b'"/>', "te lange tekst"),
    "long name": (b"<" + b"a" * 60_000 + b"/>", "naam is te lang"),
    # not ours
    "no namespace": (b"<Bericht/>", "niet de namespace van een iWmo-bericht (regel 1)"),
    "other namespace": (root_in(f"urn:{SECRET}"), "niet de namespace van een iWmo-bericht"),
    "namespace with a blank": (root_in(NAMESPACE + " "), "niet welgevormd (regel 1"),
    "namespace in capitals": (root_in(NAMESPACE.upper()), "niet de namespace van een iWmo-bericht"),
    "basisschema": (root_in(NAMESPACE.replace("wmo301", "basisschema")), "niet de namespace"),
    "iJw": (root_in("http://www.istandaarden.nl/ijw/2_3/jw301/schema"), "bekend zijn de releases 2.1 en 2.3"),
    "release 3.2": (root_in(NAMESPACE.replace("2_3", "3_2")), "WMO301 van release 3.2 wordt niet gelezen (regel 1)"),
    "303 of 2.1": (
        root_in("http://www.istandaarden.nl/iwmo/2_1/wmo303/schema/2_1"),
        "WMO303 van release 2.1 wordt niet gelezen",
    ),
    "401": (root_in(NAMESPACE.replace("wmo301", "wmo401")), "WMO401 van release 2.3"),
    "other root": (root_in(NAMESPACE, "Client"), "heet Bericht"),
    "envelope": (b"<s:Envelope xmlns:s='urn:soap'>" + CONTENT + b"</s:Envelope>", "niet de namespace"),
}


@pytest.mark.parametrize("name", HOSTILE)
class TestHostile:
    def refused(self, name: str) -> UnreadableBericht:
        with pytest.raises(UnreadableBericht) as caught:
            recognise(HOSTILE[name][0])
        return caught.value

    def test_says_what_and_where(self, name: str):
        refusal = self.refused(name)

        assert HOSTILE[name][1] in refusal.detail
        [finding] = refusal.findings
        assert (finding.regel, finding.retourcode, finding.pad) == ("LEES", None, "/")
        assert finding.melding == refusal.detail
        assert finding.regelnummer is None or f"regel {finding.regelnummer}" in finding.melding

    def test_holds_no_content(self, name: str):
        refusal = self.refused(name)

        assert refusal.__cause__ is None
        assert refusal.__context__ is None
        told = "".join(traceback.format_exception(refusal)).lower() + repr(refusal.findings).lower()
        assert "geheim9" not in told
        assert "999900006" not in told


class TestNothingLeaves:
    def test_schema_location_is_not_fetched(self, tmp_path: Path):
        schema = tmp_path / "WMO301.xsd"
        schema.write_text(SECRET)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            address = f"http://127.0.0.1:{server.getsockname()[1]}/WMO301.xsd"
            attributes = (
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xsi:schemaLocation="{NAMESPACE} {address} urn:x {schema.as_uri()}"'
            )
            recognise(TEXT.replace("<wmo301:Bericht ", f"<wmo301:Bericht {attributes} ").encode())
            with pytest.raises(TimeoutError):
                server.accept()

    def test_xinclude_stays_what_it_is(self, tmp_path: Path):
        (tmp_path / "secret").write_text("niet van hier")
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{tmp_path}/secret" parse="text"/>'

        recognised = recognise(within_comment(include))

        assert "niet van hier" not in "".join(recognised.tree.getroot().itertext())


class TestAnyBytes:
    def recognised(self, body: bytes) -> Recognised | None:
        try:
            return recognise(body)
        except UnreadableBericht:
            return None

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=400))
    def test_bytes_are_refused(self, body: bytes):
        assert self.recognised(body) is None

    @settings(max_examples=300, deadline=None)
    @given(at=st.integers(0, len(BODY)), length=st.integers(0, 40), put=st.binary(max_size=8))
    def test_a_damaged_message_is_recognised_or_refused(self, at: int, length: int, put: bytes):
        damaged = BODY[:at] + put + BODY[at + length :]

        recognised = self.recognised(damaged)

        assert recognised is None or recognised.release in ("2.1", "2.3")

    @settings(max_examples=300, deadline=None)
    @given(
        place=st.sampled_from(["<!-- {} -->", "<?p {}?>", "<wmo301:X a='{}'/>", "<![CDATA[{}]]>", "{}", "<x{}/>"]),
        put=st.binary(min_size=1, max_size=5).filter(lambda put: not put.isascii()),
    )
    def test_what_is_recognised_is_utf8(self, place: str, put: bytes):
        body = BODY.replace(SECRET.encode(), place.encode().replace(b"{}", put))

        if self.recognised(body) is not None:
            body.decode()

    @settings(max_examples=100, deadline=None)
    @given(at=st.integers(1, len(BODY.rstrip()) - 1))
    def test_a_truncated_message_is_refused(self, at: int):
        assert self.recognised(BODY[:at]) is None
