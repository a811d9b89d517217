"""Everything that may go wrong here: how likely it is when it could, and what it still waits for.

A seed arms about half of these, so that each fault also meets weather without the others.
"""

from typing import Final

from broker.fault_points import FAULT_POINTS

# The other stages pass within one turn of the station's only thread.
_LIFTED: Final = ("LISTED", "ASKING", "RELEASING", "UNDOING", "SECURING")

_ACTS: Final = ("RELEASING", "FORGET", "ACKNOWLEDGED")
# Those of the line over a socket and of a migration are crashed in tests/kill and tests/crash.
_ELSEWHERE: Final = frozenset({"K12", "R7", "S11"})
POINTS: Final = tuple(point for point in FAULT_POINTS if point not in _ELSEWHERE)

# What strikes by itself, now and then; the storm calls for one of these every few seconds.
TROUBLES: Final = (
    "line broken",
    "broker restarted",
    "broker forgot what it kept",
    "server's database refused",
    "power cut at any time",
    "program killed at any time",
    "disk full",
    "disk read-only",
    "reader unplugged",
    "clock stepped",
    "taken out of service",
    "garbage said",
    "another's fact said",
    "old fact said again",
    "old fact said otherwise",
    "old acknowledgement said again",
    "revoked device spoke",
)

FAULTS: Final[dict[str, float]] = {
    **dict.fromkeys(TROUBLES, 1.0),
    # The line.
    "message lost": 0.06,
    "message doubled": 0.06,
    "message delayed": 0.06,
    "message very late": 0.015,
    "answer too late": 0.05,
    # The server.
    "server restored from a backup": 0.5,
    # A library's own system.
    "library timed out after doing the work": 0.08,
    "library timed out before doing the work": 0.05,
    "library refused": 0.05,
    "library said yes without effect": 0.04,
    "library was away": 0.04,
    # Crashes at every named point, and at the commits that have no name.
    **{f"crash at {point}": 0.02 if point.startswith("S") else 0.01 for point in POINTS},
    "crash at K18": 0.2,  # a ledger's tables are made in every fourth seed only
    **{f"crash {when} {act}": 0.015 for act in _ACTS for when in ("before", "after")},
    "program killed": 0.4,
    "card replaced": 0.3,
    "ledger rolled back": 0.3,
    # Clocks.
    "clock unknown at boot": 0.5,
    "clock never set": 0.3,
    "clock coasting": 0.3,
    # Tags, and the hands that hold them.
    "tag lied about a write": 0.08,
    "tag worn out": 0.03,
    "book lifted in the middle of a write": 0.06,
    **{f"book lifted while {stage}": 0.03 for stage in _LIFTED},
    "part of a set missing": 0.4,
    # People.
    "lifted book not put back": 0.3,
    "patron walked off": 0.15,
    "books laid down without a card": 0.08,
    "books left on the pad": 0.15,
    "books left on a dark pad": 0.5,
    "former patron's book taken over": 0.3,
    "next patron at once": 0.4,
    "fished out of the bin": 0.1,
    "unreadable thing dropped": 0.1,
    "flap without a tag": 0.1,
}

# What the product has no answer to yet: taken out of here once it has.
WAITS_FOR: Final[dict[str, str]] = {
    "flap without a tag": "the box has no sensor but its reader",
}

# What can only befall a library that has a system of its own.
OF_SYSTEM: Final = frozenset(
    name for name in FAULTS if name.startswith("library ") or name in {"crash at S7", "crash at S9"}
)
ENABLED: Final = frozenset(FAULTS) - frozenset(WAITS_FOR)
