"""The Transport page by hand: ε, steps of Sinkhorn, edits, files, links, exports."""

import csv
import re

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, expect

from fusionviz.data.utterances.example import example_file
from fusionviz.explain.command import read_recipe
from tests.helpers.browser.window import (
    PATIENCE_MS,
    chart,
    click,
    download,
    points,
    ready,
    see_figure,
    words,
)

pytestmark = pytest.mark.browser


def test_epsilon_is_moved_by_the_keyboard_kept_by_tabs_and_linked(open_app, browser):
    window = open_app("/transport")
    before = words(window, "transport_solvers")
    slider = window.get_by_role("slider").first
    slider.focus()
    for _ in range(6):
        window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile(r"epsilon=0\.5"))
    after = words(window, "transport_solvers")
    assert after != before
    window.get_by_role("tab", name="Convergence").click()
    assert "0.5" in words(window, "transport_convergence")
    window.get_by_role("tab", name="Three solvers").click()
    assert words(window, "transport_solvers") == after
    fresh: BrowserContext = browser.browser.new_context(
        viewport={"width": 1280, "height": 800}
    )
    fresh.set_default_timeout(PATIENCE_MS)
    other = fresh.new_page()
    other.goto(window.url)
    assert words(other, "transport_solvers") == after
    fresh.close()


def test_a_step_of_sinkhorn_is_shown_without_the_server(open_app):
    window = open_app("/transport?tab=Convergence&c_view=steps&data=utterance")
    place = chart(window, "transport_steps")
    ready(window)
    label = place.locator(".slider-label").first
    before = label.text_content()
    place.locator(".slider-rail-touch-rect").click()
    expect(label).not_to_have_text(before or "")


def test_a_pair_is_forbidden_taken_back_and_linked(open_app):
    window = open_app("/transport?tab=In+the+model&data=utterance&m_solver=own")
    own = words(window, "transport_edit")
    window.get_by_role("button", name="Forbid").click()
    expect(window).to_have_url(re.compile(r"m_edits=x\d+\.\d+"))
    edited = words(window, "transport_edit")
    assert edited != own
    again = open_app("/" + window.url.split("/", 3)[3])
    assert words(again, "transport_edit") == edited
    window.get_by_role("button", name="Undo").click()
    expect(window).not_to_have_url(re.compile("m_edits="))
    assert words(window, "transport_edit") == own


def test_a_patch_is_clicked_to_edit_what_it_sends(open_app):
    window = open_app("/transport?tab=In+the+model")
    before = words(window, "transport_edit")
    click(window, points(window, "transport_edit").nth(2))
    expect(window).to_have_url(re.compile("m_from=|m_to="))
    assert words(window, "transport_edit") != before


def test_sequences_are_brought_and_read_by_the_model_that_fits(open_app, tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(example_file())
    window = open_app("/transport?tab=On+the+data&data=file")
    window.locator("input[type=file]").last.set_input_files(path)
    see_figure(window, "ribbons from")
    reader = window.get_by_role("combobox", name="Read by")
    expect(reader).to_have_value("read by sentiment-tiny")
    window.get_by_role("link", name="Distributions").click()
    ready(window)
    see_figure(window, "^Tokens of video and audio and text")
    expect(window.get_by_test_id("stAlert")).to_have_count(0)


def test_the_utterance_is_the_same_on_both_pages(open_app):
    window = open_app("/transport?data=utterance&utterance=7")
    for page in ("Distributions", "Transport"):
        window.get_by_role("link", name=page).click()
        expect(window).to_have_url(re.compile(f"/{page.lower()}"))
        ready(window)
        seed = window.get_by_role("spinbutton", name="Utterance (seed)")
        expect(seed).to_have_value("7")
        expect(window).to_have_url(re.compile("utterance=7"))


def test_a_plan_is_taken_home_and_its_recipe_reads_again(open_app, tmp_path):
    window = open_app("/transport?data=utterance&utterance=7&epsilon=0.1")
    words(window, "transport_solvers")
    window.locator(".st-key-export_transport_solvers").get_by_role("button").click()
    arrays = download(window, "Arrays", tmp_path)
    recipe = read_recipe(arrays)
    assert recipe.subject.sample == {"utterance": 7}
    assert recipe.controls["epsilon"] == 0.1
    with np.load(arrays) as file:
        for solver in ("relaxed", "sinkhorn", "exact"):
            assert file[solver].sum() == pytest.approx(1)
    with download(window, "Table", tmp_path).open(encoding="utf-8") as file:
        solvers = [row["solver"] for row in csv.DictReader(file)]
    assert solvers == ["relaxed", "sinkhorn", "exact"]
