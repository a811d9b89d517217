"""What is shown of the records: every word and its order, ready for the page and the stream. Pure.

Law: texts only, so that the browser has nothing to decide; `now` is an argument.
"""

from typing import Final

from broker.facts import ItemReturned, LoanAbandoned
from broker.kinds import FACTS
from broker.telemetry import Component, Health
from broker.vocabulary import Reason
from server.web.languages import Texts
from server.web.page import DeviceRow, FactRow, Page, SetAsideRow, TaskRow, Trouble
from server.web.records import Device, Happening, OpenTask, Records, SetAside
from server.web.status import UNSENT_TOO_LONG_SECONDS, Status, is_silent, long_since, status_of
from server.web.times import Wall

NOTHING: Final = "—"

_KINDS: Final = {cls: kind for kind, cls in FACTS.items()}
# The other reasons say something about a person.
_REASONS_TO_SHOW: Final = {Reason.TAG_NOT_WRITTEN, Reason.CANCELLED, Reason.INTERRUPTED}


SYMBOLS: Final = {
    Status.SILENT: "■",
    Status.NOT_SERVING: "◆",
    Status.ATTENTION: "▲",
    Status.NORMAL: "●",
}


def page(records: Records, wall: Wall) -> Page:
    """The page in the language and at the moment of `wall`."""
    texts = wall.texts
    return Page(
        records.sample,
        _words(records, wall),
        tuple(_device(device, wall) for device in _worst_first(records.devices, wall.now)),
        tuple(_fact(happening, wall) for happening in records.happenings),
        tuple(_set_aside(message, wall) for message in records.set_aside),
        tuple(_task(task, wall, texts) for task in records.tasks),
    )


def _worst_first(devices: tuple[Device, ...], now: float) -> list[Device]:
    order = list(Status)
    return sorted(devices, key=lambda device: (order.index(status_of(device, now)), device.name))


def _words(records: Records, wall: Wall) -> dict[str, str]:
    number = wall.texts.number
    statuses = [status_of(device, wall.now) for device in records.devices]
    counts = {status.value: number(statuses.count(status)) for status in Status}
    return counts | {
        "unsent": number(sum(device.unsent or 0 for device in records.devices)),
        "set-aside": number(records.set_aside_total),
        "refused": number(records.refused_total),
        "tasks": number(records.tasks_total),
        "set-aside-part": _part(len(records.set_aside), records.set_aside_total, wall.texts),
        "tasks-part": _part(len(records.tasks), records.tasks_total, wall.texts),
    }


def _part(shown: int, total: int, texts: Texts) -> str:
    if shown == total:
        return ""
    return texts("page.part", shown=texts.number(shown), total=texts.number(total))


def _device(device: Device, wall: Wall) -> DeviceRow:
    texts = wall.texts
    status = status_of(device, wall.now)
    unsent = NOTHING if device.unsent is None else texts.number(device.unsent)
    oldest = device.oldest_unsent if device.unsent else None
    return DeviceRow(
        key=device.name,
        status=status.value,
        symbol=SYMBOLS[status],
        status_word=texts(f"status.{status.value}"),
        name=device.name,
        kind=texts(f"kind.{device.kind.value}") if device.kind else texts("kind.unknown"),
        presence=_presence(device, wall),
        mode=_mode(device, wall),
        reason=_reason(device.reason, texts),
        troubles=_troubles(device, wall),
        unsent=unsent,
        oldest="" if oldest is None else texts("device.oldest", time=wall.moment(oldest)),
        heard=NOTHING if device.last_heard is None else wall.moment(device.last_heard),
    )


def _presence(device: Device, wall: Wall) -> str:
    if device.presence is None or device.presence_since is None:
        return wall.texts("presence.never")
    since = wall.moment(device.presence_since)
    return wall.texts(f"presence.{device.presence.value}", since=since)


