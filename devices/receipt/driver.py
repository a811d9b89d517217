"""Our end of a receipt printer: pieces of a receipt go out, and each is waited for.

So a small printer's buffer never overflows, and a printer that stops in the middle is noticed and
made to forget the rest, which would otherwise come out for the next patron.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from devices.capabilities import PrinterCondition, Receipt
from devices.errors import DeviceError, NoAnswer, NotPrinted
from devices.link import Link
from devices.receipt.job import pieces
from devices.receipt.layout import Paper
from devices.receipt.protocol import (
    CLEAR_BUFFERS,
    PAGES,
    TRANSMIT_PAPER,
    Receiver,
    condition_of,
    signals_of,
    status_question,
)

# How often a printer that works on a piece is asked whether it still can.
_MOST_TURNS: Final = 10
_Told = TypeVar("_Told")


class EscposPrinter:
    """A printer for one thread. `answer_within` is in seconds, for each question.

    Open it to print and close it then: a network printer serves one computer at a time, and hangs
    up on one that is quiet.
    """

    def __init__(
        self,
        link: Link,
        paper: Paper,
        answer_within: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._paper = paper
        self._answer_within = answer_within
        self._clock = clock
        self._receiver = Receiver()
        self._answers_may_be_late = False

    def condition(self) -> PrinterCondition:
        """What the sensors say now. Raises NoAnswer or Unplugged."""
        self._start_afresh()
        return self._ask()

    def print(self, receipt: Receipt) -> None:
        """Raises NotPrinted, NoAnswer or Unplugged; what was not printed is forgotten."""
        self._start_afresh()
        self._require_printing()
        try:
            for piece in pieces(receipt, self._paper):
                self._link.send(piece + TRANSMIT_PAPER)
                self._wait_for_printer()
            self._require_printing()
        except DeviceError:
            self._answers_may_be_late = True
            with suppress(DeviceError):
                self._link.send(CLEAR_BUFFERS)
            raise

    def close(self) -> None:
        self._link.close()

    def _wait_for_printer(self) -> None:
        """Until it has worked off all that was sent, and no longer than it can."""
        for _ in range(_MOST_TURNS):
            with suppress(NoAnswer):
                self._until(self._receiver.has_caught_up)
                return
            self._require_printing()
        raise NoAnswer("the printer can print, but does not come to an end")

    def _require_printing(self) -> None:
        condition = self._ask()
        if not condition.can_print:
            raise NotPrinted(condition)

    def _ask(self) -> PrinterCondition:
        answers = b""
        self._answers_may_be_late = True
        for page in PAGES:
            self._link.send(status_question(page))
            answers += bytes((self._until(self._receiver.next_status),))
        self._answers_may_be_late = False
        return condition_of(signals_of(answers))

    def _until(self, told: Callable[[], _Told | None]) -> _Told:
        """The only place where bytes and answers meet."""
        deadline = self._clock() + self._answer_within
        while (answer := told()) is None:
            left = deadline - self._clock()
            if left <= 0:
                raise NoAnswer(f"the printer said nothing within {self._answer_within} s")
            self._receiver.hear(self._link.receive(left))
        return answer

    def _start_afresh(self) -> None:
        """Answers do not say what they answer: after trouble, late ones are waited out."""
        if self._answers_may_be_late:
            deadline = self._clock() + self._answer_within
            while self._link.receive(self._answer_within) and self._clock() < deadline:
                continue
        self._link.drain()
        self._receiver = Receiver()
