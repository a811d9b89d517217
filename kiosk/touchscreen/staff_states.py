"""A table of rooms that shows every page of staff mode, full, empty and in trouble. Pure.

`NOW` is the monotonic second at which the table is looked at.
"""

from dataclasses import replace
from typing import Final

from broker.shelves import ListShelf, ShelfSize, Whereabouts
from broker.vocabulary import ItemId, Secret
from devices.capabilities import LampMeaning, TagUid
from devices.quality import TagQuality
from devices.security import Security
from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable
from devices.tags.usage import Usage
from kiosk.staff.choosing import Choosing, Fetch, Server
from kiosk.staff.door import LOCKED_SECONDS, TRIES, Door
from kiosk.staff.heard import DebtTold, KeptList, WalkRefused
from kiosk.staff.inventory import Entry, Read, Shelf, outcome
from kiosk.staff.session import IDLE_SECONDS, Page, Room, Session
from kiosk.staff.tagging import Bench, Work
from kiosk.staff.testing import LAMP_SHOWS, Repair, Trial, Try, repairs
from kiosk.staff.walking import Walk
from kiosk.staff.words import Closing, Debt, Failure, Found, Other, Part

NOW: Final = 1000.0
_TITLE: Final = "Sejarah Kota Binjai dan Kesultanan Deli: Sebuah Bunga Rampai Penelitian"
_WANTED, _OTHER = ItemId("B00012"), ItemId("B00099")


def _at(page: Page, **more: object) -> Room:
    return Room(Session(page, NOW, **more), scanner=True, lamp_colours=3)  # type: ignore[arg-type]  # its own fields


def _door(door: Door, *, typed: str = "", trying: bool = False) -> Room:
    code = Secret(typed) if typed else None
    return replace(_at(Page.DOOR, typed=code, trying=trying), door=door)


def _ending(room: Room, seconds: float) -> Room:
    session = room.session
    return room if session is None else replace(room, session=_since(session, seconds))


def _since(session: Session, seconds: float) -> Session:
    return replace(session, since=NOW - IDLE_SECONDS + seconds)


def _uid(number: int) -> TagUid:
    return TagUid(bytes.fromhex("E00401") + number.to_bytes(5, "big"))


def _tag(number: int, content: TagContent, **more: object) -> TagQuality:
    secured = Security.SECURED
    plain = TagQuality(_uid(number), content, "iso28560-3", 28, 7, 0x3E, None, secured, (), 10)
    return replace(plain, **more)  # type: ignore[arg-type]  # its own fields


def _book(item: ItemId) -> BookTag:
    return BookTag(item, "ID-1275014", Usage.CIRCULATION, 1, 1)


_BLANK: Final = _tag(1, Blank())
_OURS: Final = _tag(1, _book(_WANTED))
_STRANGE: Final = _tag(1, Unreadable("no known data model fits"), model="unknown")
_LOCKED: Final = _tag(1, Blank(), locked=tuple(range(6)))
_WEAK: Final = _tag(1, _book(_WANTED), reads=4, security=None, eas=None)
_MUTE: Final = _tag(1, Unreadable("gone"), blocks=0, reads=2)


def _tags(**more: object) -> Room:
    return _at(Page.TAGS, bench=Bench(**more))  # type: ignore[arg-type]  # its own fields


def _lying(tag: TagQuality, **more: object) -> Room:
    return _tags(wanted=_WANTED, tags=(tag,), written=41, **more)


def _done(work: Work, **more: object) -> Room:
    uid = _OURS.uid
    return _tags(tags=(_OURS,), finished=work, done=uid, undoable=uid, written=42, **more)


def _trial(part: Part, *found: Found, running: bool = False) -> Room:
    history: tuple[Try, ...] = ()
    following: Repair | None = None
    for one in found:
        history = (*history, Try(following, one))
        steps = repairs(part, one)
        following = steps[min(len(history), len(steps)) - 1] if steps else None
    trial = Trial(part, history, running, next=following)
    if part is Part.READER and found and found[-1] in (Found.WELL, Found.WEAK):
        trial = replace(trial, reads=10 if found[-1] is Found.WELL else 4, tries=10)
    return _at(Page.TEST, trial=trial)


def _looking(shows: LampMeaning) -> Room:
    return _at(Page.TEST, trial=Trial(Part.LAMP, running=True, shows=shows))


def _debt(count: int, oldest: float | None, why: Debt, *, again: bool = False) -> Room:
    return _at(Page.FACTS, debt=DebtTold(count, oldest, why), sent_again=again)


