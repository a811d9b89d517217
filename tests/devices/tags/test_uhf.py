"""Memory of UHF tags is known for what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.tags.uhf import is_uhf
from tests.vectors.read import vectors

PUBLISHED = vectors("iso28560_4_uhf")
EPC_BANKS = [bank["hex"] for bank in PUBLISHED["epc_bank"]]
EPC_BANKS += [bank["epc_bank"] for bank in PUBLISHED["chinese_university_alliance"][:2]]
EPC_BANKS += [check["crc"] + check["pc_epc"] for check in PUBLISHED["gen2_crc16"]]
USER_BANKS = [bank["hex"] for bank in PUBLISHED["user_bank"]]


@pytest.mark.parametrize("bank", [*EPC_BANKS, *USER_BANKS])
def test_published_banks_are_recognised(bank: str) -> None:
    assert is_uhf(bytes.fromhex(bank))


@pytest.mark.parametrize("name", ["iso28560_3_tags", "iso28560_2_tags", "rfid501_tags"])
def test_no_published_tag_for_a_pad_is_taken_for_one(name: str) -> None:
    for tag in vectors(name)["tags"]:
        assert not is_uhf(bytes.fromhex(tag["hex"]))


@given(st.binary(max_size=64))
def test_noise_never_raises(noise: bytes) -> None:
    assert is_uhf(noise) in (True, False)
    assert is_uhf(b"\x06" + noise) in (True, False)
