"""Every kind of weather on every line of a running library costs time and no fact."""

from pathlib import Path
from random import Random

import pytest

from tests.kill.checker import promises, violations
from tests.kill.killing import at_work, evidence_of, unsettled
from tests.kill.patron import Town
from tests.kill.programs import library
from tests.weather_proxy.forecast import CLEAR, Kind, Spell, Weather

WORST = {
    Kind.LATENCY: Weather(delay=1.0),
    Kind.BANDWIDTH: Weather(bandwidth=960),
    Kind.SLICING: Weather(slice=1),
    Kind.PARTITION: Weather(silent=True),
}
SPELL_SECONDS = 0.7


@pytest.mark.timeout(300)
def test_a_library_in_all_weathers_keeps_every_promise(tmp_path: Path) -> None:
    with library(tmp_path / "postgresql", postgresql=True, weather=True) as one:
        assert one.weather is not None
        one.start_all()
        town = Town(one, one.places[0], Random(1))
        with at_work(one, [town]):
            routes = range(one.weather.count)
            for route, kind in ((route, kind) for kind in Kind for route in routes):
                one.weather.strike(Spell(0.0, route, kind, SPELL_SECONDS, WORST.get(kind, CLEAR)))
                one.pause(SPELL_SECONDS)
                one.weather.become(route, CLEAR)
        late = unsettled(one)
        found = [*town.violations, *late, *one.fallen()]
        one.stop()
        evidence = evidence_of(one)
        assert found + list(violations(evidence)) == []
        assert len(promises(evidence.drawn)) > 0
        assert set(one.weather.spells) == {kind.value for kind in Kind}
