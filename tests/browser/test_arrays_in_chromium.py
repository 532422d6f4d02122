"""Arrays of a model of one's own, dropped on a page, and a head that is clicked."""

import re

import pytest
from playwright.sync_api import expect

from fusionviz.data.arrays.example import example_file
from tests.helpers.browser.window import click, points, ready, see_figure

pytestmark = pytest.mark.browser


def test_a_file_is_dropped_and_a_head_is_opened(open_app, tmp_path):
    window = open_app("/attention")
    window.get_by_test_id("stSidebar").get_by_text("Arrays", exact=True).click()
    ready(window)
    path = tmp_path / "mine.npz"
    path.write_bytes(example_file())
    window.get_by_test_id("stMain").locator("input[type=file]").set_input_files(path)
    see_figure(window, "2 layers of 2 heads")
    assert "arrays_file=" in window.url
    click(window, points(window, "attention_arrays").nth(2))  # layer 2, head 1
    expect(window.get_by_role("tab", selected=True)).to_have_text("One head")
    ready(window)
    assert re.search("y_layer=1", window.url)
    assert re.search("arrays_file=", window.url)
    window.get_by_role("link", name="Distributions").click()
    see_figure(window, "Tokens of RGB and text in a plane")
