"""What the audit draws: states, languages, text sizes, palettes and reach on the panels. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from kiosk.languages.catalogue import LANGUAGES
from kiosk.touchscreen.audit.pseudo import PSEUDO
from kiosk.touchscreen.panel import Panel
from kiosk.touchscreen.staff_states import ROOMS
from kiosk.touchscreen.states import STATES
from kiosk.touchscreen.viewing import Viewing

# Bottom edges as they are mounted: a desk stand, a pedestal, a wall, a tower.
PANELS: Final = {
    "portrait-15.6in": Panel(1080, 1920, 15.6, fullscreen=False, bottom_mm=850),
    "landscape-7in": Panel(1024, 600, 7.0, fullscreen=False, bottom_mm=950),
    "landscape-10in": Panel(1280, 800, 10.1, fullscreen=False, bottom_mm=950),
    "portrait-7in": Panel(600, 1024, 7.0, fullscreen=False, bottom_mm=950),
    "portrait-10in": Panel(800, 1280, 10.1, fullscreen=False, bottom_mm=950),
    "landscape-15.6in": Panel(1920, 1080, 15.6, fullscreen=False, bottom_mm=950),
    "portrait-32in": Panel(1080, 1920, 32.0, fullscreen=False, bottom_mm=700),
    "landscape-32in": Panel(1920, 1080, 32.0, fullscreen=False, bottom_mm=800),
}
MAIN_PANELS: Final = ("portrait-15.6in", "landscape-7in", "landscape-10in")
STAFF: Final = "staff-"
EVERY: Final = (*STATES, *(f"{STAFF}{name}" for name in ROOMS))
PLENTY: Final = 1_500_000  # pixels
LEAST_PIXELS_PER_MM: Final = 2.5  # with fewer, a focus ring is no more than its smooth edges
# Every kind of screen once, the fullest of its kind: enough to see a layout break.
MAIN_STATES: Final = (
    "welcome-no-card-reader",
    "welcome-books",
    "welcome-house",
    "card-ending-offline",
    "pad-3-ending-offline",
    "pad-8-over",
    "pad-incomplete",
    "result-mixed-ending",
    "return-lifted",
    "goodbye-mixed",
    "out-pad-after-lent",
    "card-refused-membership-expired",
    "account-refused",
    "found-first",
    "number-typed",
    "pin-wrong",
    "words-typed",
    "rate",
    "topic",
    "code-8",
    "goodbye-not-printed",
    "goodbye-not-sent",
    "help-not-reached",
    "staff-door-typed",
    "staff-menu-closed-ending",
    "staff-service-open-central",
    "staff-service-closed",
    "staff-tests",
    "staff-test-call",
    "staff-tags-other-item",
    "staff-inventory-many",
    "staff-walk-done",
)


def coarse(panel: Panel) -> Panel:
    """The same millimetres in half the pixels where there are plenty: a quarter of the cost.

    >>> coarse(PANELS["portrait-15.6in"]).width, coarse(PANELS["landscape-7in"]).width
    (540, 1024)
    """
    if panel.width * panel.height <= PLENTY or panel.pixels_per_mm / 2 < LEAST_PIXELS_PER_MM:
        return panel
    return replace(panel, width=panel.width // 2, height=panel.height // 2)


@dataclass(frozen=True, slots=True)
class Combination:
    """One picture, of staff mode where `state` begins with `STAFF`.

    `adjusting` in `viewing` is the accessibility panel in front of the state.
    """

    state: str
    language: str
    viewing: Viewing

    @property
    def name(self) -> str:
        """What a file and a finding are called."""
        viewing = self.viewing
        marks = (
            (viewing.large_text, "large"),
            (viewing.high_contrast, "contrast"),
            (viewing.reach, "reach"),
            (viewing.adjusting, "access"),
        )
        return ".".join([self.state, self.language, *(mark for on, mark in marks if on)])


def combinations(panel: Panel, *, quick: bool) -> Iterator[Combination]:
    """Everything to be drawn on `panel`; `quick` leaves out what seldom differs.

    Reach is drawn only where part of the panel is out of reach: elsewhere it changes nothing.
    """
    tall = panel.reach < panel.height
    drawn = (*STATES, *(state for state in MAIN_STATES if state not in STATES)) if quick else EVERY
    reaches = (False, True) if tall else (False,)
    languages = (*LANGUAGES, PSEUDO)
    for large, contrast, reach in product((False, True), (False, True), reaches):
        viewing = Viewing(large, contrast, reach, tall_panel=tall)
        # Colours do not depend on how large or low things are.
        if quick and contrast and (large or reach):
            continue
        plain = not (large or contrast or reach)
        states = MAIN_STATES if quick and not plain else drawn
        for state, language in product(states, ("id", PSEUDO) if quick else languages):
            yield Combination(state, language, viewing)
        for language in languages:
            adjusting = Viewing(large, contrast, reach, voice=True, adjusting=True, tall_panel=tall)
            yield Combination("pad-3-ending-offline", language, adjusting)
            if not quick:
                yield Combination("staff-menu-closed-ending", language, adjusting)
