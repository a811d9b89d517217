"""What a scanned barcode means at this library. Pure.

Law: a person's number is never shown or kept by what is returned here: patrons' print redacted, a
national identity number is masked, and what is not ours is forgotten.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from msgspec import Struct

from broker.vocabulary import ItemId, PatronId
from devices.capabilities import Scan
from devices.card_numbers import compiled

# AIM identifiers by their letter (ISO/IEC 15424).
_CODE_39: Final = "A"
_CODABAR: Final = "F"
_EAN: Final = "E"
# Code 39 whose check character the scanner has checked and taken off.
_CHECK_TAKEN: Final = ("A3", "A7")

_CODE_39_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_BOOKLAND: Final = ("978", "979")
_EAN_13: Final = re.compile(r"[0-9]{13}")
_ISBN_10: Final = re.compile(r"[0-9]{9}[0-9X]")
_NIK: Final = re.compile(r"[0-9]{16}")
_CODABAR_FRAME: Final = re.compile(r"[A-D](.+)[A-D]", re.IGNORECASE)
_LIBRARY_CODABAR: Final = re.compile(r"[0-9]{14}")


class LabelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the numbers on this library's books and cards look like, as regular expressions.

    `check` says how its own labels end: `code-39` with a check character of modulo 43, which is
    no part of the number, or `codabar` as 14 digits the last of which checks the others. Labels
    that a scanner names as of another symbology are not checked.
    """

    item: str
    patron: str
    check: Literal["none", "code-39", "codabar"] = "none"

    def __post_init__(self) -> None:
        compiled(self.item)
        compiled(self.patron)


@dataclass(frozen=True, slots=True)
class ItemBarcode:
    item: ItemId


@dataclass(frozen=True, slots=True)
class PatronBarcode:
    patron: PatronId


@dataclass(frozen=True, slots=True)
class BookIsbn:
    """The publisher's barcode, which all copies of a title have: scan the library's, please."""

    isbn: str


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """A NIK, Indonesia's national identity number: a person, but no patron by this number here."""

    masked: str


@dataclass(frozen=True, slots=True)
class NotOurs:
    """A whole barcode that means nothing here."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A barcode that was not read as it is printed: scan it again, please."""


Meaning = ItemBarcode | PatronBarcode | BookIsbn | NationalNumber | NotOurs | Misread


def meaning(scan: Scan, labels: LabelSettings) -> Meaning:
    """Whose or which it is. An ISBN is never an item; a patron's number may be their NIK.

    >>> binjai = LabelSettings(item="B[0-9]{5}", patron="KTA-[0-9]{4}")
    >>> meaning(Scan("*B00012*"), binjai)
    ItemBarcode(item=ItemId('B00012'))
    >>> meaning(Scan("KTA-0007"), binjai), meaning(Scan("1275016512090003"), binjai)
    (PatronBarcode(patron=PatronId(...)), NationalNumber(masked='12••••••••••0003'))
    >>> meaning(Scan("9786020324784"), binjai)
    BookIsbn(isbn='9786020324784')
    """
    if not scan.text:
        return Misread()
    if scan.text.startswith(_BOOKLAND) and is_ean_13(scan.text):
        return BookIsbn(scan.text)
    number = _number(scan, labels)
    if number is None:
        return Misread()
    try:
        return _ours(number, scan, labels)
    except ValueError:  # characters no number has
        return NotOurs()


def _ours(number: str, scan: Scan, labels: LabelSettings) -> Meaning:
    if scan.aim.startswith(_EAN):  # a shop's
        return NotOurs()
    if re.fullmatch(labels.patron, number):
        return PatronBarcode(PatronId(number))
    if re.fullmatch(labels.item, number):
        return ItemBarcode(ItemId(number))
    if _NIK.fullmatch(number):
        return NationalNumber(f"{number[:2]}{'•' * 10}{number[-4:]}")
    if is_isbn_10(number):
        return BookIsbn(number)
    return NotOurs()


def _number(scan: Scan, labels: LabelSettings) -> str | None:
    """The number without what its symbology puts around it; None when its check is wrong."""
    letter, text = scan.aim[:1], scan.text
    if letter in ("", _CODE_39) and text.startswith("*") and text.endswith("*"):
        text = text.strip("*")
    if letter == _CODABAR and (framed := _CODABAR_FRAME.fullmatch(text)):
        text = framed[1]
    match labels.check:
        case "code-39" if letter in ("", _CODE_39) and scan.aim not in _CHECK_TAKEN:
            return text[:-1] if has_modulo_43(text) else None
        case "codabar" if letter in ("", _CODABAR):
            return text if has_modulo_10(text) else None
        case _:
            return text


def is_ean_13(text: str) -> bool:
    """Thirteen digits whose weighted sum is a multiple of ten (ISO/IEC 15420).

    >>> is_ean_13("9783161484100"), is_ean_13("9783161484101")
    (True, False)
    """
    if _EAN_13.fullmatch(text) is None:
        return False
    return (sum(map(int, text[::2])) + 3 * sum(map(int, text[1::2]))) % 10 == 0


def is_isbn_10(text: str) -> bool:
    """Ten characters whose weighted sum is a multiple of eleven (ISO 2108:1992).

    >>> is_isbn_10("0306406152"), is_isbn_10("080442957X"), is_isbn_10("0306406153")
    (True, True, False)
    """
    if _ISBN_10.fullmatch(text) is None:
        return False
    values = ["0123456789X".index(character) for character in text]
    return (
        sum(weight * value for weight, value in zip(range(10, 0, -1), values, strict=True)) % 11
        == 0
    )


def has_modulo_43(text: str) -> bool:
    """Whether the last character checks the others (ISO/IEC 16388).

    >>> has_modulo_43("CODE39W"), has_modulo_43("CODE93W")
    (True, True)
    >>> has_modulo_43("CODE38W"), has_modulo_43("code39w"), has_modulo_43("0")
    (False, False, False)
    """
    values = [_CODE_39_CHARACTERS.find(character) for character in text]
    return len(values) > 1 and min(values) >= 0 and sum(values[:-1]) % 43 == values[-1]


def has_modulo_10(text: str) -> bool:
    """Whether 14 digits end with Luhn's check digit, as library Codabar does (ISO/IEC 7812-1).

    >>> has_modulo_10("38520000023237"), has_modulo_10("38520000023238")
    (True, False)
    """
    if _LIBRARY_CODABAR.fullmatch(text) is None:
        return False
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in text[-2::-2]]
    return (sum(doubled) + sum(map(int, text[-1::-2]))) % 10 == 0
