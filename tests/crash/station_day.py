"""A kiosk's or a return box's day over its real ledger, seen by a witness.

    python -m tests.crash.station_day FOLDER WITNESS --acts N --seed S [--box] [--careless LEVEL]

`--careless` turns the database's durability down: the control that must lose.
"""

from argparse import ArgumentParser
from pathlib import Path
from random import Random

from kiosk.happenings import Button
from tests.crash.station import (
    OWN,
    PATRONS,
    Life,
    Things,
    be_careless,
    no_loan,
    silence,
    yes_to_all,
)
from tests.crash.witness import Witness
from tests.kiosk.things import uid

BOOKS = range(1, 30)


class Day:
    """What patrons do, by chance; every act is a fact or comes to nothing for a reason."""

    def __init__(self, life: Life, random: Random) -> None:
        self._life = life
        self._random = random

    def borrow(self) -> None:
        life, random = self._life, self._random
        life.answers = random.choice((yes_to_all, yes_to_all, yes_to_all, no_loan, silence))
        life.connect(up=random.random() < 0.8)
        secured = [number for number in BOOKS if uid(number) not in life.things.released]
        books = random.sample(secured, min(len(secured), random.randint(1, 3)))
        life.touch(Button.BORROW)
        life.tap(random.choice(PATRONS))
        life.serve()
        for number in books:
            life.lay(number)
        life.serve()
        life.touch(Button.CONFIRM)
        life.serve()
        if random.random() < 0.1:
            life.lift(books[0])
        life.writes_fail = random.random() < 0.05
        life.work()
        life.writes_fail = False
        self._leave(books)

    def give_back(self) -> None:
        life, random = self._life, self._random
        life.connect(up=random.random() < 0.8)
        released = [number for number in BOOKS if uid(number) in life.things.released]
        books = random.sample(released, min(len(released), random.randint(1, 3)))
        life.touch(Button.RETURN)
        for number in books:
            life.lay(number)
        life.work()
        self._leave(books)

    def drop(self) -> None:
        """Whatever falls into the bin; staff empty it now and then."""
        life, random = self._life, self._random
        life.connect(up=random.random() < 0.8)
        if random.random() < 0.1:
            life.drop_nameless(random.choice(range(100, 200)))
        number = random.choice(BOOKS)
        life.drop(number)
        life.work()
        life.lift(number)
        if random.random() < 0.7:
            life.serve()

    def _leave(self, books: list[int]) -> None:
        for number in books:
            self._life.lift(number)
        self._life.touch(Button.DONE, Button.DONE, Button.BACK)
        if self._random.random() < 0.7:
            self._life.serve()
        self._life.wait(1)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("witness", type=Path)
    parser.add_argument("--acts", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--box", action="store_true")
    parser.add_argument("--careless", choices=["NORMAL", "OFF"], help="PRAGMA synchronous")
    options = parser.parse_args()
    random, things, witness = Random(options.seed), Things(), Witness(options.witness)
    # A long life, so that the log of the database is folded back while it serves; and a short one.
    for number, share in enumerate((0.8, 0.2), 1):
        life = Life(options.folder / OWN, things, witness, number, in_bin=options.box)
        if options.careless:
            be_careless(life.ledger._engine, options.careless)
        life.start()
        day = Day(life, random)
        for _ in range(int(options.acts * share)):
            (day.drop if options.box else random.choice((day.borrow, day.give_back)))()
        life.ledger.close()


if __name__ == "__main__":
    main()
