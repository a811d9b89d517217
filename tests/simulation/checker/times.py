"""When things happened: I-09, I-26 to I-30 and I-32, against the storm's own true time."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from tests.simulation.checker.evidence import LENDING, Evidence, Told
from tests.simulation.limits import due_on

# For the rounding, and a message's way.
TOLERANCE_SECONDS: Final = 1.0
FUTURE_SECONDS: Final = 300.0
# What a station's clock may be wrong by while it coasts.
_COASTING_SECONDS: Final = 4.0

Spans = Mapping[str, tuple[float, float]]
"""The seconds between which the library believes each act to have been."""


def broken(seen: Evidence, spans: Spans, beginning: float) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    for act, told in seen.told.items():
        yield from _span(told, spans[act], beginning + seen.true_second(act))
    yield from _credited(seen, spans, beginning)
    yield from _in_step(seen, spans)
    yield from _holders(seen, spans)
    yield from _due_dates(seen, beginning)
    yield from _decided_alone(seen)


def _span(told: Told, span: tuple[float, float], truth: float) -> Iterator[str]:
    earliest, latest = span
    early, late = earliest - truth, latest - truth
    if not early - TOLERANCE_SECONDS <= 0 <= late + TOLERANCE_SECONDS:
        yield f"I-26 {told.act} is put {early:+.1f} to {late:+.1f} s from truth"
    if latest > told.row["received_at"] + FUTURE_SECONDS:
        yield f"I-30 {told.act} may lie {latest - told.row['received_at']:.0f} s in the future"


def _credited(seen: Evidence, spans: Spans, beginning: float) -> Iterator[str]:
    """In doubt the patron wins: a return counts early, a loan begins late.

    Where nobody can know which of the two was first, nothing can be said of either; and a loan
    that is over begins with its return at the latest.
    """
    for act, loan in seen.loans.items():
        begun, ended = seen.told.get(act), seen.told.get(loan["closed_by"])
        if begun is not None and ended is not None and not is_plain(begun, ended, spans):
            continue
        over = loan["lent_at"] == loan["returned_at"]
        early = begun is not None and not over
        if early and loan["lent_at"] < _truth(seen, act, beginning) - TOLERANCE_SECONDS:
            yield f"I-27 the loan {act} begins before it was made"
        closing = loan["closed_by"]
        if loan["closing"] != "returned" or closing not in seen.told:
            continue
        late = loan["returned_at"] - _truth(seen, closing, beginning)
        if late > TOLERANCE_SECONDS:
            yield f"I-27 the return {closing} is credited {late:.1f} s late"


def _truth(seen: Evidence, act: str, beginning: float) -> float:
    return beginning + seen.true_second(act)


def _in_step(seen: Evidence, spans: Spans) -> Iterator[str]:
    """In one boot of a station what came later is never put earlier."""
    boots: dict[tuple[str, str], list[Told]] = {}
    for told in sorted(seen.told.values(), key=lambda one: seen.true_second(one.act)):
        boots.setdefault((told.row["device"], told.row["boot"]), []).append(told)
    for boot in boots.values():
        for one, other in pairwise(boot):
            before, after = spans[one.act], spans[other.act]
            if after[1] < before[0] - TOLERANCE_SECONDS:
                yield f"I-28 {other.act} is put before {one.act}, which its station did earlier"


def _holders(seen: Evidence, spans: Spans) -> Iterator[str]:
    """Who has an item is what truly happened to it last, as far as the order can be known."""
    loans = seen.open_loans()
    for book in seen.world.books:
        history = [
            told
            for told in seen.of_item(str(book.item))
            if told.kind in LENDING or told.kind == "item-returned"
        ]
        if not all(is_plain(one, other, spans) for one, other in pairwise(history)):
            continue
        truly = history[-1].act if history and history[-1].kind in LENDING else None
        open_loans = [loan["act"] for loan in loans.get(str(book.item), [])]
        if open_loans != ([] if truly is None else [truly]):
            yield f"I-09 {book.item} is on loan by {open_loans}, in truth by {truly}"


def is_plain(one: Told, other: Told, spans: Spans) -> bool:
    """Whether the server can know which of the two was first."""
    return one.place[:2] == other.place[:2] or spans[one.act][1] < spans[other.act][0]


def _due_dates(seen: Evidence, beginning: float) -> Iterator[str]:
    """Never earlier than the library's rule says, in its own time zone; nor than was shown."""
    for act, loan in seen.loans.items():
        if act not in seen.told:
            continue
        given = date.fromisoformat(loan["due"])
        wanted = due_on(_truth(seen, act, beginning) - _COASTING_SECONDS)
        if given < wanted:
            yield f"I-29 {act} is due {given}, by the rule {wanted}"
        promise = seen.world.promises.get(act)
        if promise is not None and promise.due is not None and given < promise.due:
            yield f"I-16 {act} is due {given}, but the patron was shown {promise.due}"


def _decided_alone(seen: Evidence) -> Iterator[str]:
    for act, loan in seen.loans.items():
        if act not in seen.told or seen.told[act].kind != "item-lent":
            continue
        if bool(loan["provisional"]) != (act in seen.world.alone):
            yield f"I-32 {act} is marked provisional: {bool(loan['provisional'])}"
