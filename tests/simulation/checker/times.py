"""When things happened: invariants I-26 to I-30 and I-32, against the storm's own true time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.simulation.checker.evidence import LENDING, Evidence, Told
from tests.simulation.limits import LOAN_DAYS

# What the clocks of a storm may be wrong by while they coast, and a little for the rounding.
TOLERANCE_SECONDS: Final = 4.0
FUTURE_SECONDS: Final = 300.0
_LATE_SECONDS: Final = 60.0
_JAKARTA: Final = timedelta(hours=7)  # no daylight saving
_SUNDAY: Final = 6


def broken(seen: Evidence, beginning: float) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    recorded = _recorded(seen)
    for act, (told, second) in recorded.items():
        yield from _one(seen, told, second, beginning + seen.true_second(act))
    yield from _in_order(seen, recorded)
    yield from _due_dates(seen, beginning)
    yield from _decided_alone(seen)


def _recorded(seen: Evidence) -> dict[str, tuple[Told, float]]:
    """The second at which the library believes each loan and each closing return to have been."""
    found = {}
    for act, loan in seen.loans.items():
        if act in seen.told:
            found[act] = (seen.told[act], loan["lent_at"])
        if loan["closing"] == "returned" and loan["closed_by"] in seen.told:
            found[loan["closed_by"]] = (seen.told[loan["closed_by"]], loan["returned_at"])
    return found


def _one(seen: Evidence, told: Told, second: float, truth: float) -> Iterator[str]:
    received = told.row["received_at"]
    if second > received + FUTURE_SECONDS:
        yield f"I-30 {told.act} lies {second - received:.0f} s in the future"
    if not seen.is_timed(told):
        return
    if abs(second - truth) > TOLERANCE_SECONDS:
        yield f"I-26 {told.act} is put {second - truth:+.1f} s from the truth"
    if told.kind not in LENDING and second > truth + TOLERANCE_SECONDS:
        late = received - truth > _LATE_SECONDS and abs(received - second) < TOLERANCE_SECONDS
        how = "when it was received" if late else f"{second - truth:.1f} s late"
        yield f"I-27 the return {told.act} is credited {how}"


def _in_order(seen: Evidence, recorded: dict[str, tuple[Told, float]]) -> Iterator[str]:
    """A station's own order is never turned round."""
    latest: dict[tuple[str, str], float] = {}
    for told, second in sorted(recorded.values(), key=lambda one: seen.true_second(one[0].act)):
        if not seen.is_timed(told):
            continue
        boot = told.row["device"], told.row["boot"]
        if second < latest.get(boot, second) - TOLERANCE_SECONDS:
            yield f"I-28 {told.act} is put before what its station did earlier"
        latest[boot] = max(second, latest.get(boot, second))


def _due_dates(seen: Evidence, beginning: float) -> Iterator[str]:
    """Never earlier than the library's rule says, in its own time zone; nor than was shown."""
    for act, loan in seen.loans.items():
        if act not in seen.told:
            continue
        truth = beginning + seen.true_second(act)
        given = date.fromisoformat(loan["due"])
        if given < due(truth):
            yield f"I-29 {act} is due {given}, by the rule {due(truth)}"
        promise = seen.world.promises.get(act)
        if promise is not None and promise.due is not None and given < promise.due:
            yield f"I-16 {act} is due {given}, but the patron was shown {promise.due}"


def due(second: float) -> date:
    """Seven days on, and not on a Sunday."""
    local = datetime.fromtimestamp(second, UTC) + _JAKARTA
    day = local.date() + timedelta(days=LOAN_DAYS)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day


def _decided_alone(seen: Evidence) -> Iterator[str]:
    for act, loan in seen.loans.items():
        if act not in seen.told or seen.told[act].kind != "item-lent":
            continue
        if bool(loan["provisional"]) != (act in seen.world.alone):
            yield f"I-32 {act} is marked provisional: {bool(loan['provisional'])}"
