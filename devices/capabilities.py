"""What the stations need from hardware, as narrow ports. Drivers fulfil them by shape.

Drivers are plain blocking code for one thread; they raise only `devices.errors.DeviceError`.
"""

from dataclasses import dataclass
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

    `patron` is None when the card's UID is random (4 bytes beginning 08), which is never an
    identity (ISO/IEC 14443-3, 6.5.4).
    """

    patron: PatronId | None


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

    def present(self) -> Card | None:
        """The one card in the field now, or None."""

    def close(self) -> None: ...
