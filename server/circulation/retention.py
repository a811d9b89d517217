"""How long the records may tell who had which item. Pure.

Law: a link between a person and an item goes when the item has been back for some days and no open
task of staff needs it; the item's own history stays. UU 27/2022 (personal data protection),
articles 42 to 44: processing ends with its purpose, and the data is erased.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from broker.vocabulary import ActId, ItemId
from server.circulation.tasks import TaskKind

DAY: Final = 86_400.0
# Libraries may shorten it; lengthening, up to the longest, needs a reason in writing.
KEPT_DAYS: Final = 7
LONGEST_DAYS: Final = 30
# A message that could not be used may name anybody; staff have this long to look at it.
SET_ASIDE_DAYS: Final = 30
AUDIT_DAYS: Final = 730
# Tasks that staff can settle without knowing whose loan it was.
IMPERSONAL: Final = frozenset(
    {TaskKind.UNKNOWN_ITEM, TaskKind.UNKNOWN_ITEM_DROPPED, TaskKind.STAFF_CALLED}
)
# A quotation of the sender's own words, as Python's repr writes one; an apostrophe is none.
_QUOTED: Final = re.compile(
    r"""(?<!\w)b?(?:'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$))""", re.DOTALL
)
_LONG_NUMBER: Final = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class Link:
    """One act that tells who had an item, or asked for it.

    `ended_at` is when its end became known (seconds since 1970 UTC), None while the item is out or
    the server's yes to it stands. `needed`: an open task of staff names the act.
    """

    act: ActId
    item: ItemId
    ended_at: float | None
    needed: bool


class Hold(Enum):
    """Why a link must stay."""

    OPEN = "on loan, or granted and not yet lent"
    RECENT = "over only since a few days"
    TASK = "an open task of staff needs it"


def hold(link: Link, now: float, days: int) -> Hold | None:
    """Why the link must stay, or None when it has to go: so many days after its end."""
    if link.ended_at is None:
        return Hold.OPEN
    if now < link.ended_at + days * DAY:
        return Hold.RECENT
    return Hold.TASK if link.needed else None


def without_quotations(reason: str) -> str:
    """Why a message was set aside, without the sender's own words: they may name a patron.

    >>> without_quotations("unknown kind 'KTA-0007'; this site's kinds are item-lent")
    "unknown kind '…'; this site's kinds are item-lent"
    """
    return _LONG_NUMBER.sub("…", _QUOTED.sub("'…'", reason))
