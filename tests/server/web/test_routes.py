"""What a visitor is told, and what nobody is told, over both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine

from broker import wire
from broker.telemetry import Kind, Mode, State
from broker.topics import Channel
from server.enrolment.register import revoke
from server.journal.database import open_engine, transaction
from server.journal.tables import title
from server.web.app import create_app
from server.web.headers import HEADERS
from tests.server.web import scenes
from tests.server.web.scenes import KIOSK, NOON, SECRETS, ZONE, Visitor

PATHS = ("/", "/?lang=en", "/api/summary", "/health", "/static/style.css", "/static/live.js")


@pytest.fixture
def visitor(engine: Engine) -> Iterator[Visitor]:
    with scenes.opened(engine) as open_:
        yield open_.visitor


def test_the_page_tells_the_day(engine: Engine, visitor: Visitor) -> None:
    scenes.busy_day(engine)
    page = visitor.get("/").body
    for words in (
        '<html lang="id">',
        "Data contoh.",
        "kios-01",
        "Tersambung sejak 07.58\xa0WIB",
        "Laskar Pelangi",
        "B00001",
        "10.27\xa0WIB",
        "Dikembalikan, tag belum diamankan",
        "Benda tanpa nomor masuk kotak",
        "Kartu tidak dikenal",
        "not a fact",
        "tertua 11.40\xa0WIB",
    ):
        assert words in page
    order = [page.index(f'data-key="{name}"') for name in ("kotak-01", "kios-03", "kios-02")]
    assert order == sorted(order)


def test_a_record_in_conflict_is_an_alarm_at_its_device(engine: Engine, visitor: Visitor) -> None:
    scenes.stock(engine)
    first, other = scenes.entry(1, scenes.lent("B00001")), scenes.entry(1, scenes.lent("B00002"))
    scenes.tell(engine, *scenes.arrives(KIOSK, Kind.KIOSK), scenes.state(KIOSK))
    assert 'data-key="kios-01" data-status="normal"' in visitor.get("/").body
    scenes.tell(engine, scenes.heard(first), scenes.heard(other))
    page = visitor.get("/?lang=en").body
    assert 'data-key="kios-01" data-status="attention"' in page
    assert page.count("A record cannot be used") == 2  # at the device, and as a task
    assert json.loads(visitor.get("/api/summary").body)["tasks_by_kind"] == {"quarantine": 1}


def test_an_empty_library_says_what_will_appear(visitor: Visitor) -> None:
    page = visitor.get("/?lang=en").body
    for words in ("No devices yet", "No events yet", "No messages set aside", "No tasks."):
        assert words in page
    assert '<p class="banner" id="sample" hidden>' in page


def test_no_answer_ever_names_a_patron(engine: Engine, visitor: Visitor) -> None:
    scenes.busy_day(engine)
    for path in PATHS:
        answer = visitor.get(path)
        assert answer.status == 200
        assert [secret for secret in SECRETS if secret in answer.body] == []


def test_words_of_others_are_never_markup(engine: Engine, visitor: Visitor) -> None:
    scenes.stock(engine)
    with transaction(engine) as connection:
        connection.execute(title.update().values(title="<script>alert(1)</script>"))
    scenes.tell(engine, scenes.heard(scenes.entry(1, scenes.lent("B00001"))))
    assert "<script>alert" not in visitor.get("/").body


@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
def test_every_answer_tells_the_browser_what_to_refuse(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_interface_is_not_described_to_strangers(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


def test_the_language_is_asked_for_or_accepted(visitor: Visitor) -> None:
    assert '<html lang="id">' in visitor.get("/").body
    answer = visitor.get("/", Accept_Language="en-GB,en;q=0.8")
    assert '<html lang="en">' in answer.body
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language"
    assert '<html lang="id">' in visitor.get("/?lang=id", Accept_Language="en").body


def test_the_summary_counts_everything(engine: Engine, visitor: Visitor) -> None:
    scenes.busy_day(engine)
    summary = json.loads(visitor.get("/api/summary").body)
    devices = {device.pop("device"): device for device in summary.pop("devices")}
    assert summary == {
        "loans_open": 3,
        "loans_closed": 1,
        "returns": 3,
        "facts": 10,
        "facts_by_kind": {
            "item-lent": 3,
            "item-returned": 3,
            "loan-abandoned": 2,
            "loan-unconfirmed": 1,
            "unknown-item-dropped": 1,
        },
        "unsent": 12,
        "quarantined": 3,
        "refused": {"retained": 0, "wrong-topic": 1, "revoked": 0},
        "tasks": 6,
        "tasks_by_kind": {
            "loan-unconfirmed": 1,
            "tag-not-secured": 2,
            "unknown-card": 1,
            "unknown-item": 1,
            "unknown-item-dropped": 1,
        },
        "sample": True,
    }
    assert sorted(devices) == ["kios-01", "kios-02", "kios-03", "kotak-01"]
    assert devices["kios-02"] == {
        "kind": "kiosk",
        "presence": "online",
        "mode": "degraded",
        "unsent": 12,
        "last_heard": NOON,
        "ignored": 0,
    }


def test_what_was_refused_is_counted_and_a_revoked_device_is_named(
    engine: Engine, visitor: Visitor
) -> None:
    scenes.tell(engine, *scenes.arrives(scenes.KIOSK, Kind.KIOSK))
    with transaction(engine) as connection:
        revoke(connection, scenes.KIOSK, NOON)
    for _ in range(3):
        scenes.tell(engine, scenes.state(scenes.KIOSK))
    page = visitor.get("/").body
    assert 'data-word="refused">3<' in page
    assert "Sudah dicabut" in page
    refused = json.loads(visitor.get("/api/summary").body)["refused"]
    assert refused == {"retained": 0, "wrong-topic": 0, "revoked": 3}


def test_messages_a_station_did_not_believe_are_told(engine: Engine, visitor: Visitor) -> None:
    whole = State("boot-1", NOON, Mode.IN_SERVICE, NOON, "", (), 0, None, ignored=7)
    told = scenes.says(scenes.KIOSK, Channel.STATE, wire.encode_snapshot(whole))
    scenes.tell(engine, told)
    assert "7 messages that were old" in visitor.get("/?lang=en").body
    (device,) = json.loads(visitor.get("/api/summary").body)["devices"]
    assert device["ignored"] == 7


def test_a_device_that_has_only_connected_is_shown(engine: Engine, visitor: Visitor) -> None:
    scenes.tell(engine, scenes.arrives(scenes.KIOSK, Kind.KIOSK)[0])
    assert "kios-01" in visitor.get("/").body
    (device,) = json.loads(visitor.get("/api/summary").body)["devices"]
    assert (device["kind"], device["mode"], device["unsent"]) == (None, None, None)


def test_only_the_latest_of_many_is_shown(engine: Engine, visitor: Visitor) -> None:
    scenes.stock(engine)
    facts = [scenes.entry(seq, scenes.returned("B00001")) for seq in range(1, 41)]
    scenes.tell(engine, *map(scenes.heard, facts))
    page = visitor.get("/").body
    assert 'data-key="kios-01-40"' in page
    assert 'data-key="kios-01-11"' in page
    assert 'data-key="kios-01-10"' not in page


def test_health_is_well_while_the_database_answers(visitor: Visitor) -> None:
    assert json.loads(visitor.get("/health").body) == {"ok": True, "database": "reachable"}


def test_a_database_that_does_not_answer_is_said_and_not_a_crash(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'no-such-folder' / 'records.sqlite'}")
    with scenes.opened(engine) as open_:
        health = open_.visitor.get("/health")
        page = open_.visitor.get("/?lang=en")
    engine.dispose()
    assert (health.status, json.loads(health.body)["ok"]) == (503, False)
    assert (page.status, page.body) == (503, "The database does not answer. Try again shortly.")
    assert page.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_every_route_says_what_it_returns(engine: Engine) -> None:
    app = create_app(engine, ZONE, lambda: NOON)
    routers = [
        app,
        *(route.original_router for route in app.routes if hasattr(route, "original_router")),
    ]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    assert {route.path for route in routes} == {"/", "/stream", "/health", "/api/summary"}
    assert all("return" in get_type_hints(route.endpoint) for route in routes)
