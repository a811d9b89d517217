"""Our end of a relay board that switches a lamp."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from devices.capabilities import LampColour
from devices.conversation import Conversation, Question
from devices.errors import NoAnswer, Refused
from devices.lcus.protocol import Ask, Receiver, Relays, Switch
from devices.link import Link, Parity

SPEEDS: Final[tuple[tuple[int, Parity], ...]] = ((9600, Parity.NONE),)
# The board takes one command at a time (see the package).
_BETWEEN_S: Final = 0.1
_ASKED_EVERY_S: Final = 2.0
_BOARDS: Final = (8, 4, 2)


def identify(link: Link, answer_within: float) -> str:
    """How many relays it tells of. Raises DeviceError where nobody answers, as no LCUS-1 does."""
    first = _asked(1)
    conversation = Conversation(link, Receiver, first, answer_within)
    conversation.ask(first)
    for channels in _BOARDS:
        with suppress(NoAnswer):
            conversation.ask(_asked(channels))
            return f"LCUS board, {channels} relays"
    return "LCUS board, 1 relay"


class LcusLamp:
    """A lamp for one thread; `channels` as `devices.lamp.places` has them.

    A board that `answers` is asked every two seconds which relays are on. `answer_within` is in
    seconds.
    """

    wears_out = True

    def __init__(
        self,
        link: Link,
        channels: Mapping[LampColour, int],
        answer_within: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._channels = channels
        self._fitted = sorted(set(channels.values()))
        self._on: dict[int, bool] = {}
        self._clock = clock
        self._pause = threading.Event()
        self._sent_at = self._asked_at = clock() - _ASKED_EVERY_S
        self._question = _asked(self._fitted[-1])
        self._conversation = (
            None
            if answer_within is None
            else Conversation(link, Receiver, self._question, answer_within, clock)
        )

    def light(self, colour: LampColour | None) -> None:
        """That colour alone, or none; the others go out first."""
        wanted = None if colour is None else self._channels[colour]
        asked = {channel: channel == wanted for channel in self._fitted}
        changed = [channel for channel in self._fitted if self._on.get(channel) != asked[channel]]
        for channel in sorted(changed or self._fitted, key=asked.__getitem__):
            self._in_turn()
            self._link.send(Switch(channel, asked[channel]).encode())
        self._on = asked
        if self._conversation is not None and self._clock() - self._asked_at >= _ASKED_EVERY_S:
            self._in_turn()
            self._compare(self._conversation)

    def close(self) -> None:
        self._link.close()

    def _compare(self, conversation: Conversation[Relays]) -> None:
        self._asked_at = self._clock()
        told = conversation.ask(self._question).on
        wrong = [channel for channel, on in self._on.items() if told[channel - 1] is not on]
        if wrong:
            raise Refused(f"relay {wrong[0]} is not as it was told: check the board's power")

    def _in_turn(self) -> None:
        left = self._sent_at + _BETWEEN_S - self._clock()
        if left > 0:
            self._pause.wait(left)
        self._sent_at = self._clock()


def _asked(channels: int) -> Question[Relays, Relays]:
    """The question whose answer is over when it has told of so many relays."""

    def answer_of(told: Relays) -> Relays | None:
        return told if len(told.on) >= channels else None

    return Question(Ask().encode(), answer_of, "the state of the relays")
