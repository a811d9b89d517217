"""`./run proof`: writes PROOF.md from the figures that were kept.

./run crash --count 2000 | ./run proof --keep crash     keeps the last line of a run as well
./run proof --check                                     status 1 when the page is stale
"""

import json
import os
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any

from tests.proof.page import SECTIONS, page

FIGURES = Path(__file__).with_name("figures.json")
PAGE = Path(__file__).parents[2] / "PROOF.md"


def main() -> int:
    parser = ArgumentParser(prog="./run proof", description=__doc__)
    parser.add_argument("--keep", choices=[section.name for section in SECTIONS])
    parser.add_argument("--machine", default=f"{os.cpu_count()} cores, shared with others")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    kept = read()
    if options.keep:
        lines = sys.stdin.read().splitlines()
        if not lines:
            parser.error("nothing came to be kept: send it the output of a run")
        last = lines[-1]
        print(last)
        day = datetime.fromtimestamp(time(), UTC).date().isoformat()
        run = {"date": day, "machine": options.machine, "figures": json.loads(last)}
        kept[options.keep] = run
        FIGURES.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if options.check:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page(kept)
        return 0 if fresh else 1
    PAGE.write_text(page(kept), encoding="utf-8")
    return 0


def read() -> dict[str, dict[str, Any]]:
    """What was kept: by command, its day, its machine and its last line."""
    if not FIGURES.exists():
        return {}
    kept: dict[str, dict[str, Any]] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return kept


if __name__ == "__main__":
    sys.exit(main())
