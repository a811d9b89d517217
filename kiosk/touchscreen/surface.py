"""The whole glass: frame, body, pager, notes and buttons, laid out for panel and patron at once."""

from typing import TYPE_CHECKING, Any, Final

from kivy.clock import Clock
from kivy.uix.widget import Widget

from kiosk.happenings import Button
from kiosk.touchscreen.arrangement import COLUMN_SHARES, NOTES_AT_MOST, Box, Glass, beside
from kiosk.touchscreen.bar import Bar
from kiosk.touchscreen.measures import Measures
from kiosk.touchscreen.pager import Pager
from kiosk.touchscreen.scene import Frame, Scene, Sign, Steps
from kiosk.touchscreen.screens import BODIES
from kiosk.touchscreen.speech.sentences import controls
from kiosk.touchscreen.targets import Choose, Quiet, Target
from kiosk.touchscreen.viewing import Wish
from kiosk.touchscreen.widgets import NoteStrip, Text

if TYPE_CHECKING:
    from kiosk.touchscreen.flow import Flow

# A second tap of a hasty finger must not reach the button that just appeared under it.
SETTLING_SECONDS: Final = 0.35
# A button, and which of several alike it is.
Name = tuple[Button | Wish, int]
ROOMY_MM: Final = 150.0
BODY_LINES: Final = 3.5  # a body lower than this many lines teaches nothing: buttons give way


class Title(Text):
    """The library's name for this machine."""


