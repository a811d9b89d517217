"""What the files of an LED hold (Documentation/ABI/testing/sysfs-class-led). Pure.

    brightness       0 is off, up to max_brightness
    max_brightness   1 for an LED that is only on or off
    trigger          all triggers there are; the one that drives the LED now in brackets

Writing 0 to brightness takes a trigger away; writing more only changes how bright it makes it.
"""

from typing import Final

from devices.errors import Garbled

NO_TRIGGER: Final = "none"


def number(text: bytes) -> int:
    r"""A brightness. Raises Garbled.

    >>> number(b"255\n")
    255
    """
    digits = text.strip()
    if not (digits.isdigit() and len(digits) < 10):  # noqa: PLR2004 no brightness is longer
        raise Garbled(f"an LED's brightness is a number, not {text[:20]!r}")
    return int(digits)


def trigger(text: bytes) -> str:
    r"""The trigger that drives the LED now.

    >>> trigger(b"none [heartbeat] timer\n")
    'heartbeat'
    """
    marked = [word for word in text.split() if word.startswith(b"[") and word.endswith(b"]")]
    return marked[0][1:-1].decode("ascii", "replace") if marked else NO_TRIGGER
