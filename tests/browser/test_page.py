"""The page as a librarian's browser shows it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from broker.telemetry import Component, Health, Kind, Mode
from broker.vocabulary import DeviceId
from tests.server.web import scenes
from tests.server.web.scenes import KIOSK, NOON, OTHER_KIOSK, SECRETS, entry, heard, lent, tell

LONGEST_NAME = DeviceId("kios-lantai-dua-dekat-ruang-anak")
Look = Callable[..., Page]

# What is wider than its cell; the headings a phone keeps for screen readers are one pixel wide.
CUT_OFF = """
[...document.querySelectorAll("td, th, dd, dt, h1, h2")]
  .filter((cell) => cell.clientWidth > 1 && cell.scrollWidth > cell.clientWidth + 1)
  .map((cell) => cell.textContent)
"""


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    """Where the page is while the test runs."""
    with scenes.opened(engine) as open_:
        yield open_.visitor.address


@pytest.fixture
def look(browser: Browser, address: str) -> Iterator[Look]:
    """Opens the page in a browser of its own; whatever the browser complains about is a failure."""
    complaints: list[str] = []
    contexts = []

    def look_at(path: str = "/", *, own_clock: bool = False, **wishes: Any) -> Page:
        context = browser.new_context(**{"locale": "id-ID"} | wishes)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if own_clock:
            page.clock.install()
        page.goto(f"{address}{path}")
        return page

    yield look_at
    for context in contexts:
        context.close()
    assert complaints == []


def rows(page: Page, table: str) -> list[str]:
    return page.locator(f'[data-table="{table}"] > tr').all_inner_texts()


def live(page: Page) -> None:
    expect(page.locator("#freshness")).to_have_text("Langsung, mengikuti setiap perubahan")


def test_without_javascript_every_row_is_there(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look(java_script_enabled=False)
    assert [len(rows(page, name)) for name in ("devices", "facts", "tasks", "set_aside")] == [
        4,
        10,
        6,
        3,
    ]
    assert "■ Terputus" in rows(page, "devices")[0]
    expect(page.locator("#freshness")).to_have_text("Keadaan pukul 12.00.00 WIB")
    expect(page.locator("#sample")).to_be_visible()
    assert page.locator('meta[http-equiv="refresh"]').count() == 1


def test_the_browser_draws_the_rows_as_the_server_does(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    drawn = look(java_script_enabled=False)
    page = look()
    live(page)
    page.evaluate("for (const body of document.querySelectorAll('tbody')) body.innerText = ''")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator('[data-table="devices"] > tr')).to_have_count(4)
    for table in ("devices", "facts", "tasks", "set_aside"):
        assert rows(page, table) == rows(drawn, table)


def test_a_new_fact_appears_without_a_reload(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look()
    live(page)
    page.evaluate("window.sinceTheStart = true")
    tell(engine, heard(entry(8, lent("B00001"))))
    newest = page.locator('[data-table="facts"] > tr').first
    expect(newest).to_contain_text("Dipinjam")
    expect(newest).to_contain_text("Laskar Pelangi")
    expect(newest).to_have_attribute("data-key", "kios-01-8")
    assert page.evaluate("window.sinceTheStart") is True
    assert len(rows(page, "facts")) == 11


def test_a_device_that_falls_ill_moves_up_and_says_what_to_do(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look()
    live(page)
    row = page.locator('[data-key="kios-01"]')
    row.evaluate("row => { window.rowOfTheStart = row }")
    ill = Component("card-reader", Health.ERROR, "unplugged", NOON - 10)
    tell(engine, scenes.state(KIOSK, Mode.DEGRADED, ill))
    expect(row).to_have_attribute("data-status", "attention")
    expect(row).to_contain_text("▲ Perlu perhatian")
    expect(row).to_contain_text("Pembaca kartu: Periksa kabelnya")
    assert row.evaluate("row => row === window.rowOfTheStart")
    expect(page.locator('[data-word="normal"]')).to_have_text("0")
    tell(engine, scenes.state(KIOSK), scenes.state(OTHER_KIOSK))
    expect(row).to_contain_text("● Normal")
    expect(row.locator("li")).to_have_count(0)
    expect(page.locator('[data-word="normal"]')).to_have_text("2")


def test_an_empty_page_fills_by_itself(engine: Engine, look: Look) -> None:
    scenes.stock(engine)
    page = look("/?lang=en")
    expect(page.locator("#devices-empty")).to_be_visible()
    expect(page.locator("#freshness")).to_have_text("Live, following every change")
    tell(engine, *scenes.arrives(KIOSK, Kind.KIOSK), heard(entry(1, lent("B00002"))))
    expect(page.locator('[data-table="devices"]')).to_contain_text("Kiosk")
    expect(page.locator('[data-table="facts"]')).to_contain_text("Bumi Manusia")
    expect(page.locator("#devices-empty")).to_be_hidden()
    expect(page.locator("#facts-empty")).to_be_hidden()


def test_words_of_others_stay_words_in_the_browser(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look()
    live(page)
    reason = "<img src=x onerror=alert(1)>"
    tell(engine, scenes.state(KIOSK, Mode.OUT_OF_SERVICE, reason=reason))
    expect(page.locator('[data-key="kios-01"]')).to_contain_text(reason)
    assert page.locator("td img").count() == 0


def test_a_stream_that_stalls_is_said_and_forgotten_when_it_flows(
    engine: Engine, look: Look
) -> None:
    scenes.busy_day(engine)
    page = look(own_clock=True)
    live(page)
    page.clock.run_for(47_000)
    banner = page.locator("#stalled")
    expect(banner).to_have_text("Sambungan halaman terhenti: data lebih tua dari 40 detik.")
    tell(engine, heard(entry(8, lent("B00001"))))
    expect(banner).to_be_hidden()


def test_a_restarted_server_is_found_again_without_a_reload(
    engine: Engine, browser: Browser
) -> None:
    scenes.busy_day(engine)
    page = browser.new_page(locale="id-ID")
    with scenes.opened(engine) as open_:
        page.goto(open_.visitor.address)
        live(page)
        page.evaluate("window.sinceTheStart = true")
    tell(engine, heard(entry(8, lent("B00001"))))
    with scenes.opened(engine, open_.visitor.port):
        expect(page.locator('[data-key="kios-01-8"]')).to_be_visible(timeout=15_000)
        assert page.evaluate("window.sinceTheStart") is True
        page.context.close()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [360, 768, 1030, 1160, 1280])
def test_long_names_do_not_overflow(engine: Engine, look: Look, width: int, language: str) -> None:
    scenes.busy_day(engine)
    tell(engine, *scenes.arrives(LONGEST_NAME, Kind.DROP_BOX), now=NOON - 200_000)
    tell(engine, heard(entry(1, lent("B00003"), LONGEST_NAME)), now=NOON - 190_000)
    page = look(f"/?lang={language}", viewport={"width": width, "height": 800})
    expect(page.locator("#freshness")).not_to_contain_text("WIB")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CUT_OFF) == []


def test_the_language_link_leads_there_and_back(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Devices and events")
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Perangkat dan kejadian")


def test_tables_keep_their_meaning_on_a_phone(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look(viewport={"width": 360, "height": 800})
    devices = page.get_by_role("table", name="Perangkat")
    assert devices.get_by_role("row").count() == 5
    assert devices.get_by_role("columnheader").count() == 7
    expect(devices.get_by_role("rowheader").first).to_contain_text("kotak-01")


def test_the_browser_never_learns_who_reads_what(engine: Engine, look: Look) -> None:
    scenes.busy_day(engine)
    page = look()
    live(page)
    assert [secret for secret in SECRETS if secret in page.content()] == []
