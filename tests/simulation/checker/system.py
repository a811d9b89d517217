"""The library's own system against the journal and the truth: invariants I-13 to I-17."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from server.ils.reconciliation import reconcile
from tests.simulation.checker.evidence import LENDING, Evidence, Told
from tests.simulation.checker.times import TOLERANCE_SECONDS, Spans, is_plain
from tests.simulation.library import Server
from tests.simulation.limits import local_date
from tests.simulation.system import Effect, SimulatedSystem

_SYNCHRONISED_SECONDS = 2.0


def broken(seen: Evidence, spans: Spans, beginning: float) -> Iterator[str]:
    """Each violation in words, beginning with its invariant."""
    system = seen.world.system
    if system is None:
        return
    yield from _once_each(seen, system.effects)
    yield from _same_state(seen, system, spans)
    for effect in system.effects:
        yield from _dated(seen, effect, beginning)
    yield from _due_late_enough(seen, system)
    yield from _in_order(seen, system.effects, spans)


def unseen_at_night(server: Server, seen: Evidence) -> Iterator[str]:
    """What differs once nothing is under way is a task after the night, whatever the reason."""
    system = seen.world.system
    if system is None:
        return
    reconcile(server.engine, system, lambda: server.weather.true)
    told = {item for _, _, item in server.open_tasks()} | _touched_by_lost(seen)
    for item, theirs, ours in _differing(seen, system):
        if item not in told:
            yield f"I-14 {item} is on loan to {theirs} there, to {ours} here, and the night passed"


def _once_each(seen: Evidence, effects: Iterable[Effect]) -> Iterator[str]:
    """At most one effect of a kind for an act, and none that nothing explains."""
    granted = {row["act"] for row in seen.grants}
    # A ledger put back has it open again, and a server restored has forgotten how it ended.
    forgotten = seen.world.lost | (seen.world.open_again if seen.world.restores else set())
    provisional = {told.act for told in seen.told.values() if told.said.get("provisional")}
    for (act, kind), times in Counter((one.act, one.kind) for one in effects).items():
        told = seen.told.get(act)
        if kind == "renewed":
            yield f"I-15 {act} renewed a loan, and nobody asked for that"
        if times > 1:
            yield f"I-13 {act} has {times} effects: {kind}"
        if told is None and act not in granted | forgotten:
            yield f"I-13 {act} has an effect, and nobody knows of it: {kind}"
        lending = told is not None and told.kind in LENDING
        if kind == "returned" and lending and act not in provisional | forgotten:
            yield f"I-13 {act} is a loan, and was taken back"


def _same_state(seen: Evidence, system: SimulatedSystem, spans: Spans) -> Iterator[str]:
    """The system has what we have, or staff are told; but for what nobody can put in order."""
    excused = seen.open_tasks() | _touched_by_lost(seen)
    for item, theirs, ours in _differing(seen, system):
        steps = pairwise(seen.of_item(item))
        known = all(_known_at_once(one, other, spans) for one, other in steps)
        if known and item not in excused:
            yield f"I-14 {item} is on loan to {theirs} there, to {ours} here"


def _differing(
    seen: Evidence, system: SimulatedSystem
) -> Iterator[tuple[str, str | None, str | None]]:
    """Item, who has it there, and who has it here."""
    loans = seen.open_loans()
    for book in seen.world.books:
        item = str(book.item)
        theirs = system.loans.get(item, (None, None))[0]
        ours = loans[item][0]["patron"] if item in loans else None
        if theirs != ours:
            yield item, theirs, ours


def _touched_by_lost(seen: Evidence) -> set[str]:
    return {str(seen.world.attempts[act].item) for act in seen.world.lost}


def _dated(seen: Evidence, effect: Effect, beginning: float) -> Iterator[str]:
    """A return counts from its drop; where the clock was unsure, in doubt before it."""
    told = seen.told.get(effect.act)
    if told is None or told.kind != "item-returned":
        return
    truth = beginning + seen.true_second(effect.act)
    late = effect.at - truth
    sure = told.row["clock"] == "synchronised"
    same_day = local_date(effect.at) == local_date(truth)
    if late > TOLERANCE_SECONDS and (sure or not same_day):
        yield f"I-16 {effect.act} is dated {late:.1f} s after the drop"
    if sure and late < -_SYNCHRONISED_SECONDS and not same_day:
        yield f"I-16 {effect.act} is dated {-late:.1f} s before the drop"


def _due_late_enough(seen: Evidence, system: SimulatedSystem) -> Iterator[str]:
    excused = seen.open_tasks() | _touched_by_lost(seen)
    for item, loans in seen.open_loans().items():
        shown, theirs = date.fromisoformat(loans[0]["due"]), system.loans.get(item)
        same = theirs is not None and theirs[0] == loans[0]["patron"]
        if theirs is not None and same and theirs[1] < shown and item not in excused:
            yield f"I-16 {item} is due {theirs[1]} there, and the patron was shown {shown}"


def _in_order(seen: Evidence, effects: list[Effect], spans: Spans) -> Iterator[str]:
    items = sorted({effect.item for effect in effects})
    for item in items:
        acts = [effect.act for effect in effects if effect.item == item]
        told = [seen.told[act] for act in dict.fromkeys(acts) if act in seen.told]
        for one, other in pairwise(told):
            if one.kind == "loan-abandoned" or other.kind == "loan-abandoned":
                continue
            backwards = seen.true_second(other.act) < seen.true_second(one.act)
            if backwards and _known_at_once(other, one, spans):
                yield f"I-17 {other.act} was told the system after {one.act}, which came later"


def _known_at_once(one: Told, other: Told, spans: Spans) -> bool:
    """Whether the order of the two was certain as soon as both were heard of."""
    sure = one.row["clock"] == other.row["clock"] == "synchronised"
    return is_plain(one, other, spans) and (sure or one.place[:2] == other.place[:2])
