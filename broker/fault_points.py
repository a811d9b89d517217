"""Named places where a power cut is tried: nothing in service, a crash where a test asks for one.

The names are those of the crash points of a loan (K), a return (R), a return box (D) and the server
(S). Only a simulation, or the environment of a process that a test starts, arms them.
"""

from collections.abc import Callable
from typing import Final, Literal, get_args

FaultPoint = Literal[
    "K1",  # loan: the card is read
    "K2",  # the patron may borrow, nothing is written yet
    "K3",  # inside the INTENT transaction
    "K4",  # INTENT is on the disk
    "K5",  # before the tag is written
    "K6",  # written, not read back
    "K7",  # read back
    "K8",  # inside the CONFIRM transaction
    "K9",  # CONFIRM is on the disk, nobody is told
    "K10",  # told, not published
    "K11",  # published, no PUBACK
    "K12",  # PUBACK, no acknowledgement
    "K13",  # acknowledged, not marked
    "K14",  # inside the pruning of the archive
    "K16",  # inside the keeping of settings
    "K18",  # inside the making of the ledger's tables
    "R1",  # return: the tag is read
    "R2",  # before the tag is secured
    "R3",  # secured, not read back
    "R4",  # inside the CONFIRM transaction
    "R5",  # CONFIRM is on the disk, nobody is told
    "R6",  # told, not published
    "R7",  # PUBACK, no acknowledgement
    "R8",  # acknowledged, not marked
    "R9",  # inside the pruning of the archive
    "D3",  # return box: the tag is read
    "D4",  # before the tag is secured
    "D5",  # the return is on the disk
    "D6",  # the box has heard that it is
    "S1",  # server: received, nothing is written yet
    "S2",  # inside the transaction, facts are kept
    "S3",  # committed, nothing is said
    "S5",  # acknowledgements are sent, no PUBACK
    "S6",  # inside the transaction, loans are derived
    "S7",  # a change in the library's own system is on the disk, nothing of it has left
    "S9",  # its answer is in, nothing of that is on the disk
    "S10",  # inside the settling of a task
    "S11",  # inside the migration
    "S13",  # the backup is written, not recorded
]
FAULT_POINTS: Final[tuple[FaultPoint, ...]] = get_args(FaultPoint)

_fire: Callable[[FaultPoint], None] | None = None


def fault_point(*names: FaultPoint) -> None:
    """A place to crash at; one that a loan and a return have in common carries both names."""
    if _fire is not None:
        for name in names:
            _fire(name)


def arm(fire: Callable[[FaultPoint], None] | None) -> None:
    """From now on `fire` is called at every point of this process; None disarms them."""
    global _fire  # noqa: PLW0603 one switch per process, so that an unarmed point costs nothing
    _fire = fire
