"""Reading one program's TOML file into frozen typed values, with errors a technician can act on."""

import re
import tomllib
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from broker.errors import BadSettings

_Settings = TypeVar("_Settings")
_PATH: Final = re.compile(r" - at `\$\.?([^`]*)`")
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
    keys = [key for key in re.split(r"[.\[\]]+", path[1]) if key.isidentifier()] if path else []
    missing = "missing required" in message
    if field is not None and not missing:
        keys.append(field[1])
    if not keys:
        return f", key {field[1]!r}" if field else ""
    line = _line_of(keys, text)
    where = f" line {line}," if line else ""
    return f"{where} key {(field[1] if field else keys[-1])!r}"


def _line_of(keys: list[str], text: str) -> int | None:
    """The line of the last key, searched for below its tables; None when it is nowhere."""
    lines = text.splitlines()
    at, found = 0, None
    for key in keys:
        wanted = re.compile(rf"\s*(\[+[\w.\-]*\b{key}\]+|\"?{key}\"?\s*=)")
        hits = [i for i in range(at, len(lines)) if wanted.match(lines[i])]
        if hits:
            at = found = hits[0]
    return None if found is None else found + 1
