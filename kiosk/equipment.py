"""What a station works with, as narrow ports: the machine, its disk, its line and its hands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from broker.vocabulary import ActId
from devices.capabilities import TagUid
from kiosk.actions import Action
from kiosk.clock import Clock
from kiosk.courier import Courier
from kiosk.discretion import Discretion
from kiosk.happenings import Happening
from kiosk.ledger import Ledger
from kiosk.slip import Slip


class Conduct(Protocol):
    """A pure machine with a memory: the kiosk's visit or the drop box."""

    @property
    def busy(self) -> bool:
        """Whether a book is on its way."""

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        """What has to be done after `happening`; `now` is monotonic seconds."""


class TagSecurity(Protocol):
    """Writes a tag's security; the outcome comes back as TagWritten or TagNotWritten."""

    def secure(self, act: ActId, uid: TagUid) -> None: ...

    def release(self, act: ActId, uid: TagUid) -> None: ...


def no_printer(slip: Slip) -> None:
    """A station without one is never asked to print: `House.prints` says that none is fitted."""
    raise ValueError(f"no printer is fitted, and {len(slip.lines)} lines were to be printed")


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a station works with; `new_id` makes act ids that no other station ever makes.

    `print` returns at once; what came of it is heard as `Printed`.
    """

    ledger: Ledger
    courier: Courier
    discretion: Discretion
    tags: TagSecurity
    clock: Clock
    new_id: Callable[[], str]
    print: Callable[[Slip], None] = no_printer
