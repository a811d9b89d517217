"""`./run load`: a branch's ordinary day with a fault every 30 s; the last line is one JSON object.

Level L1: ten kiosks and two return boxes as real processes with simulated hardware, about two
facts a second, on PostgreSQL, through the fault proxy. Every 30 s something is killed or a line has
bad weather. At the end ledgers, records, screens and tags must agree, and facts must have been
acknowledged in time.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from random import Random
from statistics import quantiles
from time import monotonic

from tests.kill.killing import Outcome, at_work, examined, strike
from tests.kill.patron import Town
from tests.kill.programs import Library, library
from tests.weather_proxy.forecast import CLEAR, forecast

# One errand is about two facts; with this rest ten kiosks make about two facts a second.
REST_SECONDS = 7.0
# What is recorded in a fault waits for its end: promised is 60 s after the line is back.
P99_SECONDS = 60.0
P50_SECONDS = 5.0
LONGEST_SPELL_SECONDS = 20.0


def main() -> int:
    parser = ArgumentParser(prog="./run load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--kiosks", type=int, default=10)
    parser.add_argument("--boxes", type=int, default=2)
    parser.add_argument("--every", type=float, default=30, help="seconds from fault to fault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="an empty folder to leave everything in")
    options = parser.parse_args()
    faults = Random(f"{options.seed} faults")
    with tempfile.TemporaryDirectory() as name:
        folder = (options.keep or Path(name)) / "load"
        with library(
            folder, postgresql=True, weather=True, kiosks=options.kiosks, boxes=options.boxes
        ) as one:
            one.start_all()
            towns = [
                Town(one, place, Random(f"{options.seed} {place.kiosk}"), REST_SECONDS)
                for place in one.places
            ]
            kills: Counter[str] = Counter()
            fallen: list[str] = []
            with at_work(one, towns):
                begun = monotonic()
                while monotonic() - begun < options.minutes * 60:
                    one.pause(options.every)
                    fallen += one.fallen()
                    kills += _fault(one, faults)
                last = monotonic()
            outcome = examined(one, towns, kills, fallen, last)
    return _told(outcome, last - begun, options.seed)


def _fault(one: Library, random: Random) -> Counter[str]:
    """One kill, or one spell of bad weather until it is over."""
    if random.random() < 0.5:
        return strike(one, random, 1)
    assert one.weather is not None
    spell = forecast(random, one.weather.count, 1.0)
    one.weather.strike(spell)
    one.pause(random.uniform(1.0, LONGEST_SPELL_SECONDS))
    one.weather.become(spell.route, CLEAR)
    return Counter()


def _told(outcome: Outcome, seconds: float, seed: int) -> int:
    percentiles = quantiles(outcome.delays, n=100)
    violations = list(outcome.violations)
    for limit, found, name in (
        (P50_SECONDS, percentiles[49], "p50"),
        (P99_SECONDS, percentiles[98], "p99"),
    ):
        if found > limit:
            violations.append(f"acknowledged in {found:.1f} s ({name}), promised {limit:.0f}")
    for line in violations[:20]:
        print(f"--seed {seed}: {line}", file=sys.stderr)
    figures = {
        "minutes": round(seconds / 60, 1),
        "facts_per_second": round(outcome.figures["facts"] / seconds, 2),
        **outcome.figures,
        "kills": dict(sorted(outcome.kills.items())),
        "p50": round(percentiles[49], 3),
        "p99": round(percentiles[98], 3),
        "slowest": round(max(outcome.delays), 1),
        "settled_in": round(outcome.settled_in, 1),
        "violations": len(violations),
        "seed": seed,
    }
    print(json.dumps(figures))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
