"""A real Chromium, and a real web server over a migrated SQLite file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from server.journal.database import open_engine
from server.migrations import migrate

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, where Chromium has none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Ends with the module: Playwright keeps an event loop in this thread, where others run their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = [path for name in _NAMES if (path := shutil.which(name))]
    if not found:
        pytest.fail(f"no browser to test with: install one of {', '.join(_NAMES)}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found[0], args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    migrate(url)
    opened = open_engine(url)
    yield opened
    opened.dispose()
