"""A receipt in the patron's words: for the printer, and short enough for a QR code. Pure.

Books and due dates only: a receipt left in a book must not tell who borrowed it. One without a
title, or in letters that the printer lacks, is called by its number.
"""

from collections.abc import Iterator
from typing import Final

from devices.capabilities import Receipt, ReceiptRow, ReceiptSection
from kiosk.house import House
from kiosk.languages.catalogue import UNBROKEN_SPACE, Catalogue
from kiosk.slip import Line, Slip

# A telephone catches a code of this many bytes from a screen at arm's length.
_MOST_CODE_BYTES: Final = 600
_LONGEST_TITLE: Final = 48
_CUT: Final = "…"


def receipt(slip: Slip, house: House, catalogue: Catalogue) -> Receipt:
    """The receipt on paper."""
    sections = tuple(
        ReceiptSection(
            ReceiptRow(catalogue.text(f"receipt.{name}"), right and catalogue.text(right)),
            tuple(_row(line, catalogue) for line in lines),
        )
        for name, right, lines in _sections(slip)
    )
    heading = house.called or catalogue.text("receipt.heading")
    about = (catalogue.text("receipt.heading"),) if house.called else ()
    notes = (catalogue.text("receipt.provisional"),) if _provisional(slip) else ()
    return Receipt(heading, about, sections, (*notes, catalogue.text("receipt.thanks")))


def in_short(slip: Slip, catalogue: Catalogue) -> str:
    """The same as plain text for a telephone; what does not fit is counted."""
    text = catalogue.text("receipt.heading")
    left = len(slip.lines)
    for line in _short(slip, catalogue):
        longer = f"{text}\n{line}"
        if len(longer.encode()) > _MOST_CODE_BYTES:
            return f"{text}\n{catalogue.counted('receipt.more', left)}"
        text, left = longer, left - 1
    return text


def _short(slip: Slip, catalogue: Catalogue) -> Iterator[str]:
    for line in slip.lines:
        title = line.title or _number(line, catalogue)
        if len(title) > _LONGEST_TITLE:
            title = title[: _LONGEST_TITLE - 1].rstrip() + _CUT
        due = _due(line, catalogue) or catalogue.text("receipt.is-returned")
        yield f"{title}: {due}"


def _sections(slip: Slip) -> Iterator[tuple[str, str, tuple[Line, ...]]]:
    if slip.lent:
        yield "lent", "receipt.due", slip.lent
    if slip.renewed:
        yield "renewed", "receipt.due", slip.renewed
    if slip.returned:
        yield "returned", "", slip.returned


def _row(line: Line, catalogue: Catalogue) -> ReceiptRow:
    number = _number(line, catalogue)
    return ReceiptRow(line.title or number, _due(line, catalogue), number)


def _number(line: Line, catalogue: Catalogue) -> str:
    return catalogue.text("book.named", item=line.item)


def _due(line: Line, catalogue: Catalogue) -> str:
    if line.due is None:
        return ""
    day = catalogue.date(line.due).replace(UNBROKEN_SPACE, " ")
    return f"{day}*" if line.provisional else day


def _provisional(slip: Slip) -> bool:
    return any(line.provisional for line in slip.lines)
