"""A settings file is right, or the error says which file, key and line to look at."""

from pathlib import Path

import msgspec
import pytest

from broker.errors import BadSettings
from broker.settings import read_settings
from broker.vocabulary import DeviceId, SiteId

GOOD = """\
site = "binjai"
port = 1883

[pad]
driver = "feig"

[pad.line]
baud = 38400

[[readers]]
device = "kios-01"

[[readers]]
device = "kios-02"
"""


class Line(msgspec.Struct, forbid_unknown_fields=True):
    baud: int


class Pad(msgspec.Struct, forbid_unknown_fields=True):
    driver: str
    line: Line


class Reader(msgspec.Struct, forbid_unknown_fields=True):
    device: DeviceId


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    site: SiteId
    port: int
    pad: Pad
    readers: tuple[Reader, ...] = ()
    folder: Path = Path("/var/lib/sirkula")


def problem(folder: Path, text: str) -> str:
    file = folder / "kiosk.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings) as refused:
        read_settings(file, Settings)
    said = str(refused.value)
    assert said.startswith(str(file))
    return said.removeprefix(str(file))


def test_good_settings_become_typed_values(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'folder = "/srv"\n{GOOD}', encoding="utf-8")
    read = read_settings(file, Settings)
    assert read.site == SiteId("binjai")
    assert read.pad.line.baud == 38400
    assert [str(reader.device) for reader in read.readers] == ["kios-01", "kios-02"]
    assert read.folder == Path("/srv")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("port = 1883", 'port = "1883"', 2, "port"),
        ('site = "binjai"', 'site = "Binjai!"', 1, "site"),
        ('site = "binjai"', "site = 7", 1, "site"),
        ('driver = "feig"', "driver = 7", 5, "driver"),
        ("baud = 38400", "baud = []", 8, "baud"),
        ("port = 1883", "port = 1883\nprot = 1884", 3, "prot"),
        ("baud = 38400", "baud = 38400\nparity = 1", 9, "parity"),
        ('device = "kios-01"', "device = 1", 11, "device"),
    ],
)
def test_a_wrong_value_or_unknown_key_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, key: str
) -> None:
    said = problem(tmp_path, GOOD.replace(old, new))
    assert said.startswith(f" line {line}, key '{key}'"), said


@pytest.mark.parametrize(
    ("gone", "line", "key"),
    [("baud = 38400\n", 7, "baud"), ('driver = "feig"\n', 4, "driver")],
)
def test_a_missing_key_is_named_with_the_line_of_its_table(
    tmp_path: Path, gone: str, line: int, key: str
) -> None:
    said = problem(tmp_path, GOOD.replace(gone, ""))
    assert said.startswith(f" line {line}, key '{key}'"), said


def test_a_missing_key_of_the_file_itself_is_named(tmp_path: Path) -> None:
    assert problem(tmp_path, GOOD.replace("port = 1883\n", "")).startswith(", key 'port'")


def test_a_value_that_is_no_table_is_named(tmp_path: Path) -> None:
    said = problem(tmp_path, 'site = "binjai"\nport = 1\npad = 3\n')
    assert said.startswith(" line 3, key 'pad'"), said


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    said = problem(tmp_path, 'site = "binjai"\nport = = 3\n')
    assert "not TOML" in said
    assert "line 2" in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"nowhere\.toml: cannot be read"):
        read_settings(tmp_path / "nowhere.toml", Settings)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match=r"kiosk\.toml: cannot be read"):
        read_settings(file, Settings)


class Shelf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int


class Shelves(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shelves: tuple[Shelf, ...]


def test_a_wrong_value_in_the_second_of_several_tables_names_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "shelves.toml"
    file.write_text("[[shelves]]\nnumber = 1\n\n[[shelves]]\nnumber = 'two'\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"shelves\.toml line 5, key 'number'"):
        read_settings(file, Shelves)


def test_an_unknown_key_in_the_second_of_several_tables_names_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "shelves.toml"
    file.write_text(
        "[[shelves]]\nnumber = 1\n\n[[shelves]]\nnumber = 2\nnumbr = 3\n", encoding="utf-8"
    )
    with pytest.raises(BadSettings, match=r"shelves\.toml line 6, key 'numbr'"):
        read_settings(file, Shelves)
