"""Whether bytes are a picture that every screen can draw (ISO/IEC 15948, PNG). Pure."""

import re
import zlib
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Width, height, bit depth, colour type and interlacing (11.2.1).
_HEAD: Final = re.compile(SIGNATURE + rb".{4}IHDR(.{4})(.{4})(.)(.)..(.)", re.DOTALL)
# By colour type, the samples of a pixel and how many bits each may have (table 11.1).
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_BY_PALETTE: Final = 3
_LAST_FILTER: Final = 4  # of a scanline (9.2)


def size_of(png: bytes) -> tuple[int, int]:
    """Pixels across and down. Raises ValueError, which says what is wrong with the picture."""
    head = _HEAD.match(png)
    if head is None:
        raise ValueError("not a PNG")
    wide, high, depth, colour, interlaced = map(int.from_bytes, head.groups())
    if interlaced:
        raise ValueError("the PNG is interlaced; save it without")
    chunks = _chunks(png)
    known = depth in _DEPTHS.get(colour, ()) and (colour != _BY_PALETTE or b"PLTE" in chunks)
    if not (known and _has_rows(chunks.get(b"IDAT", b""), _row(wide, depth, colour), high)):
        raise ValueError("the PNG is damaged or cut off")
    return wide, high


def _row(wide: int, depth: int, colour: int) -> int:
    """The bytes of a scanline: its filter, and its pixels without a gap."""
    return 1 + (wide * _SAMPLES[colour] * depth + 7) // 8


def _chunks(png: bytes) -> dict[bytes, bytes]:
    """Each kind's data, joined; none where one is cut off or is not as its checksum."""
    at, chunks = len(SIGNATURE), dict[bytes, bytes]()
    while at + 12 <= len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : end - 4]
        if zlib.crc32(name + data) != int.from_bytes(png[end - 4 : end]):
            return {}
        if name == b"IEND":
            return chunks
        chunks[name] = chunks.get(name, b"") + data
        at = end
    return {}


def _has_rows(packed: bytes, row: int, high: int) -> bool:
    """Whether every scanline is there, and begins with a filter that there is."""
    try:
        rows = zlib.decompressobj().decompress(packed, row * high + 1)
    except zlib.error:
        return False
    return len(rows) == row * high and all(one <= _LAST_FILTER for one in rows[::row])
