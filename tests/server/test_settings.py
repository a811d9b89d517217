"""What stations are told of the branch."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from broker import wire
from broker.staff_keys import StaffCards
from broker.telemetry import OfflinePolicy, SettingsDesired
from server.settings import Branch, OfflineLimits, Service, desired_settings

TODAY = date(2026, 11, 24)


def test_a_station_learns_what_it_may_do_alone() -> None:
    branch = Branch(ZoneInfo("Asia/Jakarta"), frozenset({6, 5}))
    closed = (date(2026, 12, 25), date(2026, 8, 17), date(2027, 8, 17))
    told = desired_settings(Service(3), branch, OfflineLimits(), closed, TODAY)
    policy = OfflinePolicy(5, 72, 7, "Asia/Jakarta", (5, 6), (date(2026, 12, 25),))
    assert told == SettingsDesired(3, in_service=True, reason="", offline=policy)


def test_it_fits_a_message_even_if_every_day_is_closed() -> None:
    always = [TODAY + timedelta(days=day) for day in range(3000)]
    branch = Branch(ZoneInfo("Asia/Jakarta"))
    told = desired_settings(Service(1), branch, OfflineLimits(), always, TODAY)
    assert len(wire.encode_snapshot(told)) < wire.MAX_BYTES // 10


def test_stations_are_told_whose_cards_are_staffs() -> None:
    staff = StaffCards("00" * 16, ("0" * 32,))
    branch = Branch(ZoneInfo("Asia/Jakarta"))
    assert desired_settings(Service(1), branch, OfflineLimits(), (), TODAY, staff).staff == staff
