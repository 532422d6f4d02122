"""How Chromium is started without a screen, and when a page of the app is drawn."""

import re

from playwright.sync_api import Page, expect

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def ready(window: Page) -> None:
    """Wait until the script has run to its end and every chart is drawn."""
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    app = window.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", re.compile("notRunning"))
    expect(window.get_by_test_id("stSpinner")).to_have_count(0)
    expect(window.locator("[data-stale=true]")).to_have_count(0)
    charts = window.get_by_test_id("stPlotlyChart")
    for chart in charts.all():
        expect(chart.locator(".main-svg").first).to_be_attached()
