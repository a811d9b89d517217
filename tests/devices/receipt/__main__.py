"""Prints the sample receipts on simulated paper: `python -m tests.devices.receipt FOLDER`."""

import sys
from pathlib import Path

from devices.capabilities import Receipt
from devices.receipt.job import pieces
from devices.receipt.layout import Paper
from devices.receipt.paper import PrintedReceipt
from devices.receipt.simulator import PrinterPeer, SimulatedPrinter
from tests.devices.receipt.samples import ENGLISH, INDONESIAN

PICTURES = {
    "receipt-58mm.png": (INDONESIAN, Paper.MM58),
    "receipt-80mm.png": (ENGLISH, Paper.MM80),
}


def printed(receipt: Receipt, paper: Paper) -> PrintedReceipt:
    """What comes out of a printer with this paper in it."""
    printer = SimulatedPrinter(paper)
    PrinterPeer(printer).hear(b"".join(pieces(receipt, paper)))
    (cut,) = printer.receipts
    return cut


def main(folder: Path) -> None:
    for name, (receipt, paper) in PICTURES.items():
        printed(receipt, paper).picture().save(folder / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
