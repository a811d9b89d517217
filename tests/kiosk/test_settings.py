"""A station without the server's key serves nobody, and says what to do."""

from pathlib import Path

import pytest

from broker.errors import BadSettings
from kiosk.settings import server_key
from tests.keys import SEALING


def test_the_key_is_read_from_the_stations_folder(tmp_path: Path) -> None:
    (tmp_path / "server.pub").write_text(f"{SEALING}\n", encoding="ascii")
    assert str(server_key(str(tmp_path))) == str(SEALING)


@pytest.mark.parametrize("content", [b"", b"x", "ä".encode(), str(SEALING).encode()[:40]])
def test_what_is_no_key_names_the_file_and_asks_to_enrol(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "server.pub").write_bytes(content)
    with pytest.raises(BadSettings, match=r"server\.pub: .*enrol this station"):
        server_key(str(tmp_path))


def test_a_missing_key_names_the_file_and_asks_to_enrol(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"server\.pub: .*enrol this station"):
        server_key(str(tmp_path / "nowhere"))
