"""The far end of a cable: a simulated device on a real pseudo-terminal, under a stable name.

One thread owns the terminal. It waits with select and closes what it waits on itself: closing the
master while another thread is blocked reading it would leave the terminal alive.
"""

import os
import pty
import select
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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


class PseudoTerminal:
    """Plugs and unplugs a device at `path`, a symbolic link such as udev makes for a real one."""

    def __init__(self, path: Path, power_on: Callable[[], Peer]) -> None:
        self.path = path
        self._power_on = power_on
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
            gap = _GAP_S if line and line.is_listening else None
            ready, _, _ = select.select(waited_on, [], [], gap)
            if self._wake_reader in ready:
                os.read(self._wake_reader, 1)
                wish, done = self._wishes.get()
                runs = wish()
                done.set()
            elif line:
                line.carry(heard=bool(ready))

    def _plug(self) -> bool:
        if self._line is None:
            self._line = _Line(self._power_on())
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

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.name = os.ttyname(self._slave)
        self.is_listening = False

    def carry(self, *, heard: bool) -> None:
        self.is_listening = heard
        if not heard:
            self._peer.silence()
            return
        self.say(self._peer.hear(os.read(self.master, _CHUNK)))

    def say(self, data: bytes) -> None:
        # There is no handshake on these lines: what nobody takes is lost.
        with suppress(BlockingIOError):
            os.write(self.master, data)

    def close(self) -> None:
        os.close(self.master)
        os.close(self._slave)
