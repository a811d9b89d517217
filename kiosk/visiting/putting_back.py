"""Books lifted while their tags were written: wanted back, then lent or given up. Pure."""

from dataclasses import replace

from kiosk.book import give_up, try_again
from kiosk.happenings import Button, Touched
from kiosk.visit import Visit, seconds_left
from kiosk.visiting.pile import Outcome, each


def touched(visit: Visit, touch: Touched) -> Outcome:
    """The patron cannot, or does not want to, put the book back."""
    return each(visit, give_up) if touch.button is Button.BACK else (visit, ())


def timed(visit: Visit, now: float) -> Outcome:
    """What came back is tried again; what does not is given up after a while, and said so."""
    if seconds_left(visit, now) == 0:
        return each(replace(visit, since=now, helping=False), give_up)
    return each(visit, try_again)
