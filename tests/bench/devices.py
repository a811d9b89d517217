"""A FEIG pad against the time that its line and the air must take, and what idle watching costs.

The simulators run in a process of their own, at a real reader's pace. The floor comes from the
questions and answers that passed and from the model of the air, not from the simulator.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any

from devices import air_time
from devices.air_time import Modulation
from devices.capabilities import TagUid
from devices.card_watch import CardReaderHealthy, CardWatch
from devices.feig.driver import FeigReader
from devices.feig.frame import Receiver as Frames
from devices.feig.protocol import (
    Inventory,
    ReadBlocks,
    RfReset,
    SystemInformation,
    WriteAfi,
    request_of,
)
from devices.feig.simulator import FeigPeer
from devices.link import Link, Parity, open_serial
from devices.nfc.driver import NfcReader
from devices.nfc.simulator import NfcField
from devices.pad import Pad
from devices.pad_events import PadHealthy
from devices.pseudo_terminal import Pace, PseudoTerminal
from devices.settings import TagSettings
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from devices.writing import write_afi

STACKS = (1, 5, 10, 20, 30)
BOOKS_BETWEEN = (5, 30)
BAUDS = (38400, 115200)
MOST_RATIO, MOST_GROWTH, MOST_SHARE = 1.10, 1.03, 0.03
BITS, GAP = 11, 0.005
SECURED, RELEASED = 0x07, 0xC2
BLOCK = 4
PATIENCE = 10.0


def device_figures(folder: Path, rounds: int) -> Iterator[dict[str, float | str]]:
    """Stacks of books at every speed, then a pad and a card reader that see nothing."""
    for baud in BAUDS:
        ratios = []
        for books in STACKS:
            turns = rounds if books <= BOOKS_BETWEEN[0] else max(1, rounds // 3)
            with _simulators(folder, baud, books) as (pad, _):
                seconds, floor = _stack(pad, baud, books, turns)
            ratios.append(seconds / floor)
            size = {"baud": baud, "books": books, "seconds": round(seconds, 4)}
            yield _figures("a stack", ratios[-1], MOST_RATIO, **size, floor=round(floor, 4))
        few, many = (ratios[STACKS.index(books)] for books in BOOKS_BETWEEN)
        yield _figures("growth from 5 books to 30", many / few, MOST_GROWTH, baud=baud)
    with _simulators(folder, BAUDS[0], 0) as (pad, card):
        share = _idle_share(pad, card, 2.0 * rounds)
    yield _figures("idle share of a core", share, MOST_SHARE)


def _figures(name: str, ratio: float, limit: float, **more: float) -> dict[str, float | str]:
    return {"bench": f"devices: {name}", **more, "ratio": round(ratio, 4), "at_most": limit}


def _stack(pad: str, baud: int, books: int, turns: int) -> tuple[float, float]:
    """Seconds and their floor: inventory, and of each book 32 bytes read, its AFI written."""
    link = Overheard(open_serial(pad, baud, Parity.EVEN))
    reader = FeigReader(link)
    reader.inventory()
    passed = []
    for turn in range(turns):
        link.forget()
        begun = perf_counter()
        for uid in reader.inventory():
            reader.read_blocks(uid, 0, 8)
            write_afi(reader, uid, RELEASED if turn % 2 == 0 else SECURED)
        passed.append((perf_counter() - begun, link.floor(baud, _uids(books))))
    reader.close()
    seconds, floor = (median(each) for each in zip(*passed, strict=True))
    return seconds, floor


class Overheard:
    """A link that remembers what passed."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asked: list[bytes] = []
        self._characters = 0

    def send(self, data: bytes) -> None:
        self._asked.append(data)
        self._characters += len(data)
        self._link.send(data)

    def receive(self, timeout: float) -> bytes:
        heard = self._link.receive(timeout)
        self._characters += len(heard)
        return heard

    def drain(self) -> None:
        self._link.drain()

    def close(self) -> None:
        self._link.close()

    def forget(self) -> None:
        self._asked.clear()
        self._characters = 0

    def floor(self, baud: int, uids: list[TagUid]) -> float:
        """Seconds that the line, the air and the reader take, whatever our side does."""
        on_line = self._characters * BITS / baud
        return on_line + sum(GAP + _on_air(asked, uids) for asked in self._asked)


def _on_air(asked: bytes, uids: list[TagUid]) -> float:
    frames = Frames()
    frames.hear(asked)
    frame = frames.next_frame()
    match frame and request_of(frame):
        case RfReset():
            return air_time.FIELD_RESET
        case Inventory(more=False):
            return air_time.inventory(uids, Modulation.ASK_100)
        case Inventory():
            return 0.0
        case ReadBlocks(_, _, count):
            return air_time.reading(count, BLOCK)
        case WriteAfi():
            return air_time.writing_value()
        case SystemInformation():
            return air_time.describing()
    raise AssertionError(f"no floor for {asked.hex()}")


def _idle_share(pad: str, card: str, seconds: float) -> float:
    """Process time over time, of a pad and a card watch that poll and see nothing."""
    told: dict[str, threading.Event] = {"pad": threading.Event(), "card": threading.Event()}

    def tell(event: Any) -> None:
        if isinstance(event, PadHealthy | CardReaderHealthy):
            told["pad" if isinstance(event, PadHealthy) else "card"].set()

    tags = TagSettings((), SECURED, RELEASED)
    watches = (
        Pad(lambda: FeigReader(open_serial(pad, BAUDS[0], Parity.EVEN)), tags, tell),
        CardWatch(lambda: NfcReader(card), tell),
    )
    for watch in watches:
        watch.start()
    for event in told.values():
        assert event.wait(PATIENCE)
    begun, spent = perf_counter(), process_time()
    threading.Event().wait(seconds)
    share = (process_time() - spent) / (perf_counter() - begun)
    for watch in watches:
        watch.stop()
    return share


@contextmanager
def _simulators(folder: Path, baud: int, books: int) -> Iterator[tuple[str, str]]:
    """The paths of a pad with so many books and of an empty card reader, in another process."""
    command = [sys.executable, "-m", __name__, str(folder / "pad"), str(baud), str(books)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pad, card = process.stdout.readline().split()
        try:
            yield pad, card
        finally:
            process.stdin.close()


def _uids(books: int) -> list[TagUid]:
    chance = Random(books)
    return [TagUid(b"\xe0\x04\x01\x50" + chance.randbytes(4)) for _ in range(books)]


def main() -> None:
    """The simulators, until standard input ends."""
    path, baud, books = sys.argv[1:]
    field = TagField(*(SimulatedTag(uid, bytes(112), afi=SECURED) for uid in _uids(int(books))))
    pace = Pace(int(baud), field.seconds_on_air, BITS, GAP)
    pad, cards = PseudoTerminal(Path(path), lambda: FeigPeer(field), pace), NfcField()
    pad.plug()
    cards.start()
    print(path, cards.path, flush=True)
    sys.stdin.read()
    pad.close()
    cards.stop()


if __name__ == "__main__":
    main()
