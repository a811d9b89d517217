"""What is where at a simulated station: every book in one place, its tag in that place's field."""

from dataclasses import dataclass
from typing import Final

from broker.vocabulary import ItemId
from devices.errors import NotUnderstood
from devices.nfc.simulator import SimulatedCard
from devices.simulated_tag import Fault, SimulatedTag
from devices.station.description import Place, StationDescription
from devices.station.prompt import Spoilt
from devices.tag_field import TagField

_FAULTS: Final = {
    Spoilt.WORN: Fault.WRITES_FAIL,
    Spoilt.FORGETFUL: Fault.WRITES_FORGOTTEN,
    Spoilt.STUBBORN: Fault.READS_REFUSED,
}


@dataclass
class Book:
    """One copy and its tag. Only the truth moves it."""

    item: ItemId
    tag: SimulatedTag
    where: Place


class Truth:
    """The cards, the books and the two antennas."""

    def __init__(self, description: StationDescription) -> None:
        self.pad = TagField()
        self.bin = TagField()
        self._cards = {entry.number: entry.card() for entry in description.cards}
        self._books: dict[str, Book] = {}
        for entry in description.books:
            self._books[str(entry.item)] = Book(entry.item, entry.tag(), Place.HANDS)
            self.move(str(entry.item), entry.where)

    @property
    def books(self) -> tuple[Book, ...]:
        return tuple(self._books.values())

    def book(self, item: str) -> Book:
        """Raises NotUnderstood naming the books there are."""
        if item not in self._books:
            raise NotUnderstood(f"no book {item}; there are {_listed(self._books)}")
        return self._books[item]

    def card(self, number: str) -> SimulatedCard:
        """Raises NotUnderstood naming the cards there are."""
        if number not in self._cards:
            raise NotUnderstood(f"no card {number}; there are {_listed(self._cards)}")
        return self._cards[number]

    def move(self, item: str, to: Place) -> None:
        """Raises NotUnderstood when there is no such book."""
        book = self.book(item)
        if (field := self._field_at(book.where)) is not None:
            field.take(book.tag.uid)
        book.where = to
        if (field := self._field_at(to)) is not None:
            field.put(book.tag)

    def spoil(self, item: str, how: Spoilt) -> None:
        """Raises NotUnderstood when there is no such book."""
        tag = self.book(item).tag
        tag.heal()
        if how is Spoilt.TORN:
            tag.tear_at_write()
        else:
            tag.fault = _FAULTS.get(how, Fault.NONE)

    def _field_at(self, place: Place) -> TagField | None:
        match place:
            case Place.PAD:
                return self.pad
            case Place.BIN:
                return self.bin
            case Place.SHELF | Place.HANDS:
                return None


def _listed(names: dict[str, Book] | dict[str, SimulatedCard]) -> str:
    return ", ".join(names) or "none"
