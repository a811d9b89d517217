"""One panel's screen, led through pictures frame by frame, each judged on all of its pages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.happenings import Button
from kiosk.languages.catalogue import UNBROKEN_SPACE, MissingText, read_catalogue
from kiosk.staff.session import Room
from kiosk.touchscreen.audit.combinations import STAFF, Combination
from kiosk.touchscreen.audit.pseudo import PSEUDO, pseudo
from kiosk.touchscreen.configure import touchscreen
from kiosk.touchscreen.keys import SHEETS
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.scene import Books, Control, Listing, Report, Scene, Steps, Weight
from kiosk.touchscreen.speech.sentences import controls, spoken, texts
from kiosk.touchscreen.staff_states import ROOMS
from kiosk.touchscreen.states import NOW, PATRON, STATES
from kiosk.touchscreen.viewing import Viewing, Wish
from kiosk.visit import Visit

if TYPE_CHECKING:
    from PIL import Image

    from kiosk.touchscreen.surface import Surface
    from kiosk.touchscreen.targets import Name

FRAMES: Final = 3
PAGES_AT_MOST: Final = 1000  # two hundred books in large letters on a small panel


class Gallery:
    """The screen of one panel; there can be one in a process."""

    def __init__(self, panel: Panel, home: Path) -> None:
        self._panel = panel
        self.pictures = 0
        self._visit = Visit()
        self._room = Room()
        silent = replace(panel, speech_program="")
        self._app = touchscreen(silent, home, self._latest, lambda _: None, lambda: self._room)
        self._app._catalogues[PSEUDO] = pseudo(read_catalogue("en"))  # noqa: SLF001  # no patron speaks it
        self._app._run_prepare()  # noqa: SLF001  # what run() does before it loops for ever

    def _latest(self) -> tuple[Visit, float]:
        return self._visit, NOW

    @property
    def _surface(self) -> "Surface":
        surface = self._app.surface
        if surface is None:
            raise RuntimeError("the screen did not start")
        return surface

    def save(self, wanted: Combination, file: Path) -> None:
        """The picture as it is first seen, a PNG. Raises MissingText."""
        self._stage(wanted)
        self._idle()
        self._picture().save(file)

    def _stage(self, wanted: Combination) -> Scene:
        self._visit, self._room = _staged(wanted)
        return self._app.stage(self._visit, NOW, wanted.viewing, self._room)

    def judge(self, wanted: Combination) -> list[str]:
        """Everything wrong with the picture on all of its pages."""
        try:
            scene = self._stage(wanted)
        except MissingText as error:
            return [str(error)]
        found = _unspoken(spoken(scene, self._app.words))
        pages: dict[tuple[int, int], list[str]] = {}
        reached: set[Name] = set()
        found += _hidden(scene, set(self._surface.targets))
        for page, _ in enumerate(self._pages()):
            found += self._judge_page(wanted, page)
            pages[self._surface.pages] = self._texts()
            reached |= set(self._surface.targets)
        words = {word for page in pages.values() for text in page for word in _words(text)}
        if not wanted.viewing.large_text:
            found += _scattered(scene, pages)
        return [*found, *_lost(scene, words), *_repeated(scene, pages), *_unreached(scene, reached)]

    def unfound(self, visit: Visit, now: float, viewing: Viewing) -> list[str]:
        """What a patron would look for in vain, or twice, on all pages; draws none of them."""
        self._visit = visit
        scene = self._app.stage(visit, now, viewing)
        hidden = _hidden(scene, set(self._surface.targets))
        reached = {name for _ in self._pages() for name in self._surface.targets}
        return [*hidden, *_unreached(scene, reached)]

    def _judge_page(self, wanted: Combination, page: int) -> list[str]:
        from kiosk.touchscreen.audit.faults import faults, pale  # noqa: PLC0415  # configured now

        self.pictures += 1
        surface, app = self._surface, self._app
        names = tuple(surface.targets)
        focus = surface.focus(names[page % len(names)] if names else None)
        self._idle()
        reach = app.panel.reach if wanted.viewing.reach else float(app.panel.height)
        found = faults(surface, app.measures, wanted.viewing, reach)
        if focus is None:
            found.append("has nothing that the keypad can reach")
        return found + pale(surface, self._picture(), wanted.viewing)

    def _pages(self) -> Iterator[None]:
        """Each sheet of keys, each page of the body, and then each of the buttons."""
        yield
        sheets = Wish.MORE, SHEETS
        for turn in (sheets, (Wish.PAGE_DOWN, ""), sheets, (Wish.MORE, "")):
            seen: set[tuple[object, ...]] = set()
            while (state := self._standing()) not in seen and len(seen) < PAGES_AT_MOST:
                seen.add(state)
                target = self._surface.targets.get(turn)
                if target is None:
                    break
                target.dispatch("on_release")
                if self._standing() not in seen:
                    yield

    def _standing(self) -> tuple[object, ...]:
        return (self._surface.pages, *(one.name for one in self._surface.choices))

    def _texts(self) -> list[str]:
        from kiosk.touchscreen.rehearsal import visible_texts  # noqa: PLC0415  # configured only now

        return visible_texts(self._app.root)

    def _idle(self) -> None:
        """Lets the layout settle, and draws once: drawing is what costs."""
        from kivy.base import EventLoop  # noqa: PLC0415  # configured only now
        from kivy.clock import Clock  # noqa: PLC0415  # configured only now
        from kivy.lang import Builder  # noqa: PLC0415  # configured only now

        Clock._max_fps = 0  # noqa: SLF001  # nobody watches: no pause between frames
        for _ in range(FRAMES):
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()
        EventLoop.idle()

    def _picture(self) -> "Image.Image":
        from kivy.core.window import Window  # noqa: PLC0415  # configured only now
        from kivy.graphics.opengl import (  # noqa: PLC0415  # configured only now
            GL_RGB,
            GL_UNSIGNED_BYTE,
            glReadPixels,
        )
        from PIL import Image  # noqa: PLC0415  # the audit alone needs it

        size = Window.width, Window.height
        pixels = glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE)
        return Image.frombytes("RGB", size, pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def _staged(wanted: Combination) -> tuple[Visit, Room]:
    if wanted.state in STATES:
        return replace(STATES[wanted.state], language=wanted.language), Room()
    room = ROOMS[wanted.state.removeprefix(STAFF)]
    assert room.session is not None, "the table shows who is there"
    return Visit(), replace(room, session=replace(room.session, language=wanted.language))


def _unspoken(sentence: str) -> list[str]:
    if not sentence:
        return ["says nothing aloud"]
    spelt = sentence.replace(" ", "")
    return ["says the patron's number"] if PATRON.reveal() in spelt else []


def _lost(scene: Scene, shown: set[str]) -> list[str]:
    """Words of the scene that stand on no page. Titles may be shortened, invitations left out, and
    beside notes the sentence under the greeting.
    """
    body = scene.body
    if isinstance(body, Steps) and scene.notes:
        body = replace(body, lead="")
    if isinstance(body, Books | Listing | Report):
        rows = tuple(replace(row, title="") if row.label else row for row in body.rows)
        body = replace(body, rows=rows)
    if isinstance(body, Books):
        body = replace(body, more=replace(body.more, text=""))
    told = " ".join([*texts(body), *texts(scene.notes)]).replace(UNBROKEN_SPACE, " ")
    lost = set(_words(told)) - shown
    return [f"shows {sorted(lost)} on no page"] if lost else []


def _words(text: str) -> list[str]:
    """Without what a narrow place parts: a file's name may break behind a hyphen."""
    return text.replace("-", "- ").split()


