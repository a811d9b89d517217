"""Tasks in words: Indonesian first, then English. Pure."""

from typing import Any, Final

import msgspec

from server.circulation.tasks import OF_SHELVES, OF_SYSTEM, FactSeen, Grounds
from server.desk.task import DeskTask
from server.web.languages import LANGUAGES, Texts
from server.web.times import Wall

_APART: Final = " · "


def account(one: DeskTask, texts: dict[str, Texts]) -> dict[str, Any]:
    """The task for programs; words by language."""
    row: dict[str, Any] = msgspec.to_builtins(one, enc_hook=str)
    kind = one.kind.value
    said = {
        "key": one.key,
        "what": {name: texts[name](f"task.{kind}") for name in LANGUAGES},
        "advice": {name: texts[name](f"task-advice.{kind}") for name in LANGUAGES},
        "choices": {
            choice.value: {name: texts[name](f"choice.{choice.value}") for name in LANGUAGES}
            for choice in one.choices
        },
    }
    if one.kind in OF_SYSTEM:
        said["why"] = {name: texts[name](f"system.{one.reason}") for name in LANGUAGES}
    return row | said


def summary(one: DeskTask, walls: tuple[Wall, ...]) -> list[str]:
    """What it is, what to do, and what it is about, in a few lines."""
    kind = one.kind.value
    asked = [
        f"  {wall.texts(f'task.{kind}')}: {wall.texts(f'task-advice.{kind}')}" for wall in walls
    ]
    since = walls[0].texts("desk.since", time=walls[0].moment(one.opened_at))
    shelf = one.reason if one.kind in OF_SHELVES else None
    about = (one.item, one.title, shelf, one.device, one.patron, since)
    return [one.key, *asked, f"  {_APART.join(part for part in about if part)}"]


def _asked(one: DeskTask, texts: Texts) -> str:
    return f"{texts(f'task.{one.kind.value}')}: {texts(f'task-advice.{one.kind.value}')}"


def whole(one: DeskTask, walls: tuple[Wall, ...]) -> list[str]:
    """All that is known of it, and what may be decided."""
    lines = summary(one, walls)
    for wall in walls:
        lines.append(f"  {wall.texts('desk.evidence')}:")
        lines += [f"    {line}" for line in (*_why(one, wall.texts), *_grounds(one.evidence, wall))]
    for wall in walls:
        lines += _outcome(one, wall.texts)
    return lines


def _why(one: DeskTask, texts: Texts) -> list[str]:
    """The library's own system's reason, and its very words."""
    if one.kind not in OF_SYSTEM:
        return []
    words = [texts("desk.said", words=line) for line in one.said]
    return [texts(f"system.{one.reason}"), *words]


def _outcome(one: DeskTask, texts: Texts) -> list[str]:
    if one.settlement is not None:
        words = texts(f"choice.{one.settlement.value}")
        who, why = one.settled_by or "", one.note or ""
        return [f"  {texts('desk.settled', who=who, choice=words, why=why)}"]
    lines = [f"    {choice.value:16} {texts(f'choice.{choice.value}')}" for choice in one.choices]
    return [f"  {texts('desk.choices')}:", *lines]


def _grounds(grounds: Grounds, wall: Wall) -> list[str]:
    texts = wall.texts
    lines = [_fact(one, wall) for one in grounds.facts]
    for grant in grounds.grants:
        words = texts("desk.granted", time=wall.moment(grant.granted_at))
        lines.append(_APART.join((words, str(grant.device), str(grant.act))))
    lines += [texts("desk.message", number=str(number)) for number in grounds.messages]
    if grounds.seqs and not grounds.messages:
        numbers = ", ".join(map(str, grounds.seqs))
        lines.append(texts("desk.missing", seqs=numbers))
    if grounds.unsent is not None:
        lines.append(texts("desk.unsent", count=texts.number(grounds.unsent)))
    if grounds.seconds is not None:
        lines.append(texts("desk.ahead", seconds=texts.number(round(grounds.seconds))))
    return lines


def _fact(one: FactSeen, wall: Wall) -> str:
    earliest, latest = wall.moment(one.earliest), wall.moment(one.latest)
    when = earliest
    if earliest != latest:
        when = wall.texts("desk.between", earliest=earliest, latest=latest)
    what = wall.texts(f"fact.{one.kind}")
    return _APART.join((when, what, str(one.device), f"{one.seq}", str(one.act)))
