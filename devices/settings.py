"""What a settings file may say about devices: one frozen Struct each, told apart by `driver`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from devices.card_numbers import CardNumbers
from devices.security import SecurityMarks
from devices.tags.models import Model, SiteModels
from devices.tags.plain_text import TextField

Address = Annotated[int, Meta(ge=0, le=255)]
Relay = Annotated[int, Meta(ge=1, le=8)]
Seconds = Annotated[float, Meta(gt=0)]
NfcPath = Annotated[
    str, Meta(pattern=r"^(usb(:[^:]+){0,2}|(tty:/.+|(tty|com):[^:]+):[^:]+|udp:[^:]+:[0-9]{1,5})$")
]

PrinterAddress = Annotated[str, Meta(pattern=r"^((serial|usb):/.+|tcp:[^:]+:[0-9]{1,5})$")]


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


class M3Settings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="m3-810"):
    """A 3M 210 or 810 reader at a serial port; it talks 19200 baud, no parity."""

    port: str
    baud: int = 19200
    parity: Literal["none", "even", "odd"] = "none"
    answer_within: Seconds = 1.0


class Rl866Settings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="rl866"
):
    """A Ruilin RL866 at a serial port; as delivered it talks 38400 baud, even parity."""

    port: str
    baud: int = 38400
    parity: Literal["none", "even", "odd"] = "even"
    address: Address = 255
    answer_within: Seconds = 2.0


class MetratecSettings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="metratec"
):
    """A metraTec reader of ISO 15693 at a serial port; it talks 115200 baud, no parity."""

    port: str
    baud: int = 115200
    parity: Literal["none", "even", "odd"] = "none"
    answer_within: Seconds = 2.0


class Rr3036Settings(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="rr3036"
):
    """An RR3036 or RR9036 at a serial port; as delivered it talks 19200 baud, no parity.

    It is given the 3 s that an inventory may take it as delivered; a lost question costs as much.
    """

    port: str
    baud: int = 19200
    parity: Literal["none", "even", "odd"] = "none"
    address: Address = 255
    answer_within: Seconds = 4.0


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


class TagSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How this site marks its books, by AFI or EAS or both, and the ISILs that are its own.

    The direction of the AFI differs between sites, so nothing is assumed. The data model is found
    by looking; `model` names the only one there is, where looking is not enough. Numbers in plain
    text are read only where `text_start` says at which byte they begin.
    """

    owners: tuple[str, ...]
    afi_secured: int | None = None
    afi_released: int | None = None
    eas: bool = False
    model: Literal["iso28560-3", "iso28560-2", "rfid501", "text"] | None = None
    text_start: int | None = None
    text_length: int = 16

    def __post_init__(self) -> None:
        self.marks()
        self.models()

    def marks(self) -> SecurityMarks:
        """Raises ValueError when they cannot tell secured from released."""
        return SecurityMarks(self.afi_secured, self.afi_released, self.eas)

    def models(self) -> SiteModels:
        """Raises ValueError for text without a place."""
        text = None
        if self.text_start is not None:
            text = TextField(self.text_start, self.text_length)
        return SiteModels(None if self.model is None else Model(self.model), text)


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


class LedSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="led"):
    """A lamp of the kernel's LEDs: a folder each, such as `/sys/class/leds/sirkula-green`.

    A lamp of one colour is `green`, whatever its colour.
    """

    green: str
    amber: str | None = None
    red: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for one place of two colours."""
        _require_apart(self.green, self.amber, self.red)


class LcusSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="driver", tag="lcus"):
    """A lamp at a USB relay board of LC Technology's, by the relay of each colour.

    A lamp of one colour is `green`, whatever its colour. `answers` is for a board that says which
    of its relays are on: the LCUS-4 does, the LCUS-1 does not.
    """

    port: str
    green: Relay = 1
    amber: Relay | None = None
    red: Relay | None = None
    answers: bool = False
    baud: int = 9600
    parity: Literal["none", "even", "odd"] = "none"
    answer_within: Seconds = 1.0

    def __post_init__(self) -> None:
        """Raises ValueError for one relay of two colours."""
        _require_apart(self.green, self.amber, self.red)


def _require_apart(*places: object) -> None:
    """Raises ValueError where two colours of a lamp have the same place."""
    fitted = [place for place in places if place is not None]
    if len(set(fitted)) < len(fitted):
        raise ValueError("two colours of a lamp cannot be in one place: give each its own")


PadReaderSettings = FeigSettings | M3Settings | Rl866Settings | Rr3036Settings | MetratecSettings
CardReaderSettings = NfcSettings
PrinterSettings = EscposSettings
ScannerSettings = KeyboardScannerSettings | SerialScannerSettings
LampSettings = LedSettings | LcusSettings
