"""The screens: one frame with language, notes and buttons, and in it the body of the scene."""

from collections.abc import Callable
from typing import Any, Final

from kivy.clock import Clock
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.happenings import Button
from kiosk.touchscreen import glyphs
from kiosk.touchscreen.bodies import ChoicesBody, Choose, CodeBody, KeysBody, ListingBody
from kiosk.touchscreen.books import BookList, StepCard
from kiosk.touchscreen.pictures import PICTURES
from kiosk.touchscreen.scene import (
    Body,
    Books,
    Choices,
    Code,
    Frame,
    Keys,
    Listing,
    Notice,
    Scene,
    Steps,
)
from kiosk.touchscreen.widgets import Choice, LanguageChoice, Target, Text

# A second tap of a hasty finger must not reach the button that just appeared under it.
SETTLING_SECONDS: Final = 0.35
# More than these, and the others stand in a row of their own.
MOST_CONTROLS: Final = 2
# Longer words than these stand in smaller letters beside their sign.
LONGEST_LABEL: Final = 9


class StepsBody(BoxLayout):
    """The welcome with its three lessons."""

    heading = StringProperty()
    lead = StringProperty()

    least = NumericProperty(0)

    def __init__(self, _: Choose, **properties: object) -> None:
        super().__init__(**properties)
        self._cards: list[StepCard] = []
        self.ids.steps.bind(height=Clock.create_trigger(self._fit, -1))

    def show(self, body: Steps) -> None:
        self.heading, self.lead = body.heading, body.lead
        self._cards = [StepCard(lesson=True) for _ in body.steps]
        for card, step in zip(self._cards, body.steps, strict=True):
            card.show(step)
        self._fit()

    def _fit(self, *_: object) -> None:
        """Lessons that find no room would only be in each other's way."""
        self.ids.steps.clear_widgets()
        if self.ids.steps.height > len(self._cards) * self.least:
            for card in self._cards:
                self.ids.steps.add_widget(card)


class NoticeBody(BoxLayout):
    """One drawing and what to do."""

    heading = StringProperty()
    shapes = ObjectProperty(())

    def __init__(self, _: Choose, **properties: object) -> None:
        super().__init__(**properties)

    def show(self, body: Notice) -> None:
        self.heading, self.shapes = body.heading, PICTURES[body.picture]
        self.ids.lines.clear_widgets()
        for line in body.lines:
            self.ids.lines.add_widget(Text(text=line, halign="center"))


class BooksBody(BoxLayout):
    """The list of books under the question about them."""

    heading = StringProperty()
    lead = StringProperty()

    def __init__(self, _: Choose, **properties: object) -> None:
        super().__init__(**properties)

    @property
    def list(self) -> BookList:
        return self.ids.list

    def show(self, body: Books) -> None:
        self.heading, self.lead = body.heading, body.lead
        self.list.show(body.rows, body.more)


Shown = StepsBody | NoticeBody | BooksBody | ListingBody | ChoicesBody | KeysBody | CodeBody


class Arrow(Target):
    """Turns a page."""


class Place(Text):
    """Which page of how many."""


