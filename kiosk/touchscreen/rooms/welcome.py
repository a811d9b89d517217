"""Where everybody begins, and where nobody can go on. Pure."""

from kiosk.happenings import Button
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Picture, Step, Steps, Weight


def welcome(telling: Telling) -> Shown:
    visit, say = telling.visit, telling.say
    steps = (
        Step(Picture.CARD, say("step-card")),
        Step(Picture.PLACE, say("step-pad")),
        Step(Picture.TAKE, say("step-take")),
    )
    knows = visit.online and visit.card_reader_healthy is not False
    name = visit.house.called
    usual = say("lead-at", name=name) if name else say("lead")
    lead = visit.house.welcome(visit.language) or usual
    return Steps(say("heading"), lead, steps, visit.house.logo), (
        telling.control(Button.BORROW, Weight.MAIN, on=visit.lends),
        telling.control(Button.RETURN, Weight.RETURN),
        telling.control(Button.ACCOUNT, on=knows),
        telling.control(Button.SEARCH, on=visit.online),
        telling.control(Button.FEEDBACK),
    )


def starting(telling: Telling) -> Shown:
    return telling.notice(Picture.WAIT), ()


def out_of_service(telling: Telling) -> Shown:
    outage = telling.visit.outage
    why = telling.catalogue.outage(outage) if outage is not None else ""
    return telling.notice(Picture.DESK, why), ()
