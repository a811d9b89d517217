"""Secured or released: what a gate at the door listens to, and how a site marks it. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

_OCTET: Final = range(0x100)


class Security(Enum):
    """What a book's tag tells the gate."""

    SECURED = "secured"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class SecurityMarks:
    """How a site marks its books: by AFI, by EAS, or by both.

    The direction of the AFI differs between sites, so its values are never assumed; both are None
    where the gate listens to EAS alone.
    """

    afi_secured: int | None
    afi_released: int | None
    uses_eas: bool = False

    def __post_init__(self) -> None:
        values = (self.afi_secured, self.afi_released)
        if any(value is not None and value not in _OCTET for value in values):
            raise ValueError("afi_secured and afi_released are one byte each, 0x00 to 0xFF")
        if (self.afi_secured is None) != (self.afi_released is None):
            raise ValueError("give both afi_secured and afi_released, or neither")
        if self.afi_secured is None and not self.uses_eas:
            raise ValueError(
                "say how books are secured: afi_secured and afi_released, eas = true, or all three"
            )
        if self.afi_secured is not None and self.afi_secured == self.afi_released:
            raise ValueError("afi_secured and afi_released are the same")

    def afi(self, security: Security) -> int | None:
        return self.afi_secured if security is Security.SECURED else self.afi_released

    def told_by(self, afi: int, *, eas: bool | None) -> Security | None:
        """What a tag's marks say together; None when they disagree or are not this site's.

        >>> SecurityMarks(0x07, 0xC2).told_by(0xC2, eas=None)
        <Security.RELEASED: 'released'>
        """
        for security in Security:
            by_afi = self.afi(security) in (None, afi)
            by_eas = not self.uses_eas or eas is (security is Security.SECURED)
            if by_afi and by_eas:
                return security
        return None