def _mode(device: Device, wall: Wall) -> str:
    if device.mode is None or device.mode_since is None:
        return NOTHING
    return wall.texts(f"mode.{device.mode.value}", since=wall.moment(device.mode_since))


def _reason(reason: str, texts: Texts) -> str:
    return texts.either(f"reason.{reason.lower().replace(' ', '-')}", reason)


def _troubles(device: Device, wall: Wall) -> tuple[Trouble, ...]:
    texts = wall.texts
    if device.revoked:
        return (Trouble("revoked", texts("revoked.part"), texts("revoked.advice")),)
    known = tuple(
        Trouble(kind.value, texts(f"task.{kind.value}"), texts(f"task-advice.{kind.value}"))
        for kind in device.incidents
    )
    if is_silent(device, wall.now):
        # What it said of its parts is past; the first thing is to hear from it again.
        return (Trouble("silent", texts("silent.part"), texts("silent.advice")), *known)
    ill = [part for part in device.components if part.health is not Health.OK]
    troubles = [_trouble(component, texts) for component in ill]
    if device.settings_problem:
        problem = texts("settings.advice", problem=device.settings_problem)
        troubles.append(Trouble("settings", texts("settings.part"), problem))
    if device.ignored:
        advice = texts("ignored.advice", count=texts.number(device.ignored))
        troubles.append(Trouble("ignored", texts("ignored.part"), advice))
    oldest = device.oldest_unsent if device.unsent else None
    if long_since(oldest, wall.now, UNSENT_TOO_LONG_SECONDS):
        troubles.append(Trouble("unsent", texts("unsent.part"), texts("unsent.advice")))
    return (*troubles, *known)


def _trouble(component: Component, texts: Texts) -> Trouble:
    """The advice for this very part and code, else for the code, else a general one."""
    part = texts.either(f"part.{component.name}", component.name)
    general = texts("unknown.advice", code=component.code or component.health.value)
    of_code = texts.either(f"advice.{component.code}", general)
    advice = texts.either(f"advice-for.{component.name}.{component.code}", of_code)
    return Trouble(component.name, part, advice)


def _fact(happening: Happening, wall: Wall) -> FactRow:
    time = wall.moment(happening.time)
    return FactRow(
        key=happening.act,
        time=time if happening.sure else wall.texts("fact.about", time=time),
        device=happening.device,
        what=_what(happening, wall.texts),
        item=happening.item or "",
        title=happening.title or (wall.texts("fact.untitled") if happening.item else ""),
    )


def _what(happening: Happening, texts: Texts) -> str:
    words = [texts(f"fact.{_KINDS[happening.kind]}")]
    if happening.reason in _REASONS_TO_SHOW:
        words.append(texts(f"fact.because.{happening.reason.value}"))
    if happening.provisional:
        words.append(texts("fact.provisional"))
    if happening.secured is False and happening.kind is ItemReturned:
        words.append(texts("fact.not-secured"))
    if happening.secured is False and happening.kind is LoanAbandoned:
        words.append(texts("fact.maybe-not-secured"))
    return ", ".join(words)


def _set_aside(message: SetAside, wall: Wall) -> SetAsideRow:
    channel = message.channel.value if message.channel else ""
    return SetAsideRow(
        key=str(message.number),
        time=wall.moment(message.received_at),
        device=message.device or wall.texts("set-aside.nobody"),
        channel=wall.texts.either(f"channel.{channel}", channel),
        reason=message.reason,
    )


def _task(task: OpenTask, wall: Wall, texts: Texts) -> TaskRow:
    return TaskRow(
        key=f"{task.kind.value}/{task.act}",
        since=wall.moment(task.opened_at),
        what=texts(f"task.{task.kind.value}"),
        advice=texts(f"task-advice.{task.kind.value}"),
        # What is about no item is about a place.
        item=task.item or task.device or "",
        title=task.title or (texts("fact.untitled") if task.item else ""),
    )
