"""`./run simulate`: seeded storms over the real cores; the last line is one JSON object."""

import json
import logging
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import structlog

from tests.simulation.planted import BUGS
from tests.simulation.storm import Outcome, run_seed

QUICK_SEEDS = 40
SEEDS_FOR_A_BUG = 60


def main() -> int:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if options.planted:
        return _planted(options)
    seeds = [options.seed] if options.seed is not None else _seeds(options)
    facts = faults = 0
    broken: list[int] = []
    for outcome in _outcomes(seeds, options.workers, "", trace=options.trace):
        facts += outcome.facts
        faults += outcome.faults
        if outcome.violations:
            broken.append(outcome.seed)
            for line in outcome.violations:
                print(f"seed {outcome.seed}: {line}", file=sys.stderr)
    summary = {
        "seeds": len(seeds),
        "facts": facts,
        "faults": faults,
        "violations": len(broken),
        "broken": broken[:20],
    }
    print(json.dumps(summary))
    return 1 if broken else 0


def _options() -> Namespace:
    parser = ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--trace", action="store_true", help="tell what happens, in order")
    parser.add_argument("--planted", metavar="BUG", help=f"all, or one of: {', '.join(BUGS)}")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="ends within 45 s")
    options = parser.parse_args()
    if options.trace and options.seed is None:
        parser.error("--trace needs --seed")
    if options.planted and options.planted not in {"all", *BUGS}:
        parser.error(f"unknown bug; known are: all, {', '.join(BUGS)}")
    if options.quick:
        options.seeds = min(options.seeds, QUICK_SEEDS)
    return options


def _seeds(options: Namespace) -> list[int]:
    return list(range(options.first_seed, options.first_seed + options.seeds))


def _outcomes(seeds: list[int], workers: int, bug: str, *, trace: bool) -> Iterator[Outcome]:
    run = partial(run_seed, bug=bug, trace=trace)
    if len(seeds) == 1:
        yield run(seeds[0])
        return
    with ProcessPoolExecutor(workers) as pool:
        for number, outcome in enumerate(pool.map(run, seeds), 1):
            if number % 50 == 0:
                print(f"{number} of {len(seeds)} seeds", file=sys.stderr)
            yield outcome


def _planted(options: Namespace) -> int:
    """Each bug must be seen within SEEDS_FOR_A_BUG seeds."""
    bugs = BUGS if options.planted == "all" else (options.planted,)
    caught: dict[str, int] = {}
    for bug in bugs:
        first = options.first_seed
        for seed in range(first, first + SEEDS_FOR_A_BUG):
            outcome = run_seed(seed, bug=bug)
            if outcome.violations:
                caught[bug] = seed
                print(f"{bug}: seed {seed}: {outcome.violations[0]}", file=sys.stderr)
                break
    missed = [bug for bug in bugs if bug not in caught]
    print(json.dumps({"planted": len(bugs), "caught": len(caught), "missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
