"""What every scanner owes its station, on a serial line and as a keyboard.

A new kind of scanner adds one entry to BENCHES: its simulator and its settings.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from devices.capabilities import Scan, Scanner
from devices.catalogue import open_scanner
from devices.errors import DeviceError, Refused, Unplugged
from devices.scanner.driver import BarcodeScanner
from devices.scanner.protocol import Keys, Lines, keystrokes
from devices.scanner.simulator import KeyboardScannerSimulator, SerialScannerSimulator
from devices.scanner_watch import Scanned, ScannerEvent, ScannerHealthy, ScannerLost, ScannerWatch
from devices.settings import KeyboardScannerSettings, ScannerSettings, SerialScannerSettings
from tests.devices.hearing import PATIENCE, Heard


class Simulator(Protocol):
    def scan(self, text: str) -> None: ...
    def send(self, data: bytes) -> None: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Bench:
    simulator: Callable[[Path], Simulator]
    settings: Callable[[str], ScannerSettings]


BENCHES = {
    "serial": Bench(SerialScannerSimulator, SerialScannerSettings),
    "keyboard": Bench(KeyboardScannerSimulator, KeyboardScannerSettings),
}


@dataclass
class Desk:
    """A simulated scanner and the way to what the station hears of it."""

    simulator: Simulator
    settings: ScannerSettings
    closing: ExitStack = field(default_factory=ExitStack)

    def opened(self) -> Scanner:
        scanner = open_scanner(self.settings)
        self.closing.callback(scanner.close)
        return scanner


@pytest.fixture(params=BENCHES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    bench, path = BENCHES[request.param], tmp_path / "scanner"
    desk = Desk(bench.simulator(path), bench.settings(str(path)))
    desk.simulator.plug()
    with desk.closing:
        yield desk
    desk.simulator.close()


def test_scans_are_told_in_order_and_nothing_is_told_without_one(desk: Desk) -> None:
    scanner = desk.opened()
    assert scanner.next_scan(0) is None
    desk.simulator.scan("B00012")
    desk.simulator.scan("]C0KTA-0007")
    assert scanner.next_scan(PATIENCE) == Scan("B00012")
    assert scanner.next_scan(PATIENCE) == Scan("KTA-0007", "C0")
    assert scanner.next_scan(0.01) is None


def test_a_scan_may_come_while_it_is_waited_for(desk: Desk) -> None:
    scanner = desk.opened()
    later = threading.Timer(0.05, desk.simulator.scan, ["B00012"])
    later.start()
    assert scanner.next_scan(PATIENCE) == Scan("B00012")
    later.join()


def test_pulling_the_cable_is_noticed_and_plugging_it_in_is_enough(desk: Desk) -> None:
    scanner = desk.opened()
    desk.simulator.unplug()
    for _ in range(2):
        with pytest.raises(Unplugged):
            scanner.next_scan(PATIENCE)
    scanner.close()
    with pytest.raises(Unplugged):
        desk.opened()
    desk.simulator.plug()
    scanner = desk.opened()
    desk.simulator.scan("B00012")
    assert scanner.next_scan(PATIENCE) == Scan("B00012")


def test_pulling_the_cable_ends_the_waiting(desk: Desk) -> None:
    scanner = desk.opened()
    later = threading.Timer(0.05, desk.simulator.unplug)
    later.start()
    with pytest.raises(Unplugged):
        scanner.next_scan(PATIENCE)
    later.join()


def test_a_closed_scanner_is_unplugged(desk: Desk) -> None:
    scanner = desk.opened()
    scanner.close()
    with pytest.raises(Unplugged):
        scanner.next_scan(0)


def test_a_watch_tells_scans_and_the_cable_pulled_and_put_back(desk: Desk) -> None:
    heard: Heard[ScannerEvent] = Heard()
    watch = ScannerWatch(lambda: open_scanner(desk.settings), heard.tell, retry=0.01)
    watch.start()
    try:
        assert heard.next() == ScannerHealthy()
        desk.simulator.scan("B00012")
        assert heard.next() == Scanned(Scan("B00012"))
        desk.simulator.unplug()
        assert isinstance(heard.next(), ScannerLost)
        desk.simulator.plug()
        assert heard.next() == ScannerHealthy()
        desk.simulator.scan("1275016512090003")
        assert "1275016512090003" not in repr(heard.next())
    finally:
        watch.stop()


def test_a_device_that_is_no_keyboard_is_refused() -> None:
    with pytest.raises(Refused):
        open_scanner(KeyboardScannerSettings("/dev/null"))


@pytest.mark.parametrize("settings", [KeyboardScannerSettings, SerialScannerSettings])
def test_what_is_not_there_is_unplugged(settings: Callable[[str], ScannerSettings]) -> None:
    with pytest.raises(DeviceError):
        open_scanner(settings("/dev/no-such-scanner"))


@pytest.mark.parametrize(
    ("receiver", "half", "rest"),
    [
        (Lines, b"B0", b"B00012\r"),
        (Keys, keystrokes("B0")[: len(keystrokes("B"))], keystrokes("B00012")),
    ],
)
def test_a_pause_inside_a_line_parts_it(
    receiver: type[Lines] | type[Keys], half: bytes, rest: bytes
) -> None:
    """Time is played: a piece, and how long after the one before it came."""
    now = 0.0

    class Played:
        pieces: Iterator[tuple[float, bytes]] = iter([(1.0, half), (0.51, rest)])

        def receive(self, timeout: float) -> bytes:
            nonlocal now
            pause, piece = next(self.pieces, (timeout, b""))
            now += pause
            return piece

        def close(self) -> None: ...

    scanner = BarcodeScanner(Played(), receiver(), lambda: now)
    assert scanner.next_scan(PATIENCE) == Scan("B00012")
    assert scanner.next_scan(PATIENCE) is None
