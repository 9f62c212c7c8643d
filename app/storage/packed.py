"""The bytes of a message as they are kept: compressed, while they are written or read in pieces."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

CODERING: Final = "zlib"
COMPRESSION_LEVEL: Final = 1
"""Of 25 MB in 44 ms; a higher level takes longer than parsing."""

PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Packed:
    """A message of `omvang_bytes` with its sha256, as hexadecimal text; only `inhoud` is in memory."""

    inhoud: bytes = field(repr=False)
    omvang_bytes: int
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, in order."""
        return unpacked(self.inhoud)

    def whole(self) -> bytes:
        """All its bytes at once."""
        return zlib.decompress(self.inhoud)


class Packer:
    """Packs a message that comes in pieces."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(COMPRESSION_LEVEL)
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._packed: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self._sha256.update(piece)
        self._size += len(piece)
        self._packed.append(self._compressor.compress(piece))

    def packed(self) -> Packed:
        """All of it; nothing is added after this."""
        inhoud = b"".join([*self._packed, self._compressor.flush()])
        return Packed(inhoud, self._size, self._sha256.hexdigest())


def pack(body: bytes) -> Packed:
    """The same of bytes that are there as a whole."""
    return Packed(compressed(body), len(body), sha256_hex(body))


def compressed(body: bytes) -> bytes:
    """The bytes as they are kept."""
    return zlib.compress(body, COMPRESSION_LEVEL)


def sha256_hex(body: bytes) -> str:
    """Their digest, as hexadecimal text."""
    return hashlib.sha256(body).hexdigest()


def unpacked(inhoud: bytes) -> Iterator[bytes]:
    """What was packed, in pieces; raises zlib.error when that is damaged or not all of it."""
    decompressor = zlib.decompressobj()
    left = inhoud
    while left and not decompressor.eof:
        if piece := decompressor.decompress(left, PIECE):
            yield piece
        left = decompressor.unconsumed_tail
    if not decompressor.eof:
        raise zlib.error("incomplete")
