"""`sirkula-kiosk`: one patron's visit after another, until Ctrl-C."""

import gc
import os
import threading
from pathlib import Path
from typing import Annotated

import typer

from broker.doctor.report import AsJson, CheckOnly, examine
from broker.program import run_command, stopping
from broker.settings import read_settings
from broker.supervision import supervision
from broker.telemetry import Kind
from devices.card_watch import CardWatch
from devices.catalogue import open_card_reader, open_reader
from kiosk.attached import Attached
from kiosk.clock import SystemClock
from kiosk.fitness import station_checks
from kiosk.running import Running
from kiosk.serving import KioskConduct
from kiosk.settings import KioskSettings, server_key
from kiosk.staff.ear import StaffEar
from kiosk.staff.opening import Restart, open_staff_mode
from kiosk.touchscreen.configure import touchscreen
from kiosk.visit import Visit


def run(
    settings: Annotated[Path, typer.Option(help="the kiosk's TOML file")],
    *,
    check: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Lends and takes back on a touchscreen."""
    read = read_settings(settings, KioskSettings)
    examine(station_checks(read, os.environ), only=check, json=as_json)
    stop = stopping()
    clock = SystemClock()
    sealing = server_key(read.folder)
    again = Restart(stop)
    conduct, hands, light = open_staff_mode(
        read,
        KioskConduct(read.the_house()),
        lambda heard: running.hear(heard),  # noqa: PLW0108 it is made of the conduct
        again.ask,
    )
    running = Running(
        read,
        sealing,
        Kind.KIOSK,
        conduct,
        conduct.condition,
        in_bin=False,
        at_work=hands.go_to,
        lighting=light,
    )
    ear = StaffEar(hands.is_staff, lambda: conduct.entered)
    attached = Attached(read, running.hear, ear, lambda: conduct.visit.house)
    running.print = attached.print

    def latest() -> tuple[Visit, float]:
        if stop.is_set():
            app.stop()
        return conduct.visit, clock.monotonic()

    serving = threading.Thread(
        target=running.run, args=(lambda: open_reader(read.reader), stop), name="station"
    )
    cards = CardWatch(lambda: open_card_reader(read.card_reader), running.hear)
    # A pad and a line take time to answer: meanwhile Kivy makes its window.
    serving.start()
    try:
        own = Path(read.folder) / "kivy"
        own.mkdir(parents=True, exist_ok=True)
        watched = supervision(os.environ, os.getpid())
        panel = read.screen.panel()
        app = touchscreen(panel, own, latest, running.hear, lambda: conduct.room, watched)
        running.notice = lambda: app.notice(conduct.visit)
        # What is there by now stays (`kiosk.__main__`): from here on there may be garbage.
        gc.freeze()
        gc.enable()
        # Not before: what they import would meet what Kivy imports.
        cards.start()
        attached.start()
        app.run()
    finally:  # a station without its screen would serve nobody and never end
        stop.set()
    attached.stop()
    cards.stop()
    serving.join()
    again.leave()


def main() -> None:
    run_command(run)
