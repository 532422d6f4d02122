"""Contrast of what is written, as the browser draws it (WCAG 2.2, 1.4.3).

Left out: charts, what is disabled, and numbers of sliders, which stand above the thumb
that holds them; their colour is tested with the theme's.
"""

from playwright.sync_api import Page

_SCRIPT = """() => {
  const parse = (text) => {
    const found = text.match(/rgba?\\(([^)]+)\\)/);
    if (!found) return null;
    const [r, g, b, a = 1] = found[1].split(/[ ,/]+/).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, ground) =>
    top.rgb.map((part, n) => top.a * part + (1 - top.a) * ground[n]);
  const ground = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour && colour.a > 0) layers.push(colour);
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  const places = '[data-testid="stMain"] :is(p, li, h1, h2, label, td, th, button, a)';
  for (const one of document.querySelectorAll(places)) {
    const words = [...one.childNodes].filter((n) => n.nodeType === 3)
      .map((n) => n.textContent.trim()).join('');
    const style = getComputedStyle(one);
    const hidden = style.visibility === 'hidden' || !one.getClientRects().length;
    if (!words || hidden || one.closest('button:disabled, [disabled], [aria-disabled=true], label:has(input:disabled), .stPlotlyChart, [data-testid*="Slider"]')) continue;
    let opacity = 1;
    for (let at = one; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const behind = ground(one), colour = parse(style.color);
    if (!colour) continue;
    const ink = over({ rgb: colour.rgb, a: colour.a * opacity }, behind);
    const [dark, bright] = [light(ink), light(behind)].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize), heavy = Number(style.fontWeight) >= 600;
    const needed = size >= 24 || (size >= 18.66 && heavy) ? 3 : 4.5;
    if (ratio < needed) faint.push(`${words.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""  # noqa: E501 - JavaScript


def too_faint(window: Page) -> list[str]:
    """Return the words of a page whose contrast with their ground is below AA."""
    return window.evaluate(_SCRIPT)
