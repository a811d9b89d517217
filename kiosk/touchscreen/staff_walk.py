"""The pages of an inventory: the lists there are, and the walk along one of them. Pure."""

from typing import Final

from kiosk.staff.inventory import Mark, Result, counts
from kiosk.staff.walking import LISTS_SHOWN, Walk
from kiosk.staff.words import Key
from kiosk.touchscreen.scene import Choices, Note, Report, Row, Weight
from kiosk.touchscreen.staff_words import StaffPage, Words, choice, fact, listed, note
from kiosk.touchscreen.theme import Tone

# What a librarian has to go and see to; missing only once all was walked.
_AT_ONCE: Final = frozenset(Mark) - {Mark.FOUND, Mark.AWAY, Mark.MISSING}
_IN_THE_END: Final = _AT_ONCE | {Mark.MISSING}


def inventory_page(walk: Walk, say: Words) -> StaffPage:
    """The shelf lists, each with how far it was walked."""
    shelves = walk.shelves
    if shelves is None or not shelves.names:
        heading, lead = say.text("staff-inventory.none"), say.text("staff-inventory.none-lead")
        return StaffPage(Report(heading, Tone.STAFF, (lead,)))
    lists = [
        choice(at, f"{name}: {_progress(reads, say)}")
        for at, (name, reads) in enumerate(zip(shelves.names, shelves.reads, strict=True))
    ][walk.first : walk.first + LISTS_SHOWN]
    lead = say.text("staff-inventory.lead")
    more = (say.key(Key.NEXT),) if len(shelves.names) > LISTS_SHOWN else ()
    body = Choices(say.text("staff-inventory.heading"), lead, tuple(lists))
    return StaffPage(body, more, _refused(walk, say))


def _refused(walk: Walk, say: Words) -> tuple[Note, ...]:
    if walk.refused is None:
        return ()
    line = walk.refused.line
    key = "staff-inventory.refused" if line else "staff-inventory.refused-all"
    return (note(say.text(key, line=line)),)


def _progress(reads: int, say: Words) -> str:
    if not reads:
        return say.text("staff-inventory.row-fresh")
    return say.counted("staff-inventory.row", reads)


def walk_page(walk: Walk, say: Words) -> StaffPage:
    """What was found so far; all that is the matter once the report is written."""
    name, total = ("", 0) if walk.shelf is None else (walk.shelf.name, len(walk.shelf.entries))
    told = counts(walk.results)
    shown = _IN_THE_END if walk.report else _AT_ONCE
    facts = [
        fact(say.text(f"mark.{mark.value}"), told[mark])
        for mark in Mark
        if told[mark] and mark in (shown | {Mark.FOUND})
    ]
    if walk.strange:
        facts.append(say.counted("staff-walk.strange", walk.strange))
    told_all = listed(facts)
    rows = tuple(_row(one, say) for one in _worst_first(walk.results) if shown & {*one.marks})
    keys = () if walk.report else (say.key(Key.FINISH, Weight.MAIN, enabled=not walk.writing),)
    heading = say.text("staff-walk.heading", name=name, read=len(walk.reads), total=total)
    lines = (*_lines(walk, say, well=not rows), told_all)
    return StaffPage(Report(heading, _tone(walk), lines, rows), keys)


def _tone(walk: Walk) -> Tone:
    if walk.trouble:
        return Tone.BAD
    return Tone.GOOD if walk.report else Tone.READY


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


def _row(result: Result, say: Words) -> Row:
    """The title may be shortened; the numbers that a book is found by may not."""
    told = ", ".join(say.text(f"mark.{mark.value}") for mark in result.marks)
    if Mark.MISPLACED in result.marks:
        after = result.after
        place = say.text("staff-walk.at-start")
        if after is not None:
            place = say.text("staff-walk.after", item=after)
        told = f"{told} · {place}"
    entry = result.entry
    if entry is None:
        return Row("", str(result.item), told, Tone.BAD)
    return Row(entry.title, f"{result.item} · {entry.call_number}", told, Tone.BAD)
