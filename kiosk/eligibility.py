"""What a tag on the pad is to this library: an item it may handle, or a problem. Pure."""

from collections.abc import Set as AbstractSet
from typing import Final

from devices.capabilities import TagUid
from devices.tags.content import BookTag, TagContent
from devices.tags.lending import Hindrance, hindrance
from kiosk.happenings import Problem, TagArrived

# What is no item of ours to lend is told apart; a patron needs no finer reasons.
_PROBLEMS: Final = {
    Hindrance.FOREIGN_OWNER: Problem.FOREIGN,
    Hindrance.NOT_FOR_CIRCULATION: Problem.NOT_FOR_LOAN,
    Hindrance.DISCARDED: Problem.NOT_FOR_LOAN,
    Hindrance.EQUIPMENT: Problem.NOT_FOR_LOAN,
    Hindrance.OTHER_USAGE: Problem.NOT_FOR_LOAN,
    Hindrance.PATRON: Problem.NOT_A_BOOK,
    Hindrance.BLANK: Problem.UNREADABLE,
    Hindrance.UNSUPPORTED: Problem.UNREADABLE,
    Hindrance.UNREADABLE: Problem.UNREADABLE,
}


def tag_arrived(
    uid: TagUid, content: TagContent, owners: AbstractSet[str], *, secured: bool
) -> TagArrived:
    """The arrival as the visit hears it. `owners` are the ISILs of this library."""
    item = content.item if isinstance(content, BookTag) else None
    why = hindrance(content, owners)
    return TagArrived(uid, item, _PROBLEMS[why] if why else None, secured)
