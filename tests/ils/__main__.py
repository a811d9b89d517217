"""`python -m tests.ils`: simulated systems, every message, every cut; the last line is JSON.

Each case is one act of the real client with one system and one accident, on real sockets. After it
the system's own ledger must agree with what the client said for certain, hold at most one effect,
and the change must have been sent at most once. Exit 1 on a violation; `--case N` tries one again.
"""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

from tests.ils.cases import Found, drawn, tried

COUNT = 20_000
AT_ONCE = 6
ANSWER_WITHIN = 0.3


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.ils", description=__doc__)
    parser.add_argument("--cases", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="this one only")
    options = parser.parse_args()
    numbers = range(options.cases) if options.case is None else [options.case]
    ends: Counter[str] = Counter()
    violations = 0
    with ThreadPoolExecutor(AT_ONCE) as workers:
        jobs = workers.map(lambda number: _one(options.seed, number), numbers)
        for number, found in zip(numbers, jobs, strict=True):
            ends[found.ended] += 1
            violations += bool(found.wrong)
            if found.wrong or options.case is not None:
                case = drawn(Random(f"{options.seed} {number}"))
                print(f"--seed {options.seed} --case {number}: {case}: {found}", file=sys.stderr)
    figures = {"cases": len(numbers), "seed": options.seed, "violations": violations}
    print(json.dumps({**figures, "ends": dict(ends.most_common())}))
    return 1 if violations else 0


def _one(seed: int, number: int) -> Found:
    return tried(drawn(Random(f"{seed} {number}")), ANSWER_WITHIN)


if __name__ == "__main__":
    sys.exit(main())
