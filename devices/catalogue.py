"""From settings to a driver: one match, and each family imported only when it is asked for.

So a missing library hurts only the device that needs it. A new family adds its settings and one
case.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from devices.capabilities import CardReader, PadReader

Address = Annotated[int, Meta(ge=0, le=255)]
Seconds = Annotated[float, Meta(gt=0)]
NfcPath = Annotated[
    str, Meta(pattern=r"^(usb(:[^:]+){0,2}|(tty|com):[^:]+:[^:]+|udp:[^:]+:[0-9]{1,5})$")
]


class FeigSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="feig"):
    """A FEIG reader at a serial port; as delivered it talks 38400 baud, even parity."""

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 1.0


class M3Settings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="m3_810"):
    """A 3M 210 or 810 reader at a serial port; its speed is fixed."""

    port: str
    answer_within: Seconds = 1.0


class Rl866Settings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="rl866"
):
    """A Ruilin RL866 at a serial port; as delivered it talks 38400 baud, even parity."""

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 1.0


class NfcSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="nfc"):
    """A card reader by nfcpy's path: `usb:072f:2200`, `tty:USB0:pn532`, `udp:127.0.0.1:54321`."""

    path: NfcPath


PadReaderSettings = FeigSettings | M3Settings | Rl866Settings
CardReaderSettings = NfcSettings


def open_reader(settings: PadReaderSettings) -> PadReader:
    """The reader of a pad or a bin, ready to be asked. Raises Unplugged."""
    match settings:
        case FeigSettings(port, baud, parity, address, answer_within):
            from devices.feig.driver import FeigReader  # noqa: PLC0415 - only if asked for
            from devices.link import Parity, open_serial  # noqa: PLC0415 - only if asked for

            link = open_serial(port, baud, Parity(parity))
            return FeigReader(link, address, answer_within)
        case M3Settings(port, answer_within):
            from devices.link import open_serial  # noqa: PLC0415 - only if asked for
            from devices.m3_810.driver import SPEEDS, M3Reader  # noqa: PLC0415 - only if asked for

            return M3Reader(open_serial(port, *SPEEDS[0]), answer_within)
        case Rl866Settings(port, baud, parity, address, answer_within):
            from devices.link import Parity, open_serial  # noqa: PLC0415 - only if asked for
            from devices.rl866.driver import Rl866Reader  # noqa: PLC0415 - only if asked for

            link = open_serial(port, baud, Parity(parity))
            return Rl866Reader(link, address, answer_within)


def open_card_reader(settings: CardReaderSettings) -> CardReader:
    """The reader of library cards, ready to be asked. Raises Unplugged."""
    match settings:
        case NfcSettings(path):
            from devices.nfc.driver import NfcReader  # noqa: PLC0415 - only if asked for

            return NfcReader(path)
