"""Looks over what stands in the window and names everything a patron could stumble over."""

from itertools import combinations

from kivy.core.window import Window
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.touchscreen.theme import Measures
from kiosk.touchscreen.widgets import Target

SLACK: float = 1.5  # pixels that rounding may cost


def faults(root: Widget, sizes: Measures) -> list[str]:
    """What is wrong on the screen now, one sentence each; empty when nothing is."""
    widgets = [widget for widget in root.walk(restrict=True) if widget is not root]
    texts = [widget for widget in widgets if isinstance(widget, Label) and widget.text]
    targets = [widget for widget in widgets if isinstance(widget, Target)]
    found = [f"{_name(widget)} is outside the window" for widget in widgets if _outside(widget)]
    found += [f"{_name(text)} is larger than its box" for text in texts if _clipped(text)]
    found += [f"{_name(text)} tears a word apart" for text in texts if _torn(text)]
    for target in targets:
        millimetres = min(target.size) / sizes.pixels_per_mm
        if millimetres < target.least_mm:
            found.append(f"{_name(target)} is {millimetres:.1f} mm, not {target.least_mm}")
    for kind in (targets, texts):
        found += [
            f"{_name(one)} and {_name(other)} overlap"
            for one, other in combinations(kind, 2)
            if _overlap(one, other)
        ]
    return found


def _name(widget: Widget) -> str:
    return f"{type(widget).__name__} {getattr(widget, 'text', '')!r}"


def _box(widget: Widget) -> tuple[float, float, float, float]:
    left, bottom = widget.to_window(widget.x, widget.y)
    return left, bottom, left + widget.width, bottom + widget.height


def _outside(widget: Widget) -> bool:
    left, bottom, right, top = _box(widget)
    return bool(
        left < -SLACK
        or bottom < -SLACK
        or right > Window.width + SLACK
        or top > Window.height + SLACK
    )


def _clipped(text: Label) -> bool:
    wide, high = text.texture_size
    return bool(wide > text.width + SLACK or high > text.height + SLACK)


def _torn(text: Label) -> bool:
    widest = max(text._label.get_extents(word)[0] for word in text.text.split(" "))  # noqa: SLF001  # Kivy's only ruler
    return bool(widest > text.width + SLACK)


def _overlap(one: Widget, other: Widget) -> bool:
    left, bottom, right, top = _box(one)
    other_left, other_bottom, other_right, other_top = _box(other)
    return bool(
        min(right, other_right) - max(left, other_left) > SLACK
        and min(top, other_top) - max(bottom, other_bottom) > SLACK
    )