_HERE, _AWAY = Whereabouts.HERE, Whereabouts.ON_LOAN
# Said and repaired alike whatever part it is: once is enough to look at.
_OF_ANY_PART: Final = {Found.UNPLUGGED, Found.SILENT, Found.GARBLED, Found.REFUSED}
_SHELF: Final = Shelf(
    "800-sastra",
    tuple(
        Entry(ItemId(f"B{at:05}"), f"899.221 {at:03}", _TITLE, _AWAY if at % 50 == 0 else _HERE)
        for at in range(200)
    ),
)
_ELSEWHERE: Final = Shelf(
    "800-sastra",
    tuple(replace(_SHELF.entries[at], where=where) for at, where in enumerate(Whereabouts)),
)
_ORDER: Final = [*range(20), 90, *(at for at in range(20, 193) if at not in (33, 90))]
_RELEASED: Final = (7, 47, 87)
_READS: Final = (
    *(
        Read(_SHELF.entries[at].item, number, at not in _RELEASED)
        for number, at in enumerate(_ORDER)
    ),
    Read(ItemId("Z00001"), 300, secured=True),
)


def _walk(reads: tuple[Read, ...], age: float | None = None, **more: object) -> Room:
    return _walked(replace(_SHELF, age=age), reads, **more)


def _walked(shelf: Shelf, reads: tuple[Read, ...], **more: object) -> Room:
    walk = Walk(Choosing(), shelf, reads, outcome(shelf, reads), **more)  # type: ignore[arg-type]  # its own fields
    return _at(Page.WALK, walk=walk)


def _choice(*names: str, refused: int | None = None, **more: object) -> Room:
    kept = tuple(KeptList(name, at * 120) for at, name in enumerate(names))
    problem = None if refused is None else WalkRefused(refused)
    return _chosen(kept, refused=problem, server=Server.NO_LISTS, **more)


def _chosen(kept: tuple[KeptList, ...], **more: object) -> Room:
    return _at(Page.INVENTORY, walk=Walk(Choosing(kept, **more)))  # type: ignore[arg-type]  # its own fields


_THERE: Final = tuple(
    ShelfSize(f"sirkulasi {hundred}00-{hundred}99", 40 + 97 * hundred) for hundred in range(10)
)
_ONE: Final = (ShelfSize("referensi", 1),)
_FETCHED: Final = (
    KeptList("anak dan remaja kelas ti R 800-899", 1120, from_server=True, age=50.0),
    KeptList("sirkulasi 800-899", 0, from_server=True, age=260_000.0),
    KeptList("sirkulasi 900-999", 0, from_server=True),
)


