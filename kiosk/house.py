"""What the library decides about its kiosk's screen, from the settings. Pure."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Final

from broker.appearance import PLAIN, Appearance


@dataclass(frozen=True, slots=True)
class House:
    """`name` heads a receipt; `hold_place` by language says where a reserved book is put.

    What the server says of both, its `look`, goes before. `typed_numbers`: a card's number may be
    typed, which proves less than the card itself.
    `prints`: a receipt printer is fitted. A page that nobody touches ends after `idle_seconds`.
    """

    name: str = ""
    hold_place: tuple[tuple[str, str], ...] = ()
    typed_numbers: bool = False
    prints: bool = False
    look: Appearance = PLAIN
    idle_seconds: float = 60.0

    @property
    def called(self) -> str:
        """The library's name; empty when nobody has said it."""
        return self.look.name or self.name

    @property
    def logo(self) -> bytes:
        """A PNG; empty when there is none."""
        return b64decode(self.look.logo)

    def place_of_holds(self, language: str) -> str:
        """Empty when the library has not said."""
        return self.look.hold_place.said(language) or dict(self.hold_place).get(language, "")

    def welcome(self, language: str) -> str:
        """The sentence under the greeting; empty when the library has none of its own."""
        return self.look.welcome.said(language)


NO_HOUSE: Final = House()
