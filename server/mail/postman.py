"""Takes letters to the mail server, with threads of its own: no other question waits for it.

What is too late for whoever asked is not sent at all: they were told that it may not have been.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from broker.receipts import ReceiptSent
from broker.requests import Answer
from broker.vocabulary import DeviceId, Reason, Refusal
from server.mail.letter import Letterhead, written
from server.mail.letterbox import Asker, Letterbox, Posted
from server.mail.relay import FateUnknown, NotSent, Relay

_THREADS: Final = 4
_IDLE_SECONDS: Final = 0.5

log: Final = structlog.get_logger()

# Device, correlation, answer and time.
Say = Callable[[DeviceId, str, Answer, float], None]


class Postman:
    """`say` answers a station; `now` is seconds since 1970 UTC; all ends when `stopping` is set."""

    def __init__(
        self,
        letterbox: Letterbox,
        relay: Relay,
        letterhead: Letterhead,
        clock: tuple[Callable[[], float], ZoneInfo],
        say: Say,
        stopping: threading.Event,
    ) -> None:
        self._letterbox, self._relay, self._letterhead = letterbox, relay, letterhead
        self._now, self._zone = clock
        self._say, self._stopping = say, stopping
        self._threads = [
            threading.Thread(target=self._run, name=f"postman {number}", daemon=True)
            for number in range(_THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Until every letter that is on its way has been sent, or not."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        """An error that nobody foresaw stops the program."""
        try:
            while not self._stopping.is_set():
                posted = self._letterbox.take(_IDLE_SECONDS)
                if posted is not None:
                    self._deliver(posted)
        finally:
            self._stopping.set()

    def _deliver(self, posted: Posted) -> None:
        now = self._now()
        left = max(asker.until for asker in tuple(posted.askers)) - now
        if left <= 0:
            self._letterbox.not_sent(posted)
            return
        letter = posted.letter
        message = written(letter, self._letterhead, datetime.fromtimestamp(now, self._zone))
        try:
            self._relay.send(letter.to, message, left)
        except NotSent as error:
            log.warning("a receipt was not mailed", problem=str(error))
            self._tell(self._letterbox.not_sent(posted), Refusal(Reason.MAIL_FAILED))
        except FateUnknown as error:
            log.warning("a receipt may not have been mailed", problem=str(error))
            self._letterbox.doubtful(posted)
        else:
            self._tell(self._letterbox.sent(posted), ReceiptSent(letter.act))

    def _tell(self, askers: tuple[Asker, ...], answer: Answer) -> None:
        for asker in askers:
            self._say(asker.device, asker.correlation, answer, self._now())
