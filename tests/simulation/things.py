"""Physical truth: tags, where each book really is, what was attempted and what was promised."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from broker.facts import Entry, Fact, LoanAbandoned
from broker.sealing import SealingKey
from broker.vocabulary import ItemId, Patron, PatronId, SealedPatron
from devices.capabilities import TagUid
from devices.security import Security
from devices.settings import TagSettings
from devices.simulated_tag import SimulatedTag
from devices.tags.iso28560_3 import DSFID, Label
from tests.keys import SEALING, seal
from tests.simulation.system import SimulatedSystem

OWNER: Final = "ID-1275014"
SECURED: Final = 0x07
RELEASED: Final = 0xC2
_BLANK_BYTES: Final = 112


class _KnownSeal(SealingKey):
    """The server's public key, but with the same seal for the same patron: a seed is a seed."""

    def seal(self, patron: PatronId) -> SealedPatron:
        return seal(patron)


KNOWN_SEAL: Final = _KnownSeal.read(str(SEALING))


@dataclass
class BookInHand:
    """A copy as it is in the world; a set has a tag on each part.

    `place` is shelf, hands, a station's name or a patron's number; `laid_by` is the errand that put
    it where it lies, for the `laid`th time.
    """

    item: ItemId
    tags: tuple[SimulatedTag, ...]
    place: str = "shelf"
    laid_by: int = 0
    laid: int = 0


@dataclass(frozen=True)
class Attempt:
    """An act that was begun: where, at which true second of the storm, with what and by whom.

    The book had been `laid` down for the so-manieth time, and all of it `was_secured`.
    """

    act: str
    station: str
    life: int
    time: float
    uid: TagUid
    item: ItemId | None
    patron: PatronId | None
    laid: int
    was_secured: bool


@dataclass(frozen=True)
class Promise:
    """A screen or a lamp said yes: `patron` has the item, or nobody (returned) when None."""

    time: float
    item: ItemId | None
    act: str
    patron: PatronId | None
    due: date | None


