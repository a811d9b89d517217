"""What is fuzzed of the receipt printer: both ends of its line."""

from contextlib import suppress

from devices.errors import Garbled
from devices.receipt.job import pieces
from devices.receipt.layout import Paper
from devices.receipt.protocol import (
    CLEAR_BUFFERS,
    PAGES,
    TRANSMIT_PAPER,
    Receiver,
    condition_of,
    signals_of,
    status_question,
)
from devices.receipt.simulator import PrinterPeer, SimulatedPrinter
from tests.devices.receipt.samples import INDONESIAN
from tests.fuzz.targets import Target


def _printer(data: bytes) -> None:
    printer = SimulatedPrinter(Paper.MM58)
    peer = PrinterPeer(printer)
    for start in range(0, len(data), 100):
        printer.is_cover_open = start % 300 == 200
        peer.hear(data[start : start + 100])


def _answers(data: bytes) -> None:
    with suppress(Garbled):
        condition_of(signals_of(data[: len(PAGES)]))
    receiver = Receiver()
    receiver.hear(data)
    while receiver.next_status() is not None:
        continue


TARGETS: dict[str, Target] = {
    "receipt printer": Target(
        _printer,
        (
            *pieces(INDONESIAN, Paper.MM58)[:2],
            *(status_question(page) for page in PAGES),
            b"\x1b@\x1b!\x30Judul\n\x1bd\xff\x1dVA\xff\x1dv0\x00\x02\x00\x01\x00ab",
        ),
        (TRANSMIT_PAPER, CLEAR_BUFFERS, b"\x1b@", b"\x1dv0\x00\xff\x00\xff\x00", b"\x1bt\x10"),
    ),
    "receipt printer's answers": Target(
        _answers, (bytes.fromhex("1212121E"), bytes.fromhex("1A1612127E00"))
    ),
}
