"""Turns on few connections: first come, first served, and one is enough."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from server.ils.port import NothingSent
from server.ils.sip2.connection import Address, Connection
from server.ils.sip2.library import open_session
from server.ils.sip2.pool import Pool, PoolSettings
from server.ils.sip2.questions import Account, Questions
from tests.ils.accidents import UNDISTURBED, Accident, Plan
from tests.ils.cases import FREE, JAKARTA, NOW, opened
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.server import IlsServer
from tests.ils.wild import SlimsGateway
from tests.server.ils.conftest import Stand

STATIONS = 8
ROUNDS = 5
QUESTIONS = Questions(Account("MPL", JAKARTA), SlimsGateway.profile, lambda: NOW)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def pool_on(server: IlsServer, settings: PoolSettings, clock: Clock) -> Pool:
    address = Address("127.0.0.1", server.port)
    return Pool(settings, lambda: _opened(address, clock), clock)


def _opened(address: Address, clock: Callable[[], float]) -> Connection:
    return Connection(address, SlimsGateway.profile, clock)


def test_eight_stations_share_one_connection_and_none_starves(stand: Stand) -> None:
    desk = stand(SlimsGateway)
    pool, served = desk.library._pool, list[int]()

    def station(number: int) -> None:
        for _ in range(ROUNDS):
            with pool.turn() as turn:
                served.append(number)
                turn.read(QUESTIONS.item(FREE))

    threads = [threading.Thread(target=station, args=(number,)) for number in range(STATIONS)]
    with pool.turn():
        for thread in threads:
            thread.start()
        while len(pool._waiting) < STATIONS:
            threads[0].join(0.001)
    for thread in threads:
        thread.join()
    assert desk.server.connections == 1
    assert sorted(served[:STATIONS]) == list(range(STATIONS))
    assert sorted(served) == sorted(list(range(STATIONS)) * ROUNDS)


def test_who_asks_first_is_served_first() -> None:
    system = IlsServer(SlimsGateway(small_library()))
    pool = pool_on(system, PoolSettings(1), Clock())
    served: list[int] = []

    def waiting(number: int) -> None:
        with pool.turn():
            served.append(number)

    threads = []
    with pool.turn():
        for number in range(5):
            thread = threading.Thread(target=waiting, args=(number,))
            thread.start()
            while len(pool._waiting) <= number:
                thread.join(0.001)
            threads.append(thread)
    for thread in threads:
        thread.join()
    system.close()
    assert served == list(range(5))


def test_a_turn_that_does_not_come_is_nothing_sent() -> None:
    system = IlsServer(SlimsGateway(small_library()))
    pool = pool_on(system, PoolSettings(1, turn_within=0.05), Clock())
    with pool.turn():  # noqa: SIM117 - the second waits for the first
        with pytest.raises(NothingSent, match="no connection"), pool.turn():
            raise AssertionError
    with pool.turn() as turn:
        assert turn.read(QUESTIONS.status())
    pool.close()
    system.close()


def test_several_connections_are_used_at_once() -> None:
    system = IlsServer(Strict(small_library()))
    library = opened(system.port, Strict.profile, connections=3)
    gate = threading.Barrier(3)

    def station() -> None:
        with library._pool.turn() as turn:
            gate.wait(10)
            turn.read(library._questions.item(FREE))

    threads = [threading.Thread(target=station) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert system.connections == 3
    library.close()
    system.close()


def test_an_idle_connection_is_kept_by_asking_for_the_status() -> None:
    """Q13"""
    system, clock = IlsServer(SlimsGateway(small_library())), Clock()
    pool = pool_on(system, PoolSettings(1, idle_for=25.0), clock)
    pool.tend(QUESTIONS.status())
    with pool.turn() as turn:
        turn.read(QUESTIONS.item(FREE))
    for passed, asked in ((20.0, 0), (5.0, 1), (20.0, 1), (5.0, 2)):
        clock.now += passed
        pool.tend(QUESTIONS.status())
        assert system.sent("99") == asked
    pool.close()
    system.close()


def test_keeping_a_connection_that_is_gone_lets_the_next_be_made() -> None:
    """Q13"""
    system, clock = IlsServer(SlimsGateway(small_library())), Clock()
    pool = pool_on(system, PoolSettings(1), clock)
    with pool.turn() as turn:
        turn.read(QUESTIONS.item(FREE))
    system.drop()
    clock.now += 60
    pool.tend(QUESTIONS.status())
    with pool.turn() as turn:
        assert turn.read(QUESTIONS.item(FREE))
    assert system.connections == 2
    pool.close()
    system.close()


def test_the_rest_after_a_failure_grows_and_ends_with_success() -> None:
    """Q10"""
    clock = Clock()
    system = IlsServer(SlimsGateway(small_library()), Plan(Accident.NEVER_UNDERSTOOD, "99"))
    attempts: list[float] = []

    def opening() -> Connection:
        attempts.append(clock.now)
        return open_session(Address("127.0.0.1", system.port), QUESTIONS)

    pool = Pool(PoolSettings(1), opening, clock)
    for passed in (0.0, 0.1, 0.4, 0.5, 0.5, 1.0, 2.0):
        clock.now += passed
        with pool.turn() as turn, pytest.raises(NothingSent):
            turn.read(QUESTIONS.item(FREE))
    assert attempts == [1000.0, 1000.5, 1001.5, 1004.5]
    system.plan = UNDISTURBED
    clock.now += 30
    with pool.turn() as turn:
        assert turn.read(QUESTIONS.item(FREE))
    pool.close()
    system.close()
