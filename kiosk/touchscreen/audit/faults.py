"""Looks over what stands in the window and names everything a patron could stumble over."""

from itertools import combinations, product
from typing import Final

from kivy.core.window import Window
from kivy.uix.label import Label
from kivy.uix.widget import Widget
from PIL import Image

from broker.appearance import Pixel, contrast_of
from kiosk.touchscreen import measures
from kiosk.touchscreen.audit import contrast
from kiosk.touchscreen.legible import legible
from kiosk.touchscreen.measures import Measures
from kiosk.touchscreen.surface import Surface
from kiosk.touchscreen.targets import Touchable
from kiosk.touchscreen.viewing import Viewing

SLACK: Final = 1.5  # pixels that rounding may cost
ON_CONTROLS, ANYWHERE, HIGH, EDGES = 7.0, 4.5, 10.0, 3.0
Box = tuple[float, float, float, float]


def faults(surface: Surface, sizes: Measures, viewing: Viewing, reach: float) -> list[str]:
    """What is wrong with the layout now, one sentence each; empty when nothing is."""
    texts = [one for one in surface.walk(restrict=True) if isinstance(one, Label) and one.text]
    targets = surface.choices
    words = [word for target in targets for word in target.words]
    beside = [text for text in texts if text not in words]
    least = measures.LARGE_CAPITAL_MM if viewing.large_text else measures.CAPITAL_MM
    found = [f"{_name(text)} is larger than its box" for text in texts if _clipped(text)]
    found += [f"{_name(text)} has letters that the font lacks" for text in texts if _boxed(text)]
    found += [f"{_name(text)} tears a word apart" for text in texts if _torn(text)]
    found += [f"{_name(text)} is too small" for text in texts if _capital(text, sizes) < least]
    every = (*texts, *targets)
    found += [f"{_name(one)} is too near the edge" for one in every if _out(one, sizes)]
    found += [f"{_name(target)} does not hold its word" for target in targets if not _holds(target)]
    found += [f"{_name(one)} is out of reach" for one in targets if _box(one)[3] > reach + SLACK]
    found += _sizes(targets, sizes)
    found += [
        f"{_name(one)} and {_name(other)} overlap"
        for one, other in (*combinations(beside, 2), *((t, w) for t in targets for w in beside))
        if _apart(one, other) < -SLACK
    ]
    return found


def pale(surface: Surface, picture: Image.Image, viewing: Viewing) -> list[str]:
    """What is too pale in the `picture` of this surface."""
    found = []
    targets = surface.choices
    enabled = {id(word) for target in targets if not target.disabled for word in target.words}
    for text in surface.walk(restrict=True):
        if not isinstance(text, Label) or not text.text:
            continue
        least = HIGH if viewing.high_contrast else ON_CONTROLS if id(text) in enabled else ANYWHERE
        ratio = contrast.of_text(picture, _pixels(text, picture))
        if ratio < least:
            found.append(f"{_name(text)} has a contrast of {ratio:.1f}, not {least}")
    for target in targets:
        ratio = _edge(target, picture)
        if ratio < EDGES:
            found.append(f"{_name(target)} has an edge of {ratio:.1f}, not {EDGES}")
        if target.focused and (ratio := _ring(target, picture)) < EDGES:
            found.append(f"{_name(target)} has a focus ring of {ratio:.1f}, not {EDGES}")
    return found


def _sizes(targets: tuple[Touchable, ...], sizes: Measures) -> list[str]:
    found = []
    for target in targets:
        millimetres = min(target.size) / sizes.pixels_per_mm
        if millimetres < target.least_mm:
            found.append(f"{_name(target)} is {millimetres:.1f} mm, not {target.least_mm}")
    for one, other in combinations(targets, 2):
        millimetres = (_apart(one, other) + SLACK) / sizes.pixels_per_mm
        if millimetres < max(one.apart_mm, other.apart_mm):
            found.append(f"{_name(one)} and {_name(other)} are {millimetres:.1f} mm apart")
    return found


def _name(widget: Widget) -> str:
    return f"{type(widget).__name__} {getattr(widget, 'text', '')!r}"


def _box(widget: Widget) -> Box:
    left, bottom = widget.to_window(widget.x, widget.y)
    return left, bottom, left + widget.width, bottom + widget.height


def _pixels(text: Label, picture: Image.Image) -> tuple[int, int, int, int]:
    """The box of the letters, as Pillow counts: from the upper left corner."""
    left, bottom, right, top = _box(text)
    wide, high = picture.size
    return (
        max(0, round(left)),
        max(0, round(high - top)),
        min(wide, round(right)),
        min(high, round(high - bottom)),
    )


def _capital(text: Label, sizes: Measures) -> float:
    """Millimetres, and a hundredth for rounding."""
    return float(text.font_size * measures.CAPITAL_EM / sizes.pixels_per_mm + 0.01)


def _out(widget: Widget, sizes: Measures) -> bool:
    left, bottom, right, top = _box(widget)
    margin = measures.BEZEL_MM * sizes.pixels_per_mm - SLACK
    return bool(
        left < margin
        or bottom < margin
        or right > Window.width - margin
        or top > Window.height - margin
    )


def _clipped(text: Label) -> bool:
    wide, high = text.texture_size
    return bool(wide > text.width + SLACK or high > text.height + SLACK)


def _boxed(text: Label) -> bool:
    return legible(text.text) != text.text


def _torn(text: Label) -> bool:
    widest = max(text._label.get_extents(word)[0] for word in text.text.split(" "))  # noqa: SLF001  # Kivy's only ruler
    return bool(widest > text.width + SLACK)


def _holds(target: Touchable) -> bool:
    left, bottom, right, top = _box(target)
    return all(
        inner[0] >= left - SLACK
        and inner[1] >= bottom - SLACK
        and inner[2] <= right + SLACK
        and inner[3] <= top + SLACK
        for inner in map(_box, target.words)
    )


def _apart(one: Widget, other: Widget) -> float:
    """Pixels between two boxes; negative is how deep they overlap."""
    left, bottom, right, top = _box(one)
    other_left, other_bottom, other_right, other_top = _box(other)
    across = max(left, other_left) - min(right, other_right)
    upwards = max(bottom, other_bottom) - min(top, other_top)
    return max(across, upwards)


def _edge(target: Touchable, picture: Image.Image) -> float:
    """The most that its edge or fill differs from the ground beside it."""
    # Between keys the ground is narrow, and a neighbour's ring reaches over an edge.
    return _most(_below(target, picture, 1, 2), _below(target, picture, -target.ring, -1))


def _ring(target: Touchable, picture: Image.Image) -> float:
    """The most that its ring differs from what is beyond it: ground, or what a neighbour shows."""
    middle = (1 + measures.RING_INSIDE) / 2 * target.ring
    beyond = _below(target, picture, target.ring + 1, 1.5 * target.ring)
    return _most(_below(target, picture, middle, middle), beyond)


def _below(target: Touchable, picture: Image.Image, first: float, last: float) -> set[Pixel]:
    """The pixels from `first` to `last` below the middle of its lower edge; negative is above."""
    edge, downwards = target.box[1], range(round(first), round(last) + 1)
    return {contrast.at(picture, target.center_x, edge - pixels) for pixels in downwards}


def _most(ones: set[Pixel], others: set[Pixel]) -> float:
    return max(contrast_of(one, other) for one, other in product(ones, others))
