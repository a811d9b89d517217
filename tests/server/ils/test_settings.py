"""Which system a library has, as its settings file says; secrets are in a file of their own."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broker.errors import BadSettings
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.ils.library import SystemLibrary
from server.ils.opening import open_library_system
from server.ils.settings import BuiltIn, Sip2Settings
from server.ils.sip2.library import Sip2Library
from server.library import Library

ZONE = ZoneInfo("Asia/Jakarta")
HEAD = """
site = "binjai"
database = "sqlite:////tmp/records.sqlite"
keys = "/tmp/keys"
[broker]
port = 1883
[web]
port = 8080
"""
SYSTEM = """
[library]
kind = "sip2"
host = "127.0.0.1"
port = 6001
profile = "koha"
"""


def read(tmp_path: Path, more: str) -> ServerSettings:
    file = tmp_path / "server.toml"
    file.write_text(HEAD + more)
    return read_settings(file, ServerSettings)


def test_the_built_in_library_is_what_there_is_unless_told(tmp_path: Path) -> None:
    settings = read(tmp_path, "")
    assert settings.library == BuiltIn()
    assert type(settings.keeper()) is Library
    assert read(tmp_path, '[library]\nkind = "built-in"\n').library == BuiltIn()


def test_a_system_of_the_librarys_own_is_named_with_its_profile(tmp_path: Path) -> None:
    settings = read(tmp_path, SYSTEM)
    assert settings.library == Sip2Settings("127.0.0.1", 6001, "koha")
    assert isinstance(settings.keeper(), SystemLibrary)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (SYSTEM.replace('"koha"', '"kohaa"'), "profile"),
        (SYSTEM.replace("6001", "0"), "port"),
        (SYSTEM + "[terms]\nreconcile_at = 24\n", "reconcile_at"),
        (SYSTEM + "connections = 0\n", "connections"),
        (SYSTEM + '[terms]\nwhen_lent_to_another = "guess"\n', "when_lent_to_another"),
        (SYSTEM + 'pasword = "x"\n', "pasword"),
        ('[library]\nkind = "kohaa"\n', "kind"),
    ],
)
def test_a_bad_line_names_itself_and_the_file(tmp_path: Path, wrong: str, key: str) -> None:
    with pytest.raises(BadSettings, match=rf"server\.toml line \d+, key '{key}'"):
        read(tmp_path, wrong)


def opened(settings: Sip2Settings) -> Sip2Library:
    library = open_library_system(settings, ZONE, lambda: 0.0, lambda: 0.0)
    assert isinstance(library, Sip2Library)
    return library


def secret_file(tmp_path: Path, text: str, mode: int = 0o600) -> str:
    file = tmp_path / "secrets.toml"
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def test_secrets_come_from_a_file_of_their_own_and_are_never_printed(tmp_path: Path) -> None:
    file = secret_file(tmp_path, 'password = "rahasia"\n')
    library = opened(Sip2Settings("127.0.0.1", 6001, "koha", user="kios", secrets=file))
    assert "rahasia" not in repr(vars(library))


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ('password = "rahasia"\n', 0o644, "chmod 600"),
        ('password = "rahasia\u0007"\n', 0o600, "secrets.toml"),
        ('pasword = "rahasia"\n', 0o600, "secrets.toml"),
        ("password = rahasia\n", 0o600, "secrets.toml"),
    ],
)
def test_a_bad_file_of_secrets_says_why_and_tells_none(
    tmp_path: Path, text: str, mode: int, why: str
) -> None:
    system = Sip2Settings("127.0.0.1", 6001, "koha", secrets=secret_file(tmp_path, text, mode))
    with pytest.raises(BadSettings, match=why) as caught:
        opened(system)
    assert "rahasia" not in str(caught.value)


def test_a_file_of_secrets_that_is_not_there_is_named() -> None:
    system = Sip2Settings("127.0.0.1", 6001, "koha", secrets="/nowhere/secrets.toml")
    with pytest.raises(BadSettings, match=r"/nowhere/secrets\.toml"):
        opened(system)
