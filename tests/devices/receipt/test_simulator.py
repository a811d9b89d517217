"""What comes out on paper."""

from pathlib import Path

import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

from devices.capabilities import MOST_LINK_BYTES, Receipt
from devices.receipt.commands import REAL_TIME
from devices.receipt.job import MOST_PIECE_BYTES, pieces
from devices.receipt.layout import Paper
from devices.receipt.simulator import PrinterPeer, SimulatedPrinter
from tests.devices.receipt.__main__ import PICTURES, main, printed
from tests.devices.receipt.samples import ENGLISH, INDONESIAN, LINK, code_on, modules_of

MODULE = 6
QUIET = 4


def matrix(link: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(link)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


@pytest.mark.parametrize("link", [LINK, "1", "é" * (MOST_LINK_BYTES // 2), "x" * MOST_LINK_BYTES])
@pytest.mark.parametrize("paper", Paper)
def test_the_code_on_paper_is_the_link_with_a_quiet_zone(paper: Paper, link: str) -> None:
    code = code_on(printed(Receipt("Binjai", (), notes=("x",), link=link, caption="y"), paper))
    assert modules_of(code, MODULE) == matrix(link)
    left, top, right, bottom = Image.eval(code.convert("L"), lambda dot: 255 - dot).getbbox() or (
        (0,) * 4
    )
    assert right - left == bottom - top == MODULE * len(matrix(link))
    assert min(top, code.height - bottom) >= QUIET * MODULE
    margin = (paper.millimetres * 8 - paper.dots) // 2
    assert min(left, paper.dots - right) + margin >= QUIET * MODULE


@pytest.mark.parametrize("receipt", [INDONESIAN, ENGLISH])
@pytest.mark.parametrize("paper", Paper)
def test_nothing_is_sent_that_a_printer_takes_for_a_question(
    receipt: Receipt, paper: Paper
) -> None:
    for piece in pieces(receipt, paper):
        assert len(piece) <= MOST_PIECE_BYTES
    assert not any(question in b"".join(pieces(receipt, paper)) for question in REAL_TIME)


@settings(max_examples=40)
@given(st.text(max_size=50), st.sampled_from(Paper))
def test_no_title_and_no_link_hides_a_command(words: str, paper: Paper) -> None:
    job = b"".join(pieces(Receipt(words, (words,), notes=(words,), link=words), paper))
    assert not any(question in job for question in REAL_TIME)
    printer = SimulatedPrinter(paper)
    PrinterPeer(printer).hear(job)
    assert len(printer.receipts) == 1


def test_accents_are_printed_by_a_printer_that_starts_in_chinese() -> None:
    assert "Café" in printed(Receipt("Café", ()), Paper.MM80).lines
    printer = SimulatedPrinter()
    PrinterPeer(printer).hear("Café\n".encode("cp1252"))
    assert "Café" not in printer.uncut.lines


def test_a_line_without_an_end_is_wrapped_at_the_edge() -> None:
    printer = SimulatedPrinter(Paper.MM58)
    PrinterPeer(printer).hear(b"x" * 40 + b"\n")
    assert printer.uncut.lines == ("x" * 32, "x" * 8)


def test_a_printer_that_stands_still_answers_at_once_and_prints_when_it_goes_on() -> None:
    printer = SimulatedPrinter()
    printer.is_off_line = True
    peer = PrinterPeer(printer)
    assert peer.hear(b"Buku\n\x10\x04\x01\x1dr\x01\x10") == b"\x1a"
    assert not printer.uncut.strips
    printer.is_off_line = False
    assert peer.hear(b"\x04\x01\n") == b"\x12\x00"
    assert printer.uncut.lines == ("Buku",)


def test_what_does_not_fit_the_buffer_of_a_printer_that_stands_still_is_lost() -> None:
    printer = SimulatedPrinter()
    peer = PrinterPeer(printer)
    printer.is_cover_open = True
    for _ in range(1000):
        peer.hear(b"123456789\n")
    printer.is_cover_open = False
    peer.hear(b"")
    peer.hear(b"\n")
    assert sum(len(cut.lines) for cut in (*printer.receipts, printer.uncut)) == 410


def test_the_pictures_in_the_manual_are_of_today(tmp_path: Path) -> None:
    main(tmp_path)
    for name in PICTURES:
        kept = Path("hardware/pictures") / name
        with Image.open(kept) as ours, Image.open(tmp_path / name) as today:
            assert ours.size == today.size
