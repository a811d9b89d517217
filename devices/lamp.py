"""How a lamp says what a station means: a colour and a rhythm for each meaning. Pure.

    ready      green  steady         ########
    working    green  slow blink     ..##..##
    attention  amber  double blink   #.#.....
    stopped    red    single flash   #.......
    dark       none

The rhythm alone tells them apart, for a lamp of one colour and for eyes that see none. A step takes
a quarter of a second and changes the light once at most: two flashes a second, however fast the
meanings follow each other (WCAG 2.2, 2.3.1 allows three).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from devices.capabilities import LampColour, LampMeaning

STEP_SECONDS: Final = 0.25
_LOOKS: Final[dict[LampMeaning, tuple[LampColour | None, str]]] = {
    LampMeaning.READY: (LampColour.GREEN, "#"),
    LampMeaning.WORKING: (LampColour.GREEN, "..##"),
    LampMeaning.ATTENTION: (LampColour.AMBER, "#.#....."),
    LampMeaning.STOPPED: (LampColour.RED, "#......."),
    LampMeaning.DARK: (None, "."),
}
# A relay lives for some 100,000 switchings at full load: a lamp that blinks for longer than a
# minute then does so every ten seconds only.
_SPARED_AFTER: Final = round(60 / STEP_SECONDS)
_SPARED_ROUND: Final = round(10 / STEP_SECONDS)
_INSTEAD: Final = {
    LampColour.GREEN: (LampColour.GREEN,),
    LampColour.AMBER: (LampColour.AMBER, LampColour.RED, LampColour.GREEN),
    LampColour.RED: (LampColour.RED, LampColour.AMBER, LampColour.GREEN),
}
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Shown:
    """A meaning, since how many steps it is shown, and what it gives way to at its round's end."""

    meaning: LampMeaning
    steps: int = 0
    then: LampMeaning | None = None


def after(shown: Shown, heard: tuple[LampMeaning, ...] = ()) -> Shown:
    """What is shown a step later; `heard` is what was meant meanwhile, in order.

    Everything is shown at once but READY, which waits for the end of WORKING's round: whoever
    dropped a book sees the lamp go out and come back, however fast it was.
    """
    wanted = heard[-1] if heard else shown.then or shown.meaning
    steps = shown.steps + 1
    was_working = shown.meaning is LampMeaning.WORKING
    if wanted is LampMeaning.READY and (was_working or LampMeaning.WORKING in heard):
        if not was_working:
            return Shown(LampMeaning.WORKING, then=wanted)
        if steps % len(_LOOKS[LampMeaning.WORKING][1]):
            return Shown(LampMeaning.WORKING, steps, wanted)
    return Shown(wanted, steps if wanted is shown.meaning else 0)


def lit(shown: Shown, *, wears_out: bool = False) -> LampColour | None:
    """The colour that is on in this step; `wears_out` as the lamp's."""
    colour, rhythm = _LOOKS[shown.meaning]
    spared = wears_out and len(rhythm) > 1 and shown.steps >= _SPARED_AFTER
    step = shown.steps % (_SPARED_ROUND if spared else len(rhythm))
    return colour if rhythm[step : step + 1] == "#" else None


def places(green: Place, amber: Place | None, red: Place | None) -> Mapping[LampColour, Place]:
    """Where each colour is shown: where it is not fitted, by another, at last by green's place.

    >>> places(1, None, 3)[LampColour.AMBER]
    3
    """
    fitted = {LampColour.GREEN: green, LampColour.AMBER: amber, LampColour.RED: red}
    return {
        colour: next(place for one in instead if (place := fitted[one]) is not None)
        for colour, instead in _INSTEAD.items()
    }
