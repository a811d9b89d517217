"""Physical truth: tags, where each book really is, and what the screens have promised."""

from dataclasses import dataclass, field

from broker.vocabulary import ItemId, PatronId
from devices.capabilities import TagUid


@dataclass
class BookInHand:
    """A copy as it is in the world. `place` is shelf, a station's name, or a patron's number."""

    item: ItemId
    uid: TagUid
    secured: bool = True
    place: str = "shelf"


@dataclass(frozen=True)
class Promise:
    """A screen said yes: `patron` has the item, or nobody (returned) when None."""

    time: float
    item: ItemId
    act: str
    patron: PatronId | None


@dataclass
class World:
    """Everything a witness in the library could swear to."""

    books: list[BookInHand]
    patrons: list[PatronId]
    promises: list[Promise] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)
    doubtful: dict[ItemId, float] = field(default_factory=dict)
    # What was seen to be untrue while it was said.
    broken: list[str] = field(default_factory=list)

    def by_uid(self, uid: TagUid) -> BookInHand:
        return next(book for book in self.books if book.uid == uid)

    def at(self, place: str) -> list[BookInHand]:
        return [book for book in self.books if book.place == place]

    def doubt(self, item: ItemId, now: float) -> None:
        """From here on the screen promised nothing about the item, though something began."""
        self.doubtful[item] = now


def stacked_books(count: int) -> list[BookInHand]:
    return [
        BookInHand(
            ItemId(f"B{number:05}"),
            TagUid(bytes.fromhex("E00401500000") + number.to_bytes(2, "big")),
        )
        for number in range(1, count + 1)
    ]
