"""Many machines at once, bad ones among them: nobody pays for another."""

import select
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from broker.errors import BadSettings
from server.ils.sip2_server.desk import Desk
from server.ils.sip2_server.dialogue import Dialogue
from server.ils.sip2_server.listener import Limits, Listener
from tests.ils.accidents import Accident, Plan
from tests.ils.personality import Strict
from tests.ils.terminal import Terminal, book, drop, loan, person, renewal, sealed
from tests.server.ils.sip2_server.conftest import Counter, Serve

MACHINES = 200
ROOMY = Limits(connections=400, per_address=400)
AT_ONCE = struct.pack("ii", 1, 0)


def test_hundreds_of_machines_lend_at_once(serve: Serve) -> None:
    counter = serve(limits=ROOMY)
    for number in range(MACHINES):
        counter.ledger.titles[f"B{number:05}"] = f"Judul {number}"

    def lend(number: int) -> str:
        with Terminal(counter.port, within=60) as machine:
            return machine.ask(loan(item=f"B{number:05}"))[:3]

    with ThreadPoolExecutor(MACHINES) as machines:
        answers = list(machines.map(lend, range(MACHINES)))
    assert answers == ["121"] * MACHINES
    assert len(counter.ledger.loans_of("P00001")) == MACHINES == len(counter.effects)


def test_bad_machines_among_good_ones_hurt_nobody(serve: Serve) -> None:
    counter = serve(limits=ROOMY)
    stop = threading.Event()

    def misbehave(number: int) -> None:
        noise = (b"\xff" * 50, b"11" * 5_000, b"77\r", b"\r" * 100, sealed(b"99")[:-2], b"97\r")
        while not stop.is_set():
            try:
                with Terminal(counter.port, signed_in=bool(number % 2)) as bad:
                    bad.socket.sendall(noise[number % len(noise)])
                    stop.wait(0.05)
                    if number % 3:
                        bad.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            except (OSError, AssertionError):
                continue

    with ThreadPoolExecutor(40) as crowd:
        for number in range(40):
            crowd.submit(misbehave, number)
        try:
            with Terminal(counter.port) as good:
                for _ in range(10):
                    assert good.ask(loan()).startswith("121")
                    assert good.ask(drop("ID000003")).startswith("101")
                    counter.house.deeds.forget("mesin", "11", "ID000003")
                    counter.house.deeds.forget("mesin", "09", "ID000003")
        finally:
            stop.set()
    assert counter.effects == ["lent", "returned"] * 10


def test_a_machine_that_never_reads_is_hung_up_on(serve: Serve) -> None:
    counter = serve(limits=Limits(read_within=0.3))
    for number in range(400):
        counter.ledger.titles[f"B{number:05}"] = "Judul"
        counter.ledger.lend(f"B{number:05}", "P00001")
    with Terminal(counter.port, buffer=2_304) as deaf, Terminal(counter.port) as good:
        deaf.socket.sendall(sealed(person().encode()) * 40)
        hung_up = select.poll()
        hung_up.register(deaf.socket, 0)
        assert hung_up.poll(20_000)
        assert good.ask(book()).startswith("1803")


def test_a_machine_that_waits_for_the_library_keeps_no_other_waiting(serve: Serve) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_BEFORE, "29"), answer_within=3.0)
    with Terminal(counter.port) as slow, Terminal(counter.port) as good:
        slow.socket.sendall(sealed(renewal().encode()))
        begun = time.monotonic()
        assert good.ask(loan()).startswith("121")
        assert time.monotonic() - begun < 2.0
        assert slow.hear().startswith(b"300")


def test_a_machine_that_floods_us_is_slowed_down(counter: Counter) -> None:
    with Terminal(counter.port) as hasty:
        begun = time.monotonic()
        for _ in range(50):
            assert hasty.raw(b"99\r").startswith(b"98")
        assert time.monotonic() - begun > 0.9


def test_who_does_not_sign_in_is_hung_up_on_whatever_they_say(serve: Serve) -> None:
    counter = serve(limits=Limits(sign_in_within=0.5))
    with Terminal(counter.port) as good:
        assert said_until_hung_up(counter.terminal(signed_in=False), b"99\r" * 20) < 5
        assert good.ask(book()).startswith("1803")


def test_a_machine_that_is_silent_or_never_ends_its_message_is_hung_up_on(
    serve: Serve,
) -> None:
    counter = serve(limits=Limits(idle_for=0.5))
    silent, endless = counter.terminal(), counter.terminal()
    assert silent.hear() == b""
    assert said_until_hung_up(endless, b"1") < 5


def said_until_hung_up(machine: Terminal, words: bytes) -> float:
    """How many seconds it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < 20:
        try:
            machine.socket.sendall(words)
        except OSError:
            break
        threading.Event().wait(0.05)
    return time.monotonic() - begun


def test_one_address_does_not_get_all_connections(serve: Serve) -> None:
    counter = serve(limits=Limits(connections=6, per_address=3))
    for _ in range(3):
        counter.terminal()
    assert refused(counter)


def test_a_connection_that_ends_makes_room_for_another(serve: Serve) -> None:
    counter = serve(limits=Limits(connections=3))
    machines = [counter.terminal() for _ in range(3)]
    assert refused(counter)
    machines[0].socket.close()
    deadline = time.monotonic() + 10
    while refused(counter):
        assert time.monotonic() < deadline
    assert machines[1].ask(book()).startswith("1803")


def refused(counter: Counter) -> bool:
    """Whether one more connection is hung up on."""
    try:
        with Terminal(counter.port, signed_in=False) as one:
            return one.raw(b"99\r") == b""
    except OSError:
        return True


def test_a_stop_lets_the_question_of_the_moment_be_answered(serve: Serve) -> None:
    counter = serve(Strict, Plan(Accident.SILENT_BEFORE, "11"), answer_within=1.0)
    machine, idle = counter.terminal(), counter.terminal()
    machine.socket.sendall(sealed(loan().encode()) + sealed(book().encode()))
    while not counter.ils.sent("11"):
        threading.Event().wait(0.01)
    counter.listener.stop()
    assert idle.hear() == b""
    assert machine.hear().startswith(b"120")
    assert machine.hear() == b""


def test_an_address_that_is_taken_is_told(counter: Counter) -> None:
    desk = Desk(counter.house, {})
    with pytest.raises(BadSettings, match=str(counter.port)):
        Listener("127.0.0.1", counter.port, Limits(), lambda there: Dialogue(desk, there))
