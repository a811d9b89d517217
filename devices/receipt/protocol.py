"""ESC/POS as far as receipts need it: commands out, status bytes back. Pure.

Source: Epson, ESC/POS Command Reference, the pages DLE EOT, DLE DC4 (fn 8), GS r and "Status
identification". A printer's answers are single bytes, told apart by their fixed bits:

    0xx1xx10  to DLE EOT n, at once, also when off-line or full
    0xx0xxxx  to GS r n, in its turn, after all that was sent before it
    others    flow control; not for us
"""

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Final

from devices.capabilities import PrinterCondition
from devices.errors import Garbled

PAGES: Final = (1, 2, 3, 4)
"""What n may be in DLE EOT n: the printer, why it is off-line, its errors, the paper."""

TRANSMIT_PAPER: Final = b"\x1dr\x01"
CLEAR_BUFFERS: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"

_STATUS_FIXED: Final = (0x93, 0x12)
_PAPER_FIXED: Final = (0x90, 0x00)


class Signal(Enum):
    """One thing a printer tells: the page (n of DLE EOT n) and the bits it sets there."""

    OFF_LINE = (1, 0x08)
    COVER_OPEN = (2, 0x04)
    STOPPED_AT_PAPER_END = (2, 0x20)
    ERROR = (2, 0x40)
    CUTTER_ERROR = (3, 0x08)
    UNRECOVERABLE_ERROR = (3, 0x20)
    PASSING_ERROR = (3, 0x40)
    PAPER_NEAR_END = (4, 0x0C)
    PAPER_END = (4, 0x60)

    def __init__(self, page: int, bits: int) -> None:
        self.page = page
        self.bits = bits


_CONDITIONS: Final = (
    (Signal.COVER_OPEN, PrinterCondition.COVER_OPEN),
    (Signal.UNRECOVERABLE_ERROR, PrinterCondition.BROKEN),
    (Signal.CUTTER_ERROR, PrinterCondition.CUTTER_JAMMED),
    (Signal.PASSING_ERROR, PrinterCondition.TOO_HOT),
    (Signal.PAPER_END, PrinterCondition.OUT_OF_PAPER),
    (Signal.STOPPED_AT_PAPER_END, PrinterCondition.OUT_OF_PAPER),
    (Signal.ERROR, PrinterCondition.BROKEN),
    (Signal.OFF_LINE, PrinterCondition.OFF_LINE),
    (Signal.PAPER_NEAR_END, PrinterCondition.PAPER_NEAR_END),
)
"""Most urgent first. An open cover comes before the paper it lifts off its sensor."""


def status_question(page: int) -> bytes:
    """DLE EOT n."""
    return bytes((0x10, 0x04, page))


def status_page(question: bytes) -> int | None:
    """n, when this is DLE EOT n."""
    return next((page for page in PAGES if question == status_question(page)), None)


def status_byte(page: int, signals: Iterable[Signal]) -> int:
    """What a printer answers to DLE EOT `page` while these signals are up."""
    _, fixed = _STATUS_FIXED
    return fixed | sum(signal.bits for signal in set(signals) if signal.page == page)


def signals_of(answers: bytes) -> frozenset[Signal]:
    """The signals in the four answers, in the order of PAGES. Raises Garbled for other bytes."""
    if len(answers) != len(PAGES) or not all(is_status(answer) for answer in answers):
        raise Garbled(f"not a printer's status: {answers[:8].hex()}")
    return frozenset(signal for signal in Signal if answers[signal.page - 1] & signal.bits)


def condition_of(signals: Iterable[Signal]) -> PrinterCondition:
    up = set(signals)
    return next((said for signal, said in _CONDITIONS if signal in up), PrinterCondition.READY)


def is_status(answer: int) -> bool:
    mask, fixed = _STATUS_FIXED
    return answer & mask == fixed


class Receiver:
    """Sorts a printer's answers into the two kinds; in each, first come, first told."""

    def __init__(self) -> None:
        self._statuses: deque[int] = deque(maxlen=256)
        self._has_caught_up = False

    def hear(self, data: bytes) -> None:
        mask, fixed = _PAPER_FIXED
        self._statuses.extend(byte for byte in data if is_status(byte))
        self._has_caught_up |= any(byte & mask == fixed for byte in data)

    def next_status(self) -> int | None:
        """The next answer to DLE EOT."""
        return self._statuses.popleft() if self._statuses else None

    def has_caught_up(self) -> bool | None:
        """Whether GS r was answered since this was last asked; None when it was not."""
        caught_up, self._has_caught_up = self._has_caught_up, False
        return caught_up or None
