"""The strips above the buttons: the connection, things left behind, limits, time. Pure."""

from typing import Final

from broker.requests import Standing
from kiosk.book import Stage
from kiosk.bounds import no_loans
from kiosk.happenings import Button
from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.scene import Note, Sign
from kiosk.touchscreen.theme import Tone
from kiosk.visit import (
    WARNING_SECONDS,
    Screen,
    Visit,
    screen,
    seconds_left,
    titles_covered,
)
from kiosk.visiting.account import borrows

_BORROWING: Final = {
    Screen.WELCOME,
    Screen.CARD,
    Screen.IDENTIFYING,
    Screen.PAD,
    Screen.LENDING,
    Screen.PUT_BACK,
}
_STAYING: Final = set(Screen) - {
    Screen.STARTING,
    Screen.WELCOME,
    Screen.CARD_REFUSED,
    Screen.GOODBYE,
    Screen.OUT_OF_SERVICE,
}
_ASKING: Final = {
    Screen.ACCOUNT,
    Screen.NO_ACCOUNT,
    Screen.SEARCHING,
    Screen.FOUND,
}
_OF_PATRON: Final = {Screen.PAD, Screen.PUT_BACK, Screen.RESULT, Screen.RETURN, Screen.ACCOUNT}


def notes(visit: Visit, now: float, catalogue: Catalogue) -> tuple[Note, ...]:
    """What has to be known besides the question of the screen, most lasting first."""
    found = [*_offline(visit, catalogue), *_about_pad(visit, catalogue)]
    seconds = countdown(visit, now)
    if seconds is None and screen(visit) in _OF_PATRON and titles_covered(visit, now):
        found.append(Note(Sign.NOTE, catalogue.text("banner.covered"), Tone.READY))
    if seconds is not None:
        key = "countdown.stay" if screen(visit) in _STAYING else "countdown.home"
        found.append(Note(Sign.CLOCK, catalogue.text(key, seconds=seconds), Tone.STAFF))
    return tuple(found)


def countdown(visit: Visit, now: float) -> int | None:
    """The seconds left once they are few enough to be shown."""
    seconds = seconds_left(visit, now)
    return seconds if seconds is not None and seconds <= WARNING_SECONDS else None


def stay(visit: Visit, now: float) -> Button | None:
    """What a touch beside every button tells while time runs out: the patron is still there."""
    running_out = screen(visit) in _STAYING and countdown(visit, now) is not None
    return Button.STAY if running_out else None


def _offline(visit: Visit, catalogue: Catalogue) -> list[Note]:
    if visit.online:
        return []
    shown = screen(visit)
    key = "borrow" if shown in _BORROWING and visit.lends else "closed"
    if shown is Screen.RETURN:
        key = "return"
    if shown in _ASKING:
        key = "asking"
    return [Note(Sign.CLOUD, catalogue.text(f"banner.{key}"), Tone.STAFF)]


def _about_pad(visit: Visit, catalogue: Catalogue) -> list[Note]:
    match screen(visit):
        case Screen.WELCOME:
            return _on_welcome(visit, catalogue)
        case Screen.PAD:
            return [*_left_behind(visit, "pad", catalogue), *_quota(visit, catalogue)]
        case Screen.RETURN:
            return _left_behind(visit, "return", catalogue)
        case Screen.ACCOUNT:
            return _on_account(visit, catalogue)
        case Screen.RESULT if any(
            book.provisional for book in visit.books if book.stage is Stage.LENT
        ):
            return [Note(Sign.NOTE, catalogue.text("result.provisional"), Tone.READY)]
        case Screen.OUT_OF_SERVICE:
            return _kept(visit, catalogue)
        case _:
            return []


def _on_welcome(visit: Visit, catalogue: Catalogue) -> list[Note]:
    found = []
    if visit.card_here:
        found.append(Note(Sign.NOTE, catalogue.text("welcome.card-here"), Tone.STAFF))
    if visit.card_reader_healthy is False:
        text = catalogue.text("welcome.no-card-reader")
        found.append(Note(Sign.NOTE, text, Tone.STAFF))
    elif (reason := no_loans(visit.capacity)) is not None:
        found.append(Note(Sign.NOTE, catalogue.reason(reason), Tone.STAFF))
    if visit.leftovers:
        text = catalogue.counted("welcome.leftovers", len(visit.leftovers))
        found.append(Note(Sign.NOTE, text, Tone.STAFF))
    elif visit.books:
        text = catalogue.counted("welcome.books", len(visit.books))
        found.append(Note(Sign.NOTE, text, Tone.READY))
    return found


def _on_account(visit: Visit, catalogue: Catalogue) -> list[Note]:
    found = []
    if listed := visit.count(Stage.LISTED):
        key = "account.books" if borrows(visit) else "account.books-not-yet"
        found.append(Note(Sign.NOTE, catalogue.counted(key, listed), Tone.READY))
    if visit.asked is not None:
        found.append(Note(Sign.CLOCK, catalogue.text("account.looking"), Tone.WAIT))
    return found


def _left_behind(visit: Visit, section: str, catalogue: Catalogue) -> list[Note]:
    if not visit.leftovers:
        return []
    return [Note(Sign.NOTE, catalogue.text(f"{section}.leftovers"), Tone.STAFF)]


def _quota(visit: Visit, catalogue: Catalogue) -> list[Note]:
    if visit.standing is None:
        return []
    return [*_ready(visit.standing.ready, catalogue), *_remaining(visit, visit.standing, catalogue)]


def _ready(count: int, catalogue: Catalogue) -> list[Note]:
    if not count:
        return []
    return [Note(Sign.NOTE, catalogue.counted("pad.ready", count), Tone.GOOD)]


def _remaining(visit: Visit, standing: Standing, catalogue: Catalogue) -> list[Note]:
    remaining = max(0, standing.remaining - visit.count(Stage.LENT))
    if remaining == 0:
        return [Note(Sign.NOTE, catalogue.text("pad.full"), Tone.STAFF)]
    if visit.count(Stage.LISTED) > remaining:
        return [Note(Sign.NOTE, catalogue.counted("pad.over", remaining), Tone.STAFF)]
    return [Note(Sign.NOTE, catalogue.counted("pad.quota", remaining), Tone.READY)]


def _kept(visit: Visit, catalogue: Catalogue) -> list[Note]:
    """A fault in the middle of a visit: what was said to be done stays done."""
    stages = {"lent": Stage.LENT, "returned": Stage.RETURNED}
    return [
        Note(Sign.NOTE, catalogue.counted(f"out-of-service.kept-{word}", count), Tone.GOOD)
        for word, stage in stages.items()
        if (count := visit.count(stage))
    ]
