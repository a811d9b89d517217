"""A tag station at a simulated reader over a real terminal.

As a program, `python -m tests.kiosk.staff.tag_desk PORT FOLDER ITEM`, it labels the one tag on the
pad, and can be made to crash on the way (`SIRKULA_CRASH_AT`).
"""

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

import typer

from broker.program import run_command
from broker.vocabulary import ItemId
from devices.capabilities import PadReader
from devices.catalogue import open_reader
from devices.feig.simulator import FeigPeer
from devices.pseudo_terminal import PseudoTerminal
from devices.settings import FeigSettings
from devices.simulated_tag import SimulatedTag
from devices.tag_field import TagField
from devices.tags.models import Model
from devices.unfinished import Unfinished
from kiosk.staff.heard import NotWritten, Written
from kiosk.staff.records import TagReport
from kiosk.staff.tag_hands import Labels, TagHands
from tests.devices.tags_in_hand import ON_LOAN, OURS, uid

Done = TypeVar("Done")


def blank(number: int) -> SimulatedTag:
    return SimulatedTag(uid(number), bytes(112), afi=ON_LOAN)


def hands(folder: Path, model: Model = Model.ISO28560_3) -> TagHands:
    """As a program that just started would have them."""
    folder.mkdir(exist_ok=True)
    seconds = count(1)
    report = TagReport(folder, lambda: f"2026-11-26T10:00:{next(seconds):02}+07:00")
    return TagHands(OURS, Labels(model, "ID-1275014"), Unfinished(folder / "begun"), report)


class TagDesk:
    """A pad with tags on it, and the hands at work."""

    def __init__(self, folder: Path) -> None:
        self.tags = TagField()
        self.folder = folder / "staff"
        self.simulator = PseudoTerminal(folder / "pad", lambda: FeigPeer(self.tags))
        self.simulator.plug()
        self.hands = hands(self.folder)

    def with_reader(self, work: Callable[[PadReader], Done]) -> Done:
        reader = open_reader(FeigSettings(str(self.simulator.path), answer_within=5.0))
        try:
            return work(reader)
        finally:
            reader.close()

    def label(self, number: int, item: str, *, over: bool = False) -> Written | NotWritten:
        name = ItemId(item)
        return self.with_reader(lambda r: self.hands.label(r, uid(number), name, over=over))

    def mend(self, number: int, *, back: bool) -> Written | NotWritten:
        return self.with_reader(lambda r: self.hands.mend(r, uid(number), back=back))

    def restart(self) -> None:
        """The program begins anew, with what is on the disk."""
        self.hands = hands(self.folder)

    def report(self) -> list[tuple[str, str, str]]:
        """Outcome, item and what was held before, line by line."""
        lines = TagReport(self.folder, lambda: "").lines()
        return [(line["outcome"], line["item"], line["held_before"]) for line in lines]

    def close(self) -> None:
        self.simulator.close()


def label_one(port: Path, folder: Path, item: str) -> None:
    reader = open_reader(FeigSettings(str(port), answer_within=5.0))
    (lying,) = reader.inventory()
    typer.echo(repr(hands(folder).label(reader, lying, ItemId(item), over=True)))
    reader.close()


if __name__ == "__main__":
    run_command(label_one)
    sys.exit()
