"""Books and their tags: invariants I-18 to I-25, as far as they are not watched live."""

from collections.abc import Iterator

from devices.security import Security
from tests.simulation.checker.evidence import LENDING, Evidence
from tests.simulation.things import BookInHand


def broken(seen: Evidence) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    excused = seen.open_loans().keys() | seen.open_tasks()
    lost = {str(seen.world.attempts[act].item) for act in seen.world.lost}
    for book in seen.world.books:
        yield from _untouched(seen, book)
        if str(book.item) in excused | lost:
            continue
        if not seen.world.all_say(book, Security.SECURED):
            yield f"{_invariant(seen, book)} {book.item} is not secured, not lent, and nobody knows"
    yield from _failures_known(seen)


def _invariant(seen: Evidence, book: BookInHand) -> str:
    """A set in two minds, a loan that failed, a return that did not secure, or just a book."""
    world = seen.world
    if len({world.says(tag) for tag in book.tags}) > 1:
        return "I-23"
    history = seen.of_item(str(book.item))
    last = history[-1].kind if history else ""
    return {"loan-abandoned": "I-19", "item-returned": "I-20"}.get(last, "I-21")


def _untouched(seen: Evidence, book: BookInHand) -> Iterator[str]:
    for tag in book.tags:
        if tag.memory != seen.world.as_labelled[tag.uid]:
            yield f"I-25 the label of {book.item} was changed"


def _failures_known(seen: Evidence) -> Iterator[str]:
    """A tag that could not be secured, and a thing nobody can name, are tasks from then on."""
    tasks = {(row["kind"], row["act"]) for row in seen.tasks}
    for act, told in seen.told.items():
        if told.kind == "unknown-item-dropped" and (told.kind, act) not in tasks:
            yield f"I-11 nobody is told what was dropped: {act}"
        if told.said.get("secured") is False and ("tag-not-secured", act) not in tasks:
            yield f"I-20 nobody is told that {told.row['item']} could not be secured"
        if told.kind in LENDING and told.row["item"] is None:
            yield f"I-07 a loan of nothing: {act}"
