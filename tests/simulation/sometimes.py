"""What must have happened in a run of many seeds: what was never met is not proved."""

from collections import Counter
from typing import Final

from tests.simulation.faults import ENABLED

SEEDS_FOR_ALL: Final = 100

# Ways through the product, mostly of recovering.
PATHS: Final = frozenset(
    {
        f"{how} {what}"
        for how in ("ended as", "recovered as")
        for what in (
            "ItemLent",
            "ItemReturned",
            "LoanAbandoned",
            "LoanUnconfirmed",
            "UnknownItemDropped",
            "nothing",
        )
    }
    - {"recovered as ItemLent"}  # what was not recorded before the crash is never called lent
) | {
    "batch kept while the database refused",
    "a loan that could not be sent at once was put back",
    "a loan was sent as soon as it was kept",
    "abandoned loan undone in the library's system",
    "book taken home from a dark kiosk",
    "clock stepped while nobody kept it",
    "former patron's book laid down anew",
    "kept by the broker for the server",
    "lent once it was put back",
    "looked what the library's system had done",
    "staff secured a tag",
    "start put off by the disk",
    "taken back from another in the library's system",
    "time learnt late",
}


def never_happened(faults: Counter[str], paths: Counter[str]) -> list[str]:
    """Every enabled fault and every path that no seed met."""
    return sorted({*ENABLED - faults.keys(), *PATHS - paths.keys()})
