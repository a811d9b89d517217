"""Cutting the power of a recorded day at any call, and what the next start makes of it."""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError

from broker.errors import SirkulaError
from broker.topics import Channel, parse
from kiosk.settings import ledger_path
from tests.crash import server_check, station_check
from tests.crash.disk import Disk
from tests.crash.recording import BadRecording, Call, Saw, heard, record
from tests.crash.server import Correspondence
from tests.crash.station import OWN

SUBJECTS = ("kiosk", "box", "server")
PROGRAMS = {
    "kiosk": ("tests.crash.station_day",),
    "box": ("tests.crash.station_day", "--box"),
    "server": ("tests.crash.server",),
}
ACTS = {"kiosk": 130, "box": 160, "server": 230}
# Every so many states of a server, its loans are derived anew as well.
THOROUGH_EVERY = 8
MEMORY = Path("/dev/shm")  # noqa: S108 a private folder is made below it


@dataclass(frozen=True, slots=True)
class Recorded:
    """One day of one subject: strace's lines, the witness's, and the folder as it ended."""

    subject: str
    folder: Path
    seed: int

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def calls(self) -> list[Call]:
        return list(heard(self.folder / "strace", self.state, self.folder / "witness"))


@dataclass(slots=True)
class Tally:
    """How many cuts were tried, how many of them broke something, and what the first ones broke."""

    states: int = 0
    lost: int = 0
    corrupt: int = 0
    other: int = 0
    told: list[str] = field(default_factory=list)

    def count(self, state: int, found: list[str]) -> None:
        self.states += 1
        self.lost += any(one.startswith("lost") for one in found)
        self.corrupt += any(one.startswith("corrupt") for one in found)
        self.other += bool(found) and not any(one.startswith(("lost", "corrupt")) for one in found)
        if found and len(self.told) < 5:
            self.told.append(f"{state}: {'; '.join(found[:3])}")

    def add(self, other: "Tally") -> None:
        self.states += other.states
        self.lost += other.lost
        self.corrupt += other.corrupt
        self.other += other.other
        self.told += other.told


def recorded(subject: str, folder: Path, seed: int, careless: str = "") -> Recorded:
    """Plays one day under strace, with PRAGMA synchronous turned down to `careless` if any.

    Raises BadRecording unless the recording is whole.
    """
    one = Recorded(subject, folder, seed)
    one.state.mkdir(parents=True)
    module, *options = PROGRAMS[subject]
    options += ["--acts", str(ACTS[subject]), "--seed", str(seed)]
    options += ["--careless", careless] if careless else []
    places = [str(one.state), str(folder / "witness")]
    record([sys.executable, "-m", module, *places, *options], folder / "strace")
    disk = Disk()
    for call in one.calls():
        disk.hear(call)
    # What is shared by memory is written past every call; a start makes it anew.
    seen = {path: content for path, content in disk.as_seen().items() if not path.endswith("-shm")}
    there = {str(path.relative_to(one.state)): path for path in one.state.rglob("*.db*")}
    if seen != {name: path.read_bytes() for name, path in there.items()}:
        raise BadRecording(f"{subject}: the files are not what was recorded")
    return one


def tried(one: Recorded, states: list[int]) -> Tally:
    """Cuts the power once for each number, which alone decides where and what survives."""
    calls = one.calls()
    chances = {state: Random(f"{one.seed} {one.subject} {state}") for state in states}
    cuts = sorted((chance.randrange(len(calls)), state) for state, chance in chances.items())
    examine = _Examiner(one)
    disk, words, at = Disk(), list[dict[str, Any]](), 0
    tally = Tally()
    for cut, state in cuts:
        for call in calls[at:cut]:
            disk.hear(call)
            words += [call.what] if isinstance(call, Saw) else []
        at = cut
        tally.count(state, list(examine(disk.survivors(chances[state]), words, state)))
    return tally


class _Examiner:
    """Lays out what survived, starts the product on it and asks its checker."""

    def __init__(self, one: Recorded) -> None:
        self._subject = one.subject
        self._numbers: dict[str, int] = {}
        if one.subject == "server":
            said = Correspondence(Random(one.seed)).messages(ACTS["server"])
            self._facts = [heard for heard in said if parse(heard.topic).channel is Channel.FACT]
        else:
            with sqlite3.connect(ledger_path(str(one.state / OWN))) as ledger:
                self._numbers = dict(ledger.execute("SELECT act, seq FROM entry").fetchall())
            ledger.close()

    def __call__(
        self, survivors: dict[str, bytes], words: list[dict[str, Any]], state: int
    ) -> Iterator[str]:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
            folder = Path(name)
            for path, content in survivors.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            try:
                yield from self._found(folder, words, state)
            except (SirkulaError, DBAPIError, sqlite3.DatabaseError) as error:
                yield f"corrupt: {error}"

    def _found(self, folder: Path, words: list[dict[str, Any]], state: int) -> Iterator[str]:
        if self._subject == "server":
            thorough = state % THOROUGH_EVERY == 0
            yield from server_check.violations(folder, words, self._facts, thorough=thorough)
        else:
            things = station_check.recovered(folder, words, in_bin=self._subject == "box")
            yield from station_check.violations(folder, words, self._numbers, things)
