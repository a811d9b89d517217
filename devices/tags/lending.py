"""Whether what is on the pad may be lent here, as far as its tag can say. Pure.

Whether the number is known, and what the library's records say of it, is for the server.
"""

from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Final

from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable, Unsupported
from devices.tags.usage import Usage


class Hindrance(Enum):
    """Why a thing is not lent."""

    FOREIGN_OWNER = "it belongs to another library"
    NOT_FOR_CIRCULATION = "it is not for circulation"
    DISCARDED = "it was discarded"
    EQUIPMENT = "it is library equipment"
    OTHER_USAGE = "its type of usage is not circulation"
    PATRON = "it is a patron's card"
    BLANK = "its tag is blank"
    UNSUPPORTED = "its tag is of a kind not supported here"
    UNREADABLE = "its tag cannot be read for sure"


# Materials that a library never lends, whatever its records say (ISO 28560-1, element 5).
_BY_USAGE: Final = {
    Usage.NOT_FOR_CIRCULATION: Hindrance.NOT_FOR_CIRCULATION,
    Usage.DISCARDED: Hindrance.DISCARDED,
    Usage.EQUIPMENT: Hindrance.EQUIPMENT,
    Usage.OTHER: Hindrance.OTHER_USAGE,
    Usage.PATRON: Hindrance.PATRON,
}


def hindrance(content: TagContent, owners: AbstractSet[str]) -> Hindrance | None:
    """What keeps it from being lent, None if nothing. `owners` are the ISILs of this library.

    A tag without an owner is taken for one of ours; the server knows whether the number is.
    """
    match content:
        case BookTag(owner=owner) if owner is not None and owner not in owners:
            return Hindrance.FOREIGN_OWNER
        case BookTag(usage=usage):
            return _BY_USAGE.get(usage)
        case PatronTag():
            return Hindrance.PATRON
        case Blank():
            return Hindrance.BLANK
        case Unsupported():
            return Hindrance.UNSUPPORTED
        case Unreadable():
            return Hindrance.UNREADABLE
