"""What to do on the page behind, and what became of a call for staff. Pure."""

from dataclasses import replace

from kiosk.happenings import Button
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Notice, Picture, Weight
from kiosk.visit import Call, screen
from kiosk.visiting.help import may_call


def help_(telling: Telling) -> Shown:
    behind = screen(replace(telling.visit, helping=False))
    lines = (telling.say(f"on.{behind.value}"), *_call(telling))
    call = telling.control(Button.CALL, Weight.MAIN, on=may_call(telling.visit))
    return Notice(telling.say("heading"), lines, Picture.DESK), (telling.back, call)


def _call(telling: Telling) -> tuple[str, ...]:
    match telling.visit.call:
        case Call.NONE:
            return ()
        case Call.STORED if telling.visit.online:
            return (telling.say("calling"),)
        case Call.STORED | Call.LOST:
            return (telling.say("not-reached"),)
        case Call.REACHED:
            return (telling.say("reached"),)
