"""Questions to a device and its answers: the only place where bytes and frames meet.

A device answers in order, but most answers do not say which question they belong to. So after a
question that went wrong a harmless one is asked first, and its answer waited for: whatever was
still on its way has come before it, and is dropped.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from devices.errors import NoAnswer
from devices.link import Link

Frame = TypeVar("Frame")
Frame_co = TypeVar("Frame_co", covariant=True)
Answer = TypeVar("Answer")


class Receiver(Protocol[Frame_co]):
    """Bytes in any pieces, whole frames in order (every family's protocol has one)."""

    def hear(self, data: bytes) -> None: ...
    def next_frame(self) -> Frame_co | None: ...


@dataclass(frozen=True, slots=True)
class Question(Generic[Frame, Answer]):
    """What is sent, and its name for a technician.

    `answer_of` gives what a frame answers, None when it is no answer to this, or raises Garbled.
    """

    raw: bytes
    answer_of: Callable[[Frame], Answer | None]
    name: str


class Conversation(Generic[Frame]):
    """One question at a time over a link, for one thread. `answer_within` is in seconds."""

    def __init__(
        self,
        link: Link,
        receiver: Callable[[], Receiver[Frame]],
        harmless: Question[Frame, Any],
        answer_within: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._receiver = receiver
        self._harmless = harmless
        self._answer_within = answer_within
        self._clock = clock
        self._answers_may_be_late = False

    def ask(self, question: Question[Frame, Answer]) -> Answer:
        """The first answer to it. Raises NoAnswer, Unplugged or Garbled."""
        if self._answers_may_be_late:
            self._exchange(self._harmless)
        self._answers_may_be_late = True
        answer = self._exchange(question)
        self._answers_may_be_late = False
        return answer

    def close(self) -> None:
        self._link.close()

    def _exchange(self, question: Question[Frame, Answer]) -> Answer:
        receiver = self._receiver()
        self._link.drain()
        self._link.send(question.raw)
        deadline = self._clock() + self._answer_within
        while (left := deadline - self._clock()) > 0:
            receiver.hear(self._link.receive(left))
            while (frame := receiver.next_frame()) is not None:
                if (answer := question.answer_of(frame)) is not None:
                    return answer
        raise NoAnswer(f"{question.name}: nothing within {self._answer_within} s")
