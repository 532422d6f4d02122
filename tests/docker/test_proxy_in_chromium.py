"""The app behind the proxy in a real browser: no header of it is in the app's way."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fusionviz.ui.shared.frame.navigation import PAGES
from tests.docker.proxy import NAME, PASSWORD
from tests.docker.reader import COOKIE
from tests.helpers.browser.window import PATIENCE_MS, ready
from tests.helpers.files.rgbd_bytes import image_bytes, photo

pytestmark = [pytest.mark.slow, pytest.mark.browser]

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const {violatedDirective: what, blockedURI: where, sample} = event;
  window.violations.push(`${what} ${where} ${sample}`);
});
"""
VIEWS = [
    *(f"/{page.stem}" for page in PAGES),
    "/inputs?seed=4&tab=Transport",
    "/transport?data=utterance&tab=On+the+data",
    "/latents?tab=Flow+film",
    "/classroom?lesson=tour",
]


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    started = chromium()
    yield started
    started.close()


@pytest.fixture
def enter(behind, browser):
    """Come in with the password, to a replica: `enter("a")`."""
    contexts: list[BrowserContext] = []

    def enter_(replica: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            http_credentials={"username": NAME, "password": PASSWORD},
        )
        context.set_default_timeout(PATIENCE_MS)
        address = f"http://{behind.host}"
        context.add_cookies([{"name": COOKIE, "value": replica, "url": address}])
        context.add_init_script(VIOLATIONS)
        contexts.append(context)
        window = context.new_page()
        window.said = []  # type: ignore[attr-defined]
        window.on(
            "console",
            lambda one: window.said.append(one.text) if one.type == "error" else None,
        )
        return window

    yield enter_
    for context in contexts:
        context.close()


def open_page(window: Page, behind, path: str) -> None:
    window.goto(f"http://{behind.host}{path}")
    ready(window)


def test_no_page_asks_for_what_the_headers_forbid(behind, enter):
    window = enter("a")
    found = {}
    for path in VIEWS:
        open_page(window, behind, path)
        window.wait_for_timeout(500)
        expect(window.get_by_test_id("stException")).to_have_count(0)
        found[path] = window.evaluate("window.violations")
    assert found == {path: [] for path in VIEWS}
    assert not [line for line in window.said if "Content Security" in line]


def test_the_policy_is_there_and_holds(behind, enter):
    window = enter("a")
    open_page(window, behind, "/inputs")
    window.evaluate("""() => new Promise((done) => {
        const picture = new Image();
        picture.onerror = done;
        picture.src = "http://127.0.0.1:9/picture.png";
    })""")
    (line,) = window.evaluate("window.violations")
    assert line.startswith("img-src")


@pytest.mark.parametrize("replica", ["a", "b"])
def test_a_file_reaches_each_replica(behind, enter, replica):
    window = enter(replica)
    open_page(window, behind, "/inputs")
    window.get_by_text("Your files").click()
    place = window.locator(".st-key-file_rgb")
    picture = {
        "name": "mine.png",
        "mimeType": "image/png",
        "buffer": image_bytes(photo(), "PNG"),
    }
    place.locator("input[type=file]").set_input_files(picture)
    expect(place.get_by_role("button", name="Remove mine.png")).to_be_visible()
    ready(window)
    figure = window.get_by_role("figure", name=re.compile("A pair of|RGB"))
    expect(figure.first).to_be_visible()
    expect(window.get_by_test_id("stException")).to_have_count(0)
    names = {one["name"]: one["value"] for one in window.context.cookies()}
    assert names[COOKIE] == replica
