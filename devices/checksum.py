"""The CRC-16 of ISO 13239 that most readers and the air itself end their frames with. Pure."""

from typing import Final


def _shifted(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc


_TABLE: Final = tuple(map(_shifted, range(256)))


def checksum(covered: bytes, start: int = 0xFFFF) -> int:
    """Polynomial 8408 (reflected), not inverted at the end.

    >>> hex(checksum(b"123456789"))
    '0x6f91'
    """
    crc = start
    for byte in covered:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
