"""A receipt as lines of a fixed number of columns. Pure.

Law: nothing a title may hold can break the printing: what the code page has is kept, what can be
spelt in it is spelt, and the rest becomes a visible `…`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from textwrap import wrap
from typing import Final

from devices.capabilities import Receipt, ReceiptRow, ReceiptSection

# Windows Latin 1 is code page 16 on Epson's printers and on the copies of them; it has every
# letter of Indonesian and of the languages of western Europe.
CODE_PAGE: Final = "CP1252"

_LEFT_OUT: Final = "…"
# Letters of romanised titles that do not decompose: modifiers, hyphens, and strokes.
_SPELT: Final = dict(
    zip(
        "\u02bf\u02be\u02bc\u02bb\u2010\u2011\u2212\u0131\u0142\u0141\u0111\u0110",
        "''''---ilLdD",
        strict=True,
    )
)
_MOST_TITLE_LINES: Final = 3
_GAP: Final = 2
_INDENT: Final = "  "
# Narrower than this a title beside its date would be a column of single words.
_LEAST_BESIDE: Final = 24


class Paper(Enum):
    """A line's length in characters of font A, 12 dots each, and the roll's width in millimetres.

    Where 80 mm have 42 columns the dots are larger, 180 to the inch instead of 203 (Epson TM-T88).
    """

    MM58 = (32, 58)
    MM80 = (48, 80)
    MM80_180_DPI = (42, 80)

    def __init__(self, columns: int, millimetres: int) -> None:
        self.columns = columns
        self.millimetres = millimetres

    @property
    def dots(self) -> int:
        return self.columns * 12


def paper_of(columns: int) -> Paper:
    return next(paper for paper in Paper if paper.columns == columns)


class Style(Enum):
    PLAIN = "plain"
    BOLD = "bold"
    CENTRED = "centred"
    HEADING = "bold, centred and twice as large"


@dataclass(frozen=True, slots=True)
class Line:
    """Characters of the code page, as many as fit: half as many in a heading."""

    words: str = ""
    style: Style = Style.PLAIN


def above_the_code(receipt: Receipt, columns: int) -> tuple[Line, ...]:
    """Everything but the QR code and its caption."""
    return (
        *_wrapped(receipt.heading, columns // 2, Style.HEADING),
        *(line for words in receipt.about for line in _wrapped(words, columns, Style.CENTRED)),
        *(line for section in receipt.sections for line in _section(section, columns)),
        Line("-" * columns),
        *(line for words in receipt.notes for line in (Line(), *_wrapped(words, columns))),
    )


def below_the_code(receipt: Receipt, columns: int) -> tuple[Line, ...]:
    return tuple(_wrapped(receipt.caption, columns, Style.CENTRED))


def printable(text: str) -> str:
    """The text with every character in the code page, and single spaces only.

    >>> printable("Ḥadīth Ṣaḥīḥ, édition")
    'Hadith Sahih, édition'
    >>> printable("ꦗꦮ 漢字")
    '…'
    """
    characters = (_spelt(character) for character in unicodedata.normalize("NFC", text))
    return re.sub(r"\x00(?: *\x00)*", _LEFT_OUT, " ".join("".join(characters).split()))


def _spelt(character: str) -> str:
    """Itself, its nearest letters, nothing for a mark alone, or NUL for what cannot be spelt."""
    if character.isspace():
        return " "
    if _is_in_code_page(character):
        return character
    letters = [_SPELT.get(letter, letter) for letter in unicodedata.normalize("NFKD", character)]
    kept = "".join(letter for letter in letters if _is_in_code_page(letter))
    return kept or ("" if unicodedata.category(character) in ("Mn", "Cc", "Cf") else "\x00")


def _is_in_code_page(character: str) -> bool:
    return character.isprintable() and character.encode(CODE_PAGE, "ignore") != b""


def _section(section: ReceiptSection, columns: int) -> Iterator[Line]:
    yield Line("-" * columns)
    yield from _row(section.heading, columns, Style.BOLD)
    for row in section.rows:
        yield from _row(row, columns)


def _row(row: ReceiptRow, columns: int, style: Style = Style.PLAIN) -> Iterator[Line]:
    """What belongs at the right stands beside the first line; on narrow paper, at the end."""
    at_right = printable(row.at_right)[:columns]
    beside = columns - len(at_right) - _GAP
    is_narrow = beside < _LEAST_BESIDE
    lines = _shortened(_words(row), columns if is_narrow else beside) or [""]
    place = len(lines) - 1 if is_narrow else 0
    if len(lines[place]) > beside:
        lines.append("")
        place += 1
    lines[place] = (lines[place].ljust(columns - len(at_right)) + at_right).rstrip()
    for line in lines:
        yield Line(line, style)


def _words(row: ReceiptRow) -> str:
    words = printable(row.words)
    is_lost = any(map(str.isalpha, row.words)) and not any(map(str.isalpha, words))
    return printable(row.otherwise) if row.otherwise and is_lost else words


def _shortened(words: str, columns: int) -> list[str]:
    return wrap(
        words,
        columns,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
        max_lines=_MOST_TITLE_LINES,
        placeholder=_LEFT_OUT,
    )


def _wrapped(words: str, columns: int, style: Style = Style.PLAIN) -> Iterator[Line]:
    for line in wrap(printable(words), columns, break_on_hyphens=False):
        yield Line(line, style)
