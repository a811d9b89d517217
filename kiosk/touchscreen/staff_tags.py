"""The page of the tag station. Pure."""

from typing import Final

from devices.quality import TagQuality
from devices.tags.content import Blank, BookTag, PatronTag
from kiosk.staff.tagging import OVERWRITABLE, Bench, Stand, is_sound, stand
from kiosk.staff.words import Key
from kiosk.touchscreen.staff_scene import Look, Mood, StaffKey
from kiosk.touchscreen.staff_words import Body, Words

_MOODS: Final = {
    Stand.SCAN: Mood.PLAIN,
    Stand.LAY: Mood.PLAIN,
    Stand.LOOKING: Mood.WAIT,
    Stand.WRITING: Mood.WAIT,
    Stand.WRITTEN: Mood.GOOD,
    Stand.UNDONE: Mood.GOOD,
    Stand.MENDED: Mood.GOOD,
    Stand.ALREADY: Mood.GOOD,
    Stand.LIFT: Mood.ASK,
    Stand.BEGUN: Mood.ASK,
    Stand.OTHER_ITEM: Mood.ASK,
    Stand.OTHER_CONTENT: Mood.ASK,
}


def tags_page(bench: Bench, say: Words, *, scanner: bool) -> Body:
    """What to do now, what the barcode and the tag say, and how good the tag is."""
    now = stand(bench)
    heading, lead, mood = _said(bench, now, say)
    lines = [lead] if lead else []
    if bench.misread is not None:
        lines.insert(0, say.text(f"staff-other.{bench.misread.value}"))
    if not (scanner or bench.checking):
        lines.insert(0, say.text("staff-tags.no-scanner"))
    lines += _about(bench, say)
    facts = quality(bench.only, say) if bench.only is not None else ()
    return Body(heading, mood, tuple(lines), _keys(bench, now, say), facts)


def quality(tag: TagQuality, say: Words) -> tuple[str, ...]:
    """A tag's quality, a few words each; of a patron's card nothing."""
    if isinstance(tag.content, PatronTag) or not tag.blocks:
        return (_reads(tag, say),)
    eas = {None: "none", True: "on", False: "off"}[tag.eas]
    security = "unknown" if tag.security is None else tag.security.value
    locked = " ".join(map(str, tag.locked)) or say.text("quality.none")
    told = {
        "model": tag.model,
        "blocks": tag.blocks,
        "afi": f"{tag.afi:02X}",
        "eas": say.text(f"quality.{eas}"),
        "security": say.text(f"quality.{security}"),
        "locked": locked,
    }
    facts = (f"{say.text(f'quality.{name}')}: {value}" for name, value in told.items())
    return (*facts, _reads(tag, say))


def _reads(tag: TagQuality, say: Words) -> str:
    value = say.text("quality.reads-value", reads=tag.reads, tries=tag.tries)
    return f"{say.text('quality.reads')}: {value}"


def _said(bench: Bench, now: Stand, say: Words) -> tuple[str, str, Mood]:
    mood = _MOODS.get(now, Mood.BAD)
    if now is Stand.FAILED and bench.failure is not None:
        failed = say.text(f"staff-failure.{bench.failure.value}")
        return say.text("staff-tags.failed"), failed, mood
    if now is Stand.CHECKED and bench.only is not None:
        sound = is_sound(bench.only)
        key = "staff-tags.checked-sound" if sound else "staff-tags.checked-unsound"
        lead = say.text("staff-tags.checked-lead")
        return say.text(key), lead, Mood.GOOD if sound else Mood.BAD
    heading = say.text(f"staff-tags.{now.value}")
    return heading, say.text(f"staff-tags.{now.value}-lead"), mood


def _about(bench: Bench, say: Words) -> list[str]:
    """What was scanned, what the tag says, and how many are done."""
    told = []
    if bench.wanted is not None:
        told.append(say.text("staff-tags.wanted", item=bench.wanted))
    if bench.only is not None:
        told.append(_content(bench.only, say))
    if bench.checking:
        told.append(say.text("staff-tags.checking"))
    elif bench.written:
        told.append(say.counted("staff-tags.batch", bench.written))
    return [" · ".join(told)] if told else []


def _content(tag: TagQuality, say: Words) -> str:
    match tag.content:
        case BookTag(item=item):
            return say.text("staff-tags.on-tag", item=item)
        case Blank():
            return say.text("staff-tags.blank")
        case PatronTag():
            return say.text("staff-tags.is-card")
        case _:
            return say.text("staff-tags.not-a-book")


def _keys(bench: Bench, now: Stand, say: Words) -> tuple[StaffKey, ...]:
    free = not bench.writing
    other = Key.PROGRAM if bench.checking else Key.CHECK
    keys = [say.key(other, enabled=free)]
    if now in (Stand.FAILED, Stand.NO_PAD, Stand.WEAK):
        keys.append(say.key(Key.AGAIN, Look.MAIN, label="look-again"))
    if now in OVERWRITABLE:
        keys.append(say.key(Key.OVERWRITE, Look.DANGER))
    if now is Stand.BEGUN:
        keys += [say.key(Key.COMPLETE, Look.MAIN), say.key(Key.RESTORE)]
    if bench.only is not None and bench.only.uid == bench.undoable and free:
        keys.append(say.key(Key.UNDO))
    if bench.wanted is not None and free:
        keys.append(say.key(Key.FORGET))
    return tuple(keys)
