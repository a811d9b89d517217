"""What an RL866's inventory tells. Pure.

A report of one tag begins with flags: bit 0 an antenna, 1 the air protocol, 2 the type of tag and 3
its serial number follow. Published frames have the last three.
"""

from dataclasses import dataclass
from typing import Final

from devices.capabilities import UID_BYTES, TagUid
from devices.errors import Garbled
from devices.rl866.protocol import ICODE_SLI, ISO15693

_WITH_KIND_AND_SERIAL: Final = 0x0E


@dataclass(frozen=True, slots=True)
class Report:
    """One tag, or a card of another air protocol.

    In published frames a 00 follows the UID. The vendor's header reports a DSFID beside it, and the
    tag's own is 00 where published: so that is what is meant, most likely.
    """

    serial: bytes
    tag_type: int = ICODE_SLI
    air_protocol: int = ISO15693

    @classmethod
    def of(cls, uid: TagUid, dsfid: int) -> "Report":
        return cls(uid.raw[::-1] + bytes((dsfid,)))

    @property
    def uid(self) -> TagUid | None:
        """None of what is no ISO 15693 tag."""
        if self.air_protocol != ISO15693 or len(self.serial) < UID_BYTES:
            return None
        return TagUid(self.serial[:UID_BYTES][::-1])

    def encode(self) -> bytes:
        head = (_WITH_KIND_AND_SERIAL, self.air_protocol, self.tag_type, len(self.serial))
        return bytes(head) + self.serial


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
        """Raises Garbled when the counts and the bytes disagree."""
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
    """And the bytes after it. Raises Garbled on one that is cut off or tells what was not asked."""
    match tuple(rest):
        case (0x0F, _, air_protocol, tag_type, length, *_):
            at = 5
        case (0x0E, air_protocol, tag_type, length, *_):
            at = 4
        case _:
            raise Garbled(f"a tag is reported as {rest.hex().upper()}")
    serial = rest[at : at + length]
    if len(serial) < length:
        raise Garbled(f"a serial of {length} bytes in {len(serial)}")
    return Report(serial, tag_type, air_protocol), rest[at + length :]
