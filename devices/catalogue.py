"""From settings to a driver: one match, and each family imported only when it is asked for.

So a missing library hurts only the device that needs it. A new family adds its settings and one
case.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from devices.capabilities import CardReader, PadReader, ReceiptPrinter
from devices.security import SecurityMarks

Address = Annotated[int, Meta(ge=0, le=255)]
Seconds = Annotated[float, Meta(gt=0)]
NfcPath = Annotated[
    str, Meta(pattern=r"^(usb(:[^:]+){0,2}|(tty|com):[^:]+:[^:]+|udp:[^:]+:[0-9]{1,5})$")
]

PrinterAddress = Annotated[str, Meta(pattern=r"^((serial|usb):/.+|tcp:[^:]+:[0-9]{1,5})$")]


class FeigSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="feig"):
    """A FEIG reader at a serial port; as delivered it talks 38400 baud, even parity."""

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 1.0


class NfcSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="nfc"):
    """A card reader by nfcpy's path: `usb:072f:2200`, `tty:USB0:pn532`, `udp:127.0.0.1:54321`."""

    path: NfcPath


class TagSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How this site marks its books, by AFI or EAS or both, and the ISILs that are its own.

    The direction of the AFI differs between sites, so nothing is assumed.
    """

    owners: tuple[str, ...]
    afi_secured: int | None = None
    afi_released: int | None = None
    eas: bool = False

    def __post_init__(self) -> None:
        self.marks()

    def marks(self) -> SecurityMarks:
        """Raises ValueError when they cannot tell secured from released."""
        return SecurityMarks(self.afi_secured, self.afi_released, self.eas)


class EscposSettings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="escpos"
):
    """A receipt printer at `serial:/dev/ttyUSB0`, `usb:/dev/usb/lp0` or `tcp:192.168.1.50:9100`.

    A line of its largest text, on its self-test page, has 32 columns on paper of 58 mm; on 80 mm
    48, or 42 where the head has 180 dots to the inch. Baud and parity are the serial port's.
    """

    at: PrinterAddress
    columns: Literal[32, 42, 48] = 48
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "none"
    answer_within: Seconds = 2.0


PadReaderSettings = FeigSettings
CardReaderSettings = NfcSettings
PrinterSettings = EscposSettings


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
        case NfcSettings(path):
            from devices.nfc.driver import NfcReader  # noqa: PLC0415 - only if asked for

            return NfcReader(path)


def open_printer(settings: PrinterSettings) -> ReceiptPrinter:
    """The receipt printer, to be closed again when it has printed. Raises Unplugged."""
    match settings:
        case EscposSettings(at, columns, baud, parity, answer_within):
            from devices.link import Parity  # noqa: PLC0415 - only if asked for
            from devices.receipt.driver import EscposPrinter  # noqa: PLC0415 - only if asked for
            from devices.receipt.layout import paper_of  # noqa: PLC0415 - only if asked for
            from devices.receipt.link import open_link  # noqa: PLC0415 - only if asked for

            link = open_link(at, baud, Parity(parity))
            return EscposPrinter(link, paper_of(columns), answer_within)
