"""A wrong line of [mail] names itself and its file."""

from pathlib import Path

import pytest

from broker.errors import BadSettings
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.mail.settings import Security

PLAIN = 'site = "binjai"\ndatabase = "sqlite://"\nkeys = ""\n[broker]\nport = 1\n[web]\nport = 2\n'
MAIL = '[mail]\nhost = "smtp.example"\nfrom = "struk@perpustakaan.example"\n'


def read(tmp_path: Path, mail: str) -> ServerSettings:
    path = tmp_path / "server.toml"
    path.write_text(PLAIN + mail, encoding="utf-8")
    return read_settings(path, ServerSettings)


def test_without_mail_no_receipt_goes_by_it(tmp_path: Path) -> None:
    settings = read(tmp_path, "")
    assert settings.mail is None
    assert settings.keeper().letterbox is None


def test_starttls_and_no_titles_unless_something_else_is_said(tmp_path: Path) -> None:
    settings = read(tmp_path, MAIL)
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.tls) == (587, Security.STARTTLS)
    letterbox = settings.keeper().letterbox
    assert letterbox is not None
    assert not letterbox.titles
    assert "struk" not in repr(settings.mail)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_plain_text_is_for_this_machine(tmp_path: Path, host: str) -> None:
    mail = MAIL.replace("smtp.example", host) + 'tls = "none"\n'
    assert read(tmp_path, mail).mail is not None


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (MAIL + 'tls = "none"\n', r"line 8, key 'mail'.*on this very machine"),
        (MAIL + 'tls = "ssl"\n', r"line 11, key 'tls'"),
        (MAIL + 'user = "struk"\n', r"key 'mail'.*`user` needs `secrets`"),
        (MAIL + 'secrets = "x"\n', r"key 'mail'.*`user` needs `secrets`"),
        (MAIL + "port = 0\n", r"line 11, key 'port'"),
        (MAIL + 'pasword = "x"\n', r"line 11, key 'pasword'.*unknown field"),
        (MAIL.replace("struk@", "struk"), r"line 10, key 'from'.*not a mail address"),
        (MAIL.replace("smtp.example", ""), r"line 9, key 'host'"),
        ('[mail]\nhost = "x"\n', r"missing required field `from`"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, mail: str, words: str) -> None:
    with pytest.raises(BadSettings, match=rf"server\.toml.*{words}"):
        read(tmp_path, mail)
