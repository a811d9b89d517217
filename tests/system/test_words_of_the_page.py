"""Whatever a station may report, the page has words for it, in both languages."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from broker.identity.lifetimes import DAY, alarm
from broker.telemetry import Health, Mode
from devices.capabilities import LampMeaning
from devices.catalogue import open_lamp
from devices.lamp_watch import LampWatch
from devices.settings import LedSettings
from kiosk.agent.machine import Readings
from kiosk.agent.machine import condition as agent_condition
from kiosk.bounds import Capacity
from kiosk.condition import Condition, Finding
from kiosk.dropbox.box import Box
from kiosk.dropbox.box import condition as box_condition
from kiosk.lighting import Lighting, with_lamp
from kiosk.serving import condition as kiosk_condition
from kiosk.visit import Visit
from tests.contract.test_lamp import FAST, until

LANGUAGES = Path(__file__).parents[2] / "server" / "web" / "languages"
CERTIFICATE = (
    Finding("certificate", Health.ERROR if days < 8 else Health.WARNING, alarm(days * DAY, 0.0))
    for days in (30, 14, 7, 0)
)


def _no_lamp() -> Lighting:
    """A lamp that was looked for in vain."""
    watch = LampWatch(lambda: open_lamp(LedSettings("/sys/class/leds/none")), FAST)
    watch.start()
    assert until(lambda: watch.trouble is not None)
    watch.stop()
    return Lighting(watch, lambda: LampMeaning.READY)


WORST = (
    Condition(Mode.IN_SERVICE, "", tuple(CERTIFICATE)),
    kiosk_condition(Visit(pad_healthy=False, ledger_healthy=False)),
    kiosk_condition(Visit(pad_healthy=False)),
    kiosk_condition(Visit(started=True, in_service=False)),
    *(kiosk_condition(Visit(started=True, capacity=left)) for left in Capacity),
    box_condition(Box(reader_healthy=False, ledger_healthy=False)),
    *(box_condition(Box(reader_healthy=True, started=True, capacity=left)) for left in Capacity),
    box_condition(Box(holds=0)),
    with_lamp(Condition(Mode.IN_SERVICE, "", ()), _no_lamp()),
    agent_condition(Readings(disk=99.0, memory=99.0, hottest=99.0)),
    agent_condition(Readings(disk=85.0, memory=50.0, hottest=None)),
)


def texts(language: str) -> dict[str, Any]:
    return tomllib.loads((LANGUAGES / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("condition", WORST)
def test_every_part_code_and_reason_is_said_in_words(language: str, condition: Condition) -> None:
    words = texts(language)
    for found in condition.findings:
        assert found.name in words["part"]
        assert found.health is Health.OK or found.code in words["advice"]
    if condition.mode is Mode.OUT_OF_SERVICE:
        assert condition.reason.replace(" ", "-") in words["reason"]
