"""Help over any page: what to do here, and calling somebody. Pure."""

from dataclasses import replace

from broker.facts import StaffCalled
from kiosk.actions import Tell
from kiosk.happenings import Button, Touched
from kiosk.visit import Call, Visit, screen
from kiosk.visiting.pile import Outcome


def touched(visit: Visit, touch: Touched) -> Outcome:
    match touch.button:
        case Button.HELP:
            return replace(visit, helping=not visit.helping), ()
        case Button.CALL if visit.helping and may_call(visit):
            called = StaffCalled(screen(replace(visit, helping=False)).value)
            return replace(visit, call=Call.STORED), (Tell(called),)
        case Button.BACK | Button.DONE if visit.helping:
            return replace(visit, helping=False), ()
        case _:
            return visit, ()


def may_call(visit: Visit) -> bool:
    """One call is enough, until the next patron."""
    return visit.call in {Call.NONE, Call.LOST} and visit.ledger_healthy
