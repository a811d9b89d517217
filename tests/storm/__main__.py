"""`./run storm`: hundreds of devices come back at once; the last line is one JSON object.

Simulated devices with queued facts reconnect to a real Mosquitto within a minute, and the real
server takes everything into PostgreSQL, while twenty others go on at 20 facts a second. Everything
must be drained in time, each fact once, and the others must hardly notice.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from statistics import quantiles

from tests.storm.storm import Storm, played

LIVE_P99_SECONDS = 30.0


def main() -> int:
    parser = ArgumentParser(prog="./run storm", description=__doc__)
    parser.add_argument("--devices", type=int, default=250)
    parser.add_argument("--facts", type=int, default=1000, help="queued on each device")
    parser.add_argument("--minutes", type=float, default=15, help="drained within")
    parser.add_argument("--within", type=float, default=60, help="seconds in which all reconnect")
    parser.add_argument("--live", type=float, default=20, help="facts a second besides")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    storm = Storm(
        options.devices,
        options.facts,
        options.within,
        options.minutes * 60,
        options.live,
        options.seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        outcome = played(storm, Path(folder))
    percentiles = quantiles(outcome.delays, n=100)
    violations = list(outcome.violations)
    if percentiles[98] > LIVE_P99_SECONDS:
        violations.append(f"live facts took {percentiles[98]:.1f} s (p99)")
    for line in violations[:20]:
        print(f"--seed {options.seed}: {line}", file=sys.stderr)
    figures = {
        "devices": storm.devices,
        "facts": storm.devices * storm.facts,
        "drained_in": round(outcome.drained_in, 1),
        "facts_per_second": round(storm.devices * storm.facts / outcome.drained_in),
        "cpu_ms_per_fact": round(
            1000 * outcome.cpu_seconds / (storm.devices * storm.facts + outcome.live_facts), 2
        ),
        "live_facts": outcome.live_facts,
        "live_p50": round(percentiles[49], 3),
        "live_p99": round(percentiles[98], 3),
        "violations": len(violations),
        "seed": options.seed,
    }
    print(json.dumps(figures))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
