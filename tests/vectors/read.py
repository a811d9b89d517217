"""Published bytes, each with its source, as the tests read them."""

import json
from pathlib import Path
from typing import Any


def vectors(name: str) -> dict[str, Any]:
    """The file `name`.json beside this one."""
    text = Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
