"""A page of blocks below each other: as many as fit, the rest behind Up and Down."""

from collections.abc import Sequence
from typing import Final

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.touchscreen.arrangement import Box
from kiosk.touchscreen.paging import paginate
from kiosk.touchscreen.widgets import Block

PINNED_AT_MOST: Final = 0.45  # of the height; what would take more turns away with the rest


class Flow(Widget):
    """Blocks in reading order. Nothing is ever cut: what does not fit goes to the next page."""

    gap = NumericProperty(0)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self.page, self.pages = 0, 1
        self.noted = False  # whether there are notes, in it or beside it
        self._blocks: Sequence[Block] = ()
        self._fallen: dict[tuple[Block, float, float, float], Sequence[Block]] = {}
        self._pinned = 0

    def fill(self, blocks: Sequence[Block], pinned: int = 0) -> None:
        """Becomes `blocks`; the first `pinned` of them stand on every page."""
        self._fallen.clear()
        self._blocks = [block for block in blocks if not _empty(block)]
        self._pinned = sum(not _empty(block) for block in blocks[:pinned])

    def turn(self, pages: int) -> None:
        """Goes `pages` forward, or back when negative; `arrange` then shows it."""
        self.page = min(max(self.page + pages, 0), self.pages - 1)

    def needs(self, _width: float) -> float:
        """The height of what must stand on one page whatever else is turned away with it."""
        return 0.0

    def whole(self, width: float) -> float:
        """The height at which all of it stands on one page."""
        self.width = width
        return self._high(self._blocks)

    def arrange(self, box: Box, before: Sequence[Block] = (), after: Sequence[Block] = ()) -> None:
        """Lays the page out in the box; `before` and `after` are blocks that stand elsewhere where
        there is room for them.
        """
        self.pos, self.size = (box.left, box.bottom), (box.width, box.height)
        self.clear_widgets()
        pinned, rest = ([], list(self._blocks)) if before else self._parts()
        rest = [*before, *rest, *after]
        room = self.height - self._high(pinned) - (self.gap if pinned else 0)
        whole = [piece for block in rest if not block.spare for piece in self._fitting(block, room)]
        pages = paginate([piece.settle(self.width) for piece in whole], self.gap, room)
        self.pages = len(pages)
        self.page = min(self.page, self.pages - 1)
        shown = [*pinned, *(whole[at] for at in pages[self.page])]
        self._stand(self._with_spare(shown, last=self.page == self.pages - 1))

    def _parts(self) -> tuple[list[Block], list[Block]]:
        """What stands on every page, and what flows."""
        pinned = [block for block in self._blocks[: self._pinned] if not block.spare]
        if self._high(pinned) > PINNED_AT_MOST * self.height:
            return [], list(self._blocks)
        return pinned, [block for block in self._blocks if block not in pinned]

    def _fitting(self, block: Block, room: float) -> Sequence[Block]:
        """The block or its pieces; made once, for turning a page lays out all of a long list."""
        high = block.settle(self.width)
        fallen = block, self.width, room, high
        if fallen not in self._fallen:
            whole = high <= room and not block.torn
            self._fallen[fallen] = [block] if whole else block.pieces(self.width, room)
        return self._fallen[fallen]

    def _with_spare(self, shown: list[Block], *, last: bool) -> list[Block]:
        """Pictures and lessons, where they leave all words their place."""
        if not last:
            return shown
        for at, spare in enumerate(self._blocks):
            if not spare.spare or (self.pages > 1 and at == 0):
                continue
            if self._high([*shown, spare]) <= self.height:
                after = set(map(id, self._blocks[at:]))
                index = next((i for i, b in enumerate(shown) if id(b) in after), len(shown))
                shown = [*shown[:index], spare, *shown[index:]]
        return shown

    def _stand(self, blocks: list[Block]) -> None:
        heights = [block.settle(self.width) for block in blocks]
        free = self.height - sum(heights) - self.gap * max(0, len(blocks) - 1)
        shares = sum(block.stretch for block in blocks)
        top = self.top
        for block, least in zip(blocks, heights, strict=True):
            height = least + (free * block.stretch / shares if shares else 0)
            block.place(self.x, top, height)
            self.add_widget(block)
            top -= height + self.gap

    def _high(self, blocks: Sequence[Block]) -> float:
        heights = [block.settle(self.width) for block in blocks]
        return sum(heights) + self.gap * max(0, len(heights) - 1)


def _empty(block: Block) -> bool:
    return getattr(block, "text", None) == ""
