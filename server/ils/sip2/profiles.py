"""How the systems of the field differ, as data. Pure.

What was seen on running systems: Koha 3.17, SIPServer (Evergreen's, too), the SIP2-SLIMS gateway on
SLiMS 9.6. `strict` is the 3M text to the letter. A library whose system differs replaces what does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from broker.vocabulary import Reason
from server.ils.port import Fault, ItemState
from server.ils.sip2.messages import ANSWERS
from server.ils.sip2.writing import MODERN, Coding

_EVERYTHING: Final = frozenset((*ANSWERS, "97"))
_STATES: Final = {
    "02": ItemState.OTHER,  # on order
    "03": ItemState.AVAILABLE,
    "04": ItemState.ON_LOAN,
    "05": ItemState.ON_LOAN,
    "06": ItemState.OTHER,  # in process
    "07": ItemState.ON_LOAN,  # recalled
    "08": ItemState.ON_HOLD_SHELF,
    "09": ItemState.AVAILABLE,  # waiting to be shelved
    "10": ItemState.IN_TRANSIT,
    "11": ItemState.OTHER,  # claimed returned
    "12": ItemState.MISSING,
    "13": ItemState.MISSING,
}
# Of the 14 flags of a patron's status: charge privileges denied, card reported lost, too many
# items charged. The others say something of the patron that is no reason to refuse a loan.
_BARS: Final = {0: Reason.PATRON_BLOCKED, 4: Reason.PATRON_BLOCKED, 5: Reason.LOAN_LIMIT}
# Refusals as Koha, SIPServer and SLiMS word them; what is not understood goes to the desk.
_REASONS: Final = (
    ("not checked out|belum dipinjam", Reason.NOT_ON_LOAN),
    ("invalid item|unknown.?barcode", Reason.UNKNOWN_ITEM),
    ("loan limit|too many (items|checkouts)", Reason.LOAN_LIMIT),
    ("not for loan|no.loan", Reason.NOT_FOR_LOAN),
    ("reserved|on hold", Reason.ON_HOLD),
    ("renewals?|renewed", Reason.NOT_RENEWABLE),
    ("patron blocked|debarred", Reason.PATRON_BLOCKED),
    ("checked out to|already on loan", Reason.ON_LOAN_TO_OTHER),
)


class Login(Enum):
    """How a session begins: at once, with message 93, or at a telnet transport's prompts."""

    NONE = "none"
    MESSAGE = "message"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of system.

    `understood`: the questions it answers at all; to another it may stay silent, hang up or die.
    `answers`: numbers it answers with besides the right one. `may_lack`: fields its answers may
    lack though we compare them. `never_inside`: what our identifiers must not contain. `looks`: how
    often it has to say that it does not know an item or patron. `expiry`: the field with the end of
    a membership. `longest`: of one write, in bytes. `checksums` are ours, `demands_checksums` its.
    `reads_back`: its word is held against its records; one without `states` has to be trusted.
    """

    name: str
    login: Login = Login.MESSAGE
    checksums: bool = True
    demands_checksums: bool = False
    coding: Coding = MODERN
    understood: frozenset[str] = _EVERYTHING
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_lack: frozenset[str] = frozenset()
    never_inside: tuple[str, ...] = ()
    states: Mapping[str, ItemState] = field(default_factory=lambda: _STATES)
    bars: Mapping[int, Reason] = field(default_factory=lambda: _BARS)
    lists_loans: bool = True
    checks_pin: bool = True
    looks: int = 1
    expiry: str = ""
    longest: int = 1024
    reads_back: bool = True
    faults: frozenset[Fault] = frozenset()

    def takes(self, identifier: str) -> bool:
        return not any(word in identifier for word in self.never_inside)


def reason_of(said: tuple[str, ...]) -> Reason:
    """The reason in a system's own words, as far as they are understood."""
    text = " ".join(said).lower()
    for pattern, reason in _REASONS:
        if re.search(pattern, text):
            return reason
    return Reason.ASK_STAFF


STRICT: Final = Profile("strict", demands_checksums=True, coding=Coding(("cp850",)))
KOHA: Final = Profile(
    "koha",
    coding=Coding(("utf-8", "cp1252"), twice=True),
    looks=2,
    expiry="PA",
    faults=frozenset(
        (
            Fault.NO_WITH_EFFECT,
            Fault.REPEATED_LOAN_RENEWS,
            Fault.CANCEL_LENDS,
            Fault.SAME_ITEM_TWICE_AT_ONCE,
            Fault.PIN_IGNORED_WHEN_LENDING,
            Fault.KNOWN_TAKEN_FOR_UNKNOWN,
        )
    ),
)
# Charged items are titles there unless msg64_summary_datatype says "barcode".
EVERGREEN: Final = Profile(
    "evergreen",
    coding=Coding(("utf-8", "cp850")),
    lists_loans=False,
    expiry="PA",
    faults=frozenset((Fault.NO_WITH_EFFECT, Fault.CANCEL_LENDS, Fault.PIN_IGNORED_WHEN_LENDING)),
)
SLIMS_GATEWAY: Final = Profile(
    "slims-gateway",
    login=Login.NONE,
    checksums=False,
    understood=frozenset(("09", "11", "17", "23", "29", "63", "99")),
    answers={"29": ("12",)},
    may_lack=frozenset(("AA",)),
    # It looks for field names anywhere in the message.
    never_inside=("AA", "AB"),
    states={"03": ItemState.AVAILABLE, "02": ItemState.ON_LOAN},
    lists_loans=False,
    checks_pin=False,
    faults=frozenset(
        (
            Fault.YES_WITHOUT_EFFECT,
            Fault.REPEATED_LOAN_RENEWS,
            Fault.PIN_IGNORED_WHEN_LENDING,
            Fault.RULES_IGNORED,
            Fault.ONE_QUESTION_STOPS_ALL,
        )
    ),
)
PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile for profile in (KOHA, EVERGREEN, SLIMS_GATEWAY, STRICT)
}
