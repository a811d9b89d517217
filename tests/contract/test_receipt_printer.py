"""What every receipt printer owes its kiosk, over every cable.

The USB printer device of the kernel is stood in for by a pseudo-terminal.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import pytest

from devices.capabilities import PrinterCondition, Receipt, ReceiptPrinter, ReceiptRow
from devices.errors import DeviceError, NoAnswer, NotPrinted, Unplugged
from devices.link import Link, Parity
from devices.receipt.driver import EscposPrinter
from devices.receipt.layout import Paper
from devices.receipt.link import open_link
from devices.receipt.loopback import LoopbackPort
from devices.receipt.protocol import Signal
from devices.receipt.simulator import NEAR_END_DOTS, PrinterPeer, SimulatedPrinter, TerminalPrinter
from tests.devices.bad_lines import OneByteAtATime
from tests.devices.receipt.samples import ENGLISH, INDONESIAN, LINK, code_on, modules_of
from tests.devices.receipt.test_simulator import MODULE, matrix

PATIENCE = 5.0
IMPATIENCE = 1.0
NEXT = Receipt("Berikutnya", (), notes=("Bukti kembali",))


class Plug(Protocol):
    @property
    def place(self) -> str: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def close(self) -> None: ...


CABLES: dict[str, Callable[[Path, SimulatedPrinter], Plug]] = {
    "serial": TerminalPrinter,
    "usb": TerminalPrinter,
    "tcp": lambda _, printer: LoopbackPort(lambda: PrinterPeer(printer)),
}


class Interrupted(OneByteAtATime):
    """Something happens to the printer after a number of sendings."""

    def __init__(self, link: Link, sendings: int, deed: Callable[[], None]) -> None:
        super().__init__(link)
        self._sendings = sendings
        self._deed = deed

    def send(self, data: bytes) -> None:
        self._sendings -= 1
        if self._sendings == 0:
            self._deed()
        self._link.send(data)


class Hesitant(OneByteAtATime):
    """Answers come, but every other time one looks there is nothing yet."""

    _comes = False

    def receive(self, timeout: float) -> bytes:
        self._comes = not self._comes
        return super().receive(timeout) if self._comes else b""


class Late(OneByteAtATime):
    """Answers are held back for as long as wanted, and come after all."""

    holds = True

    def receive(self, timeout: float) -> bytes:
        if not self.holds:
            return super().receive(timeout)
        self._waiting += self._link.receive(timeout)
        return b""

    def drain(self) -> None:
        self._link.drain()


@dataclass
class Counter:
    """A simulated printer, its cable and the way to it."""

    cable: str
    plug: Plug
    printer: SimulatedPrinter
    closing: ExitStack = field(default_factory=ExitStack)

    def opened(
        self, line: Callable[[Link], Link] = lambda link: link, within: float = PATIENCE
    ) -> ReceiptPrinter:
        link = open_link(f"{self.cable}:{self.plug.place}", 38400, Parity.NONE)
        driver = EscposPrinter(line(link), self.printer.paper, within)
        self.closing.callback(driver.close)
        return driver

    def printed(self) -> list[str]:
        """Every word on paper, cut or not."""
        cut = (line for receipt in self.printer.receipts for line in receipt.lines)
        return [*cut, *self.printer.uncut.lines]


@pytest.fixture(params=CABLES)
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    printer = SimulatedPrinter(Paper.MM58)
    plug = CABLES[request.param](tmp_path / "printer", printer)
    plug.plug()
    counter = Counter(request.param, plug, printer)
    with counter.closing:
        yield counter
    plug.close()


def test_a_receipt_is_printed_as_it_was_asked(counter: Counter) -> None:
    asked = Receipt(
        "Perpustakaan", ("Bukti pinjam",), notes=("Sampai jumpa.",), link=LINK, caption="Pindai"
    )
    counter.opened().print(asked)
    (receipt,) = counter.printer.receipts
    assert receipt.lines == ("Perpustakaan", "Bukti pinjam", "-" * 32, "Sampai jumpa.", "Pindai")
    assert modules_of(code_on(receipt), MODULE) == matrix(LINK)


def test_receipts_follow_one_another_each_cut_off(counter: Counter) -> None:
    driver = counter.opened()
    for receipt in (INDONESIAN, ENGLISH, NEXT):
        driver.print(receipt)
    indonesian, english, following = counter.printer.receipts
    assert "Bukti pinjam" in indonesian.lines
    assert "Loan receipt" in english.lines
    assert following.lines == ("Berikutnya", "-" * 32, "Bukti kembali")
    assert counter.printer.uncut.lines == ()


def test_a_hundred_books_come_out_whole(counter: Counter) -> None:
    (section,) = INDONESIAN.sections
    books = tuple(ReceiptRow(f"Buku {number}", "Sen, 30 Nov 2026") for number in range(100))
    counter.opened().print(replace(INDONESIAN, sections=(replace(section, rows=books),)))
    printed = [line.split(" Sen")[0].strip() for line in counter.printed()]
    assert [line for line in printed if line.startswith("Buku")] == [book.words for book in books]


@pytest.mark.parametrize("line", [OneByteAtATime, Hesitant])
def test_a_receipt_comes_out_over_a_slow_line_too(
    counter: Counter, line: Callable[[Link], Link]
) -> None:
    counter.opened(line).print(INDONESIAN)
    (receipt,) = counter.printer.receipts
    assert receipt.lines[-1] == INDONESIAN.caption


def test_paper_near_its_end_is_told_and_printing_goes_on(counter: Counter) -> None:
    driver = counter.opened()
    assert driver.condition() is PrinterCondition.READY
    counter.printer.paper_left = NEAR_END_DOTS
    assert driver.condition() is PrinterCondition.PAPER_NEAR_END
    driver.print(INDONESIAN)
    assert len(counter.printer.receipts) == 1


def empty(printer: SimulatedPrinter) -> None:
    printer.paper_left = 0


def open_cover(printer: SimulatedPrinter) -> None:
    printer.is_cover_open = True


def take_off_line(printer: SimulatedPrinter) -> None:
    printer.is_off_line = True


def jam_cutter(printer: SimulatedPrinter) -> None:
    printer.faults = frozenset({Signal.CUTTER_ERROR})


STOPS: dict[PrinterCondition, Callable[[SimulatedPrinter], None]] = {
    PrinterCondition.OUT_OF_PAPER: empty,
    PrinterCondition.COVER_OPEN: open_cover,
    PrinterCondition.OFF_LINE: take_off_line,
    PrinterCondition.CUTTER_JAMMED: jam_cutter,
}


@pytest.mark.parametrize("condition", STOPS)
def test_a_printer_that_cannot_print_says_why_and_is_sent_nothing(
    counter: Counter, condition: PrinterCondition
) -> None:
    STOPS[condition](counter.printer)
    driver = counter.opened()
    assert driver.condition() is condition
    with pytest.raises(NotPrinted) as refused:
        driver.print(INDONESIAN)
    assert refused.value.condition is condition
    counter.printer.is_off_line = counter.printer.is_cover_open = False
    counter.printer.faults, counter.printer.paper_left = frozenset(), 10 * NEAR_END_DOTS
    driver.print(NEXT)
    assert counter.printed() == ["Berikutnya", "-" * 32, "Bukti kembali"]


def test_paper_that_runs_out_in_the_middle_is_told_and_the_next_patron_gets_his_own(
    counter: Counter,
) -> None:
    counter.printer.paper_left = 400
    driver = counter.opened(within=IMPATIENCE)
    with pytest.raises(NotPrinted) as stopped:
        driver.print(INDONESIAN)
    assert stopped.value.condition is PrinterCondition.OUT_OF_PAPER
    begun = counter.printed()
    assert "Bukti pinjam" in begun
    assert INDONESIAN.caption not in begun
    counter.printer.paper_left = 10 * NEAR_END_DOTS
    driver.print(NEXT)
    assert counter.printed() == [*begun, "Berikutnya", "-" * 32, "Bukti kembali"]


@pytest.mark.parametrize("sendings", [6, 8, 13])
def test_a_cover_opened_in_the_middle_is_told_and_the_rest_is_forgotten(
    counter: Counter, sendings: int
) -> None:
    def line(link: Link) -> Link:
        return Interrupted(link, sendings, lambda: open_cover(counter.printer))

    driver = counter.opened(line, within=IMPATIENCE)
    with pytest.raises(NotPrinted) as stopped:
        driver.print(INDONESIAN)
    assert stopped.value.condition is PrinterCondition.COVER_OPEN
    begun = counter.printed()
    counter.printer.is_cover_open = False
    assert driver.condition() is PrinterCondition.READY
    assert counter.printed() == begun


@pytest.mark.parametrize("sendings", [1, 3, 5, 7, 13])
def test_a_cable_pulled_at_any_moment_is_noticed_and_a_replugged_printer_prints(
    counter: Counter, sendings: int
) -> None:
    driver = counter.opened(lambda link: Interrupted(link, sendings, counter.plug.unplug))
    with pytest.raises(Unplugged):
        driver.print(INDONESIAN)
    with pytest.raises(Unplugged):
        counter.opened()
    driver.close()
    counter.plug.plug()
    counter.opened().print(NEXT)
    assert counter.printed()[-3:] == ["Berikutnya", "-" * 32, "Bukti kembali"]


def test_an_answer_that_came_too_late_is_not_taken_for_the_next(counter: Counter) -> None:
    lines: list[Late] = []

    def line(link: Link) -> Link:
        lines.append(Late(link))
        return lines[0]

    open_cover(counter.printer)
    driver = counter.opened(line, within=IMPATIENCE)
    with pytest.raises(NoAnswer):
        driver.condition()
    counter.printer.is_cover_open = False
    lines[0].holds = False
    assert driver.condition() is PrinterCondition.READY


def test_a_closed_printer_is_unplugged(counter: Counter) -> None:
    driver = counter.opened()
    driver.close()
    driver.close()
    with pytest.raises(Unplugged):
        driver.condition()


def test_bytes_that_answer_nothing_are_passed_over(counter: Counter) -> None:
    class FlowControl(OneByteAtATime):
        def receive(self, timeout: float) -> bytes:
            return b"\x13\x11" + super().receive(timeout)

    driver = counter.opened(FlowControl)
    driver.print(NEXT)
    assert driver.condition() is PrinterCondition.READY


def test_every_failure_is_a_device_error(counter: Counter) -> None:
    open_cover(counter.printer)
    with pytest.raises(DeviceError, match="cover"):
        counter.opened().print(NEXT)
