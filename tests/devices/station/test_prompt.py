"""What can be typed, and what is said to everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import NotUnderstood
from devices.station.prompt import (
    Command,
    Drop,
    Help,
    LayCard,
    LookAtLamps,
    Net,
    Part,
    Plug,
    PrinterState,
    Put,
    SaveReceipt,
    SetPrinter,
    ShowBarcode,
    Spoil,
    Spoilt,
    Take,
    TakeCard,
    Unplug,
    command_of,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("card KTA-0007", LayCard("KTA-0007")),
        ("card away", TakeCard()),
        ("  put  B00012   B00013 ", Put(("B00012", "B00013"))),
        ("take B00012", Take(("B00012",))),
        ("drop B00013", Drop(("B00013",))),
        ("spoil B00012 torn", Spoil("B00012", Spoilt.TORN)),
        ("spoil B00012 sound", Spoil("B00012", Spoilt.SOUND)),
        ("scan KTA-0007", ShowBarcode("KTA-0007")),
        ("printer open", SetPrinter(PrinterState.OPEN)),
        ("receipt bon.png", SaveReceipt("bon.png")),
        ("unplug pad", Unplug(Part.PAD)),
        ("unplug printer", Unplug(Part.PRINTER)),
        ("plug cards", Plug(Part.CARDS)),
        ("unplug bin-lamp", Unplug(Part.BIN_LAMP)),
        ("lamp", LookAtLamps()),
        ("net off", Net(on=False)),
        ("net on", Net(on=True)),
        ("help", Help()),
        ("", Help()),
    ],
)
def test_lines_are_commands(line: str, command: Command) -> None:
    assert command_of(line) == command


@pytest.mark.parametrize(
    ("line", "possible"),
    [
        ("borrow B00012", "put B00012"),
        ("put", "put B00012"),
        ("drop", "drop B00012"),
        ("card", "card away"),
        ("card one two", "card away"),
        ("spoil B00012", "spoil B00012 torn"),
        ("spoil B00012 odd", "forgetful"),
        ("scan", "scan KTA-0007"),
        ("scan two words", "scan KTA-0007"),
        ("scan \u2603", "scan KTA-0007"),
        ("printer", "shut"),
        ("printer red", "shut"),
        ("receipt", "receipt bon.png"),
        ("unplug", "unplug bin"),
        ("plug screen", "plug pad"),
        ("unplug pad bin", "unplug cards"),
        ("net", "net off"),
        ("net maybe", "net on"),
        ("BORROW", "net off"),
    ],
)
def test_a_line_that_is_not_understood_is_told_what_is_possible(line: str, possible: str) -> None:
    with pytest.raises(NotUnderstood, match=possible):
        command_of(line)


@given(st.text())
def test_any_line_is_a_command_or_not_understood(line: str) -> None:
    try:
        command = command_of(line)
    except NotUnderstood:
        return
    assert command is not None