class Surface(Widget):
    """`choose` is told every button; a touch beside them may mean "I stay"."""

    def __init__(self, choose: Choose, sizes: Measures, glass: Glass) -> None:
        super().__init__(size=(glass.width, glass.height))
        self._choose, self._sizes, self._glass = choose, sizes, glass
        self._scene: Scene | None = None
        self._body: Flow | None = None
        self._notes: tuple[NoteStrip, ...] = ()
        self._shown_at = Clock.get_boottime()
        self._head = Bar(choose, kind=Quiet)
        self._controls = Bar(self._chosen)
        self._everything = Bar(self._chosen)
        self._title = Title()
        self._pager = Pager(self._turn)
        self.focused: Name | None = None

    @property
    def settled(self) -> bool:
        """Whether the screen stands long enough for a touch to be meant for it."""
        return bool(Clock.get_boottime() - self._shown_at > SETTLING_SECONDS)

    @property
    def targets(self) -> dict[Name, Target]:
        """All that can be touched now by name, in reading order: the way the focus goes."""
        column = self._head.x if self._sizes.landscape else 0.0

        def reading(target: Target) -> tuple[bool, float, float]:
            return target.x >= column > 0, -round(target.top), target.x

        enabled = (target for target in self.choices if not target.disabled)
        found: dict[Name, Target] = {}
        for target in sorted(enabled, key=reading):
            again = sum(name[0] is target.button for name in found)
            found[target.button, again] = target
        return found

    @property
    def choices(self) -> tuple[Target, ...]:
        """Every target on the screen now, also those that cannot be touched."""
        return tuple(widget for widget in self.walk(restrict=True) if isinstance(widget, Target))

    @property
    def pages(self) -> tuple[int, int]:
        """Which page of how many, counted from one."""
        return (self._body.page + 1, self._body.pages) if self._body is not None else (1, 1)

    def show(self, scene: Scene) -> None:
        """Becomes `scene`, changing only what differs."""
        before, self._scene = self._scene, scene
        fresh = before is None or before.screen is not scene.screen
        if fresh:
            self._shown_at = Clock.get_boottime()
        if fresh or before is None or before.body != scene.body:
            self._show_body(scene, fresh=fresh)
        if before is None or before.frame != scene.frame:
            self._show_frame(scene.frame)
        if before is None or before.notes != scene.notes:
            self._show_notes(scene, before)
        self._controls.show(scene.controls, scene.frame.more)
        self._controls.tall = isinstance(scene.body, Steps)
        head = scene.frame.language, scene.frame.access
        self._everything.show((*scene.controls, *head), scene.frame.more)
        self.arrange()

    def focus(self, name: Name | None) -> Target | None:
        """Draws the ring around the target of this name, if it is there."""
        self.focused = name
        target = self.targets.get(name) if name is not None else None
        for choice in self.choices:
            choice.focused = choice is target
        return target

    def press_focused(self) -> None:
        """As a finger on the target in the ring, if there is one."""
        target = self.targets.get(self.focused) if self.focused is not None else None
        if target is not None:
            target.dispatch("on_release")

    def _show_body(self, scene: Scene, *, fresh: bool) -> None:
        kind = BODIES[type(scene.body)]
        if fresh or not isinstance(self._body, kind):
            self._body = kind(self._choose)
        shown: Any = self._body  # each class shows its own kind of body
        shown.show(scene.body)

    def _show_frame(self, frame: Frame) -> None:
        self._title.text = frame.title
        self._head.show((frame.language, frame.access), frame.more)
        self._pager.show(frame)

    def _show_notes(self, scene: Scene, before: Scene | None) -> None:
        self._notes = tuple(NoteStrip(note) for note in scene.notes)
        counting = _counting(scene) and (before is None or not _counting(before))
        if counting and self._body is not None:
            self._body.page = 0

    def _chosen(self, name: Button | Wish) -> None:
        if name is Wish.MORE:
            self.arrange()
        self._choose(name)

    def _turn(self, wish: Button | Wish) -> None:
        if self._body is not None:
            self._body.turn(-1 if wish is Wish.PAGE_UP else 1)
            self.arrange()
        self._choose(wish)

    def arrange(self) -> None:
        """Gives every part its place."""
        self.clear_widgets()
        if self._sizes.landscape:
            self._sideways()
        else:
            self._upright()
        self.focus(self.focused)

    def _sideways(self) -> None:
        sizes, inner = self._sizes, self._glass.inner(self._sizes)
        reachable = self._glass.reachable(sizes)
        for share in COLUMN_SHARES:
            left, column = beside(inner, share, sizes.gap)
            head = self._head.settle(column.width)
            buttons = self._controls.settle(column.width)
            narrowest = max(self._head.narrowest(), self._controls.narrowest())
            if head + buttons + sizes.gap <= reachable.height and narrowest <= column.width:
                break
        low = Box(column.left, reachable.bottom, column.width, reachable.height)
        if head + sizes.gap + min(buttons, self._least) > low.height:
            self._everything.settle(low.width)
            self._put(self._everything, low.left, low.top, low.height)
            self._fill(left, None)
            return
        room = low.height - head - sizes.gap
        if not self._controls.tall:
            room = min(room, buttons)
        self._put(self._head, low.left, low.top, head)
        self._put(self._controls, low.left, low.bottom + room, room)
        pager = low.less(top=head + sizes.gap, bottom=room + sizes.gap)
        fits = self._pager.fits(pager) and not self._controls.tall
        self._fill(left, pager if fits else None)

    def _upright(self) -> None:
        sizes, inner = self._sizes, self._glass.inner(self._sizes)
        low = self._glass.reachable(sizes)
        reading = low.height < inner.height
        head = self._head_height(inner.width)
        self._controls.settle(inner.width)
        buttons = self._controls.height
        line = sizes.text * 1.36 * sizes.leading
        pager = self._pager.settle(inner.width) + sizes.gap
        words = 0 if reading else BODY_LINES * line
        if head + 2 * sizes.gap + min(buttons, self._least) + pager + words > low.height:
            self._everything.settle(inner.width)
            self._put(self._everything, inner.left, inner.bottom + self._least, self._least)
            self._fill(inner.less(bottom=self._least + sizes.gap), None)
            return
        if self._controls.tall:
            buttons = max(buttons, sizes.welcome)
        room = low.height - head - pager - 2 * sizes.gap - words
        buttons = min(buttons, max(room, self._least))
        self._put(self._controls, inner.left, inner.bottom + buttons, buttons)
        rest = inner.less(bottom=buttons + sizes.gap if buttons else 0)
        rest = self._put_title(rest)
        if reading:
            self._put_head(rest.left, rest.bottom + head, head)
            rest = rest.less(bottom=head + sizes.gap)
        else:
            self._put_head(rest.left, rest.top, head)
            rest = rest.less(top=head + sizes.gap)
        self._fill(rest, None)

    @property
    def _least(self) -> float:
        """The height in which a main button and the way to the others stand."""
        sizes = self._sizes
        high = sizes.label * 1.36 * sizes.leading * 2 + sizes.padding
        return max(sizes.main_target, high) + sizes.gap + max(sizes.target, high)

    def _head_height(self, width: float) -> float:
        """Beside the title where both fit, over the whole width where they do not."""
        share = 0.64 * width
        high = self._head.settle(share)
        title = self._title.settle(width - share - self._sizes.gap)
        self._titled = high <= 1.3 * self._sizes.target and title <= 1.1 * high
        return high if self._titled else self._head.settle(width)

    def _put_title(self, box: Box) -> Box:
        """On a line of its own where it found no place beside the head and the panel is high."""
        sizes = self._sizes
        if self._titled or box.height < ROOMY_MM * sizes.pixels_per_mm:
            return box
        high = self._title.settle(box.width)
        self._title.place(box.left, box.top, high)
        self.add_widget(self._title)
        return box.less(top=high + sizes.small_gap)

    def _put_head(self, left: float, top: float, height: float) -> None:
        if self._titled:
            self._title.place(left, top - (height - self._title.height) / 2, self._title.height)
            self.add_widget(self._title)
            left += self._title.width + self._sizes.gap
        self._put(self._head, left, top, height)

    def _put(self, bar: Bar, left: float, top: float, height: float) -> None:
        bar.place(left, top, height)
        self.add_widget(bar)

    def _fill(self, box: Box, pager: Box | None) -> None:
        """Body and notes; a pager in its own box, or below them, when there are several pages."""
        body = self._body
        if body is None:
            return
        if self._scene is not None and any(controls(self._scene.body)):
            box = box.less(top=max(0.0, box.top - self._glass.reachable(self._sizes).top))
        page = body.page
        self._arrange_body(box)
        if body.pages > 1:
            high = self._pager.settle(box.width if pager is None else pager.width)
            if pager is None:
                pager = Box(box.left, box.bottom, box.width, high)
                body.page = page  # in more room there were fewer pages
                self._arrange_body(box.less(bottom=high + self._sizes.gap))
            self._pager.turn_to(body.page, body.pages)
            self._pager.settle(pager.width)
            self._pager.place(pager.left, pager.top, high)
            self.add_widget(self._pager)
        self.add_widget(body)

    def _arrange_body(self, box: Box) -> None:
        body, sizes = self._body, self._sizes
        if body is None:
            return
        body.clear_widgets()
        for note in self._notes:
            self.remove_widget(note)
        heights = [note.settle(box.width) for note in self._notes]
        strips = sum(heights) + sizes.small_gap * len(heights)
        if strips > NOTES_AT_MOST * box.height:
            clocks = [note for note in self._notes if note.note.sign is Sign.CLOCK]
            others = [note for note in self._notes if note.note.sign is not Sign.CLOCK]
            body.arrange(box, clocks, others)
            return
        bottom = box.bottom
        for note, height in zip(self._notes[::-1], heights[::-1], strict=True):
            note.place(box.left, bottom + height, height)
            self.add_widget(note)
            bottom += height + sizes.small_gap
        body.arrange(box.less(bottom=strips))

    def on_touch_down(self, touch: object) -> bool:
        if not self.settled:
            return True
        if super().on_touch_down(touch):
            return True
        if self._scene is not None and self._scene.stay is not None:
            self._choose(self._scene.stay)
        return True


def _counting(scene: Scene) -> bool:
    return any(note.sign is Sign.CLOCK for note in scene.notes)
