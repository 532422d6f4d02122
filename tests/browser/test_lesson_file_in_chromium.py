"""A lesson as one file, opened without a network: predictions are locked there too."""

import pytest
from playwright.sync_api import expect

from fusionviz.explain.lesson_page import write_page
from fusionviz.explain.lessons import ExhibitStore
from tests.helpers.browser.window import PATIENCE_MS
from tests.helpers.lessons import tiny_lesson

pytestmark = pytest.mark.browser


@pytest.fixture
def window(browser, tiny_checkpoints, tmp_path, monkeypatch):
    """The file in a window of a phone's width, without a network."""
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    path = tmp_path / "lesson.html"
    page = write_page(tiny_lesson(), ExhibitStore(tmp_path / "made").make)
    path.write_text(page, encoding="utf-8")
    context = browser.browser.new_context(
        viewport={"width": 390, "height": 800}, offline=True
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.goto(path.as_uri())
    yield opened
    context.close()


def test_it_is_gone_through_offline_by_the_keyboard(window):
    heading = window.get_by_role("heading", level=1)
    expect(heading).to_have_text("Is it lost?")
    window.keyboard.press("ArrowRight")
    expect(heading).to_have_text("Which is worse?")
    window.keyboard.press("ArrowRight")  # nothing is locked in yet
    expect(heading).to_have_text("Which is worse?")
    window.get_by_role("radio").nth(1).check()
    window.get_by_role("button", name="Lock in").click()
    expect(window.get_by_role("radio").nth(0)).to_be_disabled()
    window.get_by_role("button", name="Next").click()
    expect(window.locator(".told").first).to_contain_text("float64")
    expect(window.locator(".chart .main-svg").first).to_be_attached()
    window.get_by_role("button", name="Next").click()
    before = window.get_by_role("figure").get_attribute("aria-label")
    window.get_by_role("slider").first.press("ArrowRight")
    assert window.get_by_role("figure").get_attribute("aria-label") != before
    window.get_by_role("button", name="Next").click()
    window.get_by_role("button", name="Lock in").click()
    for _ in range(2):
        window.get_by_role("button", name="Next").click()
    expect(window.get_by_role("row")).to_have_count(3)
    assert window.errors == []


def test_a_link_to_what_was_computed_asks_first(window):
    window.evaluate("location.hash = '3'")
    expect(window.locator(".told")).to_contain_text("predict")
    expect(window.get_by_role("figure")).to_have_count(0)


def test_it_is_one_column_on_a_phone(window):
    window.evaluate("location.hash = '4'")
    expect(window.get_by_role("figure")).to_be_visible()
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
