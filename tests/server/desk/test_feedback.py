"""Feedback adds up month by month; a call for staff is settled like every task."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from broker.facts import Entry, FeedbackGiven, Rating, StaffCalled, Topic
from server.circulation.tasks import Choice, TaskKind
from server.desk.feedback import Month, by_month, said
from server.desk.settling import open_tasks, settle
from server.desk.task import Verdict
from server.journal.database import transaction
from server.projection import dump, rebuild
from server.web.languages import read_texts
from server.web.queries import read_records, read_summary
from server.web.times import Wall
from server.web.view import page
from tests.server.desk.test_commands import Desk
from tests.server.stories import KIOSK, NOON, entry, heard, intake, lent, stock
from tests.server.web.scenes import ZONE

JAKARTA = ZoneInfo("Asia/Jakarta")
DAYS = 24 * 60  # an entry is a minute
POOR = FeedbackGiven(Rating.POOR, Topic.SPEED, "Lambat sekali.")
GOOD = FeedbackGiven(Rating.GOOD, None, "")
CALL = StaffCalled("borrow")


def hear(engine: Engine, *entries: Entry) -> None:
    with transaction(engine) as connection:
        stock(connection)
        intake().digest(connection, [heard(one) for one in entries], NOON + 60 * DAYS * 60)


def test_feedback_adds_up_by_the_branchs_month(engine: Engine) -> None:
    hear(engine, entry(1, POOR), entry(2, GOOD), entry(3, lent()), entry(7 * DAYS, POOR))
    with transaction(engine) as connection:
        found = said(connection, JAKARTA)
    assert [one.feedback for one in found] == [POOR, GOOD, POOR]
    assert [one.device for one in found] == [str(KIOSK)] * 3
    assert by_month(found) == (
        Month("2026-11", 2, {"good": 1, "fair": 0, "poor": 1}, {"speed": 1}),
        Month("2026-12", 1, {"good": 0, "fair": 0, "poor": 1}, {"speed": 1}),
    )


def test_neither_moves_a_loan_and_both_survive_a_rebuild(engine: Engine) -> None:
    hear(engine, entry(1, lent()), entry(2, POOR), entry(3, CALL))
    with transaction(engine) as connection:
        before = dump(connection)
        rebuild(connection)
        assert dump(connection) == before
    summary = read_summary(engine)
    assert (summary.loans_open, summary.facts) == (1, 3)
    assert summary.tasks_by_kind == {"staff-called": 1}


def test_a_call_for_staff_is_told_once_however_often_it_comes(engine: Engine) -> None:
    hear(engine, entry(1, CALL), entry(1, CALL))
    with transaction(engine) as connection:
        (task,) = open_tasks(connection)
    assert (task.kind, task.device, task.opened_at) == (
        TaskKind.STAFF_CALLED,
        str(KIOSK),
        NOON + 60,
    )


def test_whoever_helped_settles_the_call_for_good(engine: Engine) -> None:
    hear(engine, entry(1, CALL))
    with transaction(engine) as connection:
        (task,) = open_tasks(connection)
        settle(connection, intake(), task.key, Verdict(Choice.HELPED, "Rina", "kartu"), NOON + 99)
        assert open_tasks(connection) == ()
        rebuild(connection)
        assert open_tasks(connection) == ()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_where_staff_are_wanted(engine: Engine, language: str) -> None:
    hear(engine, entry(1, CALL), entry(2, GOOD))
    shown = page(read_records(engine), Wall(ZONE, NOON + 120, read_texts()[language]))
    (task,) = shown.tasks
    asks = {"id": "Pengunjung minta bantuan", "en": "Somebody asks for help"}
    assert (task.what, task.item, task.title) == (asks[language], str(KIOSK), "")
    assert len(shown.facts) == 2


def test_staff_read_feedback_in_both_languages_and_programs_as_json(
    tmp_path: Path, database_url: str
) -> None:
    desk = Desk(tmp_path, database_url)
    desk.hears(entry(1, POOR), entry(2, GOOD))
    lines = desk.feedback().splitlines()
    assert lines[0] == "2026-11: 2 · baik 1, cukup 0, kurang 1, kecepatan 1"
    assert lines[1] == "2026-11: 2 · good 1, fair 0, poor 1, speed 1"
    assert lines[2].endswith("kios-01 · poor · speed · Lambat sekali.")
    assert desk.feedback("--month", "2026-12").splitlines()[0] == "Belum ada pendapat."
    told = json.loads(desk.feedback("--json"))
    assert told["months"][0]["ratings"] == {"good": 1, "fair": 0, "poor": 1}
    assert told["feedback"][0]["feedback"]["words"] == "Lambat sekali."
