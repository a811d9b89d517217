"""Which reader, or lamp's relay board, is at a port, by every family's most harmless question.

Law: nothing on it is changed: no setting, no tag, not even its field, no relay.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from devices.errors import DeviceError, Unplugged
from devices.feig import driver as feig
from devices.lcus import driver as lcus
from devices.link import Link, Parity, open_serial
from devices.m3_810 import driver as m3_810
from devices.metratec import driver as metratec
from devices.rl866 import driver as rl866
from devices.rr3036 import driver as rr3036

ANSWER_WITHIN_S: Final = 0.4


@dataclass(frozen=True, slots=True)
class Family:
    """One family: its `driver` as settings name it, its speeds, and how to ask who is there.

    `section` is where settings speak of it, `more` what they say besides.
    """

    driver: str
    speeds: tuple[tuple[int, Parity], ...]
    identify: Callable[[Link, float], str]
    section: str = "reader"
    more: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered, and what it calls itself."""

    family: Family
    baud: int
    parity: Parity
    words: str

    def settings(self, port: str) -> str:
        """What a settings file has to say about it."""
        return (
            f'[{self.family.section}]\ndriver = "{self.family.driver}"\nport = "{port}"\n'
            f'baud = {self.baud}\nparity = "{self.parity.value}"\n{self.family.more}'
        )


FAMILIES: Final = (
    Family("feig", feig.SPEEDS, feig.identify),
    Family("m3-810", m3_810.SPEEDS, m3_810.identify),
    Family("rl866", rl866.SPEEDS, rl866.identify),
    Family("metratec", metratec.SPEEDS, metratec.identify),
    Family("rr3036", rr3036.SPEEDS, rr3036.identify),
    Family("lcus", lcus.SPEEDS, lcus.identify, "lamp", "answers = true\n"),
)


def probe(
    port: str,
    families: Iterable[Family] = FAMILIES,
    answer_within: float = ANSWER_WITHIN_S,
    trying: Callable[[str], None] = lambda words: None,  # noqa: ARG005 - nobody is told
) -> Found | None:
    """The first family that answers, None when none does. Raises Unplugged without a port.

    `answer_within` is in seconds, for each question; `trying` is told each attempt.
    """
    for family in families:
        for baud, parity in family.speeds:
            trying(f"{family.driver} at {baud} baud, parity {parity.value}")
            link = open_serial(port, baud, parity)
            try:
                return Found(family, baud, parity, family.identify(link, answer_within))
            except Unplugged:
                raise
            except DeviceError:  # somebody else's reader, or nobody's
                continue
            finally:
                link.close()
    return None
