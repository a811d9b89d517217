"""What a printer makes of the bytes it hears: commands in their turn, and questions in real time.

Pure. Source: Epson, ESC/POS Command Reference. Real-time commands are taken out of the stream
wherever they stand, as a printer does; commands nobody knows are passed over with their name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from devices.receipt.protocol import CLEAR_BUFFERS, PAGES, status_question

RECEIVE_BUFFER: Final = 4096
MOST_RASTER_BYTES: Final = 65536

REAL_TIME: Final = (*map(status_question, PAGES), CLEAR_BUFFERS)

_TEXT: Final = re.compile(rb"[\x20-\xff]+")
_TWO_BYTES: Final = b"\x1b\x1c\x1d"
_RASTER: Final = b"\x1dv"
RASTER_HEAD: Final = 6
"""Bytes of parameters before the rows of GS v 0: `0` m xL xH yL yH."""

_CUT: Final = b"\x1dV"
_FEED_AND_CUT: Final = b"AB"
_ONE_PARAMETER: Final = {
    prefix + bytes((name,))
    for prefix, names in ((b"\x1b", b"!EatdM-{3"), (b"\x1d", b"!BrV"))
    for name in names
}


@dataclass(frozen=True, slots=True)
class Command:
    """A name of one or two bytes with its parameters, or text under the empty name."""

    name: bytes
    parameters: bytes = b""


class RealTimeFilter:
    """Parts real-time commands, each whole, from the bytes between them."""

    def __init__(self) -> None:
        self._held = b""

    def parts(self, data: bytes) -> Iterator[bytes]:
        """A part that is one of REAL_TIME is that command; what may yet become one is held."""
        heard = self._held + data
        *whole, rest = re.split(b"(" + b"|".join(map(re.escape, REAL_TIME)) + b")", heard)
        held = _beginning_at_the_end(rest)
        self._held = rest[len(rest) - held :]
        yield from (part for part in (*whole, rest[: len(rest) - held]) if part)


def _beginning_at_the_end(heard: bytes) -> int:
    """How many bytes at the end could be the beginning of a real-time command."""
    longest = range(min(len(heard), len(CLEAR_BUFFERS) - 1), 0, -1)
    return next((n for n in longest if any(c.startswith(heard[-n:]) for c in REAL_TIME)), 0)


class CommandReceiver:
    """Bytes in, commands out; `hear` keeps what came, `clear` forgets it."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def __len__(self) -> int:
        return len(self._waiting)

    def hear(self, data: bytes) -> None:
        self._waiting += data

    def clear(self) -> None:
        self._waiting.clear()

    def next_command(self) -> Command | None:
        """None when the next command is not complete yet."""
        waiting = self._waiting
        if text := _TEXT.match(waiting):
            return self._taken(0, text.end())
        name = 2 if waiting[:1] and waiting[0] in _TWO_BYTES else 1
        size = self._size(bytes(waiting[:name])) if len(waiting) >= name else None
        return self._taken(name, size) if size and len(waiting) >= size else None

    def _size(self, name: bytes) -> int | None:
        """Of the command with its name; None when more must come to tell."""
        waiting = self._waiting
        if name == _RASTER:
            head = waiting[2 : 2 + RASTER_HEAD]
            if len(head) < RASTER_HEAD:
                return None
            rows = raster_width(head) * int.from_bytes(head[4:6], "little")
            return 2 + RASTER_HEAD + (rows if rows <= MOST_RASTER_BYTES else 0)
        if name == _CUT and waiting[2:3] and waiting[2] in _FEED_AND_CUT:
            return 4
        return len(name) + (name in _ONE_PARAMETER)

    def _taken(self, name: int, size: int) -> Command:
        command = Command(bytes(self._waiting[:name]), bytes(self._waiting[name:size]))
        del self._waiting[:size]
        return command


def raster_width(parameters: bytes | bytearray) -> int:
    """How many bytes a row of GS v 0 has."""
    return int.from_bytes(parameters[2:4], "little")
