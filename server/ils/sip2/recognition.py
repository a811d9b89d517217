"""Which system answers, and how it differs from its profile, by what it said. Pure.

Signs are those of the systems that were seen on the wire (see `profiles`); a guess, for whoever
sets up a library's system.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from server.ils.sip2.profiles import Profile
from server.ils.sip2.protocol import Message

_MOMENT: Final = re.compile(r"(\d{8})(.{4})(\d{6})")
_GREENWICH: Final = re.compile("Z|UTC|GMT")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_KOHAS_OWN: Final = ("PB", "PC", "PI")  # a patron's birthday, category and internet access
# The messages that BX speaks of, in its order (3M SIP2 2.00, field BX).
_SPOKEN_OF: Final = (
    "23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65",
)  # fmt: skip

_WE_SEND: Final = frozenset(("09", "11", "17", "29", "37", "63"))


def moment_of(status: Message, zone: tzinfo) -> float | None:
    """Seconds since 1970 UTC at which message 98 was written; in the branch's zone unless it says.

    None when it has no date.
    """
    found = _MOMENT.search(status.fixed)
    if found is None:
        return None
    there = UTC if _GREENWICH.search(found[2]) else zone
    try:
        naive = datetime.strptime(found[1] + found[3], "%Y%m%d%H%M%S")  # noqa: DTZ007 - the next line
    except ValueError:
        return None
    return naive.replace(tzinfo=there).timestamp()


def quirks_of(status: Message, profile: Profile) -> tuple[str, ...]:
    """How message 98 differs from what the profile knows."""
    found = []
    if profile.checksums and status.sequence is None:
        found.append("answers carry no checksum, though ours do")
    flags = status.first("BX")
    denied = [
        number
        for number, flag in zip(_SPOKEN_OF, flags, strict=False)
        if flag == "N" and number in _WE_SEND & profile.understood
    ]
    if denied:
        numbers = ", ".join(denied)
        found.append(f"it denies messages {numbers}; many systems do, and answer them all the same")
    return tuple(found)


def recognised(said: Sequence[Message]) -> str:
    """The profile whose system speaks like this; `strict` when nothing tells."""
    words = " ".join(text for message in said for text in message.every("AF")).lower()
    if "koha" in words or any(message.first(name) for message in said for name in _KOHAS_OWN):
        return "koha"
    if any(_ISO.match(message.first("AH")) for message in said):
        return "evergreen"
    return "slims-gateway" if all(message.sequence is None for message in said) else "strict"
