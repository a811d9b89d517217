"""Writing that is believed only when it was read back.

Law: one tag, addressed, at a time; a write that cannot be proven is tried again; what is not
certain in the end is an error, and says what the tag tells now.
"""

from collections.abc import Callable
from typing import Final

from broker.fault_points import fault_point
from devices.capabilities import PadReader, TagUid
from devices.errors import DeviceError, NoAnswer, NotWritten, Refused, TagGone
from devices.security import Security, SecurityMarks

_ATTEMPTS: Final = 3


def write_security(
    reader: PadReader, uid: TagUid, security: Security, marks: SecurityMarks
) -> None:
    """Secures or releases one tag by every mark the site uses, each of them proven.

    Raises NotWritten, or TagGone when it cannot be known.
    """
    afi = marks.afi(security)
    if afi is not None:
        write_afi(reader, uid, afi)
    if marks.uses_eas:
        write_eas(reader, uid, on=security is Security.SECURED)


def write_afi(reader: PadReader, uid: TagUid, afi: int) -> None:
    """Raises NotWritten, or TagGone."""
    _proven(
        lambda: reader.write_afi(uid, afi),
        lambda: f"{reader.describe(uid).afi:02X}",
        f"{afi:02X}",
        "AFI",
    )


def write_eas(reader: PadReader, uid: TagUid, *, on: bool) -> None:
    """Raises NotWritten, also on a tag without EAS, or TagGone."""

    def read_back() -> str:
        reader.describe(uid)  # a tag that is gone is as silent as one whose EAS is off
        return _on_or_off(on=reader.eas_is_on(uid))

    _proven(lambda: reader.set_eas(uid, on=on), read_back, _on_or_off(on=on), "EAS")


def write_block(reader: PadReader, uid: TagUid, block: int, data: bytes) -> None:
    """Raises NotWritten, or TagGone."""
    _proven(
        lambda: reader.write_blocks(uid, block, (data,)),
        lambda: b"".join(reader.read_blocks(uid, block, 1)).hex().upper(),
        data.hex().upper(),
        f"block {block}",
    )


def _proven(
    write: Callable[[], None], read_back: Callable[[], str], wanted: str, what: str
) -> None:
    """Writes and reads back, and both again where the tag says otherwise or does not answer."""
    trouble: DeviceError = NotWritten(what)
    for _ in range(_ATTEMPTS):
        said = ""
        try:
            fault_point("K5", "R2", "D4")
            write()
            fault_point("K6", "R3")
        except (NoAnswer, Refused, TagGone) as error:
            said = f": {error}"
        try:
            now = read_back()
        except TagGone as gone:  # at the edge of the field it may answer the next time
            trouble = gone
            continue
        if now == wanted:
            return
        trouble = NotWritten(f"the tag's {what} is {now}, not {wanted}{said}")
    raise trouble


def _on_or_off(*, on: bool) -> str:
    return "on" if on else "off"
