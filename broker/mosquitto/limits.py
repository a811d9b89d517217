"""Whether a Mosquitto configuration has the limits our contract needs. Pure."""

from typing import Final

from broker.doctor.checks import Check, Outcome
from broker.wire import MAX_BYTES

# mosquitto.conf(5). Debian's own defaults drop messages while they answer "success".
_EXACTLY: Final = {
    "persistence": "true",
    "max_queued_messages": "0",
    "max_queued_bytes": "0",
    "use_username_as_clientid": "true",
    "allow_zero_length_clientid": "false",
}
_AT_LEAST: Final = {"max_packet_size": 2 * MAX_BYTES, "memory_limit": 2**26}
_AT_MOST: Final = {"autosave_interval": 60, "max_keepalive": 120}


def limits(configuration: str) -> tuple[Check, ...]:
    """One check for each limit that differs; one for all when none does."""
    lines = [line.split(maxsplit=1) for line in configuration.splitlines()]
    found = {words[0]: words[1].strip() for words in lines if len(words) > 1}
    differing = [
        *((name, wanted) for name, wanted in _EXACTLY.items() if found.get(name) != wanted),
        *(
            (name, f"≥ {least}")
            for name, least in _AT_LEAST.items()
            if _number(found, name) < least
        ),
        *(
            (name, f"≤ {most}")
            for name, most in _AT_MOST.items()
            if _number(found, name, most + 1) > most
        ),
    ]
    if not differing:
        return (Check("limits", Outcome.WELL, "set"),)
    return tuple(
        Check(
            "limits",
            Outcome.ERROR,
            "differs",
            {"name": name, "wanted": wanted, "found": found.get(name, "—")},
        )
        for name, wanted in differing
    )


def _number(found: dict[str, str], name: str, otherwise: int = 0) -> int:
    value = found.get(name, "")
    return int(value) if value.isdecimal() else otherwise
