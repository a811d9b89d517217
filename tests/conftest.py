"""Options of the whole suite, and what holds for all of it."""

import pytest
from hypothesis import settings

# A test is never timed: the machine may be shared with others.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--station",
        help="settings file of a real station: the contract suite then runs on its pad, too; "
        "lay scratch tags on it, they are written and put back as they were",
    )
