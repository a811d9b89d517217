"""How a library's system is set."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broker.errors import BadSettings
from broker.settings import read_settings
from server.credentials import Secrets
from server.ils.__main__ import SystemFile
from server.ils.opening import open_library_system
from server.ils.settings import InlisliteSettings, KohaSettings, Sip2Settings, SlimsSettings
from server.ils.status import Examinable

JAKARTA = ZoneInfo("Asia/Jakarta")
ON_DATABASE = 'host = "h"\ndatabase = "d"\nuser = "u"\nsecrets = "s"'
KOHA = 'url = "https://k"\nuser = "u"\nsecrets = "s"\n[library.returns]\nhost = "h"'


def written(folder: Path, kind: str, words: str) -> SystemFile:
    path = folder / "server.toml"
    path.write_text(f'site = "binjai"\n[library]\nkind = "{kind}"\n{words}\n')
    return read_settings(path, SystemFile)


@pytest.mark.parametrize(
    ("kind", "words", "settings"),
    [
        ("sip2", 'host = "h"\nprofile = "koha"', Sip2Settings),
        ("slims", ON_DATABASE, SlimsSettings),
        ("inlislite", ON_DATABASE, InlisliteSettings),
        ("koha", KOHA, KohaSettings),
    ],
)
def test_every_kind_has_its_settings(tmp_path: Path, kind: str, words: str, settings: type) -> None:
    assert type(written(tmp_path, kind, words).library) is settings


@pytest.mark.parametrize(
    ("kind", "words", "named"),
    [
        ("slim", ON_DATABASE, "slim"),
        ("sip2", 'host = "h"\nprofile = "kohaa"', "kohaa"),
        ("slims", f"{ON_DATABASE}\npasword = 1", "pasword"),
        ("koha", 'url = "https://k"\nuser = "u"\nsecrets = "s"', "returns"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, kind: str, words: str, named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        written(tmp_path, kind, words)


def opened(tmp_path: Path, secrets: str) -> Examinable:
    path = tmp_path / "secrets.toml"
    path.write_text(secrets)
    path.chmod(0o600)
    settings = SlimsSettings(host="h", database="d", user="u", secrets=str(path))
    return open_library_system(settings, JAKARTA, time.time, time.monotonic)


def test_opening_asks_the_system_nothing(tmp_path: Path) -> None:
    opened(tmp_path, 'password = "rahasia"').close()


@pytest.mark.parametrize("secrets", ["", 'password = ""', 'password = "a\\u0007b"', "password = 1"])
def test_a_password_that_is_none_is_refused_and_not_repeated(tmp_path: Path, secrets: str) -> None:
    with pytest.raises(BadSettings) as told:
        opened(tmp_path, secrets)
    assert "a\x07b" not in str(told.value)


def test_an_authority_that_cannot_be_read_is_named() -> None:
    settings = Sip2Settings(host="h", tls=True, ca="/nowhere.pem")
    with pytest.raises(BadSettings, match=r"/nowhere\.pem"):
        open_library_system(settings, JAKARTA, time.time, time.monotonic)


def test_secrets_print_nothing() -> None:
    assert "rahasia" not in repr(Secrets("rahasia", "pintu"))
