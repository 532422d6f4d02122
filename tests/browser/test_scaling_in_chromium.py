"""The Scaling page by hand: length, links, files; cells that do not fit; stop."""

import re
import time

import psutil
import pytest
from playwright.sync_api import expect

from fusionviz.explain.command import read_recipe
from fusionviz.scaling.runs import read_run
from tests.helpers.browser.window import chart, download, ready, see_figure, words

pytestmark = pytest.mark.browser

LIVE = "/scaling?tab=Live+on+this+machine"


def cell_processes() -> list[psutil.Process]:
    """Return the processes of cells that this test's server has started."""
    found = []
    for one in psutil.Process().children(recursive=True):
        try:
            if "fusionviz.scaling.child" in one.cmdline():
                found.append(one)
        except psutil.NoSuchProcess:
            continue
    return found


def test_length_is_moved_by_the_keyboard_and_linked(open_app, tmp_path):
    window = open_app("/scaling")
    see_figure(window, "^Time, memory and operations")
    expect(window.get_by_text("4.10 times faster").first).to_be_visible()
    slider = window.get_by_role("slider").first
    slider.focus()
    window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile("length=5120"))
    expect(window.get_by_text("5.12 times faster").first).to_be_visible()
    again = open_app("/" + window.url.split("/", 3)[3])
    expect(again.get_by_text("5.12 times faster").first).to_be_visible()
    assert "tokens" in words(again, "scaling_curves")
    again.locator(".st-key-export_scaling_curves").get_by_role("button").click()
    recipe = read_recipe(download(again, "Arrays", tmp_path))
    assert recipe.controls["length"] == 5120
    assert "scaling-cpu.json" in recipe.subject.sample["runs_sha256"]


def test_cells_that_do_not_fit_are_marks_and_the_app_goes_on(open_app, tmp_path):
    models = "live_fusion=alignmamba&live_lengths=128_256&live_memory=0.25"
    window = open_app(f"{LIVE}&{models}")
    window.get_by_role("button", name="Measure 2 cells").click()
    see_figure(window, r"given up at 128 tokens \(memory\)")
    ready(window)
    run = read_run(download(window, "The run", tmp_path))
    assert [one.status for one in run.results] == ["memory", "memory"]
    assert run.limits.bytes == 2**28
    assert not cell_processes()
    window.get_by_role("tab", name="Why").click()
    assert "attention weights" in words(window, "scaling_state")
    window.get_by_role("tab", name="Curves").click()
    chart(window, "scaling_curves")


def test_a_measured_cell_joins_the_recorded_machine(open_app):
    relaxed = "live_family=alignment&live_alignment=relaxed&live_lengths=256"
    window = open_app(f"{LIVE}&{relaxed}")
    window.get_by_role("button", name="Measure 1 cell,").click()
    expect(window.get_by_role("button", name="Pause")).to_be_visible()
    see_figure(window, "Relaxed transport: .* at 256 tokens")
    expect(window.get_by_text("pale: one, 2 threads")).to_be_visible()
    expect(window.get_by_role("button", name="Pause")).to_have_count(0)


def test_stop_ends_a_cell_and_leaves_no_process(open_app):
    exact = "live_family=alignment&live_alignment=exact&live_lengths=12800"
    window = open_app(f"{LIVE}&{exact}&live_seconds=60&live_memory=8")
    window.get_by_role("button", name="Measure 1 cell,").click()
    deadline = time.monotonic() + 60
    while not cell_processes() and time.monotonic() < deadline:
        window.wait_for_timeout(200)
    assert cell_processes()
    window.get_by_role("button", name="Stop").click()
    expect(window.get_by_text("stopped before a cell")).to_be_visible()
    assert not cell_processes()
    expect(window.get_by_role("button", name="Measure 1 cell,")).to_be_enabled()


def test_two_readers_take_turns_and_the_second_need_not_wait(open_app):
    long = "live_family=alignment&live_alignment=sinkhorn_exact_mmd&live_lengths=32768"
    limits = "live_seconds=60&live_memory=16"
    first, second = (open_app(f"{LIVE}&{long}&{limits}") for _ in range(2))
    first.get_by_role("button", name="Measure 3 cells,").click()
    expect(first.get_by_text(re.compile("cell 1 of 3"))).to_be_visible()
    second.get_by_role("button", name="Measure 3 cells,").click()
    expect(second.get_by_text("waiting for its turn")).to_be_visible()
    second.get_by_role("button", name="Stop").click()
    expect(second.get_by_text("stopped before a cell")).to_be_visible()
    expect(first.get_by_text(re.compile("cell [123] of 3"))).to_be_visible()
    first.get_by_role("button", name="Stop").click()
    expect(first.get_by_role("button", name="Measure 3 cells,")).to_be_enabled()
    assert not cell_processes()


def test_a_cell_of_a_reader_who_has_left_ends(open_app):
    exact = "live_family=alignment&live_alignment=exact&live_lengths=32768"
    window = open_app(f"{LIVE}&{exact}&live_seconds=60&live_memory=16")
    window.get_by_role("button", name="Measure 1 cell,").click()
    deadline = time.monotonic() + 60
    while not cell_processes() and time.monotonic() < deadline:
        window.wait_for_timeout(200)
    (cell,) = cell_processes()
    window.reload()
    ready(window)
    expect(window.get_by_role("button", name="Measure 1 cell,")).to_be_enabled()
    began = time.monotonic()
    while cell.is_running() and time.monotonic() - began < 120:
        window.wait_for_timeout(200)
    assert not cell.is_running()
