"""The storm of visits before one window: `python -m tests.kiosk.touchscreen.wandering PANEL`.

Lays out every screen of another shape that it reaches, page by page, and prints as JSON how many
there were and what nobody would find on them. The same storm every time.
"""

import json
import sys
import tempfile
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from kiosk.languages.catalogue import read_catalogues
from kiosk.touchscreen.audit.combinations import PANELS
from kiosk.touchscreen.audit.gallery import Gallery
from kiosk.touchscreen.scene import Listing, Scene
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.viewing import Viewing
from tests.kiosk.test_visit_storm import KioskInTheOpen

CATALOGUES = read_catalogues()


def shape(drawn: Scene) -> object:
    """What decides where the buttons stand, as far as a scene knows."""
    rows = len(drawn.body.rows) if isinstance(drawn.body, Listing) else 0
    buttons = tuple((one.button, one.enabled, one.label) for one in drawn.controls)
    notes = tuple(note.sign for note in drawn.notes)
    return type(drawn.body), rows, buttons, notes, drawn.frame.help.enabled


def main() -> None:
    panel = PANELS[sys.argv[1]]
    found: dict[str, list[str]] = {}
    seen: set[object] = set()
    with tempfile.TemporaryDirectory() as home:
        gallery = Gallery(panel, Path(home))

        class KioskInTheWindow(KioskInTheOpen):
            @invariant()
            def everything_is_found(self) -> None:
                drawn = scene(self.visit, self.now, CATALOGUES[self.visit.language])
                if shape(drawn) in seen:
                    return
                seen.add(shape(drawn))
                name = f"{drawn.screen} {len(seen)}"
                found[name] = gallery.unfound(self.visit, self.now, Viewing())

        run_state_machine_as_test(
            KioskInTheWindow,
            settings=settings(
                max_examples=120,
                stateful_step_count=40,
                phases=[Phase.generate],
                derandomize=True,
                database=None,
                deadline=None,
            ),
        )
    faults = {name: told for name, told in found.items() if told}
    print(json.dumps({"shapes": len(seen), "faults": faults}))


if __name__ == "__main__":
    main()
