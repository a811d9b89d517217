"""What stations are told of the branch."""

from base64 import b64decode
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from broker import wire
from broker.appearance import Appearance, InWords
from broker.errors import BadSettings
from broker.settings import read_settings
from broker.staff_keys import StaffCards
from broker.telemetry import OfflinePolicy, PinAsked, SettingsDesired
from server.circulation.pins import PinPolicy
from server.configuration import ServerSettings
from server.settings import Branch, OfflineLimits, Service, desired_settings

TODAY = date(2026, 11, 24)


def test_a_station_learns_what_it_may_do_alone() -> None:
    branch = Branch(ZoneInfo("Asia/Jakarta"), frozenset({6, 5}))
    closed = (date(2026, 12, 25), date(2026, 8, 17), date(2027, 8, 17))
    told = desired_settings(Service(3), branch, OfflineLimits(), closed, TODAY)
    policy = OfflinePolicy(5, 72, 7, "Asia/Jakarta", (5, 6), (date(2026, 12, 25),))
    assert told == SettingsDesired(
        3, in_service=True, reason="", offline=policy, pin=PinAsked.ACCOUNT
    )


FILE = 'site = "binjai"\ndatabase = "sqlite://"\nkeys = "keys"\n[broker]\nport=1\n[web]\nport=2\n'


@pytest.mark.parametrize(
    ("more", "policy"),
    [
        ("", PinPolicy(PinAsked.ACCOUNT, 5, 900.0)),
        ('[patrons]\npin = "never"', PinPolicy(PinAsked.NEVER, 5, 900.0)),
        (
            '[patrons]\npin = "always"\nwrong_pins = 3\nlocked_minutes = 60',
            PinPolicy(PinAsked.ALWAYS, 3, 3600.0),
        ),
    ],
)
def test_the_branch_says_when_a_pin_is_asked_and_what_locks_it(
    tmp_path: Path, more: str, policy: PinPolicy
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(FILE + more, encoding="utf-8")
    branch = read_settings(file, ServerSettings).branch()
    assert branch.policy.pins == policy
    told = desired_settings(Service(1), branch, OfflineLimits(), (), TODAY)
    assert told.pin is policy.asked


@pytest.mark.parametrize("more", ['pin = "sometimes"', "wrong_pins = 0", "locked_minutes = 0"])
def test_a_pin_rule_that_is_none_is_refused(tmp_path: Path, more: str) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f"{FILE}[patrons]\n{more}", encoding="utf-8")
    with pytest.raises(BadSettings, match="patrons"):
        read_settings(file, ServerSettings)


def test_it_fits_a_message_even_if_every_day_is_closed() -> None:
    always = [TODAY + timedelta(days=day) for day in range(3000)]
    branch = Branch(ZoneInfo("Asia/Jakarta"))
    told = desired_settings(Service(1), branch, OfflineLimits(), always, TODAY)
    assert len(wire.encode_snapshot(told)) < wire.MAX_BYTES // 10


def test_stations_are_told_how_the_library_wants_them_to_look(tmp_path: Path) -> None:
    house = '[house]\nname = "Perpustakaan Kota Binjai"\ncolour = "12483F"\n'
    file = tmp_path / "server.toml"
    file.write_text(f"{FILE}{house}[house.hold_place]\nid = 'rak reservasi'", encoding="utf-8")
    branch = read_settings(file, ServerSettings).branch()
    look = Appearance("Perpustakaan Kota Binjai", "12483F", hold_place=InWords("rak reservasi"))
    assert desired_settings(Service(1), branch, OfflineLimits(), (), TODAY).house == look


def test_a_logo_is_read_from_its_file_and_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    file, logo = tmp_path / "server.toml", tmp_path / "logo.png"
    file.write_text(f'{FILE}[house]\nlogo = "{logo}"', encoding="utf-8")
    with pytest.raises(BadSettings, match=r"logo\.png: No such file"):
        read_settings(file, ServerSettings)
    Image.new("RGB", (8, 8)).save(logo)
    look = read_settings(file, ServerSettings).branch().house
    assert b64decode(look.logo) == logo.read_bytes()


def test_a_look_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f'{FILE}[house]\ncolour = "FFC107"', encoding="utf-8")
    with pytest.raises(BadSettings, match="FFC107 is too light"):
        read_settings(file, ServerSettings)


def test_stations_are_told_whose_cards_are_staffs() -> None:
    staff = StaffCards("00" * 16, ("0" * 32,))
    branch = Branch(ZoneInfo("Asia/Jakarta"))
    assert desired_settings(Service(1), branch, OfflineLimits(), (), TODAY, staff).staff == staff
