"""A screen with flaws put into it one by one: `python -m tests.kiosk.touchscreen.flawed`.

Prints what the audit finds for each, as JSON: an audit that is blind to one would be worth nothing.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.touchscreen.arrangement import Box
from kiosk.touchscreen.audit import contrast
from kiosk.touchscreen.audit.combinations import PANELS, Combination, coarse
from kiosk.touchscreen.audit.gallery import (
    Gallery,
    _hidden,
    _lost,
    _scattered,
    _unreached,
    _unspoken,
)
from kiosk.touchscreen.scene import Row
from kiosk.touchscreen.speech.sentences import texts
from kiosk.touchscreen.states import NOW, STATES
from kiosk.touchscreen.theme import Tone
from kiosk.touchscreen.viewing import Viewing

UNTRANSLATED = {"pad.more", "staff-menu.heading"}
Flaw = Callable[[Any], None]


def _target(surface: Any, at: int = -1) -> Any:
    return surface.choices[at]


def _heading(surface: Any) -> Any:
    return next(one for one in surface.walk() if type(one).__name__ == "Heading")


def shrink(surface: Any) -> None:
    _target(surface).size = 40, 40


def crowd(surface: Any) -> None:
    one, other = surface.choices[:2]
    one.size = other.size = 120, 120
    one.pos, other.pos = (60, 300), (183, 300)


def leave(surface: Any) -> None:
    _target(surface).x = -20


def overlap(surface: Any) -> None:
    _heading(surface).pos = _target(surface).pos


def clip(surface: Any) -> None:
    _heading(surface).height = 10


def tear(surface: Any) -> None:
    _heading(surface).settle(30)


def pale(surface: Any) -> None:
    _heading(surface).color = 0.9, 0.87, 0.83, 1


def faint(surface: Any) -> None:
    _target(surface).ink = 0.5, 0.6, 0.5, 1


def borderless(surface: Any) -> None:
    target = surface.choices[0]
    target.edge = target.fill = 0.965, 0.94, 0.9, 1


def tiny(surface: Any) -> None:
    _heading(surface).font_size = 12


def boxed(surface: Any) -> None:
    _heading(surface).text = "红楼梦"


def loud(surface: Any) -> None:
    _target(surface).font_size = 200


FLAWS: tuple[Flaw, ...] = (
    shrink,
    crowd,
    leave,
    overlap,
    clip,
    tear,
    pale,
    faint,
    borderless,
    tiny,
    boxed,
    loud,
)


def answered(gallery: Gallery) -> list[str]:
    """Whether the frame after a finger came down shows it."""
    from kivy.base import EventLoop  # noqa: PLC0415  # configured now

    gallery.judge(Combination("pad-3", "id", Viewing()))
    target = gallery._surface.choices[0]
    place = target.x + 8, target.center_y
    before = contrast.at(gallery._picture(), *place)
    target.state = "down"
    EventLoop.idle()
    return [] if contrast.at(gallery._picture(), *place) != before else ["a touch is not seen"]


def turned() -> list[str]:
    """Whether a page turned and turned back is what it was: a long list is laid out once."""
    from kiosk.touchscreen.flow import Flow  # noqa: PLC0415  # configured now
    from kiosk.touchscreen.widgets import Text  # noqa: PLC0415  # configured now

    flow, box = Flow(), Box(0, 0, 300, 200)
    flow.fill([Text(text="halaman " * 400)])
    shown = []
    for pages in (0, 1, -1):
        flow.turn(pages)
        flow.arrange(box)
        shown.append(list(flow.children))
    first, second, back = shown
    return [] if first == back != second else ["lays a list out anew for every page"]


def remade() -> list[str]:
    """The rows that became other widgets though they say the same as before."""
    from kiosk.touchscreen.books import Rows  # noqa: PLC0415  # configured now

    shown = Rows()
    one, other, third = (Row(title, "", "", Tone.GOOD) for title in "abc")
    first, second, alike = shown.of((one, other, other))
    now = shown.of((other, third, one, other))
    assert len({*now}) == len(now), "each stands in a place of its own"
    same = zip((second, first, alike), (now[0], now[2], now[3]), strict=True)
    return [before.title for before, after in same if before is not after]


def blurred(gallery: Gallery) -> list[str]:
    """The keys whose edges are drawn otherwise than the first one's: some between two pixels."""
    gallery.judge(Combination("search", "id", Viewing()))
    gallery._surface.focus(None)
    gallery._idle()
    picture = gallery._picture()
    keys = [one for one in gallery._surface.choices if type(one).__name__ == "Key"]
    assert any(key.y % 1 for key in keys), "they are laid where it comes out"
    edges = {
        key.name[1]: [contrast.at(picture, key.center_x, round(key.y) + up) for up in range(-1, 2)]
        for key in keys
    }
    first = edges[keys[0].name[1]]
    return [name for name, edge in edges.items() if edge != first]


