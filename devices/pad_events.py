"""What a watched pad or bin tells its station. Pure values."""

from dataclasses import dataclass

from devices.capabilities import TagUid
from devices.security import Security
from devices.tags.content import TagContent


@dataclass(frozen=True, slots=True)
class TagArrived:
    """A tag came to lie on the pad. `security` is None when its marks are not this site's."""

    uid: TagUid
    content: TagContent
    security: Security | None


@dataclass(frozen=True, slots=True)
class TagLeft:
    """An announced tag is no longer there, or the pad can no longer tell."""

    uid: TagUid


@dataclass(frozen=True, slots=True)
class PadLost:
    """The pad cannot be asked any more; told once, then it is tried again and again."""

    why: str


@dataclass(frozen=True, slots=True)
class PadHealthy:
    """The pad has answered an inventory: for the first time, or again."""


@dataclass(frozen=True, slots=True)
class SecurityWritten:
    """The tag was written and read back."""

    ticket: str
    uid: TagUid
    security: Security


@dataclass(frozen=True, slots=True)
class SecurityNotWritten:
    """Either value may be on the tag now. `tag_answered` when it is certainly still there."""

    ticket: str
    uid: TagUid
    why: str
    tag_answered: bool = False


@dataclass(frozen=True, slots=True)
class StackCounted:
    """How many tags lie there. `sure` once two rounds on end saw the same ones and all are told."""

    tags: int
    sure: bool


PadEvent = (
    TagArrived
    | TagLeft
    | PadLost
    | PadHealthy
    | StackCounted
    | SecurityWritten
    | SecurityNotWritten
)
