"""The Inputs page as a reader meets it."""

import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from fusionviz.data.rooms import GALLERY_SEEDS
from tests.helpers.app.pages import ROOT
from tests.helpers.browser.window import click, ready, resting, room_number

pytestmark = pytest.mark.browser

TABS = {
    "Segmentation": r"MANGO finds .* AlignMamba finds",
    "Likelihood": r"after the flow and its inverse",
    "Attention": r"MMCA rgb → depth, head 1: row \d+",
    "Transport": r"lines from depth to rgb patches",
    "Time": r"flow, inverse: [\d.]+ milliseconds",
}


def png(pixels: np.ndarray, name: str) -> FilePayload:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


def made_pair() -> tuple[FilePayload, FilePayload]:
    """A slanted floor in millimetres with a hole, and a picture of another size."""
    rng = np.random.default_rng(0)
    depth_mm = np.linspace(4000, 900, 60)[:, None] + np.zeros(80)
    depth_mm[10:20, 30:50] = 0
    rgb = rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    return png(rgb, "floor.png"), png(depth_mm.astype(np.uint16), "floor_depth.png")


def shared_pair() -> tuple[Path, Path, str]:
    """A real pair: its files and what its depth is read as."""
    default = ROOT.parent / "shared" / "data"
    folder = Path(os.environ.get("FUSIONVIZ_DATA") or default) / "uploads"
    if not folder.is_dir():
        pytest.skip(f"no real pairs: {folder} is absent")
    entries = json.loads((folder / "index.json").read_text())
    entry = next(e for e in entries if e["id"] == "redwood_livingroom")
    place = folder / entry["id"]
    return place / entry["rgb"], place / entry["depth"], "millimetres"


def upload(window: Page, rgb: object = None, depth: object = None) -> None:
    """Put files where a reader drops them, one after the other."""
    window.get_by_text("Your files").click()
    expect(window.get_by_text("RGB picture", exact=True)).to_be_visible()
    for key, file in (("file_rgb", rgb), ("file_depth", depth)):
        if file is not None:
            place = window.locator(f".st-key-{key}")
            name = file.name if isinstance(file, Path) else file["name"]
            place.locator("input[type=file]").set_input_files(file)
            expect(place.get_by_role("button", name=f"Remove {name}")).to_be_visible()
            ready(window)


def figure(window: Page, alt: str) -> None:
    """Expect a chart with these words for those who do not see it."""
    expect(window.get_by_role("figure", name=re.compile(alt))).to_be_visible()


def no_exception(window: Page) -> None:
    expect(window.get_by_test_id("stException")).to_have_count(0)


def test_a_deep_link_works_as_the_first_request_of_a_fresh_server(cold_start):
    assert cold_start["room"] == "4"
    assert cold_start["tab"] == "Transport"
    assert "seed=4" in cold_start["address"]
    assert "k=8" in cold_start["address"]
    assert "MANGO checkpoint" in cold_start["sidebar"]
    assert cold_start["dialogs"] == cold_start["exceptions"] == 0


def test_the_point_cloud_is_drawn_in_3d(cold_start):
    assert "16 384 points" in cold_start["cloud"]
    assert "WebGL is not supported" not in cold_start["cloud"]