@dataclass
class World:
    """Everything a witness in the library could swear to.

    `wrong` is what was seen to be so; `sessions` are the errands that kiosks serve now; `alone` are
    the loans that stations decided, `alone_since` how many since they last heard the server;
    `mischief` says of each message whether it can be read; `said` is how far the server has ever
    acknowledged each install; `holders` tell which acts each disk knows, and `lost` are those that
    none knows any more.
    """

    books: list[BookInHand]
    patrons: list[PatronId]
    marks: TagSettings
    attempts: dict[str, Attempt] = field(default_factory=dict)
    endings: dict[str, Fact | None] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    taken: dict[bytes, str] = field(default_factory=dict)
    open_acts: dict[str, dict[str, TagUid]] = field(default_factory=lambda: defaultdict(dict))
    promises: dict[str, Promise] = field(default_factory=dict)
    last_promise: dict[ItemId, Promise] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    alone_since: dict[str, Counter[object]] = field(default_factory=lambda: defaultdict(Counter))
    lost: set[str] = field(default_factory=set)
    holders: list[Callable[[], set[str]]] = field(default_factory=list)
    open_again: set[str] = field(default_factory=set)
    restores: int = 0
    mischief: dict[bytes, bool] = field(default_factory=dict)
    wrong: dict[str, None] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    system: SimulatedSystem | None = None

    def __post_init__(self) -> None:
        self._by_seal: dict[Patron, PatronId] = {seal(patron): patron for patron in self.patrons}
        self._by_uid = {tag.uid: book for book in self.books for tag in book.tags}
        self.as_labelled = {tag.uid: tag.memory for book in self.books for tag in book.tags}
        self.strays = 0

    def accuse(self, invariant: str, what: str) -> None:
        """A witness saw an invariant broken, just now."""
        self.wrong[f"{invariant} {what}"] = None

    def begun(self, attempt: Attempt) -> None:
        """A loan is only of what was laid down in this very visit."""
        self.attempts[attempt.act] = attempt
        book = self.book_of(attempt.uid)
        session = self.sessions.get(attempt.station)
        if attempt.patron is not None and book is not None and book.laid_by != session:
            self.accuse("I-24", f"{book.item} of an earlier visit was about to be lent")
        self.open_acts[attempt.station][attempt.act] = attempt.uid

    def count_copies(self) -> None:
        """A disk is gone: what nobody holds any more can never come."""
        held = set().union(*(acts() for acts in self.holders))
        owing = (act for act in self.attempts if self.endings.get(act, act) is not None)
        self.lost |= {act for act in owing if act not in held}

    def put_back(self, open_again: set[str]) -> None:
        """An earlier disk, on which some acts are open again."""
        self.open_again |= open_again
        for act in open_again:
            attempt = self.attempts[act]
            self.open_acts[attempt.station][act] = attempt.uid

    def ended(self, act: str, fact: Fact | None) -> Attempt | None:
        """The act was closed by this fact, or by none; how it had begun."""
        self.endings[act] = fact
        attempt = self.attempts.get(act)
        if attempt is None:
            return None
        self.open_acts[attempt.station].pop(act, None)
        if isinstance(fact, LoanAbandoned) and fact.secured and attempt.was_secured:
            self._is_secured_again(attempt)
        return attempt

    def _is_secured_again(self, attempt: Attempt) -> None:
        book = self.book_of(attempt.uid)
        if book is None or book.laid != attempt.laid:  # elsewhere by now
            return
        if not self.all_say(book, Security.SECURED):
            self.accuse("I-19", f"{book.item} was not lent, and is not secured again")

    def book_of(self, uid: TagUid) -> BookInHand | None:
        return self._by_uid.get(uid)

    def at(self, place: str) -> list[BookInHand]:
        return [book for book in self.books if book.place == place]

    def says(self, tag: SimulatedTag) -> Security | None:
        """What a gate would hear from this tag; None when its marks disagree."""
        marks = self.marks.marks()
        return marks.told_by(tag.afi, eas=tag.eas if marks.uses_eas else None)

    def all_say(self, book: BookInHand, security: Security) -> bool:
        return all(self.says(tag) is security for tag in book.tags)

    def opened(self, patron: Patron | None) -> PatronId | None:
        """Who a sealed patron is."""
        return patron if isinstance(patron, PatronId) or patron is None else self._by_seal[patron]

    def secure(self, book: BookInHand) -> None:
        """Staff put the book's tags right at the desk."""
        for tag in book.tags:
            tag.afi, tag.eas = SECURED, True

    def holder(self, item: ItemId) -> PatronId | None:
        """Who was last promised the item."""
        promise = self.last_promise.get(item)
        return None if promise is None else promise.patron

    def promise(self, promise: Promise) -> None:
        self.promises[promise.act] = promise
        if promise.item is not None:
            self.last_promise[promise.item] = promise

    def unreadable_thing(self) -> SimulatedTag:
        """A tag that was never programmed, on something that is not a book."""
        self.strays += 1
        return SimulatedTag(_uid(0x8000 + self.strays), bytes(_BLANK_BYTES), afi=0, eas=False)


def shelf(count: int) -> list[BookInHand]:
    """So many books, all secured; the last is a set of two parts."""
    single = [BookInHand(_item(number), (_tag(number, 1, 1),)) for number in range(1, count)]
    parts = (_tag(count, 2, 1), _tag(count, 2, 2))
    return [*single, BookInHand(_item(count), parts)]


def marking(*, with_eas: bool) -> TagSettings:
    """How this library marks its books."""
    return TagSettings((OWNER,), afi_secured=SECURED, afi_released=RELEASED, eas=with_eas)


def _item(number: int) -> ItemId:
    return ItemId(f"B{number:05}")


def _uid(number: int) -> TagUid:
    return TagUid(bytes.fromhex("E00401500000") + number.to_bytes(2, "big"))


def _tag(number: int, parts: int, part: int) -> SimulatedTag:
    country, _, library = OWNER.partition("-")
    label = Label(str(_item(number)), 1, parts, part, country, library)
    uid = _uid(0x100 * part + number)
    return SimulatedTag(uid, label.encode(_BLANK_BYTES), afi=SECURED, dsfid=DSFID, eas=True)
