"""What every lamp owes its station, of three colours and of one.

A new kind of lamp adds one entry to BENCHES: its simulator and its settings.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from devices.capabilities import Lamp, LampColour, LampMeaning
from devices.catalogue import open_lamp
from devices.errors import DeviceError, NoAnswer, Refused, Unplugged
from devices.lamp_watch import LampWatch
from devices.lcus.simulator import LcusSimulator
from devices.led.simulator import LedSimulator
from devices.presence import Rhythm
from devices.settings import LampSettings, LcusSettings, LedSettings
from tests.devices.hearing import PATIENCE

GREEN, AMBER, RED = LampColour
FAST = Rhythm(poll=0.01, retry=0.01)


class Simulator(Protocol):
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def close(self) -> None: ...


@dataclass
class Bench:
    """A simulated lamp, `lit` by the places that are on."""

    simulator: Simulator
    settings: LampSettings
    lit: Callable[[], tuple[object, ...]]
    where: dict[LampColour, object]
    closing: ExitStack = field(default_factory=ExitStack)

    def opened(self) -> Lamp:
        lamp = open_lamp(self.settings)
        self.closing.callback(lamp.close)
        return lamp

    def shows(self, *colours: LampColour) -> bool:
        """Within a while: what is written at a port is not heard at once."""
        wanted = tuple(dict.fromkeys(self.where[colour] for colour in colours))
        return until(lambda: self.lit() == wanted)


def until(come: Callable[[], bool]) -> bool:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not come() and time.monotonic() < deadline:
        pause.wait(0.005)
    return come()


def leds(folder: Path, *colours: LampColour) -> Bench:
    simulator = LedSimulator(folder, *colours)
    settings = LedSettings(**{one.value: str(path) for one, path in simulator.folders.items()})
    where: dict[LampColour, object] = {one: one if one in colours else GREEN for one in LampColour}
    return Bench(simulator, settings, lambda: simulator.lit, where)


def relays(folder: Path, channels: int, *, answers: bool) -> Bench:
    path = folder / "lamp"
    simulator = LcusSimulator(path, channels, answers=answers)
    settings = LcusSettings(str(path), answers=answers)
    where: dict[LampColour, object] = dict.fromkeys(LampColour, 1)
    if channels > 1:
        settings = LcusSettings(str(path), 4, 2, 1, answers=answers)
        where = {GREEN: 4, AMBER: 2, RED: 1}
    return Bench(simulator, settings, lambda: simulator.on, where)


BENCHES: dict[str, Callable[[Path], Bench]] = {
    "three LEDs": lambda folder: leds(folder, GREEN, AMBER, RED),
    "one LED": lambda folder: leds(folder, GREEN),
    "LCUS-4": lambda folder: relays(folder, 4, answers=True),
    "LCUS-1": lambda folder: relays(folder, 1, answers=False),
}


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = BENCHES[request.param](tmp_path)
    bench.simulator.plug()
    with bench.closing:
        yield bench
    bench.simulator.close()


@pytest.fixture
def watch(bench: Bench) -> Iterator[LampWatch]:
    watch = LampWatch(lambda: open_lamp(bench.settings), FAST)
    watch.start()
    yield watch
    watch.stop()


def test_one_colour_is_lit_and_no_other(bench: Bench) -> None:
    lamp = bench.opened()
    for colour in (GREEN, AMBER, RED, GREEN):
        lamp.light(colour)
        assert bench.shows(colour)
    lamp.light(None)
    assert bench.shows()


def test_what_is_said_twice_is_sent_twice(bench: Bench) -> None:
    lamp = bench.opened()
    lamp.light(GREEN)
    assert bench.shows(GREEN)
    intruder = bench.opened() if isinstance(bench.settings, LedSettings) else lamp
    intruder.light(GREEN)
    assert bench.shows(GREEN)


def test_what_was_lit_by_an_earlier_program_goes_out(bench: Bench) -> None:
    earlier = bench.opened()
    earlier.light(RED)
    assert bench.shows(RED)
    earlier.close()
    bench.opened().light(None)
    assert bench.shows()


def test_a_lamp_that_is_pulled_out_is_unplugged_and_can_be_opened_again(bench: Bench) -> None:
    lamp = bench.opened()
    lamp.light(GREEN)
    bench.simulator.unplug()
    with pytest.raises(Unplugged):
        lamp.light(AMBER)
    lamp.close()
    with pytest.raises(Unplugged):
        bench.opened()
    bench.simulator.plug()
    bench.opened().light(AMBER)
    assert bench.shows(AMBER)


def test_a_watch_shows_what_is_meant(bench: Bench, watch: LampWatch) -> None:
    watch.show(LampMeaning.READY)
    assert bench.shows(GREEN)
    watch.show(LampMeaning.STOPPED)
    assert bench.shows(RED)
    assert watch.trouble is None


def test_a_watch_finds_a_lamp_that_was_pulled_out_and_put_back(
    bench: Bench, watch: LampWatch
) -> None:
    watch.show(LampMeaning.READY)
    assert bench.shows(GREEN)
    bench.simulator.unplug()
    assert until(lambda: isinstance(watch.trouble, Unplugged))
    watch.show(LampMeaning.READY)
    bench.simulator.plug()
    assert bench.shows(GREEN)
    assert until(lambda: watch.trouble is None)


def test_a_lamp_is_dark_after_its_station(bench: Bench) -> None:
    watch = LampWatch(lambda: open_lamp(bench.settings), FAST)
    watch.start()
    watch.show(LampMeaning.READY)
    assert bench.shows(GREEN)
    watch.stop()
    assert bench.shows()


def test_a_station_that_hangs_is_stopped_whatever_it_showed_last(bench: Bench) -> None:
    watch = LampWatch(lambda: open_lamp(bench.settings), FAST, silent=1.0)
    watch.start()
    watch.show(LampMeaning.READY)
    assert bench.shows(GREEN)
    seen: list[tuple[object, ...]] = []
    red = (bench.where[RED],)

    def blinks_red() -> bool:
        seen.append(bench.lit())
        return () in seen and red in seen[seen.index(()) :]

    assert until(blinks_red)
    watch.show(LampMeaning.READY)
    assert bench.shows(GREEN)
    watch.stop()


def test_showing_waits_for_nobody_though_no_lamp_is_there(tmp_path: Path) -> None:
    watch = LampWatch(lambda: open_lamp(LcusSettings(str(tmp_path / "no"))), FAST)
    watch.start()
    before = time.monotonic()
    for _ in range(10_000):
        watch.show(LampMeaning.READY)
    assert time.monotonic() - before < 1.0
    assert until(lambda: isinstance(watch.trouble, Unplugged))
    watch.stop()


def test_a_board_that_was_said_to_answer_and_does_not_is_silent(tmp_path: Path) -> None:
    simulator = LcusSimulator(tmp_path / "lamp", 1, answers=False)
    simulator.plug()
    lamp = open_lamp(LcusSettings(str(simulator.path), answers=True, answer_within=0.1))
    with pytest.raises(NoAnswer):
        lamp.light(GREEN)
    assert until(lambda: simulator.on == (1,))
    lamp.close()
    simulator.close()


def test_a_board_that_lacks_a_relay_of_the_settings_never_answers_for_it(tmp_path: Path) -> None:
    simulator = LcusSimulator(tmp_path / "lamp", 2)
    simulator.plug()
    settings = LcusSettings(str(simulator.path), 1, 2, 3, answers=True, answer_within=0.1)
    lamp = open_lamp(settings)
    with pytest.raises(NoAnswer):
        lamp.light(GREEN)
    lamp.close()
    simulator.close()


def test_an_led_that_something_else_drives_is_taken_from_it(tmp_path: Path) -> None:
    bench = leds(tmp_path, GREEN)
    bench.simulator.plug()
    folder = tmp_path / "sirkula-green"
    (folder / "trigger").write_text("none timer [heartbeat]\n", encoding="ascii")
    bench.opened().light(GREEN)
    assert (folder / "trigger").read_text(encoding="ascii") == "none\n"
    assert bench.shows(GREEN)


def test_an_led_that_keeps_another_brightness_is_told(tmp_path: Path) -> None:
    """The kernel's timerslack_ns reads 50000 after 0, as an LED may that is not ours."""
    bench = leds(tmp_path, GREEN)
    bench.simulator.plug()
    lamp, file = bench.opened(), tmp_path / "sirkula-green" / "brightness"
    file.unlink()
    file.symlink_to("/proc/self/timerslack_ns")
    with pytest.raises(Refused, match="50000 after 0"):
        lamp.light(None)


def test_two_colours_in_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="one place"):
        LcusSettings("/dev/lamp", 1, 1)
    with pytest.raises(ValueError, match="one place"):
        LedSettings("/a", None, "/a")


@pytest.mark.parametrize("settings", [LcusSettings("/dev/no-lamp"), LedSettings("/sys/no-lamp")])
def test_what_is_not_there_is_unplugged(settings: LampSettings) -> None:
    with pytest.raises(DeviceError):
        open_lamp(settings)
