"""The pages of an inventory: the lists there are, and the walk along one of them. Pure."""

from typing import Final

from broker.facts import Mark
from kiosk.staff.choosing import LISTS_SHOWN, Choosing, Fetch, Offer, Server
from kiosk.staff.heard import Pressed
from kiosk.staff.inventory import Result, counts
from kiosk.staff.walking import Walk
from kiosk.staff.words import Key
from kiosk.touchscreen.staff_scene import Look, Mood, StaffKey, StaffRow
from kiosk.touchscreen.staff_words import Body, Words

# What a librarian has to go and see to; missing only once all was walked.
_AT_ONCE: Final = frozenset(Mark) - {Mark.FOUND, Mark.AWAY, Mark.MISSING}
_IN_THE_END: Final = _AT_ONCE | {Mark.MISSING}
_LONGEST_NAME, _BEGINNING, _END = 24, 12, 11


def inventory_page(choosing: Choosing, say: Words) -> Body:
    """The shelves to choose from, each with how far it was walked or how many books it has."""
    if choosing.fetch is not None:
        return _fetch_page(choosing.fetch, say)
    told = say.text(f"staff-inventory.server-{choosing.server.value}")
    offers = choosing.offers
    if not offers:
        mood = Mood.WAIT if choosing.server is Server.ASKED else Mood.ASK
        lines = (told,) if mood is Mood.WAIT else (told, say.text("staff-inventory.none-lead"))
        return Body(say.text("staff-inventory.none"), mood, lines)
    keys = [
        StaffKey(Pressed(Key.CHOOSE, at), f"{_short(one.name)}: {_progress(one, say)}")
        for at, one in enumerate(offers)
    ][choosing.first : choosing.first + LISTS_SHOWN]
    if len(offers) > LISTS_SHOWN:
        keys.append(say.key(Key.NEXT))
    problem = _problem(choosing, say)
    mood = Mood.PLAIN if problem is None else Mood.BAD
    lines = (problem or told,)
    if problem is None and choosing.server is Server.SILENT:
        lines = (told, say.text("staff-inventory.kept"))
    return Body(say.text("staff-inventory.heading"), mood, lines, tuple(keys))


def _problem(choosing: Choosing, say: Words) -> str | None:
    if choosing.trouble:
        return say.text("staff-inventory.trouble")
    if choosing.refused is None:
        return None
    line = choosing.refused.line
    key = "staff-inventory.refused" if line else "staff-inventory.refused-all"
    return say.text(key, line=line)


def _progress(offer: Offer, say: Words) -> str:
    """How far it was walked, how many books it has, or how old the list is that has to do."""
    kept = offer.kept
    if kept is not None and kept.reads:
        return say.counted("staff-inventory.row", kept.reads)
    if offer.is_fetched and offer.items is not None:
        return say.counted("staff-inventory.row-server", offer.items)
    if kept is None or not kept.from_server:
        return say.text("staff-inventory.row-fresh")
    # In whole minutes at least: a key is no place for more words.
    known = None if kept.age is None else say.age(max(kept.age, 60.0))
    return say.text("staff-inventory.row-old", age=known or say.text("staff-age.unknown"))


def _short(name: str) -> str:
    """A name that leaves room on its key: how it begins, and its classes at the end."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_BEGINNING]}…{name[-_END:]}"


def _fetch_page(fetch: Fetch, say: Words) -> Body:
    heading = say.text("staff-inventory.fetching", name=fetch.question.shelf)
    so_far = say.text("staff-inventory.fetched", count=len(fetch.lines), total=fetch.total)
    return Body(heading, Mood.WAIT, (so_far,))


def walk_page(walk: Walk, say: Words) -> Body:
    """What was found so far; all that is the matter once the report is written."""
    name, total = ("", 0) if walk.shelf is None else (walk.shelf.name, len(walk.shelf.entries))
    told = counts(walk.results)
    shown = _IN_THE_END if walk.report else _AT_ONCE
    facts = [
        f"{say.text(f'mark.{mark.value}')}: {told[mark]}"
        for mark in Mark
        if told[mark] and mark in (shown | {Mark.FOUND})
    ]
    if walk.shelf is not None and walk.shelf.age is not None:
        facts.insert(0, say.text("staff-walk.age", age=say.age(walk.shelf.age)))
    if walk.strange:
        facts.append(say.counted("staff-walk.strange", walk.strange))
    told_all = " · ".join(facts)
    rows = tuple(_row(one, say) for one in _worst_first(walk.results) if shown & {*one.marks})
    keys = () if walk.report else (say.key(Key.FINISH, Look.MAIN, enabled=not walk.writing),)
    heading = say.text("staff-walk.heading", name=name, read=len(walk.reads), total=total)
    return Body(
        heading, _mood(walk), (*_lines(walk, say, well=not rows), told_all), keys, rows=rows
    )


def _mood(walk: Walk) -> Mood:
    if walk.trouble:
        return Mood.BAD
    return Mood.GOOD if walk.report else Mood.PLAIN


def _lines(walk: Walk, say: Words, *, well: bool) -> tuple[str, ...]:
    if walk.trouble:
        return (say.text("staff-walk.trouble"),)
    if walk.writing:
        return (say.text("staff-walk.saving"),)
    if walk.report:
        done = say.text("staff-walk.done", name=walk.report)
        return (done, say.text("staff-walk.all-well")) if well else (done,)
    return () if walk.reads else (say.text("staff-walk.lead"),)


def _worst_first(results: tuple[Result, ...]) -> list[Result]:
    order = list(Mark)
    return sorted(results, key=lambda one: min(order.index(mark) for mark in one.marks))


def _row(result: Result, say: Words) -> StaffRow:
    marks = ", ".join(say.text(f"mark.{mark.value}") for mark in result.marks)
    entry = result.entry
    words = str(result.item)
    if entry is not None:
        words = f"{result.item} · {entry.call_number} · {entry.title}"
    if Mark.MISPLACED not in result.marks:
        return StaffRow(words, marks)
    after = result.after
    place = say.text("staff-walk.at-start")
    if after is not None:
        place = say.text("staff-walk.after", item=after)
    return StaffRow(words, f"{marks} · {place}")
