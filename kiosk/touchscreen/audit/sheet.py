"""Contact sheets: pictures side by side, for the eye that sees what no rule names."""

from itertools import product
from pathlib import Path
from typing import Final

from PIL import Image

from kiosk.touchscreen.audit.combinations import Combination
from kiosk.touchscreen.audit.pseudo import PSEUDO
from kiosk.touchscreen.viewing import Viewing

ACROSS: Final = 4
CELL: Final = 480  # pixels, the longer side of a picture
_STATES: Final = ("welcome", "card", "pad-3", "result-mixed", "return-8-offline", "goodbye-3")
_LOOKS: Final = {
    "standard": Viewing(),
    "contrast": Viewing(high_contrast=True),
    "large": Viewing(large_text=True),
    "reach": Viewing(reach=True, tall_panel=True),
}


def _sheet(viewing: Viewing) -> tuple[Combination, ...]:
    plain = [Combination(*one, viewing) for one in product(_STATES, ("id",))]
    fuller = ("result-mixed-ending", "out-pad-after-lent", "welcome-no-card-reader")
    longer = [Combination(state, PSEUDO, viewing) for state in fuller]
    adjusting = Viewing(
        viewing.large_text,
        viewing.high_contrast,
        viewing.reach,
        voice=True,
        adjusting=True,
        tall_panel=viewing.tall_panel,
    )
    ending = "pad-3-ending-offline"
    panel = [Combination(ending, "id", viewing), Combination(ending, "en", adjusting)]
    return (*plain, *longer, *panel)


SHEETS: Final = {name: _sheet(viewing) for name, viewing in _LOOKS.items()}


def contact_sheet(pictures: list[Path], out: Path) -> None:
    """Pictures of one size, `ACROSS` in a row, saved as PNG."""
    first = Image.open(pictures[0])
    scale = CELL / max(first.size)
    wide, high = (round(side * scale) for side in first.size)
    rows = -(-len(pictures) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (wide + 8), rows * (high + 8)), "gray")
    for at, path in enumerate(pictures):
        small = Image.open(path).resize((wide, high), Image.Resampling.LANCZOS)
        sheet.paste(small, ((at % ACROSS) * (wide + 8), (at // ACROSS) * (high + 8)))
    sheet.save(out)
