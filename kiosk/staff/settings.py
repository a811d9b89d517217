"""What a kiosk's settings file says of its staff: `[staff]`, made with `sirkula staff`."""

from typing import Literal

from msgspec import Struct

from broker.staff_keys import StaffCards, parsed
from devices.tags.models import Model


class StaffSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may enter staff mode, and what the tag station writes.

    `code` and each of `cards` are hashes; `card_key` is what the cards' were made with. The
    server's cards open the door as well. `model` is written to tags, with the first of the site's
    owners where it has room for one.
    """

    code: str = ""
    card_key: str = ""
    cards: tuple[str, ...] = ()
    model: Literal["iso28560-3", "iso28560-2", "rfid501", "text"] = "iso28560-3"

    def __post_init__(self) -> None:
        if self.code:
            parsed(self.code)
        self.known_cards()

    def known_cards(self) -> StaffCards:
        """Raises ValueError for what is no hash."""
        return StaffCards(self.card_key, self.cards)

    def data_model(self) -> Model:
        return Model(self.model)
