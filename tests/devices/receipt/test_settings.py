"""From a settings file to a printer."""

from pathlib import Path

import msgspec
import pytest

from devices.capabilities import PrinterCondition
from devices.catalogue import open_printer
from devices.errors import Unplugged
from devices.receipt.layout import Paper
from devices.receipt.simulator import SimulatedPrinter, TerminalPrinter
from devices.settings import EscposSettings


def test_a_printer_needs_its_place_alone() -> None:
    written = 'driver = "escpos"\nat = "tcp:192.168.1.50:9100"'
    settings = msgspec.toml.decode(written, type=EscposSettings)
    assert settings == EscposSettings("tcp:192.168.1.50:9100", 48, 38400, "none", 2.0)


@pytest.mark.parametrize("at", ["serial:/dev/ttyUSB0", "usb:/dev/usb/lp0", "tcp:printer:9100"])
def test_a_printer_is_at_a_port_a_device_or_an_address(at: str) -> None:
    assert msgspec.convert({"driver": "escpos", "at": at}, EscposSettings).at == at


@pytest.mark.parametrize(
    "wrong", [{"at": "/dev/usb/lp0"}, {"at": "tcp:printer"}, {"columns": 40}, {"paper": 58}]
)
def test_other_places_columns_and_keys_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"driver": "escpos", "at": "usb:/dev/usb/lp0"} | wrong, EscposSettings)


@pytest.mark.parametrize("at", ["serial:/dev/none", "usb:/dev/none", "tcp:127.0.0.1:1"])
def test_what_is_not_there_is_unplugged(at: str) -> None:
    with pytest.raises(Unplugged):
        open_printer(EscposSettings(at))


def test_what_is_there_is_opened(tmp_path: Path) -> None:
    terminal = TerminalPrinter(tmp_path / "printer", SimulatedPrinter(Paper.MM58))
    terminal.plug()
    printer = open_printer(EscposSettings(f"usb:{terminal.place}", columns=32))
    assert printer.condition() is PrinterCondition.READY
    printer.close()
    terminal.close()