ROOMS: Final[dict[str, Room]] = {
    "door": _door(Door()),
    "door-typed": _door(Door(), typed="246813"),
    "door-again": _door(Door(wrong=2)),
    "door-trying": _door(Door(), typed="246813", trying=True),
    "door-locked": _door(Door(TRIES, NOW + LOCKED_SECONDS)),
    "door-no-code": replace(_door(Door()), has_code=False),
    "menu": _at(Page.MENU),
    "menu-closed-ending": _ending(replace(_at(Page.MENU), closing=Closing.READER), 42),
    "service-open": _at(Page.SERVICE),
    "service-open-central": replace(_at(Page.SERVICE), open_at_centre=False),
    "service-closed": replace(_at(Page.SERVICE), closing=Closing.PRINTER, open_at_centre=False),
    "tests": _at(Page.TESTS),
    "test-running": _trial(Part.READER, running=True),
    "test-card-waiting": _trial(Part.CARDS, running=True),
    "test-scanner-waiting": _trial(Part.SCANNER, running=True),
    "tests-no-lamp": replace(_at(Page.TESTS), lamp_colours=0),
    "test-well": _trial(Part.READER, Found.NO_TAG, Found.WELL),
    "test-voice-well": _trial(Part.VOICE, Found.WELL),
    "test-weak": _trial(Part.READER, Found.WEAK),
    "test-weak-still": _trial(Part.READER, *(Found.WEAK,) * 2),
    "test-cards-still": _trial(Part.CARDS, *(Found.NOTHING_SHOWN,) * 2),
    "test-lamp-still": _trial(Part.LAMP, *(Found.UNLIT,) * 3),
    "test-not-fitted": _trial(Part.PRINTER, Found.NOT_FITTED),
    "test-call": _trial(Part.READER, *(Found.UNPLUGGED,) * 5),
    "facts-none": _debt(0, None, Debt.NONE),
    "restart": _at(Page.RESTART),
    "restart-nobody": _at(Page.RESTART, not_restarted=True),
    "paper": _at(Page.PAPER),
    "tags-scan": _tags(),
    "tags-no-scanner": replace(_tags(), scanner=False),
    "tags-lay": _tags(wanted=_WANTED, written=1),
    "tags-looking": _tags(wanted=_WANTED, tags=None),
    "tags-several": _tags(wanted=_WANTED, tags=(_BLANK, _OURS)),
    "tags-several-blanks": _tags(wanted=_WANTED, tags=(_BLANK, replace(_BLANK, uid=_uid(2)))),
    "tags-locked": _lying(_LOCKED),
    "tags-card": _lying(_tag(1, PatronTag())),
    "tags-weak": _lying(_MUTE),
    "tags-begun": _lying(_STRANGE, begun=frozenset({_STRANGE.uid})),
    "tags-already": _lying(_OURS),
    "tags-other-item": _lying(_tag(1, _book(_OTHER))),
    "tags-other-content": _lying(_STRANGE),
    "tags-lift": _done(Work.LABEL, wanted=_OTHER),
    "tags-writing": _lying(_BLANK, work=Work.LABEL),
    "tags-written": _done(Work.LABEL),
    "tags-undone": _done(Work.UNDO),
    "tags-mended": _done(Work.MEND),
    "tags-checked-sound": _tags(checking=True, tags=(_OURS,)),
    "tags-checked-unsound": _tags(checking=True, tags=(_WEAK,)),
    "tags-checked-secured": _tags(checking=True, tags=(replace(_OURS, eas=True),)),
    "tags-checked-released": _tags(
        checking=True, tags=(replace(_OURS, eas=False, security=Security.RELEASED),)
    ),
    "tags-checking": _tags(checking=True),
    "tags-no-pad": _tags(wanted=_WANTED, pad_lost=True),
    "inventory-none": _choice(),
    "inventory": _choice("000-karya-umum", "300-ilmu-sosial", "800-sastra"),
    "inventory-many": _choice(*(f"{hundred}00-rak" for hundred in range(9))),
    "inventory-one": _chosen(
        (KeptList("800-sastra", 1), KeptList("900-sejarah", 0)), there=_ONE, server=Server.TOLD
    ),
    "inventory-asking": _chosen(()),
    "inventory-silent-none": _chosen((), server=Server.SILENT),
    "inventory-server": _chosen(_FETCHED[:1], there=_THERE, server=Server.TOLD),
    "inventory-silent": _chosen((*_FETCHED, *_FETCHED[:2]), server=Server.SILENT),
    "inventory-no-more": _chosen((), there=_THERE[:3], server=Server.NO_MORE),
    "inventory-fetching": _chosen(
        (), fetch=Fetch(ListShelf("sirkulasi 800-899"), total=816), server=Server.TOLD
    ),
    "inventory-not-kept": _chosen((), there=_THERE[:3], server=Server.TOLD, trouble=True),
    "inventory-refused": _choice("800-sastra", refused=17),
    "inventory-refused-all": _choice("800-sastra", refused=0),
    "walk-begun": _walk(()),
    "walk": _walk(_READS, strange=2),
    "walk-old-list": _walk(_READS, age=7300.0),
    "walk-elsewhere": _walked(
        _ELSEWHERE, tuple(Read(one.item, 0, secured=None) for one in _ELSEWHERE.entries), strange=1
    ),
    "walk-trouble": _walk(_READS[:30], trouble=True),
    "walk-saving": _walk(_READS, writing=True),
    "walk-done": _walk(_READS, report="800-sastra-20261126-100000.csv"),
    "walk-done-early": _walk(_READS[:49], report="800-sastra-20261126-100000.csv"),
    "walk-done-well": _walked(
        replace(_SHELF, entries=_SHELF.entries[1:50]),
        tuple(Read(one.item, at, secured=True) for at, one in enumerate(_SHELF.entries[1:50])),
        report="800-sastra-20261126-100000.csv",
    ),
}
ROOMS.update(
    {f"facts-{why.value}": _debt(317, 7300.0, why) for why in Debt if why is not Debt.NONE}
    | {f"test-lamp-shows-{shows.value}": _looking(shows) for shows in LAMP_SHOWS}
    | {
        f"test-lamp-plainly-{shows.value}": replace(_looking(shows), lamp_colours=1)
        for shows in LAMP_SHOWS
    }
    | {"facts-again": _debt(1, 12.0, Debt.WAITING, again=True)}
    | {"facts-minutes": _debt(2, 720.0, Debt.SERVER_SILENT)}
    | {f"tags-failed-{why.value}": _lying(_BLANK, failure=why) for why in Failure}
    | {f"tags-barcode-{kind.value}": _tags(misread=kind) for kind in Other}
    | {
        f"test-{part.value}-{found.value}": _trial(part, found)
        for part in Part
        for found in Found
        if repairs(part, found)[:-1] and (part is Part.READER or found not in _OF_ANY_PART)
    }
)
