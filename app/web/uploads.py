"""A form with a file in it (multipart/form-data), read as it comes in and kept nowhere but in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.domain.refusals import TooLarge
from app.processing.room import NoRoom, Share
from app.web.forms import FormNotAccepted, demand_text
from app.web.house import House

KIND: Final = "multipart/form-data"
MARGIN: Final = 65_536
"""Bytes for what stands around the file: the other fields, and what divides them."""

MAX_PARTS: Final = 10
MAX_HEADERS: Final = 8
ENOUGH_DIGITS: Final = 20


class Sent(NamedTuple):
    """What a form sent, by the names of its fields; of a file what is in it, never what it is called."""

    fields: dict[str, str]
    files: dict[str, bytes]


def is_upload(request: Request) -> bool:
    """Whether the form is of the kind that may hold a file."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == KIND


async def read_upload(request: Request, share: Share) -> Sent:
    """The fields and files of a form; raises FormNotAccepted, TooLarge, NoRoom and TooSlow."""
    house: House = request.app.state.house
    most = house.runtime.max_bericht_bytes
    parts, stream, received = _Parts(_boundary(request)), house.pace.chunks(request.stream()), 0
    try:
        share.demand(_announced(request))
        async for chunk in stream:
            received += len(chunk)
            _demand_size(received, most)
            share.grow_to(received)
            parts.write(chunk)
    except (NoRoom, TooLarge):
        await _read_over(stream, most)
        raise
    return parts.sent()


def _demand_size(received: int, most: int) -> None:
    if received > most + MARGIN:
        raise TooLarge(f"Een bericht heeft hier hoogstens {most // 1_000_000} MB. Er is niets veranderd.")


async def _read_over(stream: AsyncIterator[bytes], most: int) -> None:
    """Let the rest go by, as far as that is worth it: a browser that still sends would not see the answer."""
    async for chunk in stream:
        most -= len(chunk)
        if most < 0:
            return


def _announced(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared[:ENOUGH_DIGITS]) if declared.isdecimal() else 0


def _boundary(request: Request) -> bytes:
    _, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise FormNotAccepted
    return boundary


class _Parts:
    """The parts of a form, collected while its bytes come in."""

    def __init__(self, boundary: bytes) -> None:
        self._fields: dict[str, str] = {}
        self._files: dict[str, bytes] = {}
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value, self._body = bytearray(), bytearray(), bytearray()
        self._seen, self._ended = 0, False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._add_name,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_part_data": self._add,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
                max_header_count=MAX_HEADERS,
            )
        except FormParserError:
            raise FormNotAccepted from None

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; raises FormNotAccepted."""
        try:
            self._parser.write(chunk)
        except (FormParserError, UnicodeDecodeError):
            raise FormNotAccepted from None

    def sent(self) -> Sent:
        """All of it; raises FormNotAccepted when the end is not there."""
        if not self._ended:
            raise FormNotAccepted
        demand_text(self._fields)
        return Sent(self._fields, self._files)

    def _begin(self) -> None:
        self._seen += 1
        if self._seen > MAX_PARTS:
            raise FormNotAccepted
        self._headers, self._body = {}, bytearray()

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._body += memoryview(data)[start:end]

    def _end_part(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise FormNotAccepted
        name = options[b"name"].decode()
        if b"filename" in options:
            self._files[name] = bytes(self._body)
        else:
            self._fields[name] = self._body.decode()
        self._body = bytearray()

    def _end(self) -> None:
        self._ended = True
