"""Lost, doubled, invented: invariants I-01 to I-12 of the journal against the witnesses."""

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from broker.wire import encode_entry
from tests.simulation.checker.evidence import LENDING, Evidence
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
    yield from _holders(seen)
    yield from _kept_aside(seen)
    yield from _unconfirmed(seen)


def _promised(seen: Evidence) -> Iterator[str]:
    for act, promise in seen.world.promises.items():
        if act in seen.world.lost_with_the_card and act not in seen.told:
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
            if known is None or known.row["payload"] != row["payload"]:
                yield f"I-03 {name} has {row['act']}, the journal has not"
    for grant in seen.grants:
        if grant["standing"] == "open" and grant["act"] not in seen.world.lost_with_the_card:
            yield f"I-03 a yes to a loan that no fact closes: {grant['act']}"


def _as_written(seen: Evidence) -> Iterator[str]:
    for act, told in seen.told.items():
        payload = told.row["payload"]
        if sha256(payload).hexdigest() != told.row["payload_hash"]:
            yield f"I-05 {act} is not what its hash says"
        entry = seen.world.entries.get(act)
        if entry is None:
            yield f"I-02 {act} was never written down by its station"
        elif encode_entry(entry) != payload:
            yield f"I-05 {act} is not what its station wrote"


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
    numbers: dict[tuple[str, str], list[int]] = {}
    for told in seen.told.values():
        device, install, seq = told.place
        numbers.setdefault((device, install), []).append(seq)
    for (device, install), found in sorted(numbers.items()):
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"I-04 {device} {install} has holes: {_holes(found)}"
    for name, ledger in seen.ledgers.items():
        kept = [entry["seq"] for entry in ledger.entries]
        if kept != list(range(1, len(kept) + 1)):
            yield f"I-10 {name} threw entries away: {_holes(kept)}"


def _holes(found: list[int]) -> str:
    missing = sorted(set(range(1, max(found, default=0) + 1)) - set(found))
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
        if (said["item"], said["patron"], said["due"]) != _terms(loan):
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


def _balances(seen: Evidence) -> dict[str, tuple[int, int, int]]:
    lent = (told for told in seen.told.values() if told.kind in LENDING)
    begun = Counter(told.said["patron"] for told in lent)
    rows = seen.loans.values()
    ended = Counter(row["patron"] for row in rows if row["returned_at"] is not None)
    left = Counter(row["patron"] for row in rows if row["returned_at"] is None)
    patrons = begun.keys() | ended.keys() | left.keys()
    return {patron: (begun[patron], ended[patron], left[patron]) for patron in sorted(patrons)}


def _holders(seen: Evidence) -> Iterator[str]:
    """Who has an item is what truly happened to it last, as far as its time can be known."""
    loans = seen.open_loans()
    for book in seen.world.books:
        history = [
            told
            for told in seen.of_item(str(book.item))
            if told.kind in LENDING or told.kind == "item-returned"
        ]
        if not seen.knows_order(str(book.item)):
            continue
        truly = history[-1].act if history and history[-1].kind in LENDING else None
        open_loans = [loan["act"] for loan in loans.get(str(book.item), [])]
        if open_loans != ([] if truly is None else [truly]):
            yield f"I-09 {book.item} is on loan by {open_loans}, in truth by {truly}"


def _kept_aside(seen: Evidence) -> Iterator[str]:
    """Whatever was taken in is in the journal, or aside with a reason; nothing else is aside."""
    journal = {told.row["payload"] for told in seen.told.values()}
    aside = {row["payload"] for row in seen.quarantine}
    for payload, topic in seen.world.taken.items():
        if (payload in journal) == (payload in aside):
            where = "both places" if payload in journal else "neither place"
            yield f"I-11 a message on {topic} is in {where}: {payload[:60]!r}"
    for row in seen.quarantine:
        if row["payload"] not in seen.world.mischief:
            yield f"I-11 kept aside without need: {row['reason']}"
        elif not row["reason"]:
            yield "I-11 kept aside without a reason"
    for told in seen.told.values():
        if told.row["payload"] in seen.world.mischief:
            yield f"I-31 mischief was believed: {json.dumps(told.said)}"


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
