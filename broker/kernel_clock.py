"""Whether anything keeps this machine's clock right, in the kernel's own words.

adjtimex(2): whatever sets the clock (timesyncd, chrony, ntpd) tells the kernel, which lets the
largest possible error grow from then on. Like systemd's timedated we believe `maxerror` alone,
not STA_UNSYNC: that flag may only keep the kernel's hands off the battery clock.
"""

import ctypes
from dataclasses import dataclass
from typing import Final

# NTP_PHASE_LIMIT in linux/timex.h, microseconds: the kernel has given up.
_GIVEN_UP: Final = 16_000_000


class _Timex(ctypes.Structure):
    """struct timex of linux/timex.h, as far as it is read here."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_long * 64),
    )


_LIBRARY: Final = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Discipline:
    """Whether the wall clock is kept by a time source, and then by how many seconds it may err."""

    synchronised: bool
    bound: float


def discipline() -> Discipline:
    """The kernel's word now; one that may not be asked vouches for nothing."""
    asked = _Timex()
    refused = _LIBRARY.adjtimex(ctypes.byref(asked)) < 0
    if refused or asked.maxerror >= _GIVEN_UP:
        return Discipline(synchronised=False, bound=0.0)
    return Discipline(synchronised=True, bound=asked.maxerror / 1e6)
