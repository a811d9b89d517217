"""What a library's own system has yet to be told of one item, and what may be done next. Pure.

Law: a saga of single changes (Garcia-Molina and Salem, 1987), in the order of the item's history
and one at a time. A change is stored as SENDING before a byte of it leaves; of one whose fate is
unknown the records are read before anything else is done; what is refused is tried again, slowly,
and holds nothing up; what is older than the newest change that was made is never made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import dropwhile, takewhile
from typing import Final

from broker.vocabulary import ActId, Patron, Reason


class Change(Enum):
    """What the system is to be told. MAKE_WAY takes back from another what is lent then."""

    LEND = "lend"
    TAKE_BACK = "take-back"
    MAKE_WAY = "make-way"


class Stage(Enum):
    """How far it is. OK, STAFF and VOID (not needed any more) are for good.

    DOUBTFUL is what may have been made before the database was restored.
    """

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    OK = "ok"
    STAFF = "staff"
    VOID = "void"


FINAL: Final = frozenset({Stage.OK, Stage.STAFF, Stage.VOID})
PERHAPS_MADE: Final = frozenset({Stage.UNKNOWN, Stage.DOUBTFUL})


class Cause(Enum):
    """Why: a station waits for a yes (no fact has closed that yet), or what a fact says."""

    ASKED = "asked"
    LENT = "lent"
    PROVISIONAL = "provisional"
    ABANDONED = "abandoned"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One change that follows from the item's history, at its corrected time.

    `patron` gets the item, or had it; `heard_late` when the fact came long after its time.
    """

    act: ActId
    change: Change
    cause: Cause
    patron: Patron | None
    at: float
    due: date | None = None
    heard_late: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """What is kept of a change. Times: seconds since 1970 UTC.

    Nothing is done before `not_before`, or at all while that is None; a station waits for a yes
    until `wanted_until`; `tries` came to nothing; `due` is the system's.
    """

    act: ActId
    change: Change
    stage: Stage
    tries: int = 0
    not_before: float | None = None
    wanted_until: float | None = None
    due: date | None = None

    def is_ripe(self, now: float) -> bool:
        return self.not_before is not None and self.not_before <= now


@dataclass(frozen=True, slots=True)
class Step:
    """A change with what is kept of it."""

    wanted: Wanted
    errand: Errand


Line = Sequence[Step]


@dataclass(frozen=True, slots=True)
class Send:
    """Make this change."""

    step: Step


@dataclass(frozen=True, slots=True)
class Look:
    """Read what became of these changes, one after the other."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Settle:
    """Nothing is to be asked: these are over."""

    steps: tuple[tuple[Step, Stage], ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """A loan was made that its station abandoned: it has to be taken back."""

    act: ActId


@dataclass(frozen=True, slots=True)
class Wait:
    """Until then, or until something more is known of the item."""

    until: float | None = None


Plan = Send | Look | Settle | Undo | Wait


def plan(line: Line, now: float) -> Plan:
    """What to do next about one item; `line` is in the order of its history."""
    if over := tuple(_over(line)):
        return Settle(over)
    for at, step in enumerate(line):
        if _is_to_be_undone(step, line[at + 1 :]):
            return Undo(step.wanted.act)
    return _next([step for step in line if step.errand.stage not in FINAL], now)


def _over(line: Line) -> Iterator[tuple[Step, Stage]]:
    """What is not to be made any more."""
    made = [at for at, step in enumerate(line) if step.errand.stage is Stage.OK]
    newest = made[-1] if made else -1
    for at, step in enumerate(line):
        if step.errand.stage in FINAL | {Stage.SENDING}:
            continue
        abandoned = step.wanted.cause is Cause.ABANDONED
        lending = step.wanted.change is Change.LEND
        unsent = step.errand.stage not in PERHAPS_MADE
        if abandoned and unsent and (lending or at < newest):
            yield step, Stage.VOID
        elif at < newest and (step.wanted.cause is not Cause.ASKED or not unsent):
            yield step, Stage.STAFF


def _is_to_be_undone(step: Step, after: Line) -> bool:
    wanted = step.wanted
    if step.errand.stage is not Stage.OK or wanted.change is not Change.LEND:
        return False
    if wanted.cause is not Cause.ABANDONED:
        return False
    undone = any(one.wanted.act == wanted.act for one in after)
    moved_on = any(one.errand.stage is Stage.OK for one in after)
    return not (undone or moved_on)


def _next(line: Line, now: float) -> Plan:
    left = [step for step in line if not _waits_for_its_fact(step, now)]
    if any(step.errand.stage is Stage.SENDING for step in left):
        return Wait()
    # What may have been made is looked at before anything is sent, also what came before it: that
    # was heard of later, and is too late if the other was made.
    perhaps = takewhile(_perhaps_made, dropwhile(lambda one: not _perhaps_made(one), left))
    if doubted := tuple(perhaps):
        ripe = doubted[0].errand.is_ripe(now)
        return Look(doubted) if ripe else Wait(doubted[0].errand.not_before)
    return _send(left, now)


def _send(left: Line, now: float) -> Send | Wait:
    """The first that may be sent; what was refused holds nothing up."""
    waits: list[float] = []
    for step in left:
        errand = step.errand
        if errand.is_ripe(now):
            return Send(step)
        if errand.stage is Stage.READY:
            return Wait(errand.not_before)
        if errand.not_before is not None:
            waits.append(errand.not_before)
    return Wait(min(waits, default=None))


def _perhaps_made(step: Step) -> bool:
    return step.errand.stage in PERHAPS_MADE


def _waits_for_its_fact(step: Step, now: float) -> bool:
    """A no was said to its station, or nobody waits for a yes any more: the fact will decide."""
    errand = step.errand
    if step.wanted.cause is not Cause.ASKED:
        return False
    over = (errand.wanted_until or 0.0) <= now
    certain = errand.stage in {Stage.REFUSED, Stage.DOUBTFUL}
    return certain or (errand.stage is Stage.READY and over)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a change: `reason` with REFUSED and STAFF; `again_in` so many seconds."""

    stage: Stage
    reason: Reason | None = None
    again_in: float | None = None
    due: date | None = None
    makes_way: bool = False
