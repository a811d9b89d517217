"""The pages of an inventory: the lists there are, and the walk along one of them. Pure."""

from typing import Final

from kiosk.staff.heard import Pressed
from kiosk.staff.inventory import Mark, Result, counts
from kiosk.staff.walking import LISTS_SHOWN, Walk
from kiosk.staff.words import Key
from kiosk.touchscreen.staff_scene import Look, Mood, StaffKey, StaffRow
from kiosk.touchscreen.staff_words import Body, Words

# What a librarian has to go and see to; missing only once all was walked.
_AT_ONCE: Final = frozenset(Mark) - {Mark.FOUND, Mark.AWAY, Mark.MISSING}
_IN_THE_END: Final = _AT_ONCE | {Mark.MISSING}


def inventory_page(walk: Walk, say: Words) -> Body:
    """The shelf lists, each with how far it was walked."""
    shelves = walk.shelves
    if shelves is None or not shelves.names:
        heading, lead = say.text("staff-inventory.none"), say.text("staff-inventory.none-lead")
        return Body(heading, Mood.ASK, (lead,))
    keys = [
        StaffKey(Pressed(Key.CHOOSE, at), f"{name}: {_progress(reads, say)}")
        for at, (name, reads) in enumerate(zip(shelves.names, shelves.reads, strict=True))
    ][walk.first : walk.first + LISTS_SHOWN]
    if len(shelves.names) > LISTS_SHOWN:
        keys.append(say.key(Key.NEXT))
    lines = (say.text("staff-inventory.lead"),)
    if walk.refused is not None:
        line = walk.refused.line
        key = "staff-inventory.refused" if line else "staff-inventory.refused-all"
        lines = (say.text(key, line=line),)
    mood = Mood.PLAIN if walk.refused is None else Mood.BAD
    return Body(say.text("staff-inventory.heading"), mood, lines, tuple(keys))


def _progress(reads: int, say: Words) -> str:
    if not reads:
        return say.text("staff-inventory.row-fresh")
    return say.counted("staff-inventory.row", reads)


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
