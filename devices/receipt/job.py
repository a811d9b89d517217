"""A receipt as ESC/POS bytes, in pieces: the only import of python-escpos.

Law: text in one code page and the QR code as a picture, because both work on every printer that
speaks ESC/POS; no byte of it can be taken for a question in real time.
"""

from typing import Final

from escpos.constants import QR_ECLEVEL_M
from escpos.escpos import Escpos

from devices.capabilities import Receipt
from devices.receipt.layout import CODE_PAGE, Line, Paper, Style, above_the_code, below_the_code

MOST_PIECE_BYTES: Final = 1100

# python-escpos takes from these no more than the width and the number of the code page.
_PROFILES: Final = {
    Paper.MM58: "ZJ-5870",
    Paper.MM80: "TM-T20II",
    Paper.MM80_180_DPI: "TM-T88V",
}
# Printers sold in Asia read bytes above 7F as half a Chinese character until this is sent.
_NO_CHINESE: Final = b"\x1c."
# A dot of 0.75 mm is read by any telephone, and 200 bytes still fit the narrow paper.
_DOTS_A_MODULE: Final = 6
# Rows of a picture in one command: those of the largest code take 728 bytes.
_ROWS: Final = 16


def pieces(receipt: Receipt, paper: Paper) -> tuple[bytes, ...]:
    """Whole commands, at most MOST_PIECE_BYTES at a time: a small printer holds 4096 bytes."""
    printer = _Pieces(_PROFILES[paper])
    printer.hw("INIT")
    printer.take(_NO_CHINESE)
    printer.magic.force_encoding(CODE_PAGE)
    _print_lines(printer, above_the_code(receipt, paper.columns))
    if receipt.link:
        printer.set(align="center")
        fragments = {"fragment_height": _ROWS}
        printer.qr(receipt.link, QR_ECLEVEL_M, _DOTS_A_MODULE, image_arguments=fragments)
        _print_lines(printer, below_the_code(receipt, paper.columns))
    printer.cut(feed=False)  # which feeds as far as this printer's cutter is away, and no more
    return tuple(printer.pieces)


class _Pieces(Escpos):
    """A printer for python-escpos that only collects."""

    def __init__(self, profile: str) -> None:
        super().__init__(profile)
        self.pieces: list[bytes] = []

    def take(self, command: bytes) -> None:
        if self.pieces and len(self.pieces[-1]) + len(command) <= MOST_PIECE_BYTES:
            self.pieces[-1] += command
        else:
            self.pieces.append(command)

    _raw = take


def _print_lines(printer: _Pieces, lines: tuple[Line, ...]) -> None:
    for line in lines:
        printer.set(
            align="center" if line.style in (Style.CENTRED, Style.HEADING) else "left",
            bold=line.style in (Style.BOLD, Style.HEADING),
            normal_textsize=line.style is not Style.HEADING,
            double_width=line.style is Style.HEADING,
            double_height=line.style is Style.HEADING,
        )
        printer.textln(line.words)
