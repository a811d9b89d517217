"""What the library decides about its kiosk's screen, from the settings. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class House:
    """`name` heads a receipt; `hold_place` by language says where a reserved book is put.

    `typed_numbers`: a card's number may be typed, which proves less than the card itself.
    `prints`: a receipt printer is fitted.
    """

    name: str = ""
    hold_place: tuple[tuple[str, str], ...] = ()
    typed_numbers: bool = False
    prints: bool = False

    def place_of_holds(self, language: str) -> str:
        """Empty when the library has not said."""
        return dict(self.hold_place).get(language, "")


NO_HOUSE: Final = House()
