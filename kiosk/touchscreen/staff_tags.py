"""The page of the tag station. Pure."""

from typing import Final

from devices.quality import TagQuality
from devices.tags.content import Blank, BookTag, PatronTag
from kiosk.staff.tagging import OVERWRITABLE, Bench, Stand, is_sound, stand
from kiosk.staff.words import Key
from kiosk.touchscreen.scene import Control, Picture, Report, Weight
from kiosk.touchscreen.staff_words import StaffPage, Words, fact, listed
from kiosk.touchscreen.theme import Tone

_TONES: Final = {
    Stand.SCAN: Tone.READY,
    Stand.LAY: Tone.READY,
    Stand.LOOKING: Tone.WAIT,
    Stand.WRITING: Tone.WAIT,
    Stand.WRITTEN: Tone.GOOD,
    Stand.UNDONE: Tone.GOOD,
    Stand.MENDED: Tone.GOOD,
    Stand.ALREADY: Tone.GOOD,
    Stand.LIFT: Tone.STAFF,
    Stand.BEGUN: Tone.STAFF,
    Stand.OTHER_ITEM: Tone.STAFF,
    Stand.OTHER_CONTENT: Tone.STAFF,
}
_PICTURES: Final = {
    Stand.SCAN: Picture.BARCODE,
    Stand.LAY: Picture.PLACE,
    Stand.LIFT: Picture.TAKE,
    Stand.LOOKING: Picture.WAIT,
    Stand.WRITING: Picture.WAIT,
}


def tags_page(bench: Bench, say: Words, *, scanner: bool) -> StaffPage:
    """What to do now, what the barcode and the tag say, and how good the tag is."""
    now = stand(bench)
    heading, lead, tone = _said(bench, now, say)
    lines = [lead] if lead else []
    if bench.misread is not None:
        lines.insert(0, say.text(f"staff-other.{bench.misread.value}"))
    if not (scanner or bench.checking):
        lines.insert(0, say.text("staff-tags.no-scanner"))
    lines += _about(bench, say)
    if bench.only is not None:
        lines.append(listed(quality(bench.only, say)))
    picture = _PICTURES.get(now, Picture.TAG)
    return StaffPage(Report(heading, tone, picture, tuple(lines)), _keys(bench, now, say))


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
    facts = (fact(say.text(f"quality.{name}"), value) for name, value in told.items())
    return (*facts, _reads(tag, say))


def _reads(tag: TagQuality, say: Words) -> str:
    value = say.text("quality.reads-value", reads=tag.reads, tries=tag.tries)
    return fact(say.text("quality.reads"), value)


def _said(bench: Bench, now: Stand, say: Words) -> tuple[str, str, Tone]:
    tone = _TONES.get(now, Tone.BAD)
    if now is Stand.FAILED and bench.failure is not None:
        failed = say.text(f"staff-failure.{bench.failure.value}")
        return say.text("staff-tags.failed"), failed, tone
    if now is Stand.CHECKED and bench.only is not None:
        sound = is_sound(bench.only)
        key = "staff-tags.checked-sound" if sound else "staff-tags.checked-unsound"
        lead = say.text("staff-tags.checked-lead")
        return say.text(key), lead, Tone.GOOD if sound else Tone.BAD
    heading = say.text(f"staff-tags.{now.value}")
    return heading, say.text(f"staff-tags.{now.value}-lead"), tone


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
    return [listed(told)] if told else []


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


def _keys(bench: Bench, now: Stand, say: Words) -> tuple[Control, ...]:
    free = not bench.writing
    other = Key.PROGRAM if bench.checking else Key.CHECK
    keys = [say.key(other, enabled=free)]
    if now in (Stand.FAILED, Stand.NO_PAD, Stand.WEAK):
        keys.append(say.key(Key.AGAIN, Weight.MAIN, label="look-again"))
    if now in OVERWRITABLE:
        keys.append(say.key(Key.OVERWRITE, Weight.DANGER))
    if now is Stand.BEGUN:
        keys += [say.key(Key.COMPLETE, Weight.MAIN), say.key(Key.RESTORE)]
    if bench.only is not None and bench.only.uid == bench.undoable and free:
        keys.append(say.key(Key.UNDO))
    if bench.wanted is not None and free:
        keys.append(say.key(Key.FORGET))
    return tuple(keys)
