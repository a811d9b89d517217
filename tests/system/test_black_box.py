"""A kiosk as a passer-by meets it: a real window, a mouse, keys, a scanner that types.

Nothing of the program is called: X tells it what was clicked and typed. Its rehearsal line is only
asked what it shows.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.processes import start_tied
from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.rehearsal import Shown
from devices.console.settings_files import Panel
from devices.console.stage import Stage
from devices.scanner.simulator import KeyboardScannerSimulator
from devices.station.prompt import command_of
from devices.station.station import SimulatedStation
from tests.system.test_demo import three_free_ports
from tests.system.x_display import Display, x_display

pytestmark = pytest.mark.timeout(300)
WIDTH, HEIGHT = 1024, 600
RELEASED = 0xC2


class Kiosk:
    """The whole library, with the kiosk's window on a display."""

    def __init__(self, stage: Stage, station: SimulatedStation, display: Display) -> None:
        self.stage = stage
        self.station = station
        self.display = display
        self.scanner = KeyboardScannerSimulator(stage.folder / "scanner")
        self.scanner.plug()

    def start(self) -> None:
        """The kiosk fills the display and has a scanner that types."""
        settings = self.stage.folder / "kiosk.toml"
        text = settings.read_text("utf-8").replace("fullscreen = false", "fullscreen = true")
        scanner = f'[scanner]\ndriver = "keyboard"\npath = "{self.scanner.path}"\n'
        labels = '[labels]\nitem = "B[0-9]{5}"\npatron = "KTA-[0-9]{4}"\n'
        settings.write_text(f"{text}\n{scanner}\n{labels}", encoding="utf-8")
        self.stage.start("broker", "server")
        program = [sys.executable, "-m", "kiosk", "--settings", str(settings)]
        with (self.stage.folder / "logs" / "kiosk.log").open("ab") as log:
            self.stage.running["kiosk"] = start_tied(
                ["env", *self.display.environment, *program], output=log
            )

    def do(self, *lines: str) -> None:
        for line in lines:
            self.station.carry_out(command_of(line))

    def sees(self, screen: str, focus: str | None = None) -> Shown:
        """That screen, once it can be touched; with the keypad's focus there, if it is named."""

        def there() -> Shown | None:
            shown = self.stage.screen.shown()
            ready = shown.screen == screen and shown.targets and focus in (None, shown.focus)
            return shown if ready else None

        return self.stage.until(f"the screen {screen}, {focus or 'anything'} chosen", there)

    def lists(self, count: int) -> None:
        """So many books, each with its title, and what to do with them can be chosen."""

        def there() -> bool:
            shown = self.stage.screen.shown()
            titled = sum(bool(book.title) for book in shown.books)
            return titled == count and "confirm" in {one.button for one in shown.targets}

        self.stage.until(f"{count} books with their titles", there)

    def click(self, screen: str, button: str) -> None:
        """The mouse on that button, where the screen shows it."""
        there = next(one for one in self.sees(screen).targets if one.button == button)
        self.display.click(there.x, there.y)

    def choose(self, screen: str, button: str) -> None:
        """Down until the focus is there, then OK: all that a keypad can do."""
        shown = self.sees(screen)
        order = [one.button for one in shown.targets]
        at = -1 if shown.focus not in order else order.index(shown.focus)
        while at < 0 or order[at] != button:
            at = (at + 1) % len(order)
            self.display.press("Down")
            self.sees(screen, focus=order[at])
        self.display.press("Return")

    def loans(self) -> dict[str, str]:
        """Who has which item, by the server's database."""
        database = sqlite3.connect(self.stage.folder / "server.db")
        rows = database.execute("SELECT item, member FROM loan").fetchall()
        database.close()
        return dict(rows)

    def lent(self, patron: str, *items: str) -> None:
        """In the server's database, and to the gate."""
        self.stage.until(
            f"{items} lent", lambda: all(self.loans().get(item) == patron for item in items)
        )
        assert {self.station.truth.book(item).tag.afi for item in items} == {RELEASED}

    def is_alive(self) -> None:
        """It still hears keys, in its own window, which covers the whole display."""
        shown = self.sees("welcome")
        order = [one.button for one in shown.targets]
        self.display.press("Down")
        at = order.index(shown.focus) + 1 if shown.focus in order else 0
        self.sees("welcome", focus=order[at % len(order)])
        assert self.display.window() == ("Sirkula", (0, 0, WIDTH, HEIGHT))
        assert self.stage.running["kiosk"].poll() is None


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    folder = tmp_path_factory.mktemp("window")
    panel = Panel(WIDTH, HEIGHT, 7.0)
    with (
        x_display(folder, WIDTH, HEIGHT) as display,
        furnished(folder / "library", Ports(three_free_ports()), panel) as (stage, station),
    ):
        running = Kiosk(stage, station, display)
        running.start()
        running.sees("welcome")
        stage.until_served()
        yield running
        running.scanner.close()


