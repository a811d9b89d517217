"""`./run fuzz`: spoilt bytes against every decoder; only the promised errors may come out.

Each decoder is fed real bytes spoilt at random (cut, flipped, doubled, glued, replaced by noise).
The seed is printed; the last line is one JSON object, exit 1 on the first surprise of a target.
"""

import json
import sys
import traceback
from argparse import ArgumentParser
from random import Random

from tests.fuzz.targets import TARGETS, Target

QUICK_ROUNDS = 3_000
ROUNDS = 100_000


def main() -> int:
    parser = ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ends within 45 s")
    parser.add_argument("--rounds", type=int, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    print(f"seed {options.seed}", file=sys.stderr)
    surprises = [name for name in TARGETS if not _survives(name, rounds, options.seed)]
    summary = {"targets": len(TARGETS), "inputs": len(TARGETS) * rounds, "surprises": surprises}
    print(json.dumps(summary))
    return 1 if surprises else 0


def _survives(name: str, rounds: int, seed: int) -> bool:
    target = TARGETS[name]
    random = Random(f"{seed} {name}")
    for _ in range(rounds):
        spoilt = spoil(random, target)
        try:
            target.feed(spoilt)
        except Exception:  # noqa: BLE001 anything that comes out here is a finding
            print(f"{name}: {spoilt.hex()}\n{traceback.format_exc()}", file=sys.stderr)
            return False
    print(json.dumps({"target": name, "inputs": rounds, "seed": seed}), flush=True)
    return True


def spoil(random: Random, target: Target) -> bytes:
    """One of the target's real inputs after one to four accidents."""
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
