"""Puts the parts of a screen where `arrangement` says, as high as their words need."""

from dataclasses import dataclass
from itertools import product
from typing import Final

from kivy.uix.widget import Widget

from kiosk.touchscreen.arrangement import COLUMN_SHARES, NOTES_AT_MOST, Box, Glass, beside
from kiosk.touchscreen.bar import Bar, FrameBar
from kiosk.touchscreen.flow import Flow
from kiosk.touchscreen.measures import Measures
from kiosk.touchscreen.pager import Pager
from kiosk.touchscreen.scene import Sign
from kiosk.touchscreen.widgets import NoteStrip, Text

ROOMY_MM: Final = 150.0
HEAD_SHARE: Final = 0.64
LINE_EM: Final = 1.36  # Noto Sans
BODY_LINES: Final = 3.5  # a body lower than this many lines teaches nothing: buttons give way


class Title(Text):
    """The library's name for this machine."""


@dataclass
class Parts:
    """What stands on the glass. `everything` holds head and controls where both find no place.

    `touchable` when there are targets in the body, which then has to stand within reach.
    """

    head: FrameBar
    controls: Bar
    everything: Bar
    title: Title
    pager: Pager
    body: Flow | None = None
    notes: tuple[NoteStrip, ...] = ()
    touchable: bool = False


