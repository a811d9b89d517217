"""What a kiosk's settings file says of its staff: `[staff]`, made with `sirkula staff`."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from broker.vocabulary import PatronId
from devices.tags.models import Model
from kiosk.staff.door import card_hash, parsed

Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
_LEAST_KEY: Final = 16


class StaffSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may enter staff mode, and what the tag station writes.

    `code` and each of `cards` are hashes; `card_key` is what the cards' were made with, in
    hexadecimal. Without any of them nobody enters. `model` is written to tags, with the first of
    the site's owners where it has room for one.
    """

    code: str = ""
    card_key: str = ""
    cards: tuple[Hash, ...] = ()
    model: Literal["iso28560-3", "iso28560-2", "rfid501", "text"] = "iso28560-3"

    def __post_init__(self) -> None:
        if self.code:
            parsed(self.code)
        if self.cards and len(self.key) < _LEAST_KEY:
            raise ValueError(f"card_key has {_LEAST_KEY} bytes or more: `sirkula staff card`")

    @property
    def key(self) -> bytes:
        """Raises ValueError for what is not hexadecimal."""
        return bytes.fromhex(self.card_key)

    def is_staff(self, number: PatronId) -> bool:
        return bool(self.cards) and card_hash(number, self.key) in self.cards

    def data_model(self) -> Model:
        return Model(self.model)
