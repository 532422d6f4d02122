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
