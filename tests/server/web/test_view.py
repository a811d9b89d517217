"""Records in, words out."""

from dataclasses import replace

import pytest

from broker.facts import ItemLent, ItemReturned, LoanAbandoned, UnknownItemDropped
from broker.telemetry import Component, Health, Kind, Mode, Presence
from broker.topics import Channel
from broker.vocabulary import Reason
from server.circulation.retention import without_quotations
from server.circulation.tasks import TaskKind
from server.web.languages import read_texts
from server.web.records import Device, Happening, OpenTask, Records, SetAside
from server.web.status import SILENT_AFTER_SECONDS, Status, status_of
from server.web.times import Wall
from server.web.view import page
from tests.server.web.scenes import NOON, ZONE

WALL = Wall(ZONE, NOON, read_texts()["id"])
WELL = Device(
    name="kios-01",
    kind=Kind.KIOSK,
    presence=Presence.ONLINE,
    presence_since=NOON - 3600,
    mode=Mode.IN_SERVICE,
    mode_since=NOON - 3600,
    reason="",
    components=(Component("pad", Health.OK, "", NOON - 3600),),
    unsent=0,
    oldest_unsent=None,
    settings_problem="",
    last_heard=NOON - 5,
)
NEW = Device("kios-09", None, None, None, None, None, "", (), None, None, "", None)
LENT = Happening(
    act="act-1",
    device="kios-01",
    time=NOON - 60,
    sure=True,
    kind=ItemLent,
    item="B00001",
    title="Laskar Pelangi",
)
NOTHING = Records((), (), (), 0, (), 0, sample=False)


def ill(name: str, code: str, health: Health = Health.ERROR) -> tuple[Component, ...]:
    return (Component(name, health, code, NOON - 60),)


@pytest.mark.parametrize(
    ("device", "status"),
    [
        (WELL, Status.NORMAL),
        (NEW, Status.SILENT),
        (replace(WELL, presence=Presence.OFFLINE), Status.SILENT),
        (replace(WELL, last_heard=NOON - SILENT_AFTER_SECONDS), Status.NORMAL),
        (replace(WELL, last_heard=NOON - SILENT_AFTER_SECONDS - 1), Status.SILENT),
        (replace(WELL, mode=Mode.OUT_OF_SERVICE), Status.NOT_SERVING),
        (replace(WELL, mode=Mode.DEGRADED), Status.ATTENTION),
        (replace(WELL, components=ill("pad", "unplugged")), Status.ATTENTION),
        (replace(WELL, components=ill("x", "", Health.UNKNOWN)), Status.ATTENTION),
        (replace(WELL, settings_problem="no such zone"), Status.ATTENTION),
        (replace(WELL, incidents=(TaskKind.QUARANTINE,)), Status.ATTENTION),
        (replace(WELL, unsent=3, oldest_unsent=NOON - 10), Status.NORMAL),
        (replace(WELL, unsent=3, oldest_unsent=NOON - 301), Status.ATTENTION),
        (replace(WELL, mode=Mode.STARTING, mode_since=NOON - 30), Status.NORMAL),
        (replace(WELL, mode=Mode.STARTING, mode_since=NOON - 130), Status.ATTENTION),
    ],
)
def test_a_device_is_as_well_as_its_last_word(device: Device, status: Status) -> None:
    assert status_of(device, NOON) is status


def test_the_worst_device_comes_first_and_equals_by_name() -> None:
    devices = (
        WELL,
        replace(WELL, name="kios-04", mode=Mode.DEGRADED),
        replace(WELL, name="kios-03", mode=Mode.DEGRADED),
        replace(WELL, name="kios-05", mode=Mode.OUT_OF_SERVICE),
        NEW,
    )
    shown = page(replace(NOTHING, devices=devices), WALL)
    assert [row.name for row in shown.devices] == [
        "kios-09",
        "kios-05",
        "kios-03",
        "kios-04",
        "kios-01",
    ]
    counts = [shown.words[status.value] for status in Status]
    assert counts == ["1", "1", "2", "1"]


def test_status_is_a_shape_and_a_word() -> None:
    (row,) = page(replace(NOTHING, devices=(WELL,)), WALL).devices
    assert (row.symbol, row.status_word, row.status) == ("●", "Normal", "normal")


def test_a_device_says_since_when_it_is_there_and_how_it_serves() -> None:
    closed = replace(WELL, mode=Mode.OUT_OF_SERVICE, reason="reader does not answer")
    (row,) = page(replace(NOTHING, devices=(closed,)), WALL).devices
    assert row.presence == "Tersambung sejak 11.00\xa0WIB"
    assert row.mode == "Tidak melayani sejak 11.00\xa0WIB"
    assert row.reason == "Meja pindai tidak menjawab"


def test_what_is_wrong_with_its_records_is_said_at_the_device_even_while_it_is_silent() -> None:
    kinds = (TaskKind.GAP, TaskKind.QUARANTINE)
    for device in (WELL, replace(WELL, presence=Presence.OFFLINE)):
        (row,) = page(replace(NOTHING, devices=(replace(device, incidents=kinds),)), WALL).devices
        assert [trouble.part for trouble in row.troubles][-2:] == [
            "Catatan kurang",
            "Catatan tidak dapat dipakai",
        ]


def test_a_reason_in_somebodys_own_words_is_shown_as_it_is() -> None:
    closed = replace(WELL, mode=Mode.OUT_OF_SERVICE, reason="Lantai basah {awas}")
    (row,) = page(replace(NOTHING, devices=(closed,)), WALL).devices
    assert row.reason == "Lantai basah {awas}"


