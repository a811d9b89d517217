"""What can happen to one message, as a value that a simulated system carries out."""

from dataclasses import dataclass
from enum import Enum


class Accident(Enum):
    """Before or after says whether the system had done what was asked."""

    NONE = "none"
    CUT_THEN_SILENT = "cut-then-silent"
    CUT_THEN_CLOSED = "cut-then-closed"
    SILENT_BEFORE = "silent-before"
    SILENT_AFTER = "silent-after"
    CLOSED_BEFORE = "closed-before"
    CLOSED_AFTER = "closed-after"
    REBOOT_BEFORE = "reboot-before"
    REBOOT_AFTER = "reboot-after"
    OTHER_ITEM = "other-item"
    OTHER_PATRON = "other-patron"
    OTHER_NUMBER = "other-number"
    OLDER_ANSWER = "older-answer"
    YES_WITHOUT_EFFECT = "yes-without-effect"
    NO_WITH_EFFECT = "no-with-effect"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not-understood"
    NEVER_UNDERSTOOD = "never-understood"
    DAMAGED = "damaged"
    ALWAYS_DAMAGED = "always-damaged"
    WITHOUT_END = "without-end"
    HTML = "html"
    NOISE_FIRST = "noise-first"
    ONE_BYTE_AT_A_TIME = "one-byte-at-a-time"


BEFORE = frozenset(
    (
        Accident.SILENT_BEFORE,
        Accident.CLOSED_BEFORE,
        Accident.REBOOT_BEFORE,
        Accident.REFUSED,
        Accident.NOT_UNDERSTOOD,
        Accident.NEVER_UNDERSTOOD,
        Accident.HTML,
    )
)
HTML = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>|AA|AB</html>\r"


@dataclass(frozen=True)
class Plan:
    """The accident befalls the `nth` message of this number; a cut comes after `at` bytes."""

    accident: Accident = Accident.NONE
    number: str = ""
    nth: int = 1
    at: int = 0

    def befalls(self, number: str, count: int) -> bool:
        again = self.accident in (Accident.NEVER_UNDERSTOOD, Accident.ALWAYS_DAMAGED)
        return number == self.number and (count == self.nth or (again and count > self.nth))


UNDISTURBED = Plan()
