"""`./run canary`: nobody's reading leaves a trace where it must not; last line is one JSON object.

Real processes with simulated hardware play visits in which every card, member number, name,
address and title exists once in the world. Then every file (databases, logs, settings, the
broker's store), every cell of the server's database, every MQTT message, every scene that was
drawn and the page are searched for each of them, in every form it could be written in.
"""

import json
import sqlite3
import sys
import tempfile
import threading
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random

from broker.mqtt import Address, Event, Line, Received, Will
from broker.processes import start_tied, stop
from devices.station.description import read_station
from tests.canary.canaries import Cage, Canary, Kind
from tests.canary.search import (
    Found,
    search_files,
    search_messages,
    search_records,
    search_scenes,
)
from tests.kill.headless_kiosk import DRAWN
from tests.kill.killing import unsettled
from tests.kill.patron import Town
from tests.kill.programs import Library, library

VISITS = 200
PATIENCE_SECONDS = 30.0


def main() -> int:
    parser = ArgumentParser(prog="./run canary", description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--kiosks", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "canary"
        with library(folder, postgresql=False, kiosks=options.kiosks, boxes=1) as one:
            cage = Cage(_released(one))
            messages, visits = _played(one, options.visits, options.seed)
            figures, violations = _searched(one, cage, messages)
    for line in violations:
        print(f"--seed {options.seed}: {line}", file=sys.stderr)
    print(
        json.dumps(
            {"visits": visits, **figures, "violations": len(violations), "seed": options.seed}
        )
    )
    return 1 if violations else 0


def _released(one: Library) -> Iterator[Canary]:
    """Names, addresses and titles nobody ever had; cards and numbers are the sample's."""
    path = one.folder / "server.db"
    with sqlite3.connect(path) as records:
        numbers = records.execute("SELECT number FROM member ORDER BY number").fetchall()
        for at, (number,) in enumerate(numbers):
            yield Canary(Kind.NUMBER, number)
            yield Canary(Kind.NAME, f"Kenari Nama {at:04}")
            yield Canary(Kind.ADDRESS, f"kenari.{at:04}@binjai.example")
            records.execute(
                "UPDATE member SET name = ?, mail = ? WHERE number = ?",
                (f"Kenari Nama {at:04}", f"kenari.{at:04}@binjai.example", number),
            )
        for (title,) in records.execute("SELECT id FROM title").fetchall():
            yield Canary(Kind.TITLE, f"Kenari Judul {title:04}")
            records.execute(
                "UPDATE title SET title = ? WHERE id = ?", (f"Kenari Judul {title:04}", title)
            )
    records.close()
    for card in read_station(one.folder / "station.toml").cards:
        yield Canary(Kind.CARD, card.uid.raw.hex().upper())


def _played(one: Library, wanted: int, seed: int) -> tuple[list[Received], int]:
    """The visits, and every message there was from the first connection to the last."""
    one.start("broker")
    with _listening(one) as heard:
        one.start_all_but("broker")
        towns = [Town(one, place, Random(f"{seed} {place.kiosk}")) for place in one.places]
        closing = threading.Event()
        threads = [threading.Thread(target=town.live, args=(closing,)) for town in towns]
        for thread in threads:
            thread.start()
        one.until("the visits", lambda: sum(town.visits for town in towns) >= wanted, 60 * wanted)
        closing.set()
        for thread in threads:
            thread.join()
        if late := unsettled(one):
            raise TimeoutError(late[0])
    return list(heard), sum(town.visits for town in towns)


@contextmanager
def _listening(one: Library) -> Iterator[list[Received]]:
    """Everything on every topic; complete at the end."""
    events: SimpleQueue[Event] = SimpleQueue()
    line = Line(
        Address("127.0.0.1", one.stage.ports.broker),
        "pendengar",
        Will("pendengar", b""),
        events.put,
        Random(1),
    )
    line.open("#")
    events.get(timeout=PATIENCE_SECONDS)
    heard: list[Received] = []
    try:
        yield heard
    finally:
        line.close()
        while True:
            try:
                event = events.get_nowait()
            except Empty:
                break
            if isinstance(event, Received):
                heard.append(event)


def _searched(
    one: Library, cage: Cage, messages: list[Received]
) -> tuple[dict[str, int], list[str]]:
    found = Found()
    found.add("page", cage.heard_in(_page(one)))
    one.stop()
    one.stage.stop()
    drawn = [one.folder / place.kiosk / DRAWN for place in one.places]
    records = [path for path in one.folder.glob("server.db*") if path.suffix != ".toml"]
    # The simulated hardware's own description of cards and books is the world, not the product.
    outside = [one.folder / "station.toml", *drawn, *records]
    files = search_files(cage, one.folder, outside, found)
    search_records(cage, one.folder / "server.db", found)
    search_messages(cage, messages, found)
    scenes = sum(search_scenes(cage, path, found) for path in drawn)
    figures = {"files": files, "messages": len(messages), "scenes": scenes}
    return figures, list(found.violations())


def _page(one: Library) -> bytes:
    """The page technicians and librarians see, with everything of the day on it."""
    command = [sys.executable, "-m", "server", "web", "--settings", str(one.folder / "server.toml")]
    with one.log("web").open("ab") as log:
        web = start_tied(command, output=log)

    def there() -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{one.stage.ports.web}/") as answer:
                page: bytes = answer.read()
        except OSError:
            return None
        return page

    page = one.until("the page", there, PATIENCE_SECONDS)
    stop(web)
    return page


if __name__ == "__main__":
    sys.exit(main())
