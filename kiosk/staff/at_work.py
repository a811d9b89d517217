"""The station that staff mode works in: its pad, and what it owes the server."""

from broker.shelves import ListShelf, ListShelves
from broker.vocabulary import PatronId
from devices.pad import Pad
from devices.stack import ReaderWork
from kiosk.courier import Courier
from kiosk.staff.heard import DebtTold
from kiosk.staff.inventory import Result, told
from kiosk.staff.words import Debt
from kiosk.station import Station


class AtWork:
    """A running station as its staff mode needs it."""

    def __init__(self, pad: Pad, courier: Courier, station: Station) -> None:
        self._pad = pad
        self._courier = courier
        self._station = station

    def use_pad(self, work: ReaderWork) -> None:
        self._pad.use(work)

    @property
    def now(self) -> float | None:
        """Seconds since 1970 UTC, as far as anybody knows."""
        return self._courier.now

    def ask(self, question: ListShelves | ListShelf) -> None:
        self._station.ask(question)

    def tell_walk(self, shelf: str, results: tuple[Result, ...]) -> bool:
        """Whether the disk has all of it: it is owed to the server then."""
        return self._station.tell(told(self._station.new_act(), shelf, results))

    def send_again(self) -> None:
        self._courier.send_again()

    def is_staff(self, number: PatronId) -> bool:
        """By what the server said last, which outlives a start without it."""
        desired = self._station.orders.desired
        return desired is not None and number in desired.staff

    def debt(self) -> DebtTold:
        """How many facts are unsent, how old the oldest is, and what keeps them."""
        count, since = self._station.debt
        now = self._courier.now
        age = None if since is None or now is None else max(0.0, now - since)
        if count == 0:
            why = Debt.NONE
        elif since is None:
            why = Debt.DISK
        elif not self._courier.connected:
            why = Debt.NO_LINE
        else:
            why = Debt.WAITING if self._courier.online else Debt.SERVER_SILENT
        return DebtTold(count, age, why)
