"""Every tab of every page: on a phone it is one column, and words can be read."""

import pytest
from playwright.sync_api import Page, expect

from fusionviz.ui.shared.frame.navigation import PAGES
from tests.helpers.browser.contrast import too_faint
from tests.helpers.browser.window import ready

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

NARROW, TABLET, DESK = ((420, 900), (780, 1000), (1280, 800))

_WIDER = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth) out.push('document');
  if (main.scrollWidth > main.clientWidth) out.push('page');
  const places = "button, input:not([type=range]), h1, label, [role=slider],"
    + "[class*=st-key-chart_]";
  for (const one of main.querySelectorAll(places)) {
    const box = one.getBoundingClientRect();
    const scrolls = one.parentElement.closest(
      "[role=tablist], [class*=st-key-chart_]");
    if (box.width > 1 && box.height > 1 && box.right > innerWidth + 1 && !scrolls)
      out.push(`${one.tagName} ${one.innerText.slice(0, 30)} ${Math.round(box.right)}`);
  }
  return out;
}"""


def tabs_of(window: Page) -> list[str]:
    return [one.inner_text() for one in window.get_by_role("tab").all()]


def settle(window: Page, size: tuple[int, int]) -> None:
    window.set_viewport_size({"width": size[0], "height": size[1]})
    ready(window)
    # Streamlit draws a chart anew some frames after its place has another width.
    window.wait_for_timeout(400)


def faint_for_long(window: Page) -> list[str]:
    """Return what cannot be read, once colours have changed to those of a scheme."""
    faint: list[str] = []
    for _ in range(12):
        window.wait_for_timeout(250)
        faint = too_faint(window)
        if not faint:
            break
    return faint


@pytest.mark.parametrize("page", [line.stem for line in PAGES])
def test_it_is_one_column_and_can_be_read(open_app, page):
    window = open_app(f"/{page}")
    problems = []
    for tab in tabs_of(window) or [""]:
        if tab:
            settle(window, DESK)
            window.get_by_role("tab", name=tab, exact=True).first.click()
            ready(window)
        for scheme in ("light", "dark"):
            window.emulate_media(color_scheme=scheme)
            problems += [f"{tab}, {scheme}: {one}" for one in faint_for_long(window)]
        for size in (TABLET, NARROW):
            settle(window, size)
            wider = window.evaluate(_WIDER)
            problems += [f"{tab}, {size[0]} px: {one}" for one in wider]
        expect(window.get_by_test_id("stException")).to_have_count(0)
    assert problems == []
