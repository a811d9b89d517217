"""From a card to the patron's number, as a site's settings say. Pure.

Law: an identifier that is made up anew at every tap is never a number.
"""

import re
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from broker.vocabulary import PatronId

_SINGLE_SIZE: Final = 4
_RANDOM: Final = b"\x08"
_RANDOM_NFCID2: Final = b"\x01\xfe"
_FELICA_SIZE: Final = 8
_MOST_DIGITS: Final = 25  # of a UID of ten bytes

_TYPE_NAME_FORMAT: Final = 0x07
_WELL_KNOWN: Final = 0x01
_HAS_ID: Final = 0x08
_SHORT: Final = 0x10
_CHUNKED: Final = 0x20
_UTF_16: Final = 0x80
_LANGUAGE_SIZE: Final = 0x3F

Digits = Annotated[int, Meta(ge=0, le=_MOST_DIGITS)]


class CardNumbers(Struct, frozen=True, forbid_unknown_fields=True):
    """How this site gets a patron's number from a card. The default is the UID in capitals.

    uid           the UID in hexadecimal capitals
    uid-decimal   the UID as one number, with leading zeros up to `digits`
    ndef          the first text an NFC Forum tag tells
    barcode       nothing: the number is the one printed on the card

    `reversed` takes the UID least significant byte first. A number that does not match all of
    `pattern` is nobody's.
    """

    source: Literal["uid", "uid-decimal", "ndef", "barcode"] = "uid"
    reversed: bool = False
    digits: Digits = 0
    pattern: str = ".*"

    def __post_init__(self) -> None:
        if self.digits and self.source != "uid-decimal":
            raise ValueError("digits goes with source uid-decimal")
        if self.reversed and not self.source.startswith("uid"):
            raise ValueError("reversed goes with source uid or uid-decimal")
        compiled(self.pattern)

    def of_identifier(self, identifier: bytes) -> PatronId | None:
        """The number a UID, PUPI or IDm stands for, if this site takes it from there.

        >>> number = CardNumbers().of_identifier(bytes.fromhex("04497622D93881"))
        >>> number.reveal() if number else None
        '04497622D93881'
        """
        if is_nobodys(identifier):
            return None
        ordered = identifier[::-1] if self.reversed else identifier
        match self.source:
            case "uid":
                return self._number(ordered.hex().upper())
            case "uid-decimal":
                return self._number(str(int.from_bytes(ordered, "big")).zfill(self.digits))
            case _:
                return None

    def of_message(self, message: bytes) -> PatronId | None:
        """The number an NDEF message tells, if this site takes it from there."""
        text = ndef_text(message) if self.source == "ndef" else None
        return None if text is None else self._number(text.strip())

    def _number(self, text: str) -> PatronId | None:
        if re.fullmatch(self.pattern, text) is None:
            return None
        try:
            return PatronId(text)
        except ValueError:
            return None


def compiled(pattern: str) -> re.Pattern[str]:
    """Raises ValueError, which a settings file shows with the place of the pattern."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error


def is_nobodys(identifier: bytes) -> bool:
    """Whether it is made up anew at every tap, or none at all.

    Random are UIDs of four bytes beginning 08 (ISO/IEC 14443-3, 6.5.4) and the identifiers of
    phones that begin 01 FE (JIS X 6319-4, NFCID2).
    """
    if len(identifier) == _SINGLE_SIZE:
        return identifier.startswith(_RANDOM)
    if len(identifier) == _FELICA_SIZE:
        return identifier.startswith(_RANDOM_NFCID2)
    return len(identifier) < _SINGLE_SIZE


def ndef_text(message: bytes) -> str | None:
    """The first text record of an NDEF message; None when there is none that can be read.

    NFC Forum NDEF 1.0, 3.2 (a record) and RTD Text 1.0, 3.2.1 (its payload).

    >>> ndef_text(bytes.fromhex("D1010B5402") + b"idKTA-0007")
    'KTA-0007'
    """
    rest = message
    while rest:
        flags, rest = rest[0], rest[1:]
        size_of_length = 1 if flags & _SHORT else 4
        head, rest = rest[: 1 + size_of_length], rest[1 + size_of_length :]
        id_length, rest = (rest[:1], rest[1:]) if flags & _HAS_ID else (b"\x00", rest)
        if len(head) <= size_of_length or not id_length or flags & _CHUNKED:
            return None
        kind, rest = rest[: head[0]], rest[head[0] + id_length[0] :]
        size = int.from_bytes(head[1:], "big")
        payload, rest = rest[:size], rest[size:]
        if flags & _TYPE_NAME_FORMAT == _WELL_KNOWN and kind == b"T":
            return _text(payload) if len(payload) == size else None
    return None


def _text(payload: bytes) -> str | None:
    if not payload:
        return None
    text = payload[1 + (payload[0] & _LANGUAGE_SIZE) :]
    try:
        return text.decode("utf-16" if payload[0] & _UTF_16 else "utf-8")
    except UnicodeDecodeError:
        return None
