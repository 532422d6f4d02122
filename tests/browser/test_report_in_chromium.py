"""The report of a session in Chromium, opened from disk without a network."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import download, ready, see_figure

pytestmark = pytest.mark.browser

NOTE = "odd: <script>window.broken = 1</script> & <b>bold</b>"


@pytest.fixture
def report(open_app, tmp_path):
    """The file, after two pages were looked at and a note was written."""
    window = open_app("/attention?arrays_file=000000000000")  # no model is run
    window.get_by_role("button", name="Show an example").click()
    see_figure(window, "2 layers of 2 heads")
    window.get_by_role("link", name="Transport").click()
    see_figure(window, "A plan from 16 rgb tokens")
    window.get_by_test_id("stSidebar").get_by_text(re.compile("Report · 2")).click()
    note = window.get_by_role("textbox", name="Note on All heads of another model")
    note.fill(NOTE)
    note.press("Control+Enter")
    ready(window)
    return download(window, "Download report", tmp_path)


def test_its_charts_are_drawn_offline_and_the_note_stays_text(report, browser):
    text = report.read_text(encoding="utf-8")
    assert text.count("plotly.js v") == 1
    for scheme in ("light", "dark"):
        context = browser.browser.new_context(offline=True, color_scheme=scheme)
        page = context.new_page()
        errors, asked = [], []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(report.as_uri())
        figures = page.get_by_role("figure")
        expect(figures.first.locator(".main-svg").first).to_be_attached()
        count = figures.count()
        assert count == 2
        for place in range(count):
            svg = figures.nth(place).locator(".main-svg, canvas").first
            expect(svg).to_be_attached()
        expect(page.locator(".note")).to_have_text(NOTE)
        assert page.evaluate("window.broken") is None
        ink = page.evaluate(
            "document.querySelector('.xtick text, .annotation text').style.fill"
        )
        assert ink == {"light": "rgb(34, 40, 46)", "dark": "rgb(233, 231, 225)"}[scheme]
        hover = figures.first.locator(".modebar")
        expect(hover.first).to_be_attached()  # interactive, no picture
        assert errors == []
        assert not [url for url in asked if not url.startswith(("file:", "data:"))]
        context.close()
