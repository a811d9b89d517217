"""`./run crash`: the power cut at any call of a recorded day; the last line is one JSON object.

A kiosk's, a return box's and a server's day on their real SQLite files are recorded by strace.
Each state is one cut: what was synced is there, of the rest anything may be missing or torn. The
product starts on it; then every fact that was shown, sent or acknowledged must be there, once and
in order. The controls are the same with synchronous=NORMAL, which must lose, and OFF, which must
corrupt; if they do not, this proves nothing and the status is 1.
"""

import json
import logging
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import structlog

from tests.crash.cuts import MEMORY, SUBJECTS, Recorded, Tally, recorded, tried

COUNT = 2_000
SHARES = {"kiosk": 0.5, "box": 0.2, "server": 0.3}
CONTROLS = (("kiosk", "NORMAL"), ("box", "NORMAL"), ("server", "NORMAL"), ("kiosk", "OFF"))
CONTROL_STATES = 60
CHUNK = 100


def main() -> int:
    parser = ArgumentParser(prog="./run crash", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="how many cuts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", metavar="SUBJECT:N", help="this one only, as it was reported")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    try:
        if options.state:
            subject, _, state = options.state.partition(":")
            one = recorded(subject, folder / subject, options.seed)
            return _told(subject, options.seed, tried(one, [int(state)]))
        with ProcessPoolExecutor(options.workers) as pool:
            return _all(pool, folder, options.count, options.seed)
    finally:
        shutil.rmtree(folder)


def _all(pool: ProcessPoolExecutor, folder: Path, count: int, seed: int) -> int:
    days = (*((subject, "") for subject in SUBJECTS), *CONTROLS)
    recordings = {
        day: pool.submit(recorded, day[0], folder / f"{day[0]} {day[1]}", seed, day[1])
        for day in days
    }
    tallies = {level: Tally() for _, level in days}
    blind = []
    for (subject, level), recording in recordings.items():
        states = CONTROL_STATES if level else round(count * SHARES[subject])
        found = _together(pool, recording.result(), states)
        tallies[level].add(found)
        if not level:
            _told(subject, seed, found)
        elif found.lost == 0:
            blind.append(subject)
    ours, normal, off = tallies.values()
    if blind or off.corrupt == 0:
        print(f"the controls broke too little, so this proves nothing: {blind}", file=sys.stderr)
    violations = ours.lost + ours.corrupt + ours.other
    figures = {
        "states": ours.states,
        "lost": ours.lost,
        "corrupt": ours.corrupt,
        "violations": violations,
        "control_states": normal.states + off.states,
        "control_lost": normal.lost + off.lost,
        "control_corrupt": off.corrupt,
        "seed": seed,
    }
    print(json.dumps(figures))
    return 1 if violations or blind or off.corrupt == 0 else 0


def _together(pool: ProcessPoolExecutor, one: Recorded, states: int) -> Tally:
    whole = Tally()
    chunks = [list(range(first, min(first + CHUNK, states))) for first in range(0, states, CHUNK)]
    for tally in pool.map(tried, [one] * len(chunks), chunks):
        whole.add(tally)
    return whole


def _told(subject: str, seed: int, tally: Tally) -> int:
    for line in tally.told:
        print(f"--seed {seed} --state {subject}:{line}", file=sys.stderr)
    return 1 if tally.told else 0


if __name__ == "__main__":
    sys.exit(main())
