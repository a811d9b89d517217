"""The ISIL compaction of ISO 28560-2: three sets of characters, latched or shifted. Pure.

Letters take 5 bits, digits 4. A latch stays, a shift is for one character; encoders may choose
either, so both are read. Unused bits at the end are ones.
"""

from enum import Enum
from typing import Final

from devices.errors import BadTag


class _Set(Enum):
    UPPER = "-ABCDEFGHIJKLMNOPQRSTUVWXYZ:"
    LOWER = "-abcdefghijklmnopqrstuvwxyz/"
    NUMERIC = "0123456789-:"


_WIDTH: Final = {_Set.UPPER: 5, _Set.LOWER: 5, _Set.NUMERIC: 4}
# After the characters of a set come four codes: latch and shift to each of the other two.
_OTHERS: Final = {
    _Set.UPPER: (_Set.LOWER, _Set.NUMERIC),
    _Set.LOWER: (_Set.UPPER, _Set.NUMERIC),
    _Set.NUMERIC: (_Set.UPPER, _Set.LOWER),
}
_LATCH: Final = True
_SHIFT: Final = False
_LEADS: Final = {
    here: {
        len(here.value) + 2 * place + (way is _SHIFT): (other, way)
        for place, other in enumerate(others)
        for way in (_LATCH, _SHIFT)
    }
    for here, others in _OTHERS.items()
}


def isil_of(packed: bytes) -> str:
    """The ISIL (ISO 15511). Raises BadTag when there is no character in it.

    >>> isil_of(bytes.fromhex("21408E16BF1F"))
    'DE-Heu1'
    """
    number, left = int.from_bytes(packed, "big"), len(packed) * 8
    latched = current = _Set.UPPER
    text = ""
    while left >= (width := _WIDTH[current]):
        left -= width
        code = number >> left & (1 << width) - 1
        characters = current.value
        if code < len(characters):
            text += characters[code]
            current = latched
        else:
            current, stays = _LEADS[current][code]
            latched = current if stays else latched
    if not text:
        raise BadTag("an ISIL without a character")
    return text


# A way to write the beginning of an ISIL: how many times it leaves its set, how early it does so
# altogether, how many of these are latches; and the bits.
_Way = tuple[int, int, int, str]


def packed_isil(isil: str) -> bytes:
    """The shortest bytes; of several, those that leave a set seldom, late and by a shift.

    Raises BadTag for characters that no ISIL has.

    >>> packed_isil("FI-Mamk-M").hex().upper()
    '3240DE05AB075B'
    """
    ways: dict[tuple[_Set, int], _Way] = {(_Set.UPPER, 0): (0, 0, 0, "")}
    for place, character in enumerate(isil):
        longer: dict[tuple[_Set, int], _Way] = {}
        for (latched, _), way in ways.items():
            for latch, further in _written(character, latched, way, len(isil) - place):
                key = latch, len(further[3])
                longer[key] = min(further, longer.get(key, further))
        ways = longer
    if not isil or not ways:
        raise BadTag(f"{isil!r} cannot be written as an ISIL")
    bits = min(ways.values(), key=lambda way: ((len(way[3]) + 7) // 8, way))[3]
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _written(character: str, latched: _Set, way: _Way, to_come: int) -> list[tuple[_Set, _Way]]:
    """Every way to go on with one character, and the set that is latched then."""
    switches, earliness, latches, bits = way
    further = []
    if character in latched.value:
        further.append((latched, (switches, earliness, latches, bits + _code(latched, character))))
    for lead, (other, stays) in _LEADS[latched].items():
        if character in other.value:
            longer = f"{bits}{lead:0{_WIDTH[latched]}b}{_code(other, character)}"
            after = switches + 1, earliness + to_come, latches + stays, longer
            further.append((other if stays else latched, after))
    return further


def _code(characters: _Set, character: str) -> str:
    return f"{characters.value.index(character):0{_WIDTH[characters]}b}"
