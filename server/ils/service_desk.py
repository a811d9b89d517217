"""The built-in library with what elsewhere only a desk does: holds, and cards that are barred."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import catalogue, holds
from server.holds import Wish
from server.ils.builtin import BuiltInLibrary
from server.ils.port import Ability, Capabilities, Held, PatronRecord, Refused
from server.journal.tables import item, member, title

_DESK = frozenset({Ability.HOLD, Ability.BAR})


@dataclass(frozen=True, slots=True)
class BuiltInDesk(BuiltInLibrary):
    """`hold` and `end_hold` repeat nothing; `bar` and `unbar` hold for every station."""

    def capabilities(self) -> Capabilities:
        known = BuiltInLibrary.capabilities(self)
        return Capabilities(known.able | _DESK, known.faults)

    def hold(
        self, patron: PatronId, wanted: ItemId, act: ActId, *, only_this: bool
    ) -> Held | Refused:
        """For any copy of the item's title, or for this one only; a second wish is the first."""
        with self._changing() as connection:
            kept = self._held(connection, patron, wanted)
            if kept is not None:
                return kept
            wish = Wish(act, wanted, self.now(), only_this)
            placed = holds.place(connection, patron, wish, self._rulebook(connection))
            if isinstance(placed, Refusal):
                return Refused(placed.reason)
            kept = self._held(connection, patron, wanted)
            return Refused(Reason.ASK_STAFF) if kept is None else kept

    def end_hold(self, patron: PatronId, wanted: ItemId) -> Held | Refused:
        """The hold that ended."""
        with self._changing() as connection:
            kept = self._held(connection, patron, wanted)
            if kept is None:
                return Refused(Reason.UNKNOWN_ITEM)
            holds.cancel(connection, kept.act, self._rulebook(connection), self.now())
            return kept

    def bar(self, patron: PatronId, why: str) -> PatronRecord | Refused:
        return self._blocked(patron, why)

    def unbar(self, patron: PatronId) -> PatronRecord | Refused:
        return self._blocked(patron, None)

    def _blocked(self, patron: PatronId, why: str | None) -> PatronRecord | Refused:
        with self._changing() as connection:
            number = catalogue.members_of(connection, (patron,)).get(patron)
            if number is None:
                return Refused(Reason.UNKNOWN_CARD)
            this = update(member).where(member.c.number == number)
            connection.execute(this.values(blocked=why))
        return self.patron(patron)

    def _held(self, connection: Connection, patron: PatronId, wanted: ItemId) -> Held | None:
        """The patron's hold that this item could end, and its place in the queue."""
        number = catalogue.members_of(connection, (patron,)).get(patron)
        words = select(title.c.id, title.c.title).join_from(item, title)
        row = connection.execute(words.where(item.c.barcode == str(wanted))).first()
        if number is None or row is None:
            return None
        queue = [one for one in holds.queue(connection) if one.title == row.id]
        for position, one in enumerate(queue, 1):
            if one.member.reveal() == number:
                return Held(one.act, row.title, position, one.pick_up_by)
        return None
