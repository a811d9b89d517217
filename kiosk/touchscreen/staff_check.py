"""Looks over a page of staff mode and names what somebody could stumble over."""

from itertools import combinations
from typing import Final

from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.touchscreen.staff_parts import TARGET_MM, KeyTarget, Words
from kiosk.touchscreen.staff_surface import StaffSurface

SLACK: Final = 1.5  # pixels that rounding may cost


def page_faults(surface: StaffSurface) -> list[str]:
    """What is wrong on the page now, one sentence each; empty when nothing is."""
    keys = [one for one in surface.children if isinstance(one, KeyTarget)]
    words = [one for one in surface.children if isinstance(one, Words) and one.text]
    found = [f"{_name(one)} is outside the glass" for one in (*keys, *words) if _out(one, surface)]
    found += [f"{_name(key)} is larger than its key" for key in keys if _clipped(key)]
    found += [f"{_name(one)} tears a word apart" for one in (*keys, *words) if _torn(one)]
    least = TARGET_MM * surface.pixels_per_mm
    found += [f"{_name(key)} is under {TARGET_MM} mm" for key in keys if min(key.size) < least]
    found += [
        f"{_name(one)} and {_name(other)} overlap"
        for one, other in combinations((*keys, *words), 2)
        if _overlap(one, other)
    ]
    return found


def _name(one: Label) -> str:
    return f"{type(one).__name__} {one.text!r}"


def _out(one: Widget, surface: Widget) -> bool:
    beside = one.x < -SLACK or one.right > surface.width + SLACK
    return bool(beside or one.y < -SLACK or one.top > surface.height + SLACK)


def _clipped(one: Label) -> bool:
    wide, high = one.texture_size
    return bool(wide > one.width + SLACK or high > one.height + SLACK)


def _torn(one: Label) -> bool:
    if one.shorten:
        return False
    widest = max(one._label.get_extents(word)[0] for word in one.text.split(" "))  # noqa: SLF001  # Kivy's only ruler
    return bool(widest > one.text_size[0] + SLACK)


def _overlap(one: Widget, other: Widget) -> bool:
    across = min(one.right, other.right) - max(one.x, other.x)
    along = min(one.top, other.top) - max(one.y, other.y)
    return bool(across > SLACK and along > SLACK)
