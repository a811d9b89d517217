"""What the patron thinks: three faces, five topics, and words if they like. Pure."""

from broker.facts import Rating, Topic
from kiosk.happenings import Button
from kiosk.touchscreen.rooms.keyboard import keyboard
from kiosk.touchscreen.rooms.telling import Shown, Telling
from kiosk.touchscreen.scene import Choices, Control, Weight


def rate(telling: Telling) -> Shown:
    faces = tuple(
        Control(Button.RATE, telling.say(rating.value), Weight.MAIN, subject=rating.value)
        for rating in Rating
    )
    return Choices(telling.say("heading"), telling.say("lead"), faces), (telling.back,)


def topic(telling: Telling) -> Shown:
    topics = tuple(
        Control(Button.TOPIC, telling.say(about.value), subject=about.value) for about in Topic
    )
    return Choices(telling.say("heading"), telling.say("lead"), topics), (telling.back,)


def words(telling: Telling) -> Shown:
    send = telling.control(Button.CONFIRM, Weight.MAIN, label=telling.say("confirm"))
    return keyboard(telling), (telling.back, send)
