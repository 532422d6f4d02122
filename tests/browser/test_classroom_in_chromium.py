"""Every card of every lesson in a browser, in light and dark, by the keyboard.

Prints what opening a card took: `pytest -s -m browser tests/browser/test_classroom*`.
"""

import re
import statistics
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from fusionviz.lessons.library import list_lessons
from fusionviz.lessons.records import Lesson
from fusionviz.ui.classroom.made import CROWDED, LARGER
from tests.helpers.app.pages import ROOT
from tests.helpers.app.server import serve
from tests.helpers.browser.contrast import too_faint
from tests.helpers.browser.lecture import SMALLEST, cut_off, too_small
from tests.helpers.browser.window import ready

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

LESSONS = list_lessons().lessons
SECONDS: list[float] = []
"""What each card took to open, from the key until its charts were drawn."""

EMPTY_CHART = """chart => {
  const box = chart.getBoundingClientRect();
  const marks = '.plot path, .plot image, .heatmaplayer image, .imagelayer image,'
    + '.layer-above image, .layer-below image, .bars path, .scatterlayer path,'
    + '.shapelayer path, .sankey path, canvas';
  return box.width < 100 || box.height < 80 || !chart.querySelector(marks);
}"""


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Iterator[str]:
    """The address of the app with the models that ship."""
    with serve(tmp_path_factory.mktemp("log"), ROOT / "checkpoints") as started:
        yield started.address


@pytest.fixture(scope="module", autouse=True)
def tell_times() -> Iterator[None]:
    yield
    if SECONDS:
        median, slowest = statistics.median(SECONDS), max(SECONDS)
        print(  # noqa: T201
            f"\n{len(SECONDS)} cards: median {median:.2f} s, slowest {slowest:.2f} s"
        )


def check_card(window: Page) -> None:
    """Hold a card against what no card may have."""
    for what in ("stException", "stAlertContentError"):
        expect(window.get_by_test_id(what)).to_have_count(0)
    words = window.get_by_test_id("stMain").inner_text()
    assert not re.search(r"\{\w", words), words
    assert "nan" not in words.lower().split()
    for chart in window.locator('[class*="st-key-chart_"]').all():
        expect(chart.locator(".main-svg").first).to_be_attached()
        assert not chart.evaluate(EMPTY_CHART), words
        described = chart.get_by_role("figure").get_attribute("aria-label")
        assert re.search(r"\d", described or ""), described


def answer(window: Page, lesson: Lesson, place: int) -> None:
    """Give the first answer, where a card asks."""
    form = lesson.cards[place].form
    if form is None:
        return
    if form == "choice":
        window.get_by_role("radio").first.check(force=True)
        ready(window)
    window.locator(f".st-key-lock_{place} button").click()
    expect(window.locator(f".st-key-lock_{place} button")).to_have_count(0)
    ready(window)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_gone_through(browser, school, name):
    lesson = LESSONS[name]
    window = browser.new_page()
    window.goto(f"{school}/classroom?lesson={name}")
    for place in range(len(lesson.cards)):
        number = f"{place + 1} .* {len(lesson.cards)}"
        expect(window.locator(".st-key-lesson_head")).to_contain_text(
            re.compile(number)
        )
        ready(window)
        for scheme in ("light", "dark"):
            window.emulate_media(color_scheme=scheme)
            check_card(window)
            assert too_faint(window) == []
        answer(window, lesson, place)
        check_card(window)
        window.locator("h1").click()
        start = time.perf_counter()
        window.keyboard.press("ArrowRight")
        expect(window).to_have_url(re.compile(f"card={place + 2}"))
        ready(window)
        SECONDS.append(time.perf_counter() - start)
    expect(window.get_by_test_id("stDownloadButton")).to_have_count(3)
    assert window.get_by_role("row").count() == 1 + len(lesson.asking)
    window.keyboard.press("ArrowLeft")
    expect(window).to_have_url(re.compile(f"card={len(lesson.cards)}(&|$)"))
    window.close()


@pytest.mark.parametrize("name", LESSONS)
def test_before_a_class_every_card_fits_and_can_be_read(browser, school, name):
    lesson = LESSONS[name]
    window = browser.new_page()
    window.goto(f"{school}/classroom?lesson={name}&present=1&class=AB12")
    for place, card in enumerate([*lesson.cards, None]):
        ready(window)
        assert cut_off(window) == [], (name, place + 1)
        factor = LARGER
        if card is not None and card.exhibit is not None:
            kind = lesson.exhibits[card.exhibit].call.kind
            factor = CROWDED.get(kind, LARGER)
        smallest = SMALLEST * min(factor / LARGER, 1)
        assert too_small(window, smallest) == [], (name, place + 1)
        if card is None or card.form is None:  # no votes are in yet
            check_card(window)
        if card is not None:
            window.keyboard.press("ArrowRight")
            expect(window).to_have_url(re.compile(f"card={place + 2}"))
    window.close()


