"""The bodies: what stands between the frame and the buttons, one class for each body of a scene."""

from collections.abc import Sequence
from typing import Final

from kivy.app import App

from kiosk.touchscreen.arrangement import Box
from kiosk.touchscreen.bar import Bar
from kiosk.touchscreen.bodies import ChoicesBody, CodeBody, KeysBody, ListingBody
from kiosk.touchscreen.books import Invitation, Lessons, Rows
from kiosk.touchscreen.drawing import paint
from kiosk.touchscreen.flow import Flow
from kiosk.touchscreen.greeting import Greeting
from kiosk.touchscreen.pictures import PICTURES
from kiosk.touchscreen.scene import (
    Adjust,
    Body,
    Books,
    Choices,
    Code,
    Keys,
    Listing,
    Notice,
    Report,
    Steps,
)
from kiosk.touchscreen.targets import Choose
from kiosk.touchscreen.theme import TONES
from kiosk.touchscreen.widgets import Block, Heading, Picture, Soft, Text


class StepsBody(Flow):
    """The welcome with its three lessons."""

    def __init__(self, _: Choose) -> None:
        super().__init__()

    def show(self, body: Steps) -> None:
        greeting = Greeting(body.heading, body.logo) if body.logo else Heading(text=body.heading)
        self._lead, self._lessons = Soft(text=body.lead), Lessons(body.steps)
        self._first: list[Block] = [greeting, self._lessons]
        self._all: list[Block] = [greeting, self._lead, self._lessons]

    def needs(self, width: float) -> float:
        """All lessons on one page; in large letters they are turned one by one."""
        self.width = width
        return 0.0 if App.get_running_app().viewing.large_text else self._high(self._first)

    def whole(self, width: float) -> float:
        self.width = width
        return self._high(self._all)

    def arrange(self, box: Box, before: Sequence[Block] = (), after: Sequence[Block] = ()) -> None:
        """The sentence under the greeting gives way to notes before the lessons turn a page."""
        self.width = box.width
        for blocks in (self._all, self._first) if self.noted else (self._all,):
            if self._high([*before, *blocks, *after]) <= box.height:
                self.fill(blocks)
                super().arrange(box, before, after)
                return
        self.fill(self._first[:1])
        whole = bool(self.needs(box.width))
        lessons = [self._lessons] if whole else self._lessons.pieces(box.width, box.height)
        super().arrange(box, before, [*after, *lessons, self._lead])


class NoticeBody(Flow):
    """One drawing and what to do."""

    def __init__(self, _: Choose) -> None:
        super().__init__()

    def show(self, body: Notice) -> None:
        lines = [Text(text=line, halign="center") for line in body.lines]
        picture = Picture(shapes=PICTURES[body.picture])
        self.fill([picture, Heading(text=body.heading, halign="center"), *lines])


class BooksBody(Flow):
    """The list of books under the question about them."""

    def __init__(self, _: Choose) -> None:
        super().__init__()
        self._count = 0
        self._rows = Rows()

    def show(self, body: Books) -> None:
        """Becomes `body`. A book that just arrived brings its page to the front."""
        if len(body.rows) > self._count > 0:
            self.page = len(body.rows)
        self._count = len(body.rows)
        words = (Heading(text=body.heading), Soft(text=body.lead))
        self.fill([*words, *self._rows.of(body.rows), Invitation(body.more)], pinned=2)


class ReportBody(Flow):
    """How something stands: a heading in its tone's colour, sentences, and rows."""

    def __init__(self, _: Choose) -> None:
        super().__init__()
        self._rows = Rows()

    def show(self, body: Report) -> None:
        ink, _ = TONES[body.tone]
        heading = Heading(text=body.heading, color=paint(ink))
        lines = [Text(text=line) for line in body.lines]
        picture = Picture(shapes=PICTURES[body.picture])
        self.fill([heading, *lines, *self._rows.of(body.rows), picture], pinned=1)


class AdjustBody(Flow):
    """The patron's own settings as switches."""

    def __init__(self, choose: Choose) -> None:
        super().__init__()
        self._choose = choose

    def show(self, body: Adjust) -> None:
        bar = Bar(self._choose)
        bar.show(body.choices, "")
        self.fill([Heading(text=body.heading), bar], pinned=1)


Shown = (
    StepsBody
    | NoticeBody
    | BooksBody
    | ListingBody
    | ReportBody
    | ChoicesBody
    | KeysBody
    | CodeBody
    | AdjustBody
)
BODIES: Final[dict[type[Body], type[Shown]]] = {
    Steps: StepsBody,
    Notice: NoticeBody,
    Books: BooksBody,
    Listing: ListingBody,
    Report: ReportBody,
    Choices: ChoicesBody,
    Keys: KeysBody,
    Code: CodeBody,
    Adjust: AdjustBody,
}
