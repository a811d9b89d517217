"""A server's machine and database are tried before they are trusted."""

from pathlib import Path

from broker.doctor.checks import Check, Outcome
from broker.doctor.report import lines, read_words
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.fitness import server_checks


def checked(folder: Path, database: str, more: str = "") -> list[Check]:
    file = folder / "server.toml"
    text = f'site = "binjai"\ndatabase = "{database}"\nkeys = "{folder / "keys"}"\n{more}'
    text += "[broker]\nport = 1\n[web]\nport = 2\n"
    file.write_text(text, encoding="utf-8")
    return list(server_checks(read_settings(file, ServerSettings), {}))


def told(checks: list[Check], name: str) -> list[tuple[Outcome, str]]:
    assert lines(checks, read_words())
    return [(check.outcome, check.code) for check in checks if check.name == name]


def test_a_database_that_keeps_what_it_says_is_well(tmp_path: Path, database_url: str) -> None:
    checks = checked(tmp_path, database_url)
    assert told(checks, "database")[0] == (Outcome.WELL, "durable")
    assert told(checks, "zone") == [(Outcome.WELL, "known")]
    postgresql = database_url.startswith("postgresql")
    assert bool(told(checks, "folder")) is not postgresql


def test_a_postgresql_without_checksums_is_told(tmp_path: Path, database_url: str) -> None:
    expected = [(Outcome.WELL, "durable")]
    if database_url.startswith("postgresql"):
        expected.append((Outcome.ADVICE, "no-checksums"))
    assert told(checked(tmp_path, database_url), "database") == expected


def test_a_database_that_is_not_made_yet_is_tried_beside_and_left_alone(tmp_path: Path) -> None:
    checks = checked(tmp_path, f"sqlite:///{tmp_path / 'new' / 'server.db'}")
    assert told(checks, "database") == [(Outcome.WELL, "durable")]
    assert [path.name for path in tmp_path.iterdir()] == ["server.toml"]


def test_a_file_that_is_no_database_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_text("not a database at all, but long enough to look" * 50)
    checks = checked(tmp_path, f"sqlite:///{tmp_path / 'server.db'}")
    assert told(checks, "database") == [(Outcome.UNSAFE, "unfit")]


def test_a_database_that_does_not_answer_has_to_be_put_right(tmp_path: Path) -> None:
    checks = checked(tmp_path, f"postgresql://nobody@/none?host={tmp_path}")
    assert told(checks, "database") == [(Outcome.ERROR, "silent")]


def test_a_zone_that_is_none_is_unsafe(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'server.db'}"
    checks = checked(tmp_path, database, more='zone = "Asia/Binjai"\n')
    assert told(checks, "zone") == [(Outcome.UNSAFE, "unknown")]
