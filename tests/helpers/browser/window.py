"""How Chromium is started without a screen, and when a page of the app is drawn."""

import re
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE_MS = 90_000
"""How long a window may take for what it is asked: other work may hold the cores."""

LOOKS = 100
"""How often it is looked whether something rests."""


def ready(window: Page) -> None:
    """Wait until the script has run to its end and all of it is drawn.

    The browser fetches what draws a button or a chart when a page first has one, and
    holds its place until then: a key is heard by a button that is there.
    """
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    app = window.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", re.compile("notRunning"))
    expect(window.get_by_test_id("stSpinner")).to_have_count(0)
    expect(window.locator("[data-stale=true]")).to_have_count(0)
    expect(window.get_by_test_id("stSkeleton")).to_have_count(0)
    charts = window.get_by_test_id("stPlotlyChart")
    # Asked of all at once: one that a tab has left is not waited for.
    expect(charts.filter(has_not=window.locator(".main-svg"))).to_have_count(0)


def room_number(window: Page) -> Locator:
    """Return the field with the seed of the room."""
    return window.get_by_role("spinbutton", name="Room number (seed)")


def points(window: Page, key: str) -> Locator:
    """The points of a chart, seen or not, in the order in which it was given them."""
    place = window.locator(f".st-key-chart_{key}")
    expect(place.locator(".main-svg").first).to_be_attached()
    ready(window)
    return place.locator(".scatterlayer .points path")


UNDER_THE_MOUSE = "(point) => point.closest('.js-plotly-plot')._hoverdata"
"""What Plotly has found there; a press before that presses nothing."""


def click(window: Page, point: Locator) -> None:
    """Click the middle of a point, as a hand would: once the mouse is seen there."""
    box = resting(window, point)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    window.mouse.move(x - 2, y)
    window.mouse.move(x, y)
    window.wait_for_function(UNDER_THE_MOUSE, arg=point.element_handle())
    window.mouse.click(x, y)


def see_figure(window: Page, alt: str) -> None:
    """Wait for a figure whose text for those who do not see it matches."""
    expect(window.get_by_role("figure", name=re.compile(alt))).to_be_visible()


def chart(window: Page, key: str) -> Locator:
    """Return a chart that has been drawn."""
    place = window.locator(f".st-key-chart_{key}")
    expect(place.locator(".main-svg").first).to_be_attached()
    return place


def words(window: Page, key: str) -> str:
    """Return what a chart says to those who do not see it."""
    ready(window)
    figure = chart(window, key).get_by_role("figure")
    return figure.get_attribute("aria-label") or ""


def resting(window: Page, place: Locator) -> FloatRect:
    """Return where something is drawn, once it stays there: a page that fills moves."""
    place.scroll_into_view_if_needed()
    before = None
    for _ in range(LOOKS):
        now = place.bounding_box()
        if now is not None and now == before:
            return now
        before = now
        window.wait_for_timeout(200)
    raise AssertionError(f"it never came to rest: {before}")


def drag(window: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move the mouse with its button down."""
    window.mouse.move(*start)
    window.mouse.down()
    window.mouse.move(*end, steps=12)
    window.mouse.up()


def download(window: Page, label: str, folder: Path) -> Path:
    """Press a button that gives a file, and return where the file lies now."""
    with window.expect_download() as coming:
        window.get_by_role("button", name=label).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path
