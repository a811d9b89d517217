"""Items of several parts, each with a tag of its own: which parts lie there, which are missing.

Law: pure. A set is complete only with every distinct part; two tags of the same part are one part.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from broker.vocabulary import ItemId
from devices.tags.content import BookTag


@dataclass(frozen=True, slots=True)
class SetOnPad:
    """One item's parts, numbered from 1. `unnumbered` are tags that tell no part of their own."""

    item: ItemId
    parts: int
    present: tuple[int, ...]
    unnumbered: int = 0

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of parts that are not there; tags without a number stand for the first of them.

        >>> SetOnPad(ItemId("B1"), 3, (1, 3)).missing
        (2,)
        """
        absent = [part for part in range(1, self.parts + 1) if part not in self.present]
        return tuple(absent[self.unnumbered :])


def sets_on_pad(tags: Iterable[BookTag]) -> tuple[SetOnPad, ...]:
    """Every item of more than one part, in the order of its first tag.

    Where tags of one item disagree on how many parts it has, the larger number counts.
    """
    by_item: dict[ItemId, list[BookTag]] = {}
    for tag in tags:
        by_item.setdefault(tag.item, []).append(tag)
    return tuple(
        _set(item, several)
        for item, several in by_item.items()
        if max(tag.parts for tag in several) > 1
    )


def _set(item: ItemId, tags: list[BookTag]) -> SetOnPad:
    parts = max(max(tag.parts, tag.part) for tag in tags)
    present = tuple(sorted({tag.part for tag in tags if tag.part}))
    return SetOnPad(item, parts, present, sum(not tag.part for tag in tags))
