"""Who may import whom inside devices: pure stays pure, and families stay strangers."""

import ast
from pathlib import Path

import devices

ROOT = Path(devices.__file__).parent
FAMILIES = tuple(sorted(path.parent.name for path in ROOT.glob("*/driver.py")))
MAY_NAME_FAMILIES = {"catalogue.py", "probe.py", "console/frame.py"}


def imported(path: Path) -> set[str]:
    """Every module named in an import, wherever it stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def importers(library: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if any(name.split(".")[0] == library for name in imported(path))
    }


def test_foreign_libraries_live_in_one_file_each() -> None:
    assert importers("serial") == {"link.py"}
    assert importers("nfc") == {"nfc/driver.py"}
    assert importers("escpos") == {"receipt/job.py"}


def test_families_do_not_know_each_other_and_nobody_else_knows_them() -> None:
    for path in ROOT.rglob("*.py"):
        place = path.relative_to(ROOT)
        if place.parts[0] == "station" or str(place) in MAY_NAME_FAMILIES:
            continue
        for family in FAMILIES:
            knows = any(name.startswith(f"devices.{family}") for name in imported(path))
            assert not knows or place.parts[0] == family, place


def test_a_simulator_never_imports_a_driver() -> None:
    for path in ROOT.glob("*/*simulator.py"):
        assert not any(name.endswith(".driver") for name in imported(path)), path


def test_devices_know_neither_kiosk_nor_server() -> None:
    assert importers("kiosk") == importers("server") == set()
