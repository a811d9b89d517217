"""`sirkula-agent`: tells technicians how this machine is, until Ctrl-C."""

import os
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Annotated

import typer

from broker.doctor.report import AsJson, CheckOnly, examine
from broker.mqtt import Connected, Event
from broker.program import run_command, stopping
from broker.settings import read_settings
from broker.supervision import supervision
from broker.telemetry import Kind
from broker.topics import Channel, Topic
from kiosk.agent.fitness import agent_checks
from kiosk.agent.machine import condition, read
from kiosk.certificate import keeping, with_certificate
from kiosk.clock import SystemClock
from kiosk.connection import last_word, open_line
from kiosk.report import Reporter
from kiosk.settings import AgentSettings


def run(
    settings: Annotated[Path, typer.Option(help="the agent's TOML file")],
    *,
    check: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Says how this machine is, every minute and whenever it changes."""
    read_in = read_settings(settings, AgentSettings)
    examine(agent_checks(read_in, os.environ), only=check, json=as_json)
    site, device = read_in.site, read_in.device
    stop = stopping()
    events: SimpleQueue[Event] = SimpleQueue()
    identity, clock = read_in.identity(), SystemClock()
    keeper = keeping(identity, clock, stop)
    address = read_in.broker.address(identity)
    line = open_line(address, site, device, events.put, Random())  # noqa: S311 spreads, hides nothing

    def send(channel: Channel, payload: bytes, *, retain: bool) -> None:
        line.publish(str(Topic(site, device, channel)), payload, retain=retain)

    reporter = Reporter((site, device, Kind.AGENT), clock, send)
    watched = supervision(os.environ, os.getpid())
    while not stop.is_set():
        watched.alive(clock.monotonic())
        try:
            if isinstance(events.get(timeout=1.0), Connected):
                reporter.connected()
        except Empty:
            reporter.tell(with_certificate(condition(read(read_in.disk)), keeper), (0, None))
    watched.leaving()
    line.close(last_word(site, device))


def main() -> None:
    run_command(run)


if __name__ == "__main__":
    main()
