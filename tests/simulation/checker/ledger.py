"""Lost, doubled, invented: invariants I-01 to I-12 of the journal against the witnesses."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from broker.wire import encode_entry
from tests.simulation.checker.evidence import (
    LENDING,
    Evidence,
    Row,
    Told,
    said_apart_from_place,
)
from tests.simulation.library import REVOKED
from tests.simulation.things import Promise


def broken(seen: Evidence) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    yield from _promised(seen)
    yield from _attempted(seen)
    yield from _once(seen)
    yield from _as_written(seen)
    yield from _returned_once(seen)
    yield from _numbered(seen)
    yield from _one_loan_each(seen)
    yield from _balanced(seen)
    yield from _kept_aside(seen)
    yield from _unconfirmed(seen)


def _promised(seen: Evidence) -> Iterator[str]:
    for act, promise in seen.world.promises.items():
        if act in seen.world.lost and act not in seen.told:
            continue
        if act not in seen.told:
            yield f"I-01 promised and not recorded: {act}"
        elif seen.told[act].kind not in _kinds(promise):
            yield f"I-01 {act} was promised {_kinds(promise)} and is {seen.told[act].kind}"


def _kinds(promise: Promise) -> tuple[str, ...]:
    if promise.patron is not None:
        return ("item-lent",)
    return ("item-returned",) if promise.item is not None else ("unknown-item-dropped",)


def _attempted(seen: Evidence) -> Iterator[str]:
    for act, told in seen.told.items():
        attempt = seen.world.attempts.get(act)
        if attempt is None:
            yield f"I-02 never attempted: {act}"
        elif attempt.station != told.row["device"]:
            yield f"I-02 {act} was attempted at {attempt.station}, not at {told.row['device']}"
        if f"/{told.row['site']}/{told.row['device']}" != told.event["source"]:
            yield f"I-31 {act} came from {told.event['source']} as {told.row['device']}"


def _once(seen: Evidence) -> Iterator[str]:
    if seen.counted != len(seen.told):
        yield f"I-03 {seen.counted} rows for {len(seen.told)} facts"
    for name, ledger in seen.ledgers.items():
        for row in ledger.entries:
            known = seen.told.get(row["act"])
            if row["act"] in seen.world.open_again and known is not None:
                continue
            if known is None or not _say_the_same(known.row["payload"], row["payload"]):
                yield f"I-03 {name} has {row['act']}, the journal has not"
    for grant in seen.grants:
        if grant["standing"] == "open" and grant["act"] not in seen.world.lost:
            yield f"I-03 a yes to a loan that no fact closes: {grant['act']}"


def _as_written(seen: Evidence) -> Iterator[str]:
    for act, told in seen.told.items():
        entry = seen.world.entries.get(act)
        if entry is None:
            yield f"I-02 {act} was never written down by its station"
        elif act not in seen.world.open_again and not _say_the_same(
            encode_entry(entry), told.row["payload"]
        ):
            yield f"I-05 {act} is not what its station wrote"


def _say_the_same(one: bytes, other: bytes) -> bool:
    return said_apart_from_place(one) == said_apart_from_place(other)


def _returned_once(seen: Evidence) -> Iterator[str]:
    """One laying down is one return; a tag that could not be secured may be tried again."""
    returns = Counter(
        (attempt.uid, attempt.laid)
        for act, told in seen.told.items()
        if told.kind == "item-returned" and told.said["secured"]
        if (attempt := seen.world.attempts.get(act)) is not None
    )
    for (uid, _), times in returns.items():
        if times > 1:
            yield f"I-03 {uid} was laid down once and returned {times} times"


def _numbered(seen: Evidence) -> Iterator[str]:
    """Without holes, on both sides: the archive too."""
    numbers: dict[tuple[str, str], set[int]] = {}
    # What could not be read has no number.
    aside = [
        row
        for row in seen.quarantine
        if row["payload"] not in seen.world.mischief and row["install"] is not None
    ]
    places = [told.place for told in seen.told.values()]
    places += [(row["device"], row["install"], row["seq"]) for row in (*aside, *seen.elsewhere)]
    for device, install, seq in places:
        numbers.setdefault((device, install), set()).add(seq)
    known = {(row["device"], _of_install(row)) for row in seen.tasks if row["kind"] == "gap"}
    for (device, install), found in sorted(numbers.items()):
        if found != set(range(1, len(found) + 1)) and (device, install) not in known:
            yield f"I-04 {device} {install} has holes nobody knows of: {_holes(found)}"
    for name, ledger in seen.ledgers.items():
        kept = [entry["seq"] for entry in ledger.entries]
        if kept != list(range(1, len(kept) + 1)):
            yield f"I-10 {name} threw entries away: {_holes(kept)}"


def _of_install(task: Row) -> str:
    return str(json.loads(task["evidence"])["install"])


def _holes(found: Iterable[int]) -> str:
    missing = sorted(set(range(1, max(found, default=0) + 1)).difference(found))
    return ", ".join(map(str, missing[:5])) or "a number twice"


def _one_loan_each(seen: Evidence) -> Iterator[str]:
    for item, loans in seen.open_loans().items():
        if len(loans) > 1:
            yield f"I-06 {item} has {len(loans)} open loans"
    lent = {act: told for act, told in seen.told.items() if told.kind in LENDING}
    for act in sorted(lent.keys() ^ seen.loans.keys()):
        yield f"I-07 a loan without its fact, or a fact without its loan: {act}"
    for act in sorted(lent.keys() & seen.loans.keys()):
        said, loan = lent[act].said, seen.loans[act]
        if (said["item"], seen.patron(lent[act]), said["due"]) != _terms(loan):
            yield f"I-07 the loan {act} has other terms than its fact"
        closing = seen.told.get(loan["closed_by"])
        if loan["closed_by"] and (closing is None or closing.row["item"] != loan["item"]):
            yield f"I-07 the loan {act} was closed by {loan['closed_by']}, which is not of its item"


def _balanced(seen: Evidence) -> Iterator[str]:
    for patron, (begun, ended, left) in _balances(seen).items():
        if begun - ended != left:
            yield f"I-07 {patron}: {begun} loans, {ended} ended, {left} open"


def _terms(loan: dict[str, str]) -> tuple[str, str, str]:
    return loan["item"], loan["patron"], loan["due"]


def _balances(seen: Evidence) -> dict[str | None, tuple[int, int, int]]:
    lent = (told for told in seen.told.values() if told.kind in LENDING)
    begun = Counter(seen.patron(told) for told in lent)
    rows = seen.loans.values()
    ended = Counter(row["patron"] for row in rows if row["returned_at"] is not None)
    left = Counter(row["patron"] for row in rows if row["returned_at"] is None)
    patrons = begun.keys() | ended.keys() | left.keys()
    return {patron: (begun[patron], ended[patron], left[patron]) for patron in patrons}


def _kept_aside(seen: Evidence) -> Iterator[str]:
    """Whatever was taken in is in the journal, or aside with a reason; nothing else is aside."""
    journal = {told.row["payload"] for told in seen.told.values()}
    aside = {row["payload"] for row in seen.quarantine}
    for payload, topic in seen.world.taken.items():
        if (payload in journal) == (payload in aside) and not _told_again(seen, payload):
            where = "both places" if payload in journal else "neither place"
            yield f"I-11 a message on {topic} is in {where}: {payload[:60]!r}"
    for row in seen.quarantine:
        if not row["reason"]:
            yield "I-11 kept aside without a reason"
        if row["payload"] not in seen.world.mischief and not _told_again(seen, row["payload"]):
            yield f"I-11 kept aside without need: {row['reason']}"
    for told in seen.told.values():
        if told.row["payload"] in seen.world.mischief:
            yield f"{_whose(told)} mischief was believed: {json.dumps(told.said)}"


def _told_again(seen: Evidence, payload: bytes) -> bool:
    """A ledger that was put back begins again: the act came under another number, or never can."""
    said = said_apart_from_place(payload)
    act = "" if said is None else str(said.get("id", ""))
    if act in seen.world.open_again | seen.world.lost:
        return True
    return act in seen.told and _say_the_same(seen.told[act].row["payload"], payload)


def _whose(told: Told) -> str:
    return "I-34" if told.row["device"] == str(REVOKED) else "I-31"


def _unconfirmed(seen: Evidence) -> Iterator[str]:
    """What no screen confirmed is marked so, and staff are told."""
    told_staff = {row["act"] for row in seen.tasks if row["kind"] == "loan-unconfirmed"}
    for act, loan in seen.loans.items():
        sure = act in seen.told and seen.told[act].kind == "item-lent"
        if bool(loan["confirmed"]) != sure:
            yield f"I-12 the loan {act} is marked confirmed: {bool(loan['confirmed'])}"
        if not sure and loan["returned_at"] is None and act not in told_staff:
            yield f"I-12 nobody is told that {act} is not confirmed"
        if sure and act not in seen.world.verified:
            yield f"I-12 {act} says the tag was read back, and it never was"
