"""`./run simulate`: seeded storms over the real cores; the last line is one JSON object."""

import json
import logging
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from tests.simulation.faults import FAULTS, WAITS_FOR
from tests.simulation.planted.bugs import BUGS
from tests.simulation.sometimes import SEEDS_FOR_ALL, never_happened
from tests.simulation.storm import Outcome, run_seed

QUICK_SEEDS: Final = 40
SEEDS_FOR_A_BUG: Final = 150
_FIGURES: Final = Path(__file__).parents[1] / "proof" / "figures.json"

Task = TypeVar("Task")
Found = TypeVar("Found")


def main() -> int:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return _planted(options) if options.planted else _storms(options)


def _options() -> Namespace:
    parser = ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--trace", action="store_true", help="tell what happens, in order")
    parser.add_argument("--planted", metavar="BUG", help=f"all, or one of: {', '.join(BUGS)}")
    parser.add_argument(
        "--also",
        metavar="FAULT",
        action="append",
        default=[],
        help=f"arm it in every seed, also one that still waits: {', '.join(WAITS_FOR)}",
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="ends within 45 s")
    options = parser.parse_args()
    if options.trace and options.seed is None:
        parser.error("--trace needs --seed")
    if options.planted and options.planted not in {"all", *BUGS}:
        parser.error(f"unknown bug; known are: all, {', '.join(BUGS)}")
    if unknown := set(options.also) - set(FAULTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are: {', '.join(FAULTS)}")
    if options.quick:
        options.seeds = min(options.seeds, QUICK_SEEDS)
    return options


def _storms(options: Namespace) -> int:
    """Exits 1 for a broken invariant, and for a fault or a way of recovery never met."""
    seeds = [options.seed] if options.seed is not None else _seeds(options)
    facts = 0
    faults: Counter[str] = Counter()
    paths: Counter[str] = Counter()
    broken: list[int] = []
    run = partial(run_seed, trace=options.trace, also=options.also)
    for outcome in _spread(run, seeds, options.workers, "seeds"):
        facts += outcome.facts
        faults += outcome.faults
        paths += outcome.paths
        if outcome.violations:
            broken.append(outcome.seed)
            for line in outcome.violations:
                print(f"seed {outcome.seed}: {line}", file=sys.stderr)
    never = never_happened(faults, paths) if len(seeds) >= SEEDS_FOR_ALL else []
    summary = {
        "seeds": len(seeds),
        "facts": facts,
        "faults": faults.total(),
        "violations": len(broken),
        "broken": broken[:20],
        "never_happened": never,
    }
    print(json.dumps(summary))
    return 1 if broken or never else 0


def _seeds(options: Namespace) -> list[int]:
    return list(range(options.first_seed, options.first_seed + options.seeds))


def _spread(
    run: Callable[[Task], Found], tasks: Sequence[Task], workers: int, what: str
) -> Iterator[Found]:
    """`run` of each task in order, by so many processes."""
    if len(tasks) == 1:
        yield run(tasks[0])
        return
    with ProcessPoolExecutor(workers) as pool:
        for number, found in enumerate(pool.map(run, tasks), 1):
            if number % 50 == 0:
                print(f"{number} of {len(tasks)} {what}", file=sys.stderr)
            yield found


def _planted(options: Namespace) -> int:
    """Each bug must be seen within SEEDS_FOR_A_BUG seeds."""
    bugs = list(BUGS) if options.planted == "all" else [options.planted]
    found = _spread(partial(hunted, first=options.first_seed), bugs, options.workers, "bugs")
    by_name: dict[str, int] = {}
    for bug, seed, seen in found:
        if seed is not None:
            by_name[bug] = seed
        print(f"{bug}: {'NOT SEEN' if seed is None else f'seed {seed}: {seen}'}", file=sys.stderr)
    missed = [bug for bug in bugs if bug not in by_name]
    summary = {"planted": len(bugs), "caught": len(by_name), "missed": missed, "by_name": by_name}
    print(json.dumps(summary))
    return 1 if missed else 0


def hunted(bug: str, first: int) -> tuple[str, int | None, str]:
    """The bug, the seed that showed it (None: none did) and the violation that spoke of it.

    The seed that showed it last time is tried before all others.
    """
    last = _kept_seeds().get(bug, first)
    for seed in dict.fromkeys((last, *range(first, first + SEEDS_FOR_A_BUG))):
        outcome: Outcome = run_seed(seed, BUGS[bug].parts)
        if seen := BUGS[bug].is_seen(outcome.violations):
            return bug, seed, seen
    return bug, None, ""


def _kept_seeds() -> dict[str, int]:
    figures: dict[str, Any] = json.loads(_FIGURES.read_text("utf-8"))
    kept: dict[str, int] = figures["planted"]["figures"]["by_name"]
    return kept


if __name__ == "__main__":
    sys.exit(main())
