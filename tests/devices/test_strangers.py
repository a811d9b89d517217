"""What other makers' readers answer is never taken for an answer of a family we drive.

metraTec's lines are any ASCII, told apart by their words; see its own tests.
"""

from collections.abc import Callable
from typing import Any

import pytest

from devices.conversation import Receiver
from devices.feig import frame as feig
from devices.lcus import protocol as lcus
from devices.m3_810 import frame as m3_810
from devices.rl866 import frame as rl866
from devices.rr3036 import frame as rr3036
from tests.vectors.read import vectors

RECEIVERS: dict[str, Callable[[], Receiver[Any]]] = {
    "feig": feig.Receiver,
    "lcus": lcus.Receiver,
    "m3-810": m3_810.Receiver,
    "rl866": rl866.Receiver,
    "rr3036": rr3036.Receiver,
}
SAID = {
    f"{maker} {number}": bytes.fromhex(said["hex"]) if "hex" in said else said["text"].encode()
    for maker, answers in vectors("unsupported_readers").items()
    if maker != "about"
    for number, said in enumerate(answers)
}


@pytest.mark.parametrize("family", RECEIVERS)
@pytest.mark.parametrize("said", SAID)
def test_a_strangers_answer_is_no_frame_of_ours(family: str, said: str) -> None:
    receiver = RECEIVERS[family]()
    receiver.hear(SAID[said])
    assert receiver.next_frame() is None
