"""What a watched pad or card reader tells, as one line each for a technician. Pure.

A card is told as present, never as whose.
"""

from devices.capabilities import Card, TagUid, TwoCards
from devices.card_watch import CardArrived, CardEvent, CardLeft, CardReaderHealthy, CardReaderLost
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
from devices.sets import sets_on_pad
from devices.tags.content import BookTag, TagContent, Unreadable


def line_of(event: PadEvent | CardEvent) -> str:
    """`+` came, `-` left, `!` is trouble."""
    match event:
        case PadHealthy():
            return "  pad    answers"
        case PadLost(why):
            return f"! pad    lost: {why}"
        case TagArrived(uid, content, security):
            trouble = isinstance(content, Unreadable) or security is None
            return f"{'!' if trouble else '+'} tag    {uid}  {_words(content)}, {_gate(security)}"
        case TagLeft(uid):
            return f"- tag    {uid}"
        case StackCounted(tags, sure):
            return f"  stack  {tags} tags{'' if sure else ', not sure yet'}"
        case SecurityWritten(_, uid, security):
            return f"  tag    {uid}  {security.value}"
        case SecurityNotWritten(_, uid, why):
            return f"! tag    {uid}  not written: {why}"
        case _:
            return _card_line(event)


def _card_line(event: CardEvent) -> str:
    match event:
        case CardReaderHealthy():
            return "  cards  answers"
        case CardReaderLost(why):
            return f"! cards  lost: {why}"
        case CardArrived(TwoCards()):
            return "! card   more than one: lay down one at a time"
        case CardArrived(Card(None)):
            return "! card   gives no lasting number"
        case CardArrived():
            return "+ card   can name a patron"
        case CardLeft():
            return "- card"


def incomplete_sets(tags: dict[TagUid, TagContent]) -> tuple[str, ...]:
    """A line for every set on the pad that lacks a part."""
    books = [content for content in tags.values() if isinstance(content, BookTag)]
    return tuple(
        f"! set    {one.item}: part {', '.join(map(str, one.missing))} of {one.parts} is missing"
        for one in sets_on_pad(books)
        if one.missing
    )


def _words(content: TagContent) -> str:
    match content:
        case BookTag(item, owner, usage, parts, part):
            of = f", part {part} of {parts}" if parts > 1 else ""
            return f"{item} of {owner or 'nobody'}, {usage.value}{of}"
        case Unreadable(why):
            return f"unreadable: {why}"
        case _:
            return type(content).__name__.lower()


def _gate(security: Security | None) -> str:
    return "neither secured nor released" if security is None else security.value
