"""Options of the whole suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--station",
        help="settings file of a real station: the contract suite then runs on its pad, too; "
        "lay scratch tags on it, they are written and put back as they were",
    )