COVERED = """pressed => {
  const box = pressed.getBoundingClientRect(), covered = [];
  for (const part of [0.1, 0.5, 0.9]) {
    const y = box.top + part * box.height;
    const top = document.elementFromPoint(box.left + box.width / 2, y);
    if (!pressed.contains(top)) covered.push(`${y}: ${top.dataset.testid}`);
  }
  return covered;
}"""
"""Where something lies over what can be pressed, by the height on the window."""


def test_a_lecturer_can_press_present_and_all_beside_it(browser, school):
    window = browser.new_page()
    window.goto(f"{school}/classroom?lesson=transport")
    ready(window)
    beside = window.locator(".st-key-lesson_head").locator("a, button:enabled")
    expect(beside).to_have_count(3)
    ready(window)
    for one in beside.all():
        assert one.evaluate(COVERED) == [], one.inner_text()
    menu = window.get_by_test_id("stMainMenu").get_by_role("button")
    assert menu.evaluate(COVERED) == []
    window.get_by_role("link", name="Present").click()
    expect(window).to_have_url(re.compile("present=1"))
    ready(window)
    window.close()


def test_before_a_class_words_and_answers_are_a_key_away(browser, school):
    window = browser.new_page()
    window.goto(f"{school}/classroom?lesson=transport&card=4&present=1&class=AB12")
    ready(window)
    window.locator("h1").click()
    for charts, address in ((0, "turned=1"), (1, "card=4&present=1&class=AB12$")):
        window.keyboard.press("ArrowDown")
        expect(window.get_by_test_id("stPlotlyChart")).to_have_count(charts)
        expect(window).to_have_url(re.compile(address))
    window.goto(f"{school}/classroom?lesson=transport&card=8&present=1&class=AB12")
    ready(window)
    window.locator("h1").click()
    window.keyboard.press("ArrowDown")
    expect(window.get_by_text("nobody's cheapest")).to_be_visible()
    assert cut_off(window) == []
    window.close()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_before_a_class_type_is_large_and_the_picture_fits(browser, school, size):
    window = browser.new_page()
    window.set_viewport_size({"width": size[0], "height": size[1]})
    window.goto(f"{school}/classroom?lesson=transport&card=2&present=1&class=AB12")
    ready(window)
    expect(window.get_by_test_id("stSidebar")).to_be_hidden()
    chart = window.locator('[class*="st-key-chart_"]').first
    expect(chart.locator(".main-svg").first).to_be_attached()
    box = chart.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size[1]
    assert box["height"] > size[1] / 2
    assert too_small(window) == []
    assert cut_off(window) == []
    window.close()


def test_below_800_pixels_it_is_one_column(browser, school):
    window = browser.new_page()
    window.set_viewport_size({"width": 760, "height": 900})
    for path in ("/classroom", "/classroom?lesson=transport&card=5"):
        window.goto(school + path)
        ready(window)
        width = window.evaluate("document.documentElement.scrollWidth")
        assert width <= 760
        check_card(window)
    window.close()


def test_a_reader_can_do_all_by_the_keyboard(browser, school):
    window = browser.new_page()
    window.goto(f"{school}/classroom?lesson=transport&card=3")
    ready(window)
    window.get_by_role("radio").first.focus()
    window.keyboard.press("Space")
    lock = window.locator(".st-key-lock_2 button")
    expect(lock).to_be_enabled()
    lock.focus()
    window.keyboard.press("Enter")
    expect(lock).to_have_count(0)
    ready(window)
    window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile("card=4"))
    window.close()


def test_from_the_contents_one_goes_on_and_back_by_the_browser(browser, school):
    window = browser.new_page()
    window.goto(f"{school}/classroom")
    ready(window)
    window.get_by_role("link", name=LESSONS["tour"].title).click()
    expect(window).to_have_url(re.compile("lesson=tour"))
    first = LESSONS["tour"].cards[0].title
    expect(window.locator("h1")).to_have_text(first)
    ready(window)
    window.locator("h1").click()
    window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile("lesson=tour&card=2"))
    ready(window)
    window.go_back()
    expect(window.locator("h1")).to_have_text(first)
    ready(window)
    window.go_back()
    expect(window.get_by_role("link", name=LESSONS["tour"].title)).to_be_visible()
    window.close()


def test_notes_open_beside_the_lecture_and_follow_it(browser, school):
    lesson = LESSONS["attention"]
    lecture = browser.new_page()
    lecture.goto(f"{school}/classroom?lesson=attention&present=1&class=CD34")
    ready(lecture)
    with browser.expect_page() as opened:
        lecture.get_by_role("link", name="Notes").click()
    notes = opened.value
    expect(notes.get_by_text("CD34").first).to_be_visible()
    expect(notes.get_by_text(f"1/{len(lesson.cards)} ")).to_be_visible()
    expect(lecture.locator(".st-key-lesson_head")).to_be_visible()  # it stayed
    lecture.locator("h1").click()
    lecture.keyboard.press("ArrowRight")
    expect(notes.get_by_text(f"2/{len(lesson.cards)} ")).to_be_visible()
    for window in (notes, lecture):
        expect(window.get_by_test_id("stException")).to_have_count(0)
        window.close()
