"""What the patron thinks: a face, a topic, and words if they like. Names nobody. Pure.

It counts after two touches: whoever then walks away has said it all the same.
"""

from dataclasses import replace

from broker.facts import FeedbackGiven, Rating, Topic
from kiosk.actions import Action, Tell
from kiosk.book import SETTLED
from kiosk.happenings import Button, Touched
from kiosk.visit import Page, Visit
from kiosk.visiting.machine import home
from kiosk.visiting.pile import Outcome
from kiosk.visiting.typing import typed

RATINGS = {rating.value: rating for rating in Rating}
TOPICS = {topic.value: topic for topic in Topic}


def begun(visit: Visit) -> Outcome:
    return replace(visit, page=Page.RATE, typed="", opinion=None), ()


def touched(visit: Visit, touch: Touched, now: float) -> Outcome:
    match visit.page, touch.button:
        case Page.RATE, Button.RATE if touch.subject in RATINGS:
            opinion = FeedbackGiven(RATINGS[touch.subject], None, "")
            return replace(visit, page=Page.TOPIC, opinion=opinion), ()
        case Page.TOPIC, Button.TOPIC if touch.subject in TOPICS and visit.opinion is not None:
            opinion = replace(visit.opinion, about=TOPICS[touch.subject])
            return replace(visit, page=Page.WORDS, opinion=opinion), ()
        case Page.WORDS, Button.CONFIRM:
            return _done(visit, now)
        case Page.TOPIC | Page.WORDS, Button.BACK:
            return replace(visit, page=Page.RATE, typed="", opinion=None), ()
        case _, Button.BACK | Button.DONE:
            return _away(visit, now), ()
        case Page.WORDS, _:
            return typed(visit, touch), ()
        case _:
            return visit, ()


def stored(visit: Visit) -> tuple[Action, ...]:
    """What is to be kept of an opinion when the patron leaves it as it is."""
    if visit.opinion is None:
        return ()
    return (Tell(replace(visit.opinion, words=visit.typed.strip())),)


def _done(visit: Visit, now: float) -> Outcome:
    told = replace(visit, page=Page.GOODBYE, opinion=None, typed="", thanked=True, since=now)
    return told, stored(visit)


def _away(visit: Visit, now: float) -> Visit:
    """Back to where the patron came from."""
    came = visit.patron is not None or any(book.stage in SETTLED for book in visit.books)
    return replace(visit, page=Page.GOODBYE, opinion=None) if came else home(visit, now)
