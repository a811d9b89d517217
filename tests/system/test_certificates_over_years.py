"""Three years of certificates in seconds: both ends' real code, and a clock moved by hand.

Only the way between them is short: TLS itself follows the machine's own clock.
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from broker.errors import Unreachable
from broker.identity import x509
from broker.identity.exchange import Enrol, Enrolled, Renew
from broker.identity.folder import IdentityFolder
from broker.identity.lifetimes import DAY, LIFE
from broker.telemetry import Health
from broker.vocabulary import DeviceId, SiteId
from kiosk.certificate import Keeper
from server.enrolment.keys import open_keys
from server.enrolment.registrar import Registrar
from server.journal.database import open_engine
from server.migrations import migrate
from tests.kiosk.clocks import HandClock

SITE = SiteId("binjai")
YEARS = 3 * 365


@dataclass
class Years:
    """A server and one station, and whether they reach each other."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    reachable: bool = True
    answers_arrive: bool = True
    asked: int = 0

    def __post_init__(self) -> None:
        database = f"sqlite:///{self.folder / 'server.db'}"
        migrate(database)
        self.engine = open_engine(database)
        keys = open_keys(str(self.folder / "keys"), SITE, ("127.0.0.1",), self.now)
        keys.tend(self.now)
        self.registrar = Registrar(self.engine, keys)
        self.own = IdentityFolder(self.folder / "kios")
        code = self.registrar.invite(DeviceId("kios-01"), bytes(16), self.now)
        request = x509.request_for(self.own.next_key()).decode()
        ask = Enrol(code.secret.hex(), request)
        self.own.settle(self.registrar.enrol(ask, self.now), "https://127.0.0.1:8443")
        self.keeper = Keeper(self.own, self._renewing, self.clock, Random(1))
        self.begin = self.now

    @property
    def now(self) -> float:
        return self.clock.wall()

    @property
    def day(self) -> float:
        return (self.now - self.begin) / DAY

    def _renewing(self, ask: Renew) -> Enrolled:
        self.asked += 1
        if not self.reachable:
            raise Unreachable("no network")
        enrolled = self.registrar.renew(ask, self.now)
        if not self.answers_arrive:
            raise Unreachable("the network went away")
        return enrolled

    def live(self, days: int) -> None:
        """Time goes on, and both ends look after their certificates."""
        for _ in range(int(days)):
            self.clock.wait(DAY)
            self.registrar.keys.tend(self.now)
            self.keeper.turn()

    @property
    def served(self) -> bool:
        """Whether a new session would be let in, by everybody's certificates."""
        held = self.own.certificate()
        authority = self.registrar.keys.authority
        good = held.valid_from <= self.now < held.valid_until and authority.has_issued(held.pem)
        revoked = held.serial in self.registrar.keys.revoked()
        return good and not revoked and self.now < min(self.registrar.keys.ends().values())


@pytest.fixture
def years(tmp_path: Path) -> Years:
    return Years(tmp_path)


def close(years: Years) -> None:
    years.engine.dispose()


def test_in_three_years_nobody_is_turned_away_or_warned(years: Years) -> None:
    serials = set()
    while years.day < YEARS:
        years.live(1)
        serials.add(years.own.certificate().serial)
        assert years.served, f"day {years.day}"
        assert years.keeper.finding().health is Health.OK, f"day {years.day}"
    assert len(serials) == 1 + YEARS // 60
    assert years.asked == YEARS // 60
    close(years)


def test_a_server_out_of_reach_is_told_at_thirty_fourteen_and_seven_days(years: Years) -> None:
    years.reachable = False
    told: dict[tuple[Health, str], float] = {}
    while years.day < 91:
        years.live(1)
        found = years.keeper.finding()
        told.setdefault((found.health, found.code), years.day)
    assert told == {
        (Health.OK, ""): 1.0,
        (Health.WARNING, "expires-in-30-days"): 60.0,
        (Health.WARNING, "expires-in-14-days"): 76.0,
        (Health.ERROR, "expires-in-7-days"): 83.0,
        (Health.ERROR, "expired"): 90.0,
    }
    close(years)


def test_a_server_that_comes_back_in_time_is_enough(years: Years) -> None:
    years.live(50)
    years.reachable = False
    years.live(38)
    assert years.keeper.finding().code == "expires-in-7-days"
    years.reachable = True
    years.live(1)
    assert (years.served, years.keeper.finding().code) == (True, "")
    close(years)


def test_an_expired_station_waits_for_staff_and_then_comes_back_by_itself(years: Years) -> None:
    years.reachable = False
    years.live(100)
    years.reachable = True
    years.live(5)
    assert (years.served, years.keeper.finding().code) == (False, "expired")
    years.registrar.approve(DeviceId("kios-01"), b"staff of library", years.now)
    years.clock.wait(300)
    years.keeper.turn()
    assert (years.served, years.keeper.finding().code) == (True, "")
    years.live(200)
    assert years.served
    close(years)


def test_an_answer_that_is_lost_is_given_again_and_never_twice_over(years: Years) -> None:
    years.answers_arrive = False
    years.live(65)
    assert years.asked == 6
    years.answers_arrive = True
    years.live(1)
    assert years.own.certificate().valid_until == pytest.approx(
        years.begin + 60 * DAY + LIFE, abs=DAY
    )
    close(years)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_weather_of_the_network_three_years_pass_without_an_outage(
    years: Years, seed: int
) -> None:
    """Out of reach for at most 29 days on end, answers lost at any time."""
    chance = Random(seed)
    while years.day < YEARS:
        years.reachable = not years.reachable
        years.answers_arrive = chance.random() < 0.5 or not years.reachable
        years.live(chance.randint(1, 40 if years.reachable else 28))
        if years.reachable:
            years.answers_arrive = True
            years.live(1)
        assert years.served, f"seed {seed}, day {years.day}"
    close(years)


def test_staff_who_enrol_a_running_station_anew_are_noticed(years: Years) -> None:
    years.reachable = False
    years.live(95)
    years.reachable = True
    code = years.registrar.invite(DeviceId("kios-01"), b"sixteen of bytes", years.now)
    request = x509.request_for(years.own.next_key(anew=True)).decode()
    enrolled = years.registrar.enrol(Enrol(code.secret.hex(), request), years.now)
    years.own.settle(enrolled, "https://127.0.0.1:8443")
    years.live(1)
    assert (years.served, years.keeper.finding().code) == (True, "")
    close(years)
