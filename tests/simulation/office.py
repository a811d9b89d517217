"""Who talks to the library's own system in the simulation: the worker's part, in virtual time.

The clerk, the table of errands and what carries a job out are the product's own. There are two
lines to the system, as `server.ils.worker` has threads; what is under way when the server stops is
lost.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from sqlalchemy import Engine

from broker.fault_points import fault_point
from broker.requests import Answer
from server.circulation.errands import Cause, Change, Look, Send
from server.circulation.outcomes import Outcome
from server.ils.answering import Answering
from server.ils.asks import Asks, Prompt, Waiting
from server.ils.carrying import carry_out
from server.ils.clerk import Clerk
from server.ils.jobs import Job, meddle
from server.journal.database import DatabaseFailed, transaction
from server.journal.errands import doubt_what_was_sent
from tests.simulation.limits import BRANCH
from tests.simulation.plain_sql import PlainSql
from tests.simulation.system import SimulatedSystem
from tests.simulation.things import World
from tests.simulation.weather import Crash, Weather

_LINES: Final = 2
_STIRRED_SECONDS: Final = 0.02
_WAY_SECONDS: Final = (0.02, 0.6)
_SILENCE_SECONDS: Final = (2.0, 30.0)
_RETRY_SECONDS: Final = 1.0
_NEXT: Final = "SELECT min(not_before) FROM errand"


class Host(Protocol):
    """The server it works for."""

    weather: Weather
    world: World
    engine: Engine
    look: PlainSql
    up: bool

    def crash(self) -> None: ...

    def say_late(self, waiting: Waiting, answer: Answer) -> None: ...


class Office:
    """At work from the start until the server crashes, and again from the next start on."""

    def __init__(self, host: Host, system: SimulatedSystem, clerk: Clerk) -> None:
        self._host, self.system, self._clerk = host, system, clerk
        self._asks = Asks()
        self._answering = Answering(host.engine, system, BRANCH, lambda: host.weather.true)
        self._weather = host.weather
        self._life = 0
        self._asking = 0
        self._under_way: list[Job] = []
        self._wake_at: float | None = None

    def start(self, asks: Asks) -> None:
        """As the worker: what was being sent is looked up."""
        self._life += 1
        self._asks = asks
        self._asking, self._under_way, self._wake_at = 0, [], None
        try:
            with transaction(self._host.engine) as connection:
                doubt_what_was_sent(connection, self._weather.true)
        except DatabaseFailed:
            self._later(_RETRY_SECONDS, partial(self.start, asks))
            return
        self.stir()

    def stir(self) -> None:
        """There may be something new to do."""
        self._asks.stir()
        self._wake(self._weather.now + _STIRRED_SECONDS)

    def _wake(self, at: float) -> None:
        if self._wake_at is None or at < self._wake_at:
            self._wake_at = at
            self._later(at - self._weather.now, partial(self._work, at))

    def _work(self, at: float) -> None:
        if self._wake_at != at:
            return
        self._wake_at = None
        while self._asking + len(self._under_way) < _LINES:
            waiting = self._asks.next(self._weather.true)
            if waiting is not None:
                self._asking += 1
                self._later(self._way(), partial(self._answer, waiting))
                continue
            if not self._begin():
                return

    def _begin(self) -> bool:
        """One job more is under way; False when there is none, and then when to look again."""
        prompted = self._asks.next_prompt()
        if prompted is not None:
            return self._prompted(prompted)
        if self._sleeps():
            return False
        try:
            with transaction(self._host.engine) as connection:
                job = self._clerk.take(connection, self._weather.true, self._under_way)
        except DatabaseFailed:
            self._wake(self._weather.now + _RETRY_SECONDS)
            return False
        if job is None:
            self._sleeps()
            return False
        self._send(job)
        return True

    def _prompted(self, prompt: Prompt) -> bool:
        """As the worker: unless something has got in its way."""
        free = not any(meddle(prompt.job, other) for other in self._under_way)
        if free and self._weather.true < prompt.until:
            self._weather.reached("a loan was sent as soon as it was kept")
            self._send(prompt.job)
            return True
        self._weather.reached("a loan that could not be sent at once was put back")
        self._put_back(prompt.job)
        return True

    def _put_back(self, job: Job) -> None:
        try:
            with transaction(self._host.engine) as connection:
                self._clerk.put_back(connection, job, self._weather.true)
        except DatabaseFailed:
            self._later(_RETRY_SECONDS, partial(self._put_back, job))
            return
        self.stir()

    def _send(self, job: Job) -> None:
        fault_point("S7")
        self._witness(job)
        self._under_way.append(job)
        self._later(self._way(), partial(self._carry, job))

    def _sleeps(self) -> bool:
        """Whether there is nothing to do now, by plain SQL; then it wakes when there is."""
        ((first,),) = self._host.look.rows(_NEXT)
        if first is None:
            return True
        if first > self._weather.true:
            self._wake(self._weather.now + first - self._weather.true)
            return True
        return False

    def _carry(self, job: Job) -> None:
        step = job.steps[0]
        self.system.act = str(step.wanted.act)
        outcome = carry_out(self.system, job.item, job.todo)
        silent = not self.system.answers_at_once
        self.system.answers_at_once = True
        way = self._weather.random.uniform(*_SILENCE_SECONDS) if silent else self._way()
        self._later(way, partial(self._settle, job, outcome))

    def _settle(self, job: Job, outcome: Outcome) -> None:
        self._tell_all(job, outcome)
        fault_point("S9")
        try:
            with transaction(self._host.engine) as connection:
                self._clerk.settle(connection, job, outcome, self._weather.true)
        except DatabaseFailed:
            self._later(_RETRY_SECONDS, partial(self._settle, job, outcome))
            return
        self._under_way.remove(job)
        self._tell_all(job, outcome)
        self.stir()

    def _tell_all(self, job: Job, outcome: Outcome) -> None:
        answer = self._clerk.answer(job, outcome)
        if answer is not None:
            for waiting in self._asks.about(job.steps[0].wanted.act):
                self._tell(waiting, answer)

    def _answer(self, waiting: Waiting) -> None:
        self._asking -= 1
        answer = self._answering.answer(waiting.ask.question)
        if answer is not None:
            self._tell(waiting, answer)
        self.stir()

    def _tell(self, waiting: Waiting, answer: Answer) -> None:
        if self._weather.true < waiting.until:
            self._host.say_late(waiting, answer)

    def _way(self) -> float:
        return self._weather.random.uniform(*_WAY_SECONDS)

    def _later(self, seconds: float, happen: Callable[[], None]) -> None:
        """Unless the server has crashed by then; it may crash just then."""
        life = self._life

        def perhaps() -> None:
            if self._host.up and self._life == life:
                try:
                    happen()
                except Crash:
                    self._host.crash()

        self._weather.later(max(seconds, 0.0), perhaps)

    def _witness(self, job: Job) -> None:
        """Two changes of one item, or of one patron, are never on their way at once."""
        for other in self._under_way:
            if isinstance(job.todo, Send) and job.item == other.item:
                self._host.world.accuse("I-17", f"two things are done at once to {job.item}")
        if isinstance(job.todo, Look):
            self._weather.reached("looked what the library's system had done")
        wanted = job.steps[0].wanted
        if wanted.cause is Cause.ABANDONED and wanted.change is Change.TAKE_BACK:
            self._weather.reached("abandoned loan undone in the library's system")
        if wanted.change is Change.MAKE_WAY:
            self._weather.reached("taken back from another in the library's system")
