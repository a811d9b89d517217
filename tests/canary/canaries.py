"""Words that exist once in the world, and every form in which one could be written down. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a canary stands for."""

    CARD = "card"
    NUMBER = "number"
    NAME = "name"
    TITLE = "title"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Canary:
    kind: Kind
    word: str

    def forms(self) -> Iterator[bytes]:
        """In text of any case, in UTF-16, in base64 at any offset; a card also as its bytes."""
        for text in {self.word, self.word.lower(), self.word.upper()}:
            yield text.encode()
            yield text.encode("utf-16-le")
            yield from _in_base64(text.encode())
        if self.kind is Kind.CARD:
            raw = bytes.fromhex(self.word)
            yield raw
            yield raw[::-1]
            yield from _in_base64(raw)


class Cage:
    """All canaries, ready to be searched for."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._forms = [(form, canary) for canary in canaries for form in set(canary.forms())]

    def heard_in(self, content: bytes) -> dict[Kind, set[str]]:
        """Which canaries sing in these bytes."""
        found: dict[Kind, set[str]] = {}
        for form, canary in self._forms:
            if form in content:
                found.setdefault(canary.kind, set()).add(canary.word)
        return found


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """The middle of its base64 when other bytes go before and after it."""
    for before in range(3):
        encoded = b64encode(bytes(before) + raw + bytes(3))
        start = -(-before * 8 // 6)
        yield encoded[start : (before + len(raw)) * 8 // 6]
