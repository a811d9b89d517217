"""`./run bench`: figures as ratios to a ceiling or a floor of the same run; JSON lines.

The machine may be shared with others: medians of several rounds, and only the ratios mean anything.
"""

import json
import logging
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import structlog

from tests.bench.builtin import builtin_figures
from tests.bench.devices import device_figures
from tests.bench.ils import ils_figures
from tests.bench.journal import journal_rates
from tests.bench.kiosk import kiosk_figures
from tests.bench.ledger import ledger_rates
from tests.bench.saga import saga_figures
from tests.bench.tags import element_rates, fixed_rates, item_rates

# Each measures (ours, ceiling) per second once; its floor is the ratio it must not fall below.
BENCHES: dict[str, tuple[Callable[[Path, int], tuple[float, float]], float]] = {
    "journal": (journal_rates, 0.02),
    "ledger": (ledger_rates, 0.15),
    # Two thirds of what was measured: 116,000, 350,000 and 82,000 tags a second; 50,000, 45,000
    # and 15,000 are asked for.
    "devices tags": (fixed_rates, 0.025),
    "devices tags item": (item_rates, 0.075),
    "devices tags elements": (element_rates, 0.018),
}
# Each tells figures of its own after so many rounds, with a ratio that must be `at_most` so much.
SERIES: dict[str, Callable[[Path, int], Iterator[dict[str, float | str]]]] = {
    "devices": device_figures,
    "ils": ils_figures,
    "ils built-in": builtin_figures,
    "ils saga": saga_figures,
    "kiosk": kiosk_figures,
}


def main() -> int:
    parser = ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*BENCHES, *SERIES, "all"], default="all")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds: within 45 s, the kiosk's in minutes"
    )
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rounds, size = (3, 500) if options.quick else (7, 3000)
    names = [name for name in (*BENCHES, *SERIES) if options.name in ("all", name, name.split()[0])]
    missed = [name for name in names if name in BENCHES and not _measured(name, rounds, size)]
    missed += [name for name in names if name in SERIES and not _told(name, rounds)]
    print(json.dumps({"benches": len(names), "missed_floors": missed}))
    return 1 if missed else 0


def _measured(name: str, rounds: int, size: int) -> bool:
    bench, floor = BENCHES[name]
    pairs = []
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            pairs.append(bench(Path(folder), size))
        print(f"{name}: round {number} of {rounds}", file=sys.stderr)
    ratio = median(ours / ceiling for ours, ceiling in pairs)
    figures = {
        "bench": name,
        "per_second": round(median(ours for ours, _ in pairs)),
        "ceiling_per_second": round(median(ceiling for _, ceiling in pairs)),
        "ratio": round(ratio, 3),
        "floor": floor,
        "rounds": rounds,
    }
    print(json.dumps(figures), flush=True)
    return ratio >= floor


def _told(name: str, rounds: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        kept = []
        for figures in SERIES[name](Path(folder), rounds):
            print(json.dumps(figures), flush=True)
            kept.append(float(figures["ratio"]) <= float(figures["at_most"]))
    return all(kept)


if __name__ == "__main__":
    sys.exit(main())