def test_a_kiosk_that_finds_no_display_ends_and_says_so(tmp_path: Path) -> None:
    panel = Panel(WIDTH, HEIGHT, 7.0)
    with furnished(tmp_path / "library", Ports(three_free_ports()), panel) as (stage, _):
        program = [sys.executable, "-m", "kiosk", "--settings", str(stage.folder / "kiosk.toml")]
        blind = os.environ | {"SDL_VIDEODRIVER": "none-of-this-name"}
        ended = subprocess.run(
            program, env=blind, check=False, capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 1
    assert "Unable to get a Window" in ended.stderr + ended.stdout


def test_three_books_are_borrowed_with_a_mouse(kiosk: Kiosk) -> None:
    books = ("B00012", "B00013", "B00015")
    kiosk.click("welcome", "borrow")
    kiosk.sees("card")
    kiosk.do("card KTA-0007")
    kiosk.sees("pad")
    kiosk.do(f"put {' '.join(books)}")
    kiosk.lists(3)
    kiosk.click("pad", "confirm")
    kiosk.click("result", "done")
    kiosk.do(f"take {' '.join(books)}", "card away")
    kiosk.click("goodbye", "done")
    kiosk.sees("welcome")
    kiosk.lent("KTA-0007", *books)


def test_three_books_are_borrowed_with_five_keys(kiosk: Kiosk) -> None:
    books = ("B00016", "B00017", "B00018")
    kiosk.display.press("F1")
    kiosk.sees("help")
    kiosk.display.press("Escape")
    kiosk.choose("welcome", "borrow")
    kiosk.sees("card")
    kiosk.do("card KTA-0003")
    kiosk.sees("pad")
    kiosk.do(f"put {' '.join(books)}")
    kiosk.lists(3)
    kiosk.choose("pad", "confirm")
    kiosk.choose("result", "done")
    kiosk.do(f"take {' '.join(books)}", "card away")
    kiosk.choose("goodbye", "done")
    kiosk.sees("welcome")
    kiosk.lent("KTA-0003", *books)


def test_a_scanner_types_the_card_and_the_books_go_with_it(kiosk: Kiosk) -> None:
    kiosk.click("welcome", "borrow")
    kiosk.sees("card")
    kiosk.scanner.scan("KTA-0001")
    kiosk.sees("pad")
    kiosk.do("put B00020")
    kiosk.lists(1)
    kiosk.click("pad", "confirm")
    kiosk.click("result", "done")
    kiosk.do("take B00020")
    assert not any("di pembaca" in text for text in kiosk.sees("goodbye").texts)
    kiosk.click("goodbye", "done")
    kiosk.sees("welcome")
    kiosk.lent("KTA-0001", "B00020")


@pytest.mark.parametrize(
    "key",
    ["Escape", "Tab", "alt+F4", "ctrl+c", "ctrl+alt+t", "super", "super+l", "ctrl+q", "alt+Tab"],
)
def test_no_key_of_a_keyboard_leaves_the_program(kiosk: Kiosk, key: str) -> None:
    kiosk.sees("welcome")
    kiosk.display.press(key)
    kiosk.is_alive()


def test_f1_is_the_keypads_help_and_nothing_of_the_toolkits(kiosk: Kiosk) -> None:
    kiosk.sees("welcome")
    kiosk.display.press("F1")
    kiosk.sees("help")
    kiosk.display.press("F1", "Escape")
    kiosk.is_alive()


def test_every_other_key_of_a_keyboard_together_changes_nothing(kiosk: Kiosk) -> None:
    # Digits knock at staff mode's door, which is for staff to open.
    names = [f"F{number}" for number in range(2, 13)]
    names += [*"abcdefghijklmnopqrstuvwxyz", "space", "Delete", "Insert", "Home", "End", "Print"]
    names += ["Menu", "Pause", "Prior", "Next", "Left", "Right", "minus", "equal", "slash"]
    held = ("", "ctrl+", "alt+", "ctrl+alt+", "super+", "ctrl+shift+")
    kiosk.sees("welcome")
    kiosk.display.press(*(f"{one}{name}" for one in held for name in names if one != "alt+"))
    kiosk.is_alive()
