"""One library's worst day: patrons in threads, weather in another, killing in this one."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from time import monotonic

from devices.station.description import Place as Where
from tests.kill.checker import Evidence, promises, violations
from tests.kill.headless_kiosk import DRAWN
from tests.kill.patron import RELEASED, Eyes, Town
from tests.kill.programs import Library, Place, TooLate, library
from tests.weather_proxy.forecast import CLEAR, forecast

# Promise: recovery without a person within 90 s; bad weather may have cost a keep-alive before.
SETTLE_SECONDS = 90.0
CHANCES = {"kiosk": 35, "box": 15, "server": 25, "broker": 10, "database": 15}
# A kill waits until somebody does something, but not for ever, and comes within a second of it.
BUSY_WITHIN_SECONDS = 8.0
KILL_WITHIN_SECONDS = 0.8
CALM_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one library's day came to.

    `settled_in` is seconds from the last kill until every visit was over and nothing open, owed or
    unread; `delays` are seconds from a record to its acknowledgement.
    """

    name: str
    kills: dict[str, int]
    figures: dict[str, int]
    settled_in: float
    delays: tuple[float, ...]
    violations: tuple[str, ...]


def killed(folder: Path, count: int, seed: int, *, weather: bool = False) -> Outcome:
    """A busy day with so many kills, on the kind of database that the folder is named after."""
    random = Random(f"{seed} {folder.name}")
    with library(folder, postgresql=folder.name == "postgresql", weather=weather) as one:
        one.start_all()
        towns = [Town(one, place, Random(f"{seed} {place.kiosk}")) for place in one.places]
        with at_work(one, towns, Random(f"{seed} weather") if weather else None):
            kills: Counter[str] = Counter()
            fallen: list[str] = []
            while kills.total() < count:
                towns[0].acting.clear()
                towns[0].acting.wait(BUSY_WITHIN_SECONDS)
                one.pause(random.uniform(0, KILL_WITHIN_SECONDS))
                fallen += one.fallen()
                kills += strike(one, random, min(random.choice((1, 1, 2)), count - kills.total()))
            last = monotonic()
        return examined(one, towns, kills, fallen, last)


@contextmanager
def at_work(one: Library, towns: Sequence[Town], random: Random | None = None) -> Iterator[None]:
    """From the first visit on; with chance given the weather changes, until the end."""
    closing = threading.Event()
    threads = [threading.Thread(target=town.live, args=(closing,)) for town in towns]
    if random is not None:
        threads.append(threading.Thread(target=_make_weather, args=(one, random, closing)))
    for thread in threads:
        thread.start()
    try:
        one.until("the first visit", lambda: any(town.visits for town in towns), SETTLE_SECONDS)
        yield
    finally:
        closing.set()
        for thread in threads:
            thread.join()


def strike(one: Library, random: Random, most: int) -> Counter[str]:
    """Kills one or more programs at once, and starts them again a moment later."""
    kinds = one.kinds
    possible = sorted(set(kinds.values()))
    chosen = random.choices(possible, [CHANCES[kind] for kind in possible], k=most)
    victims = {
        random.choice([name for name, other in kinds.items() if other == kind]) for kind in chosen
    }
    for name in sorted(victims):
        one.kill(name)
    one.pause(random.uniform(0.05, 1.0))
    # Whoever is needed by others comes first, as when the power of a house comes back.
    for name in (name for name in kinds if name in victims):
        one.start(name)
    return Counter(kinds[name] for name in victims)


def examined(
    one: Library, towns: Sequence[Town], kills: Counter[str], fallen: list[str], last: float
) -> Outcome:
    """Waits until all is well, stops everything and looks at what is left.

    `last` is the monotonic second of the last kill.
    """
    late = unsettled(one)
    settled_in = monotonic() - last
    found = [line for town in towns for line in town.violations]
    found += [*fallen, *late, *one.fallen()]
    one.stop()
    evidence = evidence_of(one)
    found += violations(evidence)
    figures = {
        "facts": _entries(evidence),
        "promises": len(promises(evidence.drawn)),
        "recoveries": _recoveries(evidence),
        "weather": 0 if one.weather is None else one.weather.spells.total(),
    }
    delays = tuple(_delays(evidence))
    return Outcome(one.folder.name, dict(kills), figures, settled_in, delays, tuple(found))


def unsettled(one: Library) -> list[str]:
    """Waits until nothing is open, owed or lying unread in a bin; says what still is in the end."""
    eyes = [Eyes(place.screen) for place in one.places]

    def all_is_well() -> bool:
        if any(_waits_in_bin(place) for place in one.places):
            return False
        at_rest = all(_at_rest(one.ledger(name)) for name in one.stations)
        return at_rest and all(screen.see().get("screen") == "welcome" for screen in eyes)

    try:
        one.until("everything settled", all_is_well, SETTLE_SECONDS)
    except TooLate as error:
        lines = " / ".join(one.last_line(name) for name in ("server", *one.stations))
        return [f"{error}; {lines}"]
    return []


def evidence_of(one: Library) -> Evidence:
    return Evidence(
        one.database,
        {name: one.ledger(name) for name in one.stations},
        tuple(one.folder / place.kiosk / DRAWN for place in one.places),
        tuple(one.log(name) for name in one.stations),
        frozenset(
            str(book.item)
            for place in one.places
            for book in place.station.truth.books
            if book.tag.afi == RELEASED
        ),
    )


def _make_weather(one: Library, random: Random, closing: threading.Event) -> None:
    assert one.weather is not None
    while not closing.is_set():
        spell = forecast(random, one.weather.count, CALM_SECONDS)
        closing.wait(spell.after)
        one.weather.strike(spell)
        closing.wait(spell.seconds)
        one.weather.become(spell.route, CLEAR)


def _waits_in_bin(place: Place) -> bool:
    """Whether a box that was killed has yet to read, or to secure, what lies in it."""
    books = place.station.truth.books
    return any(book.where is Where.BIN and book.tag.afi == RELEASED for book in books)


def _at_rest(path: Path) -> bool:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as ledger:
        (owed,) = ledger.execute(
            "SELECT (SELECT count(*) FROM entry WHERE acknowledged IS NULL)"
            " + (SELECT count(*) FROM act WHERE stage <> 'closed')"
        ).fetchone()
    ledger.close()
    return bool(owed == 0)


def _recoveries(evidence: Evidence) -> int:
    """How many acts a kill tore apart, so that the next start had to settle them."""
    texts = (log.read_text(encoding="utf-8", errors="replace") for log in evidence.logs)
    return sum(text.count('"event": "recovering"') for text in texts)


def _entries(evidence: Evidence) -> int:
    return sum(len(_acknowledged(path)) for path in evidence.ledgers.values())


def _acknowledged(path: Path) -> dict[str, float]:
    """When each act's entry was acknowledged, wall seconds."""
    with sqlite3.connect(path) as ledger:
        found = dict(ledger.execute("SELECT act, acknowledged FROM entry").fetchall())
    ledger.close()
    return found


def _delays(evidence: Evidence) -> Iterator[float]:
    acknowledged: dict[str, float] = {}
    for path in evidence.ledgers.values():
        acknowledged |= _acknowledged(path)
    for log in evidence.logs:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"event": "recorded"' in line:
                said = json.loads(line)
                recorded = datetime.fromisoformat(said["timestamp"]).timestamp()
                if (then := acknowledged.get(said["act"])) is not None:
                    yield then - recorded
