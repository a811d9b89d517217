"""What a technician reads of a watched pad and card reader."""

import pytest

from broker.vocabulary import ItemId, PatronId
from devices.capabilities import Card, TwoCards
from devices.card_watch import CardArrived, CardEvent, CardLeft, CardReaderHealthy, CardReaderLost
from devices.console.sightings import incomplete_sets, line_of
from devices.pad_events import (
    PadEvent,
    PadHealthy,
    PadLost,
    SecurityNotWritten,
    SecurityWritten,
    StackCounted,
    TagArrived,
    TagLeft,
)
from devices.security import Security
from devices.tags.content import Blank, BookTag, Unreadable
from devices.tags.usage import Usage
from tests.devices.tags_in_hand import uid

DVD = BookTag(ItemId("DVD-7"), "ID-1275014", Usage.CIRCULATION, 3, 2)


@pytest.mark.parametrize(
    ("event", "sign", "words"),
    [
        (PadHealthy(), " ", "answers"),
        (PadLost("cable"), "!", "cable"),
        (TagArrived(uid(1), DVD, Security.SECURED), "+", "DVD-7 of ID-1275014"),
        (TagArrived(uid(1), DVD, Security.SECURED), "+", "part 2 of 3, secured"),
        (TagArrived(uid(1), DVD, None), "!", "neither secured nor released"),
        (TagArrived(uid(1), Unreadable("torn"), None), "!", "unreadable: torn"),
        (TagArrived(uid(1), Blank(), Security.RELEASED), "+", "blank, released"),
        (TagLeft(uid(1)), "-", str(uid(1))),
        (StackCounted(3, sure=False), " ", "3 tags, not sure yet"),
        (SecurityWritten("t", uid(1), Security.RELEASED), " ", "released"),
        (SecurityNotWritten("t", uid(1), "locked"), "!", "not written: locked"),
        (CardReaderHealthy(), " ", "answers"),
        (CardReaderLost("cable"), "!", "cable"),
        (CardArrived(Card(None)), "!", "no lasting number"),
        (CardArrived(TwoCards()), "!", "one at a time"),
        (CardLeft(), "-", "card"),
    ],
)
def test_every_event_is_one_line_that_shows_trouble(
    event: PadEvent | CardEvent, sign: str, words: str
) -> None:
    line = line_of(event)
    assert line.startswith(sign)
    assert words in line
    assert "\n" not in line


def test_a_card_is_told_but_never_whose() -> None:
    line = line_of(CardArrived(Card(PatronId("04497622D93881"))))
    assert line.startswith("+ card")
    assert "0449" not in line


def test_an_incomplete_set_names_its_missing_parts() -> None:
    assert incomplete_sets({uid(1): DVD, uid(2): Blank()}) == (
        "! set    DVD-7: part 1, 3 of 3 is missing",
    )
