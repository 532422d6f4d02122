"""The Latents page by hand: sliders, film strip, a brushed region, links, exports."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from fusionviz.exhibits.shared.exhibit import FigureRecipe
from fusionviz.explain.command import read_recipe
from tests.helpers.browser.window import chart, download, drag, ready, resting, words

pytestmark = pytest.mark.browser

COUNT_MESSAGES = """() => {
  window.messages = 0
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...data) {
    window.messages += 1
    return send.apply(this, data)
  }
}"""


def test_a_slider_moves_the_picture_and_a_link_shows_the_same(open_app, browser):
    window = open_app("/latents?tab=Traverse")
    before = words(window, "latents_traverse")
    slider = window.get_by_role("slider").first
    slider.focus()
    for _ in range(3):
        window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile("move1="))
    after = words(window, "latents_traverse")
    assert after != before
    fresh: BrowserContext = browser.browser.new_context(
        viewport={"width": 1280, "height": 800}
    )
    other = fresh.new_page()
    other.goto(window.url)
    assert words(other, "latents_traverse") == after
    assert other.get_by_role("slider").first.get_attribute(
        "aria-valuenow"
    ) == slider.get_attribute("aria-valuenow")
    fresh.close()


def test_the_film_strip_is_dragged_without_the_server(open_app):
    window = open_app("/latents?tab=Traverse&strip=Film+strip")
    place = chart(window, "latents_strip")
    ready(window)
    label = place.locator(".slider-current-value, .slider-label").first
    before = label.text_content() or ""
    window.evaluate(COUNT_MESSAGES)
    grip = resting(window, place.locator(".slider-grip-rect"))
    track = resting(window, place.locator(".slider-rail-touch-rect"))
    middle = grip["y"] + grip["height"] / 2
    drag(
        window,
        (grip["x"] + grip["width"] / 2, middle),
        (track["x"] + 0.9 * track["width"], middle),
    )
    expect(label).not_to_have_text(before)
    moved = place.locator(".slider-grip-rect").bounding_box()
    assert moved["x"] > grip["x"] + 50
    assert window.evaluate("window.messages") == 0
    window.get_by_role("radio", name="Sliders").click()
    expect(window).not_to_have_url(re.compile("strip="))
    assert window.evaluate("window.messages") > 0


def test_a_brushed_region_limits_the_traverse(open_app):
    window = open_app("/latents?tab=Traverse")
    place = chart(window, "latents_traverse")
    ready(window)
    place.hover()
    place.locator('[data-val="select"]').click()
    points = place.locator(".scatterlayer .points path")
    first, last = (resting(window, points.nth(index)) for index in (0, 5))
    drag(
        window,
        (first["x"] - 4, first["y"] - 4),
        (last["x"] + last["width"] + 2, last["y"] + last["height"] + 2),
    )
    expect(window).to_have_url(re.compile(r"patches=\d+"))
    ready(window)
    picked = int(re.search(r"patches=(\d+)", window.url).group(1))
    assert picked.bit_count() >= 2
    window.get_by_role("button", name="Whole picture").click()
    expect(window).not_to_have_url(re.compile("patches="))


def test_every_export_opens_again(open_app, tmp_path):
    window = open_app("/latents?tab=Trust&seed=7")
    chart(window, "latents_round_trip")
    window.get_by_role("radio", name="Where does volume go?").click()
    place = chart(window, "latents_layer_costs")
    ready(window)
    window.locator(".st-key-export_latents_layer_costs").get_by_role("button").click()
    recipe = FigureRecipe.from_json(
        download(window, "Recipe", tmp_path).read_text(encoding="utf-8")
    )
    assert recipe.exhibit == "latents-layer-costs"
    assert recipe.subject.sample == {"room": 7}
    arrays = download(window, "Arrays", tmp_path)
    assert read_recipe(arrays) == recipe
    with np.load(arrays) as file:
        assert file["log_det_nats"].ndim == 1
    with download(window, "Table", tmp_path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"layer", "kind", "log_det_nats"} <= set(rows[0])
    window.keyboard.press("Escape")
    assert "<svg" in picture(window, place, tmp_path).read_text(encoding="utf-8")
    window.locator(".st-key-export_latents_layer_costs").get_by_role("button").click()
    window.get_by_role("radio", name="PNG").click()
    window.keyboard.press("Escape")
    for _ in range(20):  # the chart gets its new format when the server has heard of it
        ready(window)
        saved = picture(window, place, tmp_path).read_bytes()
        if saved.startswith(b"\x89PNG"):
            break
        window.wait_for_timeout(250)
    assert saved.startswith(b"\x89PNG")


def picture(window: Page, place: Locator, folder: Path) -> Path:
    """Press a chart's camera and return what it saved."""
    place.hover()
    with window.expect_download() as coming:
        place.locator('[data-title*="ownload"]').click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path
