"""`./run fuzz`: spoilt bytes against every decoder; only the promised errors may come out.

Each decoder is fed real bytes spoilt at random (cut, flipped, doubled, glued, replaced by noise)
and noise alone. The seed is printed; the last line is one JSON object, exit 1 on a surprise:
another exception, an input that takes for ever, or memory that grows.
"""

import json
import logging
import resource
import signal
import sys
import traceback
from argparse import ArgumentParser
from multiprocessing import Pool
from random import Random
from time import monotonic

import structlog

from tests.fuzz import (
    cards,
    feig,
    intake,
    lamps,
    m3_810,
    metratec,
    receipts,
    rl866,
    rr3036,
    sip2,
    sip2_server,
    tags,
    targets,
)
from tests.fuzz.targets import Target

TARGETS: dict[str, Target] = {
    **targets.TARGETS,
    **intake.TARGETS,
    **tags.TARGETS,
    **feig.TARGETS,
    **m3_810.TARGETS,
    **rl866.TARGETS,
    **metratec.TARGETS,
    **rr3036.TARGETS,
    **cards.TARGETS,
    **receipts.TARGETS,
    **lamps.TARGETS,
    **sip2.TARGETS,
    **sip2_server.TARGETS,
}
QUICK_COUNT = 1_000
COUNT = 100_000
PATIENCE_S = 10  # for one input, of the processor's own time: others use the machine as well
WAIT_S = 300  # for one that waits instead
MOST_GROWTH_MB = 64


def main() -> int:
    parser = ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("--parser", choices=TARGETS, action="append", help="this one only")
    parser.add_argument("--count", type=int, help="inputs for each parser")
    parser.add_argument("--quick", action="store_true", help="ends within 45 s")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = options.count or (QUICK_COUNT if options.quick else COUNT)
    print(f"seed {options.seed}", file=sys.stderr)
    jobs = [(name, count, options.seed) for name in options.parser or TARGETS]
    with Pool(maxtasksperchild=1) as processes:
        survived = processes.starmap(survives, jobs, chunksize=1)
    surprises = [name for (name, *_), fine in zip(jobs, survived, strict=True) if not fine]
    print(
        json.dumps(
            {
                "parsers": len(jobs),
                "inputs": len(jobs) * count,
                "seed": options.seed,
                "surprises": surprises,
            }
        )
    )
    return 1 if surprises else 0


def survives(name: str, count: int, seed: int) -> bool:
    """Feeds one target in a process of its own, and tells how it went."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    target, random = TARGETS[name], Random(f"{seed} {name}")
    begun, before = monotonic(), _megabytes()
    data = b""
    for each in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(each, _too_long)
    try:
        for _ in range(count):
            data = spoil(random, target)
            _patience(PATIENCE_S, WAIT_S)
            target.feed(data)
    except Exception:  # noqa: BLE001 anything that comes out here is a finding
        print(f"{name}: {data.hex()}\n{traceback.format_exc()}", file=sys.stderr)
        return False
    finally:
        _patience(0, 0)
    grown = _megabytes() - before
    figures = {
        "parser": name,
        "inputs": count,
        "seed": seed,
        "seconds": round(monotonic() - begun, 1),
        "grown_mb": grown,
    }
    print(json.dumps(figures), flush=True)
    return grown < MOST_GROWTH_MB


def _patience(working: float, waiting: int) -> None:
    signal.setitimer(signal.ITIMER_PROF, working)
    signal.alarm(waiting)


def _too_long(number: int, _: object) -> None:
    raise TimeoutError(f"signal {number}: too long for one input")


def _megabytes() -> int:
    """The most this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def spoil(random: Random, target: Target) -> bytes:
    """One of the target's real inputs after one to four accidents, or noise."""
    if random.random() < 0.1:
        return random.randbytes(random.randint(0, 300))
    data = bytearray(random.choice(target.samples))
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data) + 1)
        match random.randrange(6):
            case 0:
                del data[at:]
            case 1 if at < len(data):
                data[at] ^= 1 << random.randrange(8)
            case 2:
                data[at:at] = random.randbytes(random.randint(1, 8))
            case 3:
                data += random.choice(target.samples)
            case 4 if target.words:
                data[at : at + random.randint(0, 8)] = random.choice(target.words)
            case _:
                data[at:at] = data[: random.randint(0, 16)]
    return bytes(data)


if __name__ == "__main__":
    sys.exit(main())
