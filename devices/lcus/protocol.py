"""What is said to a relay board, and what it says of its relays. Pure.

    command   A0  channel 1..8  00 off, 01 on  checksum: the sum of the three, modulo 256
    question  FF
    answer    CH1: ON CR LF, a line for each relay, in order

A board says nothing of its own accord and confirms no command.
"""

import re
from dataclasses import dataclass
from typing import Final

MOST_CHANNELS: Final = 8
_START: Final = 0xA0
_ASK: Final = 0xFF
_COMMAND_SIZE: Final = 4
_LINE: Final = re.compile(rb"CH([1-8]): ?(ON|OFF)")
# The longest line is far shorter: what has no end by then is noise.
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Switch:
    """Turns one relay on or off.

    >>> Switch(1, on=True).encode().hex(" ")
    'a0 01 01 a2'
    """

    channel: int
    on: bool

    def encode(self) -> bytes:
        body = bytes((_START, self.channel, self.on))
        return body + bytes((sum(body) & 0xFF,))


@dataclass(frozen=True, slots=True)
class Ask:
    """Which relays are on?"""

    def encode(self) -> bytes:
        return bytes((_ASK,))


@dataclass(frozen=True, slots=True)
class Relays:
    r"""Which are on, from the first; an answer that is not over yet tells some of them.

    >>> Relays((True, False)).encode()
    b'CH1: ON\r\nCH2: OFF\r\n'
    """

    on: tuple[bool, ...]

    def encode(self) -> bytes:
        words = (f"CH{at}: {'ON' if on else 'OFF'}\r\n" for at, on in enumerate(self.on, 1))
        return "".join(words).encode("ascii")


class Commands:
    """What a board hears, in any pieces: commands in order. What is none is passed over."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def silence(self) -> None:
        """Forget a command that was not ended."""
        self._heard.clear()

    def next_frame(self) -> Switch | Ask | None:
        while self._heard:
            if self._heard[0] == _ASK:
                del self._heard[0]
                return Ask()
            if self._heard[0] == _START and len(self._heard) < _COMMAND_SIZE:
                return None
            _, channel, on, *_ = bytes(self._heard[:_COMMAND_SIZE]).ljust(_COMMAND_SIZE)
            switch = Switch(channel, on == 1)
            if switch.encode() == self._heard[:_COMMAND_SIZE] and 1 <= channel <= MOST_CHANNELS:
                del self._heard[:_COMMAND_SIZE]
                return switch
            del self._heard[0]
        return None


class Receiver:
    """What we hear, in any pieces: after each line all relays that the answer has told so far."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._on: tuple[bool, ...] = ()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def next_frame(self) -> Relays | None:
        while (end := self._heard.find(b"\n")) >= 0:
            line = bytes(self._heard[:end]).strip()
            del self._heard[: end + 1]
            if self._takes(line):
                return Relays(self._on)
        if len(self._heard) > _LONGEST:
            self._heard.clear()
        return None

    def _takes(self, line: bytes) -> bool:
        """Whether it is the next relay's, or the first's of a new answer."""
        told = _LINE.fullmatch(line)
        if told is None:
            return False
        if (channel := int(told[1])) == 1:
            self._on = ()
        if channel != len(self._on) + 1:
            return False
        self._on = (*self._on, told[2] == b"ON")
        return True
