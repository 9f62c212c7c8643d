"""Hostile JSON, YAML, CSV, questions and names of files."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

Make = Callable[[], bytes]

JSON: Mapping[str, Make] = {
    "nothing": lambda: b"",
    "a BOM": lambda: b'\xef\xbb\xbf{"bsn": "999900006"}',
    "UTF-16": lambda: '{"bsn": "999900006"}'.encode("utf-16"),
    "not UTF-8": lambda: b'{"bsn": "\xff"}',
    "10,000 levels of lists": lambda: b"[" * 10_000 + b"]" * 10_000,
    "7,000 levels of objects": lambda: b'{"bsn":' * 7_000 + b"1" + b"}" * 7_000,
    "a number of 5,000 digits": lambda: b'{"bsn": ' + b"9" * 5_000 + b"}",
    "a number of 60,000 digits with a fraction": lambda: b'{"bsn": ' + b"9" * 30_000 + b"." + b"9" * 30_000 + b"}",
    "1e999999999": lambda: b'{"bsn": 1e999999999}',
    "-1e999999999": lambda: b'{"bsn": -1e999999999}',
    "NaN": lambda: b'{"bsn": NaN}',
    "Infinity": lambda: b'{"bsn": Infinity}',
    "a key twice": lambda: b'{"bsn": 1, "bsn": 2}',
    "lone surrogates": lambda: b'{"bsn": "\\ud800\\udfff\\udc00"}',
    "a NUL": lambda: b'{"bsn": "\\u0000"}',
    "a text of 60 KB": lambda: b'{"bsn": "' + b"9" * 60_000 + b'"}',
    "60,000 keys": lambda: b"{" + b",".join(b'"%d":1' % n for n in range(6_000)) + b"}",
    "a list": lambda: b"[]",
    "a text": lambda: b'"x"',
    "null": lambda: b"null",
    "two documents": lambda: b"{} {}",
    "a comment": lambda: b'{"bsn": 1 /* x */}',
    "single quotes": lambda: b"{'bsn': 1}",
    "a trailing comma": lambda: b'{"bsn": 1,}',
    "XML": lambda: b'<?xml version="1.0"?><x/>',
    "a prototype": lambda: b'{"__proto__": {"rol": "beheer"}, "constructor": 1}',
    "a class": lambda: b'{"__class__": "os.system", "py/object": "os.system"}',
    "a template": lambda: b'{"bsn": "{{7*7}}${7*7}%s%n{0.__class__}"}',
}
TOO_LARGE: Mapping[str, Make] = {
    "just above the limit": lambda: b'{"bsn": "' + b"x" * 65_536 + b'"}',
    "a text of 10 MB": lambda: b'{"bsn": "' + b"x" * 10_000_000 + b'"}',
    "blanks without end": lambda: b" " * 1_000_000 + b"{}",
}

YAML: Mapping[str, Make] = {
    "aliases of aliases": lambda: (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(97, 113))
    ),
    "a list in itself": lambda: b"gemeente: &a\n  - *a\n",
    "an object in itself": lambda: b"gemeente: &a\n  code: *a\n",
    "merge keys": lambda: b"a: &a {x: 1}\nb:\n  <<: [" + b",".join([b"*a"] * 10_000) + b"]\n",
    "merge keys in circles": lambda: b"a: &a\n  <<: *a\n",
    "a Python object": lambda: b"gemeente: !!python/object/apply:os.system ['touch /tmp/x']\n",
    "a Python name": lambda: b"gemeente: !!python/name:os.system\n",
    "a tag of our own": lambda: b"gemeente: !include /etc/passwd\n",
    "a tag of a kilobyte": lambda: b"gemeente: !<tag:" + b"x" * 1_000 + b"> 1\n",
    "a tag directive": lambda: b"%TAG ! tag:127.0.0.1:8999,2000:\n---\ngemeente: !x 1\n",
    "a number of 100,000 digits": lambda: b"gemeente: {code: " + b"9" * 100_000 + b"}\n",
    "a hexadecimal number": lambda: b"gemeente: {code: 0x" + b"f" * 50_000 + b"}\n",
    "sexagesimal": lambda: b"gemeente: {code: " + b":".join([b"59"] * 20_000) + b"}\n",
    "binary": lambda: b"gemeente: !!binary " + b"QUJD" * 100_000 + b"\n",
    "a timestamp": lambda: b"gemeente: {code: 2018-02-30T99:99:99Z}\n",
    "100,000 levels": lambda: b"[" * 100_000,
    "100,000 levels of keys": lambda: b"? " * 100_000,
    "100,000 indentations": lambda: b"".join(b" " * n + b"a:\n" for n in range(1_500)),
    "a key of a megabyte": lambda: b"x" * 1_000_000 + b": 1\n",
    "100,000 keys": lambda: b"".join(b"k%d: 1\n" % n for n in range(100_000)),
    "100,000 documents": lambda: b"--- a\n" * 100_000,
    "more than fits": lambda: b"# " + b"x" * 2_100_000,
    "control characters": lambda: b"gemeente: {code: '\x1b[2J'}\n",
    "escape sequences in a key": lambda: b'"\\x1b[2J\\u2028": 1\n',
    "a NUL": lambda: b"gemeente: \x00\n",
    "UTF-16": lambda: "gemeente: {code: '0384'}\n".encode("utf-16"),
    "gzip": lambda: gzip.compress(b"gemeente: {}\n"),
    "nothing": lambda: b"",
}

CSV: Mapping[str, Make] = {
    "nothing": lambda: b"",
    "a NUL": lambda: b"bsn;\x00\n",
    "a line of 30 MB": lambda: b"bsn;" * 7_500_000,
    "a header of a million columns": lambda: b";" * 1_000_000 + b"\n",
    "a quote that does not close": lambda: b'bsn;"geboortedatum\n' + b"x;y\n" * 100_000,
    "a million blank lines": lambda: b"bsn;x\n" + b"\n" * 1_000_000,
    "UTF-16": lambda: "bsn;x\n".encode("utf-16"),
    "carriage returns only": lambda: b"bsn;x\r" * 100_000,
    "gzip": lambda: gzip.compress(b"bsn;x\n"),
    "zip": lambda: b"PK\x03\x04" + b"\0" * 100,
    "formulas": lambda: b"=cmd|' /C calc'!A0;@SUM(1)\n",
    "a column twice": lambda: b"bsn;bsn\n1;2\n",
    "lone surrogates": lambda: b"bsn;\xed\xa0\x80\n",
}

VALUES = (
    "999900006",
    "' OR '1'='1", "1; DROP TABLE berichten--", "1 UNION SELECT bsn FROM dossiers", "%' --", "\\'; --",
    "1)) OR 1=1--", "0x31", "1e309", "-1", "99999999999999999999", "NaN", "null", "[]", "{}",
    "../../etc/passwd", "..%2f..%2fetc", "%00", "%0d%0aX-Evil: 1", "\u2028", "\ud7ff\ue000", "\u202e",
    "a" * 7_000, "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "{0.__class__}", "%s%n", "2018-02-30",
    "9999-12-31", "0000-00-00", "٣", "１", "true", "on", "*", "_", "'", '"', ";", "|",
)  # fmt: skip
"""For every parameter of a question."""

FILE_NAMES = (
    "...xml", "..xml.xml", "CON.xml", "NUL.xml", "LPT1.xml", " .xml", "a b.xml", "-rf.xml", "a\nb.xml",
    "a\rb.xml", "\x1b[2J.xml", "a\u202elmx.xml", "e\u0301.xml", "\u00e9.xml", "\u2028.xml", "$(id).xml",
    "`id`.xml", "a;b.xml", "a|b.xml", "'a'.xml", '"a".xml', "<b>.xml", "a\\b.xml", "%00.xml",
    "%2e%2e%2f.xml", "999900006.xml", "Testmans.xml", "x" * 251 + ".xml", "é" * 125 + ".xml", "😀.xml",
    "A.XML", "=cmd.xml",
)  # fmt: skip
"""Of files in the folder of a partij; one more holds bytes that are no text."""
