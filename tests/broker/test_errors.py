"""Everything that can go wrong descends from one root, so one `except` means "our product"."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import broker
import devices
import kiosk
import server
from broker.errors import SirkulaError

# Importing Kivy reads arguments and replaces streams; its package defines no errors of ours.
_NOT_IMPORTED = ("kiosk.touchscreen", "__main__", "server.migrations")


def modules() -> Iterator[str]:
    for package in (broker, devices, kiosk, server):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in found.name for part in _NOT_IMPORTED):
                yield found.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_error_descends_from_the_one_root(name: str) -> None:
    module = importlib.import_module(name)
    own = [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, BaseException) and cls.__module__ == name
    ]
    for cls in own:
        assert issubclass(cls, SirkulaError), cls
        assert inspect.getdoc(cls) != inspect.getdoc(BaseException), f"{cls} says not what happened"
