"""Tags for tests: good books, published dumps and damaged ones."""

from devices.capabilities import TagUid
from devices.settings import TagSettings
from devices.simulated_tag import SimulatedTag
from devices.tags.iso28560_3 import DSFID, Label
from tests.vectors.read import vectors

SECURED = 0x07
ON_LOAN = 0xC2
OURS = TagSettings(("ID-1275014",), afi_secured=SECURED, afi_released=ON_LOAN)
PUBLISHED = {
    tag["id"]: bytes.fromhex(tag["hex"])
    for name in ("iso28560_3_tags", "iso28560_2_tags")
    for tag in vectors(name)["tags"]
}


def uid(number: int) -> TagUid:
    """An NXP SLIX UID."""
    return TagUid(bytes.fromhex("E0040150") + number.to_bytes(4, "big"))


def book(number: int, blocks: int = 28) -> SimulatedTag:
    """A sound tag of book B00001 and so on."""
    label = Label(f"B{number:05}", 1, 1, 1, "ID", "1275014")
    return SimulatedTag(uid(number), label.encode(blocks * 4), afi=SECURED, dsfid=DSFID)


def damaged_book(number: int) -> SimulatedTag:
    """The same, with one bit of its number changed."""
    sound = book(number)
    memory = bytearray(sound.memory)
    memory[5] ^= 0x01
    return SimulatedTag(sound.uid, bytes(memory), afi=SECURED, dsfid=DSFID)
