"""The printer beside the visit: a simulated one on a real port, out of paper, and unplugged."""

from collections.abc import Iterator
from contextlib import ExitStack
from queue import Empty, SimpleQueue

import pytest

from devices.catalogue import open_printer
from devices.receipt.loopback import LoopbackPort
from devices.receipt.simulator import PrinterPeer, SimulatedPrinter
from devices.settings import EscposSettings
from kiosk.happenings import Printed, PrinterChanged
from kiosk.house import House
from kiosk.languages.catalogue import read_catalogue
from kiosk.languages.receipt import receipt
from kiosk.printing import PrinterWatch
from kiosk.slip import Line, Slip
from tests.kiosk.things import DUE, item

SLIP = Slip("id", (Line(item(1), "Laskar Pelangi", DUE),))
RECEIPT = receipt(SLIP, House("Binjai"), read_catalogue("id"))
PATIENCE = 10.0


class Corner:
    """A printer, whoever watches it, and what was told."""

    def __init__(self, look_seconds: float = 60.0) -> None:
        self.printer = SimulatedPrinter()
        self.port = LoopbackPort(lambda: PrinterPeer(self.printer))
        self.port.plug()
        self.told: SimpleQueue[Printed | PrinterChanged] = SimpleQueue()
        self.settings = EscposSettings(f"tcp:{self.port.place}", answer_within=0.5)
        self.watch = PrinterWatch(lambda: open_printer(self.settings), self.told.put, look_seconds)

    def next(self) -> Printed | PrinterChanged:
        return self.told.get(timeout=PATIENCE)


@pytest.fixture
def corner() -> Iterator[Corner]:
    with ExitStack() as stack:
        corner = Corner()
        stack.callback(corner.port.close)
        corner.watch.start()
        stack.callback(corner.watch.stop)
        yield corner


def test_a_receipt_is_printed_and_said_to_be(corner: Corner) -> None:
    assert corner.next() == PrinterChanged(healthy=True)
    corner.watch.print(RECEIPT)
    assert corner.next() == Printed(worked=True)
    (paper,) = corner.printer.receipts
    assert any("Laskar Pelangi" in line for line in paper.lines)


def test_without_paper_nothing_is_said_to_be_printed(corner: Corner) -> None:
    assert corner.next() == PrinterChanged(healthy=True)
    corner.printer.paper_left = 0
    corner.watch.print(RECEIPT)
    assert corner.next() == Printed(worked=False)
    assert corner.next() == PrinterChanged(healthy=False)


def test_a_printer_that_was_unplugged_says_so_and_the_watch_goes_on(corner: Corner) -> None:
    assert corner.next() == PrinterChanged(healthy=True)
    corner.port.unplug()
    corner.watch.print(RECEIPT)
    assert corner.next() == Printed(worked=False)
    assert corner.next() == PrinterChanged(healthy=False)
    corner.port.plug()
    corner.watch.print(RECEIPT)
    assert corner.next() == Printed(worked=True)
    assert corner.next() == PrinterChanged(healthy=True)


def test_what_does_not_change_is_told_once(corner: Corner) -> None:
    assert corner.next() == PrinterChanged(healthy=True)
    corner.watch.print(RECEIPT)
    assert corner.next() == Printed(worked=True)
    with pytest.raises(Empty):
        corner.told.get(timeout=0.5)
