"""Files on the Inputs page: what could have been read instead, and links to them."""

import hashlib
import io
import json

import numpy as np
import pytest
from PIL import Image

from fusionviz.data.rgbd_files import UNIT_LABELS
from tests.helpers.files.rgbd_bytes import png_bytes

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 255, (48, 64, 3), dtype=np.uint8)
RAMP = np.linspace(900, 4000, 48 * 64).reshape(48, 64)


def png(pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


RGB_FILE, MM = png(RGB), png(RAMP.astype(np.uint16))
QUARTER_MM = png((RAMP * 4).astype(np.uint16))


PAGE = "pages/inputs.py"
"""Run alone: below `app.py` a test loses files after the first run with them."""


def put(app, rgb=None, depth=None):
    """Drop files and run."""
    for key, data in (("file_rgb", rgb), ("file_depth", depth)):
        if data is not None:
            app.file_uploader(key=key).set_value((f"{key}.bin", data, "x/y"))
    return app.run()


def group(app, key):
    return next((one for one in app.get("button_group") if one.key == key), None)


def alts(app) -> str:
    return " ".join(chart.proto.alt for chart in app.get("plotly_chart"))


def captions(app) -> str:
    return " ".join(one.value for one in app.caption)


def address(app) -> dict[str, str]:
    values = ((key, app.query_params[key]) for key in app.query_params)
    return {k: v if isinstance(v, str) else v[0] for k, v in values}


def told(app) -> str:
    return " ".join(e.value for e in [*app.error, *app.warning, *app.info])


def test_a_doubtful_unit_is_one_click_away(run_app):
    app = put(run_app(PAGE), RGB_FILE, QUARTER_MM)
    assert not app.exception
    offer = group(app, "unit_offer")
    assert "1/5000 metre: 1.96 m" in offer.options
    assert "1/4000 metre: 2.45 m" in offer.options
    offer.set_value("1/4000 m").run()
    assert not app.exception
    assert "from 0.900 to 4.00 metres" in alts(app)
    assert app.selectbox(key="depth_unit").value == "1/4000 m"
    assert address(app)["depth_unit"] == "1/4000 m"
    # The other units stay on offer.
    assert "1/5000 metre: 1.96 m" in group(app, "unit_offer").options


def test_a_sure_unit_asks_nothing(run_app):
    app = put(run_app(PAGE), RGB_FILE, MM)
    assert group(app, "unit_offer") is None
    assert "depth_unit" not in address(app)


def test_units_per_metre_can_be_typed(run_app):
    app = put(run_app(PAGE), RGB_FILE, QUARTER_MM)
    app.selectbox(key="depth_unit").set_value("typed")
    app.run()
    app.number_input(key="units_per_metre").set_value(3000.0)
    app.run()
    assert not app.exception
    assert "from 1.20 to 5.33 metres" in alts(app)
    assert address(app)["depth_unit"] == "1/3000 m"
    # A number that is a preset's is still the one that was typed.
    app.number_input(key="units_per_metre").set_value(1000.0)
    app.run()
    assert app.number_input(key="units_per_metre").value == 1000
    assert "from 3.60 to 16.0 metres" in alts(app)
    app.selectbox(key="depth_unit").set_value("mm")
    app.run()
    assert "units_per_metre" not in [one.key for one in app.number_input]


def test_every_unit_is_in_the_list(run_app):
    labels = run_app().selectbox(key="depth_unit").options
    assert set(UNIT_LABELS.values()) < set(labels)
    assert any("units per metre" in label for label in labels)


@pytest.mark.parametrize("page", ["pages/inputs.py", "pages/latents.py"])
def test_an_array_is_chosen_by_its_name(run_app, page):
    maps = npz(left=RAMP / 1000, right=RAMP / 2000, K=np.eye(3))
    app = put(run_app(page), RGB_FILE, maps)
    assert not app.exception
    assert "several arrays" in told(app)
    group(app, "depth_is").set_value("right")
    app.run()
    assert not app.exception
    assert not told(app)
    assert address(app)["depth_name"] == "right"
    if "inputs" in page:
        assert "from 0.450 to 2.00 metres" in alts(app)
        app.selectbox(key="depth_is").set_value("left")
        app.run()
        assert "from 0.900 to 4.00 metres" in alts(app)


def test_depth_on_its_side_is_turned(run_app):
    lying = png(np.rot90(RAMP.astype(np.uint16)))
    app = put(run_app(PAGE), RGB_FILE, lying)
    assert not app.exception
    assert "lies on its side" in captions(app)
    group(app, "turn_depth").set_value(90)
    app.run()
    assert not app.exception
    assert "A pair of 64 by 48 pixels" in alts(app)
    assert "turned by 90 degrees" in captions(app)
    assert address(app)["depth_turn"] == "90"


def test_a_fourth_channel_can_be_declined(run_app):
    four = png_bytes(np.dstack([RGB, (RAMP // 16).astype(np.uint8)]), 8, 6)
    app = put(run_app(PAGE), rgb=four)
    assert not app.exception
    assert "depth on the right" in alts(app)
    app.toggle(key="fourth").set_value(False)
    app.run()
    assert not app.exception
    assert "depth is missing" in alts(app)
    assert address(app)["fourth_is_depth"] == "False"
    app.toggle(key="fourth").set_value(True)
    app.run()
    assert "depth on the right" in alts(app)


@pytest.mark.parametrize(
    "page", ["inputs", "latents", "attention", "transport", "distributions"]
)
def test_nothing_left_after_the_crop_crashes_no_page(run_app, page):
    depth = np.zeros((48, 96), np.uint16)
    depth[:, :16] = 2000
    depth[5, 5] = 1900
    app = put(run_app(f"pages/{page}.py"), png(RGB[:, :48]), png(depth))
    assert not app.exception
    assert "no distance where it lies over RGB" in told(app)


def digits(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


LINK = {
    "rgb_file": digits(RGB_FILE),
    "depth_file": digits(QUARTER_MM),
    "depth_unit": "1/4000 m",
    "depth_right": "3",
}


def test_files_are_in_the_address_by_their_digits(run_app):
    app = put(run_app(PAGE), RGB_FILE, QUARTER_MM)
    said = address(app)
    assert {k: said[k] for k in ("rgb_file", "depth_file")} == {
        k: LINK[k] for k in ("rgb_file", "depth_file")
    }
    assert "seed" not in said
    app.button(key="surprise").click().run()
    assert not {"rgb_file", "depth_file", "depth_unit"} & address(app).keys()


def test_a_link_to_files_asks_for_them_and_restores_the_view(run_app):
    app = run_app(PAGE, address=LINK | {"tab": "Transport"})
    assert not app.exception
    assert "made with files that are not here" in told(app)
    assert LINK["rgb_file"] in told(app)
    assert LINK["depth_file"] in told(app)
    assert not alts(app)
    assert address(app) == LINK | {"tab": "Transport"}
    put(app, rgb=RGB_FILE)
    assert LINK["rgb_file"] not in told(app)
    assert LINK["depth_file"] in told(app)
    assert address(app) == LINK | {"tab": "Transport"}
    put(app, depth=QUARTER_MM)
    assert not told(app)
    assert "as you chose" in captions(app)
    assert "3 pixels right" in captions(app)
    assert "from 0.900 to 4.00 metres" in alts(app)
    assert "lines from depth to rgb" in alts(app)
    assert address(app) == LINK | {"tab": "Transport"}


def test_other_files_than_the_links_are_read_in_the_usual_way(run_app):
    app = put(run_app(PAGE, address=LINK), depth=MM)
    assert not app.exception
    assert "other files" in captions(app)
    assert "from 0.900 to 4.00 metres" in alts(app)
    assert address(app) == {"depth_file": digits(MM)}


def test_another_depth_file_loses_name_and_place_but_not_the_unit(run_app):
    app = put(run_app(PAGE, address=LINK), RGB_FILE, QUARTER_MM)
    assert "3 pixels right" in captions(app)
    app = put(app, depth=png((RAMP * 8).astype(np.uint16)))
    assert "pixels right" not in captions(app)
    assert address(app)["depth_unit"] == "1/4000 m"
    assert "depth_right" not in address(app)


def test_a_link_with_nonsense_in_it_says_so(run_app):
    wrong = {"depth_file": digits(MM), "depth_unit": "furlongs", "depth_turn": "x"}
    app = run_app(address=wrong)
    assert not app.exception
    put(app, depth=MM)
    assert "depth\\_unit = furlongs is not there" in captions(app)
    assert "depth\\_turn = x is not there" in captions(app)
    assert "from 0.900 to 4.00 metres" in alts(app)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"seed": "99999999999"}, "seed = 99999999999 is not there, 45 is shown"),
        ({"tab": "Nonsense"}, "tab = Nonsense is not there, Segmentation is shown"),
        ({"k": "abc", "tab": "Transport"}, "k = abc is not there, 16 is shown"),
    ],
)
def test_what_of_the_address_is_replaced_is_said(run_app, asked, shown):
    app = run_app(address=asked)
    assert not app.exception
    (line,) = (c.value for c in app.caption if "In the address" in c.value)
    assert shown in line


def test_what_was_replaced_is_told_until_something_else_is_set(run_app):
    app = run_app(address={"seed": "99999999999", "tab": "Nonsense"})
    app.session_state["tab"] = "Transport"
    app.run()
    assert "seed = 99999999999" in captions(app)
    assert "Nonsense" not in captions(app)
    put(app, RGB_FILE)
    assert not app.exception
    assert "In the address" not in captions(app)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"seed": "3", "tab": "Transport", "k": "8"},
        {"tab": "Segmentation"},
        {"seed": "45"},
    ],
)
def test_a_good_address_has_no_such_line(run_app, asked):
    assert "In the address" not in captions(run_app(address=asked))


@pytest.mark.parametrize(("slot", "missing"), [("rgb", "depth"), ("depth", "RGB")])
def test_the_likelihood_of_one_modality_alone_is_withheld(run_app, slot, missing):
    app = run_app(address={"tab": "Likelihood"})
    put(app, **{slot: RGB_FILE if slot == "rgb" else MM})
    assert not app.exception
    words = " ".join(m.value for m in app.markdown)
    assert "MANGO, bits per dimension  \n**withheld**" in words
    assert f"what MANGO says of {missing} is its own guess" in captions(app)
    assert "MANGO's own guess" in words


def test_what_the_models_read_is_framed(run_app):
    app = put(run_app(PAGE), RGB_FILE, MM)
    assert "MANGO and AlignMamba read the framed 48 by 48 pixels." in alts(app)
    (figure,) = (
        json.loads(c.proto.spec)
        for c in app.get("plotly_chart")
        if "framed" in c.proto.alt
    )
    boxes = {
        tuple(shape[side] for side in ("x0", "x1", "y0", "y1"))
        for shape in figure["layout"]["shapes"]
        if shape.get("line", {}).get("dash") == "dash"
    }
    assert boxes == {(7.5, 55.5, -0.5, 47.5)}
    assert "framed" not in alts(run_app())
