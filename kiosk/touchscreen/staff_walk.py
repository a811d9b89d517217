"""The pages of an inventory: the lists there are, and the walk along one of them. Pure."""

from typing import Final

from broker.facts import Mark
from kiosk.staff.choosing import LISTS_SHOWN, Choosing, Fetch, Offer, Server
from kiosk.staff.inventory import Result, counts
from kiosk.staff.walking import Walk
from kiosk.staff.words import Key
from kiosk.touchscreen.legible import legible
from kiosk.touchscreen.scene import Choices, Picture, Report, Row, Weight
from kiosk.touchscreen.staff_words import StaffPage, Words, choice, fact, listed, note
from kiosk.touchscreen.theme import Tone

# What a librarian has to go and see to; missing only once all was walked.
_AT_ONCE: Final = frozenset(Mark) - {Mark.FOUND, Mark.AWAY, Mark.MISSING}
_IN_THE_END: Final = _AT_ONCE | {Mark.MISSING}
_ROWS_AT_MOST: Final = 50  # nobody turns more pages than these take; the report has them all
_LONGEST_NAME, _BEGINNING, _END = 24, 12, 11


def inventory_page(choosing: Choosing, say: Words) -> StaffPage:
    """The shelves to choose from, each with how far it was walked or how many books it has."""
    if choosing.fetch is not None:
        return _fetch_page(choosing.fetch, say)
    told = say.text(f"staff-inventory.server-{choosing.server.value}")
    offers = choosing.offers
    if not offers:
        return StaffPage(_none(choosing, told, say))
    lists = [
        choice(at, f"{_short(one.name)}: {_progress(one, say)}") for at, one in enumerate(offers)
    ][choosing.first : choosing.first + LISTS_SHOWN]
    problem = _problem(choosing, say)
    if choosing.server is Server.SILENT:
        told = f"{told} {say.text('staff-inventory.kept')}"
    body = Choices(say.text("staff-inventory.heading"), told, tuple(lists))
    more = (say.key(Key.NEXT),) if len(offers) > LISTS_SHOWN else ()
    return StaffPage(body, more, () if problem is None else (note(problem),))


def _none(choosing: Choosing, told: str, say: Words) -> Report:
    heading = say.text("staff-inventory.none")
    if choosing.server is Server.ASKED:
        return Report(heading, Tone.WAIT, Picture.WAIT, (told,))
    lines = (told, say.text("staff-inventory.none-lead"))
    return Report(heading, Tone.STAFF, Picture.SHELF, lines)


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


def _fetch_page(fetch: Fetch, say: Words) -> StaffPage:
    heading = say.text("staff-inventory.fetching", name=fetch.question.shelf)
    so_far = say.text("staff-inventory.fetched", count=len(fetch.lines), total=fetch.total)
    return StaffPage(Report(heading, Tone.WAIT, Picture.WAIT, (so_far,)))


def walk_page(walk: Walk, say: Words) -> StaffPage:
    """What was found so far; all that is the matter once the report is written."""
    name, total = ("", 0) if walk.shelf is None else (walk.shelf.name, len(walk.shelf.entries))
    shown = _IN_THE_END if walk.report else _AT_ONCE
    amiss = [one for one in _missing_last(walk.results) if shown & {*one.marks}]
    lines = [*_lines(walk, say, well=not amiss), _counted(walk, shown, say)]
    if more := len(amiss[_ROWS_AT_MOST:]):
        lines.append(say.text("staff-walk.more", count=more))
    rows = tuple(_row(one, say) for one in amiss[:_ROWS_AT_MOST])
    keys = () if walk.report else (say.key(Key.FINISH, Weight.MAIN, enabled=not walk.writing),)
    heading = say.text("staff-walk.heading", name=name, read=len(walk.reads), total=total)
    return StaffPage(Report(heading, _tone(walk), Picture.SHELF, tuple(lines), rows), keys)


def _counted(walk: Walk, shown: frozenset[Mark], say: Words) -> str:
    """How many books are how, and how old the list is that says so."""
    told = counts(walk.results)
    facts = [
        fact(say.text(f"mark.{mark.value}"), told[mark])
        for mark in Mark
        if told[mark] and mark in (shown | {Mark.FOUND})
    ]
    if walk.shelf is not None and walk.shelf.age is not None:
        facts.insert(0, say.text("staff-walk.age", age=say.age(walk.shelf.age)))
    if walk.strange:
        facts.append(say.counted("staff-walk.strange", walk.strange))
    return listed(facts)


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


def _missing_last(results: tuple[Result, ...]) -> list[Result]:
    """Worst first, but what can be put right at the shelf before what is not there."""
    order = sorted(Mark, key=lambda mark: mark is Mark.MISSING)
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
    return Row(legible(entry.title), f"{result.item} · {entry.call_number}", told, Tone.BAD)
