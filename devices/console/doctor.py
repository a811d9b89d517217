"""`sirkula doctor`: the checks of whichever program a settings file is for."""

import tomllib
from pathlib import Path
from typing import Any, Final

from broker.errors import BadSettings

# A key that only this program's file has, the most telling first.
_PROGRAMS: Final = (
    ("database", ("server", "check")),
    ("screen", ("kiosk", "--check")),
    ("reader", ("kiosk.dropbox", "--check")),
    ("device", ("kiosk.agent", "--check")),
    ("port", ("broker.mosquitto", "run", "--check")),
)


def command_for(file: Path) -> tuple[str, ...]:
    """Module and words that check the program of this file. Raises BadSettings."""
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file}: not TOML: {error}") from error
    for key, command in _PROGRAMS:
        if key in table:
            return command
    raise BadSettings(f"{file}: not a settings file of kiosk, drop box, agent, server or broker")
