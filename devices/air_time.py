"""How long ISO 15693 takes on the air, in seconds. Pure.

    request | t1 | answer | t2     a frame is its SOF, its bytes and its EOF

High data rate, one subcarrier, 1 out of 4: both sides need 302.08 us for a byte (ISO/IEC 15693-2,
clauses 7 and 8; the times between frames and slots: -3, clause 9). Every command here is addressed
to one tag: flags, command, UID and CRC, and for the answer flags and CRC.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

from devices.capabilities import UID_BYTES, TagUid

BYTE: Final = 302.08e-6
PROGRAMMING: Final = 5e-3  # typical; a tag may take up to 20 ms
FIELD_RESET: Final = 15e-3

_READER_SOF, _READER_EOF = 75.52e-6, 37.76e-6
_TAG_SOF_AND_EOF: Final = 2 * 151.04e-6
_T1, _T2 = 320.9e-6, 309.2e-6
_ADDRESSED_REQUEST: Final = 1 + 1 + UID_BYTES + 2
_ANSWER: Final = 1 + 2
_EAS_SEQUENCE: Final = 32
_SLOTS: Final = 16
_SLOT_BITS: Final = 4
# Flags, command, length of the mask and CRC; flags, DSFID, UID and CRC.
_INVENTORY_REQUEST, _INVENTORY_ANSWER = 1 + 1 + 1 + 2, 1 + 1 + UID_BYTES + 2


class Modulation(Enum):
    """How deep the reader modulates its field: what an empty slot costs depends on it."""

    ASK_100 = 0.51e-3
    ASK_10 = 4.29e-3


def addressed(asked: int = 0, told: int = 0) -> float:
    """A command with so many bytes of its own in the request and in the answer."""
    return _request(_ADDRESSED_REQUEST + asked) + _T1 + _answer(_ANSWER + told) + _T2


def unanswered() -> float:
    """An addressed command to a tag that is not there."""
    return _request(_ADDRESSED_REQUEST) + _T1


def reading(count: int, size: int, *, with_locks: bool = False) -> float:
    """Read single block, or read multiple blocks."""
    return addressed(1 if count == 1 else 2, count * (size + with_locks))


def describing() -> float:
    """Get system information with all its fields."""
    return addressed(0, 14)


def writing_value() -> float:
    """Write AFI, write DSFID, or NXP's set and reset EAS: one byte, and programming."""
    return addressed(1) + PROGRAMMING


def writing_block(size: int) -> float:
    return addressed(1 + size) + PROGRAMMING


def eas_alarm() -> float:
    """NXP's EAS alarm, answered with a sequence of 256 bits."""
    return addressed(1, _EAS_SEQUENCE)


def inventory(uids: Iterable[TagUid], modulation: Modulation) -> float:
    """Anticollision in 16 slots until every tag was heard alone (ISO/IEC 15693-3, clause 8)."""
    return _round([int.from_bytes(uid.raw, "big") for uid in uids], 0, modulation)


def _round(uids: Sequence[int], known: int, modulation: Modulation) -> float:
    """One request to tags that agree in `known` lowest bits, and one for each slot they share."""
    slots: list[list[int]] = [[] for _ in range(_SLOTS)]
    for uid in uids:
        slots[uid >> known & _SLOTS - 1].append(uid)
    heard = _T1 + _answer(_INVENTORY_ANSWER) + _T2
    seconds = _request(_INVENTORY_REQUEST + -(-known // 8)) + (_SLOTS - 1) * _READER_EOF
    for slot in slots:
        seconds += heard if slot else modulation.value - _READER_EOF
        if len(slot) > 1:
            seconds += _round(slot, known + _SLOT_BITS, modulation)
    return seconds


def _request(count: int) -> float:
    return _READER_SOF + count * BYTE + _READER_EOF


def _answer(count: int) -> float:
    return _TAG_SOF_AND_EOF + count * BYTE
