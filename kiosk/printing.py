"""The receipt printer beside the visit: one thread that prints what it is handed, one at a time."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

import structlog

from devices.capabilities import PrinterCondition, Receipt, ReceiptPrinter
from devices.errors import DeviceError, NotPrinted
from kiosk.happenings import Printed, PrinterChanged

# How often an idle printer is asked for paper: it serves one computer at a time.
LOOK_SECONDS: Final = 30.0

log: Final = structlog.get_logger()


class PrinterWatch:
    """Watches one printer. `tell` is called on the watch's own thread and must not block.

    The printer is opened for each receipt and each look, and closed after it.
    """

    def __init__(
        self,
        open_printer: Callable[[], ReceiptPrinter],
        tell: Callable[[Printed | PrinterChanged], None],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._open_printer = open_printer
        self._tell = tell
        self._look_seconds = look_seconds
        self._wanted: SimpleQueue[Receipt | None] = SimpleQueue()
        self._is_healthy: bool | None = None
        self._thread = threading.Thread(target=self._run, name="printer watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was asked for before has been printed, or not, when this returns."""
        self._wanted.put(None)
        self._thread.join()

    def print(self, receipt: Receipt) -> None:
        """Ask from any thread; `Printed` will say what came of it."""
        self._wanted.put(receipt)

    def _run(self) -> None:
        self._look()
        while True:
            try:
                wanted = self._wanted.get(timeout=self._look_seconds)
            except Empty:
                self._look()
                continue
            if wanted is None:
                return
            self._serve(wanted)
            self._look()

    def _serve(self, receipt: Receipt) -> None:
        self._tell(Printed(self._attempt(lambda printer: printer.print(receipt))))

    def _look(self) -> None:
        well = self._attempt(_require_paper)
        if well is not self._is_healthy:
            self._is_healthy = well
            self._tell(PrinterChanged(well))

    def _attempt(self, work: Callable[[ReceiptPrinter], None]) -> bool:
        try:
            printer = self._open_printer()
            try:
                work(printer)
            finally:
                printer.close()
        except DeviceError as error:
            log.warning("receipt printer", problem=str(error))
            return False
        return True


def _require_paper(printer: ReceiptPrinter) -> None:
    condition: PrinterCondition = printer.condition()
    if not condition.can_print:
        raise NotPrinted(condition)
