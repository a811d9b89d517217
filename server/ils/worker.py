"""Talks to the library's own system, with threads of its own: the ingest never waits for it.

Each thread answers a station's question, or takes a job in one transaction, carries it out in none,
and keeps what came of it in another. Searches have one thread of their own, so that there is one
at a time and no loan waits for it. An error that nobody foresaw stops the program; what was being
sent is then looked up when it starts again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection, Engine

from broker.fault_points import fault_point
from broker.receipts import SendReceipt
from broker.requests import Answer, Find, Renew
from broker.vocabulary import DeviceId, PatronId
from server.circulation.outcomes import Outcome
from server.ils.answering import Answering
from server.ils.asks import Asks, Waiting
from server.ils.carrying import carry_out
from server.ils.clerk import Clerk
from server.ils.finding import Finding
from server.ils.jobs import Job, Renewal, meddle
from server.ils.library import SystemLibrary
from server.ils.port import LibrarySystem
from server.ils.renewing import Renewing
from server.journal import errands
from server.journal.database import DatabaseFailed, reading, transaction
from server.mail.letterbox import Asker

_IDLE_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 1.0
_LET_PASS_SECONDS: Final = 0.0002

log: Final = structlog.get_logger()

# Device, correlation, answer and time.
Say = Callable[[DeviceId, str, Answer, float], None]


@dataclass(frozen=True, slots=True)
class Records:
    """Where jobs come from: the journal's database, the clerk, and questions of stations."""

    engine: Engine
    clerk: Clerk
    library: SystemLibrary

    @property
    def asks(self) -> Asks:
        return self.library.asks


