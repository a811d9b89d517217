"""Koha's catalogue, searched over its REST API (biblios.yaml 0093c36, items.yaml 011a85d).

Three questions: for the records that may have the words, by its query language (`q`, -like), for
the items of those shown, and for their loans. Koha looks through its tables `biblio` and `items`;
its search engine has no route.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, TypeVar

import msgspec

from broker.requests import Find, Found
from server.ils.hits import ShelfCopy, Title, hit, page
from server.ils.koha.meaning import Checkout, Item, Record, shelf_copy
from server.ils.koha.rest import Rest
from server.ils.port import NothingSent
from server.words import asked_for

# Of each question; no other begins once as long has passed.
LONGEST_SECONDS: Final = 1.2
# A record is some 2 kB of JSON, and slow to make: what is looked through of a search.
MOST_TITLES: Final = 200
_ALL: Final = "-1"
_Told = TypeVar("_Told")


class Searching:
    """`rest` is in a hurry; `zone` is the branch's. For any number of threads."""

    def __init__(self, rest: Rest, zone: tzinfo) -> None:
        self._rest, self._zone = rest, zone

    def find(self, asked: Find) -> Found:
        """Of the first MOST_TITLES that may have the words; also records without an item."""
        words = asked_for(asked.words)
        if not words:
            return Found(0, ())
        began = self._rest.now()
        query = {
            "q": _json({"-and": [_may_have(word) for word in words]}),
            "_order_by": "biblio_id",
            "_per_page": str(MOST_TITLES),
        }
        records = self._rest.get(list[Record], "/biblios", query)
        titles = (
            Title(one.biblio_id, one.title or "", one.author or "")
            for one in records
            if not one.opac_suppressed
        )
        total, shown = page(asked, titles)
        copies = self._copies([one.number for one in shown], began)
        hits = (hit(one.title, one.author, copies[one.number]) for one in shown)
        return Found(total, tuple(hits))

    def _copies(self, titles: Sequence[int], began: float) -> dict[int, list[ShelfCopy]]:
        found: dict[int, list[ShelfCopy]] = {number: [] for number in titles}
        if not found:
            return found
        items = self._more(list[Item], "/items", {"biblio_id": titles}, began)
        lent = [one.item_id for one in items if one.checked_out_date]
        loans = self._more(list[Checkout], "/checkouts", {"item_id": lent}, began) if lent else []
        by_item = {one.item_id: one for one in loans}
        for one in sorted(items, key=lambda one: one.item_id):
            if one.biblio_id in found:
                copy = shelf_copy(one, by_item.get(one.item_id), self._zone)
                found[one.biblio_id].append(copy)
        return found

    def _more(self, kind: type[_Told], path: str, of: dict[str, object], began: float) -> _Told:
        if self._rest.now() - began > LONGEST_SECONDS:
            raise NothingSent(f"a search took more than {LONGEST_SECONDS} s")
        return self._rest.get(kind, path, {"q": _json(of), "_per_page": _ALL})


def _may_have(word: str) -> dict[str, object]:
    """Koha's collation minds neither case nor accents; an apostrophe is any one character."""
    ways = [word, *(f"{word[:at]}_{word[at:]}" for at in range(1, len(word)))]
    patterns = [f"%{way}%" for way in ways]
    return {"-or": [{field: {"-like": patterns}} for field in ("title", "author")]}


def _json(what: object) -> str:
    return msgspec.json.encode(what).decode()
