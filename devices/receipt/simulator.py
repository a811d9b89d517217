"""The printer's end: ESC/POS worked off on simulated paper, over a pseudo-terminal or TCP.

As the reference says: DLE EOT is answered at once, in whatever state the printer is; everything
else waits in a buffer while it is off-line, and comes out when it goes on, unless it was cleared.
At power on it takes bytes above 7F for Chinese, as printers sold in Asia do.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from devices.pseudo_terminal import PseudoTerminal
from devices.receipt.commands import (
    RASTER_HEAD,
    RECEIVE_BUFFER,
    CommandReceiver,
    RealTimeFilter,
    raster_width,
)
from devices.receipt.layout import Paper
from devices.receipt.paper import (
    LINE_DOTS,
    Cell,
    Face,
    PrintedReceipt,
    Strip,
    blank,
    printed_line,
    printed_raster,
)
from devices.receipt.protocol import (
    CLEAR_BUFFERS,
    Signal,
    status_byte,
    status_page,
)

ROLL_DOTS: Final = 50 * 1000 * 8
NEAR_END_DOTS: Final = 2 * 1000 * 8

_CUTTER_DOTS: Final = 100
_MOST_UNCUT_DOTS: Final = 8000
_MOST_RECEIPTS: Final = 8
_CODE_PAGES: Final = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"}
_CHINESE: Final = "gb18030"
_FEED_AND_CUT: Final = (0x41, 0x42)
_PAPER_NEAR_END: Final = 0x03
_CLEARED: Final = b"\x37\x25\x00"
_BOLD, _HIGH, _WIDE = 0x08, 0x10, 0x20


class SimulatedPrinter:
    """What hands do to a printer, and what comes out of it, whether or not it is plugged."""

    def __init__(self, paper: Paper = Paper.MM80) -> None:
        self.paper = paper
        self.paper_left = ROLL_DOTS
        self.is_cover_open = False
        self.is_off_line = False
        self.faults: frozenset[Signal] = frozenset()
        self._receipts: deque[PrintedReceipt] = deque(maxlen=_MOST_RECEIPTS)
        self._uncut: list[Strip] = []

    @property
    def receipts(self) -> tuple[PrintedReceipt, ...]:
        """The last few that were cut off, oldest first."""
        return tuple(self._receipts)

    @property
    def uncut(self) -> PrintedReceipt:
        """What is printed and still hangs in the printer."""
        return PrintedReceipt(self.paper, tuple(self._uncut))

    @property
    def signals(self) -> frozenset[Signal]:
        out = self.paper_left <= 0
        up = {
            Signal.COVER_OPEN: self.is_cover_open,
            Signal.PAPER_END: out,
            Signal.STOPPED_AT_PAPER_END: out,
            Signal.PAPER_NEAR_END: self.paper_left <= NEAR_END_DOTS,
            Signal.ERROR: bool(self.faults),
            Signal.OFF_LINE: self.is_off_line or self.is_cover_open or out or bool(self.faults),
        }
        return self.faults | {signal for signal, is_up in up.items() if is_up}

    def feed(self, strip: Strip) -> None:
        """Paper that nobody cuts is torn off in the end."""
        self.paper_left -= strip.dots.height
        self._uncut.append(strip)
        if sum(fed.dots.height for fed in self._uncut) > _MOST_UNCUT_DOTS:
            self.cut()

    def cut(self) -> None:
        self._receipts.append(self.uncut)
        self._uncut.clear()


class PrinterPeer:
    """The printer's electronics from power on to power off: bytes in, bytes out."""

    def __init__(self, printer: SimulatedPrinter) -> None:
        self._printer = printer
        self._filter = RealTimeFilter()
        self._receiver = CommandReceiver()
        self._deeds: dict[bytes, Callable[[bytes], None]] = {
            b"": self._write,
            b"\n": lambda _: self._end_line(),
            b"\x1b@": lambda _: self._initialise(),
            b"\x1b!": self._set_face,
            b"\x1bE": self._set_bold,
            b"\x1ba": self._set_alignment,
            b"\x1bt": self._set_code_page,
            b"\x1bd": lambda lines: self._feed(LINE_DOTS * lines[0]),
            b"\x1c.": lambda _: self._leave_chinese(),
            b"\x1dV": self._cut,
            b"\x1dv": self._print_raster,
        }
        self._initialise()

    def hear(self, data: bytes) -> bytes:
        told = b""
        for part in self._filter.parts(data):
            if page := status_page(part):
                told += bytes((status_byte(page, self._printer.signals),))
            elif part == CLEAR_BUFFERS:
                self._receiver.clear()
                self._line.clear()
                told += _CLEARED
            else:
                told += self._work_off(part)
        return told

    def silence(self) -> None:
        """A printer waits for the rest of a command as long as it takes."""

    def _work_off(self, heard: bytes) -> bytes:
        """What does not fit the buffer of a printer that stands still is lost."""
        room = RECEIVE_BUFFER - len(self._receiver) if self._stands_still() else len(heard)
        self._receiver.hear(heard[: max(room, 0)])
        told = b""
        while not self._stands_still() and (command := self._receiver.next_command()):
            if command.name == b"\x1dr":
                near_end = Signal.PAPER_NEAR_END in self._printer.signals
                told += bytes((_PAPER_NEAR_END if near_end else 0,))
            elif deed := self._deeds.get(command.name):
                deed(command.parameters)
        return told

    def _stands_still(self) -> bool:
        return Signal.OFF_LINE in self._printer.signals

    def _initialise(self) -> None:
        self._line: list[Cell] = []
        self._face = Face()
        self._alignment = 0
        self._code_page = _CODE_PAGES[0]
        self._reads_chinese = True

    def _write(self, text: bytes) -> None:
        encoding = _CHINESE if self._reads_chinese else self._code_page
        for character in text.decode(encoding, "replace"):
            used = sum(cell.face.wide for cell in self._line)
            if used + self._face.wide > self._printer.paper.columns:
                self._end_line()
            self._line.append(Cell(character, self._face))

    def _end_line(self) -> None:
        self._printer.feed(printed_line(self._printer.paper, tuple(self._line), self._alignment))
        self._line.clear()

    def _feed(self, dots: int) -> None:
        if self._line:
            self._end_line()
        if dots:
            self._printer.feed(blank(self._printer.paper, dots))

    def _set_face(self, bits: bytes) -> None:
        doubled = (2 if bits[0] & bit else 1 for bit in (_WIDE, _HIGH))
        self._face = Face(bool(bits[0] & _BOLD), *doubled)

    def _set_bold(self, is_on: bytes) -> None:
        self._face = replace(self._face, is_bold=bool(is_on[0] & 1))

    def _set_alignment(self, where: bytes) -> None:
        self._alignment = min(where[0] & 3, 2)

    def _set_code_page(self, number: bytes) -> None:
        self._code_page = _CODE_PAGES.get(number[0], _CODE_PAGES[0])

    def _leave_chinese(self) -> None:
        self._reads_chinese = False

    def _cut(self, how: bytes) -> None:
        if how[0] in _FEED_AND_CUT:
            self._feed(_CUTTER_DOTS + how[1])
        self._printer.cut()

    def _print_raster(self, parameters: bytes) -> None:
        head, rows = parameters[:RASTER_HEAD], parameters[RASTER_HEAD:]
        if rows:
            paper = self._printer.paper
            self._printer.feed(printed_raster(paper, raster_width(head), rows, self._alignment))


class TerminalPrinter:
    """A printer one can plug and unplug at `path`, as a serial port or a USB printer device."""

    def __init__(self, path: Path, printer: SimulatedPrinter) -> None:
        self._terminal = PseudoTerminal(path, lambda: PrinterPeer(printer))

    @property
    def place(self) -> str:
        """What follows `serial:` or `usb:` in the driver's address."""
        return str(self._terminal.path)

    def plug(self) -> None:
        self._terminal.plug()

    def unplug(self) -> None:
        self._terminal.unplug()

    def close(self) -> None:
        self._terminal.close()