def test_nothing_is_asked_of_another_host(cold_start):
    assert cold_start["elsewhere"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_panel_is_there(open_app, scheme):
    window = open_app(scheme=scheme)
    ground = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    brightness = sum(map(int, re.findall(r"\d+", window.evaluate(ground))[:3]))
    assert (brightness > 600) == (scheme == "light")
    figure(window, "A pair of 128 by 128 pixels")
    figure(window, "16 384 points")
    for tab, alt in TABS.items():
        window.get_by_role("tab", name=tab).click()
        figure(window, alt)
        explanations = window.get_by_text("How to read this").filter(visible=True)
        expect(explanations).to_have_count(1)
    no_exception(window)


def test_the_main_picture_is_above_the_fold_and_nothing_scrolls_sideways(open_app):
    window = open_app()
    picture = window.locator(".st-key-chart_pair").bounding_box()
    assert picture["y"] + picture["height"] < 800 * 0.7
    tabs = window.get_by_role("tablist").bounding_box()
    assert tabs["y"] + tabs["height"] < 800
    main = "document.querySelector('[data-testid=stMain]')"
    assert window.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")


def test_a_room_is_picked_by_its_picture_and_by_keyboard(open_app):
    window = open_app()
    window.get_by_role("button", name=f"Room {GALLERY_SEEDS[2]}", exact=True).click()
    expect(room_number(window)).to_have_value(str(GALLERY_SEEDS[2]))
    expect(window).to_have_url(re.compile(f"seed={GALLERY_SEEDS[2]}"))
    window.get_by_role("button", name=f"Room {GALLERY_SEEDS[5]}", exact=True).focus()
    window.keyboard.press("Enter")
    expect(room_number(window)).to_have_value(str(GALLERY_SEEDS[5]))
    expect(window).to_have_url(re.compile(f"seed={GALLERY_SEEDS[5]}"))
    window.get_by_role("button", name="Surprise me").click()
    expect(room_number(window)).not_to_have_value(str(GALLERY_SEEDS[5]))
    no_exception(window)


def test_a_link_shows_what_its_sender_saw(open_app, server):
    sender = open_app("/inputs?tab=Attention")
    sender.get_by_role("button", name=f"Room {GALLERY_SEEDS[3]}", exact=True).click()
    expect(sender).to_have_url(re.compile(f"seed={GALLERY_SEEDS[3]}"))
    sender.get_by_role("radio", name="2", exact=True).click()
    expect(sender).to_have_url(re.compile("head=2"))
    sender.get_by_role("spinbutton", name="Row i (or click a patch)").fill("7")
    sender.keyboard.press("Enter")
    expect(sender).to_have_url(re.compile("query=7"))
    receiver = open_app(sender.url.removeprefix(server))
    figure(receiver, r"head 2: row 7")
    expect(room_number(receiver)).to_have_value(str(GALLERY_SEEDS[3]))


def test_a_click_on_a_patch_asks_from_there(open_app):
    window = open_app("/inputs?tab=Attention")
    figure(window, "head 1: row 6 ")
    points = window.locator(".st-key-chart_attention .scatterlayer path.point")
    click(window, points.nth(5))
    figure(window, "head 1: row 5 ")
    expect(window).to_have_url(re.compile("query=5"))


def test_a_pair_of_ones_own(open_app):
    window = open_app()
    upload(window, *made_pair())
    figure(window, r"A pair of 160 by 120 pixels, RGB on the left, depth .* metres")
    figure(window, r"assumed, since the files do not say it")
    expect(window.get_by_text("millimetres").first).to_be_visible()
    expect(window.get_by_text("floor.png and floor_depth.png.")).to_be_visible()
    assert "seed" not in window.url
    no_exception(window)


def test_a_real_pair(open_app):
    rgb, depth, unit = shared_pair()
    window = open_app()
    upload(window, rgb, depth)
    figure(window, r"A pair of 640 by 480 pixels, RGB on the left, depth .* metres")
    expect(window.get_by_text(unit).first).to_be_visible()
    no_exception(window)


def test_one_modality_alone_is_shown_with_the_other_missing(open_app):
    window = open_app("/inputs?tab=Transport")
    upload(window, rgb=made_pair()[0])
    figure(window, "depth is missing")
    expect(window.get_by_text("A point cloud needs depth.")).to_be_visible()
    expect(window.get_by_text("depth is missing.")).to_be_visible()
    no_exception(window)


def test_a_bad_file_gets_its_sentence_and_the_page_stays_usable(open_app):
    window = open_app()
    bad = {"name": "depth.png", "mimeType": "image/png", "buffer": b"no picture"}
    upload(window, depth=bad)
    expect(window.get_by_role("alert")).to_contain_text("The depth file is")
    no_exception(window)
    window.get_by_role("button", name=f"Room {GALLERY_SEEDS[1]}", exact=True).click()
    expect(room_number(window)).to_have_value(str(GALLERY_SEEDS[1]))
    figure(window, "A pair of 128 by 128 pixels")
    expect(window.get_by_role("alert")).to_have_count(0)


MARKED = "*1* $5$ [a](b) `c` :red[r] ~~s~~ a->b :smile: www.a.b.png"


def test_the_room_is_the_one_of_before_once_all_files_are_removed(open_app):
    window = open_app("/inputs?seed=12")
    rgb, depth = made_pair()
    upload(window, rgb, depth)
    for key, file in (("file_depth", depth), ("file_rgb", rgb)):
        place = window.locator(f".st-key-{key}")
        place.get_by_role("button", name=f"Remove {file['name']}").click()
        ready(window)
    expect(window.get_by_text("Room 12.", exact=True)).to_be_visible()
    expect(room_number(window)).to_have_value("12")
    window.get_by_role("button", name="Surprise me").click()
    ready(window)
    expect(room_number(window)).not_to_have_value("12")


def test_a_name_with_marks_is_shown_as_typed(open_app):
    window = open_app()
    upload(window, rgb={**made_pair()[0], "name": MARKED})
    shown = window.locator("[data-testid=stMain] p", has_text="Only RGB is here")
    expect(shown).to_be_visible()
    assert shown.inner_text().replace("\u2060", "").startswith(f"{MARKED}.")
    expect(shown.locator("a, em, code, del, .katex, img")).to_have_count(0)


def test_depth_follows_the_slider_while_it_is_dragged_and_by_keyboard(open_app):
    window = open_app()
    upload(window, *made_pair())
    window.get_by_role("button", name="Move depth over RGB").click()
    edges = window.locator("img.edges")
    expect(edges).to_be_visible()
    slider = window.get_by_role("slider", name="Pixels to the right")
    box = resting(window, slider)  # the popover grows with its picture
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    window.mouse.move(*middle)
    window.mouse.down()
    window.mouse.move(middle[0] + box["width"] / 4, middle[1], steps=4)
    dragged = edges.get_attribute("style")
    assert "translate(0%" not in dragged
    assert "depth_right" not in window.url
    window.mouse.up()
    slider.press("ArrowLeft")
    assert edges.get_attribute("style") != dragged
    pixels = int(slider.input_value())
    assert 15 < pixels < 25
    window.get_by_role("button", name="Move depth here").press("Enter")
    expect(window).to_have_url(re.compile(f"depth_right={pixels}"))
    expect(window.get_by_text(f"moved {pixels} pixels right over RGB")).to_be_visible()
    no_exception(window)


def test_a_link_to_files_asks_for_them_in_another_window(open_app, server):
    sender = open_app("/inputs?tab=Transport")
    rgb, depth = made_pair()
    upload(sender, rgb, depth)
    expect(sender).to_have_url(re.compile("rgb_file=[0-9a-f]{12}"))
    expect(sender).to_have_url(re.compile("depth_file=[0-9a-f]{12}"))
    receiver = open_app(sender.url.removeprefix(server))
    expect(receiver.get_by_text("files that are not here")).to_be_visible()
    for key, file in (("file_rgb", rgb), ("file_depth", depth)):
        place = receiver.locator(f".st-key-{key} input[type=file]")
        place.set_input_files(file)
        name = f"Remove {file['name']}"
        expect(receiver.get_by_role("button", name=name)).to_be_visible()
        ready(receiver)
    figure(receiver, "A pair of 160 by 120 pixels")
    figure(receiver, "lines from depth to rgb")
    expect(receiver.get_by_text("files that are not here")).to_have_count(0)
    assert receiver.url == sender.url


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("/?seed=99999999999", "seed = 99999999999 is not there, 45 is shown"),
        ("/transport?epsilon=abc", "epsilon = abc is not there, "),
        ("/latents?tab=Nonsense", "tab = Nonsense is not there, "),
    ],
)
def test_one_line_says_what_of_the_address_was_replaced(open_app, address, line):
    window = open_app(address)
    said = window.get_by_text("In the address,")
    expect(said).to_have_count(1)
    expect(said).to_contain_text(line)
    no_exception(window)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_in_place_of_3d_can_be_read(open_app, scheme):
    window = open_app(scheme=scheme)
    message = window.locator(".st-key-chart_points .no-webgl").first
    expect(message).to_contain_text("WebGL")
    ink, ground, page = message.evaluate(
        """(it) => [getComputedStyle(it).color,
          getComputedStyle(it.parentElement).backgroundColor,
          getComputedStyle(it.closest('.stPlotlyChart')).color]"""
    )
    assert ground == "rgba(0, 0, 0, 0)"
    assert ink == page
