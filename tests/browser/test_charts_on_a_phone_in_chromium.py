"""Charts of several panels in a small window: no title lies over another."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import ready

pytestmark = pytest.mark.browser

_OVERLAPS = """() => {
  const out = [];
  for (const chart of document.querySelectorAll('.js-plotly-plot')) {
    const all = [...chart.querySelectorAll('.annotation-text')].map(one =>
      [one.textContent, one.getBoundingClientRect()]);
    all.forEach(([a, x], i) => all.slice(i + 1).forEach(([b, y]) => {
      const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
      const high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      if (wide > 4 && high > 4) out.push(`${a.slice(0, 30)} / ${b.slice(0, 30)}`);
    }));
  }
  return out;
}"""


def test_no_title_of_the_plans_lies_over_another(open_app):
    window = open_app("/transport")
    expect(window.locator(".annotation-text").nth(1)).to_be_attached()
    for width in (780, 420):
        window.set_viewport_size({"width": width, "height": 900})
        ready(window)
        # Streamlit draws a chart anew some frames after its place has another width.
        window.wait_for_timeout(600)
        assert window.evaluate(_OVERLAPS) == []


_WIDTHS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(chart => [
  chart.querySelectorAll('.cartesianlayer > .subplot').length,
  Math.round(chart.getBoundingClientRect().width)])"""


@pytest.mark.parametrize("address", ["/transport", "/distributions?tab=Embedding"])
def test_only_charts_of_several_panels_are_as_wide_as_on_a_desk(open_app, address):
    window = open_app(address)
    window.set_viewport_size({"width": 420, "height": 900})
    ready(window)
    seen = []
    for _ in range(8):  # it stays so
        window.wait_for_timeout(250)
        seen.append(window.evaluate(_WIDTHS))
    for panels, width in seen[-1]:
        assert (width >= 900) == (panels > 1), seen
    assert seen[-1] == seen[-2] == seen[-3]
