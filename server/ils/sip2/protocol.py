"""SIP2 messages, bytes to values and back, and finding them in a stream. Pure.

    number 2   fixed part   XX value | XX value | ..  [AY digit] [AZ checksum 4]   CR

The checksum is minus the sum of all bytes through `AZ`, in four upper-case hexadecimal digits. Only
CR ends a message: systems put LF into screen messages. What is heard is taken as it comes, as far
as it can mean only one thing; what is sent is checked.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from broker.errors import SirkulaError
from server.ils.sip2.messages import FIELDS, LAYOUTS, Layout
from server.ils.sip2.writing import BAR, CONTROL, Coding

LONGEST: Final = 65_536
_BETWEEN: Final = b"\n\0 \t"
_PLAIN: Final = frozenset(("96", "97"))
_DELIMITER: Final = re.compile(r"\|+(?=[A-Z][A-Z0-9]|\Z)")
# Some clocks drop the last digit.
_DATE: Final = re.compile(r"\d{8}[A-Z0 ]{4}\d{5,6}")
_JUNK: Final = re.compile(rb"[A-Za-z]{1,16}(?=\d\d)")
_NAMES: Final = frozenset(FIELDS)
_HEX: Final = frozenset(b"0123456789ABCDEFabcdef")


class Garbled(SirkulaError):
    """What was heard is not SIP2, or says two things at once."""


class BadChecksum(Garbled):
    """What was heard was damaged on the way, or its sender cannot add up."""


class NotSendable(SirkulaError):
    """A message that must not be sent: a value would break it; the text names the field only."""


class Message(msgspec.Struct, frozen=True):
    """One message. `fields` are in the order of the line; `sequence` is None when none was sent.

    A Struct, for it is made in a fifth of the time of a dataclass.
    Prints its number and the names of its fields only: values are patrons' numbers and PINs.
    """

    number: str
    fixed: str
    fields: tuple[tuple[str, str], ...] = ()
    sequence: int | None = None

    def __repr__(self) -> str:
        return f"Message({self.number}: {' '.join(name for name, _ in self.fields)})"

    def part(self, name: str) -> str:
        """A part of the fixed part by its name in `messages`."""
        return self.fixed[LAYOUTS[self.number].parts[name]]

    def first(self, name: str) -> str:
        """The first such field without blanks around it; empty when there is none."""
        for key, value in self.fields:
            if key == name:
                return value.strip()
        return ""

    def every(self, name: str) -> tuple[str, ...]:
        """All such fields that are not blank."""
        return tuple(value for key, value in self.fields if key == name and value.strip())

    def only(self, name: str) -> str | None:
        """What a field says that must say one thing; None when it is missing. Raises Garbled.

        A value that was not escaped by its sender can contain what looks like another field.
        """
        said = None
        for key, value in self.fields:
            if key == name:
                if said is not None and said != value.strip():
                    raise Garbled(f"message {self.number} says two things in {name}")
                said = value.strip()
        return said

    def encode(self, coding: Coding, sequence: int | None = None, *, sealed: bool = False) -> bytes:
        """The bytes on the line. Raises NotSendable.

        With a sequence number they get a checksum; when `sealed`, also without one.
        """
        text = self.number + self.fixed
        for name, value in self.fields:
            text += f"{name}{value}|"
        if text.count("|") != len(self.fields) or CONTROL.search(text):
            raise NotSendable(f"message {self.number}: {self._unsendable()} has a forbidden sign")
        raw = coding.write(text)
        if raw is None:
            raise NotSendable(f"message {self.number} has a sign its encoding has not")
        if sequence is not None and self.number not in _PLAIN:
            raw += b"AY%d" % sequence
        if sealed or sequence is not None:
            raw += b"AZ"
            raw += checksum(raw)
        return raw + b"\r"

    def _unsendable(self) -> str:
        bad = [name for name, value in self.fields if "|" in value or CONTROL.search(value)]
        return bad[0] if bad else "its fixed part"


def question(number: str, parts: Mapping[str, str], fields: tuple[tuple[str, str], ...]) -> Message:
    """A message made of named parts. Raises NotSendable for a part that is too long."""
    layout = LAYOUTS[number]
    fixed = layout.fixed(**parts)
    if len(fixed) != layout.width:
        raise NotSendable(f"message {number}: its fixed part is too long")
    return Message(number, fixed, fields)


def checksum(through_az: bytes) -> bytes:
    """Of all bytes through `AZ`.

    >>> checksum(b"97AZ")
    b'FEF5'
    """
    return b"%04X" % (-sum(through_az) & 0xFFFF)


def parse(raw: bytes, coding: Coding) -> Message:
    """One message without its CR. Raises Garbled, BadChecksum."""
    if not raw[:1].isdigit():
        raw = _without_junk(raw)
    body, sequence = _without_trailer(raw)
    text = coding.read(body)
    number = text[:2]
    layout = LAYOUTS.get(number)
    if layout is None:
        raise Garbled("no SIP2 message begins like this")
    if number in _PLAIN and len(text) > 2:  # noqa: PLR2004 - the number alone
        raise Garbled(f"message {number} with something glued to it")
    end = 2 + layout.width
    fixed, rest = text[2:end], text[end:]
    if "|" in fixed or (rest and rest[:2] not in _NAMES and rest[0] != "|"):
        fixed, rest = _parted(text, layout)
    if layout.date_at >= 0 and not (
        len(fixed) == layout.width and fixed[layout.date_at : layout.date_at + 8].isdigit()
    ):
        fixed = _aligned(fixed, layout)
    return Message(number, fixed, _fields(rest), sequence)


def _fields(rest: str) -> tuple[tuple[str, str], ...]:
    """A bar that no name follows belongs to the value before it; escaped ones are bars, too."""
    fields = [(piece[:2], piece[2:]) for piece in rest.split("|") if piece]
    if not _NAMES.issuperset([name for name, _ in fields]):
        fields = [(piece[:2], piece[2:]) for piece in _DELIMITER.split(rest) if piece]
    if BAR in rest:
        fields = [(name, value.replace(BAR, "|")) for name, value in fields]
    return tuple(fields)


def _without_junk(raw: bytes) -> bytes:
    """Some systems print a word before the answer to the next question."""
    found = _JUNK.match(raw)
    if found and raw[found.end() : found.end() + 2].decode() in LAYOUTS:
        return raw[found.end() :]
    return raw


def _without_trailer(raw: bytes) -> tuple[bytes, int | None]:
    """The message before AY and AZ, and the sequence number; AY or both may be missing."""
    if raw[-6:-4] != b"AZ":
        return raw, None
    said = raw[-4:]
    if checksum(raw[:-4]) != said.upper():
        if _HEX.issuperset(said):
            raise BadChecksum("a checksum does not agree")
        return raw, None
    if raw[-9:-7] == b"AY" and raw[-7:-6].isdigit():
        return raw[:-9], int(raw[-7:-6])
    return raw[:-6], None


def _parted(text: str, layout: Layout) -> tuple[str, str]:
    """The fixed part that is too long or too short, and the fields, by the first one's name."""
    found = layout.start.search(text, 2)
    at = found.start() if found else 2 + layout.width
    return text[2:at].rstrip("|"), text[at:]


