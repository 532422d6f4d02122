"""What is wrong with a card before a class: small type, and what is cut off."""

from playwright.sync_api import Page

SMALLEST = 24
"""Pixels of type that the last row reads; raised and lowered signs are smaller."""

LOOKS, LOOK_MS = 20, 250
"""How often, and how far apart, a card is looked at until it fits."""

_SMALL = """(smallest) => {
  const words = document.createTreeWalker(
    document.querySelector('[data-testid="stMain"]'), NodeFilter.SHOW_TEXT);
  const small = [];
  const left = 'style, script, .katex-mathml, [data-testid="stIconMaterial"],'
    + '[data-testid="stAlertDynamicIcon"], .katex .msupsub, [baseline-shift],'
    + 'tspan[style*="font-size: 70%"], tspan[style*="font-size:70%"]';
  while (words.nextNode()) {
    const place = words.currentNode.parentElement, range = document.createRange();
    range.selectNode(words.currentNode);
    const box = range.getBoundingClientRect(), style = getComputedStyle(place);
    const seen = box.width > 1 && box.height > 1 && style.visibility !== 'hidden';
    const size = parseFloat(style.fontSize);
    if (seen && size < smallest - 0.05 && !place.closest(left))
      small.push(`${words.currentNode.textContent.trim().slice(0, 40)}: ${size}px`);
  }
  return small;
}"""

_CUT = """() => {
  const cut = [], room = document.querySelector('[data-testid="stMain"]');
  if (room.scrollHeight > room.clientHeight + 1) cut.push('the page scrolls down');
  if (room.scrollWidth > room.clientWidth + 1) cut.push('the page scrolls sideways');
  for (const chart of document.querySelectorAll('.stPlotlyChart')) {
    const place = chart.closest('[class*="st-key-chart_"]').getBoundingClientRect();
    const out = (box) => box.right > place.right + 3 || box.left < place.left - 3
      || box.bottom > place.bottom + 3 || box.top < place.top - 3;
    if (out(chart.querySelector('.main-svg').getBoundingClientRect()))
      cut.push('a chart is larger than its place');
    if (place.bottom > innerHeight || place.right > innerWidth)
      cut.push('a chart is outside the window');
    for (const text of chart.querySelectorAll('.main-svg text')) {
      const box = text.getBoundingClientRect();
      if (text.textContent.trim() && box.width > 1 && out(box))
        cut.push(text.textContent.slice(0, 40));
    }
  }
  return cut;
}"""


def too_small(window: Page, smallest: float = SMALLEST) -> list[str]:
    """Return the words on a page whose type is smaller than that."""
    return window.evaluate(_SMALL, smallest)


def cut_off(window: Page) -> list[str]:
    """Return what of a card does not fit the window, once charts have their size."""
    cut: list[str] = []
    for _ in range(LOOKS):
        cut = window.evaluate(_CUT)
        if not cut:
            break
        window.wait_for_timeout(LOOK_MS)
    return cut
