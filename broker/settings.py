"""Reading one program's TOML file into frozen typed values, with errors a technician can act on."""

import re
import tomllib
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from broker.errors import BadSettings

_Settings = TypeVar("_Settings")
_PATH: Final = re.compile(r" - at `\$\.?([^`]*)`")
_STEP: Final = re.compile(r"(\w+)|\[(\d+)\]")
_FIELD: Final = re.compile(r"field `([^`]+)`")


def read_settings(path: Path, cls: type[_Settings]) -> _Settings:
    """The settings in `path`. Raises BadSettings naming file, line and key, unknown keys too.

    `cls` is a msgspec Struct with `forbid_unknown_fields`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: cannot be read: {error}") from error
    try:
        return msgspec.convert(tomllib.loads(text), cls, dec_hook=_word)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise BadSettings(f"{path}{_place(str(error), text)}: {error}") from error


def _word(cls: type, value: object) -> object:
    """A vocabulary word or a path from its text; a bad one raises ValueError."""
    return cls(value)


def _place(message: str, text: str) -> str:
    """` line 12, key "port"` for the key that `message` speaks of, as far as it can be found."""
    path = _PATH.search(message)
    field = _FIELD.search(message)
    steps = _STEP.findall(path[1]) if path else []
    if field is not None and "missing required" not in message:
        steps.append((field[1], ""))
    names = [name for name, _ in steps if name]
    if not names:
        return f", key {field[1]!r}" if field else ""
    line = _line_of(steps, text.splitlines())
    where = f" line {line}," if line else ""
    return f"{where} key {(field[1] if field else names[-1])!r}"


def _line_of(steps: list[tuple[str, str]], lines: list[str]) -> int | None:
    """The line the steps lead to, as a technician counts; None when nothing is found.

    A step is a key, or the number of a `[[table]]` among those of the key before it.
    """
    at, table = -1, ""
    for name, number in steps:
        key = re.escape(name or table)
        wanted = re.compile(rf"\s*(\[+[\w.\-]*\b{key}\]+|\"?{key}\"?\s*=)")
        first = at + 1 if name else at
        hits = [i for i in range(max(first, 0), len(lines)) if wanted.match(lines[i])]
        wanted_hit = int(number or 0)
        if wanted_hit < len(hits):
            at = hits[wanted_hit]
        table = name or table
    return None if at < 0 else at + 1
