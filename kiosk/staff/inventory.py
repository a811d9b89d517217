"""An inventory: what a walk along a shelf found, against the list of what should stand there. Pure.

Misplaced is what has to be moved: the fewest books whose moving makes the order of the reads the
order of the list (those outside a longest increasing subsequence; Schensted 1961). What one round
of the reader found together has no order of its own.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from broker.facts import MOST_MARKED, MOST_PARTS, Mark, MarkCount, Marked, ShelfWalked
from broker.shelves import Whereabouts
from broker.vocabulary import LONGEST_SHELF_NAME, ActId, ItemId

_HERE: Final = Whereabouts.HERE  # looked at for every book with every read
_NEEDS_NOTHING: Final = frozenset({Mark.FOUND, Mark.AWAY})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the shelf list; `where` is where the records have it."""

    item: ItemId
    call_number: str
    title: str
    where: Whereabouts = Whereabouts.HERE


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf list, in shelf order; every item once.

    `age` is how many seconds ago the server told it, None for a file or where nobody knows.
    """

    name: str
    entries: tuple[Entry, ...]
    age: float | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One item seen on the shelf. `group` numbers the reader's rounds; items of one have no order.

    `secured` is None when its number was scanned and its tag not seen.
    """

    item: ItemId
    group: int
    secured: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """One item of the report. `entry` is None when the list does not have it.

    `after` is the item in its place that a misplaced one was found behind, None at the beginning.
    """

    item: ItemId
    entry: Entry | None
    marks: tuple[Mark, ...]
    after: ItemId | None = None


def first_reads(reads: Iterable[Read]) -> tuple[Read, ...]:
    """Each item where it was seen first; a tag's security counts whenever it is told."""
    seen: dict[ItemId, Read] = {}
    for read in reads:
        known = seen.get(read.item)
        if known is None:
            seen[read.item] = read
        elif read.secured is not None:
            seen[read.item] = Read(read.item, known.group, read.secured)
    return tuple(seen.values())


def outcome(shelf: Shelf, reads: Iterable[Read]) -> tuple[Result, ...]:
    """Every item of the list in its order, then what was read and is not on it, as it was read."""
    once = first_reads(reads)
    seen = {read.item: read for read in once}
    behind = _misplaced(shelf, once)
    listed = tuple(_judged(entry, seen.get(entry.item), behind) for entry in shelf.entries)
    known = {entry.item for entry in shelf.entries}
    strangers = tuple(
        Result(read.item, None, (Mark.NOT_LISTED,)) for read in once if read.item not in known
    )
    return (*listed, *strangers)


def counts(results: Iterable[Result]) -> dict[Mark, int]:
    """How many items have each mark."""
    told = dict.fromkeys(Mark, 0)
    for result in results:
        for mark in result.marks:
            told[mark] += 1
    return told


def told(walk: ActId, shelf: str, results: Iterable[Result]) -> tuple[ShelfWalked, ...]:
    """The whole walk as facts for the server, under the name `walk`.

    A shelf's name may be that of a file, which the contract does not know. Of more books than any
    shelf has, the report alone names all; the counts are right all the same.
    """
    results = tuple(results)
    plain = "".join(one if one.isprintable() and one not in "/\\" else "-" for one in shelf)
    name = plain[:LONGEST_SHELF_NAME].strip() or "-"
    counted = tuple(MarkCount(mark, items) for mark, items in counts(results).items() if items)
    marked = [
        Marked(one.item, one.marks, one.after)
        for one in results
        if not _NEEDS_NOTHING & {*one.marks}
    ]
    most = min(len(marked), MOST_MARKED * MOST_PARTS)
    chunks = [marked[at : at + MOST_MARKED] for at in range(0, most, MOST_MARKED)] or [[]]
    return tuple(
        ShelfWalked(walk, name, part, len(chunks), counted, tuple(chunk))
        for part, chunk in enumerate(chunks, start=1)
    )


def _judged(entry: Entry, read: Read | None, behind: dict[ItemId, ItemId | None]) -> Result:
    if read is None:
        return Result(entry.item, entry, (Mark.MISSING if entry.where is _HERE else Mark.AWAY,))
    marks = _security(entry, read)
    if entry.item in behind:
        marks = (*marks, Mark.MISPLACED)
    return Result(entry.item, entry, marks or (Mark.FOUND,), behind.get(entry.item))


def _security(entry: Entry, read: Read) -> tuple[Mark, ...]:
    """A book on the shelf should be secured, not on loan, and not set aside for somebody."""
    released = read.secured is False
    if entry.where is _HERE:
        return (Mark.RELEASED_HERE,) if released else ()
    if entry.where is Whereabouts.ON_LOAN:
        return (Mark.SECURED_ON_LOAN if read.secured else Mark.ON_LOAN_HERE,)
    return (Mark.RELEASED_HERE, Mark.ON_HOLD_HERE) if released else (Mark.ON_HOLD_HERE,)


def _misplaced(shelf: Shelf, reads: Sequence[Read]) -> dict[ItemId, ItemId | None]:
    """The items to be moved, and what each was found behind (None at the beginning)."""
    place = {entry.item: at for at, entry in enumerate(shelf.entries)}
    known = [read for read in reads if read.item in place]
    walked = sorted(known, key=lambda read: (read.group, place[read.item]))
    kept = _longest_run([place[read.item] for read in walked])
    behind: dict[ItemId, ItemId | None] = {}
    last: ItemId | None = None
    for at, read in enumerate(walked):
        if at in kept:
            last = read.item
        else:
            behind[read.item] = last
    return behind


def _longest_run(places: Sequence[int]) -> frozenset[int]:
    """Where in `places` a longest increasing subsequence stands; n log n steps.

    >>> sorted(_longest_run([0, 1, 5, 2, 3, 4]))
    [0, 1, 3, 4, 5]
    """
    ends: list[int] = []  # the smallest last place of a run of each length
    at_end: list[int] = []  # where it stands
    before: list[int | None] = []
    for at, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(at_end[length - 1] if length else None)
        ends[length : length + 1] = [place]
        at_end[length : length + 1] = [at]
    run: list[int] = []
    step = at_end[-1] if at_end else None
    while step is not None:
        run.append(step)
        step = before[step]
    return frozenset(run)