class Pager(BoxLayout):
    """Up, down and where we are; there only while a list has more than one page."""

    arrow_height = NumericProperty(0)
    list: BookList | None = None
    words: Frame | None = None

    def show(self, body: object, words: Frame) -> None:
        """Turns the pages of `body`, if it has any."""
        self.list = body.list if isinstance(body, BooksBody | ListingBody) else None
        self.words = words
        if self.list is not None:
            self.list.bind(page=self.refresh, pages=self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        self.clear_widgets()
        if self.list is None or self.words is None or self.list.pages == 1:
            self.size_hint_y, self.height = None, 0
            return
        page, pages = self.list.page + 1, self.list.pages
        self.size_hint_y, self.height = None, self.arrow_height
        self._add(self.words.up, glyphs.UP, -1, on=page > 1)
        self.add_widget(Place(text=f"{page}/{pages}"))
        self._add(self.words.down, glyphs.DOWN, 1, on=page < pages)

    def _add(self, text: str, glyph: glyphs.Glyph, pages: int, *, on: bool) -> None:
        book_list = self.list
        if book_list is None:
            return
        arrow = Arrow(text=text, glyph=glyph, disabled=not on)
        arrow.bind(on_release=lambda _: book_list.turn(pages))
        self.add_widget(arrow)


class Surface(BoxLayout):
    """The whole glass. `choose` is told every button; a touch beside them may mean "I stay"."""

    title = StringProperty()
    large = NumericProperty(0)
    small = NumericProperty(0)
    regular = NumericProperty(0)
    quiet = NumericProperty(0)

    def __init__(self, choose: Callable[[Button, str], None], **properties: object) -> None:
        super().__init__(**properties)
        self._choose = choose
        self._scene: Scene | None = None
        self._body: Shown | None = None
        self._shown_at = Clock.get_boottime()
        self._language = LanguageChoice(choose)
        self._help = LanguageChoice(choose)
        self._help.size_hint_x = None
        self.ids.language.add_widget(self._help)
        self.ids.language.add_widget(self._language)

    @property
    def settled(self) -> bool:
        """Whether the screen stands long enough for a touch to be meant for it."""
        return bool(Clock.get_boottime() - self._shown_at > SETTLING_SECONDS)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every button of the patron that stands on the screen now."""
        controls = (*self.ids.controls.children[::-1], *self.ids.extra.children[::-1])
        return (*controls, self._help, self._language)

    def show(self, scene: Scene) -> None:
        """Becomes `scene`, changing only what differs."""
        before = self._scene
        self._scene = scene
        self.title = scene.frame.title
        self._language.show(scene.frame.language)
        self._help.show(scene.frame.help)
        self._help.text, self._help.upright, self._help.width = "", True, self.quiet
        self.ids.notes.show(scene.notes)
        self._show_controls(scene)
        fresh = before is None or before.screen is not scene.screen
        if fresh:
            self._shown_at = Clock.get_boottime()
        if fresh or before is None or before.body != scene.body:
            self._show_body(scene, fresh=fresh)
        if before is None or before.frame != scene.frame:
            self.ids.pager.show(self._body, scene.frame)

    def _show_body(self, scene: Scene, *, fresh: bool) -> None:
        kind = _BODIES[type(scene.body)]
        if fresh or not isinstance(self._body, kind):
            self._body = kind(self._choose)
            self.ids.body.clear_widgets()
            self.ids.body.add_widget(self._body)
            self.ids.pager.show(self._body, scene.frame)
        shown: Any = self._body  # its class is the one for this kind of body
        shown.show(scene.body)

    def _show_controls(self, scene: Scene) -> None:
        controls, extra = self.ids.controls, self.ids.extra
        main = scene.controls[:2] if len(scene.controls) > MOST_CONTROLS else scene.controls
        for place, wanted in (controls, main), (extra, scene.controls[len(main) :]):
            if [choice.button for choice in place.children[::-1]] != [
                control.button for control in wanted
            ]:
                place.clear_widgets()
                for _ in wanted:
                    place.add_widget(Choice(self._choose))
            for choice, control in zip(place.children[::-1], wanted, strict=True):
                choice.show(control)
        extra.height = self.regular if extra.children else 0
        for choice in extra.children:
            choice.glyph, choice.upright, choice.font_size = (), True, self.small
        self.arrange(tuple(controls.children[::-1]), large=isinstance(scene.body, Steps))

    def arrange(self, choices: tuple[Choice, ...], *, large: bool) -> None:
        """Gives the buttons their places; `large` when they are what the screen is about."""
        raise NotImplementedError

    def on_touch_down(self, touch: object) -> bool:
        if not self.settled:
            return True
        if super().on_touch_down(touch):
            return True
        if self._scene is not None and self._scene.stay is not None:
            self._choose(self._scene.stay, "")
        return True


class Upright(Surface):
    """Portrait: language on top, buttons side by side at the bottom, where every hand reaches."""

    def arrange(self, choices: tuple[Choice, ...], *, large: bool) -> None:
        controls = self.ids.controls
        controls.height = (self.large if large else self.regular) if choices else 0
        for choice in choices:
            choice.upright = large
            choice.size_hint_x = 1 if large or choice.main else 0.6


class Sideways(Surface):
    """Landscape: language and buttons in a column at the right."""

    def arrange(self, choices: tuple[Choice, ...], *, large: bool) -> None:
        controls, space = self.ids.controls, self.ids.space
        controls.size_hint_y = 1 if large else None
        space.size_hint_y = None if large else 1
        space.height = 0
        for choice in choices:
            choice.upright = large
            if not choice.main and len(choice.text) > LONGEST_LABEL:
                choice.font_size = self.small
            choice.size_hint_y = 1 if large else None
            choice.height = self.regular if choice.main else self.quiet
        if not large:
            controls.height = sum(choice.height for choice in choices) + controls.spacing * max(
                0, len(choices) - 1
            )


_BODIES: Final[dict[type[Body], type[Shown]]] = {
    Steps: StepsBody,
    Notice: NoticeBody,
    Books: BooksBody,
    Listing: ListingBody,
    Choices: ChoicesBody,
    Keys: KeysBody,
    Code: CodeBody,
}
