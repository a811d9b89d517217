"""Buttons are told apart by their signs as well as by their words."""

from broker.facts import Topic
from kiosk.happenings import Button
from kiosk.touchscreen import glyphs
from kiosk.touchscreen.scene import Control, Weight
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.speech.sentences import controls
from kiosk.touchscreen.states import NOW, STATES
from tests.kiosk.touchscreen.test_scenes import CATALOGUES


def test_no_two_answers_to_a_question_show_the_same_sign() -> None:
    for name in ("rate", "topic"):
        drawn = scene(STATES[name], NOW, CATALOGUES["id"])
        signs = [glyphs.of(one) for one in controls(drawn.body)]
        assert len(set(signs)) == len(signs) >= 3


def test_every_topic_has_a_sign() -> None:
    for topic in Topic:
        assert glyphs.of(Control(Button.TOPIC, topic.value, Weight.QUIET, subject=topic.value))
