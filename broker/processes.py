"""Starting a program that ends when its parent ends, however that happens."""

import subprocess
import time
from collections.abc import Sequence
from typing import IO, Final

# The kernel signals the child when its parent is gone; setpriv is in every Debian (util-linux).
_TIED: Final = ("setpriv", "--pdeathsig")
PATIENCE_SECONDS: Final = 10.0


def start_tied(
    command: Sequence[str], *, ending: str = "TERM", output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """The running child; the kernel sends it `ending` when we die. `output` takes both streams."""
    return subprocess.Popen(  # noqa: S603 our own programs, no shell
        [*_TIED, ending, "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
    )


def stop(child: subprocess.Popen[bytes]) -> int:
    """Asks the child to end, kills it when it does not; its exit status."""
    return stop_all([child])[0]


def stop_all(
    children: Sequence[subprocess.Popen[bytes]], patience: float = PATIENCE_SECONDS
) -> list[int]:
    """As `stop`, all at once: they have so many seconds together."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + patience
    for child in children:
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    return [child.wait() for child in children]