def halfway(gallery: Gallery) -> list[str]:
    """What is pale about targets in the ring that were laid between two pixels."""
    from kiosk.touchscreen.audit.faults import pale  # noqa: PLC0415  # configured now

    found = []
    for half in (0.5, 1.5):
        gallery.judge(Combination("pad-3", "id", Viewing()))
        surface = gallery._surface
        for name, target in surface.targets.items():
            target.y = int(target.y) + half
            surface.focus(name)
            gallery._idle()
            found += pale(surface, gallery._picture(), Viewing())
    return found


def unfocused(gallery: Gallery) -> list[str]:
    """A page of staff mode on which nothing can be chosen."""
    wanted = Combination("staff-menu", "id", Viewing())
    gallery.judge(wanted)
    for target in gallery._surface.choices:
        target.disabled = True
    return gallery._judge_page(wanted, 0)


def ringless(gallery: Gallery) -> list[str]:
    """A page of staff mode whose ring nobody sees."""
    wanted = Combination("staff-menu", "id", Viewing())
    gallery.judge(wanted)
    for target in gallery._surface.choices:
        target.canvas.before.clear()
    return gallery._judge_page(wanted, 0)


def main() -> None:
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        panel = coarse(PANELS["portrait-15.6in"])
        gallery = Gallery(panel, Path(home))
        from kiosk.touchscreen.audit.faults import faults, pale  # noqa: PLC0415  # configured now

        found["nothing"] = gallery.judge(Combination("pad-3", "id", Viewing()))
        for flaw in FLAWS:
            gallery.judge(Combination("pad-3", "id", Viewing()))
            flaw(gallery._surface)
            gallery._idle()
            found[flaw.__name__] = [
                *faults(gallery._surface, gallery._app.measures, Viewing(), panel.height),
                *pale(gallery._surface, gallery._picture(), Viewing()),
            ]
        found["answered"] = answered(gallery)
        found["turned"] = turned()
        found["remade"] = remade()
        found["blurred"] = blurred(gallery)
        found["halfway"] = halfway(gallery)
        found["unfocused"] = unfocused(gallery)
        found["ringless"] = ringless(gallery)
        found["mute"] = _unspoken("")
        scene = gallery._app.stage(STATES["pad-3"], NOW, Viewing())
        gallery._idle()
        found["reach"] = faults(gallery._surface, gallery._app.measures, Viewing(), 300.0)
        shown = {word for text in texts(scene.body) for word in text.split()}
        found["lost"] = _lost(scene, shown - {"benar?"})
        found["unreached"] = _unreached(scene, set())
        found["hidden"] = _hidden(scene, set())
        greeting = gallery._app.stage(STATES["welcome"], NOW, Viewing())
        found["scattered"] = _scattered(greeting, {(1, 2): ["Tempelkan kartu Anda"]})
        words = gallery._app._catalogues["id"]
        sentences = {key: text for key, text in words.sentences.items() if key not in UNTRANSLATED}
        gallery._app._catalogues["id"] = replace(words, sentences=sentences)
        found["untranslated"] = gallery.judge(Combination("pad-3", "id", Viewing()))
        found["untranslated_staff"] = gallery.judge(Combination("staff-menu", "id", Viewing()))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
