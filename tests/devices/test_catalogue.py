"""From a settings file to a device."""

import msgspec
import pytest

from devices.card_numbers import CardNumbers
from devices.catalogue import open_card_reader, open_reader
from devices.errors import Unplugged
from devices.settings import (
    FeigSettings,
    M3Settings,
    MetratecSettings,
    NfcSettings,
    PadReaderSettings,
    Rl866Settings,
    Rr3036Settings,
    ScannerSettings,
)
from devices.settings import KeyboardScannerSettings as Typing
from devices.settings import SerialScannerSettings as Serial


def test_a_feig_reader_needs_its_port_alone() -> None:
    settings = msgspec.toml.decode('driver = "feig"\nport = "/dev/pad"', type=FeigSettings)
    assert settings == FeigSettings("/dev/pad", 38400, "even", 255, 2.0)


@pytest.mark.parametrize(
    "wrong",
    ["baut = 9600", 'parity = "mark"', "address = 256", "answer_within = 0.0", 'driver = "fieg"'],
)
def test_a_misspelt_key_or_value_is_refused(wrong: str) -> None:
    driver = "" if "driver" in wrong else 'driver = "feig"\n'
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(f'{driver}port = "/dev/pad"\n{wrong}', type=FeigSettings)


@pytest.mark.parametrize(
    "settings",
    [
        M3Settings("/dev/no"),
        Rl866Settings("/dev/no"),
        Rr3036Settings("/dev/no"),
        MetratecSettings("/dev/no"),
    ],
)
def test_every_pad_reader_is_named_by_its_driver_and_opened(settings: PadReaderSettings) -> None:
    text = msgspec.json.encode(settings)
    assert msgspec.json.decode(text, type=PadReaderSettings) == settings
    with pytest.raises(Unplugged):
        open_reader(settings)


@pytest.mark.parametrize(
    "path",
    [
        "usb",
        "usb:072f:2200",
        "tty:USB0:pn532",
        "tty:/dev/serial/by-path/pci-0000:00:14.0-usb:pn532",
        "udp:127.0.0.1:5432",
    ],
)
def test_card_readers_are_named_as_nfcpy_names_them(path: str) -> None:
    assert msgspec.convert({"driver": "nfc", "path": path}, NfcSettings).path == path


@pytest.mark.parametrize(
    "path", ["", "udp:here", "udp:here:port", "tty:USB0", "/dev/ttyUSB0", "tty:/dev/a"]
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"driver": "nfc", "path": path}, NfcSettings)


def test_a_card_reader_says_how_a_card_gives_its_number() -> None:
    written = 'driver = "nfc"\npath = "usb"\n[number]\nsource = "uid-decimal"\ndigits = 10'
    settings = msgspec.toml.decode(written, type=NfcSettings)
    assert settings == NfcSettings("usb", CardNumbers(source="uid-decimal", digits=10))
    assert NfcSettings("usb").number.source == "uid"


@pytest.mark.parametrize(
    ("written", "settings"),
    [
        ('driver = "keyboard"\npath = "/dev/input/event3"', Typing("/dev/input/event3")),
        ('driver = "serial"\nport = "/dev/scanner"', Serial("/dev/scanner", 9600, "none")),
    ],
)
def test_a_scanner_needs_its_place_alone(written: str, settings: ScannerSettings) -> None:
    assert msgspec.toml.decode(written, type=ScannerSettings) == settings
    with pytest.raises(msgspec.ValidationError, match="gra"):
        msgspec.toml.decode(f"{written}\ngra = true", type=ScannerSettings)


def test_what_is_not_there_is_unplugged() -> None:
    with pytest.raises(Unplugged):
        open_reader(FeigSettings("/dev/no-such-pad"))
    with pytest.raises(Unplugged):
        open_card_reader(NfcSettings("tty:NONE0:pn532"))
