"""What stations search for: in the system's catalogue, or in what was imported of it.

A system that cannot be searched (SIP2) is asked for the state of the copies that are shown, one
question at a time and none while anything else is to be asked of it; of what it was not asked in
time it is said that nobody knows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Engine

from broker.errors import SirkulaError
from broker.requests import Find, Found, Hit
from broker.vocabulary import ItemId, Reason, Refusal
from server import search
from server.ils.hits import ShelfCopy, hit
from server.ils.port import Ability, ItemRecord, ItemState, LibrarySystem
from server.journal.database import reading

# A station waits 3 s for the whole.
_ASKED_SECONDS: Final = 1.5
_MOST_ASKED: Final = 40

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_wanted`: whether somebody else has something to ask of the system, or is at it.

    `now` is seconds since 1970 UTC.
    """

    engine: Engine
    system: LibrarySystem
    is_wanted: Callable[[], bool]
    now: Callable[[], float]

    def find(self, asked: Find) -> Found | Refusal:
        """A refusal when nobody can tell: a patron who waits is better told so."""
        try:
            if Ability.SEARCH not in self.system.capabilities().able:
                return self._imported(asked)
            found = self.system.find(asked)
        except SirkulaError as error:
            log.warning("the catalogue is not searched", problem=str(error))
            return Refusal(Reason.ASK_STAFF)
        return found if isinstance(found, Found) else Refusal(found.reason)

    def _imported(self, asked: Find) -> Found | Refusal:
        with reading(self.engine) as connection:
            if search.is_empty(connection):
                log.warning("the catalogue is not here: bring it in by `sirkula-server import`")
                return Refusal(Reason.ASK_STAFF)
            total, shelved = search.look_up(connection, asked)
        states = self._states(code for one in shelved for code in one.barcodes)
        return Found(total, tuple(_hit(one, states) for one in shelved))

    def _states(self, barcodes: Iterator[str]) -> dict[str, ItemRecord]:
        """Of the first of them, as far as time goes and nobody is in the way."""
        found: dict[str, ItemRecord] = {}
        if Ability.TELL_ITEM_STATE not in self.system.capabilities().able:
            return found
        until = self.now() + _ASKED_SECONDS
        for _, barcode in zip(range(_MOST_ASKED), barcodes, strict=False):
            if self.is_wanted() or self.now() >= until:
                break
            try:
                told = self.system.item(ItemId(barcode))
            except SirkulaError as error:
                log.warning("the system does not tell where its items are", problem=str(error))
                break
            if isinstance(told, ItemRecord):
                found[barcode] = told
        return found


def _hit(one: search.Shelved, states: Mapping[str, ItemRecord]) -> Hit:
    collections = {copy.barcode: copy.collection for copy in one.copies}
    call_number = one.row.call_number
    copies = [_copy(states.get(code), call_number, collections[code]) for code in one.barcodes]
    return hit(one.row.title, one.row.author, copies)


def _copy(told: ItemRecord | None, call_number: str, collection: str) -> ShelfCopy:
    if told is None:
        return ShelfCopy(ItemState.NOT_TOLD, None, call_number, collection)
    return ShelfCopy(told.state, told.due, call_number, collection)
