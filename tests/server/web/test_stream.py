"""The stream as a browser gets it, from a real web server over both databases."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine

from broker.errors import BadSettings
from server.web.app import create_app
from server.web.serve import WebServer
from tests.server.web import scenes
from tests.server.web.scenes import NOON, SECRETS, ZONE, Visitor

Event = tuple[str, dict[str, Any]]


@contextmanager
def stream(visitor: Visitor, path: str = "/stream") -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    try:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield response
    finally:
        response.close()
        connection.close()


def next_event(response: http.client.HTTPResponse) -> Event:
    name = ""
    while line := response.readline().decode():
        if line.startswith("event: "):
            name = line.removeprefix("event: ").strip()
        if line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))
    raise EOFError("the stream ended")


def test_everything_comes_first_and_then_what_changes(engine: Engine) -> None:
    scenes.busy_day(engine)
    with scenes.opened(engine) as open_, stream(open_.visitor) as response:
        name, whole = next_event(response)
        assert name == "snapshot"
        assert len(whole["tables"]["facts"]["rows"]) == 10
        scenes.tell(engine, scenes.heard(scenes.entry(8, scenes.lent("B00001"))))
        name, change = next_event(response)
    assert name == "change"
    (row,) = change["tables"]["facts"]["rows"]
    assert (row["key"], row["item"], row["what"]) == ("kios-01-8", "B00001", "Dipinjam")
    assert change["tables"]["facts"]["order"][0] == "kios-01-8"
    assert "devices" not in change["tables"]


def test_a_second_connection_gets_everything_again_in_its_language(engine: Engine) -> None:
    scenes.busy_day(engine)
    with scenes.opened(engine) as open_:
        for _ in range(2):
            with stream(open_.visitor, "/stream?lang=en") as response:
                name, whole = next_event(response)
            assert name == "snapshot"
            assert whole["tables"]["devices"]["rows"][0]["status_word"] == "Disconnected"


def test_no_patron_is_ever_in_the_stream(engine: Engine) -> None:
    scenes.busy_day(engine)
    with scenes.opened(engine) as open_, stream(open_.visitor) as response:
        whole = json.dumps(next_event(response))
        scenes.tell(engine, scenes.heard(scenes.entry(8, scenes.lent("B00001"))))
        change = json.dumps(next_event(response))
    assert [secret for secret in SECRETS if secret in whole + change] == []


def test_the_server_stops_within_three_seconds_while_somebody_watches(engine: Engine) -> None:
    with scenes.opened(engine) as open_, stream(open_.visitor) as response:
        next_event(response)
        open_.server.stop()
        open_.thread.join(timeout=3)
        assert not open_.thread.is_alive()
        # A stream cut off would raise IncompleteRead.
        assert b"event: snapshot" not in response.read()


def test_a_port_that_is_taken_is_told_at_once(engine: Engine) -> None:
    with scenes.opened(engine) as open_, pytest.raises(BadSettings, match="cannot listen"):
        WebServer(create_app(engine, ZONE, lambda: NOON), "127.0.0.1", open_.visitor.port)
