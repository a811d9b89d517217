"""Memory of a UHF tag (ISO 28560-4), recognised so that it can be named. Pure; not decoded.

A pad for books reads HF. Such bytes come from another reader, or from a file given to a tool.
"""

from binascii import crc_hqx
from typing import Final

from devices.errors import BadTag
from devices.tags.iso15962 import walk
from devices.tags.iso28560_2 import CONTENT_PARAMETER, ITEM

_CONTROL: Final = 4  # CRC and protocol control, two bytes each
_ISO_NUMBERING: Final = 0x01  # of the first byte of the protocol control: an AFI follows
_LIBRARY_AFIS: Final = (0x07, 0xC2)
_DATA_FORMAT: Final = 0x06


def is_uhf(memory: bytes) -> bool:
    """Whether this is the EPC bank, with its CRC or without, or the user bank of a library."""
    return _is_epc_bank(memory) or _is_epc_bank(b"\0\0" + memory) or _is_user_bank(memory)


def _is_epc_bank(memory: bytes) -> bool:
    """CRC-16 of Gen2, protocol control (words that follow in the upper 5 bits), identifier."""
    if len(memory) < _CONTROL:
        return False
    end = _CONTROL + 2 * (memory[2] >> 3)
    if crc_hqx(memory[2:end], 0xFFFF) ^ 0xFFFF == int.from_bytes(memory[:2], "big"):
        return len(memory) >= end
    is_library = memory[2] & _ISO_NUMBERING and memory[3] in _LIBRARY_AFIS
    return bool(is_library) and memory[:2] == b"\0\0" and len(memory) == end > _CONTROL


def _is_user_bank(memory: bytes) -> bool:
    """The DSFID, then data sets; the item is in the other bank."""
    if memory[:1] != bytes((_DATA_FORMAT,)):
        return False
    try:
        sets = [each for _, _, each in walk(memory[1:])]
    except BadTag:
        return False
    return bool(sets) and sets[0].identifier in (ITEM, CONTENT_PARAMETER)
