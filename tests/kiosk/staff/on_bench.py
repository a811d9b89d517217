"""Tags as the tag station sees them."""

from broker.vocabulary import ItemId
from devices.capabilities import TagUid
from devices.quality import TagQuality
from devices.security import Security
from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable
from devices.tags.usage import Usage
from kiosk.staff.heard import Examined
from tests.kiosk.things import item, uid


def book_tag(name: ItemId) -> BookTag:
    return BookTag(name, "ID-1275014", Usage.CIRCULATION, 1, 1)


def tag(
    number: int,
    content: TagContent,
    *,
    locked: tuple[int, ...] = (),
    reads: int = 10,
    blocks: int = 28,
) -> TagQuality:
    secured = Security.SECURED
    return TagQuality(uid(number), content, "", blocks, 7, 0, None, secured, locked, reads)


def blank(number: int = 1) -> TagQuality:
    return tag(number, Blank())


def labelled(number: int = 1, name: ItemId | None = None) -> TagQuality:
    return tag(number, book_tag(name or item(number)))


CARD = tag(9, PatronTag())
STRANGE = tag(8, Unreadable("no known data model fits"))


def seen(*tags: TagQuality, begun: TagUid | None = None) -> Examined:
    return Examined(tags, frozenset() if begun is None else frozenset({begun}))
