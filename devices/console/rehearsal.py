"""Looking at a running kiosk's screen and touching it, over its loopback rehearsal line."""

import socket
from pathlib import Path
from typing import Any, Final

import msgspec

from broker.errors import SirkulaError

_PATIENCE_SECONDS: Final = 30.0


class NotRehearsing(SirkulaError):
    """The kiosk's rehearsal line is silent, or it could not do what was asked."""


class Book(msgspec.Struct, frozen=True):
    """One row of the kiosk's list."""

    item: str | None
    stage: str
    title: str = ""
    due: str | None = None
    reason: str | None = None
    problem: str | None = None


class Target(msgspec.Struct, frozen=True):
    """A button that can be touched now, and its middle in pixels from the upper left."""

    button: str
    x: int
    y: int
    subject: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What the kiosk shows; `focus` is the button the keypad is at."""

    screen: str
    language: str
    books: tuple[Book, ...]
    texts: tuple[str, ...]
    targets: tuple[Target, ...] = ()
    focus: str | None = None


class Rehearsal:
    """One kiosk's screen. Every method raises NotRehearsing when it does not answer."""

    def __init__(self, port: int) -> None:
        self._port = port

    def shown(self) -> Shown:
        return msgspec.convert(self._ask("screen"), Shown)

    def touch(self, button: str) -> None:
        self._ask(f"touch {button}")

    def screenshot(self, path: Path) -> None:
        self._ask(f"screenshot {path}")

    def _ask(self, command: str) -> Any:
        try:
            with socket.create_connection(("127.0.0.1", self._port), _PATIENCE_SECONDS) as line:
                line.sendall(f"{command}\n".encode())
                answer = msgspec.json.decode(line.makefile("rb").readline())
        except (OSError, msgspec.MsgspecError) as error:
            raise NotRehearsing(f"{command}: {error}") from error
        if "error" in answer:
            raise NotRehearsing(f"{command}: {answer['error']}")
        return answer
