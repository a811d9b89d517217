"""What scanners send: lines of characters, or the keys of a keyboard. Pure.

    serial     ] aim aim   text   CR, LF, CR LF or TAB       the AIM identifier is a setting
    keyboard   struct input_event of linux/input.h: two longs of time, type, code, value

A scan of which anything was lost, or is no character, is told as an empty one: half a number is
another number. Keys are those of a US keyboard, which is how scanners are delivered.
"""

import struct
from dataclasses import dataclass
from typing import Final

from devices.capabilities import Scan

_ENDS: Final = b"\r\n\t"
_AIM_MARK: Final = "]"
_AIM_SIZE: Final = 3
# The longest Code 128 that any scanner reads is far shorter: without an end it is noise.
_LONGEST: Final = 256
_SPOILT: Final = b"\x00"

_EVENT: Final = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY = 0x00, 0x01
_SYN_DROPPED: Final = 3
_RELEASED, _PRESSED = 0, 1
_SHIFTS: Final = (42, 54)
_ENTER: Final = 28

# linux/input-event-codes.h: the first code of a run of keys, and what they type.
_RUNS: Final = (
    (79, "1230."),
    (75, "456+"),
    (71, "789-"),
    (55, "*"),
    (98, "/"),
    (2, "1234567890-="),
    (16, "qwertyuiop[]"),
    (30, "asdfghjkl;'`"),
    (43, "\\zxcvbnm,./"),
    (57, " "),
)
_PLAIN: Final = {first + at: key for first, run in _RUNS for at, key in enumerate(run)}
_ABOVE: Final = dict(zip("1234567890-=[];'`\\,./", '!@#$%^&*()_+{}:"~|<>?', strict=True))
_SHIFTED: Final = {code: _ABOVE.get(key, key.upper()) for code, key in _PLAIN.items()}
_END_KEYS: Final = dict.fromkeys((_ENTER, 96, 15), "\r")  # with the keypad's, and Tab


class Lines:
    """Hears a serial scanner's bytes in any pieces and tells whole scans, in order."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def silence(self) -> None:
        """Forget a line that was not ended."""
        self._heard.clear()

    def next_scan(self) -> Scan | None:
        """The next scan; None when more bytes are needed."""
        self._heard = self._heard.lstrip(_ENDS)
        ends = [at for end in _ENDS if (at := self._heard.find(end)) >= 0]
        if ends:
            line = bytes(self._heard[: min(ends)])
            del self._heard[: min(ends) + 1]
            return scan_of(line)
        if len(self._heard) > _LONGEST:
            self._heard[:] = _SPOILT
        return None


class Keys:
    """Hears a keyboard's events in any pieces and tells whole scans, in order."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._lines = Lines()
        self._shifts: set[int] = set()

    def hear(self, data: bytes) -> None:
        self._heard += data
        whole = len(self._heard) // _EVENT.size * _EVENT.size
        for _, _, kind, code, value in _EVENT.iter_unpack(self._heard[:whole]):
            self._lines.hear(self._typed(InputEvent(kind, code, value)))
        del self._heard[:whole]

    def silence(self) -> None:
        """Forget a line that was not ended, and a shift that was never let go."""
        self._shifts.clear()
        self._lines.silence()

    def next_scan(self) -> Scan | None:
        """The next scan; None when more keys are needed."""
        return self._lines.next_scan()

    def _typed(self, event: "InputEvent") -> bytes:
        if event.kind == _EV_SYN and event.code == _SYN_DROPPED:  # the kernel lost some
            self._shifts.clear()
            return _SPOILT
        if event.kind != _EV_KEY:
            return b""
        if event.code in _SHIFTS:
            (self._shifts.discard if event.value == _RELEASED else self._shifts.add)(event.code)
            return b""
        if event.value != _PRESSED:
            return b""
        keys = (_SHIFTED if self._shifts else _PLAIN) | _END_KEYS
        return keys.get(event.code, _SPOILT.decode()).encode("ascii")


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One event of an input device; its time is of no interest."""

    kind: int
    code: int
    value: int

    def encode(self) -> bytes:
        return _EVENT.pack(0, 0, self.kind, self.code, self.value)


def scan_of(line: bytes) -> Scan:
    """One line without its end.

    >>> scan_of(b"]C0B00012").aim, scan_of(b"]C0B00012").text, scan_of(bytes(6)).text
    ('C0', 'B00012', '')
    """
    text = line.decode("latin-1")
    if not (text.isascii() and text.isprintable() and len(text) <= _LONGEST):
        return Scan("")
    if text.startswith(_AIM_MARK):
        return Scan(text[_AIM_SIZE:], text[1:_AIM_SIZE])
    return Scan(text)


def keystrokes(text: str) -> bytes:
    """How a keyboard types `text` and Enter. Raises KeyError on a character it has no key for."""
    typed = {key: (code, False) for code, key in _PLAIN.items()}
    typed = {key: (code, True) for code, key in _SHIFTED.items()} | typed
    strokes = [typed[key] for key in text] + [(_ENTER, False)]
    return b"".join(_stroke(code, shifted=shifted) for code, shifted in strokes)


def _stroke(code: int, *, shifted: bool) -> bytes:
    shift = _SHIFTS[0]
    turns = [(code, _PRESSED), (code, _RELEASED)]
    if shifted:
        turns = [(shift, _PRESSED), *turns, (shift, _RELEASED)]
    report = InputEvent(_EV_SYN, 0, 0).encode()
    return b"".join(InputEvent(_EV_KEY, key, value).encode() + report for key, value in turns)
