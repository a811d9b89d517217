"""The simulated PN532 answers as recorded, and as its manual says."""

import pytest

from devices.nfc.frame import ACK, Frame, Receiver
from devices.nfc.pn532_simulator import Pn532Peer
from devices.nfc.simulator import CardField, FelicaCard, Ntag, SimulatedCard, TypeACard, TypeBCard
from tests.vectors.read import vectors

EXCHANGES = vectors("pn532_hsu")["pn532_hsu"]["exchanges"]
ERROR = bytes.fromhex("0000FF01FF7F8100")
NTAG = TypeACard(bytes.fromhex("04497622D93881"), sak=0)
SESSIONS: dict[str, tuple[SimulatedCard, ...]] = {
    "init": (),
    "sense_no_card": (),
    "sense_type_a_7": (NTAG,),
    "sense_type_a_4_sak08": (TypeACard(bytes.fromhex("DEADBEEF")),),
    "sense_type_b": (TypeBCard(bytes.fromhex("11223344")),),
    "sense_felica": (FelicaCard(bytes.fromhex("01010501B00AC30B")),),
}


def chip(*cards: SimulatedCard) -> Pn532Peer:
    field = CardField()
    field.put(*cards)
    return Pn532Peer(field)


def ask(peer: Pn532Peer, command: str) -> str:
    """The body of the answer that follows the acknowledgement."""
    receiver = Receiver()
    receiver.hear(peer.hear(Frame(bytes.fromhex(command)).encode()))
    assert receiver.next_frame() == ACK
    answer = receiver.next_frame()
    assert answer is not None
    return answer.body.hex().upper()


@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_sessions_are_answered_byte_for_byte(name: str) -> None:
    peer = chip(*SESSIONS[name])
    told = EXCHANGES[name]
    for asked, answered in zip(told[::2], told[1::2], strict=True):
        # The recorded chip was one that says it never checks CRCs; a real one does until told.
        if asked["frame"] is not None and asked["payload"] != "D4066303":
            expected = ACK.encode() + bytes.fromhex(answered["frame"])
            assert peer.hear(bytes.fromhex(asked["frame"])) == expected


def test_the_line_test_comes_back_as_it_went() -> None:
    line_test = "000000" + bytes(range(256)).hex().upper()
    assert ask(chip(), "D4" + line_test) == "D501" + line_test[2:]


def test_a_uid_of_ten_bytes_is_found_in_three_steps() -> None:
    card = TypeACard(bytes.fromhex("0449762288D938810203"), sak=0x20)
    assert ask(chip(card), "D44A0100") == "D54B0101" + "0084" + "20" + "0A" + card.uid.hex().upper()


def test_a_card_asked_for_by_its_uid_answers_alone() -> None:
    peer = chip(NTAG)
    cascaded = "88" + NTAG.uid.hex()
    assert ask(peer, "D44A0100" + cascaded).startswith("D54B0101")
    assert ask(peer, "D44A0100" + "DEADBEEF") == "D54B00"


def test_a_card_told_to_halt_is_quiet_until_the_field_goes_off() -> None:
    peer = chip(NTAG)
    found = ask(peer, "D44A0100")
    assert ask(peer, "D4425000") == "D54301"
    assert ask(peer, "D44A0100") == "D54B00"
    ask(peer, "D4320102")
    assert ask(peer, "D44A0100") == found


def test_a_type_2_tag_is_read_with_its_checksum_once_the_chip_no_longer_checks() -> None:
    peer = chip(Ntag(NTAG.uid, b"\xd0\x00\x00"))
    ask(peer, "D44A0100")
    page = "0303D00000FE" + "00" * 10
    assert ask(peer, "D4423004") == "D54300" + page
    ask(peer, "D408630300")
    assert ask(peer, "D4423004")[: len(page) + 10].startswith("D54300" + page)
    assert len(ask(peer, "D4423004")) == len("D54300" + page) + 4


@pytest.mark.parametrize("unknown", ["D4", "D44001", "D44A01", "D44A0109", "D4086303", "D432"])
def test_what_the_chip_cannot_do_or_read_is_an_error(unknown: str) -> None:
    asked = Frame(bytes.fromhex(unknown)).encode()
    assert chip().hear(asked) == ACK.encode() + ERROR


def test_acknowledgements_and_broken_frames_are_not_answered() -> None:
    peer = chip()
    assert peer.hear(ACK.encode()) == b""
    assert peer.hear(bytes.fromhex("0000FF02FED4022B00")) == b""
    assert peer.hear(bytes.fromhex("0000FF02FED4")) == b""
    peer.silence()
    assert peer.hear(bytes.fromhex("022A00")) == b""
