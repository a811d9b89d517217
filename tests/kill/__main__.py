"""`./run kill`: real processes killed at random moments; the last line is one JSON object.

Two libraries at once, one on SQLite, one on PostgreSQL: Mosquitto, server, drop box and a kiosk
whose only missing part is its window, with simulated hardware on real terminals, in a busy loop of
loans and returns. Kiosk, box, server, broker and database are killed (SIGKILL; PostgreSQL by an
immediate stop) one or two at a time. When all is well again, nobody having helped, ledgers,
records, screens and tags must agree. With --proxy the weather on every line is bad as well.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.kill.killing import Outcome, killed

COUNT = 50


def main() -> int:
    parser = ArgumentParser(prog="./run kill", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="how many kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--proxy", action="store_true", help="bad weather on every line")
    parser.add_argument("--keep", type=Path, help="an empty folder to leave everything in")
    options = parser.parse_args()
    half = options.count // 2
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(2) as pool:
        folder = options.keep or Path(name)
        runs = [
            pool.submit(
                killed, folder / "sqlite", options.count - half, options.seed, weather=options.proxy
            ),
            pool.submit(killed, folder / "postgresql", half, options.seed, weather=options.proxy),
        ]
        outcomes = [run.result() for run in runs]
    print(json.dumps(_figures(outcomes, options.seed)))
    for outcome in outcomes:
        for line in outcome.violations:
            print(f"--seed {options.seed}: {outcome.name}: {line}", file=sys.stderr)
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _figures(outcomes: list[Outcome], seed: int) -> dict[str, object]:
    kills, figures = Counter[str](), Counter[str]()
    for outcome in outcomes:
        kills.update(outcome.kills)
        figures.update(outcome.figures)
    return {
        "kills": kills.total(),
        "by_kind": dict(sorted(kills.items())),
        **figures,
        "settled_in": round(max(outcome.settled_in for outcome in outcomes), 1),
        "violations": sum(len(outcome.violations) for outcome in outcomes),
        "seed": seed,
    }


if __name__ == "__main__":
    sys.exit(main())