def _repeated(scene: Scene, pages: dict[tuple[int, int], list[str]]) -> list[str]:
    """Books that stand on several pages: nobody could count them."""
    labels = [row.label for row in scene.body.rows] if isinstance(scene.body, Books) else []
    return [
        f"shows {label!r} on several pages"
        for label in labels
        if labels.count(label) == 1 and sum(label in page for page in pages.values()) > 1
    ]


def _hidden(scene: Scene, first: set["Name"]) -> list[str]:
    """What nobody should have to look for, and is not among the `first` targets."""
    needed = [one for one in (*scene.controls, scene.frame.help) if one.enabled and _needed(one)]
    hidden = [one for one in needed if (one.button, one.subject) not in first]
    return [f"{one.button} hides behind the way to more" for one in hidden]


def _needed(control: Control) -> bool:
    leaves = {Button.BACK, Button.DONE, Button.HELP}
    return control.weight in {Weight.MAIN, Weight.RETURN} or control.button in leaves


def _scattered(scene: Scene, pages: dict[tuple[int, int], list[str]]) -> list[str]:
    """Lessons that stand on several pages."""
    if not isinstance(scene.body, Steps):
        return []
    lessons = {step.text for step in scene.body.steps}
    whole = any(lessons <= set(page) for page in pages.values())
    return [] if whole else ["turns a page between the lessons"]


def _unreached(scene: Scene, reached: set["Name"]) -> list[str]:
    wanted = {(one.button, one.subject) for one in controls(scene) if one.enabled}
    return [f"{button} cannot be reached by keypad" for button in wanted - reached]