class Worker:
    """`say` answers a station; `now` is seconds since 1970 UTC; all ends when `stopping` is set."""

    def __init__(
        self,
        records: Records,
        system: LibrarySystem,
        say: Say,
        now: Callable[[], float],
        stopping: threading.Event,
    ) -> None:
        self._records, self._system, self._say = records, system, say
        self._now, self._stopping = now, stopping
        engine, library = records.engine, records.library
        self._answering = Answering(engine, system, library.branch, now, library.letterbox)
        self._renewing = Renewing(engine, system, library, now)
        self._finding = Finding(engine, system, self._is_wanted, now)
        self._turn = threading.Lock()
        self._under_way: list[Job | Renewal] = []
        self._threads: list[threading.Thread] = []

    def start(self, threads: int) -> None:
        """Raises DatabaseFailed."""
        with transaction(self._records.engine) as connection:
            errands.doubt_what_was_sent(connection, self._now())
        works = [(self._run, f"system {number}") for number in range(threads)]
        for work, name in [*works, (self._search, "search")]:
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stir(self) -> None:
        """What there is to do is committed."""
        self._records.asks.stir()

    def join(self) -> None:
        """Until every thread has ended what it was at."""
        self._stopping.set()
        self._records.asks.call_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        called = True
        try:
            while not self._stopping.is_set():
                called = self._one(called=called) or self._records.asks.rest(_IDLE_SECONDS)
        finally:
            self._stopping.set()

    def _search(self) -> None:
        """One search after the other."""
        try:
            while not self._stopping.is_set():
                waiting = self._records.asks.next_search(self._now(), _IDLE_SECONDS)
                if waiting is not None and isinstance(waiting.ask.question, Find):
                    self._tell(waiting, self._finding.find(waiting.ask.question))
        finally:
            self._stopping.set()

    def _is_wanted(self) -> bool:
        """Whether the system is being told or asked something that is no search, or soon will."""
        return bool(self._under_way) or self._records.asks.is_pressing

    def _one(self, *, called: bool) -> bool:
        """Does one thing; False when there was none to do."""
        waiting = self._records.asks.next(self._now())
        if waiting is not None:
            self._share()
            return self._answer(waiting)
        job = self._prompted() or self._taken(called=called)
        if job is None:
            return False
        self._share()
        outcome = carry_out(self._system, job.item, job.todo)
        self._settle(job, outcome)
        return True

    def _share(self) -> None:
        """More stations wait than have somebody at work for them."""
        if self._records.asks.waiting > len(self._under_way):
            self._records.asks.call_one()

    def _answer(self, waiting: Waiting) -> bool:
        """False when it has to wait for something else that is on its way."""
        match waiting.ask.question:
            case Renew(_, item, PatronId() as patron) as renew:
                renewal = Renewal(item, frozenset((patron,)))
                with self._turn:
                    if any(meddle(renewal, other) for other in self._under_way):
                        self._records.asks.put_back(waiting)
                        return False
                    self._under_way.append(renewal)
                answer: Answer | None = self._renewing.answer(renew, patron)
                with self._turn:
                    self._under_way.remove(renewal)
            case SendReceipt(_, PatronId() as patron) as receipt:
                asker = Asker(waiting.device, waiting.ask.correlation, waiting.until)
                answer = self._answering.mailed(receipt, patron, asker)
            case question:
                answer = self._answering.answer(question)
        if answer is not None:
            self._tell(waiting, answer)
        return True

    def _prompted(self) -> Job | None:
        """A job that is stored as being sent already, unless something has got in its way."""
        prompt = self._records.asks.next_prompt()
        if prompt is None:
            return None
        with self._turn:
            in_time = self._now() < prompt.until
            if in_time and not any(meddle(prompt.job, other) for other in self._under_way):
                fault_point("S7")
                self._under_way.append(prompt.job)
                return prompt.job
        clerk = self._records.clerk
        self._keep(lambda kept: clerk.put_back(kept, prompt.job, self._now()))
        return None

    def _taken(self, *, called: bool) -> Job | None:
        """A job that is stored as being sent before anything leaves; one thread at a time.

        Who was not called looks first, and takes no writer's turn for nothing.
        """
        records, now = self._records, self._now()
        with self._turn:
            try:
                if not called and not self._is_ripe(now):
                    return None
                with transaction(records.engine) as connection:
                    job = records.clerk.take(connection, now, self._under_way)
            except DatabaseFailed as error:
                log.warning("the database refuses; the system waits", problem=str(error))
                self._stopping.wait(_RETRY_SECONDS)
                return None
            if job is not None:
                fault_point("S7")
                self._under_way.append(job)
        return job

    def _is_ripe(self, now: float) -> bool:
        with reading(self._records.engine) as connection:
            return bool(errands.ripe(connection, now, ()))

    def _settle(self, job: Job, outcome: Outcome) -> None:
        """A station hears of it at once, if one waits; then it is kept."""
        if self._tell_all(job, outcome):
            # Whoever publishes it goes first.
            self._stopping.wait(_LET_PASS_SECONDS)
        fault_point("S9")
        clerk = self._records.clerk
        if not self._keep(lambda kept: clerk.settle(kept, job, outcome, self._now())):
            return
        with self._turn:
            self._under_way.remove(job)
        self._tell_all(job, outcome)  # and who asked meanwhile

    def _keep(self, what: Callable[[Connection], None]) -> bool:
        """However long the database refuses; False when the program has to stop before.

        What was being sent is then looked up at its next start.
        """
        while True:
            try:
                with transaction(self._records.engine) as connection:
                    what(connection)
            except DatabaseFailed as error:
                log.warning("the database refuses; an outcome waits", problem=str(error))
                if self._stopping.wait(_RETRY_SECONDS):
                    return False
            else:
                return True

    def _tell_all(self, job: Job, outcome: Outcome) -> bool:
        """Whether anybody waited for it."""
        answer = self._records.clerk.answer(job, outcome)
        if answer is None:
            return False
        told = self._records.asks.about(job.steps[0].wanted.act)
        for waiting in told:
            self._tell(waiting, answer)
        return bool(told)

    def _tell(self, waiting: Waiting, answer: Answer) -> None:
        """The station, unless it waits no more."""
        now = self._now()
        if now < waiting.until:
            self._say(waiting.device, waiting.ask.correlation, answer, now)
