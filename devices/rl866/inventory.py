"""What an RL866's inventory tells. Pure.

A report of one tag begins with flags: bit 0 an antenna, 1 the air protocol, 2 the type of tag and 3
its serial number follow. Published frames have the last three.
"""

from dataclasses import dataclass
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.rl866.protocol import ICODE_SLI, ISO15693

_WITH_ANTENNA: Final = 0x01
_WITH_KIND_AND_UID: Final = 0x0E


@dataclass(frozen=True, slots=True)
class Report:
    """One ISO 15693 tag in an inventory.

    The published frames end each with a 00 after the UID. The vendor's header reports a DSFID
    beside the UID, and the tag's own is 00 where published: so that is what is meant, most likely.
    """

    uid: TagUid
    dsfid: int
    tag_type: int = ICODE_SLI

    def encode(self) -> bytes:
        head = (_WITH_KIND_AND_UID, ISO15693, self.tag_type, 1 + UID_BYTES)
        return bytes((*head, *self.uid.raw[::-1], self.dsfid))


@dataclass(frozen=True, slots=True)
class Inventoried:
    """The body of an inventory's reply.

    `is_cut_off` when the reader's buffer or time did not suffice, and it is to be asked for more.
    `found` counts what it has in its buffer, of which `reports` are told now. No published frame
    has more than three, all told at once.
    """

    is_cut_off: bool
    found: int
    reports: tuple[Report, ...]

    def encode(self) -> bytes:
        head = bytes((self.is_cut_off,)) + self.found.to_bytes(2, "little")
        return head + bytes((len(self.reports),)) + b"".join(r.encode() for r in self.reports)

    @classmethod
    def decode(cls, body: bytes) -> "Inventoried":
        """Raises Garbled when the count and the bytes disagree, or another kind of tag is told."""
        match tuple(body[:4]):
            case ((0 | 1) as stop, low, high, count):
                reports, rest = [], body[4:]
                for _ in range(count):
                    report, rest = _first_report(rest)
                    reports.append(report)
                if not rest:
                    return cls(bool(stop), high << 8 | low, tuple(reports))
        raise Garbled(f"an inventory that does not fit its counts: {body.hex().upper()}")


def _first_report(rest: bytes) -> tuple[Report, bytes]:
    """And the bytes after it. An antenna may be told first."""
    flags, at = rest[0] if rest else 0, 2 if rest[:1] and rest[0] & _WITH_ANTENNA else 1
    kind, serial = rest[at : at + 3], rest[at + 3 :]
    if flags | _WITH_ANTENNA != _WITH_KIND_AND_UID | _WITH_ANTENNA or len(kind) < 3:  # noqa: PLR2004 - protocol, type, length
        raise Garbled(f"a tag is reported with flags {flags:02X}")
    protocol, tag_type, length = kind
    if protocol != ISO15693 or length not in (8, 9) or len(serial) < length:
        raise Garbled(f"a tag of air protocol {protocol} with a serial of {length} bytes")
    told = serial[:length].ljust(9, b"\0")
    return Report(TagUid(told[:8][::-1]), told[8], tag_type), serial[length:]
