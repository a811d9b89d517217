"""A simulated system and the real client of it, for tests that need both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from tests.ils.accidents import UNDISTURBED, Plan
from tests.ils.cases import Desk, opened
from tests.ils.ledger import small_library
from tests.ils.personality import Strict
from tests.ils.server import IlsServer

Stand = Callable[..., Desk]


@pytest.fixture
def stand() -> Iterator[Stand]:
    """`stand(kind, plan, **profile changes)`; patient unless `answer_within` is given."""
    with ExitStack() as closing:

        def make(
            kind: type[Strict],
            plan: Plan = UNDISTURBED,
            answer_within: float = 10.0,
            **changes: Any,
        ) -> Desk:
            server = IlsServer(kind(small_library()), plan)
            closing.callback(server.close)
            profile = replace(kind.profile, **changes)
            library = opened(server.port, profile, answer_within=answer_within)
            closing.callback(library.close)
            return Desk(library, server)

        yield make
