"""The far end of a cable: a simulated device on a real pseudo-terminal, under a stable name.

One thread owns the terminal. It waits with select and closes what it waits on itself: closing the
master while another thread is blocked reading it would leave the terminal alive. Answers come at
once, or, with a pace, when a real device's would.
"""

import os
import pty
import select
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Protocol

# Real readers drop a frame after 12 ms without a byte; a busy computer needs more than that.
_GAP_S: Final = 0.1
_CHUNK: Final = 4096


class Peer(Protocol):
    """A simulated device between plugging and unplugging: bytes in, bytes out."""

    def hear(self, data: bytes) -> bytes:
        """What it sends in return, often nothing."""

    def silence(self) -> None:
        """Nothing more came for a while; a half frame is forgotten."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a real line and device take: a character has 11 bits with parity, 10 without.

    `gap` is what the device takes for itself over each question, and `on_air` tells what its
    commands took since it was asked last, both in seconds.
    """

    baud: int
    on_air: Callable[[], float]
    bits_per_character: int = 11
    gap: float = 0.005

    def answered_at(self, begun_at: float, asked: bytes, told: bytes) -> float:
        """When the last character is through, of what was told or else of what was asked."""
        on_line = len(asked + told) * self.bits_per_character / self.baud
        return begun_at + on_line + (self.on_air() + self.gap if told else 0.0)


class PseudoTerminal:
    """Plugs and unplugs a device at `path`, a symbolic link such as udev makes for a real one."""

    def __init__(self, path: Path, power_on: Callable[[], Peer], pace: Pace | None = None) -> None:
        self.path = path
        self._power_on = power_on
        self._pace = pace
        self._wake_reader, self._wake_writer = os.pipe()
        self._wishes: SimpleQueue[tuple[Callable[[], bool], threading.Event]] = SimpleQueue()
        self._line: _Line | None = None
        self._thread = threading.Thread(target=self._run, name=f"simulated {path.name}")
        self._thread.daemon = True
        self._thread.start()

    def plug(self) -> None:
        """The device is there and its path can be opened when this returns."""
        self._wish(self._plug)

    def unplug(self) -> None:
        """The path is gone, and whoever had it open finds out, when this returns."""
        self._wish(self._unplug)

    def say(self, data: bytes) -> None:
        """The device sends of its own accord, if it is plugged."""
        self._wish(partial(self._say, data))

    def close(self) -> None:
        """Unplug for good."""
        if self._thread.is_alive():
            self._wish(self._stop)
            self._thread.join()
            os.close(self._wake_reader)
            os.close(self._wake_writer)

    def _wish(self, wish: Callable[[], bool]) -> None:
        done = threading.Event()
        self._wishes.put((wish, done))
        os.write(self._wake_writer, b"!")
        done.wait()

    def _run(self) -> None:
        runs = True
        while runs:
            line = self._line
            waited_on = [self._wake_reader, *([line.master] if line else [])]
            patience = line.patience(time.monotonic()) if line else None
            ready, _, _ = select.select(waited_on, [], [], patience)
            if self._wake_reader in ready:
                os.read(self._wake_reader, 1)
                wish, done = self._wishes.get()
                runs = wish()
                done.set()
            elif line:
                line.carry(time.monotonic(), heard=bool(ready))

    def _plug(self) -> bool:
        if self._line is None:
            self._line = _Line(self._power_on(), self._pace)
            fresh = self.path.with_name(f".{self.path.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._line.name)
            fresh.replace(self.path)
        return True

    def _unplug(self) -> bool:
        if self._line is not None:
            self.path.unlink(missing_ok=True)
            self._line.close()
            self._line = None
        return True

    def _say(self, data: bytes) -> bool:
        if self._line is not None:
            self._line.say(data)
        return True

    def _stop(self) -> bool:
        self._unplug()
        return False


class _Line:
    """One plugging: a pair of terminal ends, and the device behind the master."""

    def __init__(self, peer: Peer, pace: Pace | None) -> None:
        self._peer = peer
        self._pace = pace
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.name = os.ttyname(self._slave)
        self._silent_at = inf
        self._free_at = 0.0  # when a real device would be done with what it heard so far
        self._answers: deque[tuple[float, bytes]] = deque()

    def patience(self, now: float) -> float | None:
        """Seconds until something is to be done though nothing was heard."""
        due = min(self._silent_at, self._answers[0][0] if self._answers else inf)
        return None if due == inf else max(due - now, 0)

    def carry(self, now: float, *, heard: bool) -> None:
        if heard:
            self._silent_at = now + _GAP_S
            self._hear(os.read(self.master, _CHUNK), now)
        elif now >= self._silent_at:
            self._silent_at = inf
            self._peer.silence()
        while self._answers and self._answers[0][0] <= now:
            self.say(self._answers.popleft()[1])

    def say(self, data: bytes) -> None:
        # There is no handshake on these lines: what nobody takes is lost.
        with suppress(BlockingIOError):
            os.write(self.master, data)

    def _hear(self, data: bytes, now: float) -> None:
        answer = self._peer.hear(data)
        if self._pace:
            self._free_at = self._pace.answered_at(max(self._free_at, now), data, answer)
        if answer:
            self._answers.append((self._free_at, answer))

    def close(self) -> None:
        os.close(self.master)
        os.close(self._slave)
