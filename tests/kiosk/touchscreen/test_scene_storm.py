"""Any patron, any order, any fault, as it is drawn: a way out, no idle button, words to hear."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from kiosk.dialogue import step
from kiosk.happenings import Button, Touched
from kiosk.languages.catalogue import Catalogue, read_catalogues
from kiosk.touchscreen.audit.headless import HEADLESS
from kiosk.touchscreen.keypad import Key, moved
from kiosk.touchscreen.scene import Control, Meaning, Scene
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.speech.sentences import controls, focused, spoken, texts
from kiosk.touchscreen.viewing import Viewing, Wish, wished
from kiosk.visit import Page, Screen, Visit, screen
from tests.kiosk.test_visit_storm import KioskInTheOpen
from tests.kiosk.things import BUDI, SITI
from tests.kiosk.touchscreen.play import ROOT

CATALOGUES = read_catalogues()
# Nobody is further from home than this: help, a keyboard, an account, the pad, a goodbye.
FURTHEST = 6
PATIENCE_SECONDS = 110
# What the keypad's Back means, the first of them that is offered.
LEAVES = (Wish.CLOSE, Button.BACK, Button.DONE)
NOTHING_TYPED = ("{shown}.lead",)
WHY: dict[Meaning, tuple[str, ...]] = {
    Button.KEY: NOTHING_TYPED,
    Button.ERASE: NOTHING_TYPED,
    Button.CONFIRM: NOTHING_TYPED,
    Button.BORROW: ("account.bar", "welcome.no-card-reader", "reason.station-full"),
    Button.ACCOUNT: ("welcome.no-card-reader",),
    Button.PRINT: ("goodbye.printed", "goodbye.not-printed", "goodbye.no-printer"),
    Button.CALL: (
        "help.calling",
        "help.reached",
        "help.not-reached",
        "help.on.out-of-service",
    ),
}
OFFLINE = ("banner.borrow", "banner.return", "banner.closed", "banner.asking")
ANSWERING = (
    "starting.lead",
    "lending.lead",
    "return.busy-lead",
    "account.asking",
    "account.looking",
    "goodbye.printing",
)


class KioskAsItIsDrawn(KioskInTheOpen):
    """The same storm, looked at on the glass in both languages; each different visit once."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at: set[Visit] = set()

    def drawn(self, language: str = "id", viewing: Viewing | None = None) -> Scene:
        visit = replace(self.visit, language=language)
        return scene(visit, self.now, CATALOGUES[language], viewing or Viewing())

    @precondition(lambda self: bool(offered(self.drawn())))
    @rule(which=st.integers(0, 99))
    def touch_what_is_offered(self, which: int) -> None:
        there = offered(self.drawn())
        one = there[which % len(there)]
        if isinstance(one.button, Button):
            self.hear(Touched(one.button, one.subject))

    @invariant()
    def what_is_drawn_keeps_every_promise(self) -> None:
        if self.visit in self.looked_at:
            return
        self.looked_at.add(self.visit)
        for language, catalogue in CATALOGUES.items():
            there = self.drawn(language)
            assert_heard(there, catalogue)
            assert_reached_by_keys(there, catalogue)
            assert_nothing_is_idle(there, self.visit, self.now, catalogue)
            assert_settings_close(self.drawn(language, Viewing(adjusting=True, voice=True)))
        assert_way_out(self.visit, self.now)


def offered(there: Scene) -> list[Control]:
    return [one for one in controls(there) if one.enabled]


def assert_heard(there: Scene, catalogue: Catalogue) -> None:
    told = spoken(there, catalogue)
    assert there.body.heading
    assert len(told.split()) > 3
    assert not any(number.reveal() in told.replace(" ", "") for number in (SITI, BUDI))


def assert_reached_by_keys(there: Scene, catalogue: Catalogue) -> None:
    """Down visits every button once, and each says a name of its own."""
    found = {(one.button, one.subject): one for one in offered(there)}
    assert len(found) == len(offered(there))
    focus, visited = None, []
    for _ in found:
        focus = moved(tuple(found), focus, Key.DOWN)
        visited.append(focus)
    assert set(visited) == set(found)
    names = [
        focused(one, (at, len(found)), catalogue)
        for at, one in enumerate(found.values())
        if not one.secret
    ]
    assert len(names) == len(set(names))


def assert_nothing_is_idle(there: Scene, visit: Visit, now: float, catalogue: Catalogue) -> None:
    for one in controls(there):
        if not isinstance(one.button, Button):
            continue
        if one.enabled:
            after, actions = step(visit, Touched(one.button, one.subject), now)
            assert actions or replace(after, since=visit.since) != visit, one
        else:
            assert set(whys(one, visit, catalogue)) & set(texts((there.body, there.notes))), one


def whys(one: Control, visit: Visit, catalogue: Catalogue) -> Iterator[str]:
    """The sentences of which one has to stand there while this button does nothing."""
    keys = list(WHY.get(one.button, ()))
    if not visit.online:
        keys += OFFLINE
    if not visit.started or visit.busy or visit.waits:
        keys += ANSWERING
    return (catalogue.text(key.format(shown=screen(visit).value)) for key in keys)


def assert_settings_close(adjusting: Scene) -> None:
    assert Wish.CLOSE in {one.button for one in offered(adjusting)}
    assert not wished(Viewing(adjusting=True), Wish.CLOSE).adjusting


def assert_way_out(visit: Visit, now: float) -> None:
    """Pressing nothing but the keypad's Back leads home, unless something is on its way."""
    for _ in range(FURTHEST):
        if home_or_held(visit):
            return
        there = scene(visit, now, CATALOGUES["id"])
        buttons = {one.button for one in there.controls if one.enabled}
        leave = next(one for one in LEAVES if one in buttons)
        assert isinstance(leave, Button)
        visit, _ = step(visit, Touched(leave), now)
    assert home_or_held(visit)


def home_or_held(visit: Visit) -> bool:
    """Whether nobody has to leave, or nobody may yet: the machine is about to answer or is out."""
    if screen(visit) is Screen.HELP:
        return False
    out = screen(visit) in {Screen.OUT_OF_SERVICE, Screen.STARTING}
    return visit.page is Page.WELCOME or visit.busy or out or held(visit)


def held(visit: Visit) -> bool:
    """Whether this page lets nobody go before its answer is there."""
    answering = visit.page in {Page.ACCOUNT, Page.GOODBYE, Page.CODE}
    return visit.waits and answering and visit.asked is None


def test_no_sequence_of_happenings_draws_a_screen_that_holds_a_patron() -> None:
    run_state_machine_as_test(
        KioskAsItIsDrawn, settings=settings(max_examples=150, stateful_step_count=40)
    )


def test_in_the_window_of_the_smallest_panel_every_button_is_found() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kiosk.touchscreen.wandering", "landscape-7in"],
        cwd=ROOT,
        env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["shapes"] > 40
    assert outcome["faults"] == {}
