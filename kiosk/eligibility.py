"""What a tag on the pad is to this library: an item it may handle, or a problem. Pure."""

from collections.abc import Set as AbstractSet

from devices.capabilities import TagUid
from devices.tags.content import BookTag, PatronTag, TagContent
from devices.tags.usage import Usage
from kiosk.happenings import Problem, TagArrived

# Materials that a library never lends, whatever its records say (ISO 28560-1, element 5).
_STAY_HERE = frozenset({Usage.NOT_FOR_CIRCULATION, Usage.DISCARDED, Usage.EQUIPMENT, Usage.OTHER})


def tag_arrived(
    uid: TagUid, content: TagContent, owners: AbstractSet[str], *, secured: bool
) -> TagArrived:
    """The arrival as the visit hears it. `owners` are the ISILs of this library.

    A tag without an owner is taken for one of ours; the server knows whether the number is.
    """
    match content:
        case BookTag(item, owner) if owner is not None and owner not in owners:
            return TagArrived(uid, item, Problem.FOREIGN, secured)
        case BookTag(item, usage=usage) if usage in _STAY_HERE:
            return TagArrived(uid, item, Problem.NOT_FOR_LOAN, secured)
        case BookTag(item):
            return TagArrived(uid, item, None, secured)
        case PatronTag():
            return TagArrived(uid, None, Problem.NOT_A_BOOK, secured)
        case _:
            return TagArrived(uid, None, Problem.UNREADABLE, secured)
