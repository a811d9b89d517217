"""What a library's system says of itself, for whoever sets it up. Pure."""

from dataclasses import dataclass
from typing import Protocol

from server.ils.port import LibrarySystem


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """`product` is what it is; `clock_ahead` of ours in seconds, None when it tells no time.

    `quirks` are what was seen of it now that differs from what it should be.
    """

    product: str
    clock_ahead: float | None
    quirks: tuple[str, ...] = ()


class Examinable(LibrarySystem, Protocol):
    """A system that can be looked at; every kind of ours can."""

    def status(self) -> SystemStatus:
        """Read only. Raises NothingSent."""

    def tend(self) -> None:
        """Keeps what is idle alive; to be called every few seconds."""

    def close(self) -> None: ...
