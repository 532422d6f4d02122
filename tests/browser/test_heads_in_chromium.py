"""From all heads to one, and from patch to patch, by the mouse and the keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from fusionviz.analysis.shared.attention.mango import attention_layers
from tests.helpers.browser.window import click, points, ready, see_figure
from tests.helpers.tiny_models import tiny_mango

pytestmark = pytest.mark.browser

LAYERS = attention_layers(tiny_mango())


def selected_tab(window: Page) -> Locator:
    return window.get_by_role("tab", selected=True)


def test_a_thumbnail_opens_its_head_twice_and_a_patch_asks(open_app):
    window = open_app("/attention")
    layer = LAYERS[2]
    for _ in range(2):
        click(window, points(window, "attention_overview").nth(5))
        expect(selected_tab(window)).to_have_text("One head")
        see_figure(window, f"{layer.name}, head 2: row")
        expect(window).to_have_url(re.compile(rf"one_head={layer.index}\.2"))
        expect(window).to_have_url(re.compile(r"tab=One"))
        ready(window)
        window.get_by_role("tab", name="Overview").click()
        see_figure(window, "16 of 16 attention heads")
        ready(window)


def test_a_patch_asks_and_the_arrows_lead_to_the_next_head(open_app):
    layer = LAYERS[0]
    window = open_app(f"/attention?tab=One+head&one_head={layer.index}.1")
    see_figure(window, f"{layer.name}, head 1: row 6 of 16")
    # halves are marked first: 16 points on RGB, then the 16 patches of RGB
    click(window, points(window, "attention_head").nth(16 + 9))
    see_figure(window, f"{layer.name}, head 1: row 9 of 16")
    expect(window).to_have_url(re.compile("query=9"))
    following = window.get_by_role("button", name="→")
    following.focus()
    window.keyboard.press("Enter")
    see_figure(window, f"{layer.name}, head 2: row 9 of 16")
    expect(window).to_have_url(re.compile(rf"one_head={layer.index}\.2"))


def test_the_inputs_page_leads_to_the_tab_of_its_head(open_app):
    window = open_app("/inputs?tab=Attention&head=2")
    window.get_by_role("link", name=re.compile("this one with its partition")).click()
    expect(selected_tab(window)).to_have_text("One head")
    see_figure(window, f"{LAYERS[0].name}, head 2: row")
    expect(window).to_have_url(re.compile(r"tab=One.*one_head|one_head.*tab=One"))


def test_the_pictures_of_both_tabs_are_above_the_fold(open_app):
    window = open_app("/attention")
    for tab, chart in (
        ("Overview", "attention_overview"),
        ("One head", "attention_head"),
    ):
        window.get_by_role("tab", name=tab).click()
        place = window.locator(f".st-key-chart_{chart}")
        expect(place).to_be_visible()
        ready(window)
        box = place.bounding_box()
        assert box["y"] + box["height"] < 800
