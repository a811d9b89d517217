"""What the stations need from hardware, as narrow ports. Drivers fulfil them by shape.

Drivers are plain blocking code for one thread; they raise only `devices.errors.DeviceError`.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from broker.vocabulary import PatronId

UID_BYTES: Final = 8


@dataclass(frozen=True, slots=True, order=True)
class TagUid:
    """An ISO 15693 UID, 8 bytes, most significant first (starts with E0).

    >>> str(TagUid(bytes.fromhex("E0040100153B945A")))
    'E0040100153B945A'
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != UID_BYTES:
            raise ValueError(f"a tag UID has {UID_BYTES} bytes, not {len(self.raw)}")

    def __str__(self) -> str:
        return self.raw.hex().upper()


@dataclass(frozen=True, slots=True)
class TagMemory:
    """What a tag said about itself: user memory from block 0 in memory order, AFI and DSFID."""

    memory: bytes
    block_size: int
    afi: int
    dsfid: int


@dataclass(frozen=True, slots=True)
class Card:
    """A library card in the field: how its site knows the patron, and nothing else.

    `patron` is None when the card cannot tell, e.g. because its UID is random (ISO/IEC 14443-3,
    6.5.4) or the site goes by the barcode printed on it.
    """

    patron: PatronId | None


@dataclass(frozen=True, slots=True)
class TwoCards:
    """More than one card in the field, so nobody knows whose turn it is: one at a time, please."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner read, as printed. It may be a person's number, so it prints redacted.

    `aim` is the AIM identifier that some scanners are set to send before it, e.g. `C1` for
    GS1-128, without its bracket (ISO/IEC 15424).
    """

    text: str = field(repr=False)
    aim: str = ""


class TagReader(Protocol):
    """Reads ISO 15693 tags on a pad or in a bin."""

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, in a stable order."""

    def read(self, uid: TagUid) -> TagMemory:
        """The whole user memory of one tag, always addressed. Raises TagGone when it left."""

    def close(self) -> None: ...


class TagWriter(Protocol):
    """Changes the application family identifier, which a security gate listens to."""

    def write_afi(self, uid: TagUid, afi: int) -> None:
        """Writes, always addressed, and reads back. Raises NotWritten or TagGone."""


class PadReader(TagReader, TagWriter, Protocol):
    """A reader that can do both: what a pad or a bin needs."""


class CardReader(Protocol):
    """Notices library cards."""

    def present(self) -> Card | TwoCards | None:
        """What is in the field now."""

    def close(self) -> None: ...


class Scanner(Protocol):
    """Reads printed barcodes, when somebody shows it one."""

    def next_scan(self, timeout: float) -> Scan | None:
        """The next one, in order; None after `timeout` seconds without."""

    def close(self) -> None: ...
