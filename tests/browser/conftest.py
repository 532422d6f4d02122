"""One server for all browser tests, and a window of its own for each."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.helpers.app.server import serve
from tests.helpers.browser.window import PATIENCE_MS, ready, room_number
from tests.helpers.scaling_runs import known_run, write_runs


@pytest.fixture(scope="session")
def launch(chromium: Callable[..., Browser]) -> Callable[..., BrowserContext]:
    """Start a browser whose windows share a cache: `launch("--an-argument")`."""

    def launch_(*arguments: str) -> BrowserContext:
        viewport = {"width": 1280, "height": 800}
        context = chromium(*arguments).new_context(viewport=viewport)
        context.set_default_timeout(PATIENCE_MS)
        return context

    return launch_


@pytest.fixture(scope="session")
def browser(launch) -> Iterator[BrowserContext]:
    """A browser without 3-D, which costs seconds a page where there is no GPU."""
    context = launch("--disable-3d-apis")
    yield context
    context.browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory, tiny_checkpoints) -> Iterator[str]:
    """The address of the app, freshly started, with tiny models and a known run."""
    results = write_runs(tmp_path_factory.mktemp("results"), cpu=known_run())
    with serve(tmp_path_factory.mktemp("log"), tiny_checkpoints, results) as started:
        yield started.address


@pytest.fixture(scope="session")
def cold_start(server: str, launch) -> dict:
    """What the very first visitor of a fresh server sees under a deep link, in 3-D."""
    context = launch()
    window = context.new_page()
    elsewhere: list[str] = []
    window.on("request", lambda request: elsewhere.append(request.url))
    window.goto(server + "/inputs?seed=4&k=8&tab=Transport")
    ready(window)
    cloud = window.locator(".st-key-chart_points")
    expect(cloud.locator("canvas").first).to_be_visible()
    seen = {
        "address": window.url,
        "sidebar": window.get_by_test_id("stSidebar").inner_text(),
        "room": room_number(window).input_value(),
        "tab": window.get_by_role("tab", selected=True).inner_text(),
        "cloud": cloud.inner_text(),
        "dialogs": window.get_by_role("dialog").count(),
        "exceptions": window.get_by_test_id("stException").count(),
        "elsewhere": [
            url for url in elsewhere if not url.startswith((server, "data:", "blob:"))
        ],
    }
    context.browser.close()
    return seen


@pytest.fixture
def open_app(
    server: str, cold_start: dict, browser: BrowserContext
) -> Iterator[Callable[..., Page]]:
    """Open the app in a new window: `open_app("/inputs?seed=3", scheme="dark")`."""
    windows = []

    def open_(path: str = "/inputs", *, scheme: str = "light") -> Page:
        window = browser.new_page()
        window.emulate_media(color_scheme=scheme)
        windows.append(window)
        window.goto(server + path)
        ready(window)
        return window

    yield open_
    for window in windows:
        window.close()
