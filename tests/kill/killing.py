"""One library's worst day: patrons in one thread, weather in another, killing in this one."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from tests.kill.checker import Evidence, promises, violations
from tests.kill.headless_kiosk import DRAWN
from tests.kill.patron import RELEASED, Eyes, Town
from tests.kill.programs import BOX, KIOSK, Library, TooLate, library
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
    """What one library's day came to."""

    name: str
    kills: dict[str, int]
    figures: dict[str, int]
    settled_in: float
    violations: tuple[str, ...]


def killed(folder: Path, count: int, seed: int, *, weather: bool = False) -> Outcome:
    """A day with so many kills on the database that the folder is named after."""
    random = Random(f"{seed} {folder.name}")
    postgresql = folder.name == "postgresql"
    with library(folder, postgresql=postgresql, weather=weather) as one:
        for name in one.names:
            if name != "database":
                one.start(name)
        town = Town(one, Random(f"{seed} patrons"))
        with at_work(town, one, Random(f"{seed} weather") if weather else None):
            one.until("the first visit", lambda: town.visits, SETTLE_SECONDS)
            kills, fallen = _kill(one, town, random, count)
        settled_in, late = settled(one)
        found = [*town.violations, *fallen, *late, *one.fallen()]
        one.stop()
        evidence = evidence_of(one)
        found += violations(evidence)
        figures = {
            "facts": _entries(evidence),
            "promises": len(promises(evidence.drawn)),
            "recoveries": _recoveries(evidence),
            "weather": 0 if one.weather is None else one.weather.spells.total(),
        }
    return Outcome(folder.name, dict(kills), figures, settled_in, tuple(found))


@contextmanager
def at_work(town: Town, one: Library, random: Random | None = None) -> Iterator[None]:
    """Patrons come, and with chance given the weather changes, until the end."""
    closing = threading.Event()
    threads = [threading.Thread(target=town.live, args=(closing,), name="patrons")]
    if random is not None:
        threads.append(threading.Thread(target=_make_weather, args=(one, random, closing)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        closing.set()
        for thread in threads:
            thread.join()


def _make_weather(one: Library, random: Random, closing: threading.Event) -> None:
    assert one.weather is not None
    routes = 3 if one.cluster is None else 4
    while not closing.is_set():
        spell = forecast(random, routes, CALM_SECONDS)
        closing.wait(spell.after)
        one.weather.strike(spell)
        closing.wait(spell.seconds)
        one.weather.become(spell.route, CLEAR)


def _kill(one: Library, town: Town, random: Random, count: int) -> tuple[Counter[str], list[str]]:
    """Kills and starts again; also what ended though nobody killed it."""
    kills: Counter[str] = Counter()
    fallen: list[str] = []
    weights = [CHANCES[name] for name in one.names]
    while kills.total() < count:
        town.acting.clear()
        town.acting.wait(BUSY_WITHIN_SECONDS)
        one.pause(random.uniform(0, KILL_WITHIN_SECONDS))
        victims = {random.choices(one.names, weights)[0] for _ in range(random.choice((1, 1, 2)))}
        chosen = sorted(victims)[: count - kills.total()]
        fallen += one.fallen()
        for name in chosen:
            one.kill(name)
            kills[name] += 1
        one.pause(random.uniform(0.05, 1.0))
        for name in reversed(chosen):
            one.start(name)
    return kills, fallen


def settled(one: Library) -> tuple[float, list[str]]:
    """Waits until nothing is open and nothing is owed; how long that took, and what did not."""
    begun = monotonic()
    eyes = Eyes(one.stage.ports.rehearsal)

    def all_is_well() -> bool:
        at_rest = all(_at_rest(one.folder / name / "ledger.db") for name in (KIOSK, BOX))
        return at_rest and eyes.see().get("screen") == "welcome"

    try:
        one.until("everything settled", all_is_well, SETTLE_SECONDS)
    except TooLate as error:
        lines = " / ".join(one.last_line(name) for name in ("kiosk", "box", "server"))
        return monotonic() - begun, [f"{error}; {lines}"]
    return monotonic() - begun, []


def _at_rest(path: Path) -> bool:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as ledger:
        (owed,) = ledger.execute(
            "SELECT (SELECT count(*) FROM entry WHERE acknowledged IS NULL)"
            " + (SELECT count(*) FROM act WHERE stage <> 'closed')"
        ).fetchone()
    ledger.close()
    return bool(owed == 0)


def evidence_of(one: Library) -> Evidence:
    logs = tuple(one.folder / "logs" / f"{name}.log" for name in ("kiosk", "box"))
    return Evidence(
        one.database,
        {name: one.folder / name / "ledger.db" for name in (KIOSK, BOX)},
        (one.folder / KIOSK / DRAWN,),
        logs,
        frozenset(str(book.item) for book in one.station.truth.books if book.tag.afi == RELEASED),
    )


def _recoveries(evidence: Evidence) -> int:
    """How many acts a kill tore apart, so that the next start had to settle them."""
    texts = (log.read_text(encoding="utf-8", errors="replace") for log in evidence.logs)
    return sum(text.count('"event": "recovering"') for text in texts)


def _entries(evidence: Evidence) -> int:
    count = 0
    for path in evidence.ledgers.values():
        with sqlite3.connect(path) as ledger:
            count += ledger.execute("SELECT count(*) FROM entry").fetchone()[0]
        ledger.close()
    return count