class Layout:
    """One arrangement of `parts` on the widget `on`."""

    def __init__(self, on: Widget, parts: Parts, sizes: Measures, glass: Glass) -> None:
        self._on, self._parts, self._sizes, self._glass = on, parts, sizes, glass
        self._titled = False

    def arrange(self) -> None:
        """Gives every part its place."""
        if self._sizes.landscape:
            self._sideways()
        else:
            self._upright()

    def _sideways(self) -> None:
        sizes, inner = self._sizes, self._glass.inner(self._sizes)
        reachable = self._glass.reachable(sizes)
        left, column = self._column(inner, reachable)
        head = self._parts.head.settle(column.width)
        buttons = self._stacked(column.width, reachable.height - head - sizes.gap)
        low = Box(column.left, reachable.bottom, column.width, reachable.height)
        if head + sizes.gap + buttons > low.height:
            self._parts.everything.settle(low.width)
            self._put(self._parts.everything, low.left, low.top, low.height)
            self._fill(left, None)
            return
        room = low.height - head - sizes.gap
        if not self._parts.controls.tall:
            room = min(room, buttons)
        self._put(self._parts.head, low.left, low.top, head)
        self._put(self._parts.controls, low.left, low.bottom + room, room)
        pager = low.less(top=head + sizes.gap, bottom=room + sizes.gap)
        fits = self._parts.pager.fits(pager) and not self._parts.controls.tall
        self._fill(left, pager if fits else None)

    def _column(self, inner: Box, reachable: Box) -> tuple[Box, Box]:
        """Body and column: as narrow as holds every button, else as holds every word."""
        parts, gap = self._parts, self._sizes.gap
        worded = []
        for share, brief in product(COLUMN_SHARES, range(FrameBar.BRIEFEST + 1)):
            left, column = beside(inner, share, gap)
            parts.head.shorten(brief)
            if max(parts.head.narrowest(), parts.controls.narrowest()) > column.width:
                continue
            worded.append((left, column))
            head = parts.head.settle(column.width)
            buttons = self._stacked(column.width, reachable.height - head - gap)
            if head + buttons + gap <= reachable.height:
                return left, column
        if not worded:
            return beside(inner, COLUMN_SHARES[-1], gap)
        turns = self._parts.everything.turns
        return min(worded, key=lambda one: turns(one[1].width, reachable.height))

    def _stacked(self, width: float, room: float) -> float:
        """How high the buttons are: the tall ones of the welcome below each other, if they can."""
        bar = self._parts.controls
        bar.stacked = bar.tall
        if bar.settle(width) > room:
            bar.stacked = False
        return bar.settle(width)

    def _upright(self) -> None:
        parts, sizes, inner = self._parts, self._sizes, self._glass.inner(self._sizes)
        low = self._glass.reachable(sizes)
        head = self._head_height(inner.width)
        buttons = parts.controls.settle(inner.width)
        least = min(buttons, parts.controls.least(inner.width))
        pager = parts.pager.settle(inner.width) + sizes.gap
        lessons = self._lessons(inner)
        bars = head + 2 * sizes.gap
        words = self._words(inner.height - bars - least, lessons, pager)
        if bars + least + pager > low.height or bars + least + words > inner.height:
            self._in_one_bar(inner, lessons)
            return
        if parts.controls.tall:
            free = inner.height - bars - buttons - (lessons or (0.0,))[0]
            buttons += max(0, min(sizes.welcome - sizes.main_target, free))
        room = min(low.height - bars - pager, inner.height - bars - words)
        buttons = min(buttons, max(room, least))
        self._put(parts.controls, inner.left, inner.bottom + buttons, buttons)
        rest = self._put_title(inner.less(bottom=buttons + sizes.gap if buttons else 0))
        if low.height < inner.height:
            self._put_head(rest.left, rest.bottom + head, head)
            rest = rest.less(bottom=head + sizes.gap)
        else:
            self._put_head(rest.left, rest.top, head)
            rest = rest.less(top=head + sizes.gap)
        self._fill(rest, None)

    def _words(self, room: float, lessons: tuple[float, ...], pager: float) -> float:
        """How much of `room` the body has to get: the best of `lessons`, or a few lines."""
        line = self._sizes.text * LINE_EM * self._sizes.leading
        least = lessons[-1] if lessons else BODY_LINES * line + pager
        return next((one for one in lessons if one <= room), least)

    def _lessons(self, inner: Box) -> tuple[float, ...]:
        """How high the welcome wants to be to teach on one page, the best first."""
        body, sizes, width = self._parts.body, self._sizes, inner.width
        if body is None or not self._parts.controls.tall or not body.needs(width):
            return ()
        over = self._title_above(inner.less(bottom=self._parts.controls.height + sizes.gap))
        notes = sum(note.settle(width) + sizes.small_gap for note in self._parts.notes)
        whole, needs = over + notes + body.whole(width), over + notes + body.needs(width)
        return (whole, needs) if notes else (whole,)

    def _in_one_bar(self, inner: Box, lessons: tuple[float, ...]) -> None:
        """Head and controls page by page, as many as the lessons leave room for."""
        bar, gap = self._parts.everything, self._sizes.gap
        least, every = bar.least(inner.width), bar.settle(inner.width)
        room = inner.height - least - gap
        wanted = next((one for one in lessons if one <= room), room)
        high = min(every, inner.height - wanted - gap)
        self._put(bar, inner.left, inner.bottom + high, high)
        self._fill(inner.less(bottom=high + gap), None)

    def _head_height(self, width: float) -> float:
        """Beside the title where both fit, over the whole width where they do not."""
        for brief in range(FrameBar.BRIEFEST + 1):
            self._parts.head.shorten(brief)
            if self._parts.head.settle(width) <= 1.3 * self._sizes.target:
                break
        share = HEAD_SHARE * width
        high = self._parts.head.settle(share)
        title = self._parts.title.settle(width - share - self._sizes.gap)
        self._titled = high <= 1.3 * self._sizes.target and title <= 1.1 * high
        return high if self._titled else self._parts.head.settle(width)

    def _put_title(self, box: Box) -> Box:
        """On a line of its own where it found no place beside the head and the panel is high."""
        high = self._title_above(box)
        if not high:
            return box
        self._parts.title.place(box.left, box.top, self._parts.title.height)
        self._on.add_widget(self._parts.title)
        return box.less(top=high)

    def _title_above(self, box: Box) -> float:
        """How high the title and its gap are above everything else in `box`, if it stands there."""
        if self._titled or box.height < ROOMY_MM * self._sizes.pixels_per_mm:
            return 0.0
        return self._parts.title.settle(box.width) + self._sizes.small_gap

    def _put_head(self, left: float, top: float, height: float) -> None:
        if self._titled:
            self._parts.title.place(
                left, top - (height - self._parts.title.height) / 2, self._parts.title.height
            )
            self._on.add_widget(self._parts.title)
            left += self._parts.title.width + self._sizes.gap
        self._put(self._parts.head, left, top, height)

    def _put(self, bar: Bar, left: float, top: float, height: float) -> None:
        bar.place(left, top, height)
        self._on.add_widget(bar)

    def _fill(self, box: Box, pager: Box | None) -> None:
        """Body and notes; a pager in its own box, or below them, when there are several pages."""
        body = self._parts.body
        if body is None:
            return
        if self._parts.touchable:
            box = box.less(top=max(0.0, box.top - self._glass.reachable(self._sizes).top))
        page = body.page
        self._arrange_body(box)
        if body.pages > 1:
            high = self._parts.pager.settle(box.width if pager is None else pager.width)
            if pager is None:
                pager = Box(box.left, box.bottom, box.width, high)
                body.page = page  # in more room there were fewer pages
                self._arrange_body(box.less(bottom=high + self._sizes.gap))
            self._parts.pager.turn_to(body.page, body.pages)
            self._parts.pager.settle(pager.width)
            self._parts.pager.place(pager.left, pager.top, high)
            self._on.add_widget(self._parts.pager)
        self._on.add_widget(body)

    def _arrange_body(self, box: Box) -> None:
        body, sizes = self._parts.body, self._sizes
        if body is None:
            return
        body.clear_widgets()
        body.noted = bool(self._parts.notes)
        for note in self._parts.notes:
            self._on.remove_widget(note)
        heights = [note.settle(box.width) for note in self._parts.notes]
        strips = sum(heights) + sizes.small_gap * len(heights)
        if strips > NOTES_AT_MOST * box.height or body.needs(box.width) > box.height - strips:
            clocks = [note for note in self._parts.notes if note.note.sign is Sign.CLOCK]
            others = [note for note in self._parts.notes if note.note.sign is not Sign.CLOCK]
            body.arrange(box, clocks, others)
            return
        bottom = box.bottom
        for note, height in zip(self._parts.notes[::-1], heights[::-1], strict=True):
            note.place(box.left, bottom + height, height)
            self._on.add_widget(note)
            bottom += height + sizes.small_gap
        body.arrange(box.less(bottom=strips))
