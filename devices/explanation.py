"""What one frame of a trace says, in words a technician can read. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Explanation:
    """`status` is None in a frame from the host; `problems` is empty when the frame is sound."""

    command: str
    status: str | None = None
    fields: dict[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
