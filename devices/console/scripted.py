"""One patron's visit played by itself, and the proof that server, tags and screen agree."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devices.capabilities import LampColour
from devices.console.rehearsal import Shown
from devices.console.stage import Stage, StageFailed
from devices.station.prompt import Part, command_of
from devices.station.station import SimulatedStation

STACK: Final = ("B00012", "B00013", "B00014")
REFUSED: Final = "B00014"
OFFLINE: Final = "B00020"
PUBLISHED: Final = ("annexB1", "gbt35660", "annexB1_bitflip")
PATRON: Final = "KTA-0007"
SECURED: Final = 0x07
RELEASED: Final = 0xC2


@dataclass
class Play:
    """The visit, its screenshots and what was promised on the way."""

    stage: Stage
    station: SimulatedStation
    say: Callable[[str], None]
    screenshots: list[Path] = field(default_factory=list)
    lent: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Any]:
        """Plays it all; the account of it. Raises StageFailed when something does not come."""
        self.stage.until_served()
        self.waits_for("welcome")
        self.picture("welcome")
        self.borrow_a_stack()
        self.return_one()
        self.borrow_off_line()
        self.drop_one()
        self.unplug_the_pad()
        return self.account()

    def borrow_a_stack(self) -> None:
        stage = self.stage
        stage.screen.touch("borrow")
        self.waits_for("card")
        self.picture("card")
        self.tell(f"card {PATRON}")
        self.waits_for("pad")
        self.tell(f"put {' '.join((*STACK, *PUBLISHED))}")
        expected = len(STACK) + len(PUBLISHED)
        stage.until("every book listed with its title", lambda: self._listed(expected))
        self.picture("pad")
        stage.screen.touch("confirm")
        self.waits_for("result")
        self.picture("result")
        self.note_results()
        stage.screen.touch("language")
        stage.until("the English screen", lambda: stage.screen.shown().language == "en")
        self.picture("result-english")
        stage.screen.touch("done")
        self.waits_for("goodbye")
        self.picture("goodbye")
        self.tell(f"take {' '.join((*STACK, *PUBLISHED))}")
        self.tell("card away")
        stage.screen.touch("done")
        self.waits_for("welcome")

    def return_one(self) -> None:
        book = STACK[0]
        self.stage.screen.touch("return")
        self.waits_for("return")
        self.tell(f"put {book}")
        self.stage.until(f"{book} returned", lambda: self._stage_of(book) == "returned")
        self.picture("return")
        self.returned.add(book)
        self.say(f"the kiosk says {book} is returned")
        self.stage.screen.touch("done")
        self.waits_for("goodbye")
        self.tell(f"take {book}")
        self.stage.screen.touch("done")
        self.waits_for("welcome")

    def borrow_off_line(self) -> None:
        with self.network_off():
            self.tell(f"card {PATRON}")
            self.waits_for("pad")
            self.tell(f"put {OFFLINE}")
            self.stage.until("the book listed", lambda: self._listed(1, titled=False))
            self.stage.screen.touch("confirm")
            self.waits_for("result")
            self.picture("result-offline")
            self.note_results()
            self.stage.screen.touch("done")
            self.waits_for("goodbye")
            self.tell(f"take {OFFLINE}")
            self.tell("card away")
            self.stage.screen.touch("done")
            self.waits_for("welcome")
        self.stage.until("the off-line loan at the server", lambda: self._loans() == len(self.lent))
        self.say("the loan made without the network is at the server")

    @contextmanager
    def network_off(self) -> Iterator[None]:
        self.tell("net off")
        yield
        self.tell("net on")

    def drop_one(self) -> None:
        book = STACK[1]
        self.tell(f"drop {book}")
        self.stage.until(f"{book} secured in the bin", lambda: self.afi(book) == SECURED)
        self.returned.add(book)
        self.stage.until("both returns at the server", lambda: self._returns() == 2)  # noqa: PLR2004
        self.until_lit(Part.BIN_LAMP, LampColour.GREEN)
        self.say(f"the drop box has taken {book}, and its lamp is green")

    def unplug_the_pad(self) -> None:
        self.tell("unplug pad")
        self.waits_for("out-of-service")
        self.picture("out-of-service")
        self.until_lit(Part.LAMP, LampColour.RED)
        self.say("the kiosk's lamp is red while its pad is unplugged")
        self.tell("plug pad")
        self.waits_for("welcome")

    def until_lit(self, part: Part, colour: LampColour) -> None:
        """It may blink: it is enough to have seen it."""
        self.stage.until(f"{part.value} {colour.value}", lambda: colour in self.station.lit(part))

    def account(self) -> dict[str, Any]:
        """Every figure of the last line, and whether all three witnesses agree."""
        self.stage.until("nothing unsent", lambda: self.stage.summary()["unsent"] == 0)
        summary = self.stage.summary()
        dashboard = self.stage.dashboard()
        facts = summary["facts_by_kind"]
        secured = sorted(book for book in self.returned if self.afi(book) == SECURED)
        released = sorted(book for book in self.lent - self.returned if self.afi(book) == RELEASED)
        applied = facts.get("item-lent", 0) + facts.get("item-returned", 0)
        account = {
            "loans": facts.get("item-lent", 0),
            "returns": facts.get("item-returned", 0),
            "refusals": facts.get("loan-abandoned", 0),
            "facts_confirmed": len(self.lent) + len(self.returned),
            "facts_applied": applied,
            "tags_secured": len(secured),
            "tags_released": len(released),
            "screenshots": len(self.screenshots),
        }
        agreed = (
            account["facts_confirmed"] == applied
            and account["refusals"] == len(self.refused)
            and summary["loans_open"] == len(self.lent - self.returned) == len(released)
            and len(secured) == len(self.returned)
            and self.afi(REFUSED) == SECURED
            and summary["quarantined"] == 0
            and all(book in dashboard for book in self.lent | self.refused)
        )
        if not agreed:
            raise StageFailed(
                f"server, dashboard, tags and screen do not agree: {account}, {summary}"
            )
        return account

    def tell(self, command: str) -> None:
        self.say(f"> {command}: {self.station.carry_out(command_of(command))}")

    def afi(self, item: str) -> int:
        """What the gate would hear from this book."""
        return self.station.truth.book(item).tag.afi

    def waits_for(self, screen: str) -> Shown:
        def there() -> Shown | None:
            shown = self.stage.screen.shown()
            return shown if shown.screen == screen else None

        shown = self.stage.until(f"the screen {screen!r}", there)
        self.say(f"the kiosk shows {screen!r}")
        return shown

    def picture(self, name: str) -> None:
        path = self.stage.folder / "screenshots" / f"{len(self.screenshots) + 1:02}-{name}.png"
        path.parent.mkdir(exist_ok=True)
        self.stage.screen.screenshot(path)
        self.screenshots.append(path)

    def note_results(self) -> None:
        for book in self.stage.screen.shown().books:
            if book.stage == "lent" and book.item:
                self.lent.add(book.item)
                self.say(f"the kiosk says {book.item} is lent until {book.due}")
            elif book.stage == "refused" and book.item:
                self.refused.add(book.item)
                self.say(f"the kiosk says {book.item} is not lent: {book.reason}")
            else:
                self.say(f"the kiosk asks staff to look at {book.item or 'an unreadable tag'}")

    def _listed(self, count: int, *, titled: bool = True) -> bool:
        books = self.stage.screen.shown().books
        known = all(book.title or book.stage == "staff" for book in books)
        return len(books) == count and (known or not titled)

    def _stage_of(self, item: str) -> str:
        return next((b.stage for b in self.stage.screen.shown().books if b.item == item), "")

    def _loans(self) -> int:
        return int(self.stage.summary()["facts_by_kind"].get("item-lent", 0))

    def _returns(self) -> int:
        return int(self.stage.summary()["facts_by_kind"].get("item-returned", 0))