@pytest.mark.parametrize(
    ("name", "code", "part", "advice"),
    [
        ("pad", "unplugged", "Meja pindai", "Periksa kabelnya"),
        ("bin-reader", "unplugged", "Pembaca kotak pengembalian", "Tutup kotak pengembalian"),
        ("sorter", "stiff", "sorter", "Laporkan kode “stiff”"),
        ("sorter", "", "sorter", "Laporkan kode “error”"),
        ("any", "{code}", "any", "Laporkan kode “{code}”"),
    ],
)
def test_a_part_that_is_not_well_comes_with_what_to_do(
    name: str, code: str, part: str, advice: str
) -> None:
    device = replace(WELL, components=ill(name, code))
    ((trouble,),) = (
        row.troubles for row in page(replace(NOTHING, devices=(device,)), WALL).devices
    )
    assert trouble.part == part
    assert trouble.advice.startswith(advice)


def test_a_silent_device_is_first_of_all_to_be_heard_again() -> None:
    device = replace(WELL, presence=Presence.OFFLINE, components=ill("pad", "unplugged"))
    (row,) = page(replace(NOTHING, devices=(device,)), WALL).devices
    assert [trouble.key for trouble in row.troubles] == ["silent"]


def test_settings_that_were_not_taken_and_facts_that_wait_are_troubles_too() -> None:
    device = replace(WELL, settings_problem="zone?", unsent=1200, oldest_unsent=NOON - 3600)
    shown = page(replace(NOTHING, devices=(device,)), WALL)
    (row,) = shown.devices
    assert [trouble.key for trouble in row.troubles] == ["settings", "unsent"]
    assert (row.unsent, row.oldest) == ("1.200", "tertua 11.00\xa0WIB")
    assert shown.words["unsent"] == "1.200"


@pytest.mark.parametrize(
    ("happening", "what"),
    [
        (LENT, "Dipinjam"),
        (replace(LENT, provisional=True), "Dipinjam, diputuskan tanpa sambungan"),
        (replace(LENT, kind=ItemReturned, secured=True), "Dikembalikan"),
        (replace(LENT, kind=ItemReturned, secured=False), "Dikembalikan, tag belum diamankan"),
        (
            replace(LENT, kind=LoanAbandoned, secured=False, reason=Reason.TAG_NOT_WRITTEN),
            "Peminjaman tidak jadi, tag tidak dapat ditulis, tag mungkin belum diamankan",
        ),
        (
            replace(LENT, kind=LoanAbandoned, secured=True, reason=Reason.PATRON_BLOCKED),
            "Peminjaman tidak jadi",
        ),
    ],
)
def test_a_fact_is_told_in_words_that_say_nothing_about_a_person(
    happening: Happening, what: str
) -> None:
    (row,) = page(replace(NOTHING, happenings=(happening,)), WALL).facts
    assert row.what == what


def test_a_fact_shows_when_where_and_which_item() -> None:
    (row,) = page(replace(NOTHING, happenings=(LENT,)), WALL).facts
    assert (row.time, row.device, row.item, row.title) == (
        "11.59\xa0WIB",
        "kios-01",
        "B00001",
        "Laskar Pelangi",
    )


def test_a_time_nobody_can_vouch_for_is_said_to_be_about() -> None:
    (row,) = page(replace(NOTHING, happenings=(replace(LENT, sure=False),)), WALL).facts
    assert row.time == "kira-kira 11.59\xa0WIB"


def test_an_item_without_title_or_number_says_so_or_nothing() -> None:
    unknown = replace(LENT, title=None)
    nameless = replace(LENT, kind=UnknownItemDropped, item=None, title=None)
    rows = page(replace(NOTHING, happenings=(unknown, nameless)), WALL).facts
    assert [(row.item, row.title) for row in rows] == [
        ("B00001", "Tidak ada di katalog"),
        ("", ""),
    ]


def test_the_page_says_when_it_shows_only_the_latest() -> None:
    task = OpenTask(TaskKind.TAG_NOT_SECURED, "act-1", "B00001", None, NOON - 60)
    message = SetAside(7, None, None, "topic", NOON)
    records = replace(
        NOTHING, tasks=(task,), tasks_total=1200, set_aside=(message,), set_aside_total=1
    )
    shown = page(records, WALL)
    assert shown.words["tasks-part"] == "1 terbaru dari 1.200"
    assert shown.words["set-aside-part"] == ""
    assert shown.tasks[0].what == "Tag belum diamankan"


def test_a_message_set_aside_names_its_sender_and_kind_where_they_are_known() -> None:
    known = SetAside(8, "kios-01", Channel.FACT, "not a fact", NOON)
    strange = SetAside(7, None, None, "topic", NOON)
    shown = page(replace(NOTHING, set_aside=(known, strange), set_aside_total=2), WALL)
    assert [(row.device, row.channel) for row in shown.set_aside] == [
        ("kios-01", "Catatan kejadian"),
        ("Tidak dikenal", ""),
    ]


@pytest.mark.parametrize(
    "reason",
    [
        "unknown kind 'KTA-0007'; known are item-lent",
        "not a presence: b'KTA-0007'",
        'topic "it\'s KTA-0007" is not below sirkula/v1/',
        r"topic 'it\'s \"KTA-0007' is not below",
        "unknown kind 'KTA-0007 and so on without an end",
        "another's topic, 'KTA-0007'",
    ],
)
def test_the_reason_of_a_message_set_aside_never_quotes_its_sender(reason: str) -> None:
    assert "KTA" not in without_quotations(reason)


def test_long_numbers_in_a_reason_are_hidden_and_short_ones_stay() -> None:
    hidden = without_quotations("version 1275016512090003; this program speaks 1")
    assert hidden == "version …; this program speaks 1"
