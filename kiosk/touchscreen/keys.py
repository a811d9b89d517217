"""Which key stands where: what does not fit at a finger's size goes to another sheet. Pure.

Letters stand as on a typewriter where ten columns fit, else by the alphabet, and digits as on a
telephone (ISO 9241-4 knows both) where there are four rows.
"""

from typing import Final

ERASE: Final = "erase"
TURN: Final = "turn"
SHEETS: Final = "keys"  # which of the ways to more it is
_TYPEWRITER: Final = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_TELEPHONE: Final = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), (ERASE, "0"))
_LOW_TELEPHONE: Final = (("1", "2", "3", ERASE), ("4", "5", "6", "0"), ("7", "8", "9"))

Sheet = tuple[tuple[str, ...], ...]


def sheets(keys: str, columns: int, rows: int) -> tuple[Sheet, ...]:
    """The sheets for `keys` in a grid of so many columns and rows.

    >>> sheets("1234567890", 5, 4)[0][-1]
    ('erase', '0')
    >>> [len(sheet) for sheet in sheets("QWERTYUIOPASDFGHJKLZXCVBNM ", 10, 5)]
    [4]
    >>> sheets("QWERTYUIOPASDFGHJKLZXCVBNM", 5, 4)[0][0]
    ('A', 'B', 'C', 'D', 'E')
    """
    if keys.isdecimal():
        return (_TELEPHONE if rows >= len(_TELEPHONE) else _LOW_TELEPHONE,)
    typewriter = _typewriter(keys)
    if columns >= len(_TYPEWRITER[1]) and rows >= len(typewriter):
        return (typewriter,)
    return _alphabet(keys, columns, rows)


def span(sheet: Sheet) -> str:
    """What a sheet is called on the key that turns to it.

    >>> span((("N", "O"), ("P", "erase", "turn")))
    'N-P'
    >>> span(((".", ",", "?"), (" ", "erase", "turn")))
    '.,?'
    """
    keys = [key for line in sheet for key in line if len(key) == 1 and key != " "]
    named = [key for key in keys if key.isalnum()]
    return f"{named[0]}-{named[-1]}" if named else "".join(keys[:3])


def _typewriter(keys: str) -> Sheet:
    lines = [tuple(key for key in line if key in keys) for line in _TYPEWRITER]
    signs = tuple(key for key in keys if not key.isalnum())
    return tuple(line for line in (*lines[:-1], (*lines[-1], ERASE), signs) if line)


def _alphabet(keys: str, columns: int, rows: int) -> tuple[Sheet, ...]:
    """Letters, then digits with the signs; every sheet turns to the next and can erase."""
    letters = sorted(key for key in keys if key.isalpha())
    others = [key for key in keys if not key.isalpha()]
    space = [key for key in others if key == " "]
    room = max(1, columns * rows - 2 - len(space))
    parts = [*_parts(letters, room), *_parts([key for key in others if key != " "], room)]
    return tuple(_grid([*part, *space, ERASE, TURN], columns) for part in parts)


def _parts(keys: list[str], room: int) -> list[list[str]]:
    """As few parts as possible, and all of about the same size."""
    count = -(-len(keys) // room)
    size = -(-len(keys) // count) if count else 1
    return [keys[at : at + size] for at in range(0, len(keys), size)]


def _grid(keys: list[str], columns: int) -> Sheet:
    return tuple(tuple(keys[at : at + columns]) for at in range(0, len(keys), columns))
