"""A running screen, and what it says."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.touchscreen.play import Play


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """espeak-ng, its voice and what it was told kept in files: a machine without sound."""
    program = tmp_path / "speak"
    program.write_text(
        f'#!/bin/sh\ntee "{tmp_path}/$$.txt" | espeak-ng -w "{tmp_path}/$$.wav" "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def play(speech: Path) -> Iterator[Play]:
    running = Play(str(speech))
    yield running
    if running.process.poll() is None:
        running.end()