def _aligned(fixed: str, layout: Layout) -> str:
    """Its parts in their places again, as far as its date tells where they are."""
    found = _DATE.search(fixed)
    if found is None:
        return fixed.ljust(layout.width)[: layout.width]
    flags = fixed[: found.start()] + fixed[found.end() :]
    before, after = flags[: layout.date_at], flags[layout.date_at :]
    return (before.ljust(layout.date_at) + found[0].ljust(18) + after).ljust(layout.width)[
        : layout.width
    ]


class Receiver:
    """Hears bytes in any pieces and tells whole messages without their CR, in order.

    LF, NUL and blanks between messages are dropped: many systems end with CR LF. So is the rest of
    a message of more than `longest` bytes: its tail must not pose as a message.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._heard, self._longest = bytearray(), longest
        self._skipping = False

    def hear(self, data: bytes) -> None:
        self._heard += data

    def next_message(self) -> bytes | None:
        """The next message; None when more bytes are needed. Raises Garbled for one too long."""
        while (end := self._heard.find(b"\r")) >= 0:
            raw = bytes(self._heard[:end]).lstrip(_BETWEEN)
            del self._heard[: end + 1]
            skipped, self._skipping = self._skipping, False
            if skipped:
                continue
            if len(raw) > self._longest:
                raise Garbled(f"a message of more than {self._longest} bytes")
            if raw:
                return raw
        if len(self._heard) > self._longest:
            self._heard.clear()
            skipped, self._skipping = self._skipping, True
            if not skipped:
                raise Garbled(f"a message of more than {self._longest} bytes")
        return None

    def prompted(self, words: bytes) -> bool:
        """Whether what has come ends with these words, without a CR; then it is forgotten."""
        ends = bytes(self._heard).rstrip().lower().endswith(words)
        if ends:
            self._heard.clear()
        return ends

    def pending(self) -> bool:
        """Whether a message has begun and is not finished."""
        return bool(self._heard.strip(_BETWEEN))
