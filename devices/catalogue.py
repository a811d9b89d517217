"""From settings to a driver: one match, and each family imported only when it is asked for.

So a missing library hurts only the device that needs it. A new family adds its settings and one
case.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from devices.capabilities import CardReader, PadReader, Scanner
from devices.card_numbers import CardNumbers

Address = Annotated[int, Meta(ge=0, le=255)]
Seconds = Annotated[float, Meta(gt=0)]
NfcPath = Annotated[
    str, Meta(pattern=r"^(usb(:[^:]+){0,2}|(tty:/.+|(tty|com):[^:]+):[^:]+|udp:[^:]+:[0-9]{1,5})$")
]


class FeigSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="feig"):
    """A FEIG reader at a serial port; as delivered it talks 38400 baud, even parity."""

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 1.0


class NfcSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="nfc"):
    """A card reader by nfcpy's path: `usb:072f:2200`, `tty:USB0:pn532`, `udp:127.0.0.1:54321`.

    A serial port that udev gave a name of its own is `tty:/dev/card-reader:pn532`. `number` says
    how a card gives its patron's number.
    """

    path: NfcPath
    number: CardNumbers = CardNumbers()


class KeyboardScannerSettings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="keyboard"
):
    """A scanner that types, by its input device: `/dev/input/by-id/...-event-kbd`."""

    path: str


class SerialScannerSettings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="serial"
):
    """A scanner at a serial port; many are delivered with 9600 baud and no parity."""

    port: str
    baud: int = 9600
    parity: Literal["none", "even", "odd"] = "none"


PadReaderSettings = FeigSettings
CardReaderSettings = NfcSettings
ScannerSettings = KeyboardScannerSettings | SerialScannerSettings


def open_reader(settings: PadReaderSettings) -> PadReader:
    """The reader of a pad or a bin, ready to be asked. Raises Unplugged."""
    match settings:
        case FeigSettings(port, baud, parity, address, answer_within):
            from devices.feig.driver import FeigReader  # noqa: PLC0415 - only if asked for
            from devices.link import Parity, open_serial  # noqa: PLC0415 - only if asked for

            link = open_serial(port, baud, Parity(parity))
            return FeigReader(link, address, answer_within)


def open_card_reader(settings: CardReaderSettings) -> CardReader:
    """The reader of library cards, ready to be asked. Raises Unplugged."""
    match settings:
        case NfcSettings(path, number):
            from devices.nfc.driver import NfcReader  # noqa: PLC0415 - only if asked for

            return NfcReader(path, number)


def open_scanner(settings: ScannerSettings) -> Scanner:
    """The scanner of barcodes, ready to be asked. Raises Unplugged or Refused."""
    from devices.scanner.driver import BarcodeScanner, InputDevice  # noqa: PLC0415 - only if asked for
    from devices.scanner.protocol import Keys, Lines  # noqa: PLC0415 - only if asked for

    match settings:
        case KeyboardScannerSettings(path):
            return BarcodeScanner(InputDevice(path), Keys())
        case SerialScannerSettings(port, baud, parity):
            from devices.link import Parity, open_serial  # noqa: PLC0415 - only if asked for

            return BarcodeScanner(open_serial(port, baud, Parity(parity)), Lines())
