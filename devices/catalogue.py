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
    """A FEIG reader at a serial port; as delivered it talks 38400 baud, even parity.

    Thirty books take a reader of 10 % modulation more than a second to find. `resets_itself` is
    for a reader whose CFG5.ONT is 0: it saves a question in every round.
    """

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 2.0
    frames: Literal["advanced", "standard"] = "advanced"
    resets_itself: bool = False


class NfcSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="nfc"):
    """A card reader by nfcpy's path: `usb:072f:2200`, `tty:USB0:pn532`, `udp:127.0.0.1:54321`."""

    path: NfcPath


PadReaderSettings = FeigSettings
CardReaderSettings = NfcSettings


def open_reader(settings: PadReaderSettings) -> PadReader:
    """The reader of a pad or a bin, ready to be asked. Raises Unplugged."""
    match settings:
        case FeigSettings():
            from devices.feig.driver import FeigReader  # noqa: PLC0415 - only if asked for
            from devices.feig.frame import Form  # noqa: PLC0415 - only if asked for
            from devices.link import Parity, open_serial  # noqa: PLC0415 - only if asked for

            return FeigReader(
                open_serial(settings.port, settings.baud, Parity(settings.parity)),
                settings.address,
                settings.answer_within,
                form=Form(settings.frames),
                resets_itself=settings.resets_itself,
            )


def open_card_reader(settings: CardReaderSettings) -> CardReader:
    """The reader of library cards, ready to be asked. Raises Unplugged."""
    match settings:
        case NfcSettings(path):
            from devices.nfc.driver import NfcReader  # noqa: PLC0415 - only if asked for

            return NfcReader(path)
