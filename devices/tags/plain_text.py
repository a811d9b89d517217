"""A barcode written as plain ASCII, without any structure, as many cheap installations do. Pure.

Nothing on such a tag says what it is or whether it is damaged: for lending, a site has to say that
its tags are so, and where the text stands.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import BadTag

_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_PADS: Final = b"\0 "
_LEAST_TO_SNIFF: Final = 4


@dataclass(frozen=True, slots=True)
class TextField:
    """Where the text stands: the first byte and the room, the rest of which is 00 or blank."""

    start: int = 0
    length: int = 16

    def __post_init__(self) -> None:
        if self.start < 0 or self.length < 1:
            raise ValueError(f"no text of {self.length} characters from byte {self.start}")

    @property
    def end(self) -> int:
        return self.start + self.length

    def read(self, memory: bytes) -> str:
        """The text. Raises BadTag when there is none, or something else."""
        raw = memory[self.start : self.end].rstrip(_PADS)
        if not raw or raw.translate(None, _PRINTABLE):
            raise BadTag(f"no plain text in {self.length} bytes from byte {self.start}")
        return raw.decode("ascii")

    def encode(self, text: str, size: int = 0) -> bytes:
        """`size` bytes of memory, or as many as needed; padded with 00. Raises BadTag."""
        if self.end > (size or self.end):
            raise BadTag(f"text up to byte {self.end} does not fit into {size} bytes")
        raw = text.encode("ascii", "replace")
        memory = (bytes(self.start) + raw).ljust(max(size, self.end), b"\0")
        if self.read(memory) != text:
            raise BadTag(f"{text!r} is not plain ASCII of at most {self.length} characters")
        return memory


def sniffed(memory: bytes) -> str:
    """The text that is all there is on a tag, from block 0 on. Raises BadTag.

    >>> sniffed(b"B00012".ljust(112))
    'B00012'
    """
    text = TextField(0, max(len(memory), 1)).read(memory)
    if len(text) < _LEAST_TO_SNIFF:
        raise BadTag("too little text to be sure")
    return text
